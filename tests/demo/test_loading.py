"""A loaded database holds what its rules say, on both engines."""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, inspect, select, text

from tests.conftest import ENGINES, empty
from webapp.auth.passwords import verify_password
from webapp.database import make_engine
from webapp.demo.loading import CannotLoad, load_demo
from webapp.demo.orders import COLUMNS
from webapp.demo.places import SMALL_STORE, USERS
from webapp.demo.sign_in import DEMO_PASSWORD, demo_sign_in
from webapp.domain.couriers import COURIERS, clean_tracking_number
from webapp.domain.days import local_day
from webapp.domain.numbers import normalize_order_number, random_part
from webapp.domain.order_status import TO_SHIP, TRANSITIONS, Acceptance, OrderStatus
from webapp.domain.payment import PaymentMethod, PaymentStatus
from webapp.domain.words import phone_key, search_doc
from webapp.models import (
    ChannelAccount,
    Order,
    OrderChannel,
    OrderContact,
    OrderHistory,
    OrderLine,
    OrderSearch,
    OrderTotal,
    Payment,
    Shipment,
    Store,
    User,
)

NOW = datetime(2026, 11, 22, 2, 30, 15, 123_000, tzinfo=UTC)
ORDERS = 1_500
S = OrderStatus


def open_database(kind: str, request: pytest.FixtureRequest, folder: Path) -> Engine:
    """An empty database of our own."""
    if kind == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), folder / "demo.db")
        return make_engine(f"sqlite:///{folder / 'demo.db'}")
    url = request.getfixturevalue("postgresql_url")
    empty(url)
    return make_engine(url)


def shape(engine: Engine) -> set[Any]:
    """Every index, trigger and constraint, as the database itself writes it."""
    sql = "select type, name, sql from sqlite_master"
    if engine.dialect.name == "postgresql":
        sql = (
            "select conrelid::regclass::text, conname, pg_get_constraintdef(oid) || convalidated from pg_constraint"
            " where connamespace = 'public'::regnamespace"
            " union all select tablename, indexname, indexdef from pg_indexes where schemaname = 'public'"
        )
    with engine.connect() as connection:
        return {tuple(row) for row in connection.exec_driver_sql(sql) if not str(row[1]).startswith("sqlite_stat")}


@pytest.fixture(scope="module", params=ENGINES)
def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A database with demo orders, to read only."""
    engine = open_database(request.param, request, tmp_path_factory.mktemp("loaded"))
    before = shape(engine)
    result = load_demo(engine, orders=ORDERS, seed=7, now=NOW)
    assert result.orders == ORDERS
    assert shape(engine) == before
    yield engine
    engine.dispose()


def every(engine: Engine, model: Any, *order: Any) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(select(model.__table__).order_by(*order)))


def by_order(rows: list[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.order_id].append(row)
    return found


def test_it_is_all_there(loaded: Engine) -> None:
    with loaded.connect() as connection:
        counts = {table: connection.execute(text(f"select count(*) from {table}")).scalar_one() for table in COLUMNS}
        statuses = set(connection.scalars(select(Order.status)))
    assert counts["orders"] == counts["order_contacts"] == counts["order_search"] == ORDERS
    assert statuses == {status.value for status in S}
    assert counts["order_history"] > 3 * ORDERS
    assert min(counts.values()) > ORDERS // 2


def test_every_reference_and_check_holds(loaded: Engine) -> None:
    """PostgreSQL validated them when they came back (`shape`); SQLite is asked."""
    if loaded.dialect.name == "postgresql":
        return
    with loaded.connect() as connection:
        assert connection.exec_driver_sql("pragma foreign_key_check").all() == []
        assert connection.exec_driver_sql("pragma integrity_check").scalar() == "ok"
    with loaded.execution_options(write=True).begin() as connection:
        connection.exec_driver_sql("insert into order_fts (order_fts, rank) values ('integrity-check', 1)")


def test_totals_are_those_of_the_orders(loaded: Engine) -> None:
    wanted: Counter[Any] = Counter()
    for o in every(loaded, Order):
        group = (o.status, o.payment_status, o.currency)
        for grain, period in (
            ("day", o.local_date),
            ("month", o.local_date.replace(day=1)),
            ("all", date(1970, 1, 1)),
        ):
            wanted[grain, o.account_id, period, *group, "orders"] += 1
            wanted[grain, o.account_id, period, *group, "total"] += o.total
    held: Counter[Any] = Counter()
    for t in every(loaded, OrderTotal):
        key = (t.grain, t.account_id, t.period, t.status, t.payment_status, t.currency)
        held[*key, "orders"] = t.orders
        held[*key, "total"] = t.total
    assert held == wanted


def test_histories_follow_the_table_of_changes(loaded: Engine) -> None:
    histories = by_order(every(loaded, OrderHistory, OrderHistory.order_id, OrderHistory.seq))
    kinds: Counter[str] = Counter()
    for order in every(loaded, Order):
        history = histories[order.id]
        assert [row.seq for row in history] == list(range(1, order.version + 1))
        assert 1 <= order.version <= 5
        assert (history[0].from_status, history[-1].to_status) == (None, order.status)
        assert history[0].at == order.created_at
        assert history[-1].at == order.updated_at <= NOW
        for before, after in pairwise(history):
            assert before.at <= after.at
            assert after.from_status == before.to_status
            step = TRANSITIONS.get((S(after.from_status), S(after.to_status)))
            if after.from_status != after.to_status:
                assert step is not None, (order.number, after.from_status, after.to_status)
                assert step.digital in (None, order.digital)
            assert after.actor_name
        payment = "paid" if history[0].to_status != "created" and order.payment_method == "channel" else "unpaid"
        steps = [row.changes["payment_status"] for row in history if row.changes and "payment_status" in row.changes]
        for old, new in steps:
            assert old == payment or (payment == "paid" and old == "unpaid" and history[0].to_status == "pending")
            payment = new
        if steps:
            assert payment == order.payment_status
        kinds.update(row.actor_kind for row in history)
        assert sum(row.override is True for row in history) == order.returns_withdrawn
    assert set(kinds) == {"person", "api_key", "channel", "buyer", "system"}
    told = [row for rows in histories.values() for row in rows if row.notify]
    assert len(told) > 100
    assert all(row.comment for row in told)


def test_payments_fit_the_orders(loaded: Engine) -> None:
    payments = by_order(every(loaded, Payment))
    seen: set[tuple[str, str]] = set()
    for order in every(loaded, Order):
        rows = payments[order.id]
        seen.add((order.status, order.payment_status))
        assert order.total == order.subtotal + order.shipping_fee - order.discount
        if order.payment_status in (PaymentStatus.PAID, PaymentStatus.REFUNDED):
            assert [(row.state, row.amount, row.method) for row in rows] == [
                (order.payment_status, order.total, order.payment_method)
            ]
            assert order.ordered_at <= rows[0].paid_at <= NOW
        else:
            assert rows == []
        if order.status == S.COMPLETED:
            assert order.payment_status == PaymentStatus.PAID
        if order.status == S.CREATED:
            assert order.payment_method is None
        elif order.status != S.CANCELED:
            assert order.payment_method is not None
        if order.payment_method == PaymentMethod.COD and order.status not in (S.COMPLETED, S.CANCELED):
            assert order.payment_status == PaymentStatus.UNPAID
        if order.acceptance == Acceptance.AWAITING:
            assert (order.status, order.payment_status) == (S.PENDING, PaymentStatus.PAID)
        if order.status in TO_SHIP:
            assert order.ship_by is not None
    assert (S.PENDING, PaymentStatus.UNPAID) in seen
    assert (S.CANCELED, PaymentStatus.REFUNDED) in seen


def test_parcels_fit_the_orders(loaded: Engine) -> None:
    states = {
        S.IN_PROCESS: {"awaiting"},
        S.READY_TO_SHIP: {"label_printed"},
        S.SHIPPED: {"dispatched", "in_transit", "delivered"},
        S.COMPLETED: {"delivered"},
        S.RTS: {"returned"},
        S.CLOSED: {"dispatched", "in_transit"},
    }
    shipments = by_order(every(loaded, Shipment))
    for order in every(loaded, Order):
        rows = shipments[order.id]
        assert len(rows) <= 1
        if order.digital:
            assert rows == []
            assert order.warehouse_id is None
            continue
        if order.status not in (S.IN_PROCESS, S.CREATED, S.PENDING, S.CONFIRMED, S.CANCELED):
            assert len(rows) == 1
        if not rows:
            continue
        parcel = rows[0]
        assert parcel.state in states[S(order.status)]
        assert parcel.arranged_at == order.arranged_at
        assert parcel.label_printed_at == order.label_printed_at
        assert (parcel.dispatched_at is not None) == (order.status not in TO_SHIP)
        assert parcel.courier in COURIERS
        if parcel.tracking_number:
            assert clean_tracking_number(parcel.tracking_number) == parcel.tracking_number
        else:
            assert order.status != S.READY_TO_SHIP


def test_numbers_days_and_search_are_as_services_make_them(loaded: Engine) -> None:
    zones = {store.id: store.timezone for store in every(loaded, Store)}
    lines = by_order(every(loaded, OrderLine, OrderLine.order_id, OrderLine.line_no))
    outside = by_order(every(loaded, OrderChannel))
    contacts = by_order(every(loaded, OrderContact))
    parcels = by_order(every(loaded, Shipment))
    docs = by_order(every(loaded, OrderSearch))
    channels = {account.id: account.channel for account in every(loaded, ChannelAccount)}
    for order in every(loaded, Order):
        contact = contacts[order.id][0]
        assert order.local_date == local_day(order.ordered_at, zones[order.store_id])
        assert normalize_order_number(order.number) == order.number
        assert order.number.startswith(f"{order.local_date:%y%m%d}-")
        assert contact.phone_key == phone_key(contact.buyer_phone, contact.country)
        assert contact.phone_key is not None
        assert len(contact.public_token) == 16
        assert order.item_count == sum(line.quantity for line in lines[order.id])
        assert order.subtotal == sum(line.quantity * line.unit_price for line in lines[order.id])
        assert order.digital == all(line.digital for line in lines[order.id])
        assert {(line.account_id, line.ordered_at) for line in lines[order.id]} == {
            (order.account_id, order.ordered_at)
        }
        assert bool(outside[order.id]) == (channels[order.account_id] not in ("manual", "form"))
        doc = search_doc(
            random_part(order.number), *[row.channel_order_id for row in outside[order.id]], contact.buyer_name,
            contact.phone_key, contact.buyer_email, *dict.fromkeys(line.sku for line in lines[order.id]),
            *[row.tracking_number for row in parcels[order.id]],
        )  # fmt: skip
        assert docs[order.id][0].doc == doc
        assert docs[order.id][0].ordered_at == order.ordered_at


def test_what_makes_lists_slow_is_there(loaded: Engine) -> None:
    with loaded.connect() as connection:
        stores = (
            select(Store.code, func.count().label("orders"))
            .join(Order, Order.store_id == Store.id)
            .group_by(Store.code)
        )
        by_store = {row.code: row.orders for row in connection.execute(stores)}
        closed = connection.scalar(select(func.max(Order.ordered_at)).where(Order.status == S.CLOSED))
        name = connection.scalars(
            select(Order.ordered_at).join(OrderContact).where(OrderContact.buyer_name.like("Zulkarnaen%"))
        ).all()
        sku = connection.scalars(select(OrderLine.ordered_at).where(OrderLine.sku == "RN-LAMPION-22")).all()
    assert by_store[SMALL_STORE] == 50
    assert by_store["rona"] > ORDERS / 2
    assert closed is not None
    assert closed < NOW - timedelta(days=184)
    for moments in (name, sku):
        assert moments
        assert max(moments) < NOW - timedelta(days=366)


def test_everybody_can_sign_in(loaded: Engine) -> None:
    users = {user.email: user for user in every(loaded, User)}
    assert set(users) == {user.email for user in USERS}
    assert verify_password(users["owner@demo.lapak.test"].password_hash, DEMO_PASSWORD)
    assert all(
        email in users for line in demo_sign_in().splitlines() for email in line.split() if email.endswith(".test")
    )
    with loaded.connect() as connection:
        places = connection.execute(text("select count(*) from user_stores")).scalar_one()
    assert places == 4
    assert users["provider@demo.lapak.test"].warehouse_id is not None


def test_a_second_load_is_refused(loaded: Engine) -> None:
    with pytest.raises(CannotLoad, match="already has orders"):
        load_demo(loaded, orders=20, now=NOW)
    with loaded.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(Order)) == ORDERS


@pytest.mark.parametrize("kind", ENGINES)
def test_a_load_that_breaks_off_changes_nothing(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    engine = open_database(kind, request, tmp_path)
    before = shape(engine)

    def break_off(step: str, _done: int, _total: int) -> None:
        if step == "indexes":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_demo(engine, orders=100, now=NOW, progress=break_off)
    assert shape(engine) == before
    with engine.connect() as connection:
        for table in inspect(engine).get_table_names():
            if not table.startswith(("order_fts", "alembic")):
                assert connection.execute(text(f"select count(*) from {table}")).scalar_one() == 0, table
    assert load_demo(engine, orders=100, now=NOW).orders == 100
    engine.dispose()


def test_no_tables_is_said(tmp_path: Path) -> None:
    with pytest.raises(CannotLoad, match="lapak init"):
        load_demo(f"sqlite:///{tmp_path / 'empty.db'}", now=NOW)
