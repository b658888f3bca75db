"""Security headers on every kind of answer."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.admin.back_office import BackOffice, of
from tests.factories import Shop
from webapp.headers import CSP

WANTED = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/login", 200),
        ("/admin/", 302),
        ("/admin/nothing", 404),
        ("/nothing", 404),
        ("/healthz", 200),
    ],
)
def test_answers_to_nobody_carry_the_headers(app: Flask, shop: Shop, path: str, status: int) -> None:
    answer = BackOffice(app).get(path)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in WANTED} == WANTED


def test_the_buyers_page_tells_nobody_where_its_reader_came_from(app: Flask, shop: Shop) -> None:
    answer = BackOffice(app).get("/o/wrong-token")
    assert answer.status_code == 404
    wanted = {**WANTED, "Referrer-Policy": "no-referrer"}
    assert {name: answer.headers.get(name) for name in WANTED} == wanted


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/admin/", 200),
        ("/admin/jobs/999", 404),
        ("/admin/orders/upload/sample.csv", 200),
        ("/admin/nothing", 404),
    ],
)
def test_answers_to_people_carry_the_headers_and_their_timing(app: Flask, shop: Shop, path: str, status: int) -> None:
    answer = of(app, shop).get(path)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in WANTED} == WANTED
    assert 'statements"' in answer.headers["Server-Timing"]


def test_a_refused_form_carries_them_too(app: Flask, shop: Shop) -> None:
    answer = of(app, shop).open("POST", "/admin/profile/", data={})
    assert answer.status_code == 400
    assert {name: answer.headers.get(name) for name in WANTED} == WANTED


def test_the_policy_lets_nothing_run_from_elsewhere() -> None:
    rules = dict(rule.split(" ", 1) for rule in CSP.split("; "))
    assert rules["default-src"] == "'self'"
    assert rules["object-src"] == "'none'"
    assert rules["frame-ancestors"] == "'none'"
    assert rules["base-uri"] == "'none'"
    assert rules["form-action"] == "'self'"
    assert "script-src" not in rules
    assert "unsafe" not in CSP
