"""A file's job, checked and run to its end as workers would."""

from __future__ import annotations

from typing import NamedTuple

from flask import current_app

from benchmarks.measuring import seconds
from webapp.domain.actors import Actor
from webapp.extensions import db
from webapp.models import Job
from webapp.services.jobs import confirm_job, run_job


class Ended(NamedTuple):
    """How it ended: seconds of the check and of the job, the rows of the file, and what became of them."""

    check: float
    job: float
    rows: int
    ok: int
    unchanged: int
    failed: int


def work_off(actor: Actor, job_id: int) -> Ended:
    """Check a file, confirm it and run its job. Raises RuntimeError if that does not end well."""
    storage = current_app.extensions["storage"]
    check = seconds(lambda: run_job(job_id, storage))
    confirm_job(actor, job_id)

    def work() -> None:
        while not run_job(job_id, storage):
            pass  # its turn is over: the next one

    took = seconds(work)
    job = db.session.get_one(Job, job_id, populate_existing=True)
    ended, state = Ended(check, took, job.total_rows or 0, job.ok, job.unchanged, job.failed), job.state
    db.session.remove()
    if state != "done":
        raise RuntimeError(f"the job ended as {state}")
    return ended


def all_changed(ended: Ended) -> Ended:
    """The same, if every row changed something: what did not would make it look faster. Raises RuntimeError."""
    if ended.ok != ended.rows:
        raise RuntimeError(f"of {ended.rows} rows {ended.unchanged} changed nothing and {ended.failed} failed")
    return ended
