"""The overview's strip: loaded beside the list, hidden for good by whoever does not want it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from tests.admin.back_office import BackOffice, limited, of
from tests.admin.order_pages import LIST, link, words
from tests.factories import Shop, count_rows, make_orders
from webapp import clock
from webapp.admin.orders.overview_page import HEIGHT, WIDTH, bars, mix
from webapp.domain.order_status import OrderStatus
from webapp.domain.permissions import Role
from webapp.models import Job
from webapp.services.calculations import start_calculation
from webapp.services.jobs import run_job
from webapp.services.orders import overview
from webapp.services.orders.filters import ListFilter
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


CALCULATE = re.compile(r'<form class="lp-ov-s" method="post" action="([^"]+)" hx-post="([^"]+)" hx-target="#order-over')


def test_more_is_added_up_when_somebody_asks(app: Flask, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "STEP", 1)
    monkeypatch.setattr(overview, "FEW_STEPS", 2)
    make_orders(shop.manual, 4)
    person = of(app, shop)
    some = person.client.get(LIST + "overview?q=siti", headers=HX).text
    assert words(some).startswith("Orders 2+ Calculate")
    asked = CALCULATE.search(some)
    assert asked is not None
    assert asked[1] == asked[2] == LIST + "overview?q=siti"
    assert words(person.post(asked[1], headers=HX).text).startswith("Orders 4 Value")
    assert "Orders 4 Value" in words(person.post(asked[1]).text), "without scripts too"
    assert count_rows(Job) == 0


@pytest.fixture
def long_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists of which three orders are too many to be added up while somebody waits."""
    monkeypatch.setattr(overview, "STEP", 1)
    monkeypatch.setattr(overview, "FEW_STEPS", 2)
    monkeypatch.setattr(overview, "MOST_STEPS", 3)
    monkeypatch.setattr("webapp.services.calculations.STEP", 2)


@pytest.mark.usefixtures("long_lists")
def test_a_long_list_is_calculated_by_a_job_that_the_strip_leads_to(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual, 5, ordered_at=clock.now() - timedelta(days=1))
    make_orders(shop.onyu_manual, 2, ordered_at=clock.now() - timedelta(days=1))
    person = of(app, shop)
    strip = LIST + "overview?q=siti"
    started = person.post(strip, headers=HX).text
    assert words(started).startswith("Orders 3+ Calculating …")
    job_page = link(started, "Calculating …")
    assert link(person.client.get(strip, headers=HX).text, "Calculating …") == job_page
    assert words(person.client.get(strip + "&store=rona", headers=HX).text).startswith("Orders 2+ Calculate")
    assert not run_job(int(job_page.rpartition("/")[2]), app.extensions["storage"], seconds=0.0)
    going = words(person.page(job_page))
    assert "Calculation of a list" in going
    assert "2 orders Searched back to" in going
    assert "Search: siti" in going
    while not run_job(int(job_page.rpartition("/")[2]), app.extensions["storage"], seconds=0.0):
        pass
    page = person.page(job_page)
    assert "Orders 7 Value, IDR" in words(page)
    assert "Value, KRW" in words(page)
    assert "Pending 7" in words(page)
    assert page.count("<rect") == 1 + 14
    assert link(page, "To the list") == LIST + "?q=siti"
    assert "result.csv" not in page
    again = person.client.get(strip, headers=HX).text
    assert words(again).startswith("Orders 2+ Calculate Last result")
    assert link(again, "Last result") == job_page
    assert "Calculation of a list" in words(person.page("/admin/jobs/?tab=other"))


def test_a_list_without_orders_has_no_empty_chart(app: Flask, shop: Shop) -> None:
    job_id = start_calculation(shop.actor(), ListFilter(q="siti"), clock.now().date())
    assert run_job(job_id, app.extensions["storage"])
    page = of(app, shop).page(f"/admin/jobs/{job_id}")
    assert "Search: siti Orders 0 Started" in words(page)
    assert "<rect" not in page


@pytest.mark.usefixtures("long_lists")
def test_without_scripts_one_comes_to_the_jobs_page(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual, 5)
    answer = of(app, shop).post(LIST + "overview?q=siti")
    assert answer.status_code == 302
    assert "/admin/jobs/" in answer.location


@pytest.mark.usefixtures("long_lists")
def test_a_calculation_shows_each_person_only_what_is_theirs(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual, 4, warehouse_id=shop.warehouse)
    make_orders(shop.onyu_manual, 5)
    provider = of(app, shop, Role.PROVIDER)
    seller = BackOffice(app, limited(shop, Role.CS))
    pages = {}
    for person in (provider, seller):
        job_page = link(person.post(LIST + "overview?q=siti", headers=HX).text, "Calculating …")
        while not run_job(int(job_page.rpartition("/")[2]), app.extensions["storage"]):
            pass
        pages[person] = job_page
    told = words(provider.page(pages[provider]))
    assert "Orders 4 Value – By status" in told
    assert "Rp" not in told
    theirs = words(seller.page(pages[seller]))
    assert "Orders 5 Value, KRW" in theirs
    assert "IDR" not in theirs
    assert provider.get(pages[seller]).status_code == 404
    assert seller.get(pages[provider]).status_code == 404
    assert "Orders 5 Value, KRW" in words(of(app, shop).page(pages[seller])), "owners and admins see everybody's"


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
