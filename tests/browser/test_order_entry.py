"""An order by hand in a real browser: totals while typing, look-ups, rows, editing, copying; and the script's sums."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect
from sqlalchemy import select

from tests.browser.conftest import PHONE, Site
from tests.browser.test_pages import findings
from tests.factories import make_orders
from webapp.domain.money import MoneyError, parse_amount
from webapp.extensions import db
from webapp.models import Order
from webapp.services.orders.create import Buyer, NewLine

SignIn = Callable[..., Page]
NEW = "/admin/orders/new"


def total(page: Page) -> str:
    """The total that stands on the page."""
    return (page.locator("[data-figure=total]").text_content() or "").replace("\xa0", " ")


def cell(page: Page, row: int, name: str) -> str:
    """What stands in a field of a row."""
    return page.locator("[data-line]").nth(row).locator(f"[name$='-{name}']").input_value()


def test_an_order_is_added_edited_and_copied(site: Site, sign_in: SignIn) -> None:
    dewi = Buyer("Dewi Lestari", "0857-1092-3345", "dewi@example.com", "Jl. Melati 2", city="Bogor")
    make_orders(site.shop.shopee, buyer=dewi, lines=(NewLine("Kain Tenun", 1, 80_000, "TN-1"),))
    page = sign_in("cs")
    page.goto("/admin/orders/")
    page.get_by_role("link", name="Add order").click()
    page.get_by_label("Store").select_option("rona")
    page.get_by_label("Look up a buyer").press_sequentially("0857 1092")
    page.get_by_role("button", name="Dewi Lestari").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Dewi Lestari")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    expect(page.get_by_label("City")).to_have_value("Bogor")
    page.get_by_label("SKU").first.press_sequentially("tn-1")
    expect(page.get_by_label("Item name").first).to_have_value("Kain Tenun")
    assert (cell(page, 0, "sku"), cell(page, 0, "unit_price")) == ("TN-1", "80,000")
    assert total(page) == "Rp 80,000"
    page.get_by_label("Qty").first.fill("2")
    assert total(page) == "Rp 160,000"
    page.get_by_label("Item name").nth(1).fill("Kartu ucapan")
    assert total(page) == "–"  # it has no price yet
    page.get_by_label("Price").nth(1).fill("12.500")
    page.get_by_label("Shipping").fill("18,000")
    page.get_by_label("Discount").fill("Rp 500")
    assert total(page) == "Rp 190,000"
    page.get_by_label("Payment method").select_option("bank_transfer")
    page.get_by_label("Price").nth(1).press("Enter")  # goes on, and does not send the form
    expect(page.get_by_label("SKU").nth(2)).to_be_focused()
    page.get_by_role("main").get_by_role("button", name="Add order").click()
    expect(page.locator("[data-toasts]")).to_contain_text("was added")
    expect(page.locator(".lp-ohead")).to_contain_text("Pending")
    expect(page.locator(".lp-grand").first).to_contain_text("190,000")
    first = page.url

    page.get_by_role("link", name="Edit").click()
    page.get_by_role("button", name="Remove this item").nth(1).click()
    assert total(page) == "Rp 177,500"
    expect(page.get_by_label("SKU").nth(1)).to_be_focused()
    page.get_by_role("button", name="Add item").click()
    expect(page.get_by_label("SKU").last).to_be_focused()
    page.get_by_label("Item name").last.fill("Pita")
    page.get_by_label("Price").last.fill("2.500")
    assert total(page) == "Rp 180,000"
    page.get_by_role("button", name="Save changes").click()
    expect(page.locator("[data-toasts]")).to_contain_text("was saved")
    for told in ("edited the order", "Added: 1 × Pita at 2,500", "Removed: 1 × Kartu ucapan at 12,500"):
        expect(page.locator("#history")).to_contain_text(told)

    page.get_by_role("link", name="Duplicate").click()
    assert total(page) == "Rp 180,000"
    assert cell(page, 1, "item_name") == "Pita"
    page.get_by_role("main").get_by_role("button", name="Add order").click()
    expect(page.locator("[data-toasts]")).to_contain_text("was added")
    assert page.url != first
    with site.app.app_context():
        totals = db.session.scalars(select(Order.total).order_by(Order.id)).all()
    assert totals == [98_000, 180_000, 180_000]


def test_another_store_counts_in_its_own_currency(site: Site, sign_in: SignIn) -> None:
    page = sign_in(viewport=PHONE)
    page.goto(NEW + "?store=rona")
    page.get_by_label("Item name").first.fill("엽서")
    page.get_by_label("Price").first.fill("41,500")
    assert total(page) == "Rp 41,500"
    page.get_by_label("Store").select_option("onyu")
    assert total(page) == "₩41,500"


def test_everything_works_without_scripts(site: Site, sign_in: SignIn) -> None:
    make_orders(site.shop.manual)
    page = sign_in("cs", java_script_enabled=False)
    page.goto(NEW + "?store=rona")
    page.get_by_label("Look up a buyer").fill("siti")
    page.get_by_role("button", name="Look up").click()
    page.get_by_role("button", name="Siti Nurhaliza").click()
    page.get_by_label("SKU").first.fill("RB-PRG-L")
    page.get_by_role("button", name="Fill in by SKU").click()
    assert cell(page, 0, "unit_price") == "145,000"
    page.get_by_role("button", name="Add item").click()
    assert total(page) == "Rp 145,000"
    page.get_by_label("Qty").first.press("Enter")  # without scripts it sends the form, as the main button does
    expect(page.locator(".lp-ohead")).to_contain_text("Created")


def test_a_refused_form_is_for_everybody(site: Site, sign_in: SignIn, complaints: list[str]) -> None:
    make_orders(site.shop.manual)
    page = sign_in(viewport=PHONE)
    page.goto(NEW + "?store=rona")
    page.get_by_label("Price").first.fill("much")
    page.get_by_label("Discount").fill("-1")
    page.get_by_role("main").get_by_role("button", name="Add order").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("4 fields need a look")
    page.get_by_label("Look up a buyer").fill("siti")
    expect(page.get_by_role("button", name="Siti Nurhaliza")).to_be_visible()
    assert findings(page) == []
    complaints.clear()  # the browser tells of the 422 that was asked for


TYPED = (
    "0", "12", "12.000", "12,000", "1.250.000", "1,250.50", "1.250,50", "1 250", "1'250", "12.5", "12,50", "0.500",
    ".500", ".5", "1.2.3", "1.234,567", "12.000.0", "Rp 12.000", "Rp. 12.000,-", "12.000,-", "₩41,500", "41,500원",
    "USD 5", "", "abc", "-5", "12x3", "1,,2", "１２，０００", "1.005", "1.0050", "0.005", "999999999999", "12.",
    "5 000.25",
)  # fmt: skip


def test_the_script_reads_amounts_as_the_server_does(site: Site, sign_in: SignIn) -> None:
    page = sign_in()
    read = """async ([texts, digits]) => {
      const { readAmount } = await import("/static/js/amounts.js");
      return texts.map((text) => readAmount(text, digits));
    }"""
    for currency, digits in (("IDR", 0), ("USD", 2), ("KWD", 3)):
        mine = dict(zip(TYPED, page.evaluate(read, [list(TYPED), digits]), strict=True))
        for text, amount in mine.items():
            if any(sign.isalpha() or sign == "₩" for sign in text):
                continue  # which sign belongs to which currency only the server knows
            try:
                assert amount == parse_amount(text, currency), (text, currency)
            except MoneyError:
                assert amount is None, (text, currency)
        if not digits:
            assert [mine[text] for text in ("Rp 12.000", "₩41,500", "41,500원", "abc")] == [
                12_000,
                41_500,
                41_500,
                None,
            ]
