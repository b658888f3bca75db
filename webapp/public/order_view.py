"""An order's summary in words, ready to be put into the page: every amount and time is text in the reader's language.

Made here and not in the template, which would look the language up for each of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from webapp.domain.couriers import courier_name, tracking_link
from webapp.domain.order_status import FINAL, OrderStatus
from webapp.domain.order_summary import OrderSummary, SummaryEvent
from webapp.formats.labels import payment_method_label, status_label
from webapp.formats.numbers import integer, writer
from webapp.formats.times import long_day, moments
from webapp.public.standing import standing

ENDED = FINAL | {OrderStatus.COMPLETED, OrderStatus.RTS}
"""Statuses in which nobody waits for a tracking number any more."""
BEGINNING = frozenset({OrderStatus.CREATED, OrderStatus.PENDING})
"""Statuses that an order arrives in: the first entry does not bring them."""
_TIMES = "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True, slots=True)
class Line:
    """One item: its name, how many at which price, and what that comes to."""

    name: str
    price: str
    total: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline; `label` is empty where the status stayed."""

    status: str
    label: str
    comment: str
    at: str
    iso: str


def view_of(order: OrderSummary) -> dict[str, Any]:
    """What the template gets, in the reader's language: nothing that is not in `order`."""
    plain, full = writer(order.currency, sign=False), writer(order.currency, sign=True)
    moment = moments(order.timezone)
    courier, number = order.courier, order.tracking_number
    stands = standing(order)
    return {
        "shop_name": order.store_name,
        "store_email": order.store_email,
        "number": order.number,
        "status": order.status.value,
        "digital": order.digital,
        "title": stands.title,
        "text": stands.text,
        "steps": stands.steps,
        "ordered_iso": order.ordered_at.isoformat(),
        "ordered_day": long_day(order.ordered_at, order.timezone),
        "ordered_at": moment(order.ordered_at),
        "entries": [
            Entry(
                event.status.value,
                status_label(event.status) if changed else "",
                event.comment,
                moment(event.at),
                event.at.isoformat(),
            )
            for event, changed in told(order.events)
        ],
        "payment": order.payment_status.value,
        "method": payment_method_label(order.payment_method),
        "lines": [
            Line(line.name, f"{integer(line.quantity)} {_TIMES} {plain(line.unit_price)}", plain(line.total))
            for line in order.lines
        ],
        "quantity": sum(line.quantity for line in order.lines),
        "subtotal": plain(order.subtotal),
        "shipping": plain(order.shipping_fee) if order.shipping_fee or not order.digital else "",
        "discount": plain(-order.discount) if order.discount else "",
        "total": full(order.total),
        "returns_withdrawn": order.returns_withdrawn,
        "buyer": order.buyer_name,
        "address": "" if order.digital else ", ".join(order.address),
        "phone": order.phone,
        "courier": courier_name(courier) if courier else "",
        "tracking_number": number or "",
        "tracking_url": (tracking_link(courier, number) if courier and number else None) or "",
        "waits_for_number": not order.digital and not number and order.status not in ENDED,
    }


def told(events: tuple[SummaryEvent, ...]) -> list[tuple[SummaryEvent, bool]]:
    """The notified entries, newest first, each with whether it brought a new status."""
    in_order = sorted(events, key=lambda event: event.at)
    pairs = []
    known = BEGINNING
    for event in in_order:
        pairs.append((event, event.status not in known))
        known = frozenset({event.status})
    return pairs[::-1]
