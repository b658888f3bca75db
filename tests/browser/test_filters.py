"""Days in two clicks, filters in a panel, tags and persons, and a search that goes on by itself until it is stopped."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.browser.conftest import PHONE, Site
from tests.factories import history_of, make_orders
from webapp import clock
from webapp.domain.payment import PaymentMethod
from webapp.services.orders import walks


def test_days_filters_tags_and_persons(site: Site, sign_in: Callable[..., Page]) -> None:
    with site.app.app_context():
        now = clock.now()
        recent, older, old = (
            make_orders(site.shop.manual, ordered_at=now - timedelta(days=days))[0].number for days in (0, 3, 40)
        )
    page = sign_in()
    page.goto("/admin/orders/")
    expect(page.locator("input[name=rowid]")).to_have_count(3)
    page.get_by_role("button", name="Days").click()
    page.get_by_role("link", name="Last 7 days").click()
    page.wait_for_url(re.compile(r"from=\d{4}-\d\d-\d\d&to=\d{4}-\d\d-\d\d$"))
    expect(page.locator("input[name=rowid]")).to_have_count(2)
    expect(page.get_by_text(old)).to_have_count(0)

    # The presets follow the kind of date.
    page.get_by_role("button", name="Days").click()
    page.locator(".lp-kinds label", has_text="Shipped").click()
    expect(page.get_by_role("link", name="Today", exact=True).last).to_have_attribute(
        "href", re.compile("date=shipped")
    )
    page.keyboard.press("Escape")

    for number in (recent, older):
        page.locator(f"input[data-number='{number}']").check()
    page.get_by_role("button", name="Tag", exact=True).click()
    page.get_by_label("New tag").fill("VIP")
    page.get_by_role("button", name="Save tags of 2 orders").click()
    expect(page.get_by_text("2 orders have their new tags.")).to_be_visible()
    expect(page.locator(".lp-list .lp-tag-own", has_text="VIP")).to_have_count(2)

    page.goto(f"/admin/orders/{recent}")
    page.get_by_role("button", name="Assign").click()
    page.get_by_label("Assigned to").select_option("me")
    page.get_by_role("button", name="Assign 1 order").click()
    expect(page.get_by_text("1 order is now assigned to Admin.")).to_be_visible()
    assert page.url.endswith(recent)

    page.goto("/admin/orders/")
    page.get_by_role("button", name="Filter", exact=True).click()
    panel = page.get_by_role("form", name="Filters")
    panel.get_by_text("Tag", exact=True).click()
    panel.get_by_label("VIP").check()
    panel.get_by_text("Assigned to", exact=True).click()
    panel.get_by_label("Nobody").check()
    panel.get_by_role("button", name="Show orders").click()
    page.wait_for_url("**tag=vip&assigned=none")
    expect(page.locator("input[name=rowid]")).to_have_count(1)
    page.get_by_role("link", name="Remove filter Assigned to").click()
    expect(page.locator("input[name=rowid]")).to_have_count(2)
    with site.app.app_context():
        assert [entry.changes for entry in history_of(recent)][1:] == [
            {"tags": [[], [[1, "VIP"]]]},
            {"assigned_to": [None, [2, "Admin"]]},
        ]


@pytest.mark.parametrize("viewport", [None, PHONE])
def test_a_long_list_of_choices_is_narrowed_by_typing(
    sign_in: Callable[..., Page], viewport: dict[str, int] | None
) -> None:
    page = sign_in(viewport=viewport)
    page.goto("/admin/orders/?courier=jne")
    page.get_by_role("button", name=re.compile(r"^Filters?$")).click()
    panel = page.get_by_role("form", name="Filters")
    box = panel.get_by_label("Find in this list: Courier")
    box.fill("SICE")
    couriers = panel.get_by_role("group", name="Courier").get_by_role("checkbox")
    expect(couriers).to_have_count(2)  # what is ticked stays
    box.press("Enter")
    expect(panel.get_by_label("SiCepat")).to_be_checked()
    box.fill("zzz")
    expect(panel.get_by_text("Nothing matches")).to_be_visible()
    panel.get_by_role("button", name="Show orders").click()
    page.wait_for_url("**/?courier=jne&courier=sicepat")


@pytest.mark.parametrize("viewport", [None, PHONE])
def test_a_rare_search_goes_on_by_itself(
    site: Site, sign_in: Callable[..., Page], monkeypatch: pytest.MonkeyPatch, viewport: dict[str, int] | None
) -> None:
    monkeypatch.setattr(walks, "FIRST_STEP", 10)
    monkeypatch.setattr(walks, "WHOLE_STEP", 20)
    with site.app.app_context():
        first = clock.now() - timedelta(days=400)
        rare = [
            make_orders(site.shop.manual, ordered_at=first + timedelta(days=days), payment_method=PaymentMethod.CARD)
            for days in (0, 60)
        ]
        for days in (1, 30, 61, 90):
            make_orders(site.shop.manual, 40, ordered_at=first + timedelta(days=days))
    page = sign_in(**({"viewport": viewport} if viewport else {}))
    held: list[Route] = []
    steps: list[str] = []

    def hold(route: Route) -> None:
        steps.append(route.request.url)
        held.append(route) if len(steps) == 2 else route.continue_()

    asked: list[str] = []

    def second(request: Request) -> bool:
        if "after=" in request.url:
            asked.append(request.url)
        return len(asked) == 2

    page.route(lambda url: "after=" in url, hold)
    with page.expect_request(second):  # it is stopped while the second step is under way, not before
        page.goto("/admin/orders/?payment_method=card&limit=20")
    expect(page.locator("#order-further")).to_contain_text("Searching … Searched back to")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("link", name="Search further")).to_be_visible()
    assert len(steps) == 2
    for route in held:
        route.abort()
    page.get_by_role("link", name="Search further").click()
    expect(page.locator("#order-further")).to_have_count(0)
    numbers = [order.number for [order] in reversed(rare)]
    expect(page.locator("input[name=rowid]")).to_have_count(2)
    assert [box.get_attribute("data-number") for box in page.locator("input[name=rowid]").all()] == numbers
    expect(page.locator("#order-below .lp-pager")).to_contain_text("2 orders")
    assert "after=" not in page.url
    page.locator("input[name=rowid]").first.check()
    expect(page.locator("[data-bulk-count]")).to_have_text("1 selected")
