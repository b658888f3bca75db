"""Adding, copying and editing an order by hand: what is read, what is refused and where, and what every help keeps."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from tests.admin.back_office import BackOffice, limited, of
from tests.admin.order_pages import LIST, link, said_after, toasts, words
from tests.factories import Shop, count_rows, force, history_of, make_orders
from webapp.admin.orders.entry_form import EntryForm
from webapp.domain.actors import SYSTEM
from webapp.domain.order_status import OrderStatus
from webapp.domain.order_texts import LONGEST
from webapp.domain.permissions import Permission, Role
from webapp.extensions import db
from webapp.models import Order, OrderContact, OrderLine, RolePermission
from webapp.services.orders import bulk
from webapp.services.orders.create import Buyer, NewLine
from webapp.services.unit_of_work import unit_of_work

NEW = "/admin/orders/new"
S = OrderStatus
TYPED = {
    "do": "save", "store": "rona", "buyer_name": " Dewi Lestari ", "buyer_phone": "0857-1092-3345", "buyer_email": "",
    "address": "Jl. Melati 2", "district": "", "city": "Bandung", "province": "", "postal_code": "40111",
    "country": "ID", "payment_method": "qris", "shipping_fee": "18.000", "discount": "Rp 8.000",
    "note": "Jangan dilipat",
    "lines-0-sku": "RB-1", "lines-0-item_name": "Kemeja", "lines-0-quantity": "2", "lines-0-unit_price": "145.000",
    "lines-1-sku": "", "lines-1-item_name": "E-book", "lines-1-quantity": "1", "lines-1-unit_price": "0",
    "lines-1-digital": "y",
    "lines-2-sku": "", "lines-2-item_name": "", "lines-2-quantity": "1", "lines-2-unit_price": "",
}  # fmt: skip


def values(page: str) -> dict[str, str]:
    """What stands in the fields of a form: inputs, text areas, and the chosen options."""
    page = re.sub(r"<template.*?</template>", "", page, flags=re.DOTALL)
    found = {}
    for tag in re.findall(r"<input\b[^>]*>", page):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if "name" in attributes and (attributes.get("type") != "checkbox" or " checked" in tag):
            found[attributes["name"]] = html.unescape(attributes.get("value", ""))
    for name, body in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', page, re.DOTALL):
        found[name] = html.unescape(body).strip()
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option selected value="([^"]*)"', body)
        found[name] = chosen[1] if chosen else ""
    return found


def kept(page: str, typed: Mapping[str, str]) -> None:
    """All that was typed stands there again."""
    shown = values(page)
    assert {name: shown.get(name) for name in typed if name != "do"} == {
        name: value.strip() for name, value in typed.items() if name != "do"
    }


def refusals(page: str) -> dict[str, str]:
    """The refusals by the id of their field."""
    found = re.findall(r'id="([\w-]+)-error">.*?<span>(.*?)</span>', page, re.DOTALL)
    return {field: html.unescape(text) for field, text in found}


def order_row() -> Order:
    db.session.rollback()
    return db.session.scalars(select(Order)).one()


def test_an_order_is_added(app: Flask, shop: Shop) -> None:
    person = of(app, shop, Role.CS)
    assert link(person.page(LIST), "Add order") == NEW
    answer = person.post(NEW, TYPED)
    page = said_after(person, answer)
    order = order_row()
    assert answer.location == LIST + order.number
    assert toasts(page) == f"{order.number} was added."
    assert (order.account_id, order.status, order.payment_method) == (shop.manual, "pending", "qris")
    assert (order.subtotal, order.shipping_fee, order.discount, order.total) == (290_000, 18_000, 8_000, 300_000)
    contact = db.session.scalars(select(OrderContact)).one()
    assert (contact.buyer_name, contact.city, contact.country) == ("Dewi Lestari", "Bandung", "ID")
    assert (contact.buyer_email, contact.note) == (None, "Jangan dilipat")
    lines = db.session.execute(
        select(OrderLine.line_no, OrderLine.sku, OrderLine.name, OrderLine.unit_price, OrderLine.digital).order_by(
            OrderLine.line_no
        )
    )
    assert [tuple(line) for line in lines] == [
        (1, "RB-1", "Kemeja", 145_000, False),
        (2, None, "E-book", 0, True),
    ]
    assert history_of(order.number)[0].actor_name == "Cs"


@pytest.mark.parametrize(("method", "status"), [("", "created"), ("cod", "pending"), ("bank_transfer", "pending")])
def test_what_it_becomes(app: Flask, shop: Shop, method: str, status: str) -> None:
    assert of(app, shop).post(NEW, {**TYPED, "payment_method": method}).status_code == 302
    assert order_row().status == status


def test_each_refusal_stands_beside_its_field_and_everything_stays(app: Flask, shop: Shop) -> None:
    wrong = {
        "buyer_name": " ", "buyer_email": "dewi@", "payment_method": "gold", "lines-0-quantity": "0",
        "lines-0-unit_price": "12.0.0", "lines-1-item_name": "", "lines-1-unit_price": "$ 5", "discount": "-1",
        "shipping_fee": "much",
    }  # fmt: skip
    answer = of(app, shop).post(NEW, {**TYPED, **wrong})
    assert answer.status_code == 422
    assert refusals(answer.text) == {
        "buyer_name": "This is needed.",
        "buyer_email": "This is no e-mail address.",
        "payment_method": "Choose one of the list.",
        "lines-0-quantity": "Whole, 1 to 1,000,000.",
        "lines-0-unit_price": "This is no amount. It looks like 12,000.",
        "lines-1-item_name": "Write what it is, or its SKU.",
        "lines-1-unit_price": "This store counts in IDR.",
        "discount": "Write it without a minus.",
        "shipping_fee": "This is no amount. It looks like 12,000.",
    }
    assert "9 fields need a look" in answer.text
    assert '<a href="#lines-1-unit_price">Price 2</a>: This store counts in IDR.' in answer.text
    kept(answer.text, {**TYPED, **wrong, "payment_method": ""})
    assert count_rows(Order) == 0


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"discount": "308.001"}, "discount", "The discount is more than the rest of the order."),
        ({"lines-0-unit_price": ""}, "lines-0-unit_price", "Write the price; 0 is fine."),
        ({"lines-0-quantity": "1.5"}, "lines-0-quantity", "Whole, 1 to 1,000,000."),
        ({"shipping_fee": "9" * 25}, "shipping_fee", "This is more than can be kept."),
        (
            {"lines-0-unit_price": "9000000000000000000", "lines-0-quantity": "2"},
            "lines", "All this together is more than can be kept.",
        ),
        ({"store": "nowhere"}, "store", "Choose one of the list."),
        ({"country": "X\0"}, "country", "Choose one of the list."),
        ({"note": "x" * 2001}, "note", "At most 2000 characters."),
    ],
)  # fmt: skip
def test_other_refusals(app: Flask, shop: Shop, wrong: dict[str, str], field: str, said: str) -> None:
    answer = of(app, shop).post(NEW, {**TYPED, **wrong})
    assert (answer.status_code, refusals(answer.text)) == (422, {field: said})
    assert count_rows(Order) == 0


def test_an_order_without_items(app: Flask, shop: Shop) -> None:
    empty = {name: value for name, value in TYPED.items() if not name.startswith("lines-")} | {"discount": ""}
    answer = of(app, shop).post(NEW, empty)
    assert (answer.status_code, refusals(answer.text)) == (422, {"lines": "An order needs at least one item."})


def test_what_no_database_takes_is_left_out(app: Flask, shop: Shop) -> None:
    typed = {**TYPED, "buyer_name": "De\0wi", "note": "a\0b\r\nc", "lines-0-sku": "R\0B"}
    assert of(app, shop).post(NEW, typed).status_code == 302
    contact = db.session.scalars(select(OrderContact)).one()
    assert (contact.buyer_name, contact.note) == ("Dewi", "ab\nc")


def test_signs_that_turn_what_stands_beside_them_are_left_out(app: Flask, shop: Shop) -> None:
    turned = {"buyer_name": "Dewi \u202egpj.\u2066", "lines-0-item_name": "\u200fKemeja\u061c", "note": "\u202dJangan"}
    of(app, shop).post(NEW, TYPED | turned)
    order = order_row()
    lines = db.session.scalars(select(OrderLine.name).where(OrderLine.order_id == order.id)).all()
    contact = db.session.get_one(OrderContact, order.id)
    assert (contact.buyer_name, lines[0], contact.note) == ("Dewi gpj.", "Kemeja", "Jangan")
    nameless = of(app, shop).post(NEW, TYPED | {"buyer_name": "\u202e"})
    assert refusals(nameless.text) == {"buyer_name": "This is needed."}


def test_odd_addresses_and_buttons_find_nothing(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    for path in ("/buyers?store=%00&q=si%00ti", "/items?store=ro%00na&q=%00&currency=IDR", "?store=%00", "?like="):
        assert person.get(NEW + path).status_code == 200, path
    for path in ("?like=%00", "?like=nonsense"):
        assert person.get(NEW + path).status_code == 404, path
    for do in ("take:\0", "take:", "remove:99", "remove:x", "\0", ""):
        assert person.post(NEW, {**TYPED, "do": do}).status_code == 200, do


def test_a_country_as_a_file_wrote_it_stays(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, buyer=Buyer("Siti", country="Nusantara"))
    person = of(app, shop)
    typed = edit_form(person, order.number, city="Bogor")
    assert typed["country"] == "Nusantara"
    assert person.post(f"{LIST}{order.number}/edit", typed).status_code == 302
    assert set(history_of(order.number)[-1].changes or {}) == {"city"}


def test_more_rows_than_an_order_may_have_are_not_read(app: Flask, shop: Shop) -> None:
    many = {f"lines-{n}-sku": "x" for n in range(201)}
    assert of(app, shop).post(NEW, {**TYPED, **many}).status_code == 413


@pytest.mark.parametrize("row", ["²", "٣", "9" * 5000, "x", "", "-1"])
def test_rows_with_numbers_that_no_page_has_are_refused(app: Flask, shop: Shop, row: str) -> None:
    assert of(app, shop).post(NEW, {**TYPED, f"lines-{row}-sku": "x"}).status_code == 400


@pytest.mark.parametrize("version", ["9" * 5000, "²", "-1", ""])
def test_a_version_that_no_page_has_is_another_one(app: Flask, shop: Shop, version: str) -> None:
    (order,) = make_orders(shop.manual)
    person = of(app, shop)
    typed = edit_form(person, order.number, city="Bogor", version=version)
    answer = person.post(f"{LIST}{order.number}/edit", typed)
    assert (answer.status_code, values(answer.text)["version"]) == (422, "1")


def test_what_nobody_sees_is_no_name(app: Flask, shop: Shop) -> None:
    answer = of(app, shop).post(NEW, {**TYPED, "buyer_name": "\u200b\u2060", "lines-0-item_name": "\u00ad"})
    assert (answer.status_code, list(refusals(answer.text))) == (422, ["buyer_name"])


def test_amounts_are_read_in_the_stores_currency(app: Flask, shop: Shop) -> None:
    typed = {**TYPED, "store": "onyu", "shipping_fee": "₩3,000", "discount": "", "lines-0-unit_price": "41,500원"}
    assert of(app, shop).post(NEW, typed).status_code == 302
    order = order_row()
    assert (order.currency, order.total, order.account_id) == ("KRW", 86_000, shop.onyu_manual)


def test_helps_without_scripts_keep_everything(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual)
    (known,) = make_orders(shop.shopee, buyer=Buyer("Budi", "0813-1111-2222", "budi@example.com", "Jl. Mawar 1"))
    person = of(app, shop)
    typed = {**TYPED, "find": "budi", "lines-2-sku": "rb-prg-l"}
    more = person.post(NEW, {**typed, "do": "rows"})
    assert more.status_code == 200
    kept(more.text, typed)
    assert values(more.text)["lines-5-quantity"] == "1"
    found = person.post(NEW, {**typed, "do": "find"})
    kept(found.text, typed)
    assert f'value="take:{known.number}"' in found.text
    taken = values(person.post(NEW, {**typed, "do": f"take:{known.number}"}).text)
    assert (taken["buyer_name"], taken["buyer_phone"], taken["buyer_email"]) == (
        "Budi",
        "0813-1111-2222",
        "budi@example.com",
    )
    assert (taken["address"], taken["city"], taken["lines-0-sku"]) == ("Jl. Mawar 1", "", "RB-1")
    filled = values(person.post(NEW, {**typed, "do": "items"}).text)
    assert (filled["lines-2-sku"], filled["lines-2-item_name"], filled["lines-2-unit_price"]) == (
        "RB-PRG-L",
        "Kemeja Batik Parang",
        "145,000",
    )
    assert filled["lines-0-unit_price"] == "145.000"
    removed = values(person.post(NEW, {**typed, "do": "remove:0"}).text)
    assert "lines-0-sku" not in removed
    assert removed["lines-1-item_name"] == "E-book"
    other = person.post(NEW, {**TYPED, "do": "store", "store": "onyu", "discount": ""})
    assert "₩" in words(other.text)
    assert count_rows(Order) == 2


def test_the_totals_stand_there_without_scripts(app: Flask, shop: Shop) -> None:
    told = words(of(app, shop).post(NEW, {**TYPED, "do": "rows"}).text)
    assert "Items 290,000 Shipping 18,000 Discount -8,000 Total Rp 300,000" in told.replace("\xa0", " ")
    odd = words(of(app, shop).post(NEW, {**TYPED, "do": "rows", "lines-0-unit_price": "?"}).text)
    assert "Items – Shipping 18,000 Discount -8,000 Total –" in odd


def test_look_ups_know_only_ones_own_stores(app: Flask, shop: Shop) -> None:
    (foreign,) = make_orders(shop.manual)
    person, stranger = of(app, shop), BackOffice(app, limited(shop, Role.CS))
    asked = "?store=rona&q=siti"
    assert "Siti Nurhaliza" in person.page(NEW + "/buyers" + asked)
    assert "Siti" not in stranger.page(NEW + "/buyers" + asked)
    assert "Kemeja" in person.page(NEW + "/items?store=rona&q=rb&currency=IDR")
    assert "Kemeja" not in stranger.page(NEW + "/items?store=rona&q=rb&currency=IDR")
    assert person.get(NEW + "/items?store=rona&q=rb&currency=odd").status_code == 400
    page = stranger.page(NEW)
    assert "rona" not in values(page)["store"]
    assert stranger.post(NEW, TYPED).status_code == 422
    assert stranger.get(f"{NEW}?like={foreign.number}").status_code == 404
    assert stranger.get(f"{LIST}{foreign.number}/edit").status_code == 404
    taken = stranger.post(NEW, {**TYPED, "store": "onyu", "do": f"take:{foreign.number}"})
    assert values(taken.text)["buyer_name"] == "Dewi Lestari"
    assert count_rows(Order) == 1


def test_who_sees_no_prices_has_nothing_to_fill_in(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    force([order.id], warehouse_id=shop.warehouse)
    everything = [RolePermission(role="provider", permission=permission.value) for permission in Permission]
    db.session.add_all(everything)
    db.session.commit()
    provider = of(app, shop, Role.PROVIDER)
    for path in (NEW, NEW + "/buyers", NEW + "/items", f"{LIST}{order.number}/edit"):
        assert provider.get(path).status_code == 403, path
    assert provider.post(f"{LIST}{order.number}/edit", TYPED).status_code == 403
    assert "Add order" not in provider.page(LIST)
    page = provider.page(LIST + order.number)
    assert "/edit" not in page
    assert "?like=" not in page


def test_without_a_store_there_is_nothing_to_add_to(app: Flask, shop: Shop) -> None:
    with unit_of_work(SYSTEM) as work:
        work.session.execute(text("update stores set archived_at = created_at"))
    assert "No store to add an order to" in words(of(app, shop).page(NEW))


def test_a_copy_for_an_archived_store_is_refused(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    with unit_of_work(SYSTEM) as work:
        work.session.execute(text("update stores set archived_at = created_at where code = 'rona'"))
    person = of(app, shop)
    assert "Rona: it is archived" in words(said_after(person, person.get(f"{NEW}?like={order.number}")))


# --- Duplicating ------------------------------------------------------------------------------------------------------


def test_a_copy_begins_with_everything_and_writes_nothing(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(
        shop.shopee, lines=(NewLine("Kain", 2, 145_000, "TN-1"), NewLine("E-book", 1, 9_000, digital=True)),
        discount=5_000, note="Jangan dilipat", channel_order_id="2611217001",
    )  # fmt: skip
    person = of(app, shop)
    address = link(person.page(LIST + order.number), "Duplicate")
    assert address == f"{NEW}?like={order.number}"
    page = person.page(address)
    shown = values(page)
    wanted = {
        "store": "rona", "buyer_name": "Siti Nurhaliza", "buyer_phone": "0812-8840-1127",
        "buyer_email": "siti@example.com", "address": "Jl. Kemang Raya No. 12A", "payment_method": "bank_transfer",
        "lines-0-sku": "TN-1", "lines-0-item_name": "Kain", "lines-0-quantity": "2", "lines-0-unit_price": "145,000",
        "lines-1-sku": "", "lines-1-unit_price": "9,000", "lines-1-digital": "y", "shipping_fee": "18,000",
        "discount": "5,000", "note": "Jangan dilipat",
    }  # fmt: skip
    assert {name: shown[name] for name in wanted} == wanted
    assert f"Filled in from {order.number}" in words(page)
    assert count_rows(Order) == 1
    answer = person.post(NEW, {**shown, "do": "save"})
    assert answer.status_code == 302
    copy = db.session.scalars(select(Order).where(Order.number != order.number)).one()
    assert (copy.account_id, copy.total, copy.status, copy.digital) == (shop.manual, 312_000, "pending", False)


# --- Editing ----------------------------------------------------------------------------------------------------------


def edit_form(person: BackOffice, number: str, **typed: str) -> dict[str, Any]:
    """What the edit page of an order sends when these fields are typed over."""
    return {**values(person.page(f"{LIST}{number}/edit")), "do": "save", **typed}


def test_an_edit_and_its_history_in_words(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, payment_method=None)
    person = of(app, shop)
    assert link(person.page(LIST + order.number), "Edit") == f"{LIST}{order.number}/edit"
    typed = edit_form(
        person, order.number, payment_method="cod", city="Bogor", discount="8.000", **{"lines-0-quantity": "3"},
        **{"lines-1-item_name": "Kartu ucapan", "lines-1-unit_price": "0", "lines-1-quantity": "1"},
    )  # fmt: skip
    page = said_after(person, person.post(f"{LIST}{order.number}/edit", typed))
    assert toasts(page) == f"{order.number} was saved."
    said = words(page).replace("\xa0", " ")
    for told in (
        "changed the status: Created to Pending", "City: – to Bogor",
        "Changed: 2 × Kemeja Batik Parang (RB-PRG-L) at 145,000 to 3 × Kemeja Batik Parang (RB-PRG-L) at 145,000",
        "Added: 1 × Kartu ucapan at 0", "Payment method: No payment method to Cash on delivery",
        "Discount: 0 to 8,000", "Total: 308,000 to 445,000", "Rp 445,000",
    ):  # fmt: skip
        assert told in said, told


def test_nothing_changed_is_said_and_nothing_written(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    person = of(app, shop)
    page = said_after(person, person.post(f"{LIST}{order.number}/edit", edit_form(person, order.number)))
    assert "Nothing to change" in words(page)
    assert len(history_of(order.number)) == 1


def test_somebody_else_was_quicker(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    person, other = of(app, shop), of(app, shop, Role.CS)
    mine = edit_form(person, order.number, city="Bandung")
    theirs = edit_form(other, order.number, buyer_name="Siti N.", shipping_fee="20.000", **{"lines-0-quantity": "1"})
    assert other.post(f"{LIST}{order.number}/edit", theirs).status_code == 302
    answer = person.post(f"{LIST}{order.number}/edit", mine)
    assert answer.status_code == 422
    said = words(answer.text)
    for told in (
        "was changed by somebody else meanwhile", "Cs edited the order", "Name: Siti Nurhaliza to Siti N.",
        "Now: Siti N.", "Now: 20,000", "Now: 1 × Kemeja Batik Parang (145,000)", "What you typed is kept.",
    ):  # fmt: skip
        assert told in said, told
    assert "Now: –" in said  # the city that only this person typed
    shown = values(answer.text)
    assert (shown["buyer_name"], shown["city"], shown["version"]) == ("Siti Nurhaliza", "Bandung", "2")
    assert len(history_of(order.number)) == 2
    again = {**shown, "do": "save", "buyer_name": "Siti N."}
    assert person.post(f"{LIST}{order.number}/edit", again).status_code == 302
    changes = history_of(order.number)[-1].changes
    assert changes is not None
    assert set(changes) == {"city", "shipping_fee", "lines", "total"}


def test_a_channels_order_has_only_what_people_may_change(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.shopee, status=S.CONFIRMED)
    person = of(app, shop)
    page = person.page(f"{LIST}{order.number}/edit")
    shown = values(page)
    assert "buyer_name" in shown
    assert shown.keys().isdisjoint({"lines-0-sku", "shipping_fee", "payment_method"})
    assert "belongs to its channel" in words(page)
    assert person.post(f"{LIST}{order.number}/edit", {**shown, "do": "save", "city": "Bogor"}).status_code == 302
    assert set(history_of(order.number)[-1].changes or {}) == {"city"}
    forged = {**shown, "version": "2", "do": "save", **{k: v for k, v in TYPED.items() if k.startswith("lines")}}
    answer = person.post(f"{LIST}{order.number}/edit", {**forged, "shipping_fee": "1"})
    assert answer.status_code == 422
    assert "belongs to its channel" in words(answer.text)


def test_a_paid_order_keeps_its_total(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    bulk.mark_paid(shop.actor(), [order.number])
    person = of(app, shop)
    typed = edit_form(person, order.number, discount="1")
    assert "payment_method" not in typed
    answer = person.post(f"{LIST}{order.number}/edit", typed)
    assert (answer.status_code, "its total" in words(answer.text)) == (422, True)
    assert person.post(f"{LIST}{order.number}/edit", {**typed, "discount": "", "city": "Bogor"}).status_code == 302


@pytest.mark.parametrize("status", [S.SHIPPED, S.COMPLETED, S.RTS, S.CLOSED, S.CANCELED])
def test_after_shipping_it_is_too_late(app: Flask, shop: Shop, status: OrderStatus) -> None:
    (order,) = make_orders(shop.manual, status=status)
    person = of(app, shop)
    assert f"{order.number}/edit" not in person.page(LIST + order.number)
    page = said_after(person, person.get(f"{LIST}{order.number}/edit"))
    assert "can't be edited any more" in words(page)
    answer = person.post(f"{LIST}{order.number}/edit", {"do": "save", "buyer_name": "x", "version": "1"})
    assert answer.status_code == 422
    assert len(history_of(order.number)) == 1


@pytest.mark.parametrize("role", [Role.WAREHOUSE, Role.VIEWER])
def test_others_are_not_offered_it(app: Flask, shop: Shop, role: Role) -> None:
    (order,) = make_orders(shop.manual)
    person = of(app, shop, role)
    assert "Add order" not in person.page(LIST)
    page = person.page(LIST + order.number)
    assert f"{order.number}/edit" not in page
    assert "?like=" not in page


def test_a_form_takes_texts_as_long_as_a_file_may_have(app: Flask) -> None:
    with app.test_request_context():
        form = EntryForm(formdata=None, data={"lines": [{}]})
        fields = [*form, *form.rows[0]]
        limits = {field.short_name: each.max for field in fields for each in field.validators if hasattr(each, "max")}
    assert {name: limits.get(name) for name in LONGEST.keys() - {"country", "channel_order_id", "notes"}} == {
        name: most for name, most in LONGEST.items() if name not in ("country", "channel_order_id", "notes")
    }
    assert limits["note"] == LONGEST["notes"]


def test_the_same_form_twice_makes_one_order(app: Flask, shop: Shop) -> None:
    person = of(app, shop, Role.CS)
    typed = {**TYPED, "once": values(person.page(NEW))["once"]}
    first = person.post(NEW, typed)
    second = person.post(NEW, typed)
    assert first.location == second.location
    assert "has added" in words(said_after(person, second))
    assert count_rows(Order) == 1
    other = of(app, shop).post(NEW, typed)  # somebody else's form with the same text is another form
    assert other.location != first.location
    assert person.post(NEW, {**TYPED, "once": values(person.page(NEW))["once"]}).location != first.location
    assert person.post(NEW, {**TYPED, "once": "made up"}).status_code == 302
    assert count_rows(Order) == 4


def test_a_refused_form_stays_the_same_form(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    once = values(person.page(NEW))["once"]
    refused = person.post(NEW, {**TYPED, "once": once, "buyer_name": ""})
    assert values(refused.text)["once"] == once


def test_the_last_used_store_is_chosen_already(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    page = person.page(NEW)
    assert values(page)["store"] == ""
    assert "Choose the store" in words(page)
    refused = person.post(NEW, {**TYPED, "store": ""})
    assert refused.status_code == 422
    assert "Choose one of the list." in words(refused.text)
    kept(refused.text, {name: value for name, value in TYPED.items() if name not in ("do", "store")})
    assert "Choose the store first" in words(person.page(NEW + "/buyers?store=&q=siti"))
    assert person.post(NEW, {**TYPED, "store": "onyu", "discount": ""}).status_code == 302
    assert values(person.page(NEW))["store"] == "onyu"
    assert values(of(app, shop, Role.CS).page(NEW))["store"] == ""
    assert values(person.page(NEW + "?store=rona"))["store"] == "rona"
    assert values(BackOffice(app, limited(shop)).page(NEW))["store"] == "onyu"


def test_a_store_that_was_archived_meanwhile_takes_no_orders(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    person.post(NEW, TYPED)
    with unit_of_work(SYSTEM) as work:
        work.session.execute(text("update stores set archived_at = created_at where code = 'rona'"))
    refused = person.post(NEW, TYPED)
    assert refused.status_code == 422
    assert "“Rona” is archived and takes no new orders. Choose another store." in words(refused.text)
    assert values(person.page(NEW))["store"] == "onyu"
    assert count_rows(Order) == 1
    stranger = BackOffice(app, limited(shop))
    assert "archived" not in words(stranger.post(NEW, TYPED).text)
