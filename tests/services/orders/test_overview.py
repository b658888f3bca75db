"""The overview: exactly the orders that the list shows, each currency for itself."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import Shop, force, make_orders
from tests.services.orders.listing import NOW, Listing, matching
from webapp import clock
from webapp.domain.actors import EVERYTHING, Scope
from webapp.domain.days import local_day
from webapp.domain.order_status import OrderStatus
from webapp.domain.payment import PaymentStatus
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.models import Order
from webapp.services.orders import overdue
from webapp.services.orders import overview as overviews
from webapp.services.orders.bulk import change_status, mark_paid
from webapp.services.orders.filters import ListFilter
from webapp.services.orders.overview import DAYS, MOST_DAYS, Overview, Worth, read_overview
from webapp.services.totals import fold

S = OrderStatus
ZONE = "Asia/Jakarta"


def read(scope: Scope, calculate: bool = False, **params: str | list[str]) -> Overview:
    """The overview for these parameters of the list, as of now."""
    listed = {name: value if isinstance(value, list) else [value] for name, value in params.items()}
    flt, wrong = ListFilter.from_params(listed)
    assert not wrong
    now = clock.now()
    return read_overview(db.session(), scope, flt, now=now, today=local_day(now, ZONE), calculate=calculate)


@pytest.fixture
def orders(app: Flask, shop: Shop) -> None:
    """Indonesian and Korean orders in several statuses and payment statuses, half of them folded into the totals."""
    lately = clock.now() - timedelta(days=2)
    made = make_orders(shop.manual, 6, ordered_at=lately) + make_orders(shop.onyu_manual, 3, ordered_at=lately)
    change_status(shop.actor(), [order.number for order in made[:2]], S.SHIPPED)
    fold(db.engine)
    mark_paid(shop.actor(), [order.number for order in made[4:8]])
    change_status(shop.actor(), [made[8].number], S.CANCELED)


@pytest.mark.usefixtures("orders")
@pytest.mark.parametrize(
    "params",
    [
        {},
        {"tab": "new"},
        {"status": ["confirmed", "shipped"]},
        {"payment_status": "paid"},
        {"store": "onyu"},
        {"tab": "to_ship", "payment_status": ["paid", "unpaid"], "channel": "manual"},
    ],
    ids=str,
)
def test_it_is_what_a_recount_of_the_listed_orders_gives(app: Flask, shop: Shop, params: dict[str, str]) -> None:
    overview = read(shop.actor(Role.OWNER).scope, **params)
    flt, _ = ListFilter.from_params({n: v if isinstance(v, list) else [v] for n, v in params.items()})
    rows = db.session.scalars(select(Order)).all()
    listed = [
        order
        for order in rows
        if (flt.statuses is None or order.status in flt.statuses)
        and (not flt.payment_status or order.payment_status in flt.payment_status)
        and (not flt.store or order.store_id == shop.onyu)
    ]
    assert overview.orders == len(listed) > 0
    assert dict(overview.statuses) == Counter(S(order.status) for order in listed)
    for worth in overview.worth:
        mine = [order.total for order in listed if order.currency == worth.currency]
        assert (worth.orders, worth.total) == (len(mine), sum(mine))
    assert sum(worth.orders for worth in overview.worth) == overview.orders
    assert sum(day.orders for day in overview.days) == overview.orders


@pytest.mark.usefixtures("orders")
def test_people_limited_to_a_store_see_its_orders_only(app: Flask, shop: Shop) -> None:
    overview = read(Scope(frozenset({shop.onyu_manual})))
    assert (overview.orders, [worth.currency for worth in overview.worth]) == (3, ["KRW"])
    assert read(Scope(frozenset())) == Overview(0, (), (), ())


@pytest.mark.usefixtures("orders")
def test_what_totals_do_not_know_is_added_up(app: Flask, shop: Shop) -> None:
    owner = shop.actor(Role.OWNER).scope
    for same in ({}, {"tab": "to_ship"}, {"store": "onyu"}):
        # Every order has this buyer and none is due: a filter that takes no order away, but that totals don't know.
        assert read(owner, **same, q="Siti") == read(owner, **same)
    assert read(owner, courier="jne") == Overview(0, (), (), read(owner, courier="jne").days)


@pytest.mark.parametrize(
    "flt",
    [
        ListFilter(overdue=True),
        ListFilter(overdue=True, store=("rona",)),
        ListFilter(overdue=True, status=(S.CONFIRMED,), payment_status=(PaymentStatus.PAID,)),
        ListFilter(overdue=True, first_day=NOW.date() - timedelta(days=30)),
        ListFilter(overdue=True, q="siti"),
    ],
    ids=lambda flt: str(flt.to_params()),
)
def test_many_overdue_orders_are_what_the_few_in_time_leave(
    session: Session, listing: Listing, monkeypatch: pytest.MonkeyPatch, flt: ListFilter
) -> None:
    told = read_overview(session, EVERYTHING, flt, now=NOW, today=NOW.date())
    late = matching(listing, EVERYTHING, flt)
    assert (told.orders, told.whole) == (len(late), True)
    assert told.orders > 0
    monkeypatch.setattr(overdue, "MOST_OVERDUE", 0)
    assert read_overview(session, EVERYTHING, flt, now=NOW, today=NOW.date(), calculate=True) == told
    monkeypatch.setattr(overviews, "STEP", 2)
    monkeypatch.setattr(overviews, "FEW_STEPS", 1)
    assert not read_overview(session, EVERYTHING, flt, now=NOW, today=NOW.date()).whole


@pytest.mark.usefixtures("orders")
def test_it_says_when_it_is_of_some_orders_only(app: Flask, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = shop.actor(Role.OWNER).scope
    monkeypatch.setattr(overviews, "STEP", 2)
    monkeypatch.setattr(overviews, "FEW_STEPS", 2)
    some = read(owner, q="Siti")
    assert (some.orders, some.whole) == (4, False)
    every = read(owner, calculate=True, q="Siti")
    assert (every.orders, every.whole) == (9, True)
    monkeypatch.setattr(overviews, "MOST_ORDERS", 6)
    most = read(owner, calculate=True, q="Siti")
    assert (most.orders, most.whole) == (6, False)


@pytest.mark.usefixtures("orders")
def test_who_sees_no_prices_sees_no_values(app: Flask, shop: Shop) -> None:
    force([db.session.scalars(select(Order.id)).first() or 0], warehouse_id=shop.warehouse)
    found = read(Scope(None, shop.warehouse, restricted=True))
    assert (found.orders, found.worth, found.whole) == (1, (), True)


@pytest.mark.usefixtures("orders")
def test_the_chart_has_every_day_of_a_short_range_and_the_last_of_a_long_one(app: Flask, shop: Shop) -> None:
    owner, today = shop.actor(Role.OWNER).scope, local_day(clock.now(), ZONE)
    for back, days in ((0, 1), (6, 7), (MOST_DAYS - 1, MOST_DAYS), (400, DAYS)):
        overview = read(owner, **{"from": (today - timedelta(days=back)).isoformat(), "to": today.isoformat()})
        assert len(overview.days) == days
        assert overview.days[-1].day == today
    ahead = read(owner, **{"from": (today + timedelta(days=3)).isoformat()})
    assert (ahead.orders, ahead.days) == (0, ())


def test_averages_are_rounded_half_up_and_nothing_has_none() -> None:
    assert [Worth("IDR", n, total).average for n, total in ((2, 5), (3, 10), (0, 0))] == [3, 3, 0]
