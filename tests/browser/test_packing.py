"""A warehouse at work with a scanner: pieces counted without a reload, wrong ones named, ticks, and a phone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.conftest import PHONE, Site
from tests.browser.test_pages import findings
from tests.factories import history_of, make_orders
from webapp.domain.actors import SYSTEM
from webapp.domain.order_status import OrderStatus
from webapp.services.orders.bulk import change_status
from webapp.services.orders.create import NewLine
from webapp.services.orders.edit_order import OrderEdit, edit_order
from webapp.services.orders.pack_lines import scan_piece

SignIn = Callable[..., Page]
LONG = NewLine(f"Kain <b> {'W' * 180}", 2, 1_000, "W" * 100)
LINES = (NewLine("Kain Tenun", 2, 80_000, "TN-1"), NewLine("Kartu ucapan", 1, 0), NewLine("Pita", 40, 1_000, "PT-40"))


def packing_of(site: Site, sign_in: SignIn, lines: Sequence[NewLine] = LINES, **browser: Any) -> tuple[str, Page]:
    """The number of an order at the warehouse, and its page there, open at what has been packed."""
    with site.app.app_context():
        number = make_orders(site.shop.manual, status=OrderStatus.IN_PROCESS, lines=lines)[0].number
    page = sign_in("warehouse", **browser)
    page.goto(f"/admin/orders/{number}?history=packing")
    return number, page


def test_a_scanner_counts_piece_by_piece(site: Site, sign_in: SignIn, complaints: list[str]) -> None:
    number, page = packing_of(site, sign_in)
    field = page.get_by_label("Scan a SKU")
    said = page.locator("[data-pack=said]")
    field.focus()
    for code in ("TN-1", "tn-1", "TN-1"):  # faster than any answer
        page.keyboard.type(code)
        page.keyboard.press("Enter")
    expect(said).to_contain_text("Kain Tenun: 1 of 2 packed")
    expect(field).to_be_focused()
    expect(page.locator("#packing")).to_contain_text("2 of 43 picked, 1 packed")
    expect(page.locator("#history")).to_contain_text("Picked: 1 to 2 of 2 · Kain Tenun (TN-1)")
    page.keyboard.type("XX-9")
    page.keyboard.press("Enter")
    expect(said.get_by_role("alert")).to_contain_text(f"“XX-9” is not in {number}")
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    complaints.clear()  # the browser tells of the 422 that was asked for

    card = page.get_by_role("button", name="Picked: Kartu ucapan")
    card.click()
    expect(card).to_have_attribute("aria-pressed", "true")
    expect(card).to_be_focused()
    page.get_by_role("button", name="Packed: Kain Tenun").click()  # two acts on what was seen before the first
    page.get_by_role("button", name="Packed: Kartu ucapan").click()
    many = page.get_by_role("spinbutton", name="Picked: Pita")
    many.fill("38")
    many.press("Enter")
    expect(page.locator("#packing")).to_contain_text("41 of 43 picked, 3 packed")
    card.click()
    expect(card).to_have_attribute("aria-pressed", "false")
    assert findings(page) == []
    with site.app.app_context():
        kinds = [entry.kind for entry in history_of(number)]
    assert kinds == ["general", *["packing"] * 8]


def test_ticks_that_wait_do_not_run_over_what_somebody_else_did(
    site: Site, sign_in: SignIn, complaints: list[str]
) -> None:
    number, page = packing_of(site, sign_in)
    with site.app.app_context():
        assert scan_piece(site.shop.actor(), number, "PT-40").problem is None
    ticks = [page.get_by_role("button", name=f"Packed: {name}") for name in ("Kain Tenun", "Kartu ucapan")]
    answers: list[int] = []

    def both(answer: Response) -> bool:
        if "/packing" in answer.url:
            answers.append(answer.status)
        return len(answers) == len(ticks)

    with page.expect_response(both):  # both are clicked before the first answer
        page.evaluate(
            "ids => ids.forEach((id) => document.getElementById(id).click())",
            [tick.get_attribute("id") for tick in ticks],
        )
    assert answers == [422, 422]
    expect(page.locator("[data-pack=said]")).to_contain_text("was changed by somebody else meanwhile")
    expect(page.locator("#packing")).to_contain_text("1 of 43 picked, 0 packed")
    ticks[1].click()
    expect(page.locator("#packing")).to_contain_text("2 of 43 picked, 1 packed")
    complaints.clear()  # the browser tells of the 422s that were asked for


def test_on_a_phone_and_without_scripts(site: Site, sign_in: SignIn) -> None:
    _number, page = packing_of(site, sign_in, viewport=PHONE, java_script_enabled=False)
    page.get_by_label("Scan a SKU").fill("TN-1")
    page.get_by_label("Scan a SKU").press("Enter")
    expect(page.locator("#packing")).to_contain_text("1 of 43 picked, 0 packed")
    expect(page.get_by_label("Scan a SKU")).to_be_focused()
    page.get_by_role("button", name="Packed: Kartu ucapan").click()
    page.get_by_role("spinbutton", name="Picked: Pita").fill("7")
    page.get_by_role("spinbutton", name="Picked: Pita").press("Enter")
    expect(page.locator("#packing")).to_contain_text("9 of 43 picked, 1 packed")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_what_somebody_else_changed_meanwhile_is_not_overrun(
    site: Site, sign_in: SignIn, complaints: list[str]
) -> None:
    number, page = packing_of(site, sign_in)
    with site.app.app_context():
        edited = edit_order(site.shop.actor(), number, OrderEdit(lines=tuple(reversed(LINES))))
    assert edited.problem is None
    # A wrong scan shows the new version; the tick that was pressed before its answer is of the old lines.
    page.evaluate(
        """() => {
            const field = document.getElementById("scan");
            field.value = "XX-9";
            field.form.requestSubmit();
            document.getElementById("tick-1-packed").click();
        }"""
    )
    expect(page.locator("[data-pack=said]")).to_contain_text("was changed by somebody else meanwhile")
    expect(page.locator("#packing")).to_contain_text("0 of 43 picked, 0 packed")
    expect(page.locator("#packing tbody tr").first).to_contain_text("Pita")
    page.get_by_role("button", name="Packed: Pita").click()
    expect(page.locator("#packing")).to_contain_text("40 of 43 picked, 40 packed")
    with site.app.app_context():
        change_status(SYSTEM, [number], OrderStatus.CANCELED)
    page.get_by_role("button", name="Picked: Kain Tenun").click()
    expect(page.locator("#main").get_by_role("alert")).to_contain_text(f"{number} is Canceled")
    expect(page.locator("#packing")).to_have_count(0)
    complaints.clear()  # the browser tells of the 422s that were asked for


def test_counts_that_are_typed_are_neither_lost_nor_sent_twice(
    site: Site, sign_in: SignIn, complaints: list[str]
) -> None:
    _number, page = packing_of(site, sign_in)
    said, sum_ = page.locator("[data-pack=said]"), page.locator("[data-pack=sum]")
    many = page.get_by_role("spinbutton", name="Picked: Pita")
    many.fill("7")
    many.press("Enter")
    expect(said).to_contain_text("Pita: 7 of 40 picked")
    expect(many).to_be_focused()
    page.get_by_role("spinbutton", name="Picked: Kain Tenun").press_sequentially("1")  # not sent yet
    page.evaluate(
        "document.getElementById('tick-2-packed').form.requestSubmit(document.getElementById('tick-2-packed'))"
    )
    expect(sum_).to_contain_text("8 of 43 picked, 1 packed")
    expect(page.get_by_role("spinbutton", name="Picked: Kain Tenun")).not_to_have_value("0")
    too_many = page.get_by_role("spinbutton", name="Packed: Pita")
    too_many.fill("41")
    too_many.press("Tab")
    expect(too_many).to_be_focused()  # the browser says what can be typed here
    page.get_by_role("button", name="Packed: Pita").click()
    expect(sum_).to_contain_text("41 packed")


def test_scans_after_the_session_has_ended_lead_to_the_sign_in(site: Site, sign_in: SignIn) -> None:
    number, page = packing_of(site, sign_in)
    page.context.clear_cookies()
    page.get_by_label("Scan a SKU").fill("TN-1")
    page.get_by_label("Scan a SKU").press("Enter")
    page.wait_for_url(f"**/login?next=/admin/orders/{number}*")


@pytest.mark.parametrize("scripts", [True, False])
def test_long_words_stay_on_a_phone_and_answers_in_sight(site: Site, sign_in: SignIn, *, scripts: bool) -> None:
    _number, page = packing_of(site, sign_in, (LONG, *LINES), viewport=PHONE, java_script_enabled=scripts)
    for said in ("1 of 2 picked", "2 of 2 picked"):
        page.get_by_label("Scan a SKU").fill("w" * 100)
        page.get_by_label("Scan a SKU").press("Enter")
        expect(page.locator("[data-pack=said], .lp-toast-x").filter(has_text=said)).to_be_in_viewport(ratio=0.9)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    card = page.locator("#packing")
    assert card.evaluate("(card) => card.scrollWidth <= card.clientWidth")
