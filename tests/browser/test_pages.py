"""Every page at desktop and phone width, light and dark: axe finds nothing, nothing scrolls sideways."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Site
from tests.factories import make_orders
from webapp.domain.numbers import encode_token
from webapp.domain.order_status import OrderStatus

PAGES = (
    "/admin/", "/admin/orders/", "/admin/orders/?q=nothing-like-it", "/admin/orders/{number}", "/admin/orders/new",
    "/admin/orders/{number}/edit", "/admin/orders/upload/", "/admin/orders/import/", "/admin/jobs/",
    "/admin/users/", "/admin/stores/",
)  # fmt: skip


def findings(page: Page) -> list[str]:
    """What axe objects to on the page, and whether it scrolls sideways."""
    found = [
        f"{violation['id']}: {violation['nodes'][0]['html'][:160]}"
        for violation in Axe().run(page).response["violations"]
    ]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append(f"{page.url} scrolls sideways")
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_pages_are_for_everybody(
    site: Site, sign_in: Callable[..., Page], viewport: dict[str, int], scheme: str
) -> None:
    orders = [make_orders(site.shop.manual, status=status)[0] for status in OrderStatus]
    page = sign_in(viewport=viewport, color_scheme=scheme)
    for address in PAGES:
        page.goto(address.format(number=orders[3].number))
        assert findings(page) == [], address


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_doors_are_for_everybody(
    site: Site, open_browser: Callable[..., Page], viewport: dict[str, int], complaints: list[str]
) -> None:
    (order,) = make_orders(site.shop.manual, status=OrderStatus.SHIPPED)
    page = open_browser(viewport=viewport)
    for address in ("/login", f"/o/{encode_token(order.token)}", "/o/unknown"):
        page.goto(address)
        assert findings(page) == [], address
    complaints.clear()  # the browser tells of the 404 that was asked for


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_dialogs_and_previews_are_for_everybody(
    site: Site, sign_in: Callable[..., Page], viewport: dict[str, int], tmp_path: Path
) -> None:
    orders = make_orders(site.shop.manual, 3)
    page = sign_in(viewport=viewport)
    page.goto("/admin/orders/")
    for order in orders:
        page.locator(f"input[name=rowid][data-number='{order.number}']").check()
    expect(page.locator("[data-bulk-bar]")).to_contain_text("3 selected")
    assert findings(page) == []
    page.locator("[data-bulk-bar]").get_by_role("button", name="Change status").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert findings(page) == []
    path = tmp_path / "status.csv"
    path.write_text(f"order_number,status\n{orders[0].number},shipped\nnonsense,shipped\n")
    page.goto("/admin/orders/upload/")
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Check file").click()
    apply = page.get_by_role("button", name="Apply 1 change")
    expect(apply).to_be_visible()
    assert findings(page) == []
    apply.click()
    expect(page.get_by_role("link", name="Result file (CSV)")).to_be_visible()
    assert findings(page) == []
