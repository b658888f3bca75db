"""Exactly what a buyer may see of an order. The buyer's page gets this and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp.domain.order_status import OrderStatus
from webapp.domain.payment import PaymentMethod, PaymentStatus


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One item: amounts in minor units of the order's currency."""

    name: str
    quantity: int
    unit_price: int
    total: int


@dataclass(frozen=True, slots=True)
class SummaryEvent:
    """One notified history entry: the status after it, the shop's words, and when."""

    status: OrderStatus
    comment: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderSummary:
    """An order as its buyer sees it: amounts in minor units, times in UTC, personal data already masked."""

    number: str
    status: OrderStatus
    payment_status: PaymentStatus
    payment_method: PaymentMethod | None
    digital: bool
    currency: str
    subtotal: int
    shipping_fee: int
    discount: int
    total: int
    ordered_at: datetime
    timezone: str
    locale: str
    store_name: str
    store_email: str
    buyer_name: str
    phone: str
    address: tuple[str, ...]
    lines: tuple[SummaryLine, ...]
    events: tuple[SummaryEvent, ...]
    courier: str | None
    tracking_number: str | None
    returns_withdrawn: bool


def mask_phone(phone: str) -> str:
    """Keep the first four and last two characters: enough to recognise, too little to use."""
    if len(phone) <= 6:
        return "•" * len(phone)
    return phone[:4] + "•" * (len(phone) - 6) + phone[-2:]


def mask_street(address: str) -> str:
    """Keep the first words of a street address, about a third of it, and drop the rest with the house number."""
    words = address.split()
    kept = words[: max(1, len(words) // 3)] if len(words) > 1 else [w[:3] for w in words]
    while kept and any(c.isdigit() for c in kept[-1]):
        kept.pop()
    return " ".join([*kept, "•••"]) if words else ""
