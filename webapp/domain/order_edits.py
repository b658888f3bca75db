"""What may be edited of an order, and when: one table of parts, one judge.

Buyer, payment method, lines, amounts and note can be edited until the order is shipped. A channel is the authority over
its own orders: their lines, amounts and payment method stay as the channel has them. Once somebody has said that money
came (or may have come), payment method and total stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from webapp.domain.actors import Actor
from webapp.domain.errors import Code, Problem
from webapp.domain.order_acts import Decision, OrderFacts, Outcome
from webapp.domain.order_status import OrderStatus
from webapp.domain.payment import PaymentStatus
from webapp.domain.permissions import Permission


class Part(StrEnum):
    """What an edit can be about."""

    BUYER = "buyer"
    PAYMENT_METHOD = "payment_method"
    LINES = "lines"
    AMOUNTS = "amounts"
    NOTE = "note"


S = OrderStatus

BEFORE_SHIPPING = frozenset({S.CREATED, S.PENDING, S.CONFIRMED, S.IN_PROCESS, S.READY_TO_SHIP})
"""Statuses in which an order may be edited."""

OF_THE_CHANNEL = frozenset({Part.PAYMENT_METHOD, Part.LINES, Part.AMOUNTS})
"""What only the channel may change on its own orders."""

BUYER_FIELDS = (
    "buyer_name", "buyer_phone", "buyer_email", "address", "district", "city", "province", "postal_code", "country",
)  # fmt: skip
PART_OF: Mapping[str, Part] = dict.fromkeys(BUYER_FIELDS, Part.BUYER) | {
    "payment_method": Part.PAYMENT_METHOD,
    "lines": Part.LINES,
    "shipping_fee": Part.AMOUNTS,
    "discount": Part.AMOUNTS,
    "note": Part.NOTE,
}
"""The part that each field of an edit belongs to."""

HIDDEN_FROM_PROVIDERS = frozenset({"buyer_email", "shipping_fee", "discount", "total"})
"""Fields of a difference that people who see neither e-mail nor prices are not told of."""

Changes = Mapping[str, tuple[Any, Any]]
"""By field, (before, after)."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What an order would be after an edit. Totals in minor units; `has_parcel`: a shipment was opened for it."""

    total_before: int
    total_after: int
    digital: bool
    has_parcel: bool


def editable_parts(order: OrderFacts) -> frozenset[Part]:
    """What of `order` may be edited now, by whoever may edit orders."""
    if order.status not in BEFORE_SHIPPING:
        return frozenset()
    parts = frozenset(Part)
    if order.channel_rules:
        parts -= OF_THE_CHANNEL
    if order.payment_status is not PaymentStatus.UNPAID:
        parts -= {Part.PAYMENT_METHOD}
    return parts


def may_edit(actor: Actor) -> bool:
    """Whether `actor` may edit orders at all. Who may not see prices and e-mail can't edit what they don't see."""
    return actor.may(Permission.ORDERS_EDIT) and not actor.scope.restricted


def decide_edit(order: OrderFacts, changes: Changes, outlook: Outlook, actor: Actor) -> Decision:
    """What editing these fields of `order` comes to: ok, unchanged, or failed with the reason. Changes nothing.

    An order in `created` that gets a payment method becomes `pending` by itself.
    """
    problem = _refused(order, changes, outlook, actor)
    if problem is not None:
        return Decision(Outcome.FAILED, order.status, order.payment_status, problem)
    if not changes:
        return Decision(Outcome.UNCHANGED, order.status, order.payment_status)
    gets_method = changes.get("payment_method", (None, None))[1] is not None
    status = S.PENDING if order.status is S.CREATED and gets_method else order.status
    if outlook.total_before != outlook.total_after:
        changes = {**changes, "total": (outlook.total_before, outlook.total_after)}
    return Decision(Outcome.OK, status, order.payment_status, changes=changes)


def _refused(order: OrderFacts, changes: Changes, outlook: Outlook, actor: Actor) -> Problem | None:
    if not may_edit(actor):
        return Problem(Code.NO_PERMISSION, {"number": order.number, "variant": "edit"})
    asked = {PART_OF[field] for field in changes}
    if not asked:
        return None
    params = {"number": order.number, "from_status": order.status.value}
    if order.status not in BEFORE_SHIPPING:
        return Problem(Code.TRANSITION_NOT_ALLOWED, params | {"variant": "edit"})
    if order.channel_rules and asked & OF_THE_CHANNEL:
        return Problem(Code.UNSUPPORTED_BY_CHANNEL, params | {"variant": "edit"})
    settled = order.payment_status is not PaymentStatus.UNPAID
    if settled and (Part.PAYMENT_METHOD in asked or outlook.total_before != outlook.total_after):
        payment = {"variant": "edit_paid", "from_payment": order.payment_status.value}
        return Problem(Code.TRANSITION_NOT_ALLOWED, params | payment)
    becomes_digital = outlook.digital and not order.digital
    if becomes_digital and (outlook.has_parcel or order.status is S.READY_TO_SHIP):
        return Problem(Code.DIGITAL_ORDER, params | {"variant": "edit"})
    return None
