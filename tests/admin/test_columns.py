"""The list's columns: chosen by address, by person, by view; their heads, their order, and what nobody may see."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from flask import Flask

from tests.admin.back_office import BackOffice, of
from tests.admin.order_pages import LIST, link, numbers, words
from tests.factories import Shop, force, make_orders
from webapp.admin.orders.columns import COLUMNS, DEFAULT
from webapp.admin.orders.extra_cells import EXTRA
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.services.orders import bulk
from webapp.services.orders.assign import assign_orders
from webapp.services.orders.create import Buyer
from webapp.services.orders.rows import MORE
from webapp.services.orders.tag import create_tag, tag_orders

CSS = Path(__file__).resolve().parents[2] / "static" / "css"
USUAL = ["Order", "Buyer", "Items", "Total", "Payment", "Status", "Courier", "Print", "Due"]


def heads(page: str) -> list[str]:
    """The heads of the list's table, without the ticks'."""
    row = re.search(r"<thead>.*?</thead>", page, re.DOTALL)
    assert row is not None
    found = re.findall(r"<th (?!class=\"lp-c-(?:sel|menu)\")[^>]*>(.*?)</th>", row[0], re.DOTALL)
    return [html.unescape(re.sub(r"<[^>]+>", "", head)).strip() for head in found]


def cell(page: str, css: str) -> str:
    """The text of the first row's cell of a column."""
    found = re.search(rf'<td class="[^"]*{css}[ "].*?</td>', page, re.DOTALL)
    assert found is not None, css
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found[0])).split())


def test_every_column_has_a_cell_a_width_and_comes_from_somewhere() -> None:
    styles = re.sub(
        r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", "".join(f.read_text("utf-8") for f in CSS.glob("5*.css"))
    )
    for name, column in COLUMNS.items():
        assert (name in DEFAULT) is not (name in EXTRA), name
        rules = re.findall(r"([^{}]+)\{([^{}]*)\}", styles)
        widths = [
            body for selector, body in rules if re.search(rf"\.{column.cell}(?![\w-])", selector) and "width" in body
        ]
        wanted = "auto" if name == "items" else f"{column.width}px"
        assert any(re.search(rf"(?<!-)width: {wanted};", body) for body in widths), name
    assert set(MORE) <= set(EXTRA)


def test_the_usual_columns(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual)
    assert heads(of(app, shop).page(LIST)) == USUAL


def test_the_address_names_columns_in_their_order_and_every_link_keeps_them(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual, 25)
    person = of(app, shop)
    page = person.page(LIST + "?columns=total,number,city,buyer&limit=20")
    assert heads(page) == ["Order", "Total", "City", "Buyer"]
    assert len(numbers(page)) == 20
    for way in ("New", "Next", "Oldest first"):
        assert heads(person.page(link(page, way))) == ["Order", "Total", "City", "Buyer"]
    assert '<input type="hidden" name="columns" value="number,total,city,buyer">' in page
    part = person.get(LIST + "?columns=total&q=siti", headers={"Lapak-Part": "list"}).text
    assert heads(part) == ["Order", "Total"]
    assert f'name="url" value="{LIST}?q=siti&amp;columns=number,total"' in part


def test_every_column_can_be_shown_at_once_in_one_statement_more_or_less(
    app: Flask, shop: Shop, statements: list[str]
) -> None:
    buyer = Buyer("Siti", "0812-8840-1127", "siti@example.com", "Jl. Melati 2", city="Bandung", province="Jawa Barat")
    (order,) = make_orders(shop.shopee, buyer=buyer, channel_order_id="SP-77", note="Gift, please")
    bulk.set_tracking(shop.actor(), order.number, "sicepat", "002912100777")
    assign_orders(shop.actor(), [order.number], "cs@example.com")
    tag_orders(shop.actor(), [order.number], [create_tag(shop.actor(), "VIP")])
    force([order.id], warehouse_id=shop.warehouse)
    person = of(app, shop)
    person.page(LIST)
    statements.clear()
    person.page(LIST)
    usual = len(statements)
    statements.clear()
    page = person.page(LIST + "?columns=" + ",".join(COLUMNS))
    assert len(statements) == usual
    assert heads(page)[: len(USUAL)] == USUAL
    assert len(heads(page)) == len(COLUMNS)
    for css, text in (
        ("lp-c-store", "Rona"), ("lp-c-account", "Shopee"), ("lp-c-chno", "SP-77"), ("lp-c-email", "siti@example.com"),
        ("lp-c-city", "Bandung Jawa Barat"), ("lp-c-phone", "0812-8840-1127"), ("lp-c-tracking", "002912100777"),
        ("lp-c-tags", "VIP"), ("lp-c-note", "Gift, please"), ("lp-c-at", "Nov,"), ("lp-c-updated", "Nov,"),
    ):  # fmt: skip
        assert text in cell(page, css), css
    for name in ("assigned", "warehouse", "sku", "method"):
        assert cell(page, COLUMNS[name].cell) not in ("", "–"), name


def test_what_is_typed_is_never_markup_in_any_column(app: Flask, shop: Shop) -> None:
    evil = '<script>alert(1)</script>"'
    buyer = Buyer(evil, evil, "a@example.com", evil, city=evil, province=evil)
    make_orders(shop.manual, buyer=buyer, note=evil)
    page = of(app, shop).page(LIST + "?columns=" + ",".join(COLUMNS))
    assert "<script>alert" not in page


def test_unknown_columns_are_named_and_left_out(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual)
    page = of(app, shop).page(LIST + "?columns=number,moon,total")
    assert heads(page) == ["Order", "Total"]
    assert "“moon” can't be used as column." in words(page)
    assert heads(of(app, shop).page(LIST + "?columns=moon")) == USUAL


def test_a_provider_has_no_column_of_what_is_not_theirs(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    force([order.id], warehouse_id=shop.warehouse)
    assign_orders(shop.actor(), [order.number], "cs@example.com")
    provider = of(app, shop, Role.PROVIDER)
    page = provider.page(LIST + "?columns=number,email,assigned,city")
    assert heads(page) == ["Order", "City"]
    assert "@example.com" not in words(page)
    choice = words(provider.page(LIST + "columns"))
    assert "E-mail" not in choice
    assert "Assigned to" not in choice
    provider.post(LIST + "columns", {"shown": ["email", "city"]})
    assert heads(provider.page(LIST)) == ["Order", "City"]


def chosen(person: BackOffice) -> list[str]:
    db.session.rollback()
    return heads(person.page(LIST))


def test_a_person_chooses_orders_and_resets_columns(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual)
    person, other = of(app, shop), of(app, shop, Role.CS)
    answer = person.post(LIST + "columns?tab=new", {"shown": ["total", "city", "buyer"], "order": ["total", "city"]})
    assert (answer.status_code, answer.location) == (302, LIST + "?tab=new")
    assert chosen(person) == ["Order", "Total", "City", "Buyer"]
    assert chosen(other) == USUAL
    assert heads(person.page(LIST + "?columns=status")) == ["Order", "Status"]  # the address wins
    person.post(LIST + "columns", {"act": "reset"})
    assert chosen(person) == USUAL


def test_without_scripts_columns_move_by_buttons_and_ticks_stay(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual)
    person = of(app, shop)
    given = {"order": ["buyer", "items", "total", "store"], "shown": ["buyer", "total"]}
    page = person.post(LIST + "columns", {**given, "move": "up:total"}).text
    order = re.findall(r'name="order" value="(\w+)"', page)
    assert order[:3] == ["buyer", "total", "items"]
    assert re.findall(r'name="shown" value="(\w+)" checked', page) == ["buyer", "total"]
    assert chosen(person) == USUAL  # nothing is kept before it is sent
    page = person.post(LIST + "columns", {**given, "move": "down:total"}).text
    assert re.findall(r'name="order" value="(\w+)"', page)[:4] == ["buyer", "items", "store", "total"]


def test_no_column_at_all_is_refused_and_what_was_typed_stays(app: Flask, shop: Shop) -> None:
    answer = of(app, shop).post(LIST + "columns", {"order": ["total", "buyer"]})
    assert answer.status_code == 422
    assert "Tick at least one more column." in words(answer.text)
    assert re.findall(r'name="order" value="(\w+)"', answer.text)[:2] == ["total", "buyer"]


@pytest.mark.parametrize(
    ("query", "head", "sort"),
    [
        ("", "Order", "sort=ordered_at"),
        ("sort=ordered_at", "Order", ""),
        ("columns=updated", "Updated", "sort=-updated_at"),
        ("columns=updated&sort=-updated_at", "Updated", "sort=updated_at"),
        ("tab=to_ship", "Due", "sort=ship_by"),
        ("tab=to_ship&columns=ship_by", "Ship by", "sort=ship_by"),
    ],
)
def test_only_what_an_index_serves_is_sorted(app: Flask, shop: Shop, query: str, head: str, sort: str) -> None:
    make_orders(shop.manual, 2, status="confirmed")
    page = of(app, shop).page(f"{LIST}?{query}")
    table = re.search(r"<thead>.*?</thead>", page, re.DOTALL)
    assert table is not None
    links = {
        html.unescape(words_): html.unescape(href)
        for href, words_ in re.findall(r'<a href="([^"]*)">([^<]+)', table[0])
    }
    assert {name.strip() for name in links} <= {"Order", "Due", "Ordered", "Updated", "Ship by"}
    found = next(href for name, href in links.items() if name.strip() == head)
    assert sort in found
    assert ("sort=" in found) is bool(sort)


def test_due_is_no_link_where_no_index_sorts_by_it(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual)
    page = of(app, shop).page(LIST)
    assert ">Due</th>" in page
    assert page.count('aria-sort="descending"') == 1


def test_rows_of_one_line_are_remembered(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual)
    person = of(app, shop)
    assert 'class="lp-list"' in person.page(LIST)
    answer = person.post("/preferences", {"density": "dense", "next": LIST + "?tab=new"})
    assert answer.location == LIST + "?tab=new"
    page = person.page(LIST)
    assert 'class="lp-list lp-one"' in page
    assert re.search(r'value="dense" aria-pressed="true"', page)
    person.post("/preferences", {"density": "wide", "next": LIST})
    assert 'class="lp-list"' in person.page(LIST)
    assert person.post("/preferences", {"density": "tight", "next": LIST}).status_code == 400


def test_new_orders_come_in_the_columns_that_are_shown(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    since = re.search(r'data-since="([^"]+)" data-columns="([^"]+)"', person.page(LIST + "?columns=city,total"))
    assert since is not None
    assert since[2] == "number,city,total"
    make_orders(shop.manual)
    told = person.get(f"{LIST}fresh?since={since[1]}").json
    assert told is not None
    page = person.page(f"{LIST}fresh/rows?since={told['since']}&columns={since[2]}")
    assert heads(page) == ["Order", "City", "Total"]
    assert 'colspan="5"' in page


def test_a_download_begins_with_what_the_list_shows(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    force([order.id], warehouse_id=shop.warehouse)
    person = of(app, shop)
    assert link(person.page(LIST), "Download") == LIST + "download"
    address = link(person.page(LIST + "?tab=new&columns=total,email,tags,city"), "Download")
    assert address == LIST + "download?tab=new&columns=order_number,currency,total,buyer_email,city,province"
    ticked = re.findall(r'name="columns" value="(\w+)" checked', person.page(address))
    assert set(ticked) == {"order_number", "currency", "total", "buyer_email", "city", "province"}
    provider = of(app, shop, Role.PROVIDER)
    address = link(provider.page(LIST + "?columns=total,email,city"), "Download")
    assert address == LIST + "download?columns=order_number,currency,city,province"
    assert provider.get(address).status_code == 200


def test_more_columns_than_fit_are_scrolled(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual)
    person = of(app, shop)
    assert "lp-list-wide" not in person.page(LIST)
    assert "lp-list-wide" not in person.page(LIST + "?columns=buyer,total")
    assert "lp-list-wide" in person.page(LIST + "?columns=" + ",".join(COLUMNS))
