"""Addresses that nobody clicks but somebody types: a plain page, never a fault."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.admin.back_office import of
from tests.factories import Shop


@pytest.mark.parametrize("page", ["-1", "9" * 30])
@pytest.mark.parametrize("view", ["users", "stores"])
def test_a_page_number_out_of_range_is_no_fault(app: Flask, shop: Shop, view: str, page: str) -> None:
    assert of(app, shop).get(f"/admin/{view}/?page={page}").status_code == 200


def test_a_form_address_opened_as_a_page_answers_with_our_page(app: Flask, shop: Shop) -> None:
    answer = of(app, shop).get("/admin/orders/action/")

    assert answer.status_code == 405
    assert answer.headers["Allow"]
    assert "<!doctype html>" in answer.text
    assert "Method Not Allowed" not in answer.text
