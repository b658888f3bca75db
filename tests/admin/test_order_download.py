"""The download of the list: its page, its file, its job, and who gets what."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.admin.back_office import BackOffice, limited, of
from tests.admin.uploading import sent_job, work
from tests.crash.killing import run_and_kill
from tests.factories import Shop, count_rows, force, make_orders, new_order
from webapp import clock
from webapp.domain.actors import SYSTEM
from webapp.domain.order_status import OrderStatus
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.models import File, Job, Order
from webapp.services import accounts
from webapp.services.exporting import order_export
from webapp.services.housekeeping import forget_results
from webapp.services.jobs import run_job
from webapp.services.orders.create import Buyer, NewLine, create_orders
from webapp.services.unit_of_work import unit_of_work
from webapp.spreadsheets import open_table

LIST = "/admin/orders/"
DOWNLOAD = "/admin/orders/download"
CSV = {"format": "csv"}


def rows_of(data: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file by its header."""
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def download(person: BackOffice, **params: str) -> list[dict[str, str]]:
    """What somebody downloads as CSV."""
    answer = person.get(f"{DOWNLOAD}?{urlencode({**CSV, **params})}")
    assert answer.status_code == 200, answer.text[:300]
    assert answer.mimetype == "text/csv", answer.text[:3000]
    assert re.search(r"attachment; filename=orders-\d{4}-\d\d-\d\d\.csv", answer.headers["Content-Disposition"])
    return rows_of(answer.data)


def start(person: BackOffice, **params: str) -> int:
    """Ask for a download as a job; the job's id."""
    answer = person.post(DOWNLOAD, {**CSV, **params})
    assert answer.status_code == 302, answer.text[:300]
    return int(answer.location.rpartition("/")[2])


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three orders are too many to wait for, and each step is noted."""
    monkeypatch.setattr(order_export, "AT_ONCE", 2)
    monkeypatch.setattr(order_export, "TOLD_EVERY", 0.0)
    monkeypatch.setattr("webapp.services.exporting.order_rows.STEP", 2)


def test_the_list_leads_to_its_download(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual, 3)
    make_orders(shop.onyu_manual, 2)
    person = of(app, shop)
    link = re.search(r'href="([^"]+)" data-dialog>.*?Download', person.page(f"{LIST}?store=rona&q=siti"), re.DOTALL)
    assert link is not None
    page = person.page(link[1].replace("&amp;", "&"))
    assert "3 orders" in page
    assert '<form class="lp-card-x lp-form" method="get"' in page
    assert '<input type="hidden" name="store" value="rona">' in page
    assert '<input type="hidden" name="q" value="siti">' in page
    searched = person.get(f"{LIST}?store=rona&q=siti", headers={"Lapak-Part": "list"}).text
    assert re.search(r'id="order-download" href="[^"]+q=siti', searched)


def test_a_small_list_is_a_file_at_once(app: Flask, shop: Shop) -> None:
    orders = make_orders(shop.manual, 3) + make_orders(shop.onyu_manual, 2)
    person = of(app, shop)
    rows = download(person)
    # Of one moment, the greater id is newer.
    assert len(rows) == 5
    assert [row["order_number"] for row in download(person, store="rona")] == [o.number for o in orders[2::-1]]
    row = next(row for row in rows if row["order_number"] == orders[0].number)
    assert (row["ordered_at"], row["currency"], row["total"]) == ("2026-11-01 10:00", "IDR", "308000")
    korean = next(row for row in rows if row["order_number"] == orders[3].number)
    assert (korean["ordered_at"], korean["currency"], korean["store"]) == ("2026-11-01 12:00", "KRW", "온유상점")
    assert list(download(person, columns="status,order_number")[0]) == ["order_number", "status"]


def test_cells_are_text_as_it_was_typed_and_run_nothing(app: Flask, shop: Shop, tmp_path: Path) -> None:
    buyer = Buyer('=HYPERLINK("http://x")', "081288401127", "siti@example.com", "서울시 강남구", postal_code="01234")
    lines = (NewLine("+cmd|' /C calc'!A0", 1, 1000, "000123"), NewLine('Kain; "tenun", merah\nbiru', 2, 500, "@SUM"))
    create_orders(SYSTEM, [new_order(shop.manual, buyer=buyer, lines=lines)])
    person = of(app, shop)
    first, second = download(person, rows="lines")
    assert first["buyer_name"] == '\'=HYPERLINK("http://x")'
    assert (first["buyer_phone"], first["postal_code"], first["address"]) == ("081288401127", "01234", "서울시 강남구")
    assert (first["sku"], first["item_name"], first["unit_price"]) == ("000123", "'+cmd|' /C calc'!A0", "1000")
    assert (second["sku"], second["item_name"]) == ("'@SUM", 'Kain; "tenun", merah\nbiru')
    answer = person.get(f"{DOWNLOAD}?format=xlsx&rows=lines")
    path = tmp_path / "orders.xlsx"
    path.write_bytes(answer.data)
    with open_table(path, name="orders.xlsx") as table:
        (cells, _) = [dict(zip(table.header, row.cells, strict=True)) for row in table.rows()]
    assert (cells["buyer_phone"], cells["postal_code"], cells["sku"]) == ("081288401127", "01234", "000123")
    assert (cells["buyer_name"], cells["unit_price"]) == ('=HYPERLINK("http://x")', "1000")


@pytest.mark.parametrize("role", [Role.OWNER, Role.PROVIDER])
def test_providers_see_neither_prices_nor_e_mail(app: Flask, shop: Shop, role: Role) -> None:
    ours, _other = make_orders(shop.manual, 2)
    force([ours.id], warehouse_id=shop.warehouse)
    person = of(app, shop, role)
    rows, page = download(person), person.page(DOWNLOAD)
    names = {"buyer_email", "subtotal", "shipping_fee", "discount", "total", "unit_price"}
    if role is Role.PROVIDER:
        assert [row["order_number"] for row in rows] == [ours.number]
        assert not names & set(rows[0])
        assert not [name for name in names if f'value="{name}"' in page]
        assert person.get(f"{DOWNLOAD}?format=csv&columns=total").status_code == 422
    else:
        assert len(rows) == 2
        assert names - {"unit_price"} < set(rows[0])


def test_people_of_one_store_download_that_store(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual, 2)
    (own,) = make_orders(shop.onyu_manual)
    person = BackOffice(app, limited(shop))
    assert [row["order_number"] for row in download(person)] == [own.number]
    assert download(person, store="rona") == []


def test_what_is_not_understood_is_said_and_nothing_downloaded(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual)
    person = of(app, shop)
    for params in ("format=pdf", "format=csv&status=sent", "format=csv&view=mine", "format=csv&columns=sku"):
        answer = person.get(f"{DOWNLOAD}?{params}")
        assert (answer.status_code, answer.mimetype) == (422, "text/html"), params
    assert person.post(DOWNLOAD, {"format": "csv", "status": "sent"}).status_code == 422
    assert count_rows(Job) == 0


def test_the_file_changes_statuses_when_it_is_sent_back(app: Flask, shop: Shop) -> None:
    orders = make_orders(shop.manual, 2)
    person = of(app, shop)
    data = person.get(f"{DOWNLOAD}?format=csv&columns=order_number,status").data
    job = work(app, sent_job(person, data))
    assert job.preview is not None
    assert (job.preview["unchanged"], job.preview["failed"]) == (2, 0)
    job = work(app, sent_job(person, data.replace(b"pending", b"confirmed")))
    assert job.preview is not None
    assert job.preview["ok"] == len(orders)


def test_a_big_list_is_a_job(app: Flask, shop: Shop, many: None) -> None:
    orders = make_orders(shop.manual, 5)
    person = of(app, shop)
    page = person.get(f"{DOWNLOAD}?format=csv")
    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert '<form class="lp-card-x lp-form" method="post"' in page.text
    assert count_rows(Job) == 0, "looking starts nothing"
    job_id = start(person, store="rona", columns="order_number")
    waiting = person.page(f"/admin/jobs/{job_id}")
    assert "Waits for its turn" in waiting
    assert person.get(f"/admin/jobs/{job_id}/download").status_code == 404
    assert person.get(f"/admin/jobs/{job_id}/result.csv").status_code == 404
    assert person.get(f"/admin/jobs/{job_id}/file").status_code == 404
    job = work(app, job_id)
    assert (job.state, job.total_rows, job.next_row, job.ok, job.failed) == ("done", 5, 5, 5, 0)
    done = person.page(f"/admin/jobs/{job_id}")
    assert "The file has 5 orders." in done
    answer = person.get(f"/admin/jobs/{job_id}/download")
    assert rows_of(answer.data) == [{"order_number": order.number} for order in reversed(orders)]
    assert "Download of orders" in person.page("/admin/jobs/?tab=other")
    assert person.page(f"/admin/jobs/{job_id}/report")


def test_a_big_xlsx_is_a_job_too(app: Flask, shop: Shop, many: None, tmp_path: Path) -> None:
    make_orders(shop.manual, 3)
    person = of(app, shop)
    job_id = start(person, format="xlsx", rows="lines")
    assert work(app, job_id).state == "done"
    path = tmp_path / "orders.xlsx"
    path.write_bytes(person.get(f"/admin/jobs/{job_id}/download").data)
    with open_table(path, name="orders.xlsx") as table:
        assert len(list(table.rows())) == 3


def test_an_excel_sheet_that_is_too_short_ends_the_job_in_words(
    app: Flask, shop: Shop, many: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_orders(shop.manual, 3)
    monkeypatch.setattr("webapp.spreadsheets.writing._XLSX_ROWS", 3)
    person = of(app, shop)
    job_id = start(person, format="xlsx")
    assert work(app, job_id).state == "failed"
    assert "An Excel sheet holds" in person.page(f"/admin/jobs/{job_id}")
    assert count_rows(File) == 0


def test_a_job_can_be_stopped(app: Flask, shop: Shop, many: None) -> None:
    make_orders(shop.manual, 3)
    person = of(app, shop, Role.VIEWER)
    job_id = start(person)
    assert person.post(f"/admin/jobs/{job_id}/cancel").status_code == 302
    assert work(app, job_id).state == "canceled"
    assert "there is no file" in person.page(f"/admin/jobs/{job_id}")
    assert count_rows(File) == 0


def test_stopping_an_upload_needs_its_own_permission(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual)
    job_id = sent_job(of(app, shop, Role.CS), b"order_number,status\nx,shipped\n")
    with unit_of_work(SYSTEM) as work_:
        work_.session.execute(update(Job).values(actor_id=shop.people[Role.VIEWER]))
    of(app, shop, Role.VIEWER).post(f"/admin/jobs/{job_id}/cancel")
    db.session.rollback()
    assert db.session.scalars(select(Job.cancel_requested_at)).all() == [None]


def test_a_killed_worker_leaves_a_job_that_begins_anew(app: Flask, shop: Shop, many: None) -> None:
    orders = make_orders(shop.manual, 5)
    person = of(app, shop)
    job_id, storage = start(person, columns="order_number,status"), app.extensions["storage"]
    at = deaths = 0
    while True:
        at += 3
        with unit_of_work(SYSTEM) as work_:
            past = clock.now() - timedelta(seconds=1)
            work_.session.execute(update(Job).where(Job.id == job_id).values(leased_until=past, attempts=0))
        if run_and_kill(app, lambda: run_job(job_id, storage), at):
            break
        deaths += 1
        force([orders[0].id], status=OrderStatus.CONFIRMED)
        db.session.rollback()
        assert db.session.scalars(select(Job.result_file_id)).one() is None
    assert deaths > 5
    rows = rows_of(person.get(f"/admin/jobs/{job_id}/download").data)
    assert [row["order_number"] for row in rows] == [order.number for order in reversed(orders)]
    assert rows[-1]["status"] == "confirmed"
    assert count_rows(File) == 1


def test_a_job_that_never_ends_is_given_up(app: Flask, shop: Shop, many: None) -> None:
    make_orders(shop.manual, 3)
    job_id = start(of(app, shop))
    with unit_of_work(SYSTEM) as work_:
        work_.session.execute(update(Job).values(attempts=order_export.TRIES))
    assert work(app, job_id).state == "failed"


def test_a_file_is_only_for_the_view_that_made_it(app: Flask, shop: Shop, many: None) -> None:
    make_orders(shop.manual, 3)
    person = of(app, shop, Role.CS)
    job_id = start(person)
    work(app, job_id)
    address = f"/admin/jobs/{job_id}/download"
    assert person.get(address).status_code == 200
    assert of(app, shop, Role.OWNER).get(address).status_code == 200
    assert of(app, shop, Role.VIEWER).get(address).status_code == 404, "somebody else's job"
    with unit_of_work(SYSTEM) as work_:
        user = work_.session.get_one(accounts.User, shop.people[Role.CS])
        user.role, user.warehouse_id = Role.PROVIDER.value, shop.warehouse
    refused = BackOffice(app, shop.people[Role.CS]).get(address)
    assert refused.status_code == 302
    assert refused.location == f"/admin/jobs/{job_id}"


def test_files_are_forgotten_after_a_week(app: Flask, shop: Shop, many: None) -> None:
    make_orders(shop.manual, 3)
    person = of(app, shop)
    job_id = start(person)
    work(app, job_id)
    forget_results()
    assert count_rows(File) == 1
    with unit_of_work(SYSTEM) as work_:
        work_.session.execute(update(File).values(expires_at=work_.now - timedelta(seconds=1)))
    forget_results()
    assert count_rows(File) == 0
    assert person.get(f"/admin/jobs/{job_id}/download").status_code == 404
    assert "no longer kept" in person.page(f"/admin/jobs/{job_id}")
    assert count_rows(Order) == 3


def test_the_report_of_the_last_days_has_its_columns_and_no_older_orders(app: Flask, shop: Shop) -> None:
    (old,) = make_orders(shop.manual, ordered_at=clock.now() - timedelta(days=91))
    (order,) = make_orders(shop.manual)
    person = of(app, shop)
    page = person.page(DOWNLOAD + "?status=shipped")
    found = re.search(r'href="([^"]*/download[^"]*columns=order_number[^"]*)"', page)
    assert found is not None
    report = html.unescape(found[1])
    assert "checked" in person.page(report)
    answer = person.get(f"{report}&format=csv")
    (row,) = rows_of(answer.data)
    assert row["order_number"] == order.number != old.number
    assert list(row) == [
        "order_number", "store", "channel_order_id", "status", "payment_status", "ordered_at", "buyer_name", "courier",
        "tracking_number", "currency", "total", "line_count", "item_count",
    ]  # fmt: skip


def test_the_report_has_what_its_reader_may_see(app: Flask, shop: Shop) -> None:
    provider = of(app, shop, Role.PROVIDER)
    found = re.search(r'href="([^"]*/download[^"]*columns=order_number[^"]*)"', provider.page(DOWNLOAD))
    assert found is not None
    assert "checked" in provider.page(html.unescape(found[1]))
    assert "total" not in found[1]


def test_a_search_by_signs_alone_downloads_nothing(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual, 3)
    assert download(of(app, shop), q="%%%") == []
