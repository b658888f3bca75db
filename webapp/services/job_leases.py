"""Who works on a job: one worker at a time, known by a lease that runs out by itself when the worker dies."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import or_, select, update

from webapp.domain.actors import SYSTEM
from webapp.domain.errors import Code
from webapp.models import Job, JobState
from webapp.services.unit_of_work import UnitOfWork, unit_of_work

LEASE = timedelta(seconds=30)
"""How long a worker may be silent before another takes its job."""
ACTIVE = (JobState.CHECKING, JobState.QUEUED, JobState.RUNNING)
"""States in which a job waits for a worker."""
RUN_JOB = "webapp.tasks.jobs.run"
"""The task that the bell calls for a job."""


ATTEMPTS = 100
"""How often workers take a job that does not get on before it is given up, half a minute apart."""


class LeaseLost(Exception):
    """Another worker has this job now, or it has moved on: stop, nothing of this step was written."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on one job until it runs out; `token` proves it in every step."""

    job_id: int
    token: str


def take_lease(job_id: int) -> Lease | None:
    """The lease of an unfinished job that nobody works on, else None. A queued job starts running by it."""
    lease = Lease(job_id, secrets.token_hex(8))
    with unit_of_work(SYSTEM) as work:
        free = or_(Job.leased_until.is_(None), Job.leased_until < work.now)
        taken = work.session.execute(
            update(Job)
            .where(Job.id == job_id, Job.state.in_([s.value for s in ACTIVE]), free)
            .values(lease_token=lease.token, leased_until=work.now + LEASE, attempts=Job.attempts + 1)
            .returning(Job.state, Job.started_at, Job.attempts)
        ).first()
        if taken is None:
            return None
        if taken.attempts > ATTEMPTS:
            finish(work, lease, JobState.FAILED, error_code=Code.INTERNAL.value, finished_at=work.now)
            return None
        if taken.state == JobState.QUEUED:
            begun = update(Job).where(Job.id == job_id).values(state=JobState.RUNNING.value)
            work.session.execute(begun.values(started_at=taken.started_at or work.now))
    return lease


def give_back(lease: Lease) -> None:
    """Let another worker go on with the job."""
    with unit_of_work(SYSTEM) as work:
        held = update(Job).where(Job.id == lease.job_id, Job.lease_token == lease.token)
        work.session.execute(held.values(lease_token=None, leased_until=None))
        work.later(RUN_JOB, lease.job_id)


def step(work: UnitOfWork, lease: Lease, before: int, after: int) -> None:
    """Move the job's place from `before` to `after` in the transaction that does the work. Raises LeaseLost."""
    moved = work.session.execute(
        update(Job)
        .where(Job.id == lease.job_id, Job.next_row == before, Job.lease_token == lease.token)
        .values(next_row=after, leased_until=work.now + LEASE, attempts=0)
    )
    if moved.rowcount == 0:  # type: ignore[attr-defined]
        raise LeaseLost


def renew(work: UnitOfWork, lease: Lease, done: int, hold: timedelta = LEASE) -> None:
    """Note how far a job is that begins anew when its worker dies, and keep it for `hold`. Raises LeaseLost."""
    held = work.session.execute(
        update(Job)
        .where(Job.id == lease.job_id, Job.lease_token == lease.token)
        .values(next_row=done, leased_until=work.now + hold)
    )
    if held.rowcount == 0:  # type: ignore[attr-defined]
        raise LeaseLost


def start_over(work: UnitOfWork, lease: Lease) -> None:
    """Put the job's place back to its first row. Raises LeaseLost: who woke up late must not move another's place."""
    moved = work.session.execute(
        update(Job)
        .where(Job.id == lease.job_id, Job.lease_token == lease.token)
        .values(next_row=0, leased_until=work.now + LEASE)
    )
    if moved.rowcount == 0:  # type: ignore[attr-defined]
        raise LeaseLost


def finish(work: UnitOfWork, lease: Lease, state: JobState, **columns: object) -> None:
    """End this part of the job's life: `ready`, `done`, `failed` or `canceled`. Raises LeaseLost."""
    ended = work.session.execute(
        update(Job)
        .where(Job.id == lease.job_id, Job.lease_token == lease.token)
        .values(state=state.value, lease_token=None, leased_until=None, **columns)
    )
    if ended.rowcount == 0:  # type: ignore[attr-defined]
        raise LeaseLost


def cancel_asked(work: UnitOfWork, lease: Lease) -> bool:
    """Whether somebody asked to stop the job."""
    asked = select(Job.cancel_requested_at).where(Job.id == lease.job_id)
    return work.session.scalar(asked) is not None
