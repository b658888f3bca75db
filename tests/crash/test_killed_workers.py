"""Killed at every statement in turn, and two at a time: afterwards everything agrees as if nothing had happened."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from tests.crash.killing import expire_lease, run_and_kill, storm
from tests.factories import Shop, make_orders, totals_recounted
from webapp.domain.order_status import OrderStatus
from webapp.extensions import db
from webapp.integrations.storage.local import LocalStorage
from webapp.models import Job, JobRow, Order, OrderHistory, OutboxMessage, Payment, Shipment
from webapp.services import job_chunks, job_leases
from webapp.services.files import receive
from webapp.services.importing import status_upload
from webapp.services.job_leases import LeaseLost, take_lease
from webapp.services.jobs import confirm_job, run_job
from webapp.services.orders.bulk import change_status
from webapp.services.orders.create import CreatedOrder

S = OrderStatus
ROWS = 12


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several windows, of several transactions each, in a short file."""
    monkeypatch.setattr(status_upload, "WINDOW", 8)
    monkeypatch.setattr(job_chunks, "CHUNK", {"sqlite": 4, "postgresql": 4})
    monkeypatch.setattr(job_chunks, "PAUSE", {"sqlite": 0.0, "postgresql": 0.0})


def make_half(shop: Shop) -> list[CreatedOrder]:
    """Orders of every kind that a file meets: to change, to refuse, already there."""
    orders = make_orders(shop.manual, ROWS - 4)
    orders += make_orders(shop.manual, 2, status=S.CANCELED)
    return orders + make_orders(shop.manual, 2, status=S.SHIPPED)


def file_of(orders: list[CreatedOrder]) -> bytes:
    """A file that ships, pays and tells; the last row names the first order again."""
    rows = [f"{o.number},shipped,yes,JNE{i},{'yes' if i % 2 else ''}" for i, o in enumerate(orders)]
    rows.append(f"{orders[0].number},canceled,,,")
    return "\n".join(["order_number,status,notify,tracking_number,paid", *rows]).encode()


def start(shop: Shop, storage: LocalStorage, data: bytes) -> int:
    """A checked and confirmed job for the file."""
    actor = shop.actor()
    job_id = status_upload.start_status_upload(actor, receive(storage, io.BytesIO(data)), "status.csv")
    run_job(job_id, storage)
    confirm_job(actor, job_id)
    return job_id


def picture(orders: list[CreatedOrder], job_id: int) -> list[object]:
    """All that a job leaves behind, without ids and times."""
    db.session.rollback()
    ids = [order.id for order in orders]
    place = {order_id: i for i, order_id in enumerate(ids)}
    job = db.session.get(Job, job_id, populate_existing=True)
    assert job is not None

    def rows(query: str) -> list[tuple[object, ...]]:
        listed = ", ".join(map(str, ids))
        found = db.session.execute(text(query.format(ids=listed)))
        return sorted((place[row[0]], *row[1:]) for row in found)

    outcomes = select(JobRow.row_no, JobRow.outcome, JobRow.code).where(JobRow.job_id == job_id).order_by(JobRow.row_no)
    return [
        (job.state, job.next_row, job.ok, job.unchanged, job.failed),
        [tuple(row) for row in db.session.execute(outcomes)],
        rows("select id, status, payment_status, version from orders where id in ({ids})"),
        rows("select order_id, seq, from_status, to_status, notify from order_history where order_id in ({ids})"),
        rows("select order_id, state, tracking_number from shipments where order_id in ({ids})"),
        rows("select order_id, amount, state from payments where order_id in ({ids})"),
        rows("select order_id, kind, state from outbox where order_id in ({ids})"),
        rows("select order_id, length(doc) from order_search where order_id in ({ids})"),
    ]


def test_a_worker_killed_at_every_point_in_turn(app: Flask, shop: Shop) -> None:
    storage = app.extensions["storage"]
    calm, stormy = make_half(shop), make_half(shop)
    calm_job, stormy_job = start(shop, storage, file_of(calm)), start(shop, storage, file_of(stormy))
    run_job(calm_job, storage)
    assert storm(app, stormy_job, storage) > 20
    assert picture(stormy, stormy_job) == picture(calm, calm_job)
    assert totals_recounted() == []


def test_a_worker_that_lost_its_lease_writes_nothing(app: Flask, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = app.extensions["storage"]
    orders, calm = make_half(shop), make_half(shop)
    calm_job, job_id = start(shop, storage, file_of(calm)), start(shop, storage, file_of(orders))
    run_job(calm_job, storage)
    slow = take_lease(job_id)
    assert slow is not None
    assert take_lease(job_id) is None, "a held job is not given away"
    stale = db.session.get(Job, job_id, populate_existing=True)
    assert stale is not None
    db.session.expunge(stale)
    db.session.rollback()
    expire_lease(job_id)
    assert run_job(job_id, storage), "another worker takes over and finishes"
    with pytest.raises(LeaseLost):
        status_upload.run(stale, slow, shop.actor(), storage)
    assert picture(orders, job_id) == picture(calm, calm_job)
    assert totals_recounted() == []


def test_a_web_process_killed_in_the_middle_of_a_bulk_change_leaves_all_or_nothing(app: Flask, shop: Shop) -> None:
    at, done = 0, False
    while not done:
        at += 1
        orders = make_orders(shop.manual, 5)
        numbers = [order.number for order in orders]
        actor = shop.actor()
        done = run_and_kill(app, lambda a=actor, n=numbers: change_status(a, n, S.SHIPPED, notify=True), at)
        ids = [order.id for order in orders]
        changed = db.session.scalar(select(func.count()).where(Order.id.in_(ids), Order.status == "shipped")) or 0
        entries = db.session.scalar(select(func.count()).where(OrderHistory.order_id.in_(ids))) or 0
        mails = db.session.scalar(select(func.count()).where(OutboxMessage.order_id.in_(ids))) or 0
        parcels = db.session.scalar(select(func.count()).where(Shipment.order_id.in_(ids))) or 0
        paid = db.session.scalar(select(func.count()).where(Payment.order_id.in_(ids))) or 0
        assert (changed, entries, mails, parcels, paid) in {(0, 5, 0, 0, 0), (5, 10, 5, 5, 0)}
        assert totals_recounted() == []
    assert at > 10


def test_the_lease_outlives_no_worker(app: Flask, shop: Shop) -> None:
    assert timedelta(seconds=job_chunks.SLICE) < job_leases.LEASE
