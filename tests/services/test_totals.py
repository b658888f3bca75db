"""Totals: folded in any order by anyone, read exactly, recounted and repaired."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, insert, text
from sqlalchemy.orm import Session

from tests.services.orders.listing import Listing, fill
from tests.services.plans import look_up_row_by_row
from webapp.database import make_engine
from webapp.models import OrderTotalChange, TotalsGrain
from webapp.services import totals
from webapp.services.totals import (
    AccountChoice,
    Span,
    fold,
    recount,
    repair,
    spans_of,
    sums,
    tally,
    whole_months,
)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def filled(engine: Engine) -> Listing:
    return fill(engine)


def append(engine: Engine, rows: list[dict[str, object]]) -> None:
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        connection.execute(insert(OrderTotalChange), rows)


def change(day: date, orders: int, *, account: int = 1, status: str = "pending", total: int = 100) -> dict[str, object]:
    return {
        "local_date": day, "account_id": account, "status": status, "payment_status": "unpaid", "currency": "IDR",
        "orders": orders, "total": orders * total,
    }  # fmt: skip


DAY = date(2026, 11, 21)
ONE = AccountChoice(frozenset({1}))


def count(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text(f"select count(*) from {table}")).scalar_one())


def test_fold_moves_everything_in_slices(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(totals, "FOLD_ROWS", 7)
    append(engine, [change(DAY - timedelta(days=n % 40), 1) for n in range(50)])
    with Session(engine) as session:
        before = sums(session, AccountChoice(), ["status", "currency"])
    assert before == [("pending", "IDR", 50, 5000)]
    assert fold(engine) == 50
    assert fold(engine) == 0
    assert count(engine, "order_totals_changes") == 0
    with Session(engine) as session:
        assert sums(session, AccountChoice(), ["status", "currency"]) == before
        by_day = sums(session, ONE, ["local_date"], first=DAY, last=DAY)
        assert by_day == [(DAY, 2, 200)]
    append(engine, [change(DAY, -2)])
    fold(engine)
    with Session(engine) as session:
        assert sums(session, ONE, ["status"], first=DAY, last=DAY) == []


def test_a_fold_takes_no_more_than_its_slice_whatever_the_plan(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(totals, "FOLD_ROWS", 7)
    append(engine, [change(DAY, 1) for _ in range(20)])
    fold_slice = totals._fold_sqlite if engine.dialect.name == "sqlite" else totals._fold_postgresql
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        look_up_row_by_row(connection)
        assert fold_slice(connection) == 7
    assert count(engine, "order_totals_changes") == 13


def test_folds_and_writers_at_once_lose_nothing(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(totals, "FOLD_ROWS", 5)
    failures: list[BaseException] = []

    def write(account: int) -> None:
        for n in range(25):
            append(engine, [change(DAY, 1, account=account), change(DAY - timedelta(days=n), 1, account=3)])

    def guarded(work: object, *args: object) -> None:
        try:
            work(*args)  # type: ignore[operator]
        except BaseException as failure:  # noqa: BLE001 -- told by the test's own thread
            failures.append(failure)

    threads = [threading.Thread(target=guarded, args=(write, n)) for n in (1, 2)]
    threads += [threading.Thread(target=guarded, args=(fold, engine)) for _ in range(3)]
    for thread in threads:
        thread.start()
    with Session(engine) as session:
        while any(thread.is_alive() for thread in threads[:2]):
            seen = {account: n for account, n, _ in sums(session, AccountChoice(), ["account_id"])}
            assert seen.get(3, 0) == seen.get(1, 0) + seen.get(2, 0)  # whole transactions, each once
            session.rollback()
    for thread in threads:
        thread.join()
    assert failures == []
    fold(engine)
    with Session(engine) as session:
        rows = sums(session, AccountChoice(), ["account_id"])
        assert sorted(rows) == [(1, 25, 2500), (2, 25, 2500), (3, 50, 5000)]


def test_sums_over_any_days_equal_a_count(listing: Listing) -> None:
    chance = random.Random(3)
    newest = max(order.local_date for order in listing.orders)
    with Session(listing.engine) as session:
        for _ in range(30):
            first = chance.choice((None, newest - timedelta(days=chance.randrange(0, 75))))
            last = chance.choice(
                (None, (first or newest - timedelta(days=70)) + timedelta(days=chance.randrange(0, 75)))
            )
            wanted = Counter(
                (o.account_id, o.status.value)
                for o in listing.orders
                if (first is None or o.local_date >= first) and (last is None or o.local_date <= last)
            )
            rows = sums(session, AccountChoice(), ["account_id", "status"], first=first, last=last)
            assert {(account, status): n for account, status, n, _ in rows} == wanted
            counted = tally(session, AccountChoice(), ["account_id", "status"], first=first, last=last)
            assert sorted(counted) == sorted(row[:-1] for row in rows)
            by_day = sums(session, AccountChoice(), ["local_date"], first=first, last=last)
            assert sum(n for _, n, _ in by_day) == sum(wanted.values())


def test_accounts_are_chosen_by_store_channel_and_scope(listing: Listing) -> None:
    rona = frozenset(n for (store, _), n in listing.accounts.items() if store == "rona")
    manual = frozenset(n for (_, channel), n in listing.accounts.items() if channel == "manual")
    shopee, kecil = listing.accounts["rona", "shopee"], listing.accounts["kecil", "manual"]
    choices = {
        AccountChoice(stores=("rona",)): rona,
        AccountChoice(channels=("manual",)): manual,
        AccountChoice(stores=("rona", "kecil"), channels=("manual",)): {listing.accounts["rona", "manual"], kecil},
        AccountChoice(accounts=("shopee:7001", "manual:kecil")): {shopee, kecil},
        AccountChoice(ids=rona, channels=("manual",)): {listing.accounts["rona", "manual"]},
        AccountChoice(ids=rona, stores=("onyu",)): frozenset(),
        AccountChoice(ids=frozenset()): frozenset(),
        AccountChoice(ids=rona): rona,
    }  # fmt: skip
    with Session(listing.engine) as session:
        for choice, accounts in choices.items():
            for first in (None, date(2026, 1, 1)):
                rows = sums(session, choice, ["account_id"], first=first)
                assert {account for account, *_ in rows} == accounts, choice


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (date(2026, 11, 1), date(2026, 11, 30), (date(2026, 11, 1), date(2026, 11, 1))),
        (date(2026, 10, 31), date(2026, 12, 1), (date(2026, 11, 1), date(2026, 11, 1))),
        (date(2026, 11, 2), date(2026, 12, 30), None),
        (date(2026, 11, 2), date(2026, 12, 31), (date(2026, 12, 1), date(2026, 12, 1))),
        (date(2025, 11, 22), date(2026, 11, 21), (date(2025, 12, 1), date(2026, 10, 1))),
        (date(2026, 11, 21), date(2026, 11, 1), None),
        (totals.EARLIEST, totals.LATEST, (date(1, 1, 1), date(9998, 12, 1))),
    ],
)
def test_whole_months(first: date, last: date, months: tuple[date, date] | None) -> None:
    assert whole_months(first, last) == months


D, M = TotalsGrain.DAY, TotalsGrain.MONTH


@pytest.mark.parametrize(
    ("first", "last", "spans"),
    [
        # A month but for its ends, a month and parts of two, and days of which both are the most.
        (
            date(2026, 11, 3), date(2026, 11, 29),
            [
                Span(M, date(2026, 11, 1), date(2026, 11, 1)),
                Span(D, date(2026, 11, 1), date(2026, 11, 2), "-"),
                Span(D, date(2026, 11, 30), date(2026, 11, 30), "-"),
            ],
        ),
        (
            date(2026, 9, 22), date(2026, 11, 21),
            [
                Span(M, date(2026, 10, 1), date(2026, 11, 1)),
                Span(D, date(2026, 9, 22), date(2026, 9, 30)),
                Span(D, date(2026, 11, 22), date(2026, 11, 30), "-"),
            ],
        ),
        (
            date(2026, 10, 12), date(2026, 11, 10),
            [
                Span(M, date(2026, 10, 1), date(2026, 10, 1)),
                Span(D, date(2026, 10, 1), date(2026, 10, 11), "-"),
                Span(D, date(2026, 11, 1), date(2026, 11, 10)),
            ],
        ),
        (date(2026, 11, 4), date(2026, 11, 9), [Span(D, date(2026, 11, 4), date(2026, 11, 9))]),
        (date(2026, 11, 4), date(2026, 11, 3), []),
        (date(2026, 12, 4), date(2026, 11, 3), []),
        (totals.EARLIEST, totals.LATEST, [Span(M, date(1, 1, 1), date(9998, 12, 1))]),
    ],
)  # fmt: skip
def test_spans_take_the_shorter_way(first: date, last: date, spans: list[Span]) -> None:
    assert spans_of(first, last) == spans


def test_spans_are_each_day_once() -> None:
    chance = random.Random(5)
    for _ in range(500):
        first = date(2025, 12, 1) + timedelta(days=chance.randrange(120))
        last = first + timedelta(days=chance.randrange(100))
        days: Counter[date] = Counter()
        for span in spans_of(first, last):
            end = span.last if span.grain is D else (span.last + timedelta(days=32)).replace(day=1) - timedelta(days=1)
            for n in range((end - span.first).days + 1):
                days[span.first + timedelta(days=n)] += -1 if span.sign else 1
        assert +days == Counter({first + timedelta(days=n): 1 for n in range((last - first).days + 1)})


def test_recount_finds_nothing_where_nothing_is_wrong(listing: Listing) -> None:
    assert recount(listing.engine) == []
    assert repair(listing.engine) == []


def test_repair_mends_days_months_and_the_whole(filled: Listing) -> None:
    some = filled.orders[5]
    with filled.engine.connect().execution_options(write=True) as connection, connection.begin():
        connection.execute(
            text("update order_totals set orders = orders + 3 where grain = 'all' and status = 'pending'")
        )
        connection.execute(text("delete from order_totals where grain = 'month' and status = 'canceled'"))
        connection.execute(text("update order_totals set total = total - 1 where grain = 'day' and status = 'shipped'"))
        connection.execute(text("update orders set status = 'closed' where number = :number"), {"number": some.number})
    differences = recount(filled.engine)
    assert {difference.grain for difference in differences} == set(TotalsGrain)
    shipped = [
        d
        for d in differences
        if d.status == "shipped" and d.grain is TotalsGrain.DAY and d.account_id != some.account_id
    ]
    assert {(d.counted_orders - d.kept_orders, d.counted_total - d.kept_total) for d in shipped} == {(0, 1)}
    assert repair(filled.engine) == differences
    assert recount(filled.engine) == []
    fold(filled.engine)
    assert recount(filled.engine) == []
