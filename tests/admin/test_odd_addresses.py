"""Addresses that nobody clicks but somebody types: a plain page, never a fault."""

from __future__ import annotations

import io

import pytest
from flask import Flask

from tests.admin.back_office import of
from tests.factories import Shop, make_orders


@pytest.mark.parametrize("page", ["-1", "9" * 30])
@pytest.mark.parametrize("view", ["users", "stores"])
def test_a_page_number_out_of_range_is_no_fault(app: Flask, shop: Shop, view: str, page: str) -> None:
    assert of(app, shop).get(f"/admin/{view}/?page={page}").status_code == 200


def test_signs_that_no_database_takes_are_nobodys(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    person, orders = of(app, shop), "/admin/orders/"
    for path, data, status in (
        ("tags", {"act": "rename", "code": "\0", "name": "new"}, 404),
        ("tags", {"act": "archive", "code": "\0"}, 404),
        ("tag", {"rowid": order.number, "add": "\0"}, 422),
        ("assign", {"rowid": order.number, "assigned": "\0"}, 422),
        ("views", {"view": "\0", "act": "rename", "name": "new"}, 404),
        ("views", {"view": "\0", "act": "delete"}, 404),
        ("views", {"view": "\0", "act": "default"}, 404),
        ("views/new", {"name": "a\0b"}, 302),
        (f"{order.number}/tracking", {"courier": "J\0", "tracking": "JP12345\0678"}, 302),
    ):
        answer = person.post(orders + path, data)
        assert answer.status_code == status, (path, data)
    for path in ("import", "upload"):
        sent = {"file": (io.BytesIO(b"a,b\n1,2\n"), "x\0.csv")}
        assert person.post(f"{orders}{path}/", sent, content_type="multipart/form-data").status_code == 302
    person.post("/admin/profile/", {"name": "Sari\0 W", "locale": "id", "theme": "dark"})
    assert "Sari W" in person.page("/admin/profile/")


def test_a_form_address_opened_as_a_page_answers_with_our_page(app: Flask, shop: Shop) -> None:
    answer = of(app, shop).get("/admin/orders/action/")

    assert answer.status_code == 405
    assert answer.headers["Allow"]
    assert "<!doctype html>" in answer.text
    assert "Method Not Allowed" not in answer.text
