"""The keyboard: rows, search, help and the palette; what is typed into a field is never taken for a key."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Site
from tests.browser.test_pages import findings
from tests.factories import make_orders, status_of
from webapp.domain.order_status import OrderStatus
from webapp.domain.permissions import Role
from webapp.services.profile import save_profile

SignIn = Callable[..., Page]


def go(page: Page, words: str = "") -> None:
    """Open the palette and type."""
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Order, page or action")).to_be_focused()
    page.keyboard.type(words)


def test_a_row_is_reached_ticked_and_opened(site: Site, sign_in: SignIn) -> None:
    orders = make_orders(site.shop.manual, 4)
    page = sign_in()
    page.goto("/admin/orders/")
    cursor = page.locator("tr.cur")
    page.keyboard.press("j")
    expect(cursor).to_contain_text(orders[3].number)
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    expect(page.locator("[data-bulk-bar]")).to_contain_text("3 selected")
    page.keyboard.press("k")
    expect(cursor).to_contain_text(orders[2].number)
    edge = cursor.locator("td").first.evaluate("cell => getComputedStyle(cell).boxShadow")
    assert "inset" in edge
    page.keyboard.press("/")
    expect(page.get_by_label("Search orders")).to_be_focused()
    page.keyboard.type("?jxyz")
    assert page.get_by_label("Search orders").input_value() == "?jxyz"
    expect(page.locator(".lp-empty")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_label("Search orders")).not_to_be_focused()
    assert page.get_by_label("Search orders").input_value() == "?jxyz"
    expect(page.locator("[data-bulk-bar]")).to_contain_text("3 selected")
    page.keyboard.press("Escape")
    expect(page.locator("[data-bulk-bar].open")).to_have_count(0)
    page.goto("/admin/orders/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/admin/orders/{orders[2].number}")
    page.go_back()
    expect(cursor).to_contain_text(orders[2].number)
    page.keyboard.press("j")
    expect(cursor).to_contain_text(orders[1].number)
    page.goto("/admin/orders/")
    expect(cursor).to_have_count(0)


def test_a_change_is_made_and_taken_back_without_leaving_the_letters(site: Site, sign_in: SignIn) -> None:
    (order,) = make_orders(site.shop.manual, status=OrderStatus.CONFIRMED)
    page = sign_in()
    page.goto("/admin/orders/")
    for key in ("j", "x", "s"):
        page.keyboard.press(key)
    page.get_by_role("radio", name="In process").check()
    page.keyboard.press("Enter")
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    page.wait_for_load_state()  # the scripts take the message out and put it in again
    expect(undo).to_be_visible()
    assert status_of(order.number) == "in_process"
    page.keyboard.press("z")
    expect(undo).to_be_hidden()
    assert status_of(order.number) == "confirmed"


def test_help_names_the_keys_and_gives_the_focus_back(site: Site, sign_in: SignIn) -> None:
    make_orders(site.shop.manual)
    page = sign_in()
    page.goto("/admin/orders/")
    page.keyboard.press("j")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard")
    expect(dialog).to_be_visible()
    assert {key.strip() for key in dialog.locator("kbd").all_text_contents()} >= set("/jkxsh?") | {
        "Enter",
        "Esc",
        "Ctrl",
        "K",
    }
    assert findings(page) == []
    page.keyboard.press("j")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator("tr.cur a.lp-no")).to_be_focused()


def test_single_keys_can_be_switched_off(site: Site, sign_in: SignIn) -> None:
    make_orders(site.shop.manual)
    with site.app.app_context():
        save_profile(site.shop.actor(), single_keys=False)
    page = sign_in()
    page.goto("/admin/orders/")
    for key in ("j", "?", "/"):
        page.keyboard.press(key)
    expect(page.locator("tr.cur")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_label("Search orders")).not_to_be_focused()
    go(page)


def test_the_palette_goes_to_orders_by_number(site: Site, sign_in: SignIn) -> None:
    orders = make_orders(site.shop.manual, 3)
    page = sign_in()
    page.get_by_role("button", name="Go to order or page").click()
    page.keyboard.type(orders[1].number.lower())
    expect(page.get_by_role("option").filter(has_text="Siti Nurhaliza")).to_have_attribute("aria-selected", "true")
    assert findings(page) == []
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/admin/orders/{orders[1].number}")
    go(page, orders[0].number)
    page.keyboard.press("Enter")  # before the answer: opened as soon as it is found
    page.wait_for_url(f"**/admin/orders/{orders[0].number}")
    go(page, "zz")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/orders/?q=zz")


def test_the_palette_goes_to_pages_and_acts(site: Site, sign_in: SignIn) -> None:
    orders = make_orders(site.shop.manual, 2)
    page = sign_in()
    go(page, "people")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/users/")
    go(page, "to ship")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/orders/?tab=to_ship")
    page.goto("/admin/orders/")
    page.locator(f"input[data-number='{orders[0].number}']").check()
    go(page, "status")
    field = page.get_by_role("combobox", name="Order, page or action")
    active = page.locator("[role=option][aria-selected=true]")
    expect(active).to_have_text("Change status")
    expect(field).to_have_attribute("aria-activedescendant", active.get_attribute("id") or "")
    page.keyboard.press("ArrowDown")
    expect(active).to_contain_text("Upload statuses")
    expect(field).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("Change the status of 1 order")
    page.keyboard.press("Control+k")  # one dialog at a time
    expect(page.locator("[data-palette]")).to_be_hidden()
    page.keyboard.press("Escape")
    go(page, "sign out")
    page.keyboard.press("Enter")
    page.wait_for_url("**/login")


def test_the_palette_offers_what_the_role_may_and_leaves_by_escape(site: Site, sign_in: SignIn) -> None:
    page = sign_in(Role.VIEWER.value)
    go(page)
    expect(page.get_by_role("option", name="Jobs")).to_be_visible()
    for name in ("People", "Upload statuses", "Change status"):
        expect(page.get_by_role("option", name=name)).to_have_count(0)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate(
        "document.activeElement === document.body || !!document.activeElement.closest('[data-palette]')"
    )
    page.keyboard.press("Escape")
    expect(page.locator("[data-palette]")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_palette_is_for_everybody(site: Site, sign_in: SignIn, viewport: dict[str, int], scheme: str) -> None:
    make_orders(site.shop.manual, 3)
    page = sign_in(viewport=viewport, color_scheme=scheme)
    page.goto("/admin/orders/")
    go(page)
    assert findings(page) == []
    page.keyboard.type("siti")
    expect(page.get_by_role("option").filter(has_text="siti")).to_have_count(4)
    assert findings(page) == []


def test_arrows_go_through_an_open_menu(site: Site, sign_in: SignIn) -> None:
    make_orders(site.shop.manual, 1)
    page = sign_in()
    page.goto("/admin/orders/")
    page.locator("[data-rows] a[data-menu]").press("Enter")
    choices = page.locator("[data-menu-frame]").locator("a[href], button:enabled").locator("visible=true")
    expect(choices.nth(0)).to_be_focused()
    for key, place in (("ArrowDown", 1), ("ArrowUp", 0), ("ArrowUp", -1), ("ArrowDown", 0)):
        page.keyboard.press(key)
        expect(choices.nth(place)).to_be_focused()
    page.keyboard.press("Escape")
    page.locator("[popovertarget=order-sort]").locator("visible=true").press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#order-sort a").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#order-sort")).to_be_hidden()


def test_the_palette_leads_to_the_saved_views(site: Site, sign_in: SignIn) -> None:
    page = sign_in()
    page.goto("/admin/")
    go(page, "saved")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/orders/views")
