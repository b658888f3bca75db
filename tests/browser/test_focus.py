"""Where the focus is when a dialog opens and closes, and while its fields are moved: never lost to the page's top."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Site
from tests.factories import make_orders

SignIn = Callable[..., Page]
CLOSE: list[Callable[[Page, Locator], None]] = [
    lambda page, _dialog: page.keyboard.press("Escape"),
    lambda _page, dialog: dialog.get_by_role("button", name="Close").click(),
    lambda _page, dialog: dialog.get_by_role("link", name="Cancel").click(),
]


@pytest.mark.parametrize("close", CLOSE, ids=["escape", "x", "cancel"])
def test_a_dialog_opened_from_a_menu_gives_the_focus_to_the_menus_button(
    site: Site, sign_in: SignIn, close: Callable[[Page, Locator], None]
) -> None:
    order, _newer = make_orders(site.shop.manual, 2)
    page = sign_in()
    page.goto("/admin/orders/")
    actions = page.get_by_role("link", name=f"Actions for {order.number}")
    views = page.get_by_role("link", name="Saved views")
    menu, dialog = page.locator("[data-menu-frame]"), page.locator("dialog[open]")
    for opener, choice in ((actions, "Add history"), (actions, "Assign"), (actions, "Tag"), (views, "Save this view")):
        opener.click()
        menu.locator("a, button").filter(has_text=choice).click()
        expect(dialog).to_be_visible()
        expect(menu).to_be_hidden()
        close(page, dialog)
        expect(dialog).to_have_count(0)
        expect(opener).to_be_focused()


def test_a_column_at_the_end_keeps_the_focus_in_its_row(site: Site, sign_in: SignIn) -> None:
    make_orders(site.shop.manual)
    page = sign_in()
    page.goto("/admin/orders/")
    page.get_by_role("link", name="Columns").click()
    dialog = page.locator("dialog[open]")
    rows = dialog.locator("[data-column]")
    for at, there, back in ((1, "up", "down"), (-2, "down", "up")):
        name = rows.nth(at).locator("label").inner_text().strip()
        dialog.get_by_role("button", name=f"Move {name} {there}", exact=True).press("Enter")
        expect(rows.nth(0 if at > 0 else -1)).to_contain_text(name)
        other = dialog.get_by_role("button", name=f"Move {name} {back}", exact=True)
        expect(other).to_be_focused()
        other.press("Enter")
        expect(other).to_be_focused()
