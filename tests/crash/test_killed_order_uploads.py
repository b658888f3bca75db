"""An orders upload killed at every statement in turn: afterwards everything is as if nothing had happened."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from sqlalchemy import text

from tests.crash.killing import expire_lease, run_and_kill, storm
from tests.factories import Shop, make_orders, totals_recounted
from webapp.extensions import db
from webapp.integrations.storage.local import LocalStorage
from webapp.models import Job
from webapp.services import job_chunks
from webapp.services.files import receive
from webapp.services.importing import order_upload
from webapp.services.importing.order_upload import start_order_upload
from webapp.services.jobs import confirm_job, run_job


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several transactions in a short file."""
    monkeypatch.setattr(order_upload, "CHUNK", {"sqlite": 4, "postgresql": 4})
    monkeypatch.setattr(job_chunks, "PAUSE", {"sqlite": 0.0, "postgresql": 0.0})


def file_of(shop: Shop, name: str) -> bytes:
    """New orders whose rows are scattered, changes of orders that are there, bad rows, rows without a number."""
    there = make_orders(shop.manual, 2)
    rows = [f",{name}-{n},{name} {n},S-{k},{k + 1},1000," for k in range(3) for n in range(4)]
    rows += [f"{order.number},,,N-1,1,5000,transfer" for order in there]
    rows += [f",{name}-9,{name},S-1,-1,1000,", f",,{name},S-1,1,1000,cod", f"{there[0].number},,{name},,,,"]
    rows.append("nothing of ours,,x,,,,")
    header = "order_number,channel_order_id,buyer_name,sku,quantity,unit_price,payment_method,store"
    return "\n".join([header, *(f"{row},rona" for row in rows)]).encode()


def start(shop: Shop, storage: LocalStorage, data: bytes) -> int:
    """A checked and confirmed job for the file."""
    job_id = start_order_upload(shop.actor(), receive(storage, io.BytesIO(data)), "orders.csv")
    assert run_job(job_id, storage)
    confirm_job(shop.actor(), job_id)
    return job_id


def picture(job_id: int) -> list[object]:
    """All that a job leaves behind, without ids, numbers, names and times."""
    db.session.rollback()
    job = db.session.get_one(Job, job_id, populate_existing=True)

    def rows(query: str) -> list[tuple[object, ...]]:
        mine = f"(select distinct order_id from job_rows where job_id = {job_id} and order_id is not null)"
        return sorted(tuple(row) for row in db.session.execute(text(query.format(mine=mine))))

    return [
        (job.state, job.next_row, job.ok, job.unchanged, job.failed),
        rows(f"select row_no, outcome, coalesce(code, '') from job_rows where job_id = {job_id}"),
        rows("select status, total, item_count, version from orders where id in {mine}"),
        rows("select sku, quantity, unit_price from order_lines where order_id in {mine}"),
        rows("select seq, to_status from order_history where order_id in {mine}"),
        rows("select count(*), count(distinct channel_order_id) from order_channel where order_id in {mine}"),
        rows("select count(*) from order_search where order_id in {mine}"),
        rows("select count(*) from order_contacts where order_id in {mine}"),
    ]


def test_a_worker_killed_at_every_point_in_turn(app: Flask, shop: Shop) -> None:
    storage = app.extensions["storage"]
    calm_job = start(shop, storage, file_of(shop, "calm"))
    stormy_job = start(shop, storage, file_of(shop, "wild"))
    assert run_job(calm_job, storage)
    assert storm(app, stormy_job, storage) > 20
    assert picture(stormy_job) == picture(calm_job)
    assert totals_recounted() == []


def test_a_check_that_is_killed_begins_anew(app: Flask, shop: Shop) -> None:
    storage = app.extensions["storage"]
    data = receive(storage, io.BytesIO(file_of(shop, "calm")))
    job_id = start_order_upload(shop.actor(), data, "orders.csv")
    for at in (3, 9, 15, 21):
        assert not run_and_kill(app, lambda: run_job(job_id, storage), at)
        expire_lease(job_id)
    assert run_job(job_id, storage)
    job = db.session.get_one(Job, job_id, populate_existing=True)
    assert (job.state, job.total_rows) == ("ready", 18)
    assert ((job.preview or {})["ok"], (job.preview or {})["failed"]) == (16, 2)
