"""How the list looks, in a browser: height of rows, columns, sideways scrolling, saved views by menu and palette."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect
from sqlalchemy import update

from tests.browser.conftest import PHONE, Site
from tests.factories import make_orders
from webapp.admin.orders.columns import COLUMNS
from webapp.domain.order_status import OrderStatus
from webapp.extensions import db
from webapp.models import User

SignIn = Callable[..., Page]
HEADS = "#order-rows thead th:not(.lp-c-sel, .lp-c-menu)"


def test_columns_are_moved_and_kept_and_rows_become_one_line(site: Site, sign_in: SignIn) -> None:
    make_orders(site.shop.manual, 3)
    page = sign_in()
    page.goto("/admin/orders/?tab=new")
    expect(page.locator(HEADS)).to_have_text(
        ["Order", "Buyer", "Items", "Total", "Payment", "Status", "Courier", "Print", "Due"]
    )
    page.get_by_role("link", name="Columns").click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_role("button", name="Move Total up").click()
    dialog.get_by_role("button", name="Move Total up").press("Enter")
    expect(dialog.get_by_role("button", name="Move Total up")).to_be_hidden()  # it is the first now
    for name in ("Items", "Print", "Courier"):
        dialog.get_by_label(name, exact=True).uncheck()
    dialog.get_by_label("City", exact=True).check()
    dialog.get_by_role("button", name="Show these").click()
    expect(page.locator(HEADS)).to_have_text(["Order", "Total", "Buyer", "Payment", "Status", "Due", "City"])
    assert page.url.endswith("/admin/orders/?tab=new")
    page.get_by_label("Search orders").fill("siti")
    expect(page.locator("#order-rows [name=url]")).to_have_value("/admin/orders/?tab=new&q=siti")
    expect(page.locator(HEADS)).to_have_count(7)
    page.get_by_role("button", name="One line").click()
    expect(page.locator("table.lp-one")).to_be_visible()
    assert page.url.endswith("/admin/orders/?tab=new&q=siti")
    assert page.locator("[data-rows] > tr").first.bounding_box()["height"] < 36  # type: ignore[index]


def test_order_number_and_heads_stay_while_the_others_are_scrolled(site: Site, sign_in: SignIn) -> None:
    make_orders(site.shop.manual, 25)
    page = sign_in(viewport={"width": 1280, "height": 600})
    page.goto("/admin/orders/?columns=" + ",".join(COLUMNS))
    frame = page.locator(".lp-list-wide")
    number = page.locator("a.lp-no").nth(12)
    number.scroll_into_view_if_needed()
    before = number.bounding_box()
    frame.evaluate("frame => { frame.scrollLeft = 900; }")
    assert number.bounding_box() == before
    box, head = frame.bounding_box(), page.locator("th.lp-c-city").bounding_box()
    assert box and head and abs(head["y"] - box["y"]) < 2  # noqa: PT018 -- the first two only tell the types
    assert page.evaluate("document.documentElement.scrollWidth") == 1280


def test_no_choice_of_columns_is_wider_than_a_phone(site: Site, sign_in: SignIn) -> None:
    make_orders(site.shop.manual, 2)
    page = sign_in(viewport=PHONE)
    page.goto("/admin/orders/?columns=" + ",".join(COLUMNS))
    expect(page.locator("a.lp-no").first).to_be_visible()
    expect(page.locator("td.lp-c-store").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_the_longest_words_have_room(site: Site, sign_in: SignIn) -> None:
    (order,) = make_orders(site.shop.manual, status=OrderStatus.CREATED)
    page = sign_in()
    db.session.execute(update(User).values(locale="id"))
    db.session.commit()
    for width in (1152, 1280, 1366, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto("/admin/orders/")
        paid, status = (
            page.locator(".lp-c-pay .lp-pay").bounding_box(),
            page.locator(".lp-c-st .lp-pill").bounding_box(),
        )
        assert paid and status and paid["x"] + paid["width"] + 6 <= status["x"], width  # noqa: PT018 -- types
    page.set_viewport_size(PHONE)
    page.goto("/admin/orders/?q=nothing+like+it")
    field = page.get_by_role("searchbox").bounding_box()
    assert field
    assert field["width"] >= 150
    page.goto(f"/admin/orders/{order.number}")
    assert page.locator(".lp-acts .btn").count() == 4
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_a_view_is_saved_opened_by_the_palette_and_deleted(site: Site, sign_in: SignIn) -> None:
    make_orders(site.shop.manual, 3)
    make_orders(site.shop.manual, 2, status="confirmed")
    page = sign_in()
    page.goto("/admin/orders/?status=confirmed")
    page.get_by_role("link", name="Saved views").click()
    page.get_by_role("link", name="Save this view").click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("Name").fill("To pack")
    dialog.get_by_role("button", name="Save view").click()
    page.wait_for_url("**/admin/orders/?view=*")
    expect(page.locator("[data-rows] > tr")).to_have_count(2)
    page.goto("/admin/orders/")
    expect(page.locator("[data-rows] > tr")).to_have_count(5)
    page.keyboard.press("Control+k")
    page.keyboard.type("pack")
    expect(page.locator("[data-palette] [role=option]:visible")).to_have_count(2)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/orders/?view=*")
    page.get_by_role("link", name="To pack").click()
    expect(page.locator("[data-menu-frame] a[aria-current]")).to_have_text("To pack2")
    page.get_by_role("link", name="Change views").click()
    page.get_by_role("link", name="Delete To pack").click()
    expect(page.locator("dialog[open]")).to_contain_text("Delete the view “To pack”?")
    page.locator("dialog[open]").get_by_role("button", name="Delete").click()
    expect(page.get_by_label("Name of To pack")).to_have_count(0)


def test_without_scripts_views_and_columns_are_pages(site: Site, sign_in: SignIn) -> None:
    make_orders(site.shop.manual, 3)
    page = sign_in(java_script_enabled=False)
    page.goto("/admin/orders/")
    page.get_by_role("link", name="Columns").click()
    page.get_by_role("button", name="Move Total up").click()
    page.get_by_role("button", name="Move Total up").click()
    page.get_by_role("button", name="Show these").click()
    expect(page.locator(HEADS).nth(1)).to_have_text("Total")
    page.get_by_role("button", name="One line").click()
    expect(page.locator("table.lp-one")).to_be_visible()
    page.get_by_role("link", name="Saved views").click()
    page.get_by_role("link", name="Save this view").click()
    page.get_by_label("Name").fill("All of them")
    page.get_by_role("button", name="Save view").click()
    expect(page.get_by_role("link", name="All of them")).to_be_visible()
