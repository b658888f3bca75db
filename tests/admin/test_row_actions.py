"""The quick actions of a row, the way to the buyer's page, and the message for the buyer."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from tests.admin.back_office import BackOffice, limited, of
from tests.admin.order_pages import LIST, said_after, toasts, words
from tests.factories import Shop, force, make_orders, status_of
from webapp.domain.numbers import encode_token
from webapp.domain.order_status import OrderStatus
from webapp.domain.permissions import Role
from webapp.services.orders import bulk, query
from webapp.services.orders.create import Buyer
from webapp.services.orders.delete import delete_orders

S = OrderStatus
MESSAGES = "/admin/stores/messages/"


def menu(person: BackOffice, number: str, came_from: str = LIST) -> str:
    """The menu of a row, opened on the list at this address."""
    answer = person.get(f"{LIST}{number}/actions", headers={"Referer": f"http://localhost{came_from}"})
    assert answer.status_code == 200
    return answer.text


def quick(page: str) -> set[str]:
    """The statuses that the menu sets at once."""
    return set(re.findall(r'name="status" value="(\w+)"', page))


def message(person: BackOffice, number: str) -> tuple[str, str]:
    """The number that the message goes to, and its text."""
    answer = person.get(f"{LIST}{number}/whatsapp")
    assert answer.location.startswith("https://wa.me/")
    parts = urlsplit(answer.location)
    return parts.path.strip("/"), parse_qs(parts.query)["text"][0]


def test_the_menu_has_what_the_order_allows(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    page = menu(of(app, shop), order.number)
    assert quick(page) == {"confirmed", "in_process", "ready_to_ship", "shipped"}
    for shown in ("Open order", "Buyer's page", "Copy link", "Mark paid", "Set to Canceled …", "Add history …"):
        assert shown in words(page), shown
    assert "Delete order" not in words(page)
    force([order.id], status=S.CANCELED)
    page = menu(of(app, shop), order.number)
    assert quick(page) == set()
    assert "Delete order" in words(page)


def test_the_menu_has_what_the_role_allows(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    viewer = menu(of(app, shop, Role.VIEWER), order.number)
    assert "Buyer's page" in words(viewer)
    for hidden in ("Mark paid", "Set to", "Add history", "Delete"):
        assert hidden not in words(viewer), hidden
    force([order.id], warehouse_id=shop.warehouse)
    provider = of(app, shop, Role.PROVIDER)
    page = menu(provider, order.number)
    assert quick(page) == {"in_process", "ready_to_ship", "shipped"}
    assert "WhatsApp" not in page
    assert provider.get(f"{LIST}{order.number}/whatsapp").status_code == 404
    assert "/o/" not in page
    assert f"{order.number}/buyer" not in provider.page(LIST)
    assert provider.get(f"{LIST}{order.number}/buyer").status_code == 404


def test_an_act_of_the_menu_goes_back_to_the_list_and_can_be_undone(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    (order,) = make_orders(shop.manual)
    here = f"{LIST}?tab=new&q=siti"
    page = menu(person, order.number, here)
    assert f'name="url" value="{html.escape(here)}"' in page
    answer = person.post(f"{LIST}{order.number}/status", {"status": "confirmed", "url": here})
    assert answer.location == here
    after = said_after(person, answer)
    assert f"{order.number} is now Confirmed." in toasts(after)
    batch = re.search(r'name="batch" value="(\d+)"', after)
    assert batch is not None
    person.post(LIST + "undo", {"batch": batch[1]})
    assert status_of(order.number) == S.PENDING


def test_the_menu_goes_back_to_no_other_site(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    (order,) = make_orders(shop.manual)
    for foreign in ("http://evil.example/admin/orders/", "http://localhost/admin/jobs/"):
        page = person.get(f"{LIST}{order.number}/actions", headers={"Referer": foreign}).text
        assert f'name="url" value="{LIST}"' in page
    answer = person.post(f"{LIST}{order.number}/status", {"status": "confirmed", "url": "http://evil.example/"})
    assert answer.location == LIST


def test_each_row_leads_to_its_menu_and_the_buyers_page(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    (order,) = make_orders(shop.manual)
    page = person.page(LIST)
    assert f'href="{LIST}{order.number}/actions" data-menu' in page
    assert f'href="{LIST}{order.number}/buyer" target="_blank"' in page
    assert person.get(f"{LIST}{order.number}/buyer").location.endswith(f"/o/{encode_token(order.token)}")
    stranger = BackOffice(app, limited(shop))
    assert stranger.get(f"{LIST}{order.number}/buyer").status_code == 404
    assert stranger.get(f"{LIST}{order.number}/actions").status_code == 404


def test_the_message_is_in_the_buyers_language_and_filled_in(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    person = of(app, shop)
    assert "/whatsapp" in menu(person, order.number)
    assert "/whatsapp" in person.page(LIST + order.number)
    phone, text = message(person, order.number)
    assert phone == "6281288401127"
    assert text.startswith(f"Halo Siti Nurhaliza, terima kasih atas pesanan {order.number} di Rona.\n")
    assert f"/o/{encode_token(order.token)}" in text
    assert "{" not in text
    bulk.change_status(shop.actor(), [order.number], S.SHIPPED)
    assert "dalam perjalanan" in message(person, order.number)[1]


def test_a_store_writes_its_own_messages(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    (order,) = make_orders(shop.manual)
    address = f"{MESSAGES}?id={shop.rona}&lang=id"
    page = person.page(address)
    texts = dict(re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL))
    fields = {name: html.unescape(text) for name, text in texts.items()}
    fields["unpaid"] = "Hai Kak {buyer} 😊\nTotalnya {total}."
    assert person.post(address, fields).status_code == 302
    assert message(person, order.number)[1].startswith("Hai Kak Siti Nurhaliza 😊\nTotalnya Rp")
    assert words(person.page(address)).count("Your words") == 1
    fields["unpaid"] = "Hai {nama}"
    refused = person.post(address, fields)
    assert refused.status_code == 422
    assert "{nama} means nothing here" in words(refused.text)
    assert "Hai {nama}" in refused.text


def test_without_a_number_there_is_no_message(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, buyer=Buyer("Tanpa Nomor", "0812****89", "", "Jl. 3"))
    person = of(app, shop)
    assert "WhatsApp" not in menu(person, order.number)
    assert person.get(f"{LIST}{order.number}/whatsapp").status_code == 404


def place(person: BackOffice, number: str, came_from: str) -> tuple[str, str]:
    """Where the arrows of an order's page lead that was opened from this address: to the previous, to the next."""
    page = person.get(LIST + number, headers={"Referer": f"http://localhost{came_from}"}).text
    found = re.findall(r'href="([^"]+/(?:previous|next)\?list=[^"]*)"', page)
    before, after = (html.unescape(address) for address in found)
    return person.get(before).location, person.get(after).location


def test_from_order_to_order_within_the_list(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    orders = make_orders(shop.manual, 4)
    force([orders[1].id], status=S.SHIPPED)
    newest, third, _shipped, first = (order.number for order in reversed(orders))
    here = f"{LIST}?tab=new&after=x"
    assert place(person, third, here) == (f"{LIST}{newest}?list=tab%3Dnew", f"{LIST}{first}?list=tab%3Dnew")
    page = person.page(f"{LIST}{third}?list=tab%3Dnew")
    assert f'href="{LIST}?tab=new"' in page
    # At the ends one stays, and is told.
    at_end = person.get(f"{LIST}{first}/next?list=tab%3Dnew")
    assert at_end.location == f"{LIST}{first}?list=tab%3Dnew"
    assert "This is the last order of the list." in said_after(person, at_end)
    # An order that has left the list still knows its place.
    force([orders[2].id], status=S.SHIPPED)
    assert place(person, third, here) == (f"{LIST}{newest}?list=tab%3Dnew", f"{LIST}{first}?list=tab%3Dnew")


def test_a_neighbour_that_is_deleted_while_it_is_looked_for_is_passed_over(
    app: Flask, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = of(app, shop)
    orders = make_orders(shop.manual, 4)
    force([order.id for order in orders], status=S.CREATED, payment_method=None)
    first, second, third, newest = (order.number for order in orders)
    gone = iter((third, second))
    take = query._take

    def taken(*args: Any, **named: Any) -> Any:
        found = take(*args, **named)
        if (number := next(gone, None)) is not None:
            assert [each.problem for each in delete_orders(shop.actor(), [number]).results] == [None]
        return found

    monkeypatch.setattr(query, "_take", taken)
    assert person.get(f"{LIST}{newest}/next?list=tab%3Dnew").location == f"{LIST}{first}?list=tab%3Dnew"


def test_an_order_opened_from_elsewhere_has_no_neighbours(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    assert "/next?list=" not in of(app, shop).page(LIST + order.number)
