"""The list on a phone: what a thumb has to reach, and what has to stay on the screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, Site
from tests.factories import make_orders
from webapp.admin.orders.columns import COLUMNS

if TYPE_CHECKING:
    from playwright.sync_api import FloatRect

SignIn = Callable[..., Page]


def box(element: Locator) -> FloatRect:
    """Where it is on the screen."""
    found = element.bounding_box()
    assert found
    return found


@pytest.mark.parametrize("width", [390, 700])
@pytest.mark.parametrize("columns", ["", "?columns=" + ",".join(COLUMNS)], ids=["usual", "all"])
def test_the_menu_of_a_row_is_in_the_corner_of_its_card(site: Site, sign_in: SignIn, width: int, columns: str) -> None:
    make_orders(site.shop.manual, 2)
    page = sign_in(viewport=PHONE | {"width": width})
    page.goto(f"/admin/orders/{columns}")
    expect(page.locator(".lp-overview")).to_be_visible()  # what comes later moves the rows
    row, link = page.locator("[data-rows] > tr").last, page.locator("[data-rows] a[data-menu]").last
    card, corner, total, payment = (
        box(each) for each in (row, link, row.locator(".lp-c-total"), row.locator(".lp-c-pay"))
    )
    assert min(corner["width"], corner["height"]) >= 40
    assert card["y"] <= corner["y"] <= card["y"] + 4
    assert card["width"] - 4 <= corner["x"] + corner["width"] <= width
    for other in (total, payment):
        assert other["x"] + other["width"] <= corner["x"]
    assert page.evaluate("document.documentElement.scrollWidth") == width
    for height in (PHONE["height"], 390):
        page.set_viewport_size({"width": width, "height": height})
        link.click()
        menu = page.locator("[data-menu-frame]")
        expect(menu).to_be_visible()
        shown = box(menu)
        assert min(shown["x"], shown["y"]) >= 0
        assert shown["x"] + shown["width"] <= width
        assert shown["y"] + shown["height"] <= height
        page.keyboard.press("Escape")
        expect(menu).to_be_hidden()
    link.click()
    page.locator("[data-menu-frame]").get_by_role("button", name="Add history").click()
    expect(page.get_by_role("dialog")).to_contain_text("Add history to 1 order")


@pytest.mark.parametrize("width", [390, 500, 1440])
def test_the_average_is_read_in_full_beside_another_currency(site: Site, sign_in: SignIn, width: int) -> None:
    make_orders(site.shop.manual)
    make_orders(site.shop.onyu_manual)
    page = sign_in(viewport=PHONE | {"width": width})
    page.goto("/admin/orders/overview")
    averages = page.locator(".lp-ov-s").filter(has_text="avg")
    expect(averages).to_have_count(2)
    fits = averages.evaluate_all(
        """all => all.map((each) => {
          each.textContent = "rata-rata Rp 1.456.429 · 16.007 pesanan";
          return each.scrollWidth <= each.clientWidth && each.getClientRects().length === 1;
        })"""
    )
    assert fits == [True, True]
    assert page.evaluate("document.documentElement.scrollWidth") == width


TOUCHED = """(each) => {
  each.scrollIntoView({ block: "center", behavior: "instant" });
  const at = each.getBoundingClientRect();
  const [x, y] = [at.x + Math.min(at.width / 2, 24), at.y + at.height / 2];
  const hit = ([left, top]) => {
    const found = document.elementFromPoint(x + left, y + top);
    return found === each || each.contains(found) || found?.closest("label")?.control === each;
  };
  return [[-11, 0], [11, 0], [0, -11], [0, 11]].every(hit);
}"""


def test_what_is_small_has_room_for_a_finger(site: Site, sign_in: SignIn) -> None:
    order = make_orders(site.shop.manual, 21)[-1]
    page = sign_in(viewport=PHONE)
    touched = {
        "/admin/": [page.locator("summary", has_text="Show as table"), page.locator(".lp-mini a").first],
        "/admin/orders/?status=pending&limit=20": [
            page.get_by_role("checkbox", name=order.number),
            page.get_by_role("link", name=order.number, exact=True),
            page.get_by_role("link", name="Clear all", exact=True).locator("visible=true"),
            page.get_by_role("link", name="that match"),
        ],
        f"/admin/orders/{order.number}": [
            page.get_by_role("button", name="Copy number"),
            page.get_by_role("button", name="Copy phone"),
            page.get_by_label("Notify buyer"),
        ],
        "/admin/orders/download": [page.get_by_role("radio").first],
    }
    for address, elements in touched.items():
        page.goto(address)
        for element in elements:
            assert element.evaluate(TOUCHED), (address, element)
