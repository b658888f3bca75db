"""*Calculate* for a list that is too long to be added up while somebody waits: a job that walks it to its end.

The list is walked by when its orders were made, which never changes, and each step keeps its sums together with the
walk's place: killed anywhere, the next worker goes on, and an order is counted once or not at all.
"""

from __future__ import annotations

import time
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from webapp.domain.actors import EVERYTHING, Actor
from webapp.domain.errors import Code, Refused
from webapp.domain.permissions import Permission
from webapp.models import Job, JobKind, JobState
from webapp.models.types import from_ms
from webapp.services.bulk_jobs.freeze import filter_of
from webapp.services.job_leases import ACTIVE, RUN_JOB, Lease, cancel_asked, finish, start_over, step
from webapp.services.orders.conditions import conditions_of
from webapp.services.orders.cursors import Key
from webapp.services.orders.filters import DEFAULT_LIMIT, DEFAULT_SORT, ListFilter
from webapp.services.orders.overview import Overview, Sums, chart_days
from webapp.services.orders.query import walk_steps
from webapp.services.statements import snapshot
from webapp.services.unit_of_work import end_reading, unit_of_work

STEP = 2_000
"""Orders that are added up together: so few that many branches of a list together stay within the bound of a read."""
RECENT = 200
"""How many of the latest jobs are looked through for one's own calculation of a list."""


def start_calculation(actor: Actor, flt: ListFilter, today: date) -> int:
    """Add up every order of the list as a job, and return the job's id. One that is not done yet is not begun twice.

    `today` is the last day of the chart where the filter names none. Raises Refused (`no_permission`).
    """
    if not actor.may(Permission.ORDERS_VIEW):
        raise Refused(Code.NO_PERMISSION, number="")
    with unit_of_work(actor) as work:
        work.lock_person()
        earlier = find_calculation(work.session, actor, flt)
        if earlier is not None and earlier.state in ACTIVE:
            return earlier.id
        job = Job(
            created_at=work.now, kind=JobKind.CALCULATION.value, state=JobState.QUEUED.value,
            params={"filter": _listed(flt).to_params(), "today": today.isoformat()}, next_row=0, ok=0, unchanged=0,
            failed=0, actor_kind=actor.kind.value, actor_id=actor.id, actor_name=actor.name,
        )  # fmt: skip
        work.session.add(job)
        work.session.flush()  # the bell names the job
        work.later(RUN_JOB, job.id)
        return job.id


def find_calculation(session: Session, actor: Actor, flt: ListFilter) -> Job | None:
    """The actor's own newest calculation of this list among the latest jobs, as long as it goes on or has a result."""
    latest = select(func.max(Job.id) - RECENT).scalar_subquery()
    states = [state.value for state in (*ACTIVE, JobState.DONE)]
    own = select(Job).where(
        Job.id > latest, Job.kind == JobKind.CALCULATION.value, Job.state.in_(states),
        Job.actor_kind == actor.kind.value, Job.actor_id == actor.id,
    )  # fmt: skip
    wanted = [list(pair) for pair in _listed(flt).to_params()]
    found = session.scalars(own.order_by(Job.id.desc()))
    return next((job for job in found if [list(pair) for pair in job.params["filter"]] == wanted), None)


def _listed(flt: ListFilter) -> ListFilter:
    """The same orders, sorted by what never changes: else one that is changed meanwhile could be met twice."""
    return flt.moved(sort=DEFAULT_SORT, limit=DEFAULT_LIMIT)


def calculate(job: Job, lease: Lease, actor: Actor, *, seconds: float) -> bool:
    """Go on with the walk for at most `seconds`; whether it has ended. Raises LeaseLost.

    Of somebody whose stores or warehouse changed meanwhile it begins anew: sums of two views would be of neither.
    """
    until = time.monotonic() + seconds
    flt, kept, done = filter_of(job), job.preview or {}, job.next_row
    end_reading()
    if kept and kept["scope"] != actor.scope.mark:
        with unit_of_work(actor) as work:
            start_over(work, lease)
            work.session.execute(update(Job).where(Job.id == lease.job_id).values(preview=None))
        kept, done = {}, 0
    after = Key(*kept["after"]) if kept.get("after") else None
    with snapshot() as session:
        sums = Sums.from_json(kept["sums"]) if kept else _begin(session, actor, job, flt)
        steps = walk_steps(session, actor.scope, flt, now=job.created_at, step=STEP, start=after)
        for ids, looked_to in steps:
            sums.add(session, ids)
            if not _keep(lease, actor, done, done + len(ids), _as_preview(actor, sums, looked_to)):
                return True
            done += len(ids)
            if time.monotonic() >= until:
                return False
    with unit_of_work(actor) as work:
        finish(
            work, lease, JobState.DONE, preview=_as_preview(actor, sums, None), total_rows=done, ok=done,
            finished_at=work.now,
        )  # fmt: skip
    return True


def _begin(session: Session, actor: Actor, job: Job, flt: ListFilter) -> Sums:
    conditions = conditions_of(session, actor.scope, flt, job.created_at)
    return Sums(*chart_days(conditions, date.fromisoformat(job.params["today"])))


def _as_preview(actor: Actor, sums: Sums, after: Key | None) -> dict[str, Any]:
    return {"scope": actor.scope.mark, "sums": sums.as_json(), "after": list(after) if after else None}


def _keep(lease: Lease, actor: Actor, before: int, after: int, preview: dict[str, Any]) -> bool:
    """Write the sums together with the walk's place; False when somebody asked to stop. Raises LeaseLost."""
    with unit_of_work(actor) as work:
        if cancel_asked(work, lease):
            finish(work, lease, JobState.CANCELED, finished_at=work.now)
            return False
        step(work, lease, before, after)
        work.session.execute(update(Job).where(Job.id == lease.job_id).values(preview=preview))
    return True


def calculated(actor: Actor, job: Job) -> Overview | None:
    """What a calculation has come to, or has come to so far.

    None before its first step, and for somebody whose view of the orders is not the one that they were added up in: it
    may tell of orders or prices that no longer exist for them.
    """
    kept = job.preview
    if not kept or (actor.scope != EVERYTHING and kept["scope"] != actor.scope.mark):
        return None
    return Sums.from_json(kept["sums"]).overview(priced=not actor.scope.restricted, whole=job.state == JobState.DONE)


def looked_back_to(job: Job) -> datetime | None:
    """How far back an unfinished calculation has looked."""
    after = (job.preview or {}).get("after")
    return from_ms(after[0]) if after else None
