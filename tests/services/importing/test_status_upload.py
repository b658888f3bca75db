"""The status upload: what people's files look like, what the preview promises, and what the run then does."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.factories import (
    Shop,
    count_rows,
    force,
    history_of,
    make_orders,
    status_of,
    totals_recounted,
)
from webapp.domain.actors import SYSTEM, Actor, Scope
from webapp.domain.errors import Refused
from webapp.domain.order_status import OrderStatus
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.integrations.storage.local import LocalStorage
from webapp.models import File, Job, JobRow, OrderHistory, OutboxMessage, Shipment
from webapp.services.files import receive
from webapp.services.importing.status_rows import COLUMNS, read_rows
from webapp.services.importing.status_upload import check, start_status_upload
from webapp.services.job_leases import ATTEMPTS, LeaseLost, take_lease
from webapp.services.jobs import (
    cancel_job,
    confirm_job,
    failed_rows,
    get_job,
    list_jobs,
    result_rows,
    retry_failed,
    run_job,
    sweep_jobs,
)
from webapp.services.unit_of_work import unit_of_work
from webapp.spreadsheets import Row, match_columns
from webapp.spreadsheets.writing import write_xlsx

S = OrderStatus


@pytest.fixture
def storage(app: Flask) -> LocalStorage:
    """Where the application keeps files."""
    return app.extensions["storage"]


def upload(actor: Actor, storage: LocalStorage, data: bytes, name: str = "status.csv") -> int:
    """Take a file and check it; the id of its job."""
    job_id = start_status_upload(actor, receive(storage, io.BytesIO(data)), name)
    run_job(job_id, storage)
    return job_id


def job(job_id: int) -> Job:
    """The job as the database has it now."""
    db.session.rollback()
    found = db.session.get(Job, job_id, populate_existing=True)
    assert found is not None
    return found


def apply(actor: Actor, storage: LocalStorage, data: bytes) -> Job:
    """Upload, confirm and run a file to its end."""
    job_id = upload(actor, storage, data)
    assert job(job_id).state == "ready", job(job_id).error_code
    confirm_job(actor, job_id)
    while not run_job(job_id, storage):
        pass
    return job(job_id)


def csv(*rows: Sequence[str], header: str = "order_number,status") -> bytes:
    """A CSV file of these rows."""
    return "\n".join([header, *(",".join(row) for row in rows)]).encode()


def outcomes(job_id: int) -> list[tuple[str, str | None]]:
    """Outcome and code of each row, in the order of the file."""
    db.session.rollback()
    query = select(JobRow.outcome, JobRow.code).where(JobRow.job_id == job_id).order_by(JobRow.row_no)
    return [(row.outcome, row.code) for row in db.session.execute(query)]


def test_a_file_is_previewed_then_applied_row_by_row(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    good, canceled, unknown = *make_orders(shop.manual, 2), "261121-AAAAAAAA"
    force([canceled.id], status=S.CANCELED)
    data = csv((good.number, "shipped"), (canceled.number, "shipped"), (unknown, "shipped"))
    job_id = upload(shop.actor(), storage, data)
    preview = job(job_id).preview
    assert preview is not None
    assert (preview["ok"], preview["unchanged"], preview["failed"]) == (1, 0, 2)
    assert [f["code"] for f in preview["failures"]] == ["transition_not_allowed", "not_found"]
    assert preview["to"] == {"shipped": 1}
    assert status_of(good.number) == "pending", "a preview changes nothing"
    confirm_job(shop.actor(), job_id)
    assert run_job(job_id, storage)
    done = job(job_id)
    assert (done.state, done.ok, done.unchanged, done.failed) == ("done", 1, 0, 2)
    assert outcomes(job_id) == [("ok", None), ("failed", "transition_not_allowed"), ("failed", "not_found")]
    assert status_of(good.number) == "shipped"
    assert totals_recounted() == []


def test_the_same_file_again_changes_nothing(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    orders = make_orders(shop.manual, 5)
    header = "order_number,status,comment,tracking_number,courier,paid"
    rows = [(o.number, "shipped", "on its way", f"JNE00{i}", "JNE REG", "ya") for i, o in enumerate(orders)]
    first = apply(shop.actor(), storage, csv(*rows, header=header))
    entries = count_rows(OrderHistory)
    second = apply(shop.actor(), storage, csv(*rows, header=header))
    assert (first.ok, second.ok, second.unchanged, second.failed) == (5, 0, 5, 0)
    assert second.params["duplicate"] == first.id
    assert count_rows(OrderHistory) == entries
    assert {s.tracking_number for s in db.session.scalars(select(Shipment))} == {f"JNE00{i}" for i in range(5)}
    assert {s.state for s in db.session.scalars(select(Shipment))} == {"dispatched"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_delimiters_and_languages(
    app: Flask, shop: Shop, storage: LocalStorage, encoding: str, delimiter: str
) -> None:
    one, two = make_orders(shop.manual, 2)
    text = delimiter.join(["Order Number", "STATUS", "Comment"]) + "\r\n"
    text += delimiter.join([one.number.lower(), "배송 중", "곧 도착합니다"]) + "\r\n"
    text += delimiter.join([two.number.replace("-", " "), "처리 중", '"two\nlines"']) + "\r\n"
    done = apply(shop.actor(), storage, text.encode(encoding))
    assert (done.ok, done.failed) == (2, 0), outcomes(done.id)
    assert (status_of(one.number), status_of(two.number)) == ("shipped", "in_process")
    assert history_of(one.number)[-1].comment == "곧 도착합니다"
    assert history_of(two.number)[-1].comment == "two\nlines"


def test_a_spreadsheet_is_read_the_same(app: Flask, shop: Shop, storage: LocalStorage, tmp_path: Path) -> None:
    (order,) = make_orders(shop.manual)
    path = tmp_path / "status.xlsx"
    write_xlsx(path, ["order_number", "status", "tracking_number"], [[order.number, "Dikirim", "000123456789"]])
    done = apply(shop.actor(), storage, path.read_bytes())
    assert (done.ok, done.failed) == (1, 0), outcomes(done.id)
    db.session.rollback()
    assert db.session.scalars(select(Shipment.tracking_number)).one() == "000123456789"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"order_number,status\n", "no_rows"),
        (b"name,price\nA,1\n", "missing_columns"),
        (bytes(random.Random(1).randbytes(5000)), "not_a_table"),
        (b"PK\x03\x04 not really a zip", "bad_xlsx"),
        (b'order_number,status\n"261121-AAAAAAAA,shipped\n', "unclosed_quote"),
    ],
)
def test_a_file_that_cannot_be_read_changes_nothing_and_says_why(
    app: Flask, shop: Shop, storage: LocalStorage, data: bytes, code: str
) -> None:
    make_orders(shop.manual)
    job_id = upload(shop.actor(), storage, data)
    failed = job(job_id)
    assert failed.state == "failed"
    assert failed.error_code == code
    with pytest.raises(Refused):
        confirm_job(shop.actor(), job_id)
    assert count_rows(OrderHistory) == 1


def test_the_first_of_two_rows_for_one_order_counts(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    (order,) = make_orders(shop.manual)
    rows = [(order.number, "confirmed"), (order.number.lower(), "canceled"), (order.number, "confirmed")]
    done = apply(shop.actor(), storage, csv(*rows))
    assert outcomes(done.id) == [("ok", None), ("failed", "duplicate_row"), ("failed", "duplicate_row")]
    assert status_of(order.number) == "confirmed"


def test_bad_cells_fail_their_row_alone(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    orders = make_orders(shop.manual, 7)
    n = [order.number for order in orders]
    header = "order_number,status,notify,paid,tracking_number"
    done = apply(
        shop.actor(),
        storage,
        csv(
            (n[0], "dispatched-ish", "", "", ""), (n[1], "", "", "", ""), ("", "shipped", "", "", ""),
            (n[2], "shipped", "perhaps", "", ""), (n[3], "shipped", "", "maybe", ""), (n[4], "shipped", "", "", "=1+1"),
            (n[5], "Shipped", "yes", "no", "0012"), header=header,
        ),
    )  # fmt: skip
    codes = ["unknown_status", "missing_value", "missing_value", "bad_value", "bad_value", "bad_value", None]
    assert [code for _, code in outcomes(done.id)] == codes
    assert [status_of(number) for number in n[:6]] == ["pending"] * 5 + ["shipped"]
    assert status_of(n[6]) == "pending"
    assert count_rows(OutboxMessage) == 1


def test_fifty_extra_columns_are_named_and_left_alone(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    (order,) = make_orders(shop.manual)
    extra = [f"extra {i}" for i in range(50)]
    data = csv((order.number, "shipped", *extra), header=",".join(["order_number", "status", *extra]))
    job_id = upload(shop.actor(), storage, data)
    preview = job(job_id).preview
    assert preview is not None
    assert preview["extra"] == extra
    assert preview["ok"] == 1


def test_channel_numbers_find_orders_where_they_are_unique(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    one, two = make_orders(shop.manual, 1, channel_order_id="INV/1") + make_orders(
        shop.manual, 1, channel_order_id="INV/2"
    )
    (twin,) = make_orders(shop.shopee, 1, channel_order_id="INV/2")
    done = apply(shop.actor(), storage, csv(("INV/1", "confirmed"), ("INV/2", "confirmed")))
    assert outcomes(done.id) == [("ok", None), ("failed", "ambiguous")]
    assert [status_of(o.number) for o in (one, two, twin)] == ["confirmed", "pending", "pending"]


def test_preview_and_run_agree_for_every_order_and_target(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    orders = []
    for account in (shop.manual, shop.shopee):
        for start in S:
            orders += make_orders(account, len(S), status=start)
    rows = [(order.number, target) for i, order in enumerate(orders) for target in [list(S)[i % len(S)]]]
    job_id = upload(shop.actor(), storage, csv(*rows))
    preview = job(job_id).preview
    confirm_job(shop.actor(), job_id)
    run_job(job_id, storage)
    done = job(job_id)
    assert preview is not None
    assert (preview["ok"], preview["unchanged"], preview["failed"]) == (done.ok, done.unchanged, done.failed)
    assert done.ok > 10
    assert done.failed > 10
    assert totals_recounted() == []


def test_a_job_goes_on_where_it_stopped(
    app: Flask, shop: Shop, storage: LocalStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.services.job_chunks.CHUNK", {"sqlite": 3, "postgresql": 3})
    orders = make_orders(shop.manual, 10)
    rows = [(o.number, "confirmed") for o in orders] + [(orders[0].number, "canceled")]
    job_id = upload(shop.actor(), storage, csv(*rows))
    confirm_job(shop.actor(), job_id)
    turns = 1
    while not run_job(job_id, storage, seconds=0):
        turns += 1
    done = job(job_id)
    assert turns >= 4
    assert (done.state, done.ok, done.failed) == ("done", 10, 1)
    assert outcomes(job_id)[-1] == ("failed", "duplicate_row"), "what earlier turns named is remembered"
    assert count_rows(OrderHistory) == 20


def test_a_lease_keeps_others_away_and_the_sweep_finds_what_was_left(
    app: Flask, shop: Shop, storage: LocalStorage, rung: list[tuple[str, tuple[object, ...]]]
) -> None:
    (order,) = make_orders(shop.manual)
    job_id = upload(shop.actor(), storage, csv((order.number, "confirmed")))
    confirm_job(shop.actor(), job_id)
    rung.clear()
    sweep_jobs()
    assert rung == [("webapp.tasks.jobs.run", (job_id,))]
    assert run_job(job_id, storage)
    rung.clear()
    sweep_jobs()
    assert rung == []


def test_failed_rows_go_out_as_a_new_file(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    good, bad = make_orders(shop.manual, 2)
    force([bad.id], status=S.COMPLETED)
    done = apply(
        shop.actor(),
        storage,
        csv((good.number, "confirmed", "x"), (bad.number, "rts", "0012"), header="order_number,status,note"),
    )
    assert [row.cells[0] for row in failed_rows(db.session(), done.id)] == [bad.number]
    again = retry_failed(shop.actor(), done.id, storage)
    run_job(again, storage)
    preview = job(again).preview
    assert preview is not None
    assert (preview["ok"], preview["failed"]) == (0, 1)
    rows = list(result_rows(db.session(), done, storage, say=lambda p: p.code.value))
    assert rows[0] == ["order_number", "status", "note", "outcome", "code", "message"]
    assert rows[1] == [good.number, "confirmed", "x", "ok", "", ""]
    assert rows[2][3:] == ["failed", "transition_not_allowed", "transition_not_allowed"]


def test_a_checked_file_can_be_discarded(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    (order,) = make_orders(shop.manual)
    job_id = upload(shop.actor(), storage, csv((order.number, "confirmed")))
    cancel_job(shop.actor(), job_id)
    assert job(job_id).state == "canceled"
    with pytest.raises(Refused):
        confirm_job(shop.actor(), job_id)
    assert status_of(order.number) == "pending"


def test_only_people_who_may_import_upload(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    for role in (Role.WAREHOUSE, Role.PROVIDER, Role.VIEWER):
        with pytest.raises(Refused):
            upload(shop.actor(role), storage, csv(("a", "shipped")))
    assert count_rows(Job) == 0


def test_a_check_that_wakes_up_late_does_not_move_the_place_of_another(
    app: Flask, shop: Shop, storage: LocalStorage
) -> None:
    (order,) = make_orders(shop.manual)
    job_id = start_status_upload(shop.actor(), receive(storage, io.BytesIO(csv((order.number, "confirmed")))), "a.csv")
    late = take_lease(job_id)
    assert late is not None
    with unit_of_work(SYSTEM) as work:  # it slept, and another worker went on to the end
        work.session.execute(update(Job).where(Job.id == job_id).values(lease_token="another", next_row=1))
    with pytest.raises(LeaseLost):
        check(job(job_id), late, shop.actor(), storage)
    assert (job(job_id).next_row, job(job_id).state) == (1, "checking")


def test_a_file_that_can_no_longer_be_read_ends_its_job(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    (order,) = make_orders(shop.manual)
    job_id = upload(shop.actor(), storage, csv((order.number, "confirmed")))
    confirm_job(shop.actor(), job_id)
    file = db.session.get(File, job(job_id).file_id)
    assert file is not None
    storage.path(file.storage_key).write_bytes(b"%PDF-1.7\x00\x01")
    assert run_job(job_id, storage)
    assert (job(job_id).state, job(job_id).error_code) == ("failed", "not_a_table")
    assert status_of(order.number) == "pending"


def test_who_is_limited_to_some_stores_sees_no_files_of_others(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    (order,) = make_orders(shop.manual)
    job_id = upload(shop.actor(Role.OWNER), storage, csv((order.number, "confirmed")))
    everywhere = shop.actor(Role.ADMIN)
    limited = replace(everywhere, scope=Scope(frozenset({shop.onyu_manual})))
    assert [found.id for found in list_jobs(db.session(), everywhere)] == [job_id]
    assert list_jobs(db.session(), limited) == []
    assert get_job(db.session(), limited, job_id) is None


def test_a_job_that_never_gets_on_is_given_up_in_words(app: Flask, shop: Shop, storage: LocalStorage) -> None:
    (order,) = make_orders(shop.manual)
    job_id = upload(shop.actor(), storage, csv((order.number, "confirmed")))
    confirm_job(shop.actor(), job_id)
    with unit_of_work(SYSTEM) as work:
        work.session.execute(update(Job).values(attempts=ATTEMPTS))
    assert run_job(job_id, storage)
    ended = job(job_id)
    assert (ended.state, ended.error_code) == ("failed", "internal")
    assert status_of(order.number) == "pending"


def test_rows_that_ask_for_the_same_share_one_act() -> None:
    columns = match_columns(["order_number", "status", "comment"], COLUMNS)
    asked = [("A", "shipped", "x"), ("B", "shipped", "x"), ("C", "shipped", "y")]
    first, second, third = read_rows(columns, [Row(n, n + 1, list(cells)) for n, cells in enumerate(asked, 1)])
    assert first.act is not None
    assert first.act is second.act
    assert third.act is not None
    assert third.act.comment == "y"
