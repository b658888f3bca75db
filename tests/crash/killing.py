"""Processes that end themselves by SIGKILL at a chosen point of their work with the database."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import timedelta
from itertools import count

from flask import Flask
from sqlalchemy import event, update

from tests.factories import totals_recounted
from webapp import clock
from webapp.domain.actors import SYSTEM
from webapp.extensions import db
from webapp.integrations.storage.local import LocalStorage
from webapp.models import Job
from webapp.services.jobs import run_job
from webapp.services.totals import fold
from webapp.services.unit_of_work import unit_of_work

LONGEST_TURN = 90
"""More points than there are from the beginning of a job's turn to the commit of its first chunk."""


def storm(app: Flask, job_id: int, storage: LocalStorage) -> int:
    """Kill the job's workers at every point in turn until one lives to the end of its work; how many died.

    What each leaves behind must agree with the totals.
    """
    at = deaths = 0
    while True:
        at += 1
        expire_lease(job_id)
        if run_and_kill(app, lambda: run_job(job_id, storage), at):
            return deaths
        deaths += 1
        assert deaths < 500
        fold(db.engine)
        assert totals_recounted() == []
        if at > LONGEST_TURN:
            # Every point of a turn was met; what is left of the job is met from its first point on.
            at = 0


def expire_lease(job_id: int) -> None:
    """Let the dead worker's lease run out, without waiting for it."""
    with unit_of_work(SYSTEM) as work:
        past = clock.now() - timedelta(seconds=1)
        work.session.execute(update(Job).where(Job.id == job_id).values(leased_until=past))


def run_and_kill(app: Flask, work: Callable[[], object], at: int) -> bool:
    """Do `work` in a process of its own that is killed at its `at`-th point; whether it lived to the end.

    Points are: before each statement, after each statement, and before each commit, on whatever connection.
    """
    db.session.remove()
    db.engine.dispose()
    child = os.fork()
    if child == 0:
        _live(work, at)
    _, status = os.waitpid(child, 0)
    db.engine.dispose()
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return False
    assert os.waitstatus_to_exitcode(status) == 0, "the work itself failed"
    return True


def _live(work: Callable[[], object], at: int) -> None:
    points = count(1)

    def point(*_arguments: object) -> None:
        if next(points) == at:
            os.kill(os.getpid(), signal.SIGKILL)

    for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(db.engine, name, point)
    code = 1
    try:
        work()
        code = 0
    finally:
        os._exit(code)
