"""A job on a frozen list, killed at every point of its check, its run and its undo: as if nothing had happened."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from tests.crash.killing import storm
from tests.crash.test_killed_workers import picture
from tests.factories import Shop, make_orders, totals_recounted
from webapp.domain.order_acts import ActKind
from webapp.domain.order_status import OrderStatus
from webapp.extensions import db
from webapp.models import Batch, Job, JobTarget
from webapp.services import job_chunks
from webapp.services.bulk_jobs import freeze, take_back
from webapp.services.bulk_jobs.acts import BulkAct
from webapp.services.bulk_jobs.freeze import start_bulk_change
from webapp.services.bulk_jobs.take_back import start_undo
from webapp.services.jobs import confirm_job, run_job
from webapp.services.orders.create import CreatedOrder
from webapp.services.orders.filters import ListFilter

S = OrderStatus


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several steps, windows and chunks in a short list."""
    monkeypatch.setattr(freeze, "STEP", 3)
    monkeypatch.setattr(take_back, "WINDOW", 5)
    monkeypatch.setattr(job_chunks, "CHUNK", {"sqlite": 3, "postgresql": 3})
    monkeypatch.setattr(job_chunks, "PAUSE", {"sqlite": 0.0, "postgresql": 0.0})


def make_some(account: int) -> list[CreatedOrder]:
    """Orders to change and to refuse."""
    return make_orders(account, 7, status=S.CONFIRMED) + make_orders(account, 2, status=S.CANCELED)


def test_killed_at_every_point(app: Flask, shop: Shop) -> None:
    storage, actor = app.extensions["storage"], shop.actor()
    act = BulkAct(ActKind.CHANGE_STATUS, to=S.SHIPPED, notify=True)
    calm, stormy = make_some(shop.manual), make_some(shop.onyu_manual)

    def both(start: Callable[[str], int]) -> tuple[int, int]:
        calm_job, stormy_job = start("rona"), start("onyu")
        run_job(calm_job, storage)
        assert storm(app, stormy_job, storage) > 10
        # But for the words of the search: the stores' phones are written differently.
        assert picture(stormy, stormy_job)[:-1] == picture(calm, calm_job)[:-1]
        assert totals_recounted() == []
        return calm_job, stormy_job

    frozen = both(lambda store: start_bulk_change(actor, ListFilter(store=(store,)), act))
    jobs = dict(zip(("rona", "onyu"), frozen, strict=True))
    listed = [
        list(db.session.scalars(select(JobTarget.row_no).where(JobTarget.job_id == job))) for job in jobs.values()
    ]
    assert listed[0] == listed[1] == list(range(1, 10))
    previews = [db.session.get_one(Job, job).preview or {} for job in jobs.values()]
    assert [(p["ok"], p["failed"], len(p["failures"])) for p in previews] == [(7, 2, 2)] * 2

    def confirmed(store: str) -> int:
        confirm_job(actor, jobs[store])
        return jobs[store]

    both(confirmed)

    def undone(store: str) -> int:
        db.session.rollback()
        return start_undo(actor, db.session.scalars(select(Batch.id).where(Batch.job_id == jobs[store])).one())

    both(undone)
