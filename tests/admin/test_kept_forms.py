"""A long form that is sent after its session has ended: nothing that was typed is lost, and nothing is written."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import TestResponse

from tests.admin.back_office import BackOffice, of
from tests.admin.order_pages import LIST, words
from tests.admin.slow_body import send_slowly
from tests.admin.test_order_entry import NEW, TYPED, kept
from tests.factories import PASSWORD, Shop, count_rows, history_of, make_orders
from webapp import clock
from webapp.domain.actors import SYSTEM
from webapp.domain.permissions import Role
from webapp.models import Order, UserSession
from webapp.services.unit_of_work import unit_of_work

CS = "cs@example.com"


def end_sessions() -> None:
    """Everybody's session ends, as after a long night."""
    with unit_of_work(SYSTEM) as work:
        work.session.execute(update(UserSession).values(ended_at=clock.now()))


def hidden(page: str) -> list[tuple[str, str]]:
    """The hidden fields of a page."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return [(name, html.unescape(value)) for name, value in found]


def sign_in(browser: BackOffice, page: str, email: str = CS, password: str = PASSWORD) -> TestResponse:
    """Fill in the sign-in page that stands there."""
    assert 'action="/login"' in page
    return browser.open("POST", "/login", data=dict(hidden(page)) | {"email": email, "password": password})


def send_on(browser: BackOffice, page: str) -> TestResponse:
    """Press the one button of the page that has the form."""
    path = re.search(r'<form[^>]*action="([^"]+)"', page)
    assert path is not None
    fields: dict[str, list[str]] = {}
    for name, value in hidden(page):
        fields.setdefault(name, []).append(value)
    return browser.open("POST", path[1], data=fields)


def test_what_was_typed_comes_back_after_signing_in(app: Flask, shop: Shop) -> None:
    person = of(app, shop, Role.CS)
    token = person.token()
    end_sessions()
    answer = person.open("POST", NEW, data={**TYPED, "csrf_token": token})
    assert answer.status_code == 401
    assert "Sign in, and what you typed comes back." in words(answer.text)
    assert "Dewi" not in answer.text.split('name="kept"')[0]
    wrong = sign_in(person, answer.text, password="no")
    assert wrong.status_code == 401
    back = sign_in(person, wrong.text)
    assert "Nothing of the form is saved yet." in words(back.text)
    again = send_on(person, back.text)
    assert again.status_code == 200
    kept(again.text, {name: value for name, value in TYPED.items() if name != "do"})
    assert "What you typed is back." in words(again.text)
    assert count_rows(Order) == 0
    assert person.post(NEW, TYPED).status_code == 302
    assert count_rows(Order) == 1


def test_what_was_typed_comes_back_after_signing_out_in_another_tab(app: Flask, shop: Shop) -> None:
    person = of(app, shop, Role.CS)
    token = person.token()
    assert person.post("/logout").status_code == 302
    answer = person.open("POST", NEW, data={**TYPED, "csrf_token": token})
    assert answer.status_code == 401
    again = send_on(person, sign_in(person, answer.text).text)
    kept(again.text, {name: value for name, value in TYPED.items() if name != "do"})
    assert count_rows(Order) == 0


def test_no_transaction_waits_for_its_body(app: Flask, shop: Shop) -> None:
    person = of(app, shop, Role.CS)
    token = person.token()
    end_sessions()
    answer, waited = send_slowly(person, NEW, {**TYPED, "csrf_token": token})
    assert answer.status_code == 401
    assert waited
    assert not any(waited)


def test_an_edit_comes_back_too(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    person = of(app, shop, Role.CS)
    token = person.token()
    end_sessions()
    edit = {"csrf_token": token, "do": "save", "version": "1", "buyer_name": "Dewi", "country": "", "note": "Hati-hati"}
    answer = person.open("POST", f"{LIST}{order.number}/edit", data=edit)
    again = send_on(person, sign_in(person, answer.text).text)
    assert 'value="Dewi"' in again.text
    assert "Hati-hati" in again.text
    assert len(history_of(order.number)) == 1


def test_nobody_else_gets_it(app: Flask, shop: Shop) -> None:
    person = of(app, shop, Role.CS)
    token = person.token()
    end_sessions()
    page = person.open("POST", NEW, data={**TYPED, "csrf_token": token}).text
    other = sign_in(person, page, email="admin@example.com")
    assert (other.status_code, other.location) == (302, "/admin/")


def test_a_forged_one_is_nothing(app: Flask, shop: Shop) -> None:
    browser = BackOffice(app)
    form = dict(hidden(browser.get("/login").text))
    answer = browser.open("POST", "/login", data={**form, "kept": "x.y.z", "email": CS, "password": PASSWORD})
    assert (answer.status_code, answer.location) == (302, "/admin/")


@pytest.mark.parametrize("path", ["new", "{order}/status"])
def test_strangers_and_other_forms_are_sent_to_sign_in_unread(app: Flask, shop: Shop, path: str) -> None:
    (order,) = make_orders(shop.manual)
    stranger = BackOffice(app) if path == "new" else of(app, shop, Role.CS)
    end_sessions()
    answer = stranger.open("POST", LIST + path.format(order=order.number), data={**TYPED, "status": "canceled"})
    assert answer.status_code == 302
    assert answer.location.startswith("/login")


def test_a_form_from_before_signing_in_again_is_kept_too(app: Flask, shop: Shop) -> None:
    person = of(app, shop, Role.CS)
    answer = person.open("POST", NEW, data={**TYPED, "csrf_token": "of an earlier session"})
    assert answer.status_code == 400
    assert "What you typed is kept" in words(answer.text)
    again = send_on(person, answer.text)
    kept(again.text, {name: value for name, value in TYPED.items() if name != "do"})
    assert count_rows(Order) == 0


def test_who_may_not_use_the_form_gets_nothing_of_it(app: Flask, shop: Shop) -> None:
    viewer = of(app, shop, Role.VIEWER)
    answer = viewer.open("POST", NEW, data={**TYPED, "csrf_token": "of somebody else's session"})
    assert answer.status_code == 400
    assert "Dewi" not in answer.text
    assert "What you typed is kept" not in words(answer.text)
