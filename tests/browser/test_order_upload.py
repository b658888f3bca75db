"""Orders from a file as a person brings them in: choose it, say what its columns hold, look, make them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Site
from tests.browser.test_pages import findings
from tests.factories import count_rows
from webapp.models import Order

SignIn = Callable[..., Page]
FILE = "InvoiceNo,CustomerID,Description,Quantity,InvoiceDate,UnitPrice\n" + "".join(
    f"5363{n},1785{n}.0,WHITE LANTERN,{quantity},2010-12-0{n} 08:26:00,3.39\n"
    for n, quantity in ((1, 6), (1, -1), (2, 4), (3, -2))
)


def choose(page: Page, path: Path) -> None:
    """Choose a file on the upload page."""
    page.goto("/admin/orders/")
    page.get_by_role("link", name="Upload").first.click()
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Check file").click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_pages_are_for_everybody(site: Site, sign_in: SignIn, tmp_path: Path, scheme: str) -> None:
    known, other = tmp_path / "known.csv", tmp_path / "other.csv"
    known.write_text(
        "store,buyer_name,sku,quantity,unit_price,ordered_at\nrona,Siti,S-1,1,12.5,03/04/2024\nrona,,,,,\n"
    )
    other.write_text(FILE)
    for viewport in (DESKTOP, PHONE):
        page = sign_in(viewport=viewport, color_scheme=scheme)
        choose(page, other)
        page.wait_for_url("**/mapping")
        assert findings(page) == []
        choose(page, known)
        expect(page.get_by_role("button", name="Make 1 order")).to_be_visible()
        assert findings(page) == []
        page.context.close()


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}, {"viewport": PHONE}])
def test_a_file_is_mapped_looked_at_and_applied(
    site: Site, sign_in: SignIn, tmp_path: Path, options: dict[str, object]
) -> None:
    path = tmp_path / "shop.csv"
    path.write_text(FILE)
    page = sign_in(**options)
    choose(page, path)
    # Without scripts the page of the job asks again by itself every three seconds.
    page.wait_for_url("**/mapping")
    page.get_by_label("New orders belong to").select_option(str(site.shop.manual))
    for ours, theirs in {
        "Channel order number": "InvoiceNo", "Item name": "Description", "Quantity": "Quantity",
        "Order date": "InvoiceDate", "Unit price": "UnitPrice",
    }.items():  # fmt: skip
        page.get_by_role("row").get_by_label(ours, exact=True).select_option(theirs)
    page.get_by_label("Text for buyer's name").fill("Customer {CustomerID}")
    page.get_by_label("Take the good lines").check()
    page.get_by_role("button", name="Check file").click()
    make = page.get_by_role("button", name="Make 2 orders")
    expect(make).to_be_visible()
    expect(page.get_by_text("Nothing has been made yet.")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Customer 17851.0")
    expect(page.locator("main")).to_contain_text("“-2” can't be used as quantity.")
    assert count_rows(Order) == 0
    make.click()
    expect(page.get_by_role("link", name="Result file (CSV)")).to_be_visible()
    assert count_rows(Order) == 2
    with page.expect_download() as result:
        page.get_by_role("link", name="Result file (CSV)").click()
    lines = result.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].endswith("outcome,code,message")
    assert [line.partition(",3.39,")[2].partition(",")[0] for line in lines[1:]] == ["ok", "failed", "ok", "failed"]

    choose(page, path)
    expect(page.get_by_text("This very file was applied before.")).to_be_visible()
    expect(page.get_by_text("There is nothing to apply: no row would make or change an order.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth") or "java_script_enabled" in options
