"""Every page of every filter, forwards, backwards and from the end, is what one look over all orders gives."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tests.services.orders.listing import NOW, PEOPLE, TAGS, Listing, matching
from tests.services.orders.short_steps import short_steps
from webapp.domain.actors import EVERYTHING, Scope
from webapp.domain.order_status import TABS, OrderStatus
from webapp.domain.payment import PaymentMethod, PaymentStatus
from webapp.services.orders import walks
from webapp.services.orders.cursors import LAST, Cursor, Key, Way
from webapp.services.orders.filters import DateKind, ListFilter, Printed, Sort
from webapp.services.orders.query import OrderPage, count_orders, list_orders, tab_counts

SIZE = 40
WORDS = (
    "siti",
    "santoso",
    "siti santoso",
    "민수",
    "민",
    "batik",
    "inv/2026",
    "jp1",
    "0812",
    "sku-3",
    "100%_\\",
    "buyer12",
)


def random_filter(chance: random.Random) -> ListFilter:
    """One to three fields, at random; most fields stay open, as people leave them."""
    today = NOW.date()
    first = today - timedelta(days=chance.randrange(0, 60))
    fields: list[dict[str, object]] = [
        {"tab": chance.choice(tuple(TABS))},
        {"status": tuple(chance.sample(tuple(OrderStatus), chance.randrange(1, 4)))},
        {"payment_status": tuple(chance.sample(tuple(PaymentStatus), chance.randrange(1, 3)))},
        {"payment_method": (chance.choice(tuple(PaymentMethod)),)},
        {"store": tuple(chance.sample(("rona", "onyu", "kecil", "nobody"), chance.randrange(1, 3)))},
        {"channel": (chance.choice(("manual", "shopee", "naver_smartstore")),)},
        {"account": (chance.choice(("shopee:7001", "manual:kecil", "manual:rona")),)},
        {"courier": tuple(chance.sample(("jne", "sicepat", "cj_logistics"), chance.randrange(1, 3)))},
        {"warehouse": (chance.choice(("cakung", "bekasi")),)},
        {"printed": (chance.choice(tuple(Printed)),)},
        {"arranged": chance.random() < 0.5, "tab": "to_ship"},
        {"overdue": True},
        {"awaiting": True},
        {"first_day": first, "last_day": first + timedelta(days=chance.randrange(0, 45))},
        {"first_day": first},
        {"last_day": first},
        {"q": chance.choice(WORDS)},
        {"sku": tuple(f"SKU-{n}" for n in chance.sample(range(19), chance.randrange(1, 3)))},
        {"tag": tuple(chance.sample((*TAGS, "unknown"), chance.randrange(1, 3)))},
        {"assigned": tuple(chance.sample((*PEOPLE, "none", "gone@example.com"), chance.randrange(1, 3)))},
        {
            "date": chance.choice(tuple(DateKind)),
            "first_day": chance.choice((first, None)),
            "last_day": first + timedelta(days=chance.randrange(0, 20)),
        },
    ]
    chosen: dict[str, object] = {}
    for some in chance.sample(fields, chance.randrange(0, 4)):
        chosen |= some
    flt = ListFilter(**chosen)  # type: ignore[arg-type]
    return flt.moved(sort=chance.choice((Sort.NEWEST, *flt.sorts)))


def scopes(listing: Listing) -> list[Scope]:
    rona = frozenset(n for (store, _), n in listing.accounts.items() if store == "rona")
    return [EVERYTHING, EVERYTHING, Scope(rona), Scope(warehouse_id=listing.warehouses["cakung"], restricted=True)]


def turn(session: Session, scope: Scope, flt: ListFilter, start: Cursor | None, way: Way) -> list[OrderPage]:
    """Every page from `start` on, by its own cursors."""
    pages = [list_orders(session, scope, flt, cursor=start, limit=SIZE, now=NOW)]
    while (on := pages[-1].next if way is Way.AFTER else pages[-1].prev) is not None:
        pages.append(list_orders(session, scope, flt, cursor=on, limit=SIZE, now=NOW))
        assert len(pages) < 400
    return pages


def check(session: Session, listing: Listing, scope: Scope, flt: ListFilter) -> None:
    wanted = [order.number for order in matching(listing, scope, flt)]
    forwards = turn(session, scope, flt, None, Way.AFTER)
    assert [row.number for page in forwards for row in page.rows] == wanted
    *back, beginning = [[row.number for row in page.rows] for page in turn(session, scope, flt, LAST, Way.BEFORE)]
    # Back at the beginning the first page is shown whole, so it may repeat what the page before it had.
    rest = [number for page in reversed(back) for number in page]
    assert beginning == wanted[: len(beginning)]
    assert rest == wanted[len(wanted) - len(rest) :]
    assert len(beginning) + len(rest) >= len(wanted)


def check_count(session: Session, listing: Listing, scope: Scope, flt: ListFilter) -> None:
    wanted = len(matching(listing, scope, flt))
    for count in (
        count_orders(session, scope, flt, now=NOW),
        list_orders(session, scope, flt, limit=1, now=NOW).count,
        list_orders(session, scope, flt, cursor=LAST, limit=1, now=NOW).count,
    ):
        assert count is not None
        assert count == wanted if count.exact else count <= wanted


def test_pages_of_random_filters(session: Session, listing: Listing) -> None:
    chance = random.Random(21)
    for _ in range(32):
        scope, flt = chance.choice(scopes(listing)), random_filter(chance)
        check(session, listing, scope, flt)
        check_count(session, listing, scope, flt)


def test_pages_in_short_steps(session: Session, listing: Listing) -> None:
    chance = random.Random(4)
    with short_steps():
        for _ in range(32):
            scope, flt = chance.choice(scopes(listing)), random_filter(chance)
            check(session, listing, scope, flt)
            check_count(session, listing, scope, flt)


def test_searched_back_to(session: Session, listing: Listing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walks, "FIRST_STEP", 20)
    monkeypatch.setattr(walks, "WHOLE_STEP", 50)
    flt = ListFilter(payment_method=(PaymentMethod.CARD,))
    page = list_orders(session, EVERYTHING, flt, now=NOW, limit=5)
    assert page.rows == []
    assert page.searched_back_to == listing.orders[49].ordered_at
    assert page.next == Cursor(
        Way.AFTER, Key(int(listing.orders[49].ordered_at.timestamp() * 1000), listing.orders[49].id)
    )


def test_tabs_are_counted_under_accounts_days_and_payment(session: Session, listing: Listing) -> None:
    chance = random.Random(5)
    for _ in range(25):
        scope = chance.choice(scopes(listing))
        some = random_filter(chance)
        flt = ListFilter(
            store=some.store, channel=some.channel, account=some.account, payment_status=some.payment_status,
            first_day=some.first_day, last_day=some.last_day, date=DateKind.ORDERED,
        )  # fmt: skip
        under = matching(listing, scope, flt)
        wanted = {"all": len(under)} | {tab: sum(o.status in s for o in under) for tab, s in TABS.items()}
        counts = tab_counts(session, scope, flt)
        assert counts == wanted
        assert all(count.exact for count in counts.values())
