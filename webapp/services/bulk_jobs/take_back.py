"""Undo of a job: a job that takes back, row by row, what the earlier one did, for ten minutes from its end on.

The orders are found through the rows of the earlier job, and each one's history row by its key: nothing is searched.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select

from webapp.domain.actors import Actor
from webapp.domain.errors import Code, Problem, Refused
from webapp.domain.order_acts import ActKind, Outcome
from webapp.extensions import db
from webapp.models import Batch, Job, JobKind, JobRow, JobState
from webapp.services.bulk_jobs.change import Target, done_row
from webapp.services.bulk_jobs.freeze import PLACES
from webapp.services.job_chunks import DoneRow, chunk_size, done_before, parts, work_through
from webapp.services.job_leases import RUN_JOB, Lease
from webapp.services.orders.batches import new_batch
from webapp.services.orders.change_orders import OrderResult
from webapp.services.orders.undo import TIME, CannotUndo, Why, decide_back, lock_batch, write_back
from webapp.services.unit_of_work import UnitOfWork, end_reading, unit_of_work

WINDOW = 8_000
"""Rows of the earlier job that are put in the order of the table together."""


def start_undo(actor: Actor, batch_id: int) -> int:
    """Begin to take back what the job of `batch_id` did; the id of the job that does it.

    Raises CannotUndo: it is not this person's or changed nothing (`gone`), was undone already (`done`), goes on still
    (`running`), or ended too long ago (`late`).
    """
    with unit_of_work(actor) as work:
        batch = lock_batch(work, batch_id)
        earlier = work.session.get(Job, batch.job_id) if batch.job_id is not None else None
        if earlier is None:
            raise CannotUndo(Why.GONE)
        if earlier.finished_at is None:
            raise CannotUndo(Why.RUNNING)
        if not earlier.ok:
            raise CannotUndo(Why.GONE)
        if earlier.finished_at + TIME < work.now:
            raise CannotUndo(Why.LATE)
        job = Job(
            created_at=work.now, kind=JobKind.UNDO.value, state=JobState.QUEUED.value, parent_id=earlier.id,
            params={"batch": batch.id}, preview={"places": PLACES}, total_rows=earlier.ok, next_row=0, ok=0,
            unchanged=0, failed=0, actor_kind=actor.kind.value, actor_id=actor.id, actor_name=actor.name,
        )  # fmt: skip
        work.session.add(job)
        work.session.flush()
        batch.undone_by = new_batch(work, ActKind.UNDO, None, job_id=job.id)
        work.later(RUN_JOB, job.id)
        return job.id


def batch_to_undo(session: Any, actor: Actor, job: Job) -> Batch | None:
    """The change of an ended job, as far as it is the actor's own; also one that was taken back already."""
    batch = session.scalar(select(Batch).where(Batch.job_id == job.id)) if job.finished_at and job.ok else None
    mine = batch is not None and (batch.actor_kind, batch.actor_id) == (actor.kind.value, actor.id)
    return batch if mine else None


def take_back_rows(job: Job, lease: Lease, actor: Actor, *, seconds: float) -> bool:
    """Go on with the undo for at most `seconds`; whether it has ended. Raises LeaseLost, Refused."""
    until = time.monotonic() + seconds
    batch_id = int(job.params["batch"])
    undone_by = db.session.scalar(select(Batch.id).where(Batch.job_id == job.id))
    earlier = db.session.get(Job, job.parent_id) if job.parent_id is not None else None
    if undone_by is None or earlier is None:
        raise Refused(Code.NOT_FOUND, number=str(batch_id), variant="gone")
    chunks = _chunks(job, earlier)

    def do(work: UnitOfWork, targets: Sequence[Target], skip_locked: bool) -> list[DoneRow]:
        ids = [target.order_id for target in targets]
        backs = decide_back(work, batch_id, ids, skip_locked=skip_locked)
        write_back(work, backs, batch_id, undone_by)
        results = {result.order_id: result for result in backs.results}
        missing = Code.LOCKED if skip_locked else Code.NOT_FOUND
        return [done_row(target, results.get(target.order_id) or _absent(target, missing), None) for target in targets]

    return work_through(job, lease, actor, chunks, do, until=until)


def _absent(target: Target, code: Code) -> OrderResult:
    problem = Problem(code, {"number": target.number})
    return OrderResult(target.order_id, target.number, Outcome.FAILED, None, None, problem)


def _chunks(job: Job, earlier: Job) -> Iterator[list[Target]]:
    """The rows in which the earlier job changed something and that were not taken back yet, as orders lie in the
    table."""
    done, _orders = done_before(job)
    place = ((earlier.preview or {}).get("places") or {}).get("order_number")
    after = 0
    columns = select(JobRow.row_no, JobRow.order_id, JobRow.outcome, JobRow.cells).where(JobRow.job_id == earlier.id)
    while True:
        window = db.session.execute(columns.where(JobRow.row_no > after).order_by(JobRow.row_no).limit(WINDOW)).all()
        end_reading()
        if not window:
            return
        targets = [
            Target(row.row_no, row.order_id, row.cells[place] if place is not None and place < len(row.cells) else "")
            for row in window
            if row.outcome == Outcome.OK and row.order_id is not None and row.row_no not in done
        ]
        targets.sort(key=lambda target: target.order_id)
        yield from parts(iter(targets), chunk_size())
        after = window[-1].row_no
