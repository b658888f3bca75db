"""What somebody wants done to an order, and what comes of it.

`decide` is the only place where an act is judged. The bulk bar, the menus, the upload's preview, the running job,
the order page and the command line all ask it, so what is offered is what is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from operator import itemgetter
from types import MappingProxyType
from typing import Any, NamedTuple

from webapp.domain.actors import EVERYTHING, Actor, ActorKind, Scope
from webapp.domain.errors import Code, Problem
from webapp.domain.order_moments import UNKNOWN, Moments
from webapp.domain.order_status import (
    DELETABLE,
    FINAL,
    PARCEL_ONLY,
    SHIPPING,
    Acceptance,
    Notice,
    OrderStatus,
    find_transition,
    may_be_deleted,
    targets,
)
from webapp.domain.payment import PaymentMethod, PaymentStatus, payment_allowed
from webapp.domain.permissions import Permission
from webapp.domain.shipping import ShipmentState


class Outcome(StrEnum):
    """How an act on one order ended."""

    OK = "ok"
    UNCHANGED = "unchanged"
    FAILED = "failed"


class ActKind(StrEnum):
    """What was done to orders in one go: the bulk actions in the order of their bar, and the other ways."""

    CHANGE_STATUS = "change_status"
    ADD_HISTORY = "add_history"
    MARK_PAID = "mark_paid"
    ASSIGN = "assign"
    TAG = "tag"
    DELETE = "delete"
    SET_TRACKING = "set_tracking"
    STATUS_UPLOAD = "status_upload"
    UNDO = "undo"


class Named(NamedTuple):
    """A person or a tag: its id, and the name that history keeps of it."""

    id: int
    name: str


class Label(NamedTuple):
    """What stands on a parcel; None for what is not known yet."""

    courier: str | None
    tracking_number: str | None


@dataclass(frozen=True, slots=True)
class Assignee:
    """Whom an order is given to (None: to nobody), and which orders exist for them."""

    person: Named | None
    scope: Scope = EVERYTHING


class OrderFacts(NamedTuple):
    """What a decision needs to know about one order, read under its lock (or unlocked, for a preview).

    `channel_rules` is true for orders of an account whose channel has a connector; `can_cancel` says whether that
    connector can cancel there. `shipment_state`, `courier` and `tracking_number` are the open shipment's.
    `paid_by_completion` is true when the step to `completed` was what marked a COD order paid. `assigned` and `tags`
    (ids) are only read for acts that touch them; `account_id` and `warehouse_id` say for whom the order exists.

    This and `Decision` are made for each order of a file: a tuple is made in a fifth of a frozen dataclass's time.
    """

    number: str
    status: OrderStatus
    payment_status: PaymentStatus
    payment_method: PaymentMethod | None = None
    digital: bool = False
    acceptance: Acceptance = Acceptance.NOT_NEEDED
    on_hold: bool = False
    channel_rules: bool = False
    can_cancel: bool = False
    shipment_state: ShipmentState | None = None
    courier: str | None = None
    tracking_number: str | None = None
    returns_withdrawn: bool = False
    paid_by_completion: bool = False
    account_id: int = 0
    warehouse_id: int | None = None
    assigned: Named | None = None
    tags: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class OrderAct:
    """What somebody wants done to one order, in one step with one history row.

    `to`: the new status. `payment`: the new payment status (a reason goes into `comment`). `courier` and
    `tracking_number` are set on the open shipment. `override`: True withdraws the buyer's right to ask for a return,
    False allows it again. `assign`: to whom the order is given. `tag`, `untag`: tags put on and taken off.
    `always_record`: write an entry even when nothing changes (*Add history*). `takes_back`: the act is the way back of
    an earlier one, and needs no reason of its own; `moments` are those that the order had where it goes back to, and
    `label` is what the open shipment had before, where the earlier act has changed that.
    """

    to: OrderStatus | None = None
    payment: PaymentStatus | None = None
    courier: str | None = None
    tracking_number: str | None = None
    comment: str = ""
    notify: bool = False
    override: bool | None = None
    assign: Assignee | None = None
    tag: tuple[Named, ...] = ()
    untag: tuple[Named, ...] = ()
    always_record: bool = False
    takes_back: bool = False
    moments: Moments = UNKNOWN
    label: Label | None = None


_NOTHING: Mapping[str, tuple[Any, Any]] = MappingProxyType({})


class Decision(NamedTuple):
    """What an act comes to for one order. Only an `ok` decision has effects; a `failed` one has a problem.

    `changes` holds, by field name, the pair (before, after) of everything but the status: what undo puts back. Of tags
    it holds those that went and those that came.
    """

    outcome: Outcome
    status: OrderStatus
    payment_status: PaymentStatus
    problem: Problem | None = None
    notice: Notice | None = None
    changes: Mapping[str, tuple[Any, Any]] = _NOTHING


def decide(order: OrderFacts, act: OrderAct, actor: Actor) -> Decision:
    """What `act` by `actor` comes to on `order`: ok, unchanged, or failed with the reason. Changes nothing itself."""
    problem = _missing_permission(order, act, actor) or _refused_status(order, act.to, actor)
    problem = problem or _refused_payment(order, act) or _refused_tracking(order, act) or _refused_assignee(order, act)
    if problem is not None:
        return Decision(Outcome.FAILED, order.status, order.payment_status, problem)
    status = act.to or order.status
    payment = act.payment or order.payment_status
    if act.payment is PaymentStatus.PAID and act.to is None and _paying_confirms(order):
        status = OrderStatus.CONFIRMED
    if order.payment_method is PaymentMethod.COD and act.payment is None:
        payment = _cod_payment(order, status)
    changes = _changes(order, act, payment)
    if status is order.status and not changes and not act.always_record:
        return Decision(Outcome.UNCHANGED, order.status, order.payment_status)
    step = find_transition(order.status, status, digital=order.digital)
    notice = step.notice if step else Notice.ORDER_UPDATED
    return Decision(Outcome.OK, status, payment, notice=notice if act.notify else None, changes=changes)


_OWN = frozenset({"number", "courier", "tracking_number", "account_id", "warehouse_id", "assigned", "tags"})
"""Facts that each order has of its own. `decide` asks for them where the act touches them, and to name the order."""
_standing = itemgetter(*(place for place, name in enumerate(OrderFacts._fields) if name not in _OWN))


class Decisions:
    """What acts of one actor come to, for many orders at once.

    Orders that stand alike are decided on once: a hundred of a list, or the rows of a file, are a few different cases.
    A refusal names its order, and is made for each; so is what comes of an act that touches what each has of its own.
    """

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self._made: dict[tuple[tuple[Any, ...], int], Decision] = {}

    def of(self, order: OrderFacts, act: OrderAct) -> Decision:
        """As `decide` has it. Acts are told apart by identity: all must live as long as this."""
        if act.tracking_number is not None or act.courier is not None or act.assign or act.tag or act.untag:
            return decide(order, act, self._actor)
        case = _standing(order), id(act)
        decision = self._made.get(case)
        if decision is None:
            decision = decide(order, act, self._actor)
            if decision.outcome is not Outcome.FAILED:
                self._made[case] = decision
        return decision


def decide_deletion(order: OrderFacts, actor: Actor) -> Decision:
    """Whether `actor` may delete `order`: only Created and Canceled orders, only with the permission."""
    problem = None
    if not actor.may(Permission.ORDERS_DELETE):
        problem = Problem(Code.NO_PERMISSION, {"number": order.number, "variant": "delete"})
    elif not may_be_deleted(order.status):
        problem = Problem(Code.NOT_DELETABLE, {"number": order.number, "from_status": order.status.value})
    outcome = Outcome.FAILED if problem else Outcome.OK
    return Decision(outcome, order.status, order.payment_status, problem)


def offered_targets(order: OrderFacts, actor: Actor) -> tuple[OrderStatus, ...]:
    """The statuses that a menu offers for `order`: those that `decide` would accept from this actor."""
    return tuple(
        to
        for to in targets(order.status, digital=order.digital)
        if decide(order, OrderAct(to=to), actor).outcome is Outcome.OK
    )


def decide_undo(order: OrderFacts, act: OrderAct, actor: Actor, *, latest: bool, pushed: bool) -> Decision:
    """Whether a bulk change may be taken back on `order` with `act`, the way back.

    `latest`: the change is still the order's latest version; `pushed`: its message has left for the channel.
    """
    if pushed:
        problem = Problem(Code.ALREADY_PUSHED, {"number": order.number})
        return Decision(Outcome.FAILED, order.status, order.payment_status, problem)
    if not latest:
        problem = Problem(Code.LOCKED, {"number": order.number, "variant": "changed_since"})
        return Decision(Outcome.FAILED, order.status, order.payment_status, problem)
    return decide(order, act, actor)


def _missing_permission(order: OrderFacts, act: OrderAct, actor: Actor) -> Problem | None:
    variant = None
    # Who may set the status that an order has may take back the step that brought it there.
    if act.to is not None and not actor.may_set(order.status if act.takes_back else act.to):
        variant = "status"
    elif act.payment is not None and not actor.may(Permission.PAYMENTS_CONFIRM):
        variant = "payment"
    elif (act.tracking_number or act.courier or act.label) and not (
        actor.may(Permission.FULFILMENT_WORK) or actor.may(Permission.ORDERS_EDIT)
    ):
        variant = "tracking"
    elif (_writes_history(act) and not actor.may(Permission.ORDERS_ADD_HISTORY)) or (
        act.notify and not actor.may(Permission.ORDERS_NOTIFY)
    ):
        variant = "history"
    elif (act.assign or act.tag or act.untag) and not actor.may(Permission.ORDERS_EDIT):
        variant = "marks"
    if variant is None:
        return None
    params = {"number": order.number, "variant": variant, "from_status": order.status.value}
    return Problem(Code.NO_PERMISSION, params | ({"to_status": act.to.value} if act.to else {}))


def _writes_history(act: OrderAct) -> bool:
    return bool(act.comment) or act.override is not None or act.always_record


def _refused_status(order: OrderFacts, to: OrderStatus | None, actor: Actor) -> Problem | None:
    if to is None or to is order.status or actor.kind is ActorKind.CHANNEL:
        return None
    hint: dict[str, str] = {}
    if order.digital and to in PARCEL_ONLY:
        code = Code.DIGITAL_ORDER
    elif find_transition(order.status, to, digital=order.digital) is None:
        code, hint = Code.TRANSITION_NOT_ALLOWED, _hint(order, to)
    elif order.channel_rules and order.acceptance is Acceptance.AWAITING:
        code = Code.AWAITING_ACCEPTANCE
    elif order.on_hold and to in SHIPPING:
        code = Code.ON_HOLD
    elif order.channel_rules and to is OrderStatus.CANCELED and not order.can_cancel:
        code = Code.UNSUPPORTED_BY_CHANNEL
    else:
        return None
    return Problem(code, {"number": order.number, "from_status": order.status.value, "to_status": to.value} | hint)


def _hint(order: OrderFacts, to: OrderStatus) -> dict[str, str]:
    if order.status in FINAL:
        return {"variant": "final"}
    if order.status in (OrderStatus.COMPLETED, OrderStatus.RTS):
        return {} if order.digital else {"variant": "ship_back"}
    ends = (OrderStatus.COMPLETED, OrderStatus.RTS, OrderStatus.CLOSED)
    if to in ends and not order.digital and order.status is not OrderStatus.CREATED:
        return {"variant": "ship_first"}
    return {}


def _refused_payment(order: OrderFacts, act: OrderAct) -> Problem | None:
    to = act.payment
    if to is None or to is order.payment_status:
        return None
    if payment_allowed(order.payment_status, to):
        # Taking a payment back, or rejecting a confirmation, is never done without saying why.
        if to is PaymentStatus.UNPAID and not act.comment.strip() and not act.takes_back:
            return Problem(Code.MISSING_VALUE, {"number": order.number, "field": "reason"})
        return None
    params = {
        "number": order.number,
        "variant": "payment",
        "from_payment": order.payment_status.value,
        "to_payment": to.value,
    }
    return Problem(Code.TRANSITION_NOT_ALLOWED, params)


def _refused_tracking(order: OrderFacts, act: OrderAct) -> Problem | None:
    number, courier = act.tracking_number, act.courier
    settled = order.shipment_state in (ShipmentState.IN_TRANSIT, ShipmentState.DELIVERED)
    if act.label is not None and settled:
        return Problem(Code.WRONG_SHIPMENT_STATE, {"number": order.number, "from_status": order.status.value})
    new_number = number is not None and number != order.tracking_number
    new_courier = courier is not None and courier != order.courier
    if not new_number and not new_courier:
        return None
    if order.digital:
        return Problem(Code.DIGITAL_ORDER, {"number": order.number})
    # A parcel that came back keeps its number; sent again it may get another one.
    if new_number and order.tracking_number and order.shipment_state is not ShipmentState.RETURNED:
        return Problem(Code.TRACKING_EXISTS, {"number": order.number, "tracking_number": order.tracking_number})
    params = {"number": order.number, "from_status": order.status.value}
    if act.to is not None and act.to is not order.status and act.to in _NO_PARCEL:
        return Problem(Code.WRONG_SHIPMENT_STATE, params | {"to_status": act.to.value, "variant": "together"})
    leaves = act.to is not None and act.to not in _NO_PARCEL
    if (order.status in _NO_PARCEL and not leaves) or (settled and order.tracking_number):
        return Problem(Code.WRONG_SHIPMENT_STATE, params)
    return None


def _refused_assignee(order: OrderFacts, act: OrderAct) -> Problem | None:
    """Nobody is given what does not exist for them; taking back an earlier act is never refused for it."""
    if act.assign is None or act.assign.person is None or act.assign.scope.covers(order.account_id, order.warehouse_id):
        return None
    name = act.assign.person.name
    return Problem(Code.BAD_VALUE, {"number": order.number, "field": "assigned", "value": name, "variant": "assignee"})


_NO_PARCEL = DELETABLE | {OrderStatus.COMPLETED, OrderStatus.CLOSED, OrderStatus.RTS}


def _paying_confirms(order: OrderFacts) -> bool:
    return order.status is OrderStatus.PENDING and order.acceptance is not Acceptance.AWAITING


def _cod_payment(order: OrderFacts, status: OrderStatus) -> PaymentStatus:
    """COD is paid when completed; leaving `completed` takes that back, if that act set it."""
    if status is order.status:
        return order.payment_status
    if status is OrderStatus.COMPLETED and order.payment_status is PaymentStatus.UNPAID:
        return PaymentStatus.PAID
    if order.status is OrderStatus.COMPLETED and order.paid_by_completion:
        return PaymentStatus.UNPAID
    return order.payment_status


def _changes(order: OrderFacts, act: OrderAct, payment: PaymentStatus) -> dict[str, tuple[Any, Any]]:
    # Asked for each order of a file: most acts change nothing here.
    changes: dict[str, tuple[Any, Any]] = {}
    if payment is not order.payment_status:
        changes["payment_status"] = (order.payment_status.value, payment.value)
    if act.label is not None:
        was = {"courier": order.courier, "tracking_number": order.tracking_number}
        changes |= {name: (was[name], text) for name, text in act.label._asdict().items() if text != was[name]}
    if act.courier and act.courier != order.courier:
        changes["courier"] = (order.courier, act.courier)
    if act.tracking_number and act.tracking_number != order.tracking_number:
        changes["tracking_number"] = (order.tracking_number, act.tracking_number)
    if act.override is not None and act.override != order.returns_withdrawn:
        changes["returns_withdrawn"] = (order.returns_withdrawn, act.override)
    if act.assign is not None and act.assign.person != order.assigned:
        changes["assigned_to"] = (order.assigned, act.assign.person)
    if act.tag or act.untag:
        gone = [tag for tag in act.untag if tag.id in order.tags]
        new = [tag for tag in act.tag if tag.id not in order.tags]
        if gone or new:
            changes["tags"] = (gone, new)
    return changes
