"""Jobs on a frozen list: what is on it, what is done to it, and by whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.factories import Shop, count_rows, force, history_of, make_orders, status_of, totals_recounted
from webapp import clock
from webapp.domain.actors import SYSTEM, Actor
from webapp.domain.errors import Refused
from webapp.domain.order_acts import ActKind
from webapp.domain.order_status import OrderStatus
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.models import Batch, Job, JobRow, JobTarget, Order, OrderHistory, OutboxMessage, User
from webapp.services import housekeeping
from webapp.services.bulk_jobs import freeze as freezing
from webapp.services.bulk_jobs.acts import NEEDED, BulkAct
from webapp.services.bulk_jobs.freeze import start_bulk_change
from webapp.services.job_leases import take_lease
from webapp.services.jobs import cancel_job, confirm_job, list_jobs, result_rows, retry_failed, run_job, sweep_jobs
from webapp.services.orders.bulk import change_status
from webapp.services.orders.filters import ListFilter
from webapp.services.orders.tag import create_tag
from webapp.services.unit_of_work import unit_of_work

S = OrderStatus
CONFIRM = BulkAct(ActKind.CHANGE_STATUS, to=S.CONFIRMED)


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several steps and several chunks in a short list."""
    monkeypatch.setattr(freezing, "STEP", 4)
    monkeypatch.setattr("webapp.services.job_chunks.CHUNK", {"sqlite": 3, "postgresql": 3})
    monkeypatch.setattr("webapp.services.job_chunks.PAUSE", {"sqlite": 0.0, "postgresql": 0.0})


def job(job_id: int) -> Job:
    """The job as the database has it now."""
    db.session.rollback()
    found = db.session.get(Job, job_id, populate_existing=True)
    assert found is not None
    return found


def go_on(app: Flask, job_id: int) -> Job:
    """Let workers take the job until it waits or has ended."""
    while not run_job(job_id, app.extensions["storage"]):
        pass
    return job(job_id)


def frozen(app: Flask, actor: Actor, flt: ListFilter | None = None, act: BulkAct = CONFIRM) -> int:
    """A job whose list is frozen and checked."""
    job_id = start_bulk_change(actor, flt or ListFilter(), act)
    assert go_on(app, job_id).state == "ready", job(job_id).error_code
    return job_id


def changed(app: Flask, actor: Actor, flt: ListFilter | None = None, act: BulkAct = CONFIRM) -> Job:
    """The job confirmed, and run to its end."""
    job_id = frozen(app, actor, flt, act)
    confirm_job(actor, job_id)
    return go_on(app, job_id)


def listed(job_id: int) -> list[str]:
    """The numbers on the frozen list, in its order."""
    db.session.rollback()
    query = select(JobTarget.number).where(JobTarget.job_id == job_id).order_by(JobTarget.row_no)
    return list(db.session.scalars(query))


def outcomes(job_id: int) -> dict[str, tuple[str, str | None]]:
    """What became of each order, by number."""
    db.session.rollback()
    rows = db.session.scalars(select(JobRow).where(JobRow.job_id == job_id))
    return {row.cells[0]: (row.outcome, row.code) for row in rows}


def test_what_the_list_shows_is_frozen_checked_and_then_changed(app: Flask, shop: Shop) -> None:
    live = make_orders(shop.manual, 9)
    final = make_orders(shop.manual, 2, status=S.CANCELED)
    other = make_orders(shop.onyu_manual, 2)
    job_id = frozen(app, shop.actor(), ListFilter(store=("rona",)))
    ready = job(job_id)
    assert ready.preview is not None
    assert (ready.total_rows, ready.preview["ok"], ready.preview["failed"]) == (11, 9, 2)
    assert {f["number"] for f in ready.preview["failures"]} == {order.number for order in final}
    assert [f["code"] for f in ready.preview["failures"]] == ["transition_not_allowed"] * 2
    assert sorted(listed(job_id)) == sorted(order.number for order in [*live, *final])
    assert status_of(live[0].number) == "pending", "freezing changes nothing"
    assert list_jobs(db.session(), shop.actor(), "other")[0].id == job_id
    confirm_job(shop.actor(), job_id)
    done = go_on(app, job_id)
    assert (done.state, done.ok, done.unchanged, done.failed, done.next_row) == ("done", 9, 0, 2, 11)
    assert {status_of(order.number) for order in live} == {"confirmed"}
    assert {status_of(order.number) for order in other} == {"pending"}
    batch = db.session.scalars(select(Batch).where(Batch.job_id == job_id)).one()
    assert (batch.kind, batch.to_status) == ("change_status", "confirmed")
    assert {history_of(order.number)[-1].batch_id for order in live} == {batch.id}
    assert totals_recounted() == []


def test_only_the_frozen_orders_are_changed_and_each_is_decided_again(app: Flask, shop: Shop) -> None:
    orders = make_orders(shop.manual, 6)
    actor = shop.actor()
    job_id = frozen(app, actor, ListFilter(tab="new"))
    late = make_orders(shop.manual, 2)
    change_status(actor, [orders[0].number], S.CANCELED)
    change_status(actor, [orders[1].number], S.CONFIRMED)
    with unit_of_work(SYSTEM) as work:
        work.session.delete(work.session.get_one(Order, orders[2].id))
    confirm_job(actor, job_id)
    done = go_on(app, job_id)
    assert (done.ok, done.unchanged, done.failed) == (3, 1, 2)
    assert outcomes(job_id)[orders[0].number] == ("failed", "transition_not_allowed")
    assert outcomes(job_id)[orders[1].number] == ("unchanged", None)
    assert outcomes(job_id)[orders[2].number] == ("failed", "not_found")
    assert {status_of(order.number) for order in late} == {"pending"}


def test_freezing_goes_on_where_it_was_without_meeting_an_order_twice(app: Flask, shop: Shop) -> None:
    orders = make_orders(shop.manual, 11)
    actor = shop.actor()
    job_id = start_bulk_change(actor, ListFilter(), CONFIRM)
    turns = 0
    while not run_job(job_id, app.extensions["storage"], seconds=0.0):
        turns += 1
        make_orders(shop.manual, 1, ordered_at=clock.now())  # newer than what the walk has passed
    assert turns > 2
    assert listed(job_id) == [order.number for order in reversed(orders)]
    assert job(job_id).total_rows == 11


def test_the_job_goes_on_chunk_by_chunk_and_can_be_stopped(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual, 8)
    actor = shop.actor()
    job_id = frozen(app, actor)
    confirm_job(actor, job_id)
    assert not run_job(job_id, app.extensions["storage"], seconds=0.0)
    assert job(job_id).next_row == 3
    cancel_job(actor, job_id)
    stopped = go_on(app, job_id)
    assert (stopped.state, stopped.ok, count_rows(JobRow)) == ("canceled", 3, 3)


def test_scope_and_permission_are_those_of_the_moment_of_the_run(app: Flask, shop: Shop) -> None:
    ours, theirs = make_orders(shop.onyu_manual, 2), make_orders(shop.manual, 2)
    actor = shop.actor(Role.CS)
    job_id = frozen(app, actor)
    confirm_job(actor, job_id)
    with unit_of_work(SYSTEM) as work:
        user = work.session.get_one(User, shop.people[Role.CS])
        user.all_stores = False
    done = go_on(app, job_id)
    assert (done.ok, done.failed) == (0, 4)
    assert {code for _outcome, code in outcomes(job_id).values()} == {"not_found"}
    job_id = frozen(app, shop.actor(Role.ADMIN))
    confirm_job(shop.actor(Role.ADMIN), job_id)
    with unit_of_work(SYSTEM) as work:
        work.session.get_one(User, shop.people[Role.ADMIN]).role = Role.VIEWER.value
    assert (go_on(app, job_id).state, job(job_id).error_code) == ("failed", "no_permission")
    assert {status_of(order.number) for order in [*ours, *theirs]} == {"pending"}


def test_a_person_sees_only_their_stores_in_the_list(app: Flask, shop: Shop) -> None:
    mine, theirs = make_orders(shop.onyu_manual, 2), make_orders(shop.manual, 2)
    force([mine[0].id, theirs[0].id], warehouse_id=shop.warehouse)
    actor = shop.actor(Role.PROVIDER)
    job_id = frozen(app, actor, act=BulkAct(ActKind.CHANGE_STATUS, to=S.IN_PROCESS))
    assert sorted(listed(job_id)) == sorted([mine[0].number, theirs[0].number])


@pytest.mark.parametrize("kind", list(NEEDED))
def test_who_may_not_can_not_begin(app: Flask, shop: Shop, kind: ActKind) -> None:
    with pytest.raises(Refused):
        start_bulk_change(shop.actor(Role.VIEWER), ListFilter(), BulkAct(kind, to=S.CONFIRMED))
    assert count_rows(Job) == 0


def columns(number: str) -> dict[str, Any]:
    """What the acts below may have set."""
    db.session.rollback()
    order = db.session.scalars(select(Order).where(Order.number == number)).one()
    return {"status": order.status, "payment": order.payment_status, "assigned": order.assigned_to}


def test_every_bulk_action_can_be_done_to_a_list(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, 1)
    actor = shop.actor()
    assert changed(app, actor, act=BulkAct(ActKind.ADD_HISTORY, comment="Halo", notify=True)).ok == 1
    assert (history_of(order.number)[-1].comment, count_rows(OutboxMessage)) == ("Halo", 1)
    assert changed(app, actor, act=BulkAct(ActKind.MARK_PAID)).ok == 1
    assert columns(order.number)["payment"] == "paid"
    assert changed(app, actor, act=BulkAct(ActKind.ASSIGN, assigned="cs@example.com")).ok == 1
    assert columns(order.number)["assigned"] == shop.people[Role.CS]
    code = create_tag(actor, "VIP")
    assert changed(app, actor, act=BulkAct(ActKind.TAG, tag=(code,))).ok == 1
    assert changed(app, actor, ListFilter(tag=(code,)), BulkAct(ActKind.CHANGE_STATUS, to=S.CANCELED)).ok == 1
    live = make_orders(shop.manual, 2)
    done = changed(app, actor, act=BulkAct(ActKind.DELETE))
    assert (done.ok, done.failed) == (1, 2)
    assert outcomes(done.id)[order.number] == ("ok", None)
    assert outcomes(done.id)[live[0].number] == ("failed", "not_deletable")
    assert count_rows(Order) == 2
    assert db.session.scalar(select(Batch.id).where(Batch.job_id == done.id)) is None
    assert totals_recounted() == []


def test_a_person_who_was_archived_ends_the_job_that_gives_orders_to_them(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual, 1)
    actor = shop.actor()
    job_id = frozen(app, actor, act=BulkAct(ActKind.ASSIGN, assigned="cs@example.com"))
    confirm_job(actor, job_id)
    with unit_of_work(SYSTEM) as work:
        work.session.get_one(User, shop.people[Role.CS]).archived_at = work.now
    ended = go_on(app, job_id)
    assert (ended.state, ended.error_code, ended.error_params) == (
        "failed", "bad_value", {"field": "assigned", "value": "cs@example.com"},
    )  # fmt: skip


def test_the_result_file_names_each_order_with_its_statuses(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, 1)
    (final,) = make_orders(shop.manual, 1, status=S.CLOSED)
    done = changed(app, shop.actor())
    rows = list(result_rows(db.session(), done, app.extensions["storage"], lambda problem: problem.code.value))
    assert rows[0] == ["order_number", "from_status", "to_status", "outcome", "code", "message"]
    refused = "transition_not_allowed"
    assert sorted(rows[1:]) == sorted(
        [
            [order.number, "pending", "confirmed", "ok", "", ""],
            [final.number, "closed", "confirmed", "failed", refused, refused],
        ]
    )


def test_what_was_refused_is_tried_again_on_a_list_of_its_own(app: Flask, shop: Shop) -> None:
    live, final = make_orders(shop.manual, 3), make_orders(shop.manual, 5, status=S.CLOSED)
    actor = shop.actor()
    done = changed(app, actor)
    force([final[0].id, live[0].id], status=S.PENDING)
    again = retry_failed(actor, done.id, app.extensions["storage"])
    while not run_job(again, app.extensions["storage"], seconds=0.0):
        pass
    assert sorted(listed(again)) == sorted(order.number for order in final)
    confirm_job(actor, again)
    assert (go_on(app, again).ok, job(again).failed) == (1, 4)
    assert (status_of(final[0].number), status_of(live[0].number)) == ("confirmed", "pending")


def test_a_list_that_nobody_confirms_ends_and_is_forgotten(
    app: Flask, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_orders(shop.manual, 5)
    actor = shop.actor()
    kept, stale = frozen(app, actor), frozen(app, actor)
    with unit_of_work(SYSTEM) as work:
        work.session.execute(update(Job).where(Job.id == stale).values(created_at=work.now - timedelta(hours=25)))
    sweep_jobs()
    assert (job(stale).state, job(kept).state) == ("canceled", "ready")
    with pytest.raises(Refused):
        confirm_job(actor, stale)
    monkeypatch.setattr(housekeeping, "TARGETS_TOGETHER", 2)
    housekeeping.forget_targets()
    assert (listed(stale), len(listed(kept))) == ([], 5)


def test_a_list_without_orders_waits_with_none(app: Flask, shop: Shop) -> None:
    job_id = frozen(app, shop.actor(), ListFilter(q="nothingofthesort"))
    waiting = job(job_id)
    assert waiting.total_rows == 0
    assert waiting.preview is not None
    assert (waiting.preview["ok"], waiting.preview["failures"]) == (0, [])
    assert take_lease(job_id) is None
    assert count_rows(OrderHistory) == 0


def test_a_search_by_nothing_freezes_nothing(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual, 3)
    waiting = job(frozen(app, shop.actor(), ListFilter(q="%%%")))
    assert (waiting.total_rows, count_rows(JobTarget)) == (0, 0)
