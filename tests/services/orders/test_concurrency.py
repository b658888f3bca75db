"""Several people at the same orders at once: one history row per real change, and no illegal step."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from random import Random
from typing import Any

from flask import Flask
from sqlalchemy import event, func, select, text

from tests.factories import Shop, history_of, make_orders, new_order, totals_recounted
from tests.services.at_once import at_once
from webapp.domain.errors import Code
from webapp.domain.order_acts import Outcome
from webapp.domain.order_status import OrderStatus, find_transition
from webapp.extensions import db
from webapp.models import Order, OrderHistory
from webapp.services.orders.bulk import change_status
from webapp.services.orders.change_orders import BulkResult
from webapp.services.orders.create import create_orders
from webapp.services.orders.delete import delete_orders
from webapp.services.orders.edit_order import OrderEdit, edit_order
from webapp.services.totals import fold

S = OrderStatus


def test_four_people_ship_and_cancel_the_same_orders(app: Flask, shop: Shop) -> None:
    orders = make_orders(shop.manual, 40, status=S.CONFIRMED)
    numbers = [order.number for order in orders]
    actor = shop.actor()

    def act(to: OrderStatus, order: list[str]) -> Callable[[], BulkResult]:
        return lambda: change_status(actor, order, to)

    results = at_once(
        app, act(S.SHIPPED, numbers), act(S.CANCELED, numbers[::-1]), act(S.SHIPPED, numbers[::-1]),
        act(S.CANCELED, numbers),
    )  # fmt: skip
    changed = sum(result.count(Outcome.OK) for result in results)
    entries = db.session.scalar(select(func.count()).select_from(OrderHistory))
    assert entries == 40 + changed
    for order in orders:
        steps = [entry for entry in history_of(order.number) if entry.from_status]
        assert 1 <= len(steps) <= 2
        for entry in steps:
            assert find_transition(OrderStatus(entry.from_status), OrderStatus(entry.to_status), digital=False)
    assert totals_recounted() == []


def test_random_changes_by_several_writers_leave_one_unbroken_history(app: Flask, shop: Shop) -> None:
    numbers = [order.number for order in make_orders(shop.manual, 12)]
    actor = shop.actor()

    def writer(seed: int) -> Callable[[], BulkResult]:
        def act() -> BulkResult:
            chance = Random(seed)
            result = BulkResult(())
            for _ in range(8):
                chosen = chance.sample(numbers, 6)
                result = change_status(actor, chosen, chance.choice([S.CONFIRMED, S.IN_PROCESS, S.PENDING, S.SHIPPED]))
                if chance.random() < 0.3:
                    fold(db.engine)
            return result

        return act

    at_once(app, *(writer(seed) for seed in range(4)))
    for number in numbers:
        entries = history_of(number)
        assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
        for before, after in pairwise(entries):
            assert after.from_status == before.to_status
    assert totals_recounted() == []


def test_deleting_and_changing_at_once_never_does_both(app: Flask, shop: Shop) -> None:
    orders = make_orders(shop.manual, 20, payment_method=None)
    numbers = [order.number for order in orders]
    actor = shop.actor()
    deleted, changed = at_once(
        app, lambda: delete_orders(actor, numbers), lambda: change_status(actor, numbers[::-1], S.PENDING)
    )
    gone, moved = deleted.count(Outcome.OK), changed.count(Outcome.OK)
    left = db.session.scalar(select(func.count()).select_from(Order))
    assert left == 20 - gone
    assert gone + moved <= 20 + moved * (gone == 20)
    assert totals_recounted() == []


def test_of_editors_who_saw_the_same_order_one_is_first(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    actor = shop.actor()

    def edit(discount: int) -> Callable[[], BulkResult]:
        return lambda: BulkResult((edit_order(actor, order.number, OrderEdit(version=1, discount=discount)),))

    results = [result.results[0] for result in at_once(app, *(edit(discount) for discount in (1, 2, 3, 4)))]
    assert sorted(result.outcome for result in results) == ["failed"] * 3 + ["ok"]
    assert {result.problem.code for result in results if result.problem} == {Code.LOCKED}
    assert [entry.seq for entry in history_of(order.number)] == [1, 2]
    assert totals_recounted() == []


def test_orders_created_at_once_get_their_own_numbers_and_customers(app: Flask, shop: Shop) -> None:
    actor = shop.actor()

    def create() -> BulkResult:
        create_orders(actor, [new_order(shop.manual) for _ in range(10)])
        return BulkResult(())

    at_once(app, create, create, create)
    assert db.session.scalar(select(func.count()).select_from(Order)) == 30
    assert totals_recounted() == []


def test_a_database_that_somebody_holds_is_named_and_loses_nothing(app: Flask, shop: Shop) -> None:
    """SQLite locks as a whole, PostgreSQL only rows: either way the answer names the orders that could not be had."""
    orders = make_orders(shop.manual, 2, status=S.CONFIRMED)
    numbers = [order.number for order in orders]
    actor = shop.actor()
    db.session.remove()
    db.engine.dispose()
    sqlite = db.engine.dialect.name == "sqlite"
    patience = "pragma busy_timeout=20" if sqlite else "set lock_timeout = '20ms'"

    def impatient(connection: Any, _record: Any) -> None:
        connection.execute(patience)

    with db.engine.execution_options(write=True).connect() as other:
        other.execute(text("update orders set version = version where id > 0"))
        event.listen(db.engine, "connect", impatient)
        results = [change_status(actor, numbers, S.SHIPPED), delete_orders(actor, numbers)]
        other.rollback()
    for result in results:
        assert [(r.number, r.problem.code) for r in result.results if r.problem] == [(n, Code.LOCKED) for n in numbers]
    event.remove(db.engine, "connect", impatient)
    db.engine.dispose()
    assert change_status(actor, numbers, S.SHIPPED).count(Outcome.OK) == 2
