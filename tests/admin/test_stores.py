"""Stores: what a new one begins with, what stays once there are orders, and the accounts that belong to them."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.admin.back_office import BackOffice, limited, of
from tests.factories import Shop, count_rows, make_orders
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.models import Store

NEW = {
    "name": "Batik Solo", "code": "Batik-Solo", "timezone": "Asia/Makassar", "currency": "idr", "locale": "id",
    "email": "", "ship_within_days": "3",
}  # fmt: skip
RONA = {
    "name": "Rona", "code": "rona", "timezone": "Asia/Jakarta", "currency": "IDR", "locale": "id",
    "email": "toko@rona.example", "ship_within_days": "2",
}  # fmt: skip


def store_of(code: str) -> Store | None:
    """The store with this code."""
    db.session.rollback()
    return db.session.scalar(select(Store).where(Store.code == code))


def edit(person: BackOffice, store_id: int, **changes: Any) -> Any:
    """Send the form of the Jakarta store with changes."""
    return person.post(f"/admin/stores/edit/?id={store_id}", {**RONA, **changes})


def test_a_new_store_has_its_built_in_accounts(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    assert person.post("/admin/stores/new/", NEW).status_code == 302
    store = store_of("batik-solo")
    assert store is not None
    assert (store.name, store.timezone, store.currency, store.ship_within_days) == (
        "Batik Solo",
        "Asia/Makassar",
        "IDR",
        3,
    )
    assert sorted(account.channel for account in store.accounts) == ["api", "form", "manual"]
    page = person.page("/admin/stores/")
    assert "Batik Solo was added." in page
    assert "3 days" in page


def test_the_form_of_a_new_store_begins_with_the_presets(app: Flask, shop: Shop) -> None:
    page = of(app, shop).page("/admin/stores/new/")
    assert 'value="Asia/Jakarta"' in page
    assert 'value="IDR"' in page
    assert "Archived" not in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "This is needed."),
        ({"code": "rona"}, "Another store has this code."),
        ({"code": "två ord"}, "Small letters, digits and dashes only."),
        ({"timezone": "Mars/Base"}, "No such time zone."),
        ({"currency": "XYZ"}, "No such currency."),
        ({"currency": "DEM"}, "No such currency."),
        ({"email": "nope"}, "This is no e-mail address."),
        ({"ship_within_days": "99"}, "From 0 to 60 days."),
        ({"locale": "fr"}, ""),
    ],
)
def test_a_refusal_stands_at_its_field(app: Flask, shop: Shop, changes: dict[str, str], words: str) -> None:
    before = count_rows(Store)
    answer = of(app, shop).post("/admin/stores/new/", {**NEW, **changes})
    assert answer.status_code == 422
    assert words in answer.text
    assert "aria-invalid" in answer.text
    assert count_rows(Store) == before


@pytest.mark.parametrize(
    ("locale", "words"),
    [("en", "Not a valid integer value."), ("id", "Bukan bilangan bulat."), ("ko", "정수가 아닙니다.")],
)
def test_what_is_no_number_is_said_in_the_readers_language(app: Flask, shop: Shop, locale: str, words: str) -> None:
    person = of(app, shop)
    person.post("/preferences", {"locale": locale})
    for days in ("", "1.5", "dua"):
        assert words in person.post("/admin/stores/new/", {**NEW, "ship_within_days": days}).text


def test_a_name_turns_nothing_beside_it(app: Flask, shop: Shop) -> None:
    assert edit(of(app, shop), shop.rona, name=" \u202eanoR \u2067 ").status_code == 302
    store = store_of("rona")
    assert store is not None
    assert store.name == "anoR"


def test_a_store_keeps_a_currency_that_went_out_of_use(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    db.session.execute(update(Store).where(Store.id == shop.rona).values(currency="HRK"))
    db.session.commit()
    assert '<option value="HRK">' in person.get(f"/admin/stores/edit/?id={shop.rona}").text
    assert edit(person, shop.rona, currency="hrk", name="Rona Zagreb").status_code == 302
    store = store_of("rona")
    assert store is not None
    assert (store.name, store.currency) == ("Rona Zagreb", "HRK")
    assert "No such currency." in edit(person, shop.rona, currency="DEM").text
    assert "No such currency." in edit(person, shop.onyu, code="onyu", currency="HRK").text


def test_zone_and_currency_stay_once_there_are_orders(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    assert edit(person, shop.rona, timezone="Asia/Makassar").status_code == 302
    assert edit(person, shop.rona).status_code == 302
    make_orders(shop.manual)
    for changes, words in (
        ({"timezone": "Asia/Makassar"}, "its time zone stays"),
        ({"currency": "USD"}, "its currency stays"),
    ):
        answer = edit(person, shop.rona, **changes)
        assert answer.status_code == 422
        assert words in answer.text
    assert edit(person, shop.rona, name="Rona Batik", ship_within_days="1").status_code == 302
    store = store_of("rona")
    assert store is not None
    assert (store.name, store.timezone, store.currency, store.ship_within_days) == (
        "Rona Batik",
        "Asia/Jakarta",
        "IDR",
        1,
    )


def test_a_store_shows_its_channel_accounts(app: Flask, shop: Shop) -> None:
    page = of(app, shop).page(f"/admin/stores/edit/?id={shop.rona}")
    assert "Rona di Shopee" in page
    assert "Shopee · 7001" in page
    assert page.count("Built in") == 3


def test_a_store_is_archived_and_comes_back(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    assert edit(person, shop.rona, archived="y").status_code == 302
    assert "/admin/stores/edit/?id=1" not in person.page("/admin/stores/")
    assert "Rona" in person.page("/admin/stores/?archived=1")
    assert edit(person, shop.rona).status_code == 302
    assert "No store is archived" in person.page("/admin/stores/?archived=1")


def test_who_sees_only_some_stores_adds_none(app: Flask, shop: Shop) -> None:
    person = BackOffice(app, limited(shop, Role.ADMIN))
    answer = person.post("/admin/stores/new/", NEW)
    assert answer.status_code == 422
    assert "You see only some stores." in answer.text
    assert edit(person, shop.rona, name="Mine now").status_code == 404
    assert store_of("batik-solo") is None
    assert store_of("rona").name == "Rona"  # type: ignore[union-attr]
