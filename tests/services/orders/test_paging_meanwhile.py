"""Pages by cursor while orders arrive, change and go: nobody who turns pages misses or sees twice what stayed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import cycle
from random import Random

import pytest
from flask import Flask
from sqlalchemy import text

from tests.factories import new_order, totals_recounted
from tests.services.orders.listing import NOW, PEOPLE, Listing, fill
from tests.services.orders.short_steps import short_steps
from webapp.domain.actors import EVERYTHING, SYSTEM
from webapp.domain.order_status import OrderStatus
from webapp.domain.payment import PaymentMethod, PaymentStatus
from webapp.extensions import db
from webapp.services.orders.assign import assign_orders
from webapp.services.orders.bulk import change_status, mark_paid
from webapp.services.orders.create import Buyer, create_orders
from webapp.services.orders.cursors import FIRST, LAST, Cursor, Key, Way
from webapp.services.orders.delete import delete_orders
from webapp.services.orders.filters import DateKind, ListFilter, Printed, Sort
from webapp.services.orders.query import OrderPage, list_orders
from webapp.services.orders.tag import tag_orders
from webapp.services.statements import ms_of
from webapp.services.totals import fold

S, P = OrderStatus, PaymentStatus
SIZE = 80
_LATELY = NOW.date() - timedelta(days=30)
FILTERS = (
    ListFilter(),
    ListFilter(tab="to_ship"),
    ListFilter(tab="new", store=("rona", "onyu")),
    ListFilter(store=("onyu",)),
    ListFilter(status=(S.PENDING, S.COMPLETED)),
    ListFilter(status=(S.CONFIRMED, S.SHIPPED), store=("rona",), channel=("shopee", "tokopedia")),
    ListFilter(payment_status=(P.UNPAID, P.UNDER_REVIEW)),
    ListFilter(first_day=_LATELY, last_day=NOW.date() - timedelta(days=1)),
    ListFilter(q="siti"),
    ListFilter(q="santoso", tab="completed"),
    ListFilter(payment_method=(PaymentMethod.QRIS,)),
    ListFilter(printed=(Printed.NO_LABEL,), store=("rona",)),
    ListFilter(tag=("vip", "fragile")),
    ListFilter(sku=("SKU-3", "SKU-5")),
    ListFilter(assigned=(PEOPLE[0],)),
    ListFilter(courier=("jne", "sicepat")),
    ListFilter(warehouse=("cakung",)),
    ListFilter(overdue=True),
    ListFilter(date=DateKind.PAID, first_day=_LATELY),
)
"""Every way in which a list is read: an index, several branches of one, a set fetched whole, and bounded steps."""


@pytest.fixture
def listing(app: Flask) -> Listing:
    """Orders to turn pages of, as if the services had made them."""
    listing = fill(db.engine)
    with db.engine.execution_options(write=True).begin() as connection:
        connection.execute(text("update orders set version = 3"))  # each has three rows of history
        if connection.dialect.name == "postgresql":
            connection.execute(text("select setval('orders_id_seq', (select max(id) from orders))"))
    return listing


@dataclass(slots=True)
class Others:
    """Everybody else: what they do between two pages, and which orders they have touched."""

    listing: Listing
    chance: Random
    touched: set[str] = field(default_factory=set)

    def go_on(self, shown: Sequence[str]) -> None:
        """Change, delete or make some orders: any, and those at the edges of the page that was just shown."""
        chance = self.chance
        if chance.random() < 0.3:
            return
        edges = [number for number in (*shown[:1], *shown[-1:]) if chance.random() < 0.4]
        some = [*edges, *chance.sample([order.number for order in self.listing.orders], 2)]
        self.touched.update(some)
        match chance.randrange(6):
            case 0:
                change_status(SYSTEM, some, S.CANCELED)
                delete_orders(SYSTEM, some)
            case 1 | 2:
                change_status(SYSTEM, some, chance.choice((S.PENDING, S.CONFIRMED, S.IN_PROCESS, S.SHIPPED)))
            case 3:
                mark_paid(SYSTEM, some)
            case 4:
                assign_orders(SYSTEM, some, chance.choice((*PEOPLE, None)))
            case _:
                on, off = chance.sample(("vip", "fragile"), 2)
                tag_orders(SYSTEM, some, [on], [off])
        if chance.random() < 0.4:
            self._arrive(shown)
        if chance.random() < 0.1:
            fold(db.engine)

    def _arrive(self, shown: Sequence[str]) -> None:
        """New orders, some of them in the very millisecond at which the page ended."""
        beside = {order.number: order.ordered_at for order in self.listing.orders}
        at = [beside[number] for number in shown[-1:] if number in beside] or [NOW]
        account = self.chance.choice(list(self.listing.accounts.values()))
        made = create_orders(
            SYSTEM,
            [
                new_order(account, ordered_at=moment, buyer=Buyer("Siti Santoso", "0812-5550-7001"))
                for moment in (*at, NOW - timedelta(minutes=self.chance.randrange(60 * 24 * 60)))
            ],
        )
        self.touched.update(order.number for order in made)


def unpaged(flt: ListFilter) -> dict[str, Key]:
    """What one query without pages gives: where each order stands, in the order of the list."""
    db.session.rollback()
    page = list_orders(db.session(), EVERYTHING, flt, limit=5_000, now=NOW)
    assert page.next is None
    places = db.session.execute(text(f"select number, {flt.sort.column} as at, id from orders")).all()
    keys = {row.number: Key(ms_of(row.at), row.id) for row in places if row.at is not None}
    return {row.number: keys[row.number] for row in page.rows}


def page_at(flt: ListFilter, cursor: Cursor) -> OrderPage:
    db.session.rollback()
    return list_orders(db.session(), EVERYTHING, flt, cursor=cursor, limit=SIZE, now=NOW, whole_first=False)


class Reader:
    """Turns the pages of one list while `others` go on, and holds each against the list without pages."""

    def __init__(self, flt: ListFilter, others: Others) -> None:
        self.flt, self.others = flt, others
        others.touched.clear()
        self.wanted = unpaged(flt)
        self.turned = 0

    def turn(self, cursor: Cursor) -> OrderPage:
        """The page at `cursor`: of what stayed as it was, exactly what lies between this cursor and the next."""
        page = page_at(self.flt, cursor)
        shown = [row.number for row in page.rows]
        assert len(set(shown)) == len(shown)
        stayed = [number for number in shown if number not in self.others.touched]
        on = page.next if cursor.way is Way.AFTER else page.prev
        assert stayed == self._between(cursor, on)
        self.turned += 1
        assert self.turned < 400
        self.others.go_on(shown)
        return page

    def _between(self, cursor: Cursor, on: Cursor | None) -> list[str]:
        downward = self.flt.sort.descending is (cursor.way is Way.AFTER)

        def beyond(key: Key, edge: Key) -> bool:
            return key < edge if downward else key > edge

        return [
            number
            for number, key in self.wanted.items()
            if number not in self.others.touched
            and (cursor.key is None or beyond(key, cursor.key))
            and (on is None or on.key is None or not beyond(key, on.key))
        ]

    def whole(self, way: Way) -> list[str]:
        """Every order shown from one end of the list to the other, in its order."""
        pages = [self.turn(FIRST if way is Way.AFTER else LAST)]
        while (on := pages[-1].next if way is Way.AFTER else pages[-1].prev) is not None:
            pages.append(self.turn(on))
        return [row.number for page in (pages if way is Way.AFTER else reversed(pages)) for row in page.rows]

    def to_and_fro(self, chance: Random) -> None:
        """A few pages on and a few back, as people look for something."""
        page = self.turn(chance.choice((FIRST, LAST)))
        for _ in range(6):
            onward = [cursor for cursor in (page.prev, page.next) if cursor is not None and cursor.key is not None]
            if not onward:
                return
            page = self.turn(chance.choice(onward))


@pytest.mark.usefixtures("rung")
def test_what_stays_as_it_was_is_shown_once_and_in_its_place(listing: Listing) -> None:
    chance = Random(3)
    others = Others(listing, chance)
    ways = cycle(Way)
    steps = cycle((nullcontext, short_steps, short_steps))
    for flt in FILTERS:
        for sort in flt.sorts:
            with next(steps)():
                check(flt.moved(sort=sort), next(ways), others)
            with next(steps)():
                Reader(flt.moved(sort=sort), others).to_and_fro(chance)
        next(ways)  # what one filter walks forwards in a sort, the next walks backwards
    assert totals_recounted() == []


def check(flt: ListFilter, way: Way, others: Others) -> None:
    """From one end of the list to the other."""
    reader = Reader(flt, others)
    shown = reader.whole(way)
    stayed = [number for number in shown if number not in others.touched]
    assert stayed == [number for number in reader.wanted if number not in others.touched]
    if flt.sort.column == "ordered_at":
        assert len(set(shown)) == len(shown)  # an order keeps its place: not even a changed one comes twice


@pytest.mark.parametrize("flt", [ListFilter(q="siti"), ListFilter(tab="completed"), ListFilter(store=("rona",))])
def test_a_cursor_says_a_place_and_works_when_its_order_is_gone(listing: Listing, flt: ListFilter) -> None:
    for sort in (Sort.NEWEST, Sort.OLDEST):
        sorted_so = replace(flt, sort=sort)
        for way in Way:
            wanted = list(unpaged(sorted_so).items())
            number, key = wanted[len(wanted) // 2]
            change_status(SYSTEM, [number], S.SHIPPED)
            with db.engine.execution_options(write=True).begin() as connection:
                connection.execute(text("delete from orders where number = :number"), {"number": number})
            place = len(wanted) // 2
            beside = wanted[place + 1 :] if way is Way.AFTER else wanted[:place][-SIZE:]
            page = page_at(sorted_so, Cursor(way, key))
            assert [row.number for row in page.rows] == [number for number, _ in beside[:SIZE]]
