"""Bulk actions: what is asked before, what is done, what is said afterwards; and that a refusal changes nothing."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.admin.back_office import BackOffice, limited, of
from tests.admin.order_pages import LIST, act, said_after, toasts, words
from tests.factories import Shop, count_rows, force, history_of, make_orders, status_of
from webapp.domain.order_status import Acceptance, OrderStatus
from webapp.domain.payment import PaymentMethod, PaymentStatus
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.models import Batch, Order, OrderHistory, OutboxMessage
from webapp.services.orders.create import Buyer, NewLine

S = OrderStatus
EBOOK = (NewLine("E-book", 1, 50_000, "EB-1", digital=True),)


def ask(person: BackOffice, action: str, orders: list[str]) -> str:
    """The question that a button of the bulk bar leads to."""
    answer = person.post(LIST + "action/", {"action": action, "rowid": orders, "url": LIST + "?tab=new"})
    assert answer.status_code == 200, (answer.status_code, answer.text[:300])
    assert "data-dialog-body" in answer.text
    return answer.text


def targets(page: str) -> dict[str, str]:
    """The statuses that are offered, each with its `n of all`."""
    labels = re.findall(r'<label class="lp-target">.*?</label>', page, re.DOTALL)
    found = {}
    for label in labels:
        value = re.search(r'name="status" value="(\w+)"', label)
        assert value is not None
        found[value[1]] = re.sub(r"<[^>]+>", "", label).strip()[-9:].split("it")[-1].strip()
    return found


def payment_of(number: str) -> str:
    """The stored payment status of an order."""
    db.session.rollback()
    order = db.session.query(Order).filter_by(number=number).one()
    return order.payment_status


# --- Change status --------------------------------------------------------------------------------------------------


def test_only_statuses_that_somebody_may_take_each_with_how_many(app: Flask, shop: Shop) -> None:
    orders = make_orders(shop.manual, 3) + make_orders(shop.manual, status=S.CONFIRMED)
    orders += make_orders(shop.manual, lines=EBOOK)
    page = ask(of(app, shop), "change_status", [order.number for order in orders])
    assert "Change the status of 5 orders" in words(page)
    assert set(targets(page)) == {"pending", "confirmed", "in_process", "ready_to_ship", "shipped", "canceled"}
    text = words(page)
    assert "1 digital order has no parcel 4 of 5" in text
    assert "4 already are Pending 1 of 5" in text
    assert "All can take it 5 of 5" in text
    assert "Not offered, because none of them may take it: Created, Completed, Returned to sender, Closed." in text
    assert "Change 4 orders" in text
    assert 'name="notify" type="checkbox" value="y"' in page.replace('class="lp-tick" ', "").replace('id="notify" ', "")


def test_every_order_changes_and_the_list_says_so(app: Flask, shop: Shop) -> None:
    orders = [order.number for order in make_orders(shop.manual, 3)]
    person = of(app, shop)
    answer = act(person, "status", orders, status="confirmed", comment="Terima kasih", url=LIST + "?tab=new")
    assert answer.location == LIST + "?tab=new"
    page = said_after(person, answer)
    assert "3 orders are now Confirmed." in toasts(page)
    assert 'data-selection-done="orders"' in page
    assert 'data-selection-done="orders"' not in person.page(LIST)
    assert [status_of(number) for number in orders] == ["confirmed"] * 3
    entry = history_of(orders[0])[-1]
    assert (entry.comment, entry.notify, entry.actor_name) == ("Terima kasih", False, "Admin")
    assert count_rows(OutboxMessage) == 0


def test_the_refused_are_named_with_why_and_stay(app: Flask, shop: Shop) -> None:
    good, already = make_orders(shop.manual), make_orders(shop.manual, status=S.SHIPPED)
    final = make_orders(shop.manual, status=S.CANCELED, buyer=Buyer("Hendra Gunawan", "0812", "h@example.com", "Jl. 1"))
    digital = make_orders(shop.manual, lines=EBOOK)
    numbers = [order.number for order in good + already + final + digital]
    before = {number: (status_of(number), len(history_of(number))) for number in numbers[1:]}
    person = of(app, shop)
    answer = act(person, "status", numbers, status="shipped", notify="y")
    assert answer.status_code == 200
    text = words(answer.text)
    assert "1 of 4 orders is now Shipped" in text
    assert "1 already was Shipped. 2 were refused and stay as they were. 1 buyer gets an e-mail." in text
    assert f"{final[0].number} Hendra Gunawan Canceled to Shipped {final[0].number} is Canceled and stays so" in text
    assert f"{digital[0].number} is digital: there is no parcel to ship. Set it to Completed." in text
    assert "Select these 2" in text
    assert 'data-selection-done="orders"' in answer.text
    assert status_of(numbers[0]) == "shipped"
    assert {number: (status_of(number), len(history_of(number))) for number in numbers[1:]} == before
    assert count_rows(OutboxMessage) == 1


def test_the_refused_can_be_selected_without_scripts(app: Flask, shop: Shop) -> None:
    good, final = make_orders(shop.manual), make_orders(shop.manual, status=S.CLOSED)
    person = of(app, shop)
    answer = act(person, "status", [good[0].number, final[0].number], status="shipped")
    assert f'data-selection-rows="[[&#34;{final[0].number}&#34;' in answer.text
    kept = person.post(LIST + "selection", {"rowid": [final[0].number]})
    assert f'value="{final[0].number}" data-number' in person.page(kept.location)
    assert " checked></td>" in person.page(kept.location)


def test_what_already_is_so_is_no_success(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, status=S.SHIPPED)
    person = of(app, shop)
    page = said_after(person, act(person, "status", [order.number], status="shipped"))
    assert toasts(page) == ""
    assert "No order was changed. 1 already was Shipped." in words(page)


def test_nothing_selected_is_not_a_success(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    for path, fields in (
        ("action/", {"action": "change_status"}),
        ("action/", {"action": "delete"}),
        ("status", {"status": "shipped"}),
        ("history", {"comment": "x"}),
        ("paid", {}),
        ("delete", {}),
    ):
        page = said_after(person, act(person, path, [], **fields))
        assert "Nothing was changed: no order is selected." in words(page)
        assert toasts(page) == ""
    assert count_rows(Batch) == 0


def test_more_than_a_hundred_are_refused_whole(app: Flask, shop: Shop) -> None:
    orders = [order.number for order in make_orders(shop.manual, 101)]
    person = of(app, shop)
    for path, fields in (("action/", {"action": "change_status"}), ("status", {"status": "confirmed"})):
        page = said_after(person, act(person, path, orders, **fields))
        assert "Nothing was changed: at most 100 orders at a time. Select fewer." in words(page)
    assert {status_of(number) for number in orders[:3]} == {"pending"}
    assert count_rows(OrderHistory) == 101


def test_a_status_must_be_chosen(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    person = of(app, shop)
    for status in ("", "nonsense"):
        answer = act(person, "status", [order.number], status=status, comment="Keep me")
        assert answer.status_code == 422
        assert "Choose the new status." in words(answer.text)
        assert "Keep me" in answer.text
    assert status_of(order.number) == "pending"


def test_a_comment_that_is_too_long_stays_in_the_form(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    answer = act(of(app, shop), "status", [order.number], status="shipped", comment="x" * 2001)
    assert answer.status_code == 422
    assert "Shorten the comment to 2000 characters." in words(answer.text)
    assert status_of(order.number) == "pending"


def test_many_that_cannot_be_undone_ask_for_a_typed_word(app: Flask, shop: Shop) -> None:
    orders = [order.number for order in make_orders(shop.manual, 20)]
    person = of(app, shop)
    page = ask(person, "change_status", orders)
    assert "Type CANCEL 20 to go on." in words(page)
    for typed in ("", "CANCEL", "CANCEL 19"):
        answer = act(person, "status", orders, status="canceled", typed=typed)
        assert answer.status_code == 422, typed
    assert {status_of(number) for number in orders} == {"pending"}
    assert act(person, "status", orders[:19], status="canceled").status_code == 302
    answer = act(person, "status", orders, status="canceled", typed="cancel 1")
    assert answer.status_code == 302  # one is left: fewer than 20 ask for nothing


def test_a_typed_word_is_taken_in_any_case(app: Flask, shop: Shop) -> None:
    orders = [order.number for order in make_orders(shop.manual, 21)]
    person = of(app, shop)
    assert act(person, "status", orders, status="canceled", typed=" cancel  21").status_code == 302
    assert {status_of(number) for number in orders} == {"canceled"}


def test_orders_of_other_stores_do_not_exist(app: Flask, shop: Shop) -> None:
    (foreign,), (own,) = make_orders(shop.manual), make_orders(shop.onyu_manual)
    person = BackOffice(app, limited(shop))
    page = ask(person, "change_status", [foreign.number, own.number])
    assert f"1 selected order no longer exists: {foreign.number}." in words(page)
    answer = act(person, "status", [foreign.number, own.number], status="shipped")
    assert f"No order has the number {foreign.number}." in words(answer.text)
    assert "Siti Nurhaliza" not in words(answer.text)
    assert (status_of(foreign.number), status_of(own.number)) == ("pending", "shipped")


# --- Add history ----------------------------------------------------------------------------------------------------


def test_an_entry_for_each_order(app: Flask, shop: Shop) -> None:
    orders = make_orders(shop.manual, 2) + make_orders(shop.manual, buyer=Buyer("Tanpa Surel", "0813", "", "Jl. 3"))
    numbers = [order.number for order in orders]
    person = of(app, shop)
    page = ask(person, "add_history", numbers)
    for shown in ("Add history to 3 orders", "Keep as it is", "Shipped, 3 of 3", "Withdraw the right to return"):
        assert shown in words(page)
    answer = act(person, "history", numbers, comment="Kami periksa dulu", notify="y", override="withdraw", status="")
    told = toasts(said_after(person, answer))
    assert "3 orders have the new entry. 2 buyers get an e-mail. 1 has no e-mail address" in told
    for number in numbers:
        entry = history_of(number)[-1]
        assert (entry.from_status, entry.to_status, entry.override) == ("pending", "pending", True)
        assert (entry.comment, entry.notify) == ("Kami periksa dulu", True)


def test_an_entry_may_move_the_status(app: Flask, shop: Shop) -> None:
    good, final = make_orders(shop.manual), make_orders(shop.manual, status=S.CLOSED)
    numbers = [good[0].number, final[0].number]
    answer = act(of(app, shop), "history", numbers, comment="Dikirim", status="shipped")
    assert "1 of 2 orders is now Shipped" in words(answer.text)
    assert (status_of(numbers[0]), status_of(numbers[1])) == ("shipped", "closed")
    assert len(history_of(numbers[1])) == 1


def test_an_empty_entry_is_not_written(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    answer = act(of(app, shop), "history", [order.number], comment="  ", status="", override="")
    assert answer.status_code == 422
    assert "Write a comment, or choose a status." in words(answer.text)
    assert len(history_of(order.number)) == 1


# --- Mark paid ------------------------------------------------------------------------------------------------------


def test_marking_paid_confirms_what_was_pending(app: Flask, shop: Shop) -> None:
    unpaid, waiting, paid = make_orders(shop.manual) + make_orders(shop.shopee) + make_orders(shop.manual)
    force([waiting.id], acceptance=Acceptance.AWAITING)
    force([paid.id], payment_status=PaymentStatus.PAID, status=S.CONFIRMED)
    refunded = make_orders(shop.manual)[0]
    force([refunded.id], payment_status=PaymentStatus.REFUNDED)
    numbers = [order.number for order in (unpaid, waiting, paid, refunded)]
    person = of(app, shop)
    page = words(ask(person, "mark_paid", numbers))
    assert "Mark 2 orders paid" in page
    assert "1 already is paid and stays as it is." in page
    assert f"The payment of {refunded.number} is Refunded and can't become Paid." in page
    answer = act(person, "paid", numbers)
    assert "2 of 4 orders are now paid" in words(answer.text)
    assert (status_of(unpaid.number), status_of(waiting.number)) == ("confirmed", "pending")
    assert [payment_of(number) for number in numbers] == ["paid", "paid", "paid", "refunded"]


# --- Delete ---------------------------------------------------------------------------------------------------------


def test_only_created_and_canceled_orders_are_deleted_the_others_named_before(app: Flask, shop: Shop) -> None:
    lead = make_orders(shop.manual, payment_method=None)[0]
    canceled = make_orders(shop.manual, status=S.CANCELED)[0]
    shipped = make_orders(shop.manual, status=S.SHIPPED)[0]
    numbers = [lead.number, canceled.number, shipped.number]
    person = of(app, shop)
    page = words(ask(person, "delete", numbers))
    assert "Delete 2 orders" in page
    assert f"{shipped.number} is Shipped. Only Created and Canceled orders can be deleted." in page
    answer = act(person, "delete", numbers)
    text = words(answer.text)
    assert "2 of 3 orders were deleted" in text
    assert "1 was refused and stays as it was." in text
    assert count_rows(Order) == 1
    assert status_of(shipped.number) == "shipped"


def test_nothing_to_delete_offers_no_button(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, status=S.COMPLETED, payment_method=PaymentMethod.QRIS)
    page = ask(of(app, shop), "delete", [order.number])
    assert 'type="submit"' not in page[page.index("data-dialog-body") :].split("</form>")[0]


def test_deleting_many_asks_for_a_typed_word(app: Flask, shop: Shop) -> None:
    numbers = [order.number for order in make_orders(shop.manual, 20, status=S.CANCELED)]
    person = of(app, shop)
    assert "Type DELETE 20 to go on" in words(ask(person, "delete", numbers))
    assert act(person, "delete", numbers).status_code == 422
    assert count_rows(Order) == 20
    page = said_after(person, act(person, "delete", numbers, typed="DELETE 20"))
    assert "20 orders were deleted." in toasts(page)
    assert count_rows(Order) == 0


# --- Doors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["action/", "status", "history", "paid", "delete", "selection"])
def test_without_its_token_a_form_does_nothing(app: Flask, shop: Shop, path: str) -> None:
    (order,) = make_orders(shop.manual, status=S.CANCELED)
    data = {"action": "change_status", "rowid": [order.number], "status": "shipped", "comment": "x"}
    answer = of(app, shop).open("POST", LIST + path, data=data)
    assert answer.status_code == 400
    assert (count_rows(Order), count_rows(Batch), len(history_of(order.number))) == (1, 0, 1)


@pytest.mark.parametrize(
    ("role", "path", "fields"),
    [
        (Role.VIEWER, "status", {"status": "shipped"}),
        (Role.VIEWER, "action/", {"action": "change_status"}),
        (Role.PROVIDER, "history", {"comment": "x"}),
        (Role.WAREHOUSE, "paid", {}),
        (Role.CS, "delete", {}),
        (Role.CS, "action/", {"action": "delete"}),
        (Role.ADMIN, "action/", {"action": "nonsense"}),
    ],
)
def test_what_a_role_may_not_is_refused_at_the_door(
    app: Flask, shop: Shop, role: Role, path: str, fields: dict[str, str]
) -> None:
    (order,) = make_orders(shop.manual, payment_method=None)
    answer = act(of(app, shop, role), path, [order.number], **fields)
    assert answer.status_code == 403
    assert status_of(order.number) == "created"
    assert count_rows(Batch) == 0


def test_a_warehouse_is_offered_its_own_statuses_and_refused_others(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    person = of(app, shop, Role.WAREHOUSE)
    assert set(targets(ask(person, "change_status", [order.number]))) == {"in_process", "ready_to_ship", "shipped"}
    answer = act(person, "status", [order.number], status="canceled")
    assert "Your role may not set" in words(answer.text)
    assert status_of(order.number) == "pending"


def test_a_return_address_elsewhere_is_not_followed(app: Flask, shop: Shop) -> None:
    for url in ("https://evil.example/", "//evil.example/admin/orders/", "/admin/orders\\@evil", "/logout"):
        (order,) = make_orders(shop.manual)
        answer = act(of(app, shop), "status", [order.number], status="shipped", url=url)
        assert answer.location == LIST


def test_a_hundred_orders_take_few_statements(app: Flask, shop: Shop, statements: list[str]) -> None:
    orders = [order.number for order in make_orders(shop.manual, 100)]
    person = of(app, shop)
    token = person.token()
    statements.clear()
    person.open("POST", LIST + "status", data={"csrf_token": token, "rowid": orders, "status": "confirmed"})
    sent = [s for s in statements if not s.lower().startswith(("begin", "savepoint", "release", "set "))]
    assert len(sent) <= 10, sent
