"""Providers may not know a buyer's e-mail address, and so learn nothing of it by searching for parts of it."""

from __future__ import annotations

import pytest

from tests.factories import Shop, force, make_orders
from webapp.domain.actors import EVERYTHING, Scope
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.services.orders import query
from webapp.services.orders.create import Buyer, NewLine
from webapp.services.orders.filters import ListFilter, Sort
from webapp.services.orders.query import Count, count_orders, list_orders

BUYERS = (
    Buyer("Siti Nurhaliza", "0812-8840-1127", "s.hidden-1990-12@example.com", "Jl. Kemang Raya"),
    Buyer("tiara", "0812-8840-1128", "Tiara@example.com", "Jl. Kemang Raya"),
    Buyer("김민수", "0812-8840-1129", "pößt@example.com", "Jl. Kemang Raya"),
    Buyer("Agus", "0812-8840-1130", "", "Jl. Kemang Raya"),
)


@pytest.fixture(params=[(0, 0, Sort.NEWEST), (2_000, 2_000, Sort.NEWEST), (0, 0, Sort.CHANGED_LAST)])
def sort(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Sort:
    """Through the text index, and order by order."""
    few, small, sort = request.param
    monkeypatch.setattr(query, "FEW", few)
    monkeypatch.setattr(query, "SMALL", small)
    return sort


@pytest.mark.usefixtures("app")
def test_no_part_of_an_address_finds_an_order(shop: Shop, sort: Sort) -> None:
    numbers = []
    for buyer in BUYERS:
        lines = (NewLine("Kemeja Batik", 2, 145_000, "RB-PRG-L"),)
        order = make_orders(shop.manual, buyer=buyer, lines=lines)[0]
        force([order.id], warehouse_id=shop.warehouse)
        numbers.append(order.number)
    siti, tiara, minsu, agus = numbers

    def found(scope: Scope, q: str) -> set[str]:
        flt = ListFilter(q=q, sort=sort)
        rows = list_orders(db.session, scope, flt).rows
        assert count_orders(db.session, scope, flt) == Count(len(rows))
        return {row.number for row in rows}

    provider = Scope(warehouse_id=shop.warehouse, restricted=True)
    for q, whose in (("hidden", siti), ("199012", siti), ("1990-12", siti), ("s.hidden", siti), ("pößt", minsu)):
        assert found(EVERYTHING, q) == {whose}, q
        assert found(provider, q) == set(), q
    for q in ("s.hidden-1990-12@example.com", "tiara@example.org siti"):
        assert found(provider, q) == set(), q
    for q, wanted in (
        ("nurhaliza siti", {siti}),
        ("88401127", {siti}),
        (siti, {siti}),
        (siti[7:], {siti}),
        ("rb-prg", {siti, tiara, agus}),
        ("rb-prg-l siti", {siti}),
        ("tiara", {tiara}),
        ("0812-8840-1129", {minsu}),
        (minsu[7:], {minsu}),
        ("agus", {agus}),
    ):
        assert found(provider, q) == wanted, q


@pytest.mark.usefixtures("app")
def test_an_address_whose_name_is_too_short_for_a_word_lists_nothing(shop: Shop) -> None:
    order = make_orders(shop.manual, buyer=Buyer("Jo", "", "jo@example.com", ""))[0]
    force([order.id], warehouse_id=shop.warehouse)
    provider = Scope(warehouse_id=shop.warehouse, restricted=True)
    for q in ("jo@example.com", "a@a.com", "ab@cd.com"):
        page = list_orders(db.session, provider, ListFilter(q=q))
        assert (page.rows, page.count, page.unsearchable) == ([], Count(0), True), q


@pytest.mark.usefixtures("app")
def test_no_assigned_person_of_the_seller_can_be_guessed(shop: Shop) -> None:
    """Own colleagues, who are known, can be asked for."""
    theirs, ours = make_orders(shop.manual, 2)
    force([theirs.id], warehouse_id=shop.warehouse, assigned_to=shop.people[Role.CS])
    force([ours.id], warehouse_id=shop.warehouse, assigned_to=shop.people[Role.PROVIDER])
    provider = Scope(warehouse_id=shop.warehouse, restricted=True)

    def found(scope: Scope, *emails: str) -> set[str]:
        flt = ListFilter(assigned=emails)
        rows = list_orders(db.session, scope, flt).rows
        assert count_orders(db.session, scope, flt) == Count(len(rows))
        return {row.number for row in rows}

    assert found(EVERYTHING, "cs@example.com") == {theirs.number}
    assert found(provider, "cs@example.com") == found(provider, "made-up@example.com") == set()
    assert found(provider, "cs@example.com", "provider@example.com") == {ours.number}
