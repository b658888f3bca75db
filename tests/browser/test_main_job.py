"""The main job as a person does it: sign in, upload statuses, change them in bulk, tell the buyer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Site
from tests.factories import force, history_of, make_orders, status_of
from webapp.domain.numbers import encode_token
from webapp.domain.order_status import OrderStatus

S = OrderStatus
SignIn = Callable[..., Page]


def upload(page: Page, path: Path) -> None:
    """Choose a file on the upload page and let it be checked."""
    page.goto("/admin/orders/upload/")
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Check file").click()


def test_statuses_go_up_as_a_file_and_nothing_changes_before_the_preview(
    site: Site, sign_in: SignIn, tmp_path: Path
) -> None:
    good, ended = make_orders(site.shop.manual, 2)
    force([ended.id], status=S.CANCELED)
    path = tmp_path / "status.csv"
    path.write_text(f"order_number;status;tracking_number\n{good.number};Dikirim;JNE0012\n{ended.number};shipped;\n")
    page = sign_in()
    upload(page, path)
    expect(page.get_by_text("Nothing has been changed yet.")).to_be_visible()
    apply = page.get_by_role("button", name="Apply 1 change")
    expect(apply).to_be_visible()
    assert status_of(good.number) == "pending"
    expect(page.get_by_role("row").filter(has_text=ended.number)).to_contain_text("Canceled")
    apply.click()
    expect(page.get_by_role("link", name="Result file (CSV)")).to_be_visible()
    assert status_of(good.number) == "shipped"
    expect(page.get_by_role("row").filter(has_text=ended.number)).to_contain_text("can't become Shipped")
    with page.expect_download() as result:
        page.get_by_role("link", name="Result file (CSV)").click()
    lines = result.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "order_number,status,tracking_number,outcome,code,message"
    assert lines[1].startswith(f"{good.number},Dikirim,JNE0012,ok")
    assert "transition_not_allowed" in lines[2]


def test_a_long_file_name_makes_no_page_wider(site: Site, sign_in: SignIn, tmp_path: Path) -> None:
    (order,) = make_orders(site.shop.manual)
    path = tmp_path / f"{'Order.all.order_creation_date.20261101_20261130_' * 4}.csv"
    path.write_text(f"order_number,status\n{order.number},shipped\n")
    page = sign_in(viewport=PHONE)
    upload(page, path)
    page.get_by_role("button", name="Apply 1 change").click()
    expect(page.get_by_role("link", name="Result file (CSV)")).to_be_visible()
    expect(page.get_by_role("heading", level=2).first).to_contain_text("20261130_.csv")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_an_unreadable_file_is_refused_in_words(site: Site, sign_in: SignIn, tmp_path: Path) -> None:
    path = tmp_path / "wrong.csv"
    path.write_text("name,price\nShirt,1\n")
    page = sign_in()
    upload(page, path)
    expect(page.get_by_text("This file can't be used. Nothing was changed.")).to_be_visible()
    expect(page.locator("main")).to_contain_text("order_number")
    expect(page.get_by_role("link", name="Choose another file")).to_be_visible()


def tick(page: Page, number: str) -> None:
    """Tick one order in the list."""
    page.locator(f"input[name=rowid][data-number='{number}']").check()


def test_a_selection_survives_paging_and_tabs_and_changes_in_one_move(site: Site, sign_in: SignIn) -> None:
    orders = make_orders(site.shop.manual, 60)
    newest, oldest = orders[-1], orders[0]
    force([newest.id], status=S.CANCELED)
    page = sign_in()
    page.goto("/admin/orders/")
    tick(page, newest.number)
    tick(page, orders[-2].number)
    bar = page.locator("[data-bulk-bar]")
    expect(bar).to_contain_text("2 selected")
    page.get_by_role("link", name="Next", exact=False).first.click()
    tick(page, oldest.number)
    expect(bar).to_contain_text("3 selected")
    page.get_by_role("link", name="New", exact=False).first.click()
    expect(bar).to_contain_text("3 selected")
    bar.get_by_role("button", name="Change status").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Change the status of 3 orders")
    row = dialog.locator("label").filter(has_text="Shipped")
    expect(row).to_contain_text("2 of 3")
    expect(dialog.locator("label").filter(has_text="Completed")).to_have_count(0)
    row.click()
    dialog.get_by_role("button", name="Change 2 orders").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2 of 3")
    expect(page.get_by_role("row").filter(has_text=newest.number)).to_contain_text("Canceled")
    assert [status_of(o.number) for o in (newest, orders[-2], oldest)] == ["canceled", "shipped", "shipped"]


def test_a_note_with_notify_reaches_page_and_inbox_and_one_without_does_not(
    site: Site, sign_in: SignIn, open_browser: Callable[..., Page]
) -> None:
    (order,) = make_orders(site.shop.manual)
    page = sign_in()
    page.goto(f"/admin/orders/{order.number}")
    comment = page.get_by_placeholder("What happened, or what the buyer should know")
    comment.fill("Only for us: fragile")
    page.get_by_role("button", name="Add entry").click()
    expect(page.locator("main")).to_contain_text("Only for us: fragile")
    comment.fill("Your parcel leaves today")
    page.get_by_label("Notify buyer").check()
    page.get_by_role("button", name="Add entry").click()
    expect(page.locator("main")).to_contain_text("Your parcel leaves today")
    assert len(history_of(order.number)) == 3

    buyer = open_browser(viewport={"width": 390, "height": 844})
    buyer.goto(f"/o/{encode_token(order.token)}")
    expect(buyer.locator("body")).to_contain_text("Your parcel leaves today")
    expect(buyer.locator("body")).not_to_contain_text("Only for us")
    expect(buyer.locator("body")).not_to_contain_text("Kemang Raya No. 12A")
    assert buyer.context.cookies() == []
    buyer.wait_for_function("true")
    for _ in range(100):
        if site.mails.mails:
            break
        buyer.wait_for_timeout(50)
    (mail,) = site.mails.mails
    body = mail.get_body(("plain",))
    assert body is not None
    assert "Your parcel leaves today" in body.get_content()
    assert f"/o/{encode_token(order.token)}" in body.get_content()


def test_only_what_may_be_deleted_can_be(site: Site, sign_in: SignIn) -> None:
    lead, paid = make_orders(site.shop.manual, 2)
    force([lead.id], status=S.CREATED)
    page = sign_in()
    page.goto("/admin/orders/")
    tick(page, lead.number)
    tick(page, paid.number)
    page.locator("[data-bulk-bar]").get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("can't be deleted")
    dialog.get_by_role("button", name="Delete 1 order").click()
    expect(page.get_by_role("row").filter(has_text=paid.number)).to_contain_text("Only Created and Canceled")
    page.goto("/admin/orders/")
    expect(page.locator(f"[data-number='{lead.number}']")).to_have_count(0)
    expect(page.locator(f"[data-number='{paid.number}']")).to_have_count(1)


def test_signing_out_ends_the_session_for_every_copy_of_the_cookie(site: Site, sign_in: SignIn) -> None:
    page = sign_in()
    stolen = page.context.cookies()
    page.locator("form[action='/logout'] button").first.evaluate("button => button.form.requestSubmit()")
    page.wait_for_url("**/login")
    page.context.add_cookies(stolen)
    page.goto("/admin/orders/")
    assert "/login" in page.url


def test_everything_works_without_scripts(site: Site, sign_in: SignIn) -> None:
    orders = make_orders(site.shop.manual, 60)
    page = sign_in(java_script_enabled=False)
    page.goto("/admin/orders/")
    page.locator(f"input[name=rowid][value='{orders[-1].number}']").check()
    page.get_by_role("button", name="Keep selection").click()
    page.get_by_role("link", name="Next", exact=False).first.click()
    page.locator(f"input[name=rowid][value='{orders[0].number}']").check()
    page.get_by_role("button", name="Change status").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2 orders")
    page.locator("label").filter(has_text="Confirmed").locator("input").check()
    page.locator("main").get_by_role("button", name="Change", exact=False).first.click()
    assert [status_of(o.number) for o in (orders[0], orders[-1], orders[30])] == ["confirmed", "confirmed", "pending"]
