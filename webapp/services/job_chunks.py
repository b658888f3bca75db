"""Working through the rows of a job in chunks, each one transaction with its effects, outcomes and the job's place.

Killed anywhere, the next worker goes on with the rows that have no outcome yet and nothing is done twice.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import select, update

from webapp.domain.actors import Actor
from webapp.domain.errors import Problem
from webapp.domain.order_acts import ActKind, Outcome
from webapp.domain.order_status import OrderStatus
from webapp.extensions import db
from webapp.models import Batch, Job, JobRow, JobState
from webapp.services.job_leases import Lease, cancel_asked, finish, step
from webapp.services.orders.batches import new_batch
from webapp.services.orders.change_orders import in_one_transaction
from webapp.services.sets import insert_rows
from webapp.services.unit_of_work import UnitOfWork, end_reading, unit_of_work

CHUNK = {"postgresql": 1000, "sqlite": 500}
"""Rows in one transaction. SQLite has one write lock: short chunks let other writers in between."""
PAUSE = {"postgresql": 0.0, "sqlite": 0.01}
"""Seconds between chunks, for the same reason."""
SLICE = 20.0
"""Seconds that a worker stays with one job before it gives others a turn."""
FIRST_FAILURES = 20
"""How many failed rows are named before anything is done."""

T = TypeVar("T")


class DoneRow(NamedTuple):
    """What became of one row. `cells` is a JSON list of texts; `number` is how the row names its order."""

    row_no: int
    order_id: int | None
    outcome: Outcome
    problem: Problem | None
    number: str
    cells: str


class IdSet:
    """A set of ids, one bit for each: 1.3 MB for ten million."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def __contains__(self, number: int) -> bool:
        place = number >> 3
        return place < len(self._bits) and bool(self._bits[place] & 1 << (number & 7))

    def add(self, number: int) -> bool:
        """Remember `number`; whether it was new."""
        place, bit = number >> 3, 1 << (number & 7)
        if place >= len(self._bits):
            self._bits.extend(bytes(place + 1 - len(self._bits)))
        if self._bits[place] & bit:
            return False
        self._bits[place] |= bit
        return True


Do = Callable[[UnitOfWork, Sequence[T], bool], Iterable[DoneRow]]
"""Does some rows in a transaction; the truth value says to leave out what somebody else holds (`skip_locked`)."""


def chunk_size() -> int:
    """Rows of one transaction on this database."""
    return CHUNK[db.engine.dialect.name]


def work_through(
    job: Job,
    lease: Lease,
    actor: Actor,
    chunks: Iterable[Sequence[T]],
    do: Do[T],
    *,
    until: float,
    size: Callable[[Sequence[T]], int] = len,
) -> bool:
    """Do the chunks that are left, until they are done or the clock (`time.monotonic`) shows `until`.

    `size` is how many of the job's rows a chunk has, where its items are not rows.
    True when the job has ended: done, or stopped between two chunks. Raises LeaseLost when another worker has it.
    """
    pause = PAUSE[db.engine.dialect.name]
    place = job.next_row
    for rows in chunks:

        def chunk(work: UnitOfWork, skip_locked: bool, rows: Sequence[T] = rows, place: int = place) -> bool:
            if cancel_asked(work, lease):
                finish(work, lease, JobState.CANCELED, finished_at=work.now)
                return False
            step(work, lease, place, place + size(rows))
            record(work, job.id, do(work, rows, skip_locked))
            return True

        if not in_one_transaction(actor, chunk):
            return True
        place += size(rows)
        if time.monotonic() >= until:
            return False
        if pause:
            time.sleep(pause)
    with unit_of_work(actor) as work:
        finish(work, lease, JobState.DONE, finished_at=work.now)
    return True


def record(work: UnitOfWork, job_id: int, done: Iterable[DoneRow]) -> None:
    """Keep what became of some rows, and count it in the job: in the transaction that did the work."""
    counts: Counter[Outcome] = Counter()
    rows = []
    for row in done:
        counts[row.outcome] += 1
        code = row.problem.code.value if row.problem else None
        params = _params(row.problem, row.number)
        rows.append((job_id, row.row_no, row.order_id, row.outcome.value, code, params, row.cells))
    work.session.execute(
        update(Job)
        .where(Job.id == job_id)
        .values(
            ok=Job.ok + counts[Outcome.OK],
            unchanged=Job.unchanged + counts[Outcome.UNCHANGED],
            failed=Job.failed + counts[Outcome.FAILED],
        )
    )
    work.writes_many(len(rows))
    insert_rows(work.session.connection(), "job_rows", _JOB_ROW, rows)


_JOB_ROW = ("job_id", "row_no", "order_id", "outcome", "code", "params", "cells")


def _params(problem: Problem | None, number: str) -> dict[str, Any] | None:
    if problem is None:
        return None
    params = dict(problem.params)
    if not params.get("number"):
        params["number"] = number
    return params


def done_before(job: Job) -> tuple[IdSet, IdSet]:
    """The numbers of the rows that have an outcome, and the orders they named: read back when a job goes on."""
    done, seen = IdSet(), IdSet()
    if job.next_row:
        rows = select(JobRow.row_no, JobRow.order_id).where(JobRow.job_id == job.id)
        # A part at a time: the driver would hold every row of a long job at once.
        for row_no, order_id in db.session.execute(rows.execution_options(yield_per=10_000)):
            done.add(row_no)
            if order_id is not None:
                seen.add(order_id)
        end_reading()
    return done, seen


def batch_of(job: Job, actor: Actor, kind: ActKind, to: OrderStatus | None = None) -> int:
    """The batch that the job's history rows carry, made when the job first runs."""
    with unit_of_work(actor) as work:
        found = work.session.scalar(select(Batch.id).where(Batch.job_id == job.id))
        return new_batch(work, kind, None, to, job_id=job.id) if found is None else found


def parts(rows: Iterator[T], size: int) -> Iterator[list[T]]:
    """The rows in lists of `size`, the last one shorter."""
    while part := list(islice(rows, size)):
        yield part
