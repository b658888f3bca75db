"""The list's days, sort and panel of filters as links; and a search that goes on step by step."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from tests.admin.back_office import of
from tests.admin.order_pages import LIST, words
from tests.factories import Shop, make_orders
from webapp import clock
from webapp.domain.actors import SYSTEM
from webapp.domain.payment import PaymentMethod
from webapp.domain.permissions import Role
from webapp.models import ChannelAccount
from webapp.services.orders import walks
from webapp.services.orders.tag import create_tag
from webapp.services.unit_of_work import unit_of_work

NOW = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)  # the 22nd in Jakarta


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> datetime:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return NOW


def links(page: str) -> dict[str, str]:
    """Every link's address by its words."""
    found = re.findall(r'<a[^>]* href="([^"]*)"[^>]*>(.*?)</a>', page, re.DOTALL)
    return {words(text): address.replace("&amp;", "&") for address, text in found}


def test_presets_say_explicit_days_of_the_stores_zone(app: Flask, shop: Shop, now: datetime) -> None:
    make_orders(shop.manual)
    page = of(app, shop).page(f"{LIST}?tab=new&date=paid")
    found = links(page[page.index("lp-presets") :].partition("<hr>")[0])
    wanted = {
        "Today": ("2026-11-22", "2026-11-22"), "Yesterday": ("2026-11-21", "2026-11-21"),
        "Last 7 days": ("2026-11-16", "2026-11-22"), "Last 30 days": ("2026-10-24", "2026-11-22"),
        "Last 90 days": ("2026-08-25", "2026-11-22"), "This month": ("2026-11-01", "2026-11-22"),
        "Last month": ("2026-10-01", "2026-10-31"), "This year": ("2026-01-01", "2026-11-22"),
    }  # fmt: skip
    for label, (first, last) in wanted.items():
        assert found[label] == f"{LIST}?tab=new&date=paid&from={first}&to={last}"


def test_every_filter_has_a_chip_and_a_way_out(app: Flask, shop: Shop) -> None:
    create_tag(shop.actor(), "VIP")
    query = (
        "tab=to_ship&status=confirmed&payment_status=paid&payment_method=qris&store=rona&channel=manual"
        "&account=manual:rona&courier=jne&warehouse=cakung&printed=label&sku=A-1&tag=vip&assigned=me&assigned=none"
        "&due=overdue&acceptance=awaiting&date=shipped&from=2026-11-01&to=2026-11-02&sort=ship_by"
    )
    page = of(app, shop).page(f"{LIST}?{query}")
    chips = [words(chip) for chip in re.findall(r'<span class="lp-chip lp-chip-on">(.*?)</span></a>', page, re.DOTALL)]
    names = [chip.split(" Remove filter ")[-1].removesuffix(" </span>") for chip in chips]
    assert len(chips) == 15
    assert "Assigned to me, nobody" in " ".join(chips)
    assert "Tag VIP" in " ".join(chips)
    assert "Shipped 1 Nov – 2 Nov" in " ".join(chips)
    assert len(set(names)) == 15
    without = [href.replace("&amp;", "&") for href in re.findall(r'<a class="x" href="([^"]*)"', page)]
    gone = {name for name, _, _ in (part.partition("=") for part in query.split("&"))} - {"tab", "sort"}
    for address in without:
        left = {part.partition("=")[0] for part in address.partition("?")[2].split("&")}
        assert gone - left in [{name} for name in gone] + [{"date", "from", "to"}]
    assert "of the orders that tab and filters leave" not in page


def test_shops_of_one_name_are_told_apart(app: Flask, shop: Shop) -> None:
    with unit_of_work(SYSTEM) as work:
        work.session.add_all(
            ChannelAccount(
                created_at=clock.now(), store_id=store, channel="shopee", external_id=external_id, name=name,
                settings={}, state="active",
            )
            for store, external_id, name in (
                (shop.rona, "81", "Batik 10"), (shop.rona, "82", "Batik 2"), (shop.onyu, "83", "Batik 2"),
                (shop.onyu, "84", "Batik 2"),
            )
        )  # fmt: skip
    page = of(app, shop).page(f"{LIST}?account=shopee:83&account=manual:onyu&account=shopee:404")
    options = re.findall(r'name="account" value="([^"]+)".*?</span><span>([^<]+)</span></label>', page)
    assert [(code, name) for code, name in options if "Batik" in name] == [
        ("shopee:82", "Batik 2 · Rona"),
        ("shopee:83", "Batik 2 · 온유상점 · 83"),
        ("shopee:84", "Batik 2 · 온유상점 · 84"),
        ("shopee:81", "Batik 10"),
    ]
    assert "Channel account Shopee Batik 2 · 온유상점 · 83, Manual entry 온유상점, Shopee 404" in words(page)


def test_the_sort_is_said_and_only_offered_where_it_is_served(app: Flask, shop: Shop) -> None:
    orders = [order.number for order in make_orders(shop.manual, 3)]
    person = of(app, shop)
    page = person.page(f"{LIST}?sort=ordered_at")
    assert 'aria-sort="ascending"' in page
    assert "Orders: Oldest first" in page
    assert re.findall(r'data-number="([^"]+)"', page) == orders
    assert "Most urgent first" not in page
    assert links(person.page(f"{LIST}?tab=to_ship"))["Most urgent first"] == f"{LIST}?tab=to_ship&sort=ship_by"
    assert links(person.page(f"{LIST}?tab=to_ship&sort=ship_by"))["All 3"] == LIST
    assert "“ship_by” can't be used as sort." in words(person.page(f"{LIST}?sort=ship_by"))


def test_people_are_not_shown_to_a_fulfilment_provider(app: Flask, shop: Shop) -> None:
    assert 'value="cs@example.com"' in of(app, shop).page(LIST)
    assert "cs@example.com" not in of(app, shop, Role.PROVIDER).page(LIST)


def test_a_search_goes_on_step_by_step(app: Flask, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walks, "FIRST_STEP", 10)
    monkeypatch.setattr(walks, "WHOLE_STEP", 20)
    make_orders(shop.manual, 80)
    [rare] = make_orders(shop.manual, ordered_at=NOW - timedelta(days=400), payment_method=PaymentMethod.CARD)
    person = of(app, shop)
    page = person.page(f"{LIST}?payment_method=card&limit=20")
    steps = 0
    while "data-further=" in page:
        assert "Searched back to 1 November 2026. Nothing found so far." in words(page)
        assert "No order is like this" not in page
        [further] = re.findall(r'data-further="([^"]+)"', page)
        assert links(page)["Search further"] == further.replace("&amp;", "&")
        headers = {"Lapak-Part": "further", "Lapak-Have": "0", "Lapak-Whole": "1"}
        page = person.get(further.replace("&amp;", "&"), headers=headers).text
        steps += 1
    assert steps >= 1
    assert re.findall(r'data-number="([^"]+)"', page) == [rare.number]
    assert "1 order" in words(page)
    nothing = person.page(f"{LIST}?payment_method=e_wallet&limit=20")
    while "data-further=" in nothing:
        [further] = re.findall(r'data-further="([^"]+)"', nothing)
        nothing = person.get(further.replace("&amp;", "&"), headers={"Lapak-Part": "further", "Lapak-Have": "x"}).text
    assert "No order is like this" in nothing
