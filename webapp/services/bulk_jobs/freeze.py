"""Freezing a list: the ids of its orders are written down in the list's own order, and each is checked.

The walk goes on after the last order that was written, also in another process and on a later day of the list: an
order that comes or moves meanwhile is on the list or not, but never twice. Nothing is changed by it.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from webapp.domain.actors import Actor
from webapp.domain.errors import Code, Problem, Refused
from webapp.domain.order_acts import OrderAct, Outcome
from webapp.models import Job, JobKind, JobRow, JobState
from webapp.services.bulk_jobs.acts import BulkAct
from webapp.services.job_chunks import FIRST_FAILURES
from webapp.services.job_leases import RUN_JOB, Lease, cancel_asked, finish, step
from webapp.services.orders.cursors import Key
from webapp.services.orders.facts import KnownOrder, read_orders
from webapp.services.orders.filters import DEFAULT_SORT, ListFilter
from webapp.services.orders.marks import with_marks
from webapp.services.orders.query import walk_steps
from webapp.services.sets import insert_rows
from webapp.services.statements import snapshot
from webapp.services.unit_of_work import end_reading, unit_of_work

STEP = 1_000
"""Orders that are looked up and written down together."""
PLACES = {"order_number": 0, "status": 1}
"""Where a row of the job holds its order's number, and the status that it had."""
_TARGET = ("job_id", "row_no", "order_id", "number")


def start_bulk_change(actor: Actor, flt: ListFilter, act: BulkAct) -> int:
    """Freeze the list of `flt` for `act` as a new job in `checking`, and return the job's id.

    Raises Refused: `no_permission`, or what is wrong with the act.
    """
    if not actor.may(act.needed):
        raise Refused(Code.NO_PERMISSION, number="")
    # Sorted by what never changes: else an order that is changed meanwhile could be met twice.
    listed = flt.moved(sort=DEFAULT_SORT)
    return _start(actor, act, {"filter": listed.to_params(), "act": act.to_params()})


def start_again(actor: Actor, earlier: Job) -> int:
    """The same for the orders that an earlier job has refused. Raises Refused."""
    return _start(actor, act_of(earlier), earlier.params, earlier.id)


def _start(actor: Actor, act: BulkAct, params: dict[str, Any], parent_id: int | None = None) -> int:
    with unit_of_work(actor) as work:
        act.order_act(work.session)
        job = Job(
            created_at=work.now, kind=JobKind.BULK_CHANGE.value, state=JobState.CHECKING.value, params=params,
            parent_id=parent_id, next_row=0, ok=0, unchanged=0, failed=0,
            actor_kind=actor.kind.value, actor_id=actor.id, actor_name=actor.name,
        )  # fmt: skip
        work.session.add(job)
        work.session.flush()  # the bell names the job
        work.later(RUN_JOB, job.id)
        return job.id


def filter_of(job: Job) -> ListFilter:
    """The list that a job was started from."""
    grouped: dict[str, list[str]] = {}
    for name, value in job.params["filter"]:
        grouped.setdefault(name, []).append(value)
    return ListFilter.from_params(grouped)[0]


def act_of(job: Job) -> BulkAct:
    """What a job does to its orders."""
    return BulkAct.from_params(job.params["act"])


@dataclass(slots=True)
class _Tally:
    """What the check keeps: counts, how many changes have no way back, the first refusals, and where the walk is."""

    outcomes: Counter[str] = field(default_factory=Counter)
    final: int = 0
    failures: list[dict[str, Any]] = field(default_factory=list)
    after: Key | None = None

    @classmethod
    def of(cls, preview: Mapping[str, Any] | None) -> _Tally:
        if not preview:
            return cls()
        counts = Counter({outcome.value: preview[outcome.value] for outcome in Outcome})
        after = preview["after"]
        return cls(counts, preview["final"], list(preview["failures"]), Key(*after) if after else None)

    def as_preview(self) -> dict[str, Any]:
        counts = {outcome.value: self.outcomes[outcome.value] for outcome in Outcome}
        after = list(self.after) if self.after else None
        return {**counts, "final": self.final, "failures": self.failures, "after": after, "places": PLACES}

    def add(self, row_no: int, order: KnownOrder, outcome: Outcome, problem: Problem | None, *, final: bool) -> None:
        self.outcomes[outcome.value] += 1
        self.final += final
        if problem is not None and len(self.failures) < FIRST_FAILURES:
            facts = order.facts
            self.failures.append(
                {
                    "row": row_no, "line": row_no, "number": facts.number, "code": problem.code.value,
                    "params": dict(problem.params), "status": facts.status.value,
                }
            )  # fmt: skip


def freeze(job: Job, lease: Lease, actor: Actor, *, seconds: float) -> bool:
    """Go on with the list for at most `seconds`; whether it is whole. Raises LeaseLost, Refused."""
    until = time.monotonic() + seconds
    tally, done, bulk = _Tally.of(job.preview), job.next_row, act_of(job)
    end_reading()
    with snapshot() as session:
        act = bulk.order_act(session)
        for ids, after in _walk(session, actor, job, tally.after):
            tally.after = after
            orders = _read(session, actor, ids, act)
            for row_no, order in enumerate(orders, done + 1):
                decision = bulk.judge(order.facts, act, actor)
                final = bulk.is_final(order.facts, decision)
                tally.add(row_no, order, decision.outcome, decision.problem, final=final)
            if not _write(lease, actor, done, orders, tally):
                return True
            done += len(orders)
            if time.monotonic() >= until:
                return False
    with unit_of_work(actor) as work:
        finish(work, lease, JobState.READY, total_rows=done, next_row=0, preview=tally.as_preview())
    return True


def _walk(session: Session, actor: Actor, job: Job, after: Key | None) -> Iterator[tuple[list[int], Key | None]]:
    if job.parent_id is not None:
        return _refused(session, job.parent_id, after)
    return walk_steps(session, actor.scope, filter_of(job), now=job.created_at, step=STEP, start=after)


def _refused(session: Session, job_id: int, after: Key | None) -> Iterator[tuple[list[int], Key | None]]:
    """The orders that an earlier job has refused, in its order; the place is the number of its row."""
    row_no = after.id if after else 0
    # The outcome stands in the statement as the partial index has it.
    failed = select(JobRow.row_no, JobRow.order_id).where(JobRow.job_id == job_id, text("outcome = 'failed'"))
    while rows := session.execute(failed.where(JobRow.row_no > row_no).order_by(JobRow.row_no).limit(STEP)).all():
        row_no = rows[-1].row_no
        yield [row.order_id for row in rows if row.order_id is not None], Key(0, row_no)


def _read(session: Session, actor: Actor, ids: Sequence[int], act: OrderAct) -> list[KnownOrder]:
    """The orders in the order of the list, with what the act asks about them."""
    known = read_orders(session, actor.scope, ids)
    marked = with_marks(session, known, dict.fromkeys(known, act))
    return [marked[order_id] for order_id in ids if order_id in marked]


def _write(lease: Lease, actor: Actor, done: int, orders: Sequence[KnownOrder], tally: _Tally) -> bool:
    """Write the next part of the list together with the walk's place; False when somebody asked to stop."""
    with unit_of_work(actor) as work:
        if cancel_asked(work, lease):
            finish(work, lease, JobState.CANCELED, finished_at=work.now)
            return False
        step(work, lease, done, done + len(orders))
        work.session.execute(update(Job).where(Job.id == lease.job_id).values(preview=tally.as_preview()))
        rows = [(lease.job_id, no, order.id, order.facts.number) for no, order in enumerate(orders, done + 1)]
        work.writes_many(len(rows))
        insert_rows(work.session.connection(), "job_targets", _TARGET, rows)
    return True
