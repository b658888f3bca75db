"""The rows of a load: the same for the same seed, on both engines, in one process or several, made or multiplied."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import Engine, func, select, text

from tests.demo.test_loading import every, open_database
from webapp.demo import load_postgresql, loading, making
from webapp.demo.chance import stream
from webapp.demo.commands import demo
from webapp.demo.filling import ensure_demo, fill_if_empty
from webapp.demo.forms import plain_form
from webapp.demo.loading import load_demo
from webapp.demo.making import make
from webapp.demo.places import STORES, USERS, WAREHOUSES
from webapp.demo.scatter import random_symbols
from webapp.demo.timeline import Timeline
from webapp.demo.world import Load, Places
from webapp.domain.actors import SYSTEM
from webapp.domain.numbers import random_part
from webapp.domain.words import search_doc
from webapp.extensions import Base, db
from webapp.models import (
    ChannelAccount,
    Order,
    OrderChannel,
    OrderContact,
    OrderHistory,
    OrderLine,
    OrderSearch,
    OrderTotal,
    Shipment,
    Store,
)
from webapp.models.types import to_ms
from webapp.services.orders.create import Buyer, NewLine, NewOrder, create_orders

NOW = datetime(2026, 11, 22, 2, 30, 15, 123_000, tzinfo=UTC)
PLACES = Places(
    {store.code: n for n, store in enumerate(STORES, 1)},
    {
        (store.code, account.channel.value): (10 * s + n,)
        for s, store in enumerate(STORES)
        for n, account in enumerate(store.accounts)
    },
    {warehouse.code: n for n, warehouse in enumerate(WAREHOUSES, 1)},
    {user.email: n for n, user in enumerate(USERS, 1)},
)


@pytest.fixture(autouse=True)
def quick_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """A real hash takes as long as all the rest of a small load."""
    monkeypatch.setattr(loading, "hash_password", lambda password: f"hash of {password}")


def made(seed: int = 1, orders: int = 120, dialect: str = "sqlite") -> list[Any]:
    return list(make(Load(orders, seed, to_ms(NOW), 1, 1, PLACES), dialect))


def test_the_same_seed_gives_the_same_rows() -> None:
    assert made() == made()
    assert made() != made(seed=2)


def test_several_processes_make_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = made(dialect="postgresql")
    monkeypatch.setattr(making, "PARALLEL_FROM", 0)
    assert made(dialect="postgresql") == alone


def test_both_engines_hold_the_same(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    sqlite, postgresql = (open_database(kind, request, tmp_path) for kind in ("sqlite", "postgresql"))
    for engine in (sqlite, postgresql):
        load_demo(engine, orders=200, seed=5, now=NOW)
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.c if column.name != "password_hash"]
        rows = []
        for engine in (sqlite, postgresql):
            with engine.connect() as connection:
                rows.append(sorted(map(repr, connection.execute(select(*columns)))))
        assert rows[0] == rows[1], table.name
    sqlite.dispose()
    postgresql.dispose()


@pytest.mark.parametrize("orders", [10, 999, 20_000])
def test_moments_ascend_and_end_before_now(orders: int) -> None:
    timeline = Timeline(orders, NOW)
    moments = [
        ms
        for first in range(0, orders, 5_000)
        for ms in timeline.moments(first, min(first + 5_000, orders), stream(1, str(first)))
    ]
    assert len(moments) == orders
    assert moments == sorted(moments)
    assert moments[-1] <= to_ms(NOW)
    assert moments[0] > to_ms(NOW) - 731 * 86_400_000
    # Growing: more than half of all in the last quarter of the time.
    assert sum(ms > to_ms(NOW) - 183 * 86_400_000 for ms in moments) >= orders / 2


def test_numbers_never_repeat() -> None:
    assert len({random_symbols(index, 12_345) for index in range(100_000)}) == 100_000


@pytest.fixture
def multiplied(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """1,300 orders on PostgreSQL, 400 of them made and the others copied by the server."""
    monkeypatch.setattr(load_postgresql, "MADE_HERE", 400)
    engine = open_database("postgresql", request, tmp_path)
    load_demo(engine, orders=1_300, seed=3, now=NOW)
    return engine


def test_copies_are_orders_of_their_own(multiplied: Engine) -> None:
    orders = {order.id: order for order in every(multiplied, Order)}
    assert len(orders) == len({order.number for order in orders.values()}) == 1_300
    contacts = {row.order_id: row for row in every(multiplied, OrderContact)}
    assert len({row.public_token for row in contacts.values()}) == 1_300
    skus: dict[int, list[str | None]] = {}
    for line in every(multiplied, OrderLine, OrderLine.order_id, OrderLine.line_no):
        skus.setdefault(line.order_id, []).append(line.sku)
    outside = {row.order_id: row.channel_order_id for row in every(multiplied, OrderChannel)}
    tracking = {row.order_id: row.tracking_number for row in every(multiplied, Shipment)}
    assert len(set(outside.values())) == len(outside)
    numbers = [number for number in tracking.values() if number]
    assert len(set(numbers)) == len(numbers)
    docs = {row.order_id: row.doc for row in every(multiplied, OrderSearch)}
    versions = {row.order_id: row.seq for row in every(multiplied, OrderHistory, OrderHistory.seq)}
    zones = {store.id: store.timezone for store in every(multiplied, Store)}
    for order in orders.values():
        contact = contacts[order.id]
        assert docs[order.id] == search_doc(
            random_part(order.number), outside.get(order.id), contact.buyer_name, contact.phone_key,
            contact.buyer_email, *dict.fromkeys(skus[order.id]), tracking.get(order.id),
        )  # fmt: skip
        assert versions[order.id] == order.version
        assert order.number.startswith(f"{order.local_date:%y%m%d}-")
        assert zones[order.store_id]
        assert random_part(order.number) == random_symbols(order.id - 1, stream(3, "numbers").getrandbits(40))
    for row in every(multiplied, OrderHistory):
        if row.changes and "tracking_number" in row.changes:
            assert row.changes["tracking_number"][1] == tracking[row.order_id]
            assert not row.notify or tracking[row.order_id] in row.comment
    with multiplied.connect() as connection:
        assert connection.scalar(select(func.sum(OrderTotal.orders)).where(OrderTotal.grain == "all")) == 1_300
        small = select(func.count()).select_from(Order).join(Store, Store.id == Order.store_id)
        assert connection.scalar(small.where(Store.code == "ubud")) == 40
    multiplied.dispose()


def test_only_an_empty_database_is_filled_and_services_go_on_there(app: Flask) -> None:
    assert ensure_demo(db.engine, orders=60)
    assert not ensure_demo(db.engine, orders=60)
    fill_if_empty(app)
    before = db.session.scalar(select(func.max(Order.id)))
    account = db.session.scalar(select(ChannelAccount.id).where(ChannelAccount.channel == "manual").limit(1))
    db.session.rollback()
    assert account is not None
    buyer = Buyer("Siti Nurhaliza", phone="0812-8840-1127")
    created = create_orders(SYSTEM, [NewOrder(account, buyer, (NewLine("Lampu Meja Rotan", 1, 320_000),))])
    assert before == 60
    assert created[0].id == before + 1
    found = db.session.execute(text("select count(*) from order_search where order_id = :id"), {"id": created[0].id})
    assert found.scalar_one() == 1


def test_the_command_loads_and_says_so(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAPAK_DATABASE_URL", f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'demo.db')}")
    monkeypatch.setenv("LAPAK_SECRET_KEY", "test-" * 10)
    first = CliRunner().invoke(demo, ["--orders", "40", "--seed", "9"])
    assert first.exit_code == 0, first.output
    assert "Loaded 40 orders" in first.output
    assert "owner@demo.lapak.test" in first.output
    assert first.stderr.splitlines() == [
        "Loading orders",
        "Adding up totals",
        "Building indexes",
        "Gathering statistics",
    ]
    again = CliRunner().invoke(demo, [])
    assert again.exit_code == 2
    assert "already has orders" in again.stderr


def test_more_accounts_are_further_shops_of_the_marketplaces(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    (tmp_path / "spread").mkdir()
    plain, spread = (open_database("sqlite", request, folder) for folder in (tmp_path, tmp_path / "spread"))
    load_demo(plain, orders=600, seed=5, now=NOW)
    load_demo(spread, orders=600, accounts=60, seed=5, now=NOW)
    few, many = (every(engine, ChannelAccount) for engine in (plain, spread))
    assert (len(few), len(many)) == (28, 60)
    assert len({(account.channel, account.external_id) for account in many if account.external_id}) == 60 - 18
    # The same orders, each at a shop of the same store on the same marketplace.
    before, after = ({order.number: order for order in every(engine, Order)} for engine in (plain, spread))
    assert before.keys() == after.keys()
    of_few = {account.id: (account.store_id, account.channel) for account in few}
    of_many = {account.id: (account.store_id, account.channel) for account in many}
    assert all(of_few[before[number].account_id] == of_many[after[number].account_id] for number in before)
    assert len({order.account_id for order in after.values()}) > 40
    for each in (plain, spread):
        each.dispose()


@pytest.mark.parametrize("accounts", [27, 201])
def test_too_few_and_too_many_accounts_are_refused(sqlite_template: Path, accounts: int) -> None:
    with pytest.raises(loading.CannotLoad, match="from 28 to 200"):
        load_demo(f"sqlite:///{sqlite_template}", orders=40, accounts=accounts, now=NOW)


def test_the_plain_form_writes_values_as_they_are() -> None:
    form = plain_form()
    assert form.group(form.big(1), form.text("a"), form.at(5)) == (1, "a", 5)
    assert form.day(0) == "1970-01-01"
