"""Schedules: two schedulers do no harm, missed times run once."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import select, update

from webapp import clock
from webapp.domain.actors import SYSTEM
from webapp.extensions import db
from webapp.models import Schedule
from webapp.services.schedules import claim, due_names, ensure_schedules, run_due
from webapp.services.unit_of_work import unit_of_work
from webapp.tasks.schedule import WORK, due_work

EVERY = timedelta(seconds=60)


def test_what_is_due_runs_once_and_then_waits(app: Flask) -> None:
    done: list[str] = []
    rules = {"sweep": (EVERY, lambda: done.append("sweep"))}
    ensure_schedules({"sweep": EVERY})
    assert run_due(rules) == ["sweep"]
    assert run_due(rules) == []
    assert done == ["sweep"]


def test_of_two_schedulers_one_gets_it(app: Flask) -> None:
    ensure_schedules({"sweep": EVERY})
    ((name, seen),) = due_names()
    assert claim(name, seen, EVERY)
    assert not claim(name, seen, EVERY)


def test_missed_times_run_once(app: Flask) -> None:
    ensure_schedules({"sweep": EVERY})
    with unit_of_work(SYSTEM) as work:
        work.session.execute(update(Schedule).values(next_due_at=work.now - 10 * EVERY))
    done: list[str] = []
    rules = {"sweep": (EVERY, lambda: done.append("sweep"))}
    assert run_due(rules) == ["sweep"]
    assert run_due(rules) == []
    db.session.rollback()
    assert db.session.scalars(select(Schedule.next_due_at)).one() > clock.now()


def test_a_changed_interval_is_taken_over(app: Flask) -> None:
    ensure_schedules({"sweep": EVERY})
    ensure_schedules({"sweep": EVERY / 2, "fold": EVERY})
    db.session.rollback()
    rules = {row.name: row.rule for row in db.session.execute(select(Schedule.name, Schedule.rule))}
    assert rules == {"sweep": "every 30s", "fold": "every 60s"}


def test_everything_that_is_scheduled_can_run(app: Flask) -> None:
    (tick,) = due_work(app)
    tick()
    db.session.rollback()
    late = [row.name for row in db.session.scalars(select(Schedule)) if row.next_due_at <= clock.now()]
    assert late == []
    assert {row.name for row in db.session.scalars(select(Schedule))} == set(WORK)
