"""Pick and pack on the page of one order: the card, ticks and scans as plain forms, and the history of its own."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.admin.back_office import BackOffice, limited, of
from tests.admin.order_pages import LIST, said_after, toasts, words
from tests.factories import Shop, force, history_of, make_orders, status_of
from webapp.domain.order_status import OrderStatus
from webapp.domain.permissions import Role
from webapp.services.orders.create import CreatedOrder, NewLine

S = OrderStatus
LINES = (
    NewLine("Kain Tenun", 3, 145_000, "TN-1"),
    NewLine("Kartu ucapan", 1, 0),
    NewLine("E-book", 1, 9_000, "EB-1", digital=True),
)


def make(shop: Shop, status: OrderStatus = S.IN_PROCESS) -> CreatedOrder:
    """An order at the warehouse: three cloths, a card, and a book without a parcel."""
    (order,) = make_orders(shop.manual, status=status, lines=LINES)
    force([order.id], warehouse_id=shop.warehouse)
    return order


def card(page: str) -> str:
    """The words of the card; empty where there is none."""
    found = re.search(r'<section[^>]*id="packing".*?</section>', page, re.DOTALL)
    return words(found[0]) if found else ""


def version(page: str) -> str:
    """The version that the ticks of a page carry."""
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    return found[1]


def tick(person: BackOffice, order: CreatedOrder, line: int, step: str, **fields: str) -> str:
    """Tick a line as the page has it; the page afterwards."""
    seen = version(person.page(LIST + order.number))
    data = {"line": str(line), "step": step, "version": seen, **fields}
    return said_after(person, person.post(f"{LIST}{order.number}/packing", data))


@pytest.mark.parametrize("status", S)
def test_the_card_is_there_while_the_warehouse_has_the_order(app: Flask, shop: Shop, status: OrderStatus) -> None:
    order = make(shop, status)
    for role, may in ((Role.WAREHOUSE, True), (Role.PROVIDER, True), (Role.ADMIN, True), (Role.CS, False)):
        page = of(app, shop, role).page(LIST + order.number)
        there = status in (S.IN_PROCESS, S.READY_TO_SHIP)
        assert bool(card(page)) is there, role
        assert ("data-scan" in page) is (there and may), role
        if there:
            assert "Kain Tenun" in card(page)
            assert "0 of 4 picked, 0 packed" in card(page)
            assert "E-book" not in card(page)


def test_a_digital_order_has_nothing_to_pick(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, status=S.IN_PROCESS, lines=(NewLine("E-book", 1, 9_000, digital=True),))
    assert card(of(app, shop).page(LIST + order.number)) == ""


def test_lines_are_ticked_and_unticked(app: Flask, shop: Shop) -> None:
    order = make(shop)
    person = of(app, shop, Role.WAREHOUSE)
    page = tick(person, order, 1, "picked", whole="1")
    assert "Kain Tenun: 3 of 3 picked" in toasts(page)
    assert "3 of 4 picked, 0 packed" in card(page)
    page = tick(person, order, 1, "packed", count="2")
    assert "3 of 4 picked, 2 packed" in card(page)
    page = tick(person, order, 1, "picked", whole="0", count="3")
    assert "Kain Tenun: 0 of 3 picked" in toasts(page)
    assert "0 of 4 picked, 0 packed" in card(page)
    tick(person, order, 1, "packed", whole="1")
    page = tick(person, order, 2, "packed", whole="1")
    assert "All packed" in card(page)
    assert status_of(order.number) == "in_process"
    history = words(person.page(f"{LIST}{order.number}?history=packing"))
    for told in (
        "Warehouse picked", "Warehouse packed", "Warehouse put back", "Picked: 0 to 3 of 3 · Kain Tenun (TN-1)",
        "Packed: 0 to 2 of 3 · Kain Tenun (TN-1)", "Packed: 2 to 0 of 3 · Kain Tenun (TN-1)",
        "Packed: 0 to 1 of 1 · Kartu ucapan",
    ):  # fmt: skip
        assert told in history, told
    general = words(person.page(LIST + order.number))
    assert "Picked: 0 to 3" not in general


def test_pieces_are_scanned(app: Flask, shop: Shop) -> None:
    order = make(shop)
    person = of(app, shop, Role.WAREHOUSE)
    path = f"{LIST}{order.number}/scan"
    answer = person.post(path, {"sku": " tn-1"})
    page = said_after(person, answer)
    assert "Kain Tenun: 1 of 3 picked" in toasts(page)
    assert " autofocus>" in page
    for said in ("2 of 3 picked", "3 of 3 picked", "1 of 3 packed"):
        assert f"Kain Tenun: {said}" in toasts(said_after(person, person.post(path, {"sku": "TN-1"})))
    entries = len(history_of(order.number))
    for sku, why in (
        ("XX-9", f"“XX-9” is not in {order.number}. Put it back"),
        ("EB-1", "“EB-1” is digital"),
        ("", "SKU is empty."),
    ):
        refused = person.post(path, {"sku": sku})
        assert refused.status_code == 422
        assert why in card(refused.text)
        assert 'aria-invalid="true" autofocus>' in refused.text
    assert len(history_of(order.number)) == entries == 5


def test_scripts_get_only_what_changed(app: Flask, shop: Shop) -> None:
    order = make(shop)
    person = of(app, shop, Role.WAREHOUSE)
    path = f"{LIST}{order.number}/scan?history=packing"
    part = person.post(path, {"sku": "TN-1"}, headers={"Lapak-Part": "packing"})
    assert (part.status_code, "<html" in part.text) == (200, False)
    assert "Kain Tenun: 1 of 3 picked" in card(part.text)
    assert "Picked: 0 to 1 of 3" in part.text
    wrong = person.post(path, {"sku": "XX-9"}, headers={"Lapak-Part": "packing"})
    assert wrong.status_code == 422
    assert 'role="alert"' in wrong.text
    force([order.id], status=S.SHIPPED)
    left = person.post(path, {"sku": "TN-1"}, headers={"Lapak-Part": "packing"})
    assert (left.status_code, card(left.text)) == (422, "")
    why = f"{order.number} is Shipped: orders are picked and packed while"
    assert why in words(person.page(f"{LIST}{order.number}"))
    assert why not in words(person.page(f"{LIST}{order.number}"))
    plain = person.post(path, {"sku": "TN-1"})
    assert (plain.status_code, card(plain.text)) == (422, "")
    assert why in words(plain.text)


def test_what_somebody_else_changed_meanwhile_is_looked_at_first(app: Flask, shop: Shop) -> None:
    order = make(shop)
    person = of(app, shop, Role.WAREHOUSE)
    person.post(f"{LIST}{order.number}/scan", {"sku": "TN-1"})
    old = {"line": "1", "step": "picked", "version": "1", "whole": "1"}
    answer = person.post(f"{LIST}{order.number}/packing", old)
    assert answer.status_code == 422
    assert f"{order.number} was changed by somebody else meanwhile." in card(answer.text)
    now = {"line": "1", "step": "picked", "version": "2"}
    for typed, why in (
        ("4", "4 pieces can't be counted here: it takes 0 to 3."),
        ("many", "“many” can't be used as quantity."),
        ("", "quantity is empty."),
    ):
        refused = person.post(f"{LIST}{order.number}/packing", {**now, "count": typed})
        assert refused.status_code == 422
        assert why in card(refused.text)
    forged = {"line": "x", "step": "picked", "version": "1"}
    assert person.post(f"{LIST}{order.number}/packing", forged).status_code == 400
    assert person.post(f"{LIST}{order.number}/packing", {**old, "version": "2", "line": "9"}).status_code == 404
    assert len(history_of(order.number)) == 2


def test_who_may_not(app: Flask, shop: Shop) -> None:
    order = make(shop)
    for role in (Role.CS, Role.VIEWER):
        assert of(app, shop, role).post(f"{LIST}{order.number}/scan", {"sku": "TN-1"}).status_code == 403
    stranger = BackOffice(app, limited(shop, Role.WAREHOUSE))
    assert stranger.post(f"{LIST}{order.number}/scan", {"sku": "TN-1"}).status_code == 404
    fields = {"line": "1", "step": "picked", "version": "1", "whole": "1"}
    assert stranger.post(f"{LIST}{order.number}/packing", fields).status_code == 404
    assert len(history_of(order.number)) == 1


def test_an_editor_who_was_slower_sees_what_the_warehouse_did(app: Flask, shop: Shop) -> None:
    order = make(shop)
    person = of(app, shop)
    page = person.page(f"{LIST}{order.number}/edit")
    fields = dict(re.findall(r'<input[^>]*name="(buyer_\w+|version)"[^>]*value="([^"]*)"', page))
    person.post(f"{LIST}{order.number}/scan", {"sku": "TN-1"})
    answer = person.post(f"{LIST}{order.number}/edit", {**fields, "version": "1", "buyer_name": "Dewi", "country": ""})
    assert answer.status_code == 422
    assert "Picked: 0 to 1 of 3 · Kain Tenun (TN-1)" in words(answer.text)


def test_few_statements(app: Flask, shop: Shop, statements: list[str]) -> None:
    order = make(shop)
    person = of(app, shop)
    statements.clear()
    person.page(LIST + order.number)
    assert len(statements) == 6
