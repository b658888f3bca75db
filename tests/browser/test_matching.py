"""All orders that match: ticked on the page, changed by a job, taken back."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Site
from tests.browser.test_pages import findings
from tests.factories import make_orders, status_of

SignIn = Callable[..., Page]


def test_all_that_match_are_changed_and_taken_back(site: Site, sign_in: SignIn) -> None:
    orders = make_orders(site.shop.manual, 104)
    page = sign_in()
    page.goto("/admin/orders/?tab=new&limit=20")
    offer = page.locator("[data-bulk-all]")
    page.locator("input[name=rowid]").first.check()
    expect(offer).to_be_hidden()
    page.get_by_label("Select all on this page").check()
    expect(offer).to_have_text("Select all 104 that match")
    assert findings(page) == []
    offer.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("All 104 orders that match")
    assert findings(page) == []
    page.get_by_role("button", name="Change status").click()
    page.get_by_role("radio", name="Confirmed").check()
    assert findings(page) == []
    page.get_by_role("button", name="Check these orders").click()
    expect(page.get_by_text("104 orders are on the list.")).to_be_visible()
    assert findings(page) == []
    page.get_by_label("Type CHANGE 104 to go on").fill("change 104")
    page.get_by_role("button", name="Change 104 orders").click()
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    assert status_of(orders[0].number) == "confirmed"
    assert findings(page) == []
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    undo.click()
    expect(page.get_by_role("heading", name=re.compile("Undo of job"))).to_be_visible()
    expect(page.locator("#job").get_by_text("Finished", exact=True)).to_be_visible()
    assert {status_of(order.number) for order in orders} == {"pending"}
