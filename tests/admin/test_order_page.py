"""The page of one order: what it shows to whom, and each act that starts there."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.admin.back_office import BackOffice, limited, of
from tests.admin.order_pages import LIST, said_after, toasts, words
from tests.factories import Shop, count_rows, force, history_of, make_orders, status_of
from webapp.domain.numbers import encode_token
from webapp.domain.order_acts import ActKind, OrderAct
from webapp.domain.order_status import OrderStatus
from webapp.domain.payment import PaymentMethod, PaymentStatus
from webapp.domain.permissions import Role
from webapp.models import Order, OutboxMessage
from webapp.services.orders import bulk
from webapp.services.orders.create import Buyer, NewLine
from webapp.services.orders.undo import undo

S = OrderStatus


def offered(page: str) -> list[str]:
    """The statuses in the history form's list."""
    select = re.search(r'<select[^>]*name="status".*?</select>', page, re.DOTALL)
    return re.findall(r'value="(\w+)"', select[0]) if select else []


def next_act(page: str) -> str | None:
    """The words of the main button in the head."""
    head = page[page.index("lp-ohead") : page.index("lp-trail")]
    found = re.search(r'<button class="btn lp-btn-main".*?</button>', head, re.DOTALL)
    return words(found[0]) if found else None


def test_everything_that_is_known_of_an_order(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(
        shop.shopee, lines=(NewLine("Kain Tenun", 2, 145_000, "TN-1"), NewLine("E-book", 1, 9_000, digital=True)),
        discount=5_000, channel_order_id="2611217001",
    )  # fmt: skip
    admin = shop.actor()
    bulk.mark_paid(admin, [order.number])
    bulk.change_status(admin, [order.number], S.SHIPPED, comment="Sudah dikirim, Kak", notify=True)
    bulk.set_tracking(admin, order.number, "cj_logistics", "688012345678")
    page = of(app, shop).page(LIST + order.number)
    text = words(page)
    for shown in (
        order.number, "Shipped", "Paid", "Shopee · Rona di Shopee · Rona · 2611217001", "2 lines, 3 pieces",
        "Kain Tenun", "TN-1", "290,000", "18,000", "-5,000", "Rp 312,000", "Siti Nurhaliza", "0812-8840-1127",
        "siti@example.com", "Jl. Kemang Raya No. 12A", "CJ Logistics", "688012345678", "Bank transfer",
        "Received", "Sudah dikirim, Kak", "Buyer notified", "Payment: Unpaid to Paid",
        "changed the status: Confirmed to Shipped", "created the order: Pending",
    ):  # fmt: skip
        assert shown in text, shown
    assert f"/o/{encode_token(order.token)}" in page
    assert 'data-copy="http' in page
    assert "https://www.cjlogistics.com/" in page


def test_the_number_may_be_typed_as_people_do(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    answer = of(app, shop).get(LIST + order.number.lower())
    assert answer.location == LIST + order.number


def test_unknown_and_foreign_orders_do_not_exist(app: Flask, shop: Shop) -> None:
    (foreign,) = make_orders(shop.manual)
    person, stranger = of(app, shop), BackOffice(app, limited(shop))
    assert person.get(LIST + "261121-00000000").status_code == 404
    assert person.get(LIST + "nonsense").status_code == 404
    assert stranger.get(LIST + foreign.number).status_code == 404
    for path, fields in (
        ("status", {"status": "shipped"}),
        ("history", {"comment": "x"}),
        ("paid", {}),
        ("tracking", {"tracking_number": "T1"}),
        ("delete", {}),
    ):
        assert stranger.post(f"{LIST}{foreign.number}/{path}", fields).status_code == 404, path
    assert stranger.get(f"{LIST}{foreign.number}/delete").status_code == 404
    assert (status_of(foreign.number), len(history_of(foreign.number))) == ("pending", 1)


def test_a_provider_sees_neither_e_mail_nor_prices_nor_the_buyers_page(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, status=S.CONFIRMED)
    force([order.id], warehouse_id=shop.warehouse)
    bulk.mark_paid(shop.actor(), [order.number])
    page = of(app, shop, Role.PROVIDER).page(LIST + order.number)
    assert "Rp" not in words(page)
    for hidden in ("siti@example.com", "145,000", "290,000", "308,000", encode_token(order.token), "Add entry"):
        assert hidden not in page, hidden
    assert "Siti Nurhaliza" in page
    assert next_act(page) == "Release to warehouse"


@pytest.mark.parametrize(
    ("status", "paid", "expected"),
    [
        (S.PENDING, False, "Mark paid"),
        (S.PENDING, True, "Confirm"),
        (S.CONFIRMED, True, "Release to warehouse"),
        (S.IN_PROCESS, True, "Set ready to ship"),
        (S.READY_TO_SHIP, True, "Mark shipped"),
        (S.SHIPPED, True, "Mark completed"),
        (S.COMPLETED, True, None),
        (S.CANCELED, False, None),
        (S.CLOSED, True, None),
    ],
)
def test_one_main_act(app: Flask, shop: Shop, status: OrderStatus, paid: bool, expected: str | None) -> None:
    (order,) = make_orders(shop.manual, status=status)
    if paid:
        force([order.id], payment_status=PaymentStatus.PAID)
    assert next_act(of(app, shop).page(LIST + order.number)) == expected
    assert next_act(of(app, shop, Role.VIEWER).page(LIST + order.number)) is None


def test_the_next_act_is_done_and_said(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    person = of(app, shop)
    page = said_after(person, person.post(f"{LIST}{order.number}/paid"))
    assert f"{order.number} is now paid." in toasts(page)
    assert status_of(order.number) == "confirmed"
    page = said_after(person, person.post(f"{LIST}{order.number}/status", {"status": "in_process"}))
    assert f"{order.number} is now In process." in toasts(page)
    page = said_after(person, person.post(f"{LIST}{order.number}/status", {"status": "in_process"}))
    assert "Nothing to change: it already is so." in words(page)
    page = said_after(person, person.post(f"{LIST}{order.number}/status", {"status": "completed"}))
    assert f"{order.number} is In process and can't become Completed. Ship it first." in words(page)
    assert toasts(page) == ""
    assert person.post(f"{LIST}{order.number}/status", {"status": "nonsense"}).status_code == 400
    assert status_of(order.number) == "in_process"


def test_the_list_of_statuses_offers_what_may_be(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, status=S.SHIPPED)
    (digital,) = make_orders(
        shop.manual, status=S.CONFIRMED, lines=(NewLine("E-book", 1, 9_000, digital=True),)
    )  # fmt: skip
    person = of(app, shop)
    assert offered(person.page(LIST + order.number)) == [
        "pending", "confirmed", "in_process", "ready_to_ship", "completed", "rts", "closed",
    ]  # fmt: skip
    assert offered(person.page(LIST + digital.number)) == ["pending", "in_process", "completed", "canceled"]
    warehouse = of(app, shop, Role.WAREHOUSE)
    assert offered(warehouse.page(LIST + order.number)) == ["in_process", "ready_to_ship"]


def test_an_entry_is_added_and_the_buyer_told(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    person = of(app, shop)
    answer = person.post(
        f"{LIST}{order.number}/history",
        {"comment": "Kami cek dulu\r\nya, Kak", "status": "", "notify": "y", "override": "withdraw"},
    )
    assert answer.location.endswith("#history")
    page = person.page(LIST + order.number)
    assert "The entry was added." in toasts(page)
    assert "Kami cek dulu<br>ya, Kak" in page
    assert "The right to return was withdrawn" in words(page)
    assert "Allow returns again" in words(page)
    entry = history_of(order.number)[-1]
    assert (entry.notify, entry.override, entry.comment) == (True, True, "Kami cek dulu\nya, Kak")
    assert count_rows(OutboxMessage) == 1


def test_a_refused_entry_keeps_what_was_typed(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, status=S.CLOSED)
    person = of(app, shop)
    answer = person.post(f"{LIST}{order.number}/history", {"comment": "Long and thoughtful", "status": "shipped"})
    assert answer.status_code == 422
    assert "Long and thoughtful</textarea>" in answer.text
    assert f"{order.number} is Closed and stays so: it can't become Shipped." in words(answer.text)
    empty = person.post(f"{LIST}{order.number}/history", {"comment": " ", "status": ""})
    assert "Write a comment, or choose a status." in words(empty.text)
    assert len(history_of(order.number)) == 1


def test_a_tracking_number_is_set_once(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, status=S.READY_TO_SHIP)
    person = of(app, shop)
    path = f"{LIST}{order.number}/tracking"
    assert "Type the tracking number" in words(person.post(path, {"courier": "", "tracking_number": " "}).text)
    wrong = person.post(path, {"courier": "JNE", "tracking_number": "=1+1"})
    assert "“=1+1” can't be used as tracking number." in words(wrong.text)
    page = said_after(person, person.post(path, {"courier": "J&T", "tracking_number": "jt 0012 3456"}))
    assert "The shipment was saved." in toasts(page)
    assert "J&T Express" in words(page)
    assert "JT00123456" in words(page)
    assert 'name="tracking_number"' not in page
    again = said_after(person, person.post(path, {"courier": "", "tracking_number": "OTHER"}))
    assert f"{order.number} already has the tracking number JT00123456." in words(again)
    assert "Save courier" in words(page)
    said_after(person, person.post(path, {"courier": "SiCepat"}))
    assert "SiCepat" in words(person.page(LIST + order.number))


def test_history_tells_that_a_parcel_has_no_courier_and_no_number_any_more(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, status=OrderStatus.CONFIRMED)
    act = OrderAct(to=OrderStatus.SHIPPED, courier="jnt", tracking_number="JX0123456789")
    sent = bulk.act_on_orders(shop.actor(), ActKind.STATUS_UPLOAD, [order.number], act)
    assert sent.batch_id is not None
    undo(shop.actor(), sent.batch_id)
    page = words(of(app, shop).page(f"{LIST}{order.number}"))
    assert "Courier: J&T Express Tracking number: JX0123456789" in page
    assert "Courier: – Tracking number: –" in page


def test_who_may_set_a_tracking_number(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, status=S.READY_TO_SHIP)
    assert 'name="tracking_number"' in of(app, shop, Role.WAREHOUSE).page(LIST + order.number)
    viewer = of(app, shop, Role.VIEWER)
    assert 'name="tracking_number"' not in viewer.page(LIST + order.number)
    assert viewer.post(f"{LIST}{order.number}/tracking", {"tracking_number": "X1"}).status_code == 403
    assert len(history_of(order.number)) == 1


def test_deleting_is_offered_only_where_it_may_be(app: Flask, shop: Shop) -> None:
    (lead,) = make_orders(shop.manual, payment_method=None)
    (shipped,) = make_orders(shop.manual, status=S.SHIPPED)
    person = of(app, shop)
    assert "Delete order" in words(person.page(LIST + lead.number))
    assert "Delete order" not in words(person.page(LIST + shipped.number))
    assert "Delete order" not in words(of(app, shop, Role.CS).page(LIST + lead.number))
    question = person.page(f"{LIST}{lead.number}/delete")
    assert "Deleting can't be undone." in words(question)
    assert "data-dialog-body" in question
    assert "Only Created and Canceled orders" in words(person.page(f"{LIST}{shipped.number}/delete"))
    refused = said_after(person, person.post(f"{LIST}{shipped.number}/delete"))
    assert f"{shipped.number} is Shipped. Only Created and Canceled orders can be deleted." in words(refused)
    gone = said_after(person, person.post(f"{LIST}{lead.number}/delete"))
    assert f"{lead.number} was deleted." in toasts(gone)
    assert count_rows(Order) == 1
    assert person.get(LIST + lead.number).status_code == 404


def test_paid_by_cash_on_delivery_is_no_step_before_shipping(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, status=S.CONFIRMED, payment_method=PaymentMethod.COD)
    page = of(app, shop).page(LIST + order.number)
    trail = words(page[page.index("lp-trail") : page.index("</ol>")])
    assert "Paid" not in trail
    assert next_act(page) == "Release to warehouse"


def test_an_order_that_ended_shows_how(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    bulk.change_status(shop.actor(), [order.number], S.CONFIRMED)
    bulk.change_status(shop.actor(), [order.number], S.CANCELED)
    page = of(app, shop).page(LIST + order.number)
    trail = page[page.index("lp-trail") : page.index("</ol>")]
    assert re.findall(r"<b>([^<]+)</b>", trail) == ["Ordered", "Paid", "Confirmed", "Canceled"]
    assert 'aria-current="step"><b>Canceled' in trail


def test_pick_and_pack_has_a_history_of_its_own(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    page = of(app, shop).page(f"{LIST}{order.number}?history=packing")
    assert "Nothing picked or packed yet" in words(page)
    assert "created the order" not in words(page)


def test_a_buyer_without_an_address_is_told_on_the_page_only(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, buyer=Buyer("Tanpa Surel", "0813", "", "Jl. 3"))
    assert "This buyer has no e-mail address" in words(of(app, shop).page(LIST + order.number))


def test_few_statements_whatever_the_history(app: Flask, shop: Shop, statements: list[str]) -> None:
    (order,) = make_orders(shop.onyu_manual)
    for n in range(5):
        bulk.add_history(shop.actor(), [order.number], comment=f"Nr. {n}")
    for person, most in ((of(app, shop), 6), (BackOffice(app, limited(shop)), 7)):
        statements.clear()
        person.page(LIST + order.number)
        assert len([s for s in statements if not s.lower().startswith("begin")]) == most


@pytest.mark.parametrize("path", ["status", "history", "paid", "tracking", "delete"])
def test_without_its_token_a_form_does_nothing(app: Flask, shop: Shop, path: str) -> None:
    (order,) = make_orders(shop.manual, payment_method=None)
    data = {"status": "canceled", "comment": "x", "tracking_number": "T1"}
    answer = of(app, shop).open("POST", f"{LIST}{order.number}/{path}", data=data)
    assert answer.status_code == 400
    assert (status_of(order.number), len(history_of(order.number))) == ("created", 1)
