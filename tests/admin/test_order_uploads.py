"""The pages of the orders upload: the file, the columns, the check, and what came of it."""

from __future__ import annotations

import io
from typing import Any

from flask import Flask
from sqlalchemy import select

from tests.admin.back_office import BackOffice, limited, of
from tests.admin.uploading import work
from tests.factories import Shop, count_rows, make_orders
from webapp.admin import order_uploads
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.models import Job, Order, OrderContact
from webapp.services.importing.order_columns import COLUMNS

NEW = b"store,channel_order_id,buyer_name,sku,quantity,unit_price\nrona,A-1,Siti,RB-1,2,145.000\nrona,A-1,,RB-2,x,1\n"


def send(person: BackOffice, content: bytes, name: str = "orders.csv") -> int:
    """Upload a file of orders; the id of its job."""
    response = person.post(
        "/admin/orders/import/", {"file": (io.BytesIO(content), name)}, content_type="multipart/form-data"
    )
    assert response.status_code == 302, response.text[:500]
    return int(response.location.rpartition("/")[2])


def test_the_page_says_what_each_column_means(app: Flask, shop: Shop) -> None:
    person = of(app, shop, Role.CS)
    page = person.page("/admin/orders/import/")
    for column in COLUMNS:
        assert f"<code>{column.name}</code>" in page
    assert set(order_uploads.HELP) == {column.name for column in COLUMNS}
    for kind in ("csv", "xlsx"):
        assert person.get(f"/admin/orders/import/sample.{kind}").status_code == 200


def test_the_sample_is_taken_as_it_is(app: Flask, shop: Shop) -> None:
    person = of(app, shop, Role.CS)
    data = person.get("/admin/orders/import/sample.xlsx").data
    job_id = send(person, data, "orders.xlsx")
    assert work(app, job_id).state == "ready"
    response = person.get(f"/admin/jobs/{job_id}")
    assert response.status_code == 302, "two stores: it is to be said whose orders these are"
    page = person.page(response.location)
    fields = form_of(page)
    fields["account"] = str(shop.manual)
    assert person.post(response.location, fields).status_code == 302
    job = work(app, job_id)
    assert ((job.preview or {})["ok"], (job.preview or {})["failed"]) == (3, 1)
    page = person.page(f"/admin/jobs/{job_id}")
    assert "Nothing has been made yet." in page
    assert "Make 2 orders" in page
    assert "No order has the number 261121-7KX39TBM." in page


def form_of(page: str) -> dict[str, Any]:
    """The fields of the mapping page as a browser would send them back."""
    fields: dict[str, Any] = {}
    for part in page.split("<select")[1:]:
        head, _, rest = part.partition(">")
        name = head.partition('name="')[2].partition('"')[0]
        for option in rest.partition("</select>")[0].split("<option")[1:]:
            if " selected" in option.partition(">")[0]:
                given = option.partition('value="')[2].partition('"')[0] if 'value="' in option else ""
                fields[name] = given or option.partition(">")[2].partition("</option>")[0]
    for part in page.split("<input")[1:]:
        head = part.partition(">")[0]
        name = head.partition('name="')[2].partition('"')[0]
        if name.startswith("text-"):
            fields[name] = head.partition('value="')[2].partition('"')[0]
    return fields


def test_a_file_is_checked_and_applied(app: Flask, shop: Shop) -> None:
    person = of(app, shop, Role.CS)
    job_id = send(person, NEW)
    assert work(app, job_id).state == "ready"
    page = person.page(f"/admin/jobs/{job_id}")
    assert "There is nothing to apply: no row would make or change an order." in page
    assert "Take the good lines" in page
    where = f"/admin/orders/import/{job_id}/mapping"
    page = person.page(where)
    assert "“x” can" not in page
    fields = form_of(page)
    assert fields["column-buyer_name"] == "buyer_name"
    assert person.post(where, {**fields, "good_lines": "1"}).status_code == 302
    work(app, job_id)
    page = person.page(f"/admin/jobs/{job_id}")
    assert "Make 1 order<" in page
    assert "145.000" in page
    assert "Rp" in page
    assert count_rows(Order) == 0
    assert person.post(f"/admin/jobs/{job_id}/confirm").status_code == 302
    assert work(app, job_id).state == "done"
    assert count_rows(Order) == 1
    page = person.page(f"/admin/jobs/{job_id}")
    assert "Orders from orders.csv" in page
    assert "“x” can&#39;t be used as quantity." in page
    assert "Status in file" not in page
    result = person.get(f"/admin/jobs/{job_id}/result.csv").text
    assert "outcome,code,message" in result
    report = person.page(f"/admin/jobs/{job_id}/report")
    assert "good lines taken: True" in report
    assert "Siti" not in report
    assert person.page("/admin/jobs/").count("Orders from orders.csv") == 1


def test_names_that_other_programs_use_are_offered_and_never_taken_unseen(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    job_id = send(
        person,
        b"InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID\n7,A1,Lamp,6,21/11/2026,2.55,1\n",
    )
    assert (work(app, job_id).preview or {})["mapping"]["columns"].keys() == {"quantity", "unit_price"}
    page = person.page(f"/admin/orders/import/{job_id}/mapping")
    assert page.count(">assumed<") == 4
    fields = form_of(page)
    assert {name: value for name, value in fields.items() if name.startswith("column-")} == {
        "column-channel_order_id": "InvoiceNo", "column-ordered_at": "InvoiceDate", "column-sku": "StockCode",
        "column-item_name": "Description", "column-quantity": "Quantity", "column-unit_price": "UnitPrice",
    }  # fmt: skip
    without = {
        **fields,
        "column-item_name": "",
        "text-buyer_name": "Customer {CustomerID}",
        "account": str(shop.manual),
    }
    assert person.post(f"/admin/orders/import/{job_id}/mapping", without).status_code == 302
    columns = (work(app, job_id).preview or {})["mapping"]["columns"]
    assert (columns["sku"], columns.get("item_name")) == ("{StockCode}", None)
    assert ">assumed<" not in person.page(f"/admin/orders/import/{job_id}/mapping")


def test_unknown_headers_are_mapped_with_texts_and_bad_choices_are_kept(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    job_id = send(person, b"Ref,CustomerID,What,Count,Each\nR1,17850.0,Lamp,6,2.55\n")
    work(app, job_id)
    where = f"/admin/orders/import/{job_id}/mapping"
    assert person.get(f"/admin/jobs/{job_id}").location == where
    assert person.get(f"/admin/jobs/{job_id}/progress").headers["HX-Redirect"] == where
    fields = {
        "column-channel_order_id": "Ref", "text-buyer_name": "Customer {CustomerNo}", "column-item_name": "What",
        "column-quantity": "Count",
    }  # fmt: skip
    response = person.post(where, fields)
    assert response.status_code == 422
    assert "The file has no column “CustomerNo”." in response.text
    assert "New orders also need: unit price." in response.text
    assert 'value="Customer {CustomerNo}"' in response.text
    fields |= {"text-buyer_name": "Customer {CustomerID}", "column-unit_price": "Each"}
    response = person.post(where, fields)
    assert "Choose whose orders these are." in response.text
    assert person.post(where, {**fields, "account": "999999"}).status_code == 422
    assert person.post(where, {**fields, "account": str(shop.manual)}).status_code == 302
    work(app, job_id)
    page = person.page(f"/admin/jobs/{job_id}")
    assert "Customer 17850.0" in page
    person.post(f"/admin/jobs/{job_id}/confirm")
    work(app, job_id)
    assert db.session.scalars(select(OrderContact.buyer_name)).all() == ["Customer 17850.0"]
    again = send(person, b"Ref,CustomerID,What,Count,Each\nR2,1.0,Lamp,6,2.55\n")
    work(app, again)
    assert "Read as last time" in person.page(f"/admin/jobs/{again}")


def test_the_same_file_is_recognised_before_anything_is_made(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    first = send(person, NEW.replace(b",x,", b",1,"))
    work(app, first)
    person.post(f"/admin/jobs/{first}/confirm")
    work(app, first)
    second = send(person, NEW.replace(b",x,", b",1,"), "other name.csv")
    work(app, second)
    page = person.page(f"/admin/jobs/{second}")
    assert "This very file was applied before." in page
    assert f'href="/admin/jobs/{first}"' in page
    assert "Make orders without a number once more" in person.page(f"/admin/orders/import/{second}/mapping")


def test_people_of_one_store_are_offered_only_its_accounts(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual)
    person = BackOffice(app, limited(shop, Role.CS))
    job_id = send(person, b"a,b\n1,2\n")
    work(app, job_id)
    page = person.page(f"/admin/orders/import/{job_id}/mapping")
    assert "온유상점" in page
    assert "Rona" not in page
    fields = {"column-buyer_name": "a", "column-sku": "a", "column-quantity": "b", "column-unit_price": "b"}
    response = person.post(f"/admin/orders/import/{job_id}/mapping", {**fields, "account": str(shop.manual)})
    assert response.status_code == 422
    assert of(app, shop, Role.CS).get(f"/admin/orders/import/{job_id}/mapping").status_code == 404
    assert db.session.get_one(Job, job_id).state == "ready"


def test_how_a_file_was_read_is_said_in_each_readers_language(app: Flask, shop: Shop) -> None:
    person = of(app, shop, Role.CS)
    job_id = send(person, NEW)
    work(app, job_id)
    said = []
    for locale, word in (("en", "commas"), ("ko", "쉼표"), ("id", "koma"), ("en", "commas")):
        person.post("/preferences", {"locale": locale})
        said.append(f"· {word} ·" in person.page(f"/admin/jobs/{job_id}"))
    assert said == [True] * 4
