"""From what people type to orders."""

from __future__ import annotations

from flask import Flask

from tests.factories import Shop, count_rows, history_of, make_orders
from webapp.domain.actors import EVERYTHING
from webapp.domain.errors import Code, Problem
from webapp.domain.order_acts import Outcome
from webapp.domain.order_status import OrderStatus
from webapp.extensions import db
from webapp.models import Batch, Order
from webapp.services.orders.bulk import change_status
from webapp.services.orders.delete import delete_orders
from webapp.services.orders.resolve import resolve_numbers


def test_a_text_that_a_database_cannot_take_is_no_number(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    found = resolve_numbers(db.session(), EVERYTHING, [order.number, "26\0"])
    assert found[order.number] == order.id
    assert isinstance(problem := found["26\0"], Problem)
    assert problem.code is Code.NOT_FOUND


def test_an_order_named_twice_is_changed_and_counted_once(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    twice = [order.number, order.number.lower()]
    changed = change_status(shop.actor(), twice, OrderStatus.CANCELED, comment="out of\0 stock")
    assert changed.count(Outcome.OK) == 1
    assert [entry.comment for entry in history_of(order.number)] == ["", "out of stock"]
    assert delete_orders(shop.actor(), twice).count(Outcome.OK) == 1
    assert count_rows(Order) == 0


def test_where_nothing_changes_no_batch_is_kept(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    refused = change_status(shop.actor(), [order.number], OrderStatus.RTS)
    assert (refused.batch_id, count_rows(Batch)) == (None, 0)
