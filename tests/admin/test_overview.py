"""The overview's strip: loaded beside the list, hidden for good by whoever does not want it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from tests.admin.back_office import of
from tests.admin.order_pages import LIST, words
from tests.factories import Shop, make_orders
from webapp import clock
from webapp.admin.orders.overview_page import HEIGHT, WIDTH, bars, mix
from webapp.domain.order_status import OrderStatus
from webapp.domain.permissions import Role
from webapp.services.orders import overview
from webapp.services.orders.overview import DayCount, Overview, Worth

HX = {"HX-Request": "true"}


def test_the_list_asks_for_the_overview_of_its_own_view(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual, 2, ordered_at=clock.now() - timedelta(days=1))
    make_orders(shop.onyu_manual, 1, ordered_at=clock.now() - timedelta(days=1))
    person = of(app, shop)
    page = person.page(LIST + "?tab=new&store=rona")
    asked = re.search(r'id="order-overview" hx-get="([^"]+)" hx-trigger="load"', page)
    assert asked is not None
    strip = person.client.get(asked[1].replace("&amp;", "&"), headers=HX)
    assert "<html" not in strip.text
    text = words(strip.text)
    assert text.startswith("Orders 2 Value, IDR Rp")
    assert "Pending 2" in text
    assert strip.text.count("<rect") == 1 + 14
    both = words(person.client.get(LIST + "overview", headers=HX).text)
    assert "Value, IDR" in both
    assert "Value, KRW" in both


def test_a_search_takes_the_strip_along(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    part = person.client.get(LIST + "?q=siti", headers={"Lapak-Part": "list"}).text
    assert 'id="order-overview" hx-get="/admin/orders/overview?q=siti" hx-trigger="load"' in part
    assert words(person.client.get(LIST + "overview?q=siti", headers=HX).text).startswith("Orders 0")


def test_more_is_added_up_when_somebody_asks(app: Flask, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "STEP", 1)
    make_orders(shop.manual, 4)
    person = of(app, shop)
    some = person.client.get(LIST + "overview?q=siti", headers=HX).text
    assert words(some).startswith("Orders 2+ Calculate")
    asked = re.search(r'hx-get="([^"]+calculate=1)" hx-target="#order-overview"', some)
    assert asked is not None
    assert words(person.client.get(asked[1].replace("&amp;", "&"), headers=HX).text).startswith("Orders 4 Value")


def test_without_scripts_it_is_a_page(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual, 2)
    person = of(app, shop)
    assert f'<noscript><a class="btn lp-ov-link" href="{LIST}overview">' in person.page(LIST)
    assert "Orders 2" in words(person.page(LIST + "overview"))
    assert "Orders 2" in words(person.page(LIST + "overview?q=siti"))


def test_hidden_it_stays_hidden_for_that_person_until_it_is_wanted_again(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    view = LIST + "?tab=new"
    answer = person.post("/preferences", {"overview": "hidden", "next": view})
    assert answer.location == view
    assert 'hx-get="/admin/orders/overview' not in person.page(view)
    assert 'name="overview" value="shown"' in person.page(view)
    assert 'hx-get="/admin/orders/overview' in of(app, shop, Role.CS).page(view)
    person.post("/preferences", {"overview": "shown", "next": view})
    assert 'hx-get="/admin/orders/overview' in person.page(view)
    assert person.post("/preferences", {"overview": "maybe", "next": view}).status_code == 400


def test_a_provider_is_told_no_values(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual, 2, warehouse_id=shop.warehouse)
    strip = of(app, shop, Role.PROVIDER).client.get(LIST + "overview", headers=HX)
    assert strip.status_code == 200
    assert "Rp" not in words(strip.text)


def test_bars_and_parts_stay_within_their_boxes() -> None:
    first = datetime(2026, 11, 1, tzinfo=UTC).date()
    days = tuple(DayCount(date.fromordinal(first.toordinal() + n), n * 7 % 50) for n in range(31))
    statuses = ((OrderStatus.PENDING, 1), (OrderStatus.COMPLETED, 9_999))
    overview = Overview(10_000, (Worth("IDR", 10_000, 1),), statuses, days)
    drawn = bars(overview)
    assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH and 0 <= bar.y <= HEIGHT for bar in drawn)
    assert max(bar.height for bar in drawn) == HEIGHT - 2
    assert all(length > 0 and x + length <= 1.001 for _status, x, length in mix(overview))
