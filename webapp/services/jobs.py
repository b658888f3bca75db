"""Jobs: their life from `checking` to `done`, what people may do to them, and what became of each row."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import structlog
from sqlalchemy import or_, select, text, update
from sqlalchemy.orm import Session

from webapp import clock
from webapp.domain.actors import SYSTEM, Actor, ActorKind
from webapp.domain.errors import Code, Problem, Refused
from webapp.domain.permissions import Permission, Role
from webapp.extensions import db
from webapp.models import File, Job, JobKind, JobRow, JobState
from webapp.services.bulk_jobs.change import change_targets
from webapp.services.bulk_jobs.freeze import act_of, freeze, start_again
from webapp.services.bulk_jobs.take_back import take_back_rows
from webapp.services.calculations import calculate
from webapp.services.exporting import order_export
from webapp.services.files import Storage, receive
from webapp.services.identities import actor_by_id
from webapp.services.importing import order_upload, status_upload
from webapp.services.importing.order_file import open_order_file
from webapp.services.importing.order_mapping import OrderMapping, remember
from webapp.services.importing.order_preview import CHECKED
from webapp.services.importing.status_upload import open_status_file
from webapp.services.job_chunks import SLICE
from webapp.services.job_leases import ACTIVE, RUN_JOB, Lease, LeaseLost, finish, give_back, take_lease
from webapp.services.unit_of_work import end_reading, unit_of_work
from webapp.spreadsheets.writing import CsvWriter

log = structlog.get_logger(__name__)

READY_FOR = timedelta(hours=24)
"""How long a checked file, or a frozen list, waits for its person."""
PAGE = 2000
"""Rows read at a time when a result is written."""
TABS: Mapping[str, frozenset[JobKind]] = {
    "channel": frozenset(),
    "file": frozenset({JobKind.STATUS_UPLOAD, JobKind.ORDER_UPLOAD}),
    "other": frozenset({JobKind.ORDER_EXPORT, JobKind.BULK_CHANGE, JobKind.UNDO, JobKind.CALCULATION}),
    "all": frozenset(JobKind),
}
"""Which kinds of job stand in which tab."""
_NEEDED: Mapping[str, Permission] = {
    JobKind.STATUS_UPLOAD.value: Permission.ORDERS_IMPORT,
    JobKind.ORDER_UPLOAD.value: Permission.ORDERS_IMPORT,
    JobKind.ORDER_EXPORT.value: Permission.ORDERS_EXPORT,
    JobKind.UNDO.value: Permission.ORDERS_VIEW,
    JobKind.CALCULATION.value: Permission.ORDERS_VIEW,
}


def needed(job: Job) -> Permission:
    """What a job's person must be allowed, when it is started, run or stopped; each order is decided besides."""
    return act_of(job).needed if job.kind == JobKind.BULK_CHANGE else _NEEDED[job.kind]


def run_job(job_id: int, storage: Storage, *, seconds: float = SLICE) -> bool:
    """Take the job if it is free and go on with it; whether it has come to an end or a stop.

    False means that it waits for its next turn, which was rung for. Safe to call for any job at any time, by any
    number of workers.
    """
    lease = take_lease(job_id)
    if lease is None:
        return True
    job = db.session.get_one(Job, job_id, populate_existing=True)
    actor = actor_by_id(db.session(), job.actor_kind, job.actor_id)
    end_reading()
    try:
        if actor is None or not actor.may(needed(job)):
            with unit_of_work(SYSTEM) as work:
                finish(work, lease, JobState.FAILED, error_code=Code.NO_PERMISSION.value,
                       error_params={"number": job.params.get("name", "")}, finished_at=work.now)  # fmt: skip
            return True
        if _turn(job, lease, actor, storage, seconds):
            return True
        give_back(lease)
    except Refused as refused:
        with unit_of_work(SYSTEM) as work:
            finish(work, lease, JobState.FAILED, error_code=refused.problem.code.value,
                   error_params=dict(refused.problem.params), finished_at=work.now)  # fmt: skip
        return True
    except LeaseLost:
        log.info("lease_lost", job=job_id)
    return False


def _turn(job: Job, lease: Lease, actor: Actor, storage: Storage, seconds: float) -> bool:
    """Go on with a job; whether it has come to an end or a stop. Raises Refused when it can't go on at all."""
    checking = job.state == JobState.CHECKING
    match job.kind:
        case JobKind.ORDER_EXPORT:
            order_export.run(job, lease, actor, storage)
            return True
        case JobKind.BULK_CHANGE:
            turn = freeze if checking else change_targets
            return turn(job, lease, actor, seconds=seconds)
        case JobKind.UNDO:
            return take_back_rows(job, lease, actor, seconds=seconds)
        case JobKind.CALCULATION:
            return calculate(job, lease, actor, seconds=seconds)
    upload = order_upload if job.kind == JobKind.ORDER_UPLOAD else status_upload
    if checking:
        upload.check(job, lease, actor, storage)
        return True
    return bool(upload.run(job, lease, actor, storage, seconds=seconds))


def sweep_jobs() -> None:
    """Ring for every unfinished job that nobody works on, and end what was checked and nobody confirmed."""
    now = clock.now()
    free = or_(Job.leased_until.is_(None), Job.leased_until < now)
    # The states stand in the statement as the partial index has them: bound, SQLite would read every job.
    unfinished = text("state IN ('checking', 'queued', 'running')")
    ids = list(db.session.scalars(select(Job.id).where(unfinished, free).order_by(Job.id)))
    stale = db.session.scalar(
        select(Job.id).where(Job.state == JobState.READY.value, Job.created_at < now - READY_FOR).limit(1)
    )
    end_reading()
    if not ids and stale is None:
        return
    with unit_of_work(SYSTEM) as work:
        work.session.execute(
            update(Job)
            .where(Job.state == JobState.READY.value, Job.created_at < now - READY_FOR)
            .values(state=JobState.CANCELED.value, finished_at=now)
        )
        for job_id in ids:
            work.later(RUN_JOB, job_id)


def list_jobs(
    session: Session, actor: Actor, tab: str = "all", *, before: int | None = None, limit: int = 50
) -> list[Job]:
    """Jobs of a tab, newest first, those before the id `before`; people see their own, owners and admins of
    all stores everybody's."""
    kinds = [kind.value for kind in TABS.get(tab, TABS["all"])]
    if not kinds:
        return []
    query = select(Job).where(Job.kind.in_(kinds)).order_by(Job.id.desc()).limit(limit)
    if not _sees_all(actor):
        query = query.where(Job.actor_kind == actor.kind.value, Job.actor_id == actor.id)
    if before is not None:
        query = query.where(Job.id < before)
    return list(session.scalars(query))


def get_job(session: Session, actor: Actor, job_id: int) -> Job | None:
    """One job, if it exists for `actor`."""
    job = session.get(Job, job_id)
    return job if job is not None and (_sees_all(actor) or _is_own(job, actor)) else None


def failed_rows(session: Session, job_id: int, after: int = 0, limit: int = 50) -> list[JobRow]:
    """The failed rows after row `after`, in the order of the file."""
    query = select(JobRow).where(JobRow.job_id == job_id, JobRow.outcome == "failed", JobRow.row_no > after)
    return list(session.scalars(query.order_by(JobRow.row_no).limit(limit)))


def confirm_job(actor: Actor, job_id: int) -> None:
    """Run a checked file or list: what its preview showed, each row decided again.

    Raises Refused when it is not waiting for that: also when it is to be said first how to read it, or while the same
    orders are made by another job.
    """
    _move(actor, job_id, (JobState.READY,), JobState.QUEUED)


def map_job(actor: Actor, job_id: int, mapping: OrderMapping, *, again: bool = False) -> None:
    """Check an orders file anew, read as `mapping` says; files of its shape are read so from now on.

    `again` makes orders that this very file has made before once more. Raises Refused when the job does not wait for
    its person.
    """
    job = _own(actor, job_id)
    header = (job.preview or {}).get("header")
    params = {**job.params, "mapping": mapping.as_json(), "whole": True, "again": again}
    with unit_of_work(actor) as work:
        moved = (
            update(Job)
            .where(Job.id == job_id, Job.kind == JobKind.ORDER_UPLOAD.value, Job.state == JobState.READY.value)
            .values(state=JobState.CHECKING.value, params=params, preview=None, next_row=0)
        )
        if header is None or not work.session.execute(moved).rowcount:  # type: ignore[attr-defined]
            raise Refused(Code.BAD_VALUE, field="state", value=job.state)
        remember(work, header, mapping)
        work.later(RUN_JOB, job_id)


def cancel_job(actor: Actor, job_id: int) -> None:
    """Discard a checked file, or stop a running job after the chunk it is in: what is done stays done.

    Raises Refused when the job has ended already.
    """
    job = _own(actor, job_id)
    if job.state == JobState.READY:
        _move(actor, job_id, (JobState.READY,), JobState.CANCELED)
        return
    with unit_of_work(actor) as work:
        asked = update(Job).where(Job.id == job_id, Job.state.in_([s.value for s in ACTIVE]))
        if not work.session.execute(asked.values(cancel_requested_at=work.now)).rowcount:  # type: ignore[attr-defined]
            raise Refused(Code.BAD_VALUE, field="state", value=job.state)
        work.later(RUN_JOB, job_id)


def _move(actor: Actor, job_id: int, states: tuple[JobState, ...], to: JobState) -> None:
    job = _own(actor, job_id)
    with unit_of_work(actor) as work:
        if to is JobState.QUEUED and job.kind == JobKind.ORDER_UPLOAD:
            if (job.preview or {}).get("stage") != CHECKED:
                raise Refused(Code.BAD_VALUE, field="state", value=job.state)
            order_upload.refuse_twins(work, job)
        ends = {"finished_at": work.now} if to is JobState.CANCELED else {}
        moved = (
            update(Job)
            .where(Job.id == job_id, Job.state.in_([state.value for state in states]))
            .values(state=to.value, next_row=0, **ends)
        )
        if not work.session.execute(moved).rowcount:  # type: ignore[attr-defined]
            raise Refused(Code.BAD_VALUE, field="state", value=job.state)
        if to is JobState.QUEUED:
            work.later(RUN_JOB, job_id)


def _own(actor: Actor, job_id: int) -> Job:
    job = get_job(db.session(), actor, job_id)
    if job is None:
        raise Refused(Code.NOT_FOUND, number=str(job_id), variant="gone")
    if not actor.may(needed(job)):
        raise Refused(Code.NO_PERMISSION, number=str(job_id))
    return job


def _sees_all(actor: Actor) -> bool:
    # A file names orders of any store: who is limited to some stores sees their own files only.
    everywhere = actor.scope.account_ids is None
    return actor.kind is ActorKind.SYSTEM or (everywhere and actor.role in (Role.OWNER, Role.ADMIN))


def _is_own(job: Job, actor: Actor) -> bool:
    return (job.actor_kind, job.actor_id) == (actor.kind.value, actor.id)


def retry_failed(actor: Actor, job_id: int, storage: Storage) -> int:
    """Start a new job from the failed rows of a finished one (a file's: with the same header); return its id.

    It is checked first like any upload. Raises Refused when nothing failed or the job has not ended.
    """
    job = _own(actor, job_id)
    again = job.file_id is not None or job.kind == JobKind.BULK_CHANGE
    if job.state != JobState.DONE or not job.failed or not again:
        raise Refused(Code.BAD_VALUE, field="state", value=job.state)
    if job.kind == JobKind.BULK_CHANGE:
        return start_again(actor, job)
    file = db.session.get_one(File, job.file_id)
    header = _header(job, storage)
    with tempfile.TemporaryFile() as rows:
        writer = CsvWriter(rows, header)
        after = 0
        while failed := failed_rows(db.session(), job_id, after, PAGE):
            writer.rows(row.cells for row in failed)
            after = failed[-1].row_no
        end_reading()
        rows.seek(0)
        stored = receive(storage, rows)
    name = f"{Path(file.name).stem}-failed.csv"
    if job.kind == JobKind.ORDER_UPLOAD:
        mapping = OrderMapping.from_json((job.preview or {}).get("mapping", {}))
        return order_upload.start_order_upload(actor, stored, name, mapping=mapping)
    return status_upload.start_status_upload(actor, stored, name)


def result_rows(session: Session, job: Job, storage: Storage, say: Callable[[Problem], str]) -> Iterator[list[str]]:
    """The result file: the file's own header and rows, or orders with their statuses; `outcome`, `code`, `message`.

    `say` puts a problem into the reader's words; pages of rows are read as they are asked for, so memory stays flat.
    The first row is the header.
    """
    header = _header(job, storage)
    width = len(header)
    yield [*header, "outcome", "code", "message"]
    after = 0
    while rows := session.scalars(
        select(JobRow).where(JobRow.job_id == job.id, JobRow.row_no > after).order_by(JobRow.row_no).limit(PAGE)
    ).all():
        for row in rows:
            cells = [*row.cells[:width], *[""] * (width - len(row.cells))]
            problem = problem_of(row)
            yield [*cells, row.outcome, row.code or "", say(problem) if problem else ""]
        after = rows[-1].row_no
        session.expunge_all()
        end_reading()


def _header(job: Job, storage: Storage) -> list[str]:
    if job.file_id is None:
        return ["order_number", "from_status", "to_status"]
    if job.kind == JobKind.ORDER_UPLOAD:
        with open_order_file(job, storage) as orders:
            return orders.header
    with open_status_file(job, storage) as table:
        return table.header


def problem_of(row: JobRow) -> Problem | None:
    """Why a row failed, or None for one that did not."""
    return Problem(Code(row.code), row.params or {}) if row.code else None
