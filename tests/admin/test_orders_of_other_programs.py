"""Files that other programs wrote, in the orders upload: what the pages say of them before anything is made."""

from __future__ import annotations

from flask import Flask

from tests.admin.back_office import of
from tests.admin.test_order_uploads import form_of, send
from tests.admin.uploading import work
from tests.factories import Shop, count_rows, make_orders
from webapp.domain.permissions import Role
from webapp.models import Order

STRANGERS = (
    b"Order Number,First Name (Billing),Last Name (Billing),Item Name,Quantity (- Refund),Item Cost\n"
    b"2400,Alba,Brix,Apron,1,24500\n2400,Alba,Brix,Spoon,2,12000\n2401,Falk,Dorn,Apron,1,24500\n"
)
STRANGERS_SAID = "No order here has any of these numbers."
HEAD = "channel_order_id,buyer_name,sku,quantity,unit_price,payment_method,currency"


def test_order_numbers_that_nobody_knows_are_offered_as_those_of_new_orders(app: Flask, shop: Shop) -> None:
    person = of(app, shop, Role.CS)
    job_id = send(person, STRANGERS)
    job = work(app, job_id)
    assert ((job.preview or {})["failed"], (job.preview or {})["strangers"]) == (3, 2)
    page = person.page(f"/admin/jobs/{job_id}")
    assert STRANGERS_SAID in page
    assert "Take the good lines" not in page
    where = f"/admin/orders/import/{job_id}/mapping"
    fields = form_of(person.page(where))
    assert (fields.get("column-order_number", ""), fields["column-channel_order_id"]) == ("", "Order Number")
    assert fields["text-buyer_name"] == "{First Name (Billing)} {Last Name (Billing)}"
    assert person.post(where, {**fields, "account": str(shop.manual)}).status_code == 302
    preview = work(app, job_id).preview or {}
    assert (preview["orders"], preview["strangers"]) == ({"new": 2}, 0)
    assert STRANGERS_SAID not in person.page(f"/admin/jobs/{job_id}")
    assert [order["buyer"] for order in preview["first"]] == ["Alba Brix", "Falk Dorn"]
    assert count_rows(Order) == 0
    # One number mistyped beside orders that are ours is no file of new orders.
    (ours,) = make_orders(shop.manual)
    job_id = send(person, f"order_number,sku,quantity,unit_price\n{ours.number},RB-1,bad,1\n2400,RB-1,1,1\n".encode())
    work(app, job_id)
    assert STRANGERS_SAID not in person.page(f"/admin/jobs/{job_id}")


def test_what_is_added_up_is_chosen_with_the_columns_and_said(app: Flask, shop: Shop) -> None:
    person = of(app, shop, Role.CS)
    rows = "A-1,Siti,RB-1,1,500,9000\nA-1,Siti,RB-2,1,500,9000\n"
    job_id = send(person, f"order_id,customer,product_id,qty,price,freight_value\n{rows}".encode())
    work(app, job_id)
    where = f"/admin/orders/import/{job_id}/mapping"
    fields = form_of(person.page(where)) | {"account": str(shop.manual)}
    assert fields["column-shipping_fee"] == "freight_value"
    for chosen, total in (({}, 10_000), ({"sum-shipping_fee": "1"}, 19_000)):
        assert person.post(where, {**fields, **chosen}).status_code == 302
        preview = work(app, job_id).preview or {}
        assert preview["orders"] == {"new": 1}
        page = person.page(f"/admin/jobs/{job_id}")
        assert f"Rp {total:,}".replace(",", ".") in page or f"{total:,}" in page
        assert ("added up over an order" in page) == bool(chosen)
        assert ('name="sum-shipping_fee" value="1" checked' in person.page(where)) == bool(chosen)


def test_good_lines_are_spoken_of_where_taking_them_helps(app: Flask, shop: Shop) -> None:
    person = of(app, shop, Role.CS)
    job_id = send(person, f"store,{HEAD}\nrona,A-1,Siti,RB-1,1,1,seashells,\nrona,A-2,Budi,RB-1,0,1,,\n".encode())
    assert (work(app, job_id).preview or {})["failed"] == 2
    page = person.page(f"/admin/jobs/{job_id}")
    assert "Take the good lines" not in page
    assert "Write Bank transfer, QRIS, Virtual account, Card" in page
    assert "It takes whole numbers from 1 to 1,000,000." in page
    mixed = f"store,{HEAD}\nrona,A-1,Siti,RB-1,1,1,,\nrona,A-2,Budi,RB-1,0,1,,\nrona,A-2,Budi,RB-1,2,1,,\n"
    job_id = send(person, mixed.encode())
    assert (work(app, job_id).preview or {})["orders"] == {"new": 1, "failed": 1}
    assert "Take the good lines" in person.page(f"/admin/jobs/{job_id}")


def test_amounts_are_shown_in_the_stores_currency_and_anothers_is_named(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    job_id = send(person, f"{HEAD}\nA-1,Siti,RB-1,1,9.95,seashells,USD\n".encode())
    work(app, job_id)
    where = f"/admin/orders/import/{job_id}/mapping"
    fields = form_of(person.page(where))
    for account, ours in ((shop.manual, "IDR"), (shop.onyu_manual, "KRW")):
        person.post(where, {**fields, "account": str(account)})
        preview = work(app, job_id).preview or {}
        assert (preview["orders"], preview["currency"], preview["foreign"]) == ({"failed": 1}, ours, "USD")
        page = person.page(f"/admin/jobs/{job_id}")
        assert f"The file says USD, and the store sells in {ours}." in page
        assert "₩10" in page if ours == "KRW" else "₩" not in page
    job_id = send(person, f"{HEAD}\nA-1,Siti,RB-1,1,9.95,,KRW\n".encode())
    assert (work(app, job_id).preview or {})["foreign"] is None, "as the store it was mapped for"


def test_amounts_of_changes_are_shown_in_the_currency_of_their_orders(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    (order,) = make_orders(shop.onyu_manual)
    job_id = send(person, f"order_number,sku,quantity,unit_price\n{order.number},RB-1,2,41500\n".encode())
    assert (work(app, job_id).preview or {})["orders"] == {"changed": 1}
    page = person.page(f"/admin/jobs/{job_id}")
    assert "₩41,500" in page
    assert "Rp" not in page
