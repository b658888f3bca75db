"""What the page of one order shows: where it is in its life, what may be done to it, and what happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from webapp.admin.orders.edit_words import edit_details, is_edit
from webapp.admin.orders.packing_words import packing_details, packing_verb
from webapp.domain.actors import Actor
from webapp.domain.channels import has_rules_of_its_own
from webapp.domain.couriers import courier_name
from webapp.domain.order_acts import OrderAct, OrderFacts, Outcome, decide, decide_deletion, offered_targets
from webapp.domain.order_edits import editable_parts, may_edit
from webapp.domain.order_status import OrderStatus
from webapp.domain.payment import PaymentMethod, PaymentState, PaymentStatus
from webapp.domain.permissions import Permission
from webapp.domain.shipping import ShipmentState
from webapp.formats import payment_label, payment_method_label, status_label
from webapp.models import HistoryKind
from webapp.services.orders.detail import HistoryEntry, OrderDetail

S = OrderStatus
_PARCEL = (S.CONFIRMED, S.IN_PROCESS, S.READY_TO_SHIP, S.SHIPPED, S.COMPLETED)
_DIGITAL = (S.CONFIRMED, S.IN_PROCESS, S.COMPLETED)
_PROBE = "0"
"""A tracking number that no order has: asks whether one may be set at all."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the line of progress. `state`: past, here or empty; `at` when it was reached, else `note`."""

    label: str
    state: str
    at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class NextAct:
    """The one thing that is most likely to be done next: a status to set, or (None) marking it paid."""

    label: str
    icon: str
    to: OrderStatus | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One history entry in words. `verb` says what was done; `status` the status that it led to; `details` the rest."""

    entry: HistoryEntry
    verb: str
    start: OrderStatus | None
    status: OrderStatus | None
    icon: str
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Possible:
    """What this person may do to this order now, as `decide` says."""

    targets: tuple[OrderStatus, ...]
    pay: bool
    track: bool
    change_courier: bool
    add_history: bool
    notify: bool
    edit: bool
    duplicate: bool
    delete: bool
    next: NextAct | None


def facts_of(order: OrderDetail) -> OrderFacts:
    """The facts on which the services will decide, from what the page has read already."""
    parcel = order.shipment
    return OrderFacts(
        number=order.number, status=order.status, payment_status=order.payment_status,
        payment_method=order.payment_method, digital=order.digital, acceptance=order.acceptance, on_hold=order.on_hold,
        channel_rules=has_rules_of_its_own(order.channel), shipment_state=parcel.state if parcel else None,
        courier=parcel.courier if parcel else None, tracking_number=parcel.tracking_number if parcel else None,
        returns_withdrawn=order.returns_withdrawn, paid_by_completion=_paid_by_completion(order.history),
    )  # fmt: skip


def _paid_by_completion(history: Iterable[HistoryEntry]) -> bool:
    paying = next((entry for entry in history if "payment_status" in entry.changes), None)
    return paying is not None and paying.to_status is S.COMPLETED is not paying.from_status


def possible(order: OrderDetail, actor: Actor) -> Possible:
    """What `actor` may do to `order`."""
    facts = facts_of(order)

    def may(act: OrderAct) -> bool:
        return decide(facts, act, actor).outcome is Outcome.OK

    targets = offered_targets(facts, actor)
    pay = may(OrderAct(payment=PaymentStatus.PAID))
    return Possible(
        targets,
        pay,
        track=facts.tracking_number is None and may(OrderAct(tracking_number=_PROBE)),
        change_courier=may(OrderAct(courier=_PROBE)),
        add_history=actor.may(Permission.ORDERS_ADD_HISTORY),
        notify=actor.may(Permission.ORDERS_NOTIFY),
        edit=may_edit(actor) and bool(editable_parts(facts)),
        duplicate=actor.may(Permission.ORDERS_CREATE) and not actor.scope.restricted,
        delete=decide_deletion(facts, actor).outcome is Outcome.OK,
        next=_next_act(order, targets, pay=pay),
    )


def _next_act(order: OrderDetail, targets: tuple[OrderStatus, ...], *, pay: bool) -> NextAct | None:
    waits_for_money = order.payment_status is not PaymentStatus.PAID and order.payment_method is not PaymentMethod.COD
    if pay and waits_for_money and order.status in (S.CREATED, S.PENDING):
        reviewed = order.payment_status is PaymentStatus.UNDER_REVIEW
        return NextAct(_("Approve payment") if reviewed else _("Mark paid"), "cash")
    ahead = _DIGITAL if order.digital else _PARCEL
    acts = {
        S.CONFIRMED: NextAct(_("Confirm"), "check", S.CONFIRMED),
        S.IN_PROCESS: NextAct(_("Release to warehouse"), "package-export", S.IN_PROCESS),
        S.READY_TO_SHIP: NextAct(_("Set ready to ship"), "package", S.READY_TO_SHIP),
        S.SHIPPED: NextAct(_("Mark shipped"), "truck", S.SHIPPED),
        S.COMPLETED: NextAct(_("Mark completed"), "circle-check", S.COMPLETED),
    }
    done = ahead.index(order.status) if order.status in ahead else -1
    if order.status not in (S.PENDING, *ahead):
        return None
    return next((acts[status] for status in ahead[done + 1 :] if status in targets), None)


def trail(order: OrderDetail) -> list[Step]:
    """The line of progress: what an order of this kind goes through, how far this one came, and how it ended."""
    reached = {entry.to_status: entry.at for entry in order.history if entry.to_status is not entry.from_status}
    steps = [Step(_("Ordered"), "here" if order.status in (S.CREATED, S.PENDING) else "past", order.ordered_at)]
    if order.payment_method is not PaymentMethod.COD:
        steps.append(_paid_step(order))
    ahead = _DIGITAL if order.digital else _PARCEL
    if order.status in ahead or order.status in (S.CREATED, S.PENDING):
        done = ahead.index(order.status) if order.status in ahead else -1
        for place, status in enumerate(ahead):
            state = "past" if place < done else "here" if place == done else ""
            steps.append(Step(status_label(status), state, reached.get(status) if place <= done else None))
        return steps
    # A side road (returned, closed, canceled): what was passed on the way, and the end.
    steps += [Step(status_label(status), "past", reached[status]) for status in ahead if status in reached]
    return [*steps, Step(status_label(order.status), "here", reached.get(order.status))]


def _paid_step(order: OrderDetail) -> Step:
    if order.payment_status is not PaymentStatus.PAID:
        return Step(_("Paid"), "", note=payment_label(order.payment_status))
    at = next((payment.paid_at for payment in order.payments if payment.state is PaymentState.PAID), None)
    named = order.payment_method not in (None, PaymentMethod.CHANNEL, PaymentMethod.OTHER)
    return Step(_("Paid"), "past", at, payment_method_label(order.payment_method) if named else "")


def events(order: OrderDetail, *kinds: HistoryKind) -> list[Event]:
    """The history of these kinds in words, newest first."""
    return [_event(entry, order.currency) for entry in order.history if entry.kind in kinds]


def _event(entry: HistoryEntry, currency: str) -> Event:
    details = (*_details(entry), *edit_details(entry.changes, currency), *packing_details(entry.changes))
    changed = entry.to_status is not None and entry.to_status is not entry.from_status
    if entry.from_status is None:
        return Event(entry, _("created the order:"), None, entry.to_status, "", details)
    if changed:
        return Event(entry, _("changed the status:"), entry.from_status, entry.to_status, "", details)
    if (packed := packing_verb(entry.changes)) is not None:
        return Event(entry, packed[0], None, None, packed[1], details)
    if is_edit(entry.changes):
        return Event(entry, _("edited the order"), None, None, "pencil", details)
    if "tracking_number" in entry.changes or "courier" in entry.changes:
        return Event(entry, _("set the shipment"), None, None, "truck", details)
    if "payment_status" in entry.changes:
        return Event(entry, _("changed the payment"), None, None, "cash", details)
    if "assigned_to" in entry.changes:
        return Event(entry, _("assigned the order"), None, None, "user-check", details)
    if "tags" in entry.changes:
        return Event(entry, _("changed the tags"), None, None, "tag", details)
    if entry.comment:
        return Event(entry, _("added a note"), None, None, "message", details)
    return Event(entry, _("added an entry"), None, None, "message", details)


def _details(entry: HistoryEntry) -> Iterable[str]:
    changes: Mapping[str, tuple[Any, Any]] = entry.changes
    if "payment_status" in changes:
        before, after = changes["payment_status"]
        yield _("Payment: %(before)s to %(after)s", before=payment_label(before), after=payment_label(after))
    if "courier" in changes:
        courier = changes["courier"][1]
        yield _("Courier: %(courier)s", courier=courier_name(courier) if courier else "–")
    if "tracking_number" in changes:
        yield _("Tracking number: %(number)s", number=changes["tracking_number"][1] or "–")
    if "assigned_to" in changes:
        before, after = (person[1] if person else _("nobody") for person in changes["assigned_to"])
        yield _("Assigned: %(before)s to %(after)s", before=before, after=after)
    if "tags" in changes:
        gone, new = (", ".join(name for _id, name in tags) for tags in changes["tags"])
        if new:
            yield _("Put on: %(tags)s", tags=new)
        if gone:
            yield _("Taken off: %(tags)s", tags=gone)
    if "returns_withdrawn" in changes:
        yield _("The right to return was withdrawn") if changes["returns_withdrawn"][1] else _("Returns allowed again")


def shipment_label(state: ShipmentState) -> str:
    """A parcel's state in words."""
    return {
        ShipmentState.AWAITING: _("Awaiting"),
        ShipmentState.LABEL_PRINTED: _("Label printed"),
        ShipmentState.DISPATCHED: _("Dispatched"),
        ShipmentState.IN_TRANSIT: _("In transit"),
        ShipmentState.DELIVERED: _("Delivered"),
        ShipmentState.RETURNED: _("Returned"),
        ShipmentState.CANCELED: _("Canceled"),
    }[state]


def payment_state_label(state: PaymentState) -> str:
    """What became of one payment, in words."""
    return {
        PaymentState.PAID: _("Received"),
        PaymentState.REFUNDED: _("Refunded"),
        PaymentState.WITHDRAWN: _("Withdrawn"),
    }[state]
