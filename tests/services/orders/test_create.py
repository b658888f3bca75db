"""Creating orders: what they become, what is refused, and that a refusal leaves nothing behind."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from tests.factories import Shop, count_rows, history_of, make_orders, new_order, totals_recounted
from webapp.domain.errors import Code, Refused
from webapp.domain.numbers import TOKEN_BYTES, normalize_order_number
from webapp.domain.payment import PaymentMethod
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.models import Customer, Order, OrderContact, OrderLine, OrderSearch
from webapp.services.orders import create
from webapp.services.orders.create import Buyer, NewLine, create_orders


def test_an_order_with_a_payment_method_is_pending_and_complete(app: Flask, shop: Shop) -> None:
    (made,) = create_orders(shop.actor(), [new_order(shop.manual, discount=8_000, note="Jangan dilipat")])
    order = db.session.scalars(select(Order)).one()
    assert (order.number, order.status, order.payment_status) == (made.number, "pending", "unpaid")
    assert normalize_order_number(order.number) == order.number
    assert (order.subtotal, order.shipping_fee, order.discount, order.total) == (290_000, 18_000, 8_000, 300_000)
    assert (order.item_count, order.currency, order.version) == (2, "IDR", 1)
    contact = db.session.scalars(select(OrderContact)).one()
    assert (contact.phone_key, contact.buyer_email, contact.note) == (
        "81288401127",
        "siti@example.com",
        "Jangan dilipat",
    )
    assert contact.public_token == made.token
    assert len(made.token) == 16
    assert [entry.to_status for entry in history_of(made.number)] == ["pending"]
    doc = db.session.scalars(select(OrderSearch.doc)).one()
    for word in ("siti", "nurhaliza", "81288401127", "rb-prg-l"):
        assert word in doc
    assert totals_recounted() == []


def test_without_a_payment_method_it_is_a_lead(app: Flask, shop: Shop) -> None:
    (made,) = make_orders(shop.manual, payment_method=None)
    assert made.status == "created"


def test_the_day_is_the_stores(app: Flask, shop: Shop) -> None:
    late = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)  # 01:30 the next day in Jakarta
    (made,) = make_orders(shop.manual, ordered_at=late)
    assert made.number.startswith("261121-")
    assert db.session.scalars(select(Order.local_date)).one().isoformat() == "2026-11-21"


def test_one_buyer_is_one_customer_however_the_phone_is_written(app: Flask, shop: Shop) -> None:
    for phone in ("0812-8840-1127", "+62 812 8840 1127", "6281288401127"):
        make_orders(shop.manual, buyer=Buyer("Siti", phone))
    make_orders(shop.onyu_manual, buyer=Buyer("Siti", "0812-8840-1127"))
    assert count_rows(Customer) == 2, "one a store"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"lines": ()}, Code.MISSING_VALUE, "lines"),
        ({"buyer": Buyer("  ")}, Code.MISSING_VALUE, "buyer_name"),
        ({"lines": (NewLine("x", 0, 1),)}, Code.BAD_VALUE, "quantity"),
        ({"lines": (NewLine("x", 1, -1),)}, Code.BAD_VALUE, "unit_price"),
        ({"lines": (NewLine(" ", 1, 1),)}, Code.MISSING_VALUE, "item_name"),
        ({"shipping_fee": -1}, Code.BAD_VALUE, "shipping_fee"),
        ({"discount": 1_000_000}, Code.BAD_VALUE, "discount"),
    ],
)
def test_a_bad_order_refuses_the_whole_call(
    app: Flask, shop: Shop, changes: dict[str, object], code: Code, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        create_orders(shop.actor(), [new_order(shop.manual), new_order(shop.manual, **changes)])
    assert (refused.value.problem.code, refused.value.problem.params["field"]) == (code, field)
    assert count_rows(Order) == count_rows(OrderLine) == count_rows(Customer) == 0


def test_a_foreign_account_does_not_exist(app: Flask, shop: Shop) -> None:
    with pytest.raises(Refused) as refused:
        create_orders(shop.actor(), [new_order(999_999)])
    assert refused.value.problem.code is Code.NOT_FOUND
    with pytest.raises(Refused):
        create_orders(shop.actor(Role.VIEWER), [new_order(shop.manual)])
    assert count_rows(Order) == 0


def test_numbers_that_collide_get_others(app: Flask, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter([1, 1, 2, 2, 2, 3])
    chance = create.secrets.token_bytes

    def draw(size: int) -> bytes:
        # Tokens of sixteen bytes each by chance, numbers of five as they stand above.
        return chance(size) if size % TOKEN_BYTES == 0 else b"".join(next(drawn).to_bytes(5) for _ in range(size // 5))

    monkeypatch.setattr(create.secrets, "token_bytes", draw)
    first = make_orders(shop.manual, 2, payment_method=PaymentMethod.QRIS)
    second = make_orders(shop.manual, 1)
    numbers = [order.number for order in first + second]
    assert len(set(numbers)) == 3
    assert [number[-1] for number in numbers] == ["1", "2", "3"]
