"""Tags and persons on the pages: asked, done, shown; and the page of the tags themselves."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.admin.back_office import of
from tests.admin.order_pages import LIST, act, said_after, toasts, words
from tests.factories import Shop, history_of, make_orders
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.models import Tag
from webapp.services.orders.assign import assign_orders
from webapp.services.orders.tag import archive_tag, create_tag, tag_orders


def test_orders_are_assigned_from_the_list(app: Flask, shop: Shop) -> None:
    orders = [order.number for order in make_orders(shop.manual, 2)]
    person = of(app, shop)
    page = person.post(LIST + "action/", {"action": "assign", "rowid": orders, "url": LIST}).text
    assert "Assign 2 orders" in words(page)
    assert [w for w in ("Choose", "Me (Admin)", "Nobody") if f">{w}<" in page] == ["Choose", "Me (Admin)", "Nobody"]
    assert 'value="cs@example.com"' in page
    answer = act(person, "assign", orders, assigned="cs@example.com", url=LIST)
    assert "2 orders are now assigned to Cs." in toasts(said_after(person, answer))
    assert "Assigned to Cs" in words(person.page(f"{LIST}?assigned=cs@example.com"))
    assert words(person.page(f"{LIST}?assigned=me")).count(orders[0]) == 0
    mine = of(app, shop, Role.CS).page(f"{LIST}?assigned=me")
    assert all(number in mine for number in orders)
    answer = act(person, "assign", orders[:1], assigned="none", url=LIST)
    assert "1 order is no longer assigned to anybody." in toasts(said_after(person, answer))
    wrong = act(person, "assign", orders, assigned="gone@example.com", url=LIST)
    assert (wrong.status_code, "“gone@example.com” can't be used as person." in words(wrong.text)) == (422, True)
    assert act(person, "assign", orders, url=LIST).status_code == 422


def test_orders_are_tagged_from_the_list(app: Flask, shop: Shop) -> None:
    orders = [order.number for order in make_orders(shop.manual, 2)]
    vip = create_tag(shop.actor(), "VIP")
    tag_orders(shop.actor(), orders[:1], [vip])
    person = of(app, shop)
    page = words(person.post(LIST + "action/", {"action": "tag", "rowid": orders, "url": LIST}).text)
    assert "Tags of 2 orders" in page
    assert "Put on VIP 1 of 2" in page
    assert "Take off VIP 1 of 2" in page
    answer = act(person, "tag", orders, add=vip, new="<Gift>", url=LIST)
    assert "2 orders have their new tags." in toasts(said_after(person, answer))
    listed = person.page(LIST)
    assert '<span class="lp-tag lp-tag-own">&lt;Gift&gt;</span><span class="lp-tag lp-tag-own">VIP</span>' in listed
    assert "Tag VIP" in words(person.page(f"{LIST}?tag={vip}"))
    assert act(person, "tag", orders, url=LIST).status_code == 422
    again = act(person, "tag", orders, new="vip", remove="gift", url=LIST)
    assert again.status_code == 422
    assert "There is a tag “vip” already." in words(again.text)
    assert 'value="vip"' in again.text
    archive_tag(shop.actor(), vip)
    assert "Put on" not in words(person.post(LIST + "action/", {"action": "tag", "rowid": orders, "url": LIST}).text)


def test_an_order_out_of_the_persons_reach_is_named(app: Flask, shop: Shop) -> None:
    known, gone = make_orders(shop.manual)[0].number, "261101-AAAAAAAA"
    answer = act(of(app, shop), "assign", [known, gone], assigned="me", url=LIST)
    text = words(answer.text)
    assert "1 of 2 orders is now assigned to Admin" in text
    assert gone in text


def test_the_order_page_shows_and_changes_them(app: Flask, shop: Shop) -> None:
    number = make_orders(shop.manual)[0].number
    actor = shop.actor()
    tag_orders(actor, [number], [create_tag(actor, "VIP"), create_tag(actor, "Gift")])
    tag_orders(actor, [number], [], ["gift"])
    assign_orders(actor, [number], "cs@example.com")
    person = of(app, shop)
    page = person.page(LIST + number)
    text = words(page)
    assert "Assigned to Cs Tags VIP" in text
    assert "Put on: VIP, Gift" in text
    assert "Taken off: Gift" in text
    assert "Assigned: nobody to Cs" in text
    back = {"rowid": number, "url": LIST + number}
    assert f'value="{LIST}{number}"' in person.post(LIST + "action/", {"action": "tag", **back}).text
    with_selection = act(person, "assign", [number], assigned="none", url=LIST + number)
    assert with_selection.location == LIST + number
    assert "data-selection-done" not in person.page(LIST)  # an act of one order ends no selection of the list
    assert len(history_of(number)) == 5
    viewer = words(of(app, shop, Role.VIEWER).page(LIST + number))
    assert "Assigned to Nobody Tags VIP" in viewer
    assert 'name="action" value="assign"' not in of(app, shop, Role.VIEWER).page(LIST + number)


def test_tags_are_made_renamed_and_archived(app: Flask, shop: Shop) -> None:
    person = of(app, shop, Role.CS)
    tags = LIST + "tags"
    assert "No tags yet" in person.page(tags)
    assert person.post(tags, {"act": "create", "name": "Fragile"}).status_code == 302
    wrong = person.post(tags, {"act": "create", "name": " fragile "})
    assert (wrong.status_code, 'value=" fragile "' in wrong.text) == (422, True)
    person.post(tags, {"act": "rename", "code": "fragile", "name": "Handle with care"})
    assert 'value="Handle with care"' in person.page(tags)
    person.post(tags, {"act": "archive", "code": "fragile", "name": "ignored"})
    assert "Bring back" in person.page(tags)
    person.post(tags, {"act": "restore", "code": "fragile"})
    db.session.rollback()
    assert [(tag.code, tag.name, tag.archived_at) for tag in db.session.query(Tag)] == [
        ("fragile", "Handle with care", None)
    ]
    assert person.post(tags, {"act": "rename", "code": "unknown", "name": "x"}).status_code == 404
    assert person.post(tags, {"act": "burn", "code": "fragile"}).status_code == 400


@pytest.mark.parametrize("role", [Role.WAREHOUSE, Role.VIEWER, Role.PROVIDER])
def test_who_may_not_edit_is_not_asked(app: Flask, shop: Shop, role: Role) -> None:
    number = make_orders(shop.manual)[0].number
    person = of(app, shop, role)
    for action in ("assign", "tag"):
        assert person.post(LIST + "action/", {"action": action, "rowid": number}).status_code == 403
        assert person.post(LIST + action, {"rowid": number, "assigned": "me", "new": "VIP"}).status_code == 403
    assert 'value="assign"' not in person.page(LIST)
