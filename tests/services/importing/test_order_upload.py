"""The orders upload: new orders and changes from a file, previewed, made once, refused row by row."""

from __future__ import annotations

import csv as csv_module
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import Shop, count_rows, force, history_of, make_orders, totals_recounted
from tests.services.importing.uploading import (
    apply,
    channel_id,
    contact,
    csv,
    job,
    lines,
    orders,
    outcomes,
    params,
    remap,
    run,
    upload,
)
from webapp.domain.actors import SYSTEM, Scope
from webapp.domain.errors import Refused
from webapp.domain.order_status import OrderStatus
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.integrations.storage.local import LocalStorage
from webapp.models import HeaderMapping, JobRow, Order, OrderSearch, Store
from webapp.services.importing import order_upload
from webapp.services.importing.order_columns import COLUMNS, SAMPLE_ROWS
from webapp.services.importing.order_mapping import OrderMapping, guess_mapping, remember
from webapp.services.jobs import confirm_job, result_rows, retry_failed
from webapp.services.orders.contents import Content, read_contents
from webapp.services.orders.create import NewLine
from webapp.services.orders.delete import delete_orders
from webapp.services.unit_of_work import unit_of_work

S = OrderStatus
RETAIL = Path(__file__).parents[2] / "data" / "online-retail.csv"
NEW = "store,channel_order_id,buyer_name,sku,item_name,quantity,unit_price"


@pytest.fixture
def storage(app: Flask) -> LocalStorage:
    """Where the application keeps files."""
    return app.extensions["storage"]


def test_rows_with_one_number_are_one_order_wherever_they_stand(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    data = csv(
        NEW,
        "rona,A-1,Siti,RB-1,Kemeja,2,145000",
        "rona,A-2,Budi,RB-2,Celana,1,99000",
        "rona,A-1,,RB-3,Topi,1,25.000",
        "rona,,Ani,,Jasa bungkus,1,10000",
        "rona,,Ani,,Jasa bungkus,1,10000",
        'onyu,A-1,김민수,,모자,1,"12,000"',
    )
    checked = upload(shop.actor(), storage, data)
    preview = checked.preview or {}
    assert (preview["ok"], preview["failed"], preview["orders"]) == (6, 0, {"new": 5})
    assert count_rows(Order) == 0, "a preview makes nothing"
    done = run(shop.actor(), storage, checked.id)
    assert (done.state, done.ok, done.unchanged, done.failed) == ("done", 6, 0, 0)
    made = orders()
    assert [channel_id(order.id) for order in made] == ["A-1", "A-2", None, None, "A-1"]
    assert lines(made[0].id) == [("RB-1", "Kemeja", 2, 145_000), ("RB-3", "Topi", 1, 25_000)]
    assert (made[0].total, made[0].status, made[0].currency) == (315_000, "created", "IDR")
    assert (made[4].store_id, made[4].total, made[4].currency) == (shop.onyu, 12_000, "KRW")
    assert [entry.to_status for entry in history_of(made[0].number)] == ["created"]
    assert "siti" in db.session.scalars(select(OrderSearch.doc).where(OrderSearch.order_id == made[0].id)).one()
    assert totals_recounted() == []


def test_the_same_file_again_makes_nothing_twice(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    data = csv(NEW, "rona,A-1,Siti,RB-1,Kemeja,2,145000", "rona,,Ani,,Jasa,1,10000", "rona,,Ani,,Jasa,x,10000")
    first = apply(shop.actor(), storage, data)
    assert (first.ok, first.failed) == (2, 1)
    second = upload(shop.actor(), storage, data)
    assert (second.preview or {})["duplicate"] == first.id
    second = run(shop.actor(), storage, second.id)
    assert (second.ok, second.unchanged, second.failed) == (0, 2, 1)
    assert outcomes(second.id) == [("unchanged", None), ("unchanged", None), ("failed", "bad_value")]
    assert count_rows(Order) == 2
    again = upload(shop.actor(), storage, data)
    again = remap(shop.actor(), storage, again.id, columns=(again.preview or {})["mapping"]["columns"], again=True)
    assert (run(shop.actor(), storage, again.id).ok, count_rows(Order)) == (1, 3), "only what has no number, on purpose"
    assert totals_recounted() == []


def test_two_jobs_never_apply_the_same_bytes_at_a_time(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    data = csv(NEW, "rona,,Ani,,Jasa,1,10000")
    first, second = upload(shop.actor(), storage, data), upload(shop.actor(), storage, data)
    confirm_job(shop.actor(), first.id)
    with pytest.raises(Refused) as refused:
        confirm_job(shop.actor(), second.id)
    assert refused.value.problem.params["variant"] == "same_file"
    assert job(second.id).state == "ready"


def test_one_bad_line_fails_its_order_unless_the_good_ones_are_taken(
    app: Flask, shop: Shop, storage: LocalStorage
) -> None:
    rows = (
        "rona,A-1,Siti,RB-1,Kemeja,2,145000",
        "rona,A-1,Siti,RB-2,Celana,-1,99000",
        "rona,A-2,Budi,,,1,10",
        "rona,A-3,\u200b,RB-1,Kemeja,1,0",
        "rona,A-4,Ani,RB-1,Kemeja,1,",
        "rona,A-5,Ani,RB-1,Kemeja,1,0",
    )
    done = apply(shop.actor(), storage, csv(NEW, *rows))
    assert outcomes(done.id) == [
        ("failed", "bad_value"), ("failed", "bad_value"), ("failed", "missing_value"), ("failed", "missing_value"),
        ("failed", "missing_value"), ("ok", None),
    ]  # fmt: skip
    assert params(done.id, 1) == {
        "field": "quantity", "value": "-1", "row": 2, "variant": "other_row", "number": "A-1",
    }  # fmt: skip
    assert params(done.id, 2)["field"] == "quantity"
    assert [params(done.id, row)["field"] for row in (3, 4, 5)] == ["item_name", "buyer_name", "unit_price"]
    assert [order.total for order in orders()] == [0]
    columns = (done.preview or {})["mapping"]["columns"]
    good = apply(shop.actor(), storage, csv(NEW, *rows), columns=columns, good_lines=True)
    assert outcomes(good.id)[:2] == [("ok", None), ("failed", "bad_value")]
    assert lines(orders()[-1].id) == [("RB-1", "Kemeja", 2, 145_000)]


def test_new_orders_have_all_that_the_file_says(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    header = ",".join(column.name for column in COLUMNS)
    rows = [",".join(f'"{cell}"' for cell in row) for row in SAMPLE_ROWS[:3]]
    done = apply(shop.actor(), storage, csv(header, *rows), account_id=shop.manual)
    assert (done.ok, done.failed) == (3, 0), outcomes(done.id)
    first, second = orders()
    assert (first.status, first.payment_method, first.shipping_fee, first.total) == (
        "pending", "bank_transfer", 18_000, 2 * 145_000 + 139_000 + 18_000,
    )  # fmt: skip
    assert first.ordered_at == datetime(2024, 11, 21, 2, 42, tzinfo=UTC)
    buyer = contact(first.id)
    assert (buyer.phone_key, buyer.buyer_email, buyer.note) == ("81288401127", "siti@example.com", "Jangan dilipat")
    assert (buyer.city, buyer.province, buyer.postal_code, buyer.country) == (
        "Jakarta Selatan", "DKI Jakarta", "12730", "ID",
    )  # fmt: skip
    assert (second.status, second.payment_method) == ("pending", "cod")
    assert second.ordered_at == datetime(2024, 11, 20, 17, tzinfo=UTC), "the first moment of the store's day"


def test_what_stands_at_each_line_is_added_up_where_a_person_says_so(
    app: Flask, shop: Shop, storage: LocalStorage
) -> None:
    header = "channel_order_id,buyer_name,sku,quantity,unit_price,shipping_fee,discount"
    data = csv(header, "A-1,Siti,RB-1,1,145000,9000,1000", "A-1,Siti,RB-2,1,89000,9000,2500", "A-2,Budi,RB-1,1,500,,")
    same = apply(shop.actor(), storage, data, account_id=shop.manual)
    assert outcomes(same.id)[0] == ("failed", "bad_value")
    assert params(same.id, 2)["variant"] == "differs"
    columns = (same.preview or {})["mapping"]["columns"]
    added_up = {"columns": columns, "account_id": shop.manual, "sums": frozenset({"shipping_fee", "discount"})}
    done = apply(shop.actor(), storage, data, **added_up)
    assert (done.ok, done.unchanged, done.failed) == (2, 1, 0), outcomes(done.id)
    assert [(order.shipping_fee, order.discount, order.total) for order in orders()] == [
        (0, 0, 500), (18_000, 3_500, 145_000 + 89_000 + 18_000 - 3_500),
    ]  # fmt: skip
    order = orders()[-1]
    change = csv("order_number,sku,quantity,unit_price,shipping_fee", *[f"{order.number},RB-1,1,500,700"] * 3)
    changed = apply(shop.actor(), storage, change, sums=frozenset({"shipping_fee"}))
    assert changed.ok == 3, outcomes(changed.id)
    assert orders()[-1].shipping_fee == 2_100
    # Half a rupiah at each line is rounded there; what is left out adds nothing; two amounts are no one's choice.
    halves = csv("order_number,sku,quantity,unit_price,shipping_fee", *[f"{order.number},RB-1,1,5000,0.5"] * 2)
    point = {"shipping_fee": "."}
    assert apply(shop.actor(), storage, halves, sums=frozenset({"shipping_fee"}), readings=point).ok == 2
    assert orders()[-1].shipping_fee == 2
    broken = csv(header, "A-3,Siti,RB-1,1,145000,9000,1000", "A-3,Siti,RB-2,bad,89000,9000,2500")
    left = apply(shop.actor(), storage, broken, **added_up, good_lines=True)
    assert outcomes(left.id) == [("ok", None), ("failed", "bad_value")]
    (made,) = [each for each in orders() if each.discount == 1_000]
    assert (made.shipping_fee, made.total) == (9_000, 145_000 + 9_000 - 1_000)
    two = csv("order_number,shipping_fee", f"{order.number},700", f"{order.number},800")
    assert params(apply(shop.actor(), storage, two).id, 2)["variant"] == "differs"


def test_a_number_that_is_not_ours_is_not_found(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    (foreign,) = make_orders(shop.onyu_manual)
    done = apply(shop.actor(), storage, csv("order_number,buyer_name", "261121-AAAAAAAA,Siti", "nothing,Siti"))
    assert outcomes(done.id) == [("failed", "not_found")] * 2
    assert history_of(foreign.number)[-1].seq == 1


def test_an_order_deleted_while_the_file_is_checked_fails_alone(
    app: Flask, shop: Shop, storage: LocalStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, stays = make_orders(shop.manual, 2)
    force([gone.id], status=S.CREATED, payment_method=None)

    def contents(session: Session, ids: Sequence[int]) -> dict[int, Content]:
        assert set(ids) == {gone.id, stays.id}
        assert [each.problem for each in delete_orders(shop.actor(), [gone.number]).results] == [None]
        monkeypatch.undo()
        return read_contents(session, ids)

    monkeypatch.setattr(order_upload, "read_contents", contents)
    done = apply(shop.actor(), storage, csv("order_number,notes", f"{gone.number},Satu", f"{stays.number},Dua"))
    assert outcomes(done.id) == [("failed", "not_found"), ("ok", None)]
    assert contact(stays.id).note == "Dua"


def test_updates_keep_empty_cells_and_replace_given_lines(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    kept, lead = make_orders(shop.manual, 2)
    force([lead.id], status=S.CREATED, payment_method=None)
    data = csv(
        "order_number,buyer_name,buyer_phone,payment_method,sku,item_name,quantity,unit_price,shipping_fee,notes",
        f"{kept.number.lower()},,0811-2233-4455,,,,,,,",
        f"{lead.number},Siti Aminah,,transfer,NEW-1,Sarung,3,50.000,0,",
        f"{lead.number},,,,NEW-2,Topi,1,20.000,,Titip satpam",
    )
    done = apply(shop.actor(), storage, data)
    assert (done.ok, done.failed) == (3, 0), outcomes(done.id)
    first, second = orders()
    assert contact(first.id).phone_key == "81122334455"
    assert contact(first.id).buyer_name == "Siti Nurhaliza"
    assert lines(first.id) == [("RB-PRG-L", "Kemeja Batik Parang", 2, 145_000)]
    assert (second.status, second.payment_method, second.total, second.item_count) == (
        "pending", "bank_transfer", 170_000, 4,
    )  # fmt: skip
    assert lines(second.id) == [("NEW-1", "Sarung", 3, 50_000), ("NEW-2", "Topi", 1, 20_000)]
    assert (contact(second.id).buyer_name, contact(second.id).note) == ("Siti Aminah", "Titip satpam")
    entry = history_of(lead.number)[-1]
    assert (entry.from_status, entry.to_status, entry.seq) == ("created", "pending", 2)
    assert entry.changes is not None
    assert entry.changes["buyer_name"] == ["Siti Nurhaliza", "Siti Aminah"]
    assert entry.changes["total"] == [308_000, 170_000]
    doc = db.session.scalars(select(OrderSearch.doc).where(OrderSearch.order_id == second.id)).one()
    assert "aminah" in doc
    assert "new-2" in doc
    assert "nurhaliza" not in doc
    assert totals_recounted() == []
    assert apply(shop.actor(), storage, data).unchanged == 3
    assert len(history_of(lead.number)) == 2


def test_what_may_not_be_updated_is_refused_by_name(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    (shipped,) = make_orders(shop.manual, status=S.SHIPPED)
    (channels,) = make_orders(shop.shopee)
    (paid,) = make_orders(shop.manual)
    force([paid.id], payment_status="paid")
    (fine,) = make_orders(shop.manual)
    data = csv(
        "order_number,city,discount",
        *(f"{order.number},Bogor,1000" for order in (shipped, channels, paid)),
        f"{fine.number},Bogor,999999999",
        f"{fine.number},Depok,",
    )
    done = apply(shop.actor(), storage, data)
    assert outcomes(done.id) == [
        ("failed", "transition_not_allowed"), ("failed", "unsupported_by_channel"),
        ("failed", "transition_not_allowed"), ("failed", "bad_value"), ("failed", "bad_value"),
    ]  # fmt: skip
    assert {contact(order.id).city for order in orders()} == {""}


def test_what_an_order_has_already_changes_nothing_whatever_its_status(
    app: Flask, shop: Shop, storage: LocalStorage
) -> None:
    """As a download has it: neither refused because it was shipped, nor made physical as no column says digital."""
    (shipped,) = make_orders(shop.manual, status=S.SHIPPED)
    (channels,) = make_orders(shop.shopee, status=S.COMPLETED)
    kept = (NewLine("Kelas Video", 1, 249_000, "KLS-1", digital=True), NewLine("Templat", 2, 49_000, digital=True))
    (digital,) = make_orders(shop.manual, lines=kept, shipping_fee=0)
    header = "order_number,buyer_name,buyer_phone,sku,item_name,quantity,unit_price,shipping_fee"
    buyer = "Siti Nurhaliza,0812-8840-1127"
    rows = [
        f"{shipped.number},{buyer},RB-PRG-L,Kemeja Batik Parang,2,145000,18000",
        f"{channels.number},{buyer},RB-PRG-L,Kemeja Batik Parang,2,145000,18000",
        f"{digital.number},{buyer},KLS-1,Kelas Video,1,249000,0",
        f"{digital.number},{buyer},,Templat,2,49000,",
    ]
    done = apply(shop.actor(), storage, csv(header, *rows))
    assert outcomes(done.id) == [("unchanged", None)] * 4
    assert {len(history_of(order.number)) for order in (shipped, channels, digital)} == {1}
    rows[2] = rows[2].replace(",1,249000", ",3,249000")
    assert apply(shop.actor(), storage, csv(header, *rows)).ok == 2
    order = db.session.get_one(Order, digital.id)
    assert (order.digital, order.item_count, order.total) == (True, 5, 845_000)


def test_scope_and_permissions_hold_for_every_row(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    with pytest.raises(Refused):
        upload(shop.actor(Role.VIEWER), storage, csv(NEW, "rona,A-1,Siti,RB-1,Kemeja,1,1"))
    done = apply(shop.actor(Role.CS), storage, csv(NEW, "nowhere,A-1,Siti,RB-1,Kemeja,1,1"))
    assert outcomes(done.id) == [("failed", "bad_value")]
    assert params(done.id, 1)["field"] == "store"


def test_a_deleted_order_does_not_come_back(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    data = csv(NEW, "rona,A-1,Siti,RB-1,Kemeja,1,1")
    apply(shop.actor(), storage, data)
    delete_orders(shop.actor(), [orders()[0].number])
    done = apply(shop.actor(), storage, data + b"\n")
    assert outcomes(done.id) == [("failed", "not_found")]
    assert count_rows(Order) == 0


def test_amounts_and_days_are_read_by_column_and_can_be_overruled(
    app: Flask, shop: Shop, storage: LocalStorage
) -> None:
    header = "store,channel_order_id,buyer_name,item_name,quantity,unit_price,ordered_at"
    data = csv(header, 'rona,A-1,Siti,Kemeja,1,"12.000",03/04/2024', 'rona,A-2,Siti,Topi,1,"1.250,50",25/04/2024')
    checked = upload(shop.actor(), storage, data)
    ways = {each["column"]: (each["way"], each["by"]) for each in (checked.preview or {})["readings"]}
    assert ways == {"unit_price": (",", "found"), "ordered_at": ("dmy", "found")}
    run(shop.actor(), storage, checked.id)
    assert [(order.total, order.local_date.isoformat()) for order in orders()] == [
        (12_000, "2024-04-03"), (1_251, "2024-04-25"),
    ]  # fmt: skip
    other = csv(header, 'rona,B-1,Siti,Kemeja,1,"12.5",03/04/2024')
    checked = upload(shop.actor(), storage, other)
    columns = (checked.preview or {})["mapping"]["columns"]
    assert {e["column"]: e["by"] for e in (checked.preview or {})["readings"]} == {
        "unit_price": "found", "ordered_at": "assumed",
    }  # fmt: skip
    checked = remap(shop.actor(), storage, checked.id, columns=columns, readings={"ordered_at": "mdy"})
    run(shop.actor(), storage, checked.id)
    assert orders()[-1].local_date.isoformat() == "2024-03-04"


def test_unknown_headers_wait_for_a_mapping_that_is_remembered(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    data = csv("Ref,Who,Where,What,How many,Each", "R1,Siti,Bogor,Kemeja,2,1000")
    checked = upload(shop.actor(), storage, data)
    assert (checked.state, (checked.preview or {})["stage"]) == ("ready", "mapping")
    with pytest.raises(Refused):
        confirm_job(shop.actor(), checked.id)
    columns = {
        "channel_order_id": "{Ref}", "buyer_name": "Customer {Who}", "item_name": "{What}", "quantity": "{How many}",
        "unit_price": "{Each}", "address": "{Where}, Indonesia", "payment_method": "cod",
    }  # fmt: skip
    checked = remap(shop.actor(), storage, checked.id, columns=columns, account_id=shop.manual)
    run(shop.actor(), storage, checked.id)
    (order,) = orders()
    assert (contact(order.id).buyer_name, contact(order.id).address) == ("Customer Siti", "Bogor, Indonesia")
    assert (order.payment_method, order.status) == ("cod", "pending")
    assert count_rows(HeaderMapping) == 1
    other = upload(shop.actor(), storage, csv("Each,How many,What,Where,Who,Ref", "5,1,Topi,Depok,Budi,R2"))
    assert ((other.preview or {})["stage"], (other.preview or {})["remembered"]) == ("checked", True)
    assert run(shop.actor(), storage, other.id).ok == 1


def test_who_sees_some_stores_only_maps_for_themselves(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    limited = replace(shop.actor(Role.CS), scope=Scope(frozenset({shop.onyu_manual})))
    header = ["Ref", "Who", "What", "Each"]
    theirs, ours = OrderMapping({"buyer_name": "{Who}"}, account_id=shop.onyu_manual), OrderMapping({"sku": "{What}"})
    for actor, mapping in ((shop.actor(), ours), (limited, theirs)):
        with unit_of_work(actor) as work:
            remember(work, header, mapping)
    other = replace(limited, id=shop.people[Role.WAREHOUSE])
    for actor, expected in (
        (shop.actor(), ours),
        (shop.actor(Role.OWNER), ours),  # who sees all stores shares
        (limited, theirs),
        (other, None),
    ):
        guess = guess_mapping(db.session(), header[::-1], actor)
        db.session.rollback()
        assert (guess.mapping if guess.remembered else None) == expected
    assert count_rows(HeaderMapping) == 2


def test_an_archived_store_is_named(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    admin = shop.actor()
    rows = csv("store,buyer_name,item_name,quantity,unit_price", "rona,Siti,Batik,1,1", "onyu,Siti,Batik,1,1")
    checked = upload(admin, storage, rows)
    columns = {name: f"{{{name}}}" for name in ("buyer_name", "item_name", "quantity", "unit_price")}
    bare = csv("buyer_name,item_name,quantity,unit_price", "A,B,1,1")
    chosen = upload(admin, storage, bare, account_id=shop.manual, columns=columns)
    with unit_of_work(SYSTEM) as work:
        work.session.get_one(Store, shop.rona).archived_at = work.now
    for job_id, expected in ((checked.id, ["failed", "ok"]), (chosen.id, ["failed"])):
        run(admin, storage, job_id)
        rows_now = db.session.scalars(select(JobRow).where(JobRow.job_id == job_id).order_by(JobRow.row_no)).all()
        assert [row.outcome for row in rows_now] == expected
        assert (rows_now[0].code, (rows_now[0].params or {}).get("variant")) == ("bad_value", "store_archived")
    assert count_rows(Order) == 1


def test_failed_rows_can_be_tried_again(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    data = csv(NEW, "rona,A-1,Siti,RB-1,Kemeja,1,1", "rona,A-2,Siti,RB-1,Kemeja,zwei,1")
    done = apply(shop.actor(), storage, data)
    rows = list(result_rows(db.session(), done, storage, lambda problem: problem.code.value))
    assert rows[0] == [*NEW.split(","), "outcome", "code", "message"]
    assert [row[-3:] for row in rows[1:]] == [["ok", "", ""], ["failed", "bad_value", "bad_value"]]
    retried = job(retry_failed(shop.actor(), done.id, storage))
    assert (retried.kind, retried.state, retried.params["name"]) == ("order_upload", "checking", "orders-failed.csv")


def test_a_real_shops_lines_go_in_as_they_are(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    with RETAIL.open(newline="", encoding="utf-8") as file:
        rows = list(csv_module.DictReader(file))
    good = [int(row["Quantity"]) > 0 for row in rows]
    by_invoice: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row, fine in zip(rows, good, strict=True):
        if fine:
            by_invoice[row["InvoiceNo"]].append(row)
    checked = upload(shop.actor(), storage, RETAIL.read_bytes(), "online-retail.csv")
    assert (checked.preview or {})["stage"] == "mapping"
    columns = {
        "channel_order_id": "{InvoiceNo}", "sku": "{StockCode}", "item_name": "{Description}",
        "quantity": "{Quantity}", "ordered_at": "{InvoiceDate}", "unit_price": "{UnitPrice}",
        "buyer_name": "Customer {CustomerID}", "country": "{Country}",
    }  # fmt: skip
    checked = remap(shop.actor(), storage, checked.id, columns=columns, account_id=shop.manual, good_lines=True)
    preview = checked.preview or {}
    negative_prices = sum(fine and float(row["UnitPrice"]) < 0 for row, fine in zip(rows, good, strict=True))
    assert negative_prices == 0
    assert (preview["ok"], preview["failed"]) == (sum(good), len(rows) - sum(good))
    assert preview["orders"]["new"] == len(by_invoice)
    done = run(shop.actor(), storage, checked.id)
    assert (done.ok, done.failed) == (sum(good), len(rows) - sum(good))
    assert count_rows(Order) == len(by_invoice)
    failed = db.session.execute(
        select(JobRow.code, JobRow.params).where(JobRow.job_id == done.id, JobRow.outcome == "failed")
    ).all()
    assert {code for code, _params in failed} == {"bad_value"}
    assert all(facts["field"] == "quantity" for _code, facts in failed)
    biggest = max(by_invoice, key=lambda invoice: len(by_invoice[invoice]))
    order = next(order for order in orders() if channel_id(order.id) == biggest)
    assert len(lines(order.id)) == len(by_invoice[biggest])
    assert contact(order.id).buyer_name == f"Customer {by_invoice[biggest][0]['CustomerID']}"
    assert totals_recounted() == []
    again = upload(shop.actor(), storage, RETAIL.read_bytes(), "again.csv")
    preview = again.preview or {}
    assert (preview["stage"], preview["remembered"], preview["duplicate"]) == ("checked", True, done.id)
    assert (preview["ok"], preview["unchanged"]) == (0, sum(good))
