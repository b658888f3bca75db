"""Files that are not quite tables: formulas without their results, titles above the header, days that can't be."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from tests.factories import Shop, count_rows, make_orders, status_of, totals_recounted
from tests.services.importing.uploading import (
    apply,
    channel_id,
    contact,
    job,
    lines,
    orders,
    outcomes,
    params,
    remap,
    run,
    upload,
)
from tests.spreadsheets.workbooks import SHEET, build, inline, sheet
from webapp import clock
from webapp.domain.actors import Actor
from webapp.extensions import db
from webapp.formats.problems import problem_text
from webapp.integrations.storage.local import LocalStorage
from webapp.models import Job, Order
from webapp.services.files import receive
from webapp.services.importing.status_upload import start_status_upload
from webapp.services.jobs import result_rows, run_job


@pytest.fixture
def storage(app: Flask) -> LocalStorage:
    """Where the application keeps files."""
    return app.extensions["storage"]


def checked_status(actor: Actor, storage: LocalStorage, data: bytes) -> Job:
    """A status file as its preview leaves it."""
    job_id = start_status_upload(actor, receive(storage, io.BytesIO(data)), "status.csv")
    run_job(job_id, storage)
    return job(job_id)


def xlsx(path: Path, *rows: str) -> bytes:
    """An XLSX file of these rows of XML."""
    return build(path, {SHEET: sheet("".join(rows))}).read_bytes()


def cells(*found: str) -> str:
    """A row of texts; what begins with = is a formula that nobody has calculated."""
    return "<row>" + "".join(f"<c><f>{c[1:]}</f></c>" if c[:1] == "=" else inline(c)[5:-6] for c in found) + "</row>"


def test_a_status_row_with_an_uncalculated_formula_is_refused_alone(
    app: Flask, shop: Shop, storage: LocalStorage, tmp_path: Path
) -> None:
    good, other, third = (order.number for order in make_orders(shop.manual, 3))
    data = xlsx(
        tmp_path / "x.xlsx",
        inline("order_number", "status", "total"),
        cells(good, "confirmed", "=1+1"),
        cells(other, '=IF(C3,"shipped","")', "1"),
        cells("=A9", '=IF(C4,"shipped","")', "=SUM(C1)"),
        cells(third, "confirmed"),
    )
    checked = checked_status(shop.actor(), storage, data)
    assert [(checked.preview or {})[name] for name in ("ok", "failed")] == [2, 2]
    done = run(shop.actor(), storage, checked.id)
    assert outcomes(done.id) == [("ok", None), ("failed", "bad_value"), ("failed", "bad_value"), ("ok", None)]
    told = {"field": "status", "value": '=IF(C3,"shipped","")', "variant": "formula", "number": other}
    assert params(done.id, 2) == told
    assert "save it there and upload it again" in problem_text(("bad_value", params(done.id, 3)))
    assert [status_of(number) for number in (good, other, third)] == ["confirmed", "pending", "confirmed"]


def test_an_uncalculated_formula_fails_its_line_or_its_order(
    app: Flask, shop: Shop, storage: LocalStorage, tmp_path: Path
) -> None:
    data = xlsx(
        tmp_path / "x.xlsx",
        inline("store", "channel_order_id", "buyer_name", "sku", "quantity", "unit_price", "order_number"),
        cells("rona", "A-1", "Siti", "RB-1", "1", "1000"),
        cells("rona", "A-2", "Budi", "RB-1", "1", "=F2*2"),
        cells("rona", "A-3", '=PROPER("ani")', "RB-1", "1", "1000"),
        cells("rona", "=B2", "Ani", "RB-1", "1", "1000"),
        cells("", "", "", "", "", "", "=G1"),
        cells("rona", "A-1", "", "RB-2", "=E1", "2000"),
    )
    done = apply(shop.actor(), storage, data, good_lines=True)
    assert outcomes(done.id) == [("ok", None)] + [("failed", "bad_value")] * 5
    fields = [params(done.id, row)["field"] for row in range(2, 7)]
    assert fields == ["unit_price", "buyer_name", "channel_order_id", "order_number", "quantity"]
    assert {params(done.id, row)["variant"] for row in range(2, 7)} == {"formula"}
    (made,) = orders()
    assert lines(made.id) == [("RB-1", "RB-1", 1, 1000)]
    listed = list(result_rows(db.session(), done, storage, lambda problem: problem.code.value))
    assert [row[6] for row in listed] == ["order_number", "", "", "", "", "=G1", ""], "none vanishes"
    assert (count_rows(Order), totals_recounted()) == (1, [])


NEW = "store,channel_order_id,buyer_name,sku,quantity,unit_price\n"


def test_orders_whose_numbers_were_rounded_are_not_taken_for_one(
    app: Flask, shop: Shop, storage: LocalStorage, tmp_path: Path
) -> None:
    rows = "".join(
        f"rona,{number},{name},RB-1,1,1000\n" for name in ("Budi", "Siti") for number in ("5.76461E+17", "#N/A")
    )
    done = apply(shop.actor(), storage, (NEW + rows + "rona,576461413038785752,Ani,RB-1,1,1000\n").encode())
    assert outcomes(done.id) == [("failed", "bad_value")] * 4 + [("ok", None)]
    assert [params(done.id, row)["variant"] for row in (1, 2, 3, 4)] == ["rounded", "formula_error"] * 2
    assert "which keeps 15 digits" in problem_text(("bad_value", params(done.id, 1)))
    assert count_rows(Order) == 1
    rounded = "".join(
        "<row>"
        + inline("rona")[5:-6]
        + f"<c><v>5.76461413038785E+17</v></c>{inline(name, 'RB-1', '1', '1000')[5:-6]}</row>"
        for name in ("Budi", "Siti")
    )
    done = apply(shop.actor(), storage, xlsx(tmp_path / "x.xlsx", inline(*NEW.strip().split(",")), rounded))
    assert outcomes(done.id) == [("failed", "bad_value")] * 2
    assert (count_rows(Order), totals_recounted()) == (1, [])


def test_errors_of_formulas_are_no_texts_of_an_order(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    data = NEW + "rona,A-1,#N/A,RB-1,1,1000\nrona,A-2,Siti,#REF!,1,1000\nrona,A-3,Ani,RB-1,#VALUE!,1000\n"
    done = apply(shop.actor(), storage, data.encode())
    assert outcomes(done.id) == [("failed", "bad_value")] * 3
    assert [params(done.id, row)["field"] for row in (1, 2, 3)] == ["buyer_name", "sku", "quantity"]
    assert count_rows(Order) == 0


@pytest.mark.parametrize(
    ("cell", "field", "variant"),
    [
        (",#N/A,,", "tracking_number", "formula_error"),
        (",JX123,#REF!,", "courier", "formula_error"),
        (",,,#VALUE!", "comment", "formula_error"),
        (",8.82511E+15,jne,", "tracking_number", "rounded"),
    ],
)
def test_errors_and_rounded_numbers_are_no_tracking_numbers(
    app: Flask, shop: Shop, storage: LocalStorage, cell: str, field: str, variant: str
) -> None:
    (order,) = make_orders(shop.manual, 1)
    data = f"order_number,status,tracking_number,courier,comment\n{order.number},shipped{cell}\n"
    checked = checked_status(shop.actor(), storage, data.encode())
    done = run(shop.actor(), storage, checked.id)
    assert outcomes(done.id) == [("failed", "bad_value")]
    assert (params(done.id, 1)["field"], params(done.id, 1)["variant"]) == (field, variant)
    assert status_of(order.number) == "pending"


def test_a_formula_does_not_tell_how_its_column_is_written(
    app: Flask, shop: Shop, storage: LocalStorage, tmp_path: Path
) -> None:
    data = xlsx(
        tmp_path / "x.xlsx",
        inline("store", "channel_order_id", "buyer_name", "sku", "quantity", "unit_price", "weight"),
        cells("rona", "A-1", "Siti", "RB-1", "1", "1.250,50", "=ROUND(2.5,1)"),
        cells("rona", "A-2", "Budi", "RB-1", "1", "=F2+12.50", "1"),
    )
    checked = upload(shop.actor(), storage, data)
    preview = checked.preview or {}
    assert preview["ways"] == {"unit_price": ","}
    assert preview["readings"][0]["sample"] == "1.250,50"
    done = run(shop.actor(), storage, checked.id)
    assert outcomes(done.id) == [("ok", None), ("failed", "bad_value")]
    assert [lines(order.id) for order in orders()] == [[("RB-1", "RB-1", 1, 1251)]]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_a_title_above_the_header_is_passed_over(app: Flask, shop: Shop, storage: LocalStorage, mark: str) -> None:
    first, second = (order.number for order in make_orders(shop.manual, 2))
    text = f"Report November\n\nOrder Number,Status,Note\n{first},confirmed,\n{second},nonsense,\n".replace(",", mark)
    checked = checked_status(shop.actor(), storage, text.encode())
    preview = checked.preview or {}
    assert (preview["ok"], preview["failed"], preview["delimiter"]) == (1, 1, mark)
    assert [(f["row"], f["line"]) for f in preview["failures"]] == [(2, 5)]
    done = run(shop.actor(), storage, checked.id)
    assert outcomes(done.id) == [("ok", None), ("failed", "unknown_status")]
    assert status_of(first) == "confirmed"
    listed = list(result_rows(db.session(), done, storage, lambda problem: problem.code.value))
    assert listed[0][:3] == ["Order Number", "Status", "Note"]


def test_a_file_without_a_header_says_what_it_has(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    checked = checked_status(shop.actor(), storage, b"Report November\nNumber;Now\nA;shipped\n")
    assert (checked.state, checked.error_code) == ("failed", "missing_columns")
    assert (checked.error_params or {})["found"] == ["Number", "Now"], "not the title"


def test_orders_below_a_title_are_read(app: Flask, shop: Shop, storage: LocalStorage, tmp_path: Path) -> None:
    header = ("store", "channel_order_id", "buyer_name", "sku", "quantity", "unit_price")
    rows = inline("Report November"), inline("Period:", "1-30 Nov"), inline(*header)
    data = xlsx(tmp_path / "x.xlsx", *rows, inline("rona", "A-1", "Siti", "RB-1", "1", "1000"))
    done = apply(shop.actor(), storage, data)
    assert (done.ok, done.failed) == (1, 0)
    assert [lines(order.id) for order in orders()] == [[("RB-1", "RB-1", 1, 1000)]]


def test_a_header_that_nobody_knows_is_mapped_below_its_title(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    data = b"Report November\nwho|what|many|each\nSiti|Kemeja|2|1000\nBudi|Topi|1|500\n"
    checked = upload(shop.actor(), storage, data)
    preview = checked.preview or {}
    assert (preview["stage"], preview["header"]) == ("mapping", ["who", "what", "many", "each"])
    assert preview["samples"][0] == ["Siti", "Kemeja", "2", "1000"]
    columns = {"buyer_name": "{who}", "item_name": "{what}", "quantity": "{many}", "unit_price": "{each}"}
    mapped = remap(shop.actor(), storage, checked.id, columns=columns, account_id=shop.manual)
    assert run(shop.actor(), storage, mapped.id).ok == 2
    assert [order.total for order in orders()] == [2000, 500]


def test_an_order_of_a_day_ahead_is_refused(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    now = clock.now()
    days = [now + timedelta(hours=hours) for hours in (-1, 20, 28, 24 * 12)]
    typed = [day.strftime("%Y-%m-%dT%H:%M:%SZ") for day in days]
    rows = [f"rona,A-{n},Siti,RB-1,1,1000,{day}" for n, day in enumerate(typed, 1)]
    header = "store,channel_order_id,buyer_name,sku,quantity,unit_price,ordered_at"
    done = apply(shop.actor(), storage, "\n".join([header, *rows]).encode())
    assert outcomes(done.id) == [("ok", None)] * 2 + [("failed", "bad_value")] * 2
    told = params(done.id, 3)
    assert (told["field"], told["value"], told["variant"]) == ("ordered_at", typed[2], "ahead")
    assert "lies ahead" in problem_text(("bad_value", told))
    assert [order.ordered_at for order in orders()] == [day.replace(microsecond=0) for day in days[:2]]
    assert totals_recounted() == []


def test_signs_that_turn_what_stands_beside_them_are_left_out(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    header = "store,channel_order_id,buyer_name,item_name,quantity,unit_price,city,buyer_email,country"
    row = "rona,A-1,\u202eitiS,\u2066Kemeja\u2069,1,1000,\u200eBogor,\u202asiti@example.com\u202c,\u200eid"
    nobody = "rona,A-2,\u202e,Topi,1,1000,,,"
    done = apply(shop.actor(), storage, f"{header}\n{row}\n{nobody}".encode())
    assert outcomes(done.id) == [("ok", None), ("failed", "missing_value")]
    (made,) = orders()
    buyer = contact(made.id)
    assert (buyer.buyer_name, buyer.city, channel_id(made.id)) == ("itiS", "Bogor", "A-1")
    assert (buyer.buyer_email, buyer.country) == ("siti@example.com", "ID")
    assert lines(made.id) == [(None, "Kemeja", 1, 1000)]
