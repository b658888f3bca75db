"""Saved views on pages: saved from the list, opened by their address, shared, changed, one of them first."""

from __future__ import annotations

import html
import re

from flask import Flask

from tests.admin.back_office import BackOffice, limited, of
from tests.admin.order_pages import LIST, link, numbers, words
from tests.admin.test_columns import heads
from tests.factories import Shop, make_orders
from webapp.domain.order_status import OrderStatus
from webapp.domain.permissions import Role

S = OrderStatus
VIEWS = LIST + "views"


def save(person: BackOffice, query: str, name: str, **ticks: str) -> str:
    """Save the list at `query` as a view; the address that opens it."""
    answer = person.post(f"{VIEWS}/new?{query}", {"name": name, **ticks})
    assert answer.status_code == 302, words(answer.text)
    assert re.fullmatch(rf"{LIST}\?view=[0-9a-f]+", answer.location)
    return answer.location


def code_of(address: str) -> str:
    return address.partition("view=")[2]


def menu(person: BackOffice, query: str = "") -> str:
    """What the menu of views holds."""
    found = re.search(r"data-menu-body>(.*?)</section>", person.page(f"{VIEWS}?{query}"), re.DOTALL)
    assert found is not None
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found[1])).split())


def test_a_view_opens_the_list_that_was_saved(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual, 2)
    (confirmed,) = make_orders(shop.manual, status=S.CONFIRMED)
    person = of(app, shop)
    query = "status=confirmed&columns=number,city,total&sort=ordered_at"
    asked = person.page(f"{VIEWS}/new?{query}")
    for part in ("Status: Confirmed", "Sort: Oldest first", "Columns: Order, City, Total"):
        assert part in words(asked)
    address = save(person, query, "To pack")
    page = person.page(address)
    assert numbers(page) == [confirmed.number]
    assert heads(page) == ["Order", "City", "Total"]
    assert "To pack" in words(page)
    assert f'name="url" value="{address}"' in page
    # What leads on from there is the list itself, so that it means the same tomorrow.
    assert link(page, "Remove filter Status") == f"{LIST}?sort=ordered_at&columns=number,city,total"
    assert "Pending" in words(person.page(address + "&status=pending"))


def test_the_menu_counts_what_each_view_holds_and_marks_the_present_one(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual, 3)
    make_orders(shop.manual, 2, status=S.CONFIRMED)
    person = of(app, shop)
    assert menu(person) == "All orders Save this view"
    address = save(person, "status=pending", "Pending")
    save(person, "status=confirmed", "Confirmed")
    assert menu(person) == "All orders Confirmed 2 Pending 3 Save this view Change views"
    page = person.page(f"{VIEWS}?status=pending")
    assert re.search(rf'href="{re.escape(address)}" aria-current="true"', page)
    assert page.count('aria-current="true"') == 1
    names = person.get(VIEWS + "/names").json
    assert [one["name"] for one in names or ()] == ["Confirmed", "Pending"]
    assert [one["href"] for one in names or ()][1] == address


def test_a_name_that_is_taken_is_refused_and_what_was_typed_stays(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    save(person, "tab=new", "New ones")
    answer = person.post(f"{VIEWS}/new?tab=new", {"name": "new ONES", "shared": "on"})
    assert answer.status_code == 422
    assert "You have a view “new ONES” already." in words(answer.text)
    assert 'value="new ONES"' in answer.text
    assert re.search(r'name="shared" checked', answer.text)
    assert person.post(f"{VIEWS}/new", {"name": " "}).status_code == 422


def test_the_default_view_opens_first_and_all_orders_stay_in_reach(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual, 2)
    make_orders(shop.manual, status=S.CONFIRMED)
    person = of(app, shop)
    address = save(person, "status=confirmed", "To pack", default="on")
    answer = person.get(LIST)
    assert (answer.status_code, answer.location) == (302, address)
    page = person.page(address)
    assert len(numbers(page)) == 1
    for way in ("All", "Clear all"):
        everything = link(page, way)
        assert everything == f"{LIST}?view=all"
        assert len(numbers(person.page(everything))) == 3
    assert link(person.page(VIEWS), "All orders") == f"{LIST}?view=all"
    # A search that is emptied and a form without anything chosen show all orders, and not the view.
    part = person.get(LIST + "?", headers={"Lapak-Part": "list"}).text
    assert f'name="url" value="{LIST}?view=all"' in part
    assert person.get(LIST + "?q=&from=").location == f"{LIST}?view=all"
    assert person.get(LIST + "?tab=new").status_code == 200
    assert of(app, shop, Role.CS).get(LIST).status_code == 200
    person.post(VIEWS, {"act": "no_default"})
    assert person.get(LIST).status_code == 200


def test_views_are_renamed_replaced_shared_and_deleted(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual, 2)
    person, other = of(app, shop, Role.CS), of(app, shop, Role.VIEWER)
    address = save(person, "status=confirmed", "Mine")
    code = code_of(address)
    assert other.get(address).status_code == 404
    assert person.post(VIEWS, {"view": code, "act": "rename", "name": "Ours"}).status_code == 302
    answer = person.post(f"{VIEWS}?status=pending&columns=total", {"view": code, "act": "replace"})
    assert answer.location == f"{VIEWS}?status=pending&columns=number,total"
    person.post(VIEWS, {"view": code, "act": "share"})
    page = other.page(address)
    assert len(numbers(page)) == 2
    assert heads(page) == ["Order", "Total"]
    assert "shared by Cs" in words(other.page(VIEWS))
    assert "Rename" not in words(other.page(VIEWS))
    for act in ("rename", "replace", "keep", "delete"):
        assert other.post(VIEWS, {"view": code, "act": act, "name": "Theirs"}).status_code == 403
    assert "This view is shared." in words(person.page(f"{VIEWS}/delete?view={code}"))
    assert other.get(f"{VIEWS}/delete?view={code}").status_code == 403
    assert other.post(VIEWS, {"view": code, "act": "default"}).status_code == 404
    assert of(app, shop).post(VIEWS, {"view": code, "act": "keep"}).status_code == 302  # an admin
    assert other.get(address).status_code == 404
    assert other.get(f"{VIEWS}/delete?view={code}").status_code == 404
    asked = person.page(f"{VIEWS}/delete?view={code}&status=pending")
    assert "Delete the view “Ours”?" in words(asked)
    assert f'action="{VIEWS}?status=pending"' in asked
    assert person.page(address)
    assert person.post(VIEWS, {"view": code, "act": "delete"}).status_code == 302
    assert person.get(address).status_code == 404
    assert person.post(VIEWS, {"view": code, "act": "delete"}).status_code == 404
    assert person.post(VIEWS, {"view": code, "act": "explode"}).status_code == 400


def test_a_refused_name_is_said_beside_its_view(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    code = code_of(save(person, "tab=new", "One"))
    save(person, "tab=new", "Two")
    answer = person.post(VIEWS, {"view": code, "act": "rename", "name": "Two"})
    assert answer.status_code == 422
    assert "You have a view “Two” already." in words(answer.text)
    assert answer.text.count('aria-invalid="true"') == 1


def test_a_view_that_is_not_there_is_said_and_never_guessed(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual)
    private = save(of(app, shop, Role.CS), "status=confirmed", "Secret name")
    for address in (private, LIST + "?view=nonsense", LIST + "?view=1"):
        answer = of(app, shop).get(address)
        assert answer.status_code == 404
        assert "There is no such saved view, or it is not shared with you." in words(answer.text)
        assert "Secret name" not in answer.text


def test_a_shared_view_shows_each_reader_their_own_orders(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual, 3)
    (own,) = make_orders(shop.onyu_manual)
    address = save(of(app, shop), "status=pending&columns=number,email,total", "Pending", shared="on")
    korean = BackOffice(app, limited(shop, Role.CS))
    assert numbers(korean.page(address)) == [own.number]
    assert "Pending shared 1" in menu(korean)
    provider = of(app, shop, Role.PROVIDER)
    assert provider.get(address).status_code == 404
    assert "Share it" not in words(provider.page(VIEWS + "/new"))
    assert provider.post(VIEWS + "/new", {"name": "X", "shared": "on"}).status_code == 422


def test_names_of_views_are_never_markup(app: Flask, shop: Shop) -> None:
    person, evil = of(app, shop), "<b onclick=x>%(n)s"
    address = save(person, "tab=new", evil, shared="on")
    for path in (VIEWS, address, VIEWS + "/new?q=" + "%3Cb%3E"):
        assert "<b onclick" not in person.page(path)
    assert evil in words(person.page(VIEWS))
