"""Undo of a job: for ten minutes from its end on, row by row, once."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.factories import Shop, history_of, make_orders, status_of, totals_recounted
from tests.services.bulk_jobs.test_bulk_change import changed, frozen, go_on, job, outcomes, small_steps
from webapp import clock
from webapp.domain.actors import SYSTEM
from webapp.domain.order_acts import ActKind
from webapp.domain.order_status import OrderStatus
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.models import Batch, Job, OutboxMessage, OutboxState
from webapp.services.bulk_jobs.acts import BulkAct
from webapp.services.bulk_jobs.take_back import start_undo
from webapp.services.files import receive
from webapp.services.importing.status_upload import start_status_upload
from webapp.services.jobs import confirm_job, run_job
from webapp.services.orders.bulk import change_status
from webapp.services.orders.undo import TIME, CannotUndo, Why, recent_changes, undo
from webapp.services.unit_of_work import unit_of_work

S = OrderStatus
SHIP = BulkAct(ActKind.CHANGE_STATUS, to=S.SHIPPED, notify=True)
__all__ = ["small_steps"]


def batch_of(job_id: int) -> int:
    """The change that a job made."""
    db.session.rollback()
    return db.session.scalars(select(Batch.id).where(Batch.job_id == job_id)).one()


def test_a_job_is_taken_back_by_a_job(app: Flask, shop: Shop) -> None:
    orders = make_orders(shop.manual, 8, status=S.CONFIRMED)
    actor = shop.actor()
    done = changed(app, actor, act=SHIP)
    change_status(actor, [orders[0].number], S.COMPLETED)
    undo_id = start_undo(actor, batch_of(done.id))
    undone = go_on(app, undo_id)
    assert (undone.kind, undone.state, undone.total_rows) == ("undo", "done", 8)
    assert (undone.ok, undone.failed, undone.next_row) == (7, 1, 8)
    assert outcomes(undo_id)[orders[0].number] == ("failed", "locked")
    assert status_of(orders[0].number) == "completed"
    assert {status_of(order.number) for order in orders[1:]} == {"confirmed"}
    last = history_of(orders[1].number)[-1]
    assert (last.from_status, last.to_status, last.batch_id) == ("shipped", "confirmed", batch_of(undo_id))
    messages = {m.order_id: m.state for m in db.session.scalars(select(OutboxMessage))}
    assert messages[orders[1].id] == OutboxState.WITHDRAWN
    assert messages[orders[0].id] == OutboxState.WAITING
    assert totals_recounted() == []
    with pytest.raises(CannotUndo) as again:
        start_undo(actor, batch_of(done.id))
    assert again.value.why is Why.DONE


def test_an_uploaded_file_is_taken_back_too(app: Flask, shop: Shop) -> None:
    orders = make_orders(shop.manual, 5)
    (final,) = make_orders(shop.manual, 1, status=S.CLOSED)
    actor, storage = shop.actor(), app.extensions["storage"]
    rows = [f"{order.number},confirmed" for order in [*orders, final]]
    data = "\n".join(["order_number,status", *rows]).encode()
    job_id = start_status_upload(actor, receive(storage, io.BytesIO(data)), "status.csv")
    run_job(job_id, storage)
    confirm_job(actor, job_id)
    go_on(app, job_id)
    undo_id = start_undo(actor, batch_of(job_id))
    assert not run_job(undo_id, storage, seconds=0.0), "it goes on in its next turn"
    assert go_on(app, undo_id).ok == 5
    assert {status_of(order.number) for order in orders} == {"pending"}
    assert set(outcomes(undo_id)) == {order.number for order in orders}


def test_who_and_when(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual, 2)
    actor = shop.actor()
    job_id = frozen(app, actor)
    confirm_job(actor, job_id)
    run_job(job_id, app.extensions["storage"], seconds=0.0)
    batch_id = batch_of(job_id)

    def why(who: Role = Role.ADMIN) -> Why:
        with pytest.raises(CannotUndo) as refused:
            start_undo(shop.actor(who), batch_id)
        return refused.value.why

    if job(job_id).finished_at is None:
        assert why() is Why.RUNNING
        assert recent_changes(db.session(), actor, clock.now())[0].going_on
    go_on(app, job_id)
    assert why(Role.OWNER) is Why.GONE
    with pytest.raises(CannotUndo):
        undo(actor, batch_id)  # not at once: its orders are those of the job's rows
    recent = recent_changes(db.session(), actor, clock.now())[0]
    assert (recent.batch_id, recent.kind, recent.orders, recent.job_id) == (batch_id, "change_status", 2, job_id)
    assert recent.until is not None
    with unit_of_work(SYSTEM) as work:
        long_ago = work.now - TIME - timedelta(seconds=1)
        work.session.execute(update(Job).where(Job.id == job_id).values(finished_at=long_ago))
    assert why() is Why.LATE
    assert recent_changes(db.session(), actor, clock.now())[0].until is None


def test_what_has_no_way_back_is_named(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, 1)
    actor = shop.actor()
    done = changed(app, actor, act=BulkAct(ActKind.CHANGE_STATUS, to=S.CANCELED))
    undo_id = start_undo(actor, batch_of(done.id))
    assert (go_on(app, undo_id).failed, outcomes(undo_id)) == (1, {order.number: ("failed", "transition_not_allowed")})
    assert status_of(order.number) == "canceled"
