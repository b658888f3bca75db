"""The upload page: what is taken, what is refused in clear words, and that nothing changes before it is confirmed."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.admin.back_office import BackOffice, limited, of
from tests.admin.slow_body import send_slowly
from tests.admin.uploading import send, sent_job, work
from tests.factories import Shop, count_rows, make_orders, status_of
from webapp.admin import uploads
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.models import File, Job, OrderHistory
from webapp.services.importing.status_rows import COLUMNS
from webapp.spreadsheets import FileProblem, UnreadableFile, open_table


def test_the_page_says_what_each_column_means(app: Flask, shop: Shop) -> None:
    page = of(app, shop, Role.CS).page("/admin/orders/upload/")
    for column in COLUMNS:
        assert f"<code>{column.name}</code>" in page
    assert page.count("Required") == 2
    assert set(uploads.HELP) == {column.name for column in COLUMNS}


def test_a_file_becomes_a_job_and_changes_nothing_before_it_is_confirmed(app: Flask, shop: Shop) -> None:
    order = make_orders(shop.manual)[0]
    person = of(app, shop, Role.CS)
    job_id = sent_job(person, f"order_number,status\n{order.number},confirmed\n".encode())
    assert db.session.get(Job, job_id).state == "checking"
    before = count_rows(OrderHistory)
    assert work(app, job_id).state == "ready"
    assert status_of(order.number) == "pending"
    assert count_rows(OrderHistory) == before

    page = person.page(f"/admin/jobs/{job_id}")
    assert "Nothing has been changed yet." in page
    assert "Apply 1 change<" in page
    assert person.post(f"/admin/jobs/{job_id}/confirm").status_code == 302
    assert work(app, job_id).state == "done"
    assert status_of(order.number) == "confirmed"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"nomor,keadaan\n1,2\n", "The header row lacks order_number, status."),
        (b"a,b\n" * 30 + b"order_number,status\n1,shipped\n", "They are looked for in the first rows,"),
        (b"order_number,status\n", "The file has a header row and nothing below it."),
        (b"\x89PNG\r\n\x1a\n" + bytes(300), "a picture, not a table"),
        (b"%PDF-1.7\n" + bytes(range(256)), "a PDF, not a table"),
        (b'order_number,status\n"261121-7KX39TBM,shipped\n', "never closed"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_changes_nothing(
    app: Flask, shop: Shop, content: bytes, words: str
) -> None:
    order = make_orders(shop.manual)[0]
    person = of(app, shop, Role.CS)
    job_id = sent_job(person, content)
    assert work(app, job_id).state == "failed"
    page = person.page(f"/admin/jobs/{job_id}")
    assert "Nothing was changed." in page
    assert words in page
    assert "Traceback" not in page
    assert status_of(order.number) == "pending"
    assert person.post(f"/admin/jobs/{job_id}/confirm").status_code == 302
    assert db.session.get(Job, job_id, populate_existing=True).state == "failed"


def test_no_file_is_no_upload(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    response = person.post("/admin/orders/upload/", {"file": (io.BytesIO(b""), "")}, content_type="multipart/form-data")
    assert response.status_code == 422
    assert "Choose a file first." in response.text
    assert count_rows(Job) == 0


def test_a_file_over_the_limit_is_refused_and_nothing_is_kept(
    app: Flask, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_large(_storage: object, stream: Any) -> None:
        assert stream.read(10) == b"order_numb"
        raise UnreadableFile(FileProblem.TOO_LARGE, {"limit": 5000, "size": 5001})

    monkeypatch.setattr(uploads, "receive", too_large)
    response = send(of(app, shop), b"order_number,status\n" + b"x" * 6980)
    assert response.status_code == 422
    assert "The file has 7\xa0kB, and at most 5\xa0kB are read." in response.text
    assert "Nothing was changed." in response.text
    assert count_rows(Job) == 0
    assert count_rows(File) == 0


def test_the_bytes_are_kept_without_a_transaction(
    app: Flask, shop: Shop, statements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []
    receive = uploads.receive

    def watched(storage: Any, stream: Any) -> Any:
        seen.append(db.session().in_transaction())
        statements.clear()
        stored = receive(storage, stream)
        seen.append(bool(statements))
        return stored

    monkeypatch.setattr(uploads, "receive", watched)
    sent_job(of(app, shop), b"order_number,status\nx,shipped\n")
    assert seen == [False, False]


def test_no_transaction_waits_for_the_body(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    data = {"csrf_token": person.token(), "file": (io.BytesIO(b"order_number,status\nx,shipped\n"), "a.csv")}
    answer, waited = send_slowly(person, "/admin/orders/upload/", data)
    assert answer.status_code == 302
    assert waited
    assert not any(waited)


def test_a_path_in_the_name_is_only_a_name(app: Flask, shop: Shop) -> None:
    job_id = sent_job(of(app, shop), b"order_number,status\nx,shipped\n", "../../etc/<b>passwd")
    job = db.session.get(Job, job_id)
    assert job.params["name"] == "<b>passwd"
    assert "&lt;b&gt;passwd" in of(app, shop).page(f"/admin/jobs/{job_id}")


def test_orders_of_other_stores_do_not_exist(app: Flask, shop: Shop) -> None:
    mine, other = make_orders(shop.onyu_manual)[0], make_orders(shop.manual)[0]
    person = BackOffice(app, limited(shop, Role.CS))
    rows = f"order_number,status\n{mine.number},confirmed\n{other.number},confirmed\n"
    job = work(app, sent_job(person, rows.encode()))
    assert (job.preview["ok"], job.preview["failed"]) == (1, 1)
    assert job.preview["failures"][0]["code"] == "not_found"


@pytest.mark.parametrize("role", [Role.WAREHOUSE, Role.PROVIDER, Role.VIEWER])
def test_only_who_may_import_uploads(app: Flask, shop: Shop, role: Role) -> None:
    person = of(app, shop, role)
    assert person.get("/admin/orders/upload/").status_code == 403
    assert send(person, b"order_number,status\nx,shipped\n").status_code == 403
    assert count_rows(Job) == 0
    assert "Upload statuses" not in person.page("/admin/jobs/")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_sample_file_is_taken_by_the_upload_itself(app: Flask, shop: Shop, kind: str) -> None:
    person = of(app, shop)
    sample = person.get(f"/admin/orders/upload/sample.{kind}")
    assert sample.status_code == 200
    assert f"order-statuses.{kind}" in sample.headers["Content-Disposition"]
    if kind == "csv":
        assert sample.data.startswith(b"\xef\xbb\xbforder_number,")
    job = work(app, sent_job(person, sample.data, f"sample.{kind}"))
    assert job.state == "ready"
    assert job.preview["columns"] == [column.name for column in COLUMNS]
    assert {failure["code"] for failure in job.preview["failures"]} == {"not_found"}
    file = db.session.scalars(select(File)).one()
    with open_table(app.extensions["storage"].path(file.storage_key), name=file.name) as table:
        assert table.format == kind
