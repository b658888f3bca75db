"""What the form of an order looks up: stores, buyers, items; within the scope, and without reading many rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import text

from tests.factories import Shop, make_orders
from webapp.domain.actors import EVERYTHING, SYSTEM, Scope
from webapp.extensions import db
from webapp.services.orders.create import Buyer, NewLine
from webapp.services.orders.lookups import KnownItem, buyer_of, entry_stores, find_buyers, find_items, store_accounts
from webapp.services.unit_of_work import unit_of_work

DEWI = Buyer("Dewi Lestari", "0857-1092-3345", "dewi@example.com", "Jl. Melati 2", city="Bandung")


def names(scope: Scope, words: str, store: str = "rona") -> list[str]:
    db.session.rollback()
    return [buyer.name for buyer in find_buyers(db.session(), scope, store, words)]


def items(accounts: set[int], typed: str) -> list[KnownItem]:
    db.session.rollback()
    return find_items(db.session(), frozenset(accounts), typed)


def test_stores_of_the_scope(app: Flask, shop: Shop) -> None:
    stores = entry_stores(db.session(), EVERYTHING)
    assert [(s.code, s.currency, s.account_id) for s in stores] == [
        ("rona", "IDR", shop.manual),
        ("onyu", "KRW", shop.onyu_manual),
    ]
    (only,) = entry_stores(db.session(), Scope(frozenset({shop.onyu_manual})))
    assert only.code == "onyu"
    assert entry_stores(db.session(), Scope(frozenset({shop.shopee}))) == ()
    with unit_of_work(SYSTEM) as work:
        work.session.execute(text("update stores set archived_at = created_at where code = 'rona'"))
    assert [store.code for store in entry_stores(db.session(), EVERYTHING)] == ["onyu"]


@pytest.mark.parametrize(
    "words",
    [
        "dewi",
        "lestari dewi",
        "0857-1092-3345",
        "+62 857 1092",
        "0857 1092",
        "(0857) 10",
        "3345",
        "dewi@example.com",
        "Dew",
    ],
)
def test_buyers_are_found_by_name_phone_and_e_mail(app: Flask, shop: Shop, words: str) -> None:
    make_orders(shop.shopee, buyer=DEWI)
    make_orders(shop.manual)
    make_orders(shop.onyu_manual, buyer=replace(DEWI, name="Dewi Lestari di Seoul"))
    assert names(EVERYTHING, words) == ["Dewi Lestari"]


@pytest.mark.parametrize("words", ["", "  ", "de", "RB-PRG", "%", "\0"])
def test_what_says_nothing_of_a_buyer_finds_none(app: Flask, shop: Shop, words: str) -> None:
    make_orders(shop.manual, buyer=DEWI)
    assert names(EVERYTHING, words) == []


def test_a_buyer_is_offered_once_as_in_the_latest_order(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual, 3, buyer=DEWI)
    later = datetime(2026, 11, 20, tzinfo=UTC)
    (order,) = make_orders(shop.shopee, buyer=replace(DEWI, name="Dewi L.", city="Bogor"), ordered_at=later)
    (buyer,) = find_buyers(db.session(), EVERYTHING, "rona", "dewi")
    assert (buyer.number, buyer.name, buyer.city, buyer.email) == (order.number, "Dewi L.", "Bogor", "dewi@example.com")


def test_buyers_outside_of_the_scope_do_not_exist(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, buyer=DEWI)
    session = db.session()
    found = buyer_of(session, EVERYTHING, "rona", order.number)
    assert found is not None
    assert found.address == "Jl. Melati 2"
    for scope in (Scope(frozenset({shop.onyu_manual})), Scope(warehouse_id=shop.warehouse), Scope(restricted=True)):
        assert names(scope, "dewi") == []
        assert buyer_of(session, scope, "rona", order.number) is None
    assert buyer_of(session, EVERYTHING, "onyu", order.number) is None
    assert buyer_of(session, EVERYTHING, "rona", "261121-00000000") is None


def test_items_by_the_beginning_of_their_sku(app: Flask, shop: Shop) -> None:
    old, new = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)
    make_orders(shop.shopee, lines=(NewLine("Batik lama", 1, 90_000, "RB-1"),), ordered_at=old)
    batik, ebook = NewLine("Batik baru", 1, 99_000, "RB-1"), NewLine("E-book", 1, 5, "RB-2", digital=True)
    make_orders(shop.manual, lines=(batik, ebook), ordered_at=new)
    make_orders(shop.onyu_manual, lines=(NewLine("비밀", 1, 1, "RB-1"), NewLine("비밀", 1, 1, "RB-9")))
    make_orders(shop.manual, lines=(NewLine("Lain", 1, 1, "RC-1"), NewLine("Tanpa SKU", 1, 1)))
    both = {shop.manual, shop.shopee}
    known = [KnownItem("RB-1", "Batik baru", 99_000, False), KnownItem("RB-2", "E-book", 5, True)]
    assert items(both, "rb") == items(both, " RB-") == known
    assert items({shop.shopee}, "RB") == [KnownItem("RB-1", "Batik lama", 90_000, False)]
    assert items({shop.onyu_manual}, "RB-9") == [KnownItem("RB-9", "비밀", 1, False)]
    for nothing in ("", " ", "\0", "rb_", "%", "ZZ", "\U0010ffff"):
        assert items(both, nothing) == [], nothing
    assert items(set(), "RB") == []


def test_the_accounts_of_a_store(app: Flask, shop: Shop) -> None:
    session = db.session()
    assert {shop.manual, shop.shopee} < store_accounts(session, EVERYTHING, "rona")
    assert store_accounts(session, Scope(frozenset({shop.shopee, shop.onyu_manual})), "rona") == {shop.shopee}
    assert store_accounts(session, EVERYTHING, "none") == frozenset()


def test_the_items_come_from_the_index(app: Flask, shop: Shop, statements: list[str]) -> None:
    make_orders(shop.manual, 50)
    with unit_of_work(SYSTEM) as work:
        work.session.execute(text("analyze order_lines"))
    statements.clear()
    assert len(items({shop.manual}, "RB-PRG-L")) == 1
    (sql,) = statements
    if db.engine.dialect.name == "sqlite":
        params = {"p0": "RB", "p1": "RC", "p2": "RC", "p3": shop.manual}
        plan = [row[-1] for row in db.session.connection().exec_driver_sql(f"explain query plan {sql}", params)]
        read = [step for step in plan if (" l" in f" {step}" and "order_lines" in step) or step.startswith("SEARCH l")]
        assert read
        assert all("ix_order_lines_sku" in step for step in read), plan
        assert not any("SCAN l" in step for step in plan), plan
