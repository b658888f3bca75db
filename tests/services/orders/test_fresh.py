"""What came after a page was made: late commits, scope, floods, and the text that carries what the page knows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete

from tests.factories import Shop, force, make_orders
from webapp import clock
from webapp.domain.actors import EVERYTHING, Scope
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.models import Order
from webapp.services.orders import fresh
from webapp.services.orders.fresh import Mark, look_again, mark_now, new_rows, read_mark, write_mark
from webapp.services.unit_of_work import unit_of_work

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def made(scope: Scope = EVERYTHING) -> Mark:
    """What a page made now knows."""
    db.session.rollback()
    return mark_now(db.session(), scope, clock.now())


def again(mark: Mark, scope: Scope = EVERYTHING, after: timedelta = timedelta()) -> Mark:
    """What the page knows after a look."""
    db.session.rollback()
    return look_again(db.session(), scope, mark, clock.now() + after)


def test_new_orders_are_counted_once_and_shown_latest_first(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual, 3)
    page = made()
    assert again(page).count == 0
    first, second = make_orders(shop.manual, 2, ordered_at=LONG_AGO)
    seen = again(page)
    assert (seen.count, seen.new) == (2, (first.id, second.id))
    assert again(seen).count == 2
    (third,) = make_orders(shop.manual)
    seen = again(seen, after=timedelta(minutes=5))
    assert seen.count == 3
    rows = new_rows(db.session(), EVERYTHING, seen)
    assert [row.number for row in rows] == [third.number, second.number, first.number]
    assert again(seen.shown).count == 0


def test_an_order_that_is_committed_late_is_announced(app: Flask, shop: Shop) -> None:
    late, soon = make_orders(shop.manual, 2)  # the late one's id is the lower
    page = Mark(seen=(soon.id,))
    seen = again(page)
    assert (seen.count, seen.new) == (1, (late.id,))


def test_the_floor_rises_with_time_and_forgets_what_is_below(app: Flask, shop: Shop) -> None:
    orders = make_orders(shop.manual, 3)
    page = made()
    assert page.seen == tuple(order.id for order in orders)
    later = again(page, after=timedelta(minutes=2))
    assert (later.floor, later.seen, later.count) == (orders[-1].id, (), 0)
    (new,) = make_orders(shop.manual)
    assert again(later).new == (new.id,)


def test_everybody_hears_only_of_their_own(app: Flask, shop: Shop) -> None:
    provider = shop.actor(Role.PROVIDER).scope
    korean = Scope(account_ids=frozenset({shop.onyu_manual}))
    pages = {scope: made(scope) for scope in (EVERYTHING, korean, provider)}
    (rona,) = make_orders(shop.manual)
    (onyu,) = make_orders(shop.onyu_manual)
    force([rona.id], warehouse_id=shop.warehouse)
    found = {scope: again(page, scope) for scope, page in pages.items()}
    assert found[EVERYTHING].new == (rona.id, onyu.id)
    assert found[korean].new == (onyu.id,)
    assert found[provider].new == (rona.id,)
    rows = new_rows(db.session(), korean, found[EVERYTHING])  # who has lost a store since
    assert [row.number for row in rows] == [onyu.number]
    (row,) = new_rows(db.session(), provider, found[provider])
    assert row.total is None


def test_a_flood_is_at_least_so_many(app: Flask, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fresh, "MOST", 4)
    monkeypatch.setattr(fresh, "MOST_SEEN", 3)
    monkeypatch.setattr(fresh, "MOST_SHOWN", 2)
    make_orders(shop.manual, 5)
    page = made()
    assert len(page.seen) == 3
    assert again(page).count == 0
    orders = make_orders(shop.manual, 6)
    seen = again(page)
    assert (seen.count, seen.exact) == (4, False)
    assert seen.new == tuple(order.id for order in orders[-2:])
    assert again(seen).count == 4


def test_a_deleted_order_is_not_shown(app: Flask, shop: Shop) -> None:
    page = made()
    gone, left = make_orders(shop.manual, 2)
    seen = again(page)
    with unit_of_work(shop.actor()) as work:
        work.session.execute(delete(Order).where(Order.id == gone.id))
    db.session.rollback()
    assert [row.number for row in new_rows(db.session(), EVERYTHING, seen)] == [left.number]
    assert new_rows(db.session(), EVERYTHING, Mark()) == []


def test_a_look_is_one_statement(app: Flask, shop: Shop, statements: list[str]) -> None:
    make_orders(shop.manual, 3)
    page = made()
    make_orders(shop.manual, 3)
    db.session.rollback()
    statements.clear()
    seen = look_again(db.session(), EVERYTHING, page, clock.now())
    assert len(statements) == 1
    statements.clear()
    assert len(new_rows(db.session(), EVERYTHING, seen)) == 3
    assert len(statements) == 2


@pytest.mark.parametrize(
    "mark",
    [
        Mark(),
        Mark(7, (9, 12, 900), (900,), 1),
        Mark(10**12, tuple(range(10**12 + 1, 10**12 + 501)), (), 9000, exact=False),
    ],
)
def test_the_mark_comes_back_from_its_text_and_no_other_does(mark: Mark) -> None:
    text = write_mark(mark, "secret")
    assert read_mark(text, "secret") == mark
    assert len(text) < 2_000
    for wrong in ("", "x", "é", text[:-4], "AAAA" + text[4:]):
        assert read_mark(wrong, "secret") is None
    assert read_mark(text, "another") is None
