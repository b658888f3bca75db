"""What every upload's job does the same way: it is taken, may turn out unreadable, and its rows have outcomes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from webapp.domain.actors import Actor
from webapp.domain.errors import Code, Problem, Refused
from webapp.domain.order_acts import Outcome
from webapp.domain.permissions import Permission
from webapp.extensions import db
from webapp.models import File, Job, JobKind, JobState
from webapp.services.files import StoredFile, add_file
from webapp.services.job_chunks import DoneRow
from webapp.services.job_leases import RUN_JOB, Lease, finish
from webapp.services.sets import json_texts
from webapp.services.unit_of_work import unit_of_work
from webapp.spreadsheets import Row, UnreadableFile


def start_upload(
    actor: Actor, kind: JobKind, stored: StoredFile, name: str, media_type: str, params: dict[str, Any] | None = None
) -> int:
    """Take a stored file as a new job in `checking` and return the job's id. Raises Refused (`no_permission`).

    Its `duplicate` names the newest job that has begun to apply the same bytes before.
    """
    if not actor.may(Permission.ORDERS_IMPORT):
        raise Refused(Code.NO_PERMISSION, number=name)
    earlier = applied_before(kind, stored.sha256)
    with unit_of_work(actor) as work:
        file = add_file(work, stored, name=name, media_type=media_type, kind=kind.value)
        job = Job(
            created_at=work.now, kind=kind.value, state=JobState.CHECKING.value, file_id=file.id,
            params={"name": file.name, "duplicate": earlier[0] if earlier else None, **(params or {})},
            next_row=0, ok=0, unchanged=0, failed=0, actor_kind=actor.kind.value, actor_id=actor.id,
            actor_name=actor.name,
        )  # fmt: skip
        work.session.add(job)
        work.session.flush()  # the bell names the job
        work.later(RUN_JOB, job.id)
        return job.id


def applied_before(kind: JobKind, sha256: str) -> list[int]:
    """The jobs that have begun to apply a file with these bytes, newest first."""
    earlier = select(Job.id).join(File, File.id == Job.file_id).where(File.sha256 == sha256, Job.kind == kind.value)
    return list(db.session.scalars(earlier.where(Job.started_at.is_not(None)).order_by(Job.id.desc()).limit(100)))


def give_up(lease: Lease, actor: Actor, problem: UnreadableFile) -> None:
    """End the job of a file that can't be read; what earlier chunks did stays done."""
    with unit_of_work(actor) as work:
        finish(
            work, lease, JobState.FAILED, error_code=problem.code.value, error_params=dict(problem.params),
            finished_at=work.now,
        )  # fmt: skip


def done_row(row: Row, order_id: int | None, outcome: Outcome, problem: Problem | None, number: str) -> DoneRow:
    """What became of a row of a file; `number` is what the file calls its order."""
    return DoneRow(row.number, order_id, outcome, problem, number, json_texts(row.cells))
