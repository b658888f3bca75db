"""Payment methods as people and channels write them."""

from __future__ import annotations

import pytest

from webapp.domain.payment import PaymentMethod as M
from webapp.domain.payment_words import payment_method_from_words


@pytest.mark.parametrize("method", M)
def test_every_code_is_itself(method: M) -> None:
    assert payment_method_from_words(method.value.upper().replace("_", " ")) is method


@pytest.mark.parametrize(
    ("typed", "method"),
    [
        ("Transfer Bank", M.BANK_TRANSFER), ("COD (Bayar di Tempat)", M.COD), ("Cash on Delivery", M.COD),
        ("가상계좌", M.VIRTUAL_ACCOUNT), ("Kartu Kredit/Debit", M.CARD), ("GoPay", M.E_WALLET),
        ("Alfamart", M.CONVENIENCE_STORE), ("Cash on Delivery (COD)", M.COD), ("Credit card (Stripe)", M.CARD),
        ("Direct bank transfer", M.BANK_TRANSFER), ("PayPal", M.E_WALLET), ("Shopify Payments", M.CARD),
    ],
)  # fmt: skip
def test_usual_names_are_known(typed: str, method: M) -> None:
    assert payment_method_from_words(typed) is method


def test_anything_else_is_not_guessed() -> None:
    assert payment_method_from_words("barter") is None
    assert payment_method_from_words("") is None
    assert payment_method_from_words("(COD)") is None
    assert payment_method_from_words("barter (COD)") is None
