"""What a buyer is told about each state, and the way drawn below it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask_babel import Babel

from webapp.domain.order_status import OrderStatus
from webapp.domain.order_summary import OrderSummary
from webapp.domain.payment import PaymentMethod, PaymentStatus
from webapp.public.standing import standing

S, P, M = OrderStatus, PaymentStatus, PaymentMethod
ORDER = OrderSummary(
    number="261121-7KQ3F9AB", status=S.PENDING, payment_status=P.UNPAID, payment_method=M.QRIS, digital=False,
    currency="IDR", subtotal=290_000, shipping_fee=18_000, discount=0, total=308_000,
    ordered_at=datetime(2026, 11, 21, 2, 42, tzinfo=UTC), timezone="Asia/Jakarta", locale="id", store_name="Rona",
    store_email="", buyer_name="Si••", phone="", address=(), lines=(), events=(), courier=None, tracking_number=None,
    returns_withdrawn=False,
)  # fmt: skip


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    app = Flask("webapp")
    Babel(app)
    with app.app_context():
        yield


@pytest.mark.parametrize(
    ("changes", "title", "text"),
    [
        ({}, "Waiting for your payment", "Rona prepares your order once Rp\u00a0308,000 has arrived."),
        ({"payment_status": P.UNDER_REVIEW}, "Your payment is being checked", "You need do nothing."),
        ({"payment_status": P.PAID}, "Waiting for the shop to accept your order", "Your payment has arrived."),
        ({"payment_method": M.COD}, "Waiting for the shop to confirm your order", "You pay Rp\u00a0308,000 when"),
        ({"status": S.CREATED, "payment_method": None}, "Your order has reached the shop", "how to pay"),
        ({"status": S.SHIPPED}, "Your parcel is on its way", "The tracking number is not here yet."),
        ({"status": S.SHIPPED, "tracking_number": "1", "courier": "jnt"}, "Your parcel is on its way", "J&T Express"),
        ({"status": S.CANCELED}, "This order was canceled", "There is nothing to pay."),
        ({"status": S.CANCELED, "payment_status": P.PAID}, "This order was canceled", "about your refund"),
        ({"status": S.RTS}, "Your parcel came back to the shop", "Rona"),
        ({"status": S.IN_PROCESS, "digital": True}, "Your order is being prepared", "Rona sends it to you next."),
    ],
)
def test_says_what_happens_now(changes: dict[str, object], title: str, text: str) -> None:
    told = standing(replace(ORDER, **changes))  # type: ignore[arg-type]
    assert told.title == title
    assert text in told.text


@pytest.mark.parametrize(
    ("changes", "past", "here"),
    [
        ({}, ["Ordered"], "Paid"),
        ({"payment_method": M.COD}, ["Ordered"], "Confirmed"),
        ({"status": S.CONFIRMED, "payment_status": P.PAID}, ["Ordered", "Paid"], "In process"),
        ({"status": S.CONFIRMED}, ["Ordered", "Confirmed"], "In process"),
        ({"status": S.SHIPPED, "payment_status": P.PAID}, ["Ordered", "Paid", "In process"], "Shipped"),
        (
            {"status": S.COMPLETED, "payment_status": P.PAID},
            ["Ordered", "Paid", "In process", "Shipped", "Completed"],
            None,
        ),
        ({"status": S.COMPLETED, "digital": True}, ["Ordered", "Confirmed", "In process", "Completed"], None),
    ],
)
def test_draws_the_way_so_far(changes: dict[str, object], past: list[str], here: str | None) -> None:
    steps = standing(replace(ORDER, **changes)).steps  # type: ignore[arg-type]
    assert [label for label, state in steps if state == "past"] == past
    assert [label for label, state in steps if state == "here"] == ([here] if here else [])


@pytest.mark.parametrize("status", [S.CANCELED, S.RTS, S.CLOSED])
def test_draws_no_way_for_an_order_that_left_it(status: OrderStatus) -> None:
    assert standing(replace(ORDER, status=status)).steps == ()
