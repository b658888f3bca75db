"""What the scheduler does, and how often. Whatever the queue lost is found here again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Flask, current_app

from webapp import clock, queues
from webapp.extensions import db
from webapp.services.housekeeping import (
    clean_search_index,
    delete_orphans,
    forget_results,
    forget_sessions,
    forget_targets,
    refresh_statistics,
)
from webapp.services.jobs import sweep_jobs
from webapp.services.outbox import TASK, anything_due
from webapp.services.schedules import ensure_schedules, run_due
from webapp.services.totals import fold
from webapp.services.unit_of_work import end_reading


def ring_outbox() -> None:
    """Ring for messages that are due."""
    due = anything_due(db.session(), clock.now())
    end_reading()
    if due:
        queues.ring(TASK)


def fold_totals() -> None:
    """Fold what has been appended to the totals."""
    fold(db.engine)


def clean_storage() -> None:
    """Delete files of uploads that were broken off, and of downloads that were long fetched."""
    forget_results()
    delete_orphans(current_app.extensions["storage"])


WORK: dict[str, tuple[timedelta, Callable[[], object]]] = {
    "fold_totals": (timedelta(seconds=5), fold_totals),
    "ring_outbox": (timedelta(seconds=2), ring_outbox),
    "sweep_jobs": (timedelta(seconds=10), sweep_jobs),
    "clean_search_index": (timedelta(seconds=5), clean_search_index),
    "refresh_statistics": (timedelta(hours=1), refresh_statistics),
    "forget_sessions": (timedelta(hours=24), forget_sessions),
    "forget_targets": (timedelta(hours=1), forget_targets),
    "clean_storage": (timedelta(hours=24), clean_storage),
}


def due_work(app: Flask) -> list[Callable[[], object]]:
    """What the scheduler calls once a second: everything that is due by the database."""
    with app.app_context():
        ensure_schedules({name: every for name, (every, _) in WORK.items()})

    def run_whatever_is_due() -> None:
        run_due(WORK)

    return [run_whatever_is_due]
