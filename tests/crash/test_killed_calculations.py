"""A calculation, killed at every point: each order still counts once."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from tests.crash.killing import storm
from tests.factories import Shop, make_orders
from webapp.domain.order_status import OrderStatus
from webapp.extensions import db
from webapp.models import Job
from webapp.services import calculations
from webapp.services.calculations import calculated, start_calculation
from webapp.services.jobs import run_job
from webapp.services.orders.filters import ListFilter


def test_killed_at_every_point(app: Flask, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calculations, "STEP", 3)
    storage, actor, today = app.extensions["storage"], shop.actor(), date(2026, 11, 8)
    make_orders(shop.manual, 5, status=OrderStatus.SHIPPED)
    make_orders(shop.onyu_manual, 6)
    calm = start_calculation(actor, ListFilter(q="siti"), today)
    assert run_job(calm, storage)
    stormy = start_calculation(actor, ListFilter(q="siti nurhaliza"), today)
    assert storm(app, stormy, storage) > 10
    db.session.rollback()
    jobs = [db.session.get_one(Job, job_id, populate_existing=True) for job_id in (calm, stormy)]
    assert [(job.state, job.next_row, job.ok) for job in jobs] == [("done", 11, 11)] * 2
    assert calculated(actor, jobs[0]) == calculated(actor, jobs[1]) is not None
