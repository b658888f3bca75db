"""Searching the list while typing: caret, address, selection, late answers, letters that are still being composed."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Site
from tests.factories import make_orders
from webapp.services.orders.create import Buyer

SignIn = Callable[..., Page]
ROWS = "#order-rows input[name=rowid]"


def asked(page: Page) -> list[str]:
    """The words of every search that the page sends from here on."""
    words: list[str] = []

    def note(address: str) -> None:
        query = parse_qs(urlsplit(address).query)
        if urlsplit(address).path == "/admin/orders/":
            words.append(query.get("q", [""])[0])

    page.on("request", lambda request: note(request.url))
    return words


def named(site: Site, name: str) -> str:
    """An order of a buyer with this name; its number."""
    (order,) = make_orders(site.shop.manual, buyer=Buyer(name, "0857-1092-3345", "b@example.com", "Jl. Melati 2"))
    return order.number


def test_the_list_follows_the_words_and_so_does_the_address(site: Site, sign_in: SignIn) -> None:
    orders = make_orders(site.shop.manual, 3)
    page = sign_in()
    page.goto("/admin/orders/?limit=20")
    page.locator(f"input[data-number='{orders[0].number}']").check()
    words = asked(page)
    page.keyboard.press("/")
    number = orders[1].number.lower()
    page.keyboard.type(number, delay=10)
    expect(page.locator(ROWS)).to_have_count(1)
    field = page.get_by_label("Search orders")
    expect(field).to_be_focused()
    assert field.input_value() == number
    assert words == [number]  # one question, not one for each letter
    assert page.url.endswith(f"/admin/orders/?q={number}&limit=20")
    expect(page.locator("[data-bulk-bar]")).to_contain_text("1 selected")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Backspace")
    expect(page.locator(".lp-empty")).to_be_visible()
    expect(field).to_be_focused()
    assert field.evaluate("field => field.selectionStart") == len(number) - 2
    field.fill("")
    expect(page.locator(ROWS)).to_have_count(3)
    expect(page.locator(f"input[data-number='{orders[0].number}']")).to_be_checked()
    assert page.url.endswith("/admin/orders/?limit=20")
    page.go_back()
    assert not page.url.endswith("limit=20")  # letters leave no steps behind


def test_a_late_answer_never_takes_the_place_of_a_newer_one(site: Site, sign_in: SignIn) -> None:
    budi, dewi = named(site, "Budi Santoso"), named(site, "Dewi Lestari")
    page = sign_in()
    # As if nothing could be called off: the first answer does arrive, after the second one.
    page.add_init_script("AbortController.prototype.abort = () => {}")
    page.goto("/admin/orders/")
    held: list[Route] = []
    page.route("**/admin/orders/?q=budi", lambda route: held.append(route))  # noqa: PLW0108 -- it sets a mark on what it is given
    field = page.get_by_label("Search orders")
    with page.expect_request("**/admin/orders/?q=budi"):
        field.fill("budi")
    expect(page.locator(".lp-search[data-waiting]")).to_be_visible()
    field.fill("dewi")
    expect(page.locator(ROWS)).to_have_count(1)
    expect(page.locator(ROWS)).to_have_attribute("value", dewi)
    with page.expect_response("**/admin/orders/?q=budi"):
        held[0].continue_()
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    expect(page.locator(ROWS)).to_have_attribute("value", dewi)
    expect(page.locator(".lp-search[data-waiting]")).to_have_count(0)
    assert page.url.endswith("q=dewi")
    assert budi != dewi


def test_nothing_is_asked_while_a_letter_is_composed(site: Site, sign_in: SignIn) -> None:
    number = named(site, "김민수")
    make_orders(site.shop.manual, 2)
    page = sign_in()
    page.clock.install()
    page.goto("/admin/orders/")
    words = asked(page)
    page.get_by_label("Search orders").focus()
    keyboard = page.context.new_cdp_session(page)
    for text in ("ㄱ", "기", "김"):
        keyboard.send("Input.imeSetComposition", {"text": text, "selectionStart": 1, "selectionEnd": 1})
        page.clock.run_for(1000)
    assert words == []
    keyboard.send("Input.insertText", {"text": "김민수"})
    expect(page.locator(ROWS)).to_have_count(1)
    expect(page.locator(ROWS)).to_have_attribute("value", number)
    assert words == ["김민수"]


def test_filters_chosen_after_typing_keep_the_words(site: Site, sign_in: SignIn) -> None:
    number = named(site, "Budi Santoso")
    make_orders(site.shop.manual, 2)
    page = sign_in()
    page.goto("/admin/orders/")
    page.get_by_label("Search orders").fill("budi")
    expect(page.locator(ROWS)).to_have_count(1)
    page.get_by_role("button", name="Filter", exact=True).click()
    page.locator("#order-filters summary").filter(has_text="Status").first.click()
    page.locator("#order-filters label").filter(has_text="Pending").click()
    page.get_by_role("button", name="Show orders").click()
    expect(page.locator(ROWS)).to_have_attribute("value", number)
    assert page.url.endswith("?q=budi&status=pending")


def test_a_failure_is_said_and_what_is_shown_stays(site: Site, sign_in: SignIn, complaints: list[str]) -> None:
    make_orders(site.shop.manual, 2)
    page = sign_in()
    page.goto("/admin/orders/")
    page.route("**/admin/orders/?q=siti", lambda route: route.abort())
    page.get_by_label("Search orders").fill("siti")
    expect(page.locator("[data-toasts]")).to_contain_text("No connection")
    expect(page.locator(ROWS)).to_have_count(2)
    complaints.clear()  # the browser tells of the request that was cut off


def test_without_scripts_enter_searches(site: Site, sign_in: SignIn) -> None:
    number = named(site, "Budi Santoso")
    make_orders(site.shop.manual, 2)
    page = sign_in(java_script_enabled=False)
    page.goto("/admin/orders/?limit=20")
    page.get_by_label("Search orders").fill("budi")
    page.get_by_label("Search orders").press("Enter")
    expect(page.locator(ROWS)).to_have_attribute("value", number)
    assert page.url.endswith("?limit=20&q=budi")
