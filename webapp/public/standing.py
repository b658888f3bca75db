"""How an order stands, told to its buyer: one sentence of what happens now, one of what follows, and the way so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from webapp.domain.couriers import courier_name
from webapp.domain.errors import N_
from webapp.domain.order_status import TO_SHIP, OrderStatus
from webapp.domain.order_summary import OrderSummary
from webapp.domain.payment import PaymentMethod, PaymentStatus
from webapp.formats.languages import translated
from webapp.formats.numbers import money

S, P = OrderStatus, PaymentStatus


@dataclass(frozen=True, slots=True)
class Standing:
    """The head of the buyer's page. `steps` are (label, state) with state `past`, `here` or ``; empty where the order
    left the usual way."""

    title: str
    text: str
    steps: tuple[tuple[str, str], ...]


def standing(order: OrderSummary) -> Standing:
    """How `order` stands, by its true status, whatever its buyer was notified of. In the reader's language."""
    title, text = _sentences(order)
    params = {
        "store": order.store_name,
        "total": money(order.total, order.currency),
        "courier": courier_name(order.courier) if order.courier else "",
    }
    return Standing(translated(title), translated(text) % params, _steps(order))


def _sentences(order: OrderSummary) -> tuple[str, str]:
    if order.status is S.PENDING:
        return _pending(order)
    if order.status is S.SHIPPED:
        return _shipped(order)
    if order.status is S.CANCELED:
        return N_("This order was canceled"), _CANCELED[order.payment_status]
    if order.status is S.IN_PROCESS and order.digital:
        return N_("Your order is being prepared"), N_("%(store)s sends it to you next.")
    return _BY_STATUS[order.status]


_BY_STATUS: Mapping[OrderStatus, tuple[str, str]] = {
    S.CREATED: (N_("Your order has reached the shop"), N_("%(store)s agrees with you how to pay.")),
    S.CONFIRMED: (N_("Your order is confirmed"), N_("%(store)s prepares it next.")),
    S.IN_PROCESS: (N_("Your order is being prepared"), N_("It is packed and handed to the courier next.")),
    S.READY_TO_SHIP: (N_("Your parcel is packed"), N_("It is waiting for the courier.")),
    S.COMPLETED: (N_("Your order is complete"), N_("Thank you for buying at %(store)s.")),
    S.RTS: (N_("Your parcel came back to the shop"), N_("Ask %(store)s what happens next.")),
    S.CLOSED: (N_("This order is closed"), N_("Ask %(store)s if something is missing.")),
}
_CANCELED: Mapping[PaymentStatus, str] = {
    P.UNPAID: N_("There is nothing to pay."),
    P.UNDER_REVIEW: N_("If you have paid, ask %(store)s for your money back."),
    P.PAID: N_("You have paid %(total)s. Ask %(store)s about your refund."),
    P.REFUNDED: N_("Your payment was given back."),
}


def _pending(order: OrderSummary) -> tuple[str, str]:
    if order.payment_status is P.UNDER_REVIEW:
        return N_("Your payment is being checked"), N_("%(store)s looks for it in its account. You need do nothing.")
    if order.payment_status is P.PAID:
        return N_("Waiting for the shop to accept your order"), N_("Your payment has arrived.")
    if order.payment_status is P.REFUNDED:
        return N_("Your payment was given back"), N_("Ask %(store)s what happens next.")
    if order.payment_method is PaymentMethod.COD:
        return (
            N_("Waiting for the shop to confirm your order"),
            N_("You pay %(total)s when the parcel arrives."),
        )
    return N_("Waiting for your payment"), N_("%(store)s prepares your order once %(total)s has arrived.")


def _shipped(order: OrderSummary) -> tuple[str, str]:
    if not order.tracking_number:
        return N_("Your parcel is on its way"), N_("The tracking number is not here yet. Look again later.")
    if order.courier:
        return N_("Your parcel is on its way"), N_("Follow it at %(courier)s with the tracking number on this page.")
    return N_("Your parcel is on its way"), N_("Follow it with the tracking number on this page.")


_OFF_THE_WAY = frozenset({S.CANCELED, S.RTS, S.CLOSED})
_ORDERED, _PAID, _CONFIRMED = N_("Ordered"), N_("Paid"), N_("Confirmed")
_PREPARED, _SHIPPED, _DONE = N_("In process"), N_("Shipped"), N_("Completed")


def _steps(order: OrderSummary) -> tuple[tuple[str, str], ...]:
    if order.status in _OFF_THE_WAY:
        return ()
    money_first = order.payment_status is P.PAID or (
        order.status in (S.CREATED, S.PENDING) and order.payment_method is not PaymentMethod.COD
    )
    labels = [_ORDERED, _PAID if money_first else _CONFIRMED, _PREPARED, _SHIPPED, _DONE]
    if order.digital:
        labels.remove(_SHIPPED)
    here = labels.index(_waits_for(order, labels[1])) if order.status is not S.COMPLETED else len(labels)
    return tuple(
        (translated(label), "past" if place < here else "here" if place == here else "")
        for place, label in enumerate(labels)
    )


def _waits_for(order: OrderSummary, second: str) -> str:
    """The step that the order is in or waits for."""
    if order.status in TO_SHIP or (order.status is S.PENDING and order.payment_status is P.PAID):
        return _PREPARED
    return _SHIPPED if order.status is S.SHIPPED and not order.digital else second
