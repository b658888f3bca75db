"""The banner of new orders: it appears by itself, and a click changes neither selection nor scroll."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Site
from tests.browser.test_pages import findings
from tests.factories import make_orders

SignIn = Callable[..., Page]
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def listing(page: Page, query: str = "") -> None:
    """The list, with the clock in our hands."""
    page.clock.install()
    page.goto(f"/admin/orders/{query}")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_new_orders_come_on_top_and_nothing_is_lost(site: Site, sign_in: SignIn, viewport: dict[str, int]) -> None:
    orders = make_orders(site.shop.manual, 40)
    page = sign_in(viewport=viewport)
    listing(page)
    pill = page.get_by_role("button", name="new orders")
    expect(pill).to_have_count(0)
    page.locator(f"input[data-number='{orders[39].number}']").check()
    with site.app.app_context():
        new = make_orders(site.shop.manual, 7, ordered_at=LONG_AGO)
    page.clock.run_for(16_000)
    expect(pill).to_have_text("7 new orders")
    assert findings(page) == []
    row = page.locator("tr", has_text=orders[20].number)
    row.scroll_into_view_if_needed()
    page.evaluate("scrollBy(0, 200)")
    before = row.evaluate("row => row.getBoundingClientRect().top")
    box = pill.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 20, box["y"] + 10)  # Playwright's own click scrolls to what is sticky
    group = page.locator("[data-fresh-rows]")
    expect(group.locator("input[name=rowid]")).to_have_count(7)
    expect(group.locator("tr").nth(1)).to_contain_text(new[6].number)
    expect(group.locator("th")).to_be_focused()
    assert abs(row.evaluate("row => row.getBoundingClientRect().top") - before) < 2
    expect(pill).to_have_count(0)
    expect(page.locator("[data-bulk-bar]")).to_contain_text("1 selected")
    page.locator(f"input[data-number='{new[0].number}']").check()
    expect(page.locator("[data-bulk-bar]")).to_contain_text("2 selected")
    assert findings(page) == []
    page.clock.run_for(16_000)
    expect(pill).to_have_count(0)


def test_an_empty_search_shows_them_too(site: Site, sign_in: SignIn) -> None:
    make_orders(site.shop.manual)
    page = sign_in()
    listing(page, "?q=nothing-like-it")
    with site.app.app_context():
        make_orders(site.shop.manual)
    page.clock.run_for(16_000)
    page.get_by_role("button", name="1 new order").click()
    expect(page.locator("[data-fresh-rows] input[name=rowid]")).to_have_count(1)
    assert page.url.endswith("q=nothing-like-it")


def test_a_hidden_tab_asks_nothing(site: Site, sign_in: SignIn) -> None:
    make_orders(site.shop.manual)
    page = sign_in()
    listing(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/fresh" in request.url else None)
    hide = "hidden => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });"
    hide += " document.dispatchEvent(new Event('visibilitychange')); }"
    page.evaluate(hide, True)
    page.clock.run_for(300_000)
    assert asked == []
    with page.expect_response("**/admin/orders/fresh?**"):
        page.evaluate(hide, False)
    assert len(asked) == 1


def test_without_scripts_there_is_no_banner(site: Site, sign_in: SignIn) -> None:
    make_orders(site.shop.manual)
    page = sign_in(java_script_enabled=False)
    page.goto("/admin/orders/")
    expect(page.locator(".lp-fresh")).to_be_hidden()
