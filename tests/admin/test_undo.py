"""Undo where people meet it: in the toast, on the outcome's page, and in the list of one's own changes."""

from __future__ import annotations

import html
import re
from datetime import timedelta

from flask import Flask
from sqlalchemy import select, update

from tests.admin.back_office import of
from tests.admin.order_pages import LIST, act, said_after, toasts, words
from tests.factories import Shop, make_orders, status_of
from webapp.domain.actors import SYSTEM
from webapp.domain.order_status import OrderStatus
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.models import Batch
from webapp.services.orders.undo import TIME
from webapp.services.unit_of_work import unit_of_work

S = OrderStatus


def batch_in(page: str) -> str:
    """The change that the page's first undo button takes back."""
    found = re.search(r'action="/admin/orders/undo".*?name="batch" value="(\d+)"', page, re.DOTALL)
    assert found, "no undo is offered"
    return found[1]


def test_the_toast_takes_the_change_back_and_comes_back_to_the_same_view(app: Flask, shop: Shop) -> None:
    numbers = [order.number for order in make_orders(shop.manual, 2)]
    person = of(app, shop)
    view = LIST + "?tab=new"
    page = said_after(person, act(person, "status", numbers, status="confirmed", url=view))
    assert "2 orders are now Confirmed." in toasts(page)
    answer = person.post(LIST + "undo", {"batch": batch_in(page), "url": view})
    assert answer.location == view
    assert "2 orders are as they were before." in toasts(said_after(person, answer))
    assert [status_of(number) for number in numbers] == ["pending"] * 2


def test_nothing_is_offered_that_can_not_be_done(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, 1)
    person = of(app, shop)
    for action, fields in (("status", {"status": "canceled"}), ("delete", {})):
        page = said_after(person, act(person, action, [order.number], **fields))
        assert "/admin/orders/undo" not in page
    (order,) = make_orders(shop.manual, 1)
    page = said_after(person, act(person, "history", [order.number], comment="Halo"))
    assert "/admin/orders/undo" not in page


def test_the_page_that_names_refusals_offers_it_with_its_end(app: Flask, shop: Shop) -> None:
    live, final = make_orders(shop.manual, 1)[0], make_orders(shop.manual, 1, status=S.CLOSED)[0]
    person = of(app, shop)
    answer = act(person, "status", [live.number, final.number], status="confirmed")
    assert answer.status_code == 200
    assert re.search(r"until \d\d:\d\d", words(answer.text))
    person.post(LIST + "undo", {"batch": batch_in(answer.text)})
    assert status_of(live.number) == "pending"


def test_an_order_that_moved_on_is_named(app: Flask, shop: Shop) -> None:
    numbers = [order.number for order in make_orders(shop.manual, 2)]
    person = of(app, shop)
    page = said_after(person, act(person, "status", numbers, status="confirmed"))
    act(person, "status", numbers[:1], status="shipped")
    answer = person.post(LIST + "undo", {"batch": batch_in(page)})
    assert answer.status_code == 200
    text = words(answer.text)
    assert "1 of 2 orders is as it was before" in text
    assert f"{numbers[0]} was changed again since then, and stays as it is now." in text


def test_ones_own_changes_stand_in_a_list_while_they_can_be_undone(app: Flask, shop: Shop) -> None:
    numbers = [order.number for order in make_orders(shop.manual, 2)]
    person = of(app, shop)
    changes = LIST + "changes"
    assert "No changes yet" in person.page(changes)
    act(person, "status", numbers, status="confirmed")
    page = person.page(changes)
    batch = batch_in(page)
    assert "Changed status Confirmed" in words(page)
    assert "No changes yet" in of(app, shop, Role.OWNER).page(changes)
    with unit_of_work(SYSTEM) as work:
        work.session.execute(update(Batch).values(created_at=work.now - TIME - timedelta(seconds=1)))
    assert "Ten minutes are over" in person.page(changes)
    answer = person.post(LIST + "undo", {"batch": batch})
    assert "a change can be undone for ten minutes" in said_after(person, answer)
    assert db.session.scalars(select(Batch.undone_by)).all() == [None]


def test_a_made_up_change_is_no_error(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    for batch in ("", "x", "-1", "9" * 30, "²", "7"):
        answer = person.post(LIST + "undo", {"batch": batch})
        assert "This change can't be undone." in html.unescape(said_after(person, answer))
