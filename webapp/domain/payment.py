"""How and whether an order is paid."""

from __future__ import annotations

from enum import StrEnum


class PaymentStatus(StrEnum):
    """Whether the money is there."""

    UNPAID = "unpaid"
    UNDER_REVIEW = "under_review"
    PAID = "paid"
    REFUNDED = "refunded"


class PaymentMethod(StrEnum):
    """How the buyer pays; an order without one is a lead (`created`)."""

    BANK_TRANSFER = "bank_transfer"
    QRIS = "qris"
    VIRTUAL_ACCOUNT = "virtual_account"
    CARD = "card"
    E_WALLET = "e_wallet"
    CONVENIENCE_STORE = "convenience_store"
    COD = "cod"
    CHANNEL = "channel"
    OTHER = "other"


class PaymentState(StrEnum):
    """The life of one payment row; an order may have several."""

    PAID = "paid"
    REFUNDED = "refunded"
    WITHDRAWN = "withdrawn"


_BY_HAND: dict[PaymentStatus, frozenset[PaymentStatus]] = {
    PaymentStatus.UNPAID: frozenset({PaymentStatus.PAID}),
    PaymentStatus.UNDER_REVIEW: frozenset({PaymentStatus.PAID, PaymentStatus.UNPAID}),
    PaymentStatus.PAID: frozenset({PaymentStatus.UNPAID, PaymentStatus.REFUNDED}),
    PaymentStatus.REFUNDED: frozenset(),
}


def payment_allowed(start: PaymentStatus, to: PaymentStatus) -> bool:
    """Whether a person may change a payment status from `start` to `to`."""
    return to in _BY_HAND[start]
