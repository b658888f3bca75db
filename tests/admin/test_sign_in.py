"""Signing in and out: the same words for every wrong try, throttled, only our own pages next, ended on the server."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from tests.admin.back_office import BackOffice
from tests.admin.order_pages import words
from tests.factories import PASSWORD, Shop, history_of, make_orders
from webapp import clock
from webapp.auth import identity
from webapp.domain.actors import SYSTEM
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.models import User, UserSession
from webapp.services.unit_of_work import unit_of_work

REFUSED = "This e-mail and password don&#39;t match."


def sign_in(
    browser: BackOffice, email: str = "cs@example.com", password: str = PASSWORD, at: str = "/login", **query: str
) -> TestResponse:
    """Send the form as its page gives it."""
    form = browser.get(at, query_string=query or None).text
    token = re.search('name="csrf_token" value="([^"]+)"', form)
    goes_to = re.search('name="next" value="([^"]*)"', form)
    assert token is not None
    assert goes_to is not None
    data = {"csrf_token": token[1], "email": email, "password": password, "next": goes_to[1].replace("&amp;", "&")}
    return browser.open("POST", "/login", data=data)


def open_sessions() -> int:
    """How many sign-ins are open."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(UserSession.ended_at.is_(None))) or 0


def test_a_person_signs_in_with_e_mail_and_password(app: Flask, shop: Shop) -> None:
    browser = BackOffice(app)
    answer = sign_in(browser, "  CS@Example.com ")
    assert (answer.status_code, answer.location) == (302, "/admin/")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert browser.get("/admin/").status_code == 200
    assert browser.get("/login").location == "/admin/"


def test_the_cookie_names_a_session_whose_hash_alone_is_kept(app: Flask, shop: Shop) -> None:
    browser = BackOffice(app)
    sign_in(browser)
    with browser.client.session_transaction() as session:
        token = session["_user_id"]
    row = db.session.scalars(select(UserSession)).one()
    assert row.token_hash == identity.token_hash(token)
    assert row.user_id == shop.people[Role.CS]
    assert str(shop.people[Role.CS]) != token


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("cs@example.com", "wrong"),
        ("nobody@example.com", PASSWORD),
        ("", ""),
        ("cs@example.com", ""),
        ("archived", PASSWORD),
    ],
)
def test_every_wrong_try_has_the_same_words(app: Flask, shop: Shop, email: str, password: str) -> None:
    if email == "archived":
        email = "viewer@example.com"
        with unit_of_work(SYSTEM) as unit:
            unit.session.execute(update(User).where(User.email == email).values(archived_at=unit.now))
    answer = sign_in(BackOffice(app), email, password)
    assert answer.status_code == 401
    assert REFUSED in answer.text
    assert f'value="{email}"' in answer.text
    assert PASSWORD not in answer.text
    assert open_sessions() == 0


def test_an_unknown_address_takes_as_long_as_a_wrong_password(
    app: Flask, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str | None] = []

    def verify(stored: str | None, _password: str) -> bool:
        checked.append(stored)
        return False

    monkeypatch.setattr("webapp.auth.sign_in.verify_password", verify)
    sign_in(BackOffice(app), "nobody@example.com")
    sign_in(BackOffice(app), "cs@example.com")
    assert checked[0] is None
    assert checked[1] is not None


def test_hashing_holds_no_transaction(app: Flask, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []

    def verify(_stored: str | None, _password: str) -> bool:
        seen.append(db.session().in_transaction())
        return False

    monkeypatch.setattr("webapp.auth.sign_in.verify_password", verify)
    sign_in(BackOffice(app))
    assert seen == [False]


def test_wrong_tries_for_one_address_are_throttled_and_the_right_password_waits_too(
    app: Flask, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("webapp.auth.sign_in.verify_password", lambda _stored, _given: False)
        tries = [sign_in(BackOffice(app)).status_code for _ in range(11)]
    assert tries == [401] * 10 + [429]
    assert sign_in(BackOffice(app)).status_code == 429
    assert sign_in(BackOffice(app), "owner@example.com").status_code == 302


def test_right_tries_do_not_count_as_wrong_ones(app: Flask, shop: Shop) -> None:
    assert [sign_in(BackOffice(app)).status_code for _ in range(12)] == [302] * 12


def test_one_network_address_may_not_try_for_ever(app: Flask, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.auth.sign_in.verify_password", lambda _stored, _given: False)
    browser = BackOffice(app)
    # Twice as many as a minute allows, and one: also when a new minute begins meanwhile, one is too many.
    codes = [sign_in(browser, f"person{n}@example.com").status_code for n in range(121)]
    assert set(codes) == {401, 429}
    assert codes.index(429) >= 60


@pytest.mark.parametrize(
    ("wanted", "goes"),
    [
        ("/admin/orders/?tab=new&q=a", "/admin/orders/?tab=new&q=a"),
        ("https://evil.example/", "/admin/"),
        ("//evil.example/", "/admin/"),
        ("/\\evil.example", "/admin/"),
        ("\\\\evil.example", "/admin/"),
        ("javascript:alert(1)", "/admin/"),
        ("/admin/\r\nSet-Cookie: a=b", "/admin/"),
        ("/\t/evil.example", "/admin/"),
        ("", "/admin/"),
    ],
)
def test_nobody_is_sent_elsewhere_after_signing_in(app: Flask, shop: Shop, wanted: str, goes: str) -> None:
    answer = sign_in(BackOffice(app), next=wanted)
    assert (answer.status_code, answer.location) == (302, goes)


def test_the_page_that_was_asked_for_comes_after_signing_in(app: Flask, shop: Shop) -> None:
    browser = BackOffice(app)
    asked = browser.get("/admin/jobs/?tab=file")
    assert asked.status_code == 302
    assert sign_in(browser, next="/admin/jobs/?tab=file").location == "/admin/jobs/?tab=file"
    part = BackOffice(app).get("/admin/jobs/", headers={"HX-Request": "true"})
    assert part.status_code == 401
    assert part.headers["HX-Redirect"].startswith("/login?next=")


@pytest.mark.parametrize(
    ("sent_to", "came_from", "back"),
    [
        ("/admin/orders/{number}/status", "http://localhost/admin/orders/{number}?q=a", "/admin/orders/{number}?q=a"),
        ("/admin/orders/{number}/status", "http://localhost/admin/orders/?q=a&tab=new#x", "/admin/orders/?q=a&tab=new"),
        ("/admin/orders/{number}/status", None, "/admin/orders/{number}"),
        ("/admin/orders/{number}/status", "http://elsewhere.example/admin/orders/", "/admin/orders/{number}"),
        ("/admin/orders/{number}/status", "http://localhost//elsewhere.example/x", "/admin/orders/{number}"),
        ("/admin/orders/{number}/status", "http://localhost/admin/orders/status", "/admin/orders/{number}"),
        ("/admin/orders/status", "http://localhost/admin/orders/?q=a", "/admin/orders/?q=a"),
        ("/admin/orders/status", "http://localhost/admin/orders/status", "/admin/orders/"),
        ("/admin/orders/status", None, "/admin/orders/"),
        ("/admin/users/new/", "http://localhost/admin/users/new/", "/admin/users/new/"),
    ],
)
def test_a_form_that_came_too_late_leads_back_to_its_page(
    app: Flask, shop: Shop, sent_to: str, came_from: str | None, back: str
) -> None:
    (order,) = make_orders(shop.manual)
    headers = {"Referer": came_from.format(number=order.number)} if came_from else {}
    browser = BackOffice(app)
    answer = browser.open("POST", sent_to.format(number=order.number), data={"status": "canceled"}, headers=headers)
    page = browser.get(answer.location)
    assert "what you sent was not saved" in words(page.text)
    wrong = sign_in(browser, at=answer.location, password="wrong")
    assert "was not saved" not in words(wrong.text)
    assert sign_in(browser, at=answer.location).location == back.format(number=order.number)
    assert len(history_of(order.number)) == 1


def test_signing_out_twice_says_nothing_of_a_form(app: Flask) -> None:
    answer = BackOffice(app).open("POST", "/logout", headers={"Referer": "http://localhost/admin/orders/"})
    assert (answer.status_code, answer.location) == (302, "/login")


def test_the_form_needs_its_token(app: Flask, shop: Shop) -> None:
    data = {"email": "cs@example.com", "password": PASSWORD}
    assert BackOffice(app).open("POST", "/login", data=data).status_code == 400
    assert open_sessions() == 0


def test_a_token_of_before_is_worth_nothing_after_signing_in(app: Flask, shop: Shop) -> None:
    browser = BackOffice(app)
    token = re.search('name="csrf_token" value="([^"]+)"', browser.get("/login").text)
    assert token is not None
    sign_in(browser)
    assert browser.open("POST", "/logout", data={"csrf_token": token[1]}).status_code == 400
    assert open_sessions() == 1


def cookies_of(browser: BackOffice) -> Any:
    """The browser's cookie as somebody could copy it."""
    cookie = browser.client.get_cookie("lapak")
    assert cookie is not None
    return cookie.value


def with_cookie(app: Flask, value: str) -> BackOffice:
    """Another browser with a copied cookie."""
    other = BackOffice(app)
    other.client.set_cookie("lapak", value)
    return other


def test_sign_out_ends_the_session_on_the_server(app: Flask, shop: Shop) -> None:
    browser = BackOffice(app)
    sign_in(browser)
    copied = cookies_of(browser)
    assert with_cookie(app, copied).get("/admin/").status_code == 200
    answer = browser.post("/logout")
    assert (answer.status_code, answer.location) == (302, "/login")
    assert open_sessions() == 0
    assert browser.get("/admin/").location.startswith("/login")
    replayed = with_cookie(app, copied).get("/admin/")
    assert replayed.status_code == 302
    assert replayed.location.startswith("/login")


def test_a_link_does_not_sign_out(app: Flask, shop: Shop) -> None:
    browser = BackOffice(app)
    sign_in(browser)
    assert browser.get("/logout").status_code == 405
    assert open_sessions() == 1


@pytest.mark.parametrize(
    ("column", "age", "works"),
    [
        ("seen_at", identity.IDLE - timedelta(minutes=1), True),
        ("seen_at", identity.IDLE + timedelta(minutes=1), False),
        ("created_at", identity.LONGEST - timedelta(minutes=1), True),
        ("created_at", identity.LONGEST + timedelta(minutes=1), False),
    ],
)
def test_a_session_ends_by_itself(app: Flask, shop: Shop, column: str, age: timedelta, works: bool) -> None:
    browser = BackOffice(app)
    sign_in(browser)
    with unit_of_work(SYSTEM) as unit:
        unit.session.execute(update(UserSession).values({column: clock.now() - age}))
    assert browser.get("/admin/").status_code == (200 if works else 302)


def test_use_is_written_down_now_and_then(app: Flask, shop: Shop) -> None:
    browser = BackOffice(app)
    sign_in(browser)
    old = clock.now() - timedelta(hours=1)
    with unit_of_work(SYSTEM) as unit:
        unit.session.execute(update(UserSession).values(seen_at=old))
    assert browser.get("/admin/").status_code == 200
    db.session.rollback()
    assert db.session.scalars(select(UserSession.seen_at)).one() > old


def test_archiving_somebody_signs_them_out_at_once(app: Flask, shop: Shop) -> None:
    browser = BackOffice(app)
    sign_in(browser)
    with unit_of_work(SYSTEM) as unit:
        unit.session.execute(update(User).where(User.email == "cs@example.com").values(archived_at=unit.now))
    assert browser.get("/admin/").status_code == 302


@pytest.mark.parametrize(("language", "words"), [("id", 'lang="id"'), ("en-GB,en", 'lang="en"'), ("ko", 'lang="ko"')])
def test_the_page_speaks_the_browsers_language(app: Flask, language: str, words: str) -> None:
    assert f"<html {words}" in BackOffice(app).get("/login", headers={"Accept-Language": language}).text
