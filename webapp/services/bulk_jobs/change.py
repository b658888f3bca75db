"""Working through a frozen list: the one path on which orders change, a chunk at a time, each row with its outcome."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from webapp.domain.actors import Actor
from webapp.domain.errors import Problem
from webapp.domain.order_acts import ActKind, OrderAct
from webapp.domain.order_status import OrderStatus
from webapp.extensions import db
from webapp.models import Job, JobTarget
from webapp.services.bulk_jobs.freeze import act_of
from webapp.services.job_chunks import DoneRow, batch_of, chunk_size, work_through
from webapp.services.job_leases import Lease
from webapp.services.orders.change_orders import OrderResult, change_orders
from webapp.services.orders.delete import delete_by_id
from webapp.services.sets import json_texts
from webapp.services.unit_of_work import UnitOfWork, end_reading


@dataclass(frozen=True, slots=True)
class Target:
    """One order of the list, under its place there."""

    row_no: int
    order_id: int
    number: str


def change_targets(job: Job, lease: Lease, actor: Actor, *, seconds: float) -> bool:
    """Go on with the job for at most `seconds`; whether it has ended. Raises LeaseLost, Refused.

    Each order is decided again: what it became since the list was frozen counts, and so do the person's present stores.
    """
    until = time.monotonic() + seconds
    bulk = act_of(job)
    act = bulk.order_act(db.session())
    end_reading()
    if bulk.kind is ActKind.DELETE:

        def do(work: UnitOfWork, targets: Sequence[Target], skip_locked: bool) -> list[DoneRow]:
            numbers = {target.order_id: target.number for target in targets}
            return _done(targets, delete_by_id(work, numbers, skip_locked=skip_locked), None)
    else:
        batch_id = batch_of(job, actor, bulk.kind, bulk.to)
        several = (job.total_rows or 0) > 1

        def do(work: UnitOfWork, targets: Sequence[Target], skip_locked: bool) -> list[DoneRow]:
            acts: dict[int, OrderAct] = dict.fromkeys([target.order_id for target in targets], act)
            results = change_orders(work, acts, batch_id=batch_id, bulk=several, skip_locked=skip_locked)
            return _done(targets, results, bulk.to)

    return work_through(job, lease, actor, _chunks(job), do, until=until)


def _chunks(job: Job) -> Iterator[list[Target]]:
    after, size = job.next_row, chunk_size()
    columns = select(JobTarget.row_no, JobTarget.order_id, JobTarget.number).where(JobTarget.job_id == job.id)
    while True:
        rows = db.session.execute(columns.where(JobTarget.row_no > after).order_by(JobTarget.row_no).limit(size))
        targets = [Target(*row) for row in rows]
        end_reading()
        if not targets:
            return
        yield targets
        after = targets[-1].row_no


def _done(targets: Sequence[Target], results: Sequence[OrderResult], to: OrderStatus | None) -> list[DoneRow]:
    by_id = {result.order_id: result for result in results}
    return [done_row(target, by_id[target.order_id], to) for target in targets]


def done_row(target: Target, result: OrderResult, to: OrderStatus | None) -> DoneRow:
    """The outcome of one order: its row holds the number, the status that it had and the one it got or should get."""
    problem = result.problem
    if problem is not None and not result.number:
        problem = Problem(problem.code, {"number": target.number})
    after = to or result.to_status
    cells = [target.number, result.from_status or "", after or ""]
    return DoneRow(target.row_no, target.order_id, result.outcome, problem, target.number, json_texts(cells))
