"""Updates of orders from files: given cells take the place of what an order has, given lines of its lines.

Only before shipping, and never on a channel's orders; what may be edited, and what follows from it, is as by hand.
What an order has already changes nothing, whatever its status: a download can be uploaded again as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from webapp.domain.actors import Actor
from webapp.domain.errors import Code, Problem
from webapp.domain.order_acts import Decision, Outcome
from webapp.domain.order_edits import BEFORE_SHIPPING, may_edit
from webapp.domain.payment import PaymentMethod
from webapp.services.orders.contents import BUYER_PARTS, Content, decide_content
from webapp.services.orders.create import NewLine
from webapp.services.orders.facts import KnownOrder


@dataclass(frozen=True, slots=True)
class OrderUpdate:
    """What an order gets; what is None, empty or absent stays. Amounts in minor units.

    `texts` by the names of history: those of the buyer (`buyer_name` …) and `note`. Given lines replace the lines;
    files do not say what is digital, so an item that the order has already stays what it is.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    payment_method: PaymentMethod | None = None
    lines: tuple[NewLine, ...] = ()
    shipping_fee: int | None = None
    discount: int | None = None


def refused_update(order: KnownOrder, actor: Actor) -> Problem | None:
    """Why a file can't change `order` at all, whatever it changes."""
    facts = order.facts
    params = {"number": facts.number, "from_status": facts.status.value}
    if not may_edit(actor):
        return Problem(Code.NO_PERMISSION, {"number": facts.number, "variant": "edit"})
    if facts.channel_rules:
        return Problem(Code.UNSUPPORTED_BY_CHANNEL, params | {"variant": "file"})
    if facts.status not in BEFORE_SHIPPING:
        return Problem(Code.TRANSITION_NOT_ALLOWED, params | {"variant": "edit"})
    return None


def decide_update(order: KnownOrder, now: Content, update: OrderUpdate, actor: Actor) -> tuple[Decision, Content]:
    """What `update` comes to for an order whose content is `now`: the decision, and what the order would consist of.
    Changes nothing."""
    wanted = _wanted(now, update)
    decision = decide_content(order, now, wanted, actor)
    if decision.outcome is not Outcome.UNCHANGED and (refused := refused_update(order, actor)) is not None:
        return Decision(Outcome.FAILED, order.facts.status, order.facts.payment_status, refused), wanted
    return decision, wanted


def _wanted(now: Content, update: OrderUpdate) -> Content:
    texts = dict(update.texts)
    note = texts.pop("note", now.note)
    buyer = replace(now.buyer, **{BUYER_PARTS[name]: value.strip() for name, value in texts.items()})
    return replace(
        now,
        buyer=replace(buyer, email=buyer.email.lower()),
        note=note,
        payment_method=update.payment_method or now.payment_method,
        lines=_with_kinds(update.lines, now.lines) or now.lines,
        shipping_fee=now.shipping_fee if update.shipping_fee is None else update.shipping_fee,
        discount=now.discount if update.discount is None else update.discount,
    )


def _with_kinds(lines: tuple[NewLine, ...], now: tuple[NewLine, ...]) -> tuple[NewLine, ...]:
    digital = {line.sku or line.name for line in now if line.digital}
    return tuple(replace(line, digital=(line.sku or line.name) in digital) for line in lines)
