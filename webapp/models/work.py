"""Work that takes longer than a click or must happen later: jobs, batches, files, messages, schedules, audit."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, SmallInteger, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.actors import ActorKind
from webapp.domain.order_acts import Outcome
from webapp.extensions import Base
from webapp.models.orders import AUTOVACUUM
from webapp.models.types import BigId, Code, Json, UtcTime, one_of


class ActorColumns:
    """Who did it, kept as it was then."""

    actor_kind: Mapped[str] = mapped_column(Code)
    actor_id: Mapped[int | None] = mapped_column(BigId)
    actor_name: Mapped[str] = mapped_column(Text)


class JobKind(StrEnum):
    """What a job does; its tab follows from it."""

    STATUS_UPLOAD = "status_upload"
    ORDER_EXPORT = "order_export"
    ORDER_UPLOAD = "order_upload"
    BULK_CHANGE = "bulk_change"
    UNDO = "undo"
    CALCULATION = "calculation"


class JobState(StrEnum):
    """The job of a file, or on a frozen list, is checked, waits for the person as `ready`, then runs."""

    CHECKING = "checking"
    READY = "ready"
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELED = "canceled"


class File(Base):
    """Bytes in storage. The row is committed after the bytes; a sweep removes bytes without a row."""

    __tablename__ = "files"
    __table_args__ = (
        Index(None, "sha256"),  # recognises a file that was uploaded before
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    storage_key: Mapped[str] = mapped_column(Code, unique=True)
    name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(Code)
    size: Mapped[int] = mapped_column(BigId)
    sha256: Mapped[str] = mapped_column(Code)
    kind: Mapped[str] = mapped_column(Code)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    expires_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Job(ActorColumns, Base):
    """One long piece of work with its progress.

    `next_row` moves by compare-and-set together with what was done. `attempts` counts how often a worker took the job
    since it last got on.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        one_of("kind", JobKind),
        one_of("state", JobState),
        # What the sweep looks through: unfinished jobs.
        Index(
            "ix_jobs_state", "state", "id",
            postgresql_where=text("state IN ('checking', 'queued', 'running')"),
            sqlite_where=text("state IN ('checking', 'queued', 'running')"),
        ),
        Index(None, "file_id"),  # which jobs applied a file
        {"sqlite_autoincrement": True},
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    kind: Mapped[str] = mapped_column(Code)
    state: Mapped[str] = mapped_column(Code)
    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("channel_accounts.id"))
    params: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    preview: Mapped[dict[str, Any] | None] = mapped_column(Json)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"))
    result_file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))
    total_rows: Mapped[int | None] = mapped_column()
    next_row: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    ok: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    lease_token: Mapped[str | None] = mapped_column(Code)
    leased_until: Mapped[datetime | None] = mapped_column(UtcTime)
    cancel_requested_at: Mapped[datetime | None] = mapped_column(UtcTime)
    error_code: Mapped[str | None] = mapped_column(Code)
    error_params: Mapped[dict[str, Any] | None] = mapped_column(Json)
    started_at: Mapped[datetime | None] = mapped_column(UtcTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcTime)


class JobRow(Base):
    """What became of one row, written once in the transaction that did the work. Text is made when shown."""

    __tablename__ = "job_rows"
    __table_args__ = (
        one_of("outcome", Outcome),
        # The job page shows the failed ones; without it each poll reads the whole job.
        Index(
            "ix_job_rows_failed", "job_id", "row_no",
            postgresql_where=text("outcome = 'failed'"), sqlite_where=text("outcome = 'failed'"),
        ),
        AUTOVACUUM,
    )  # fmt: skip

    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    row_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    order_id: Mapped[int | None] = mapped_column(BigId)
    outcome: Mapped[str] = mapped_column(Code)
    code: Mapped[str | None] = mapped_column(Code)
    params: Mapped[dict[str, Any] | None] = mapped_column(Json)
    cells: Mapped[list[str]] = mapped_column(Json)


class HeaderMapping(Base):
    """How files with these columns are read, as a person chose it. `shape_hash` is of the sorted headers, and of the
    person where they are limited to some stores: what those choose is for themselves."""

    __tablename__ = "header_mappings"

    shape_hash: Mapped[str] = mapped_column(Code, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    upload: Mapped[str] = mapped_column(Code)
    mapping: Mapped[dict[str, Any]] = mapped_column(Json)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class JobTarget(Base):
    """One order of a job's frozen list: what the job changes, and no others."""

    __tablename__ = "job_targets"

    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    row_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    order_id: Mapped[int] = mapped_column(BigId)
    number: Mapped[str] = mapped_column(Code)


class Batch(ActorColumns, Base):
    """One bulk change by a person: what undo takes back."""

    __tablename__ = "batches"
    # One's own latest changes, however busy the others are.
    __table_args__ = (Index("ix_batches_actor_id", "actor_id", text("id DESC")),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    kind: Mapped[str] = mapped_column(Code)
    to_status: Mapped[str | None] = mapped_column(Code)
    order_ids: Mapped[list[int] | None] = mapped_column(Json)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("batches.id"))


class OutboxState(IntEnum):
    """The life of one message."""

    WAITING = 0
    TAKEN = 1
    DONE = 2
    STUCK = 3
    WITHDRAWN = 4


class OutboxMessage(Base):
    """What must leave later, written in the transaction that made it due. At least once, repeats harmless."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due_at", "due_at", "id", postgresql_where=text("state = 0"), sqlite_where=text("state = 0")),
        # One lane keeps its order: nothing leaves while an earlier one of it waits.
        Index(
            "ix_outbox_lane", "lane", "id",
            postgresql_where=text("state IN (0, 1) AND lane IS NOT NULL"),
            sqlite_where=text("state IN (0, 1) AND lane IS NOT NULL"),
        ),
        # What waits for some orders is withdrawn when they are deleted, or when what it tells of is undone.
        Index(
            "ix_outbox_order_id", "order_id",
            postgresql_where=text("state = 0"), sqlite_where=text("state = 0"),
        ),
        # Taken by a sender that died.
        Index(
            "ix_outbox_leased_until", "leased_until",
            postgresql_where=text("state = 1"), sqlite_where=text("state = 1"),
        ),
        {"sqlite_autoincrement": True, **AUTOVACUUM},
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    kind: Mapped[str] = mapped_column(Code)
    lane: Mapped[str | None] = mapped_column(Code)
    due_at: Mapped[datetime] = mapped_column(UtcTime)
    payload: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    order_id: Mapped[int | None] = mapped_column(BigId)
    batch_id: Mapped[int | None] = mapped_column(BigId)
    account_id: Mapped[int | None] = mapped_column(BigId)
    state: Mapped[int] = mapped_column(SmallInteger, default=int(OutboxState.WAITING))
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None] = mapped_column(UtcTime)
    last_error: Mapped[str | None] = mapped_column(Text)
    done_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Schedule(Base):
    """Something that happens again and again, moved by compare-and-set on `next_due_at`; `rule` is `every <n>s`."""

    __tablename__ = "schedules"

    name: Mapped[str] = mapped_column(Code, primary_key=True)
    rule: Mapped[str] = mapped_column(Code)
    timezone: Mapped[str] = mapped_column(Code, default="UTC")
    next_due_at: Mapped[datetime] = mapped_column(UtcTime)
    enabled: Mapped[bool] = mapped_column(default=True)
    last_job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))


class AuditEntry(ActorColumns, Base):
    """Who did what to what. `data` holds nothing personal; `personal` can be erased."""

    __tablename__ = "audit_entries"
    __table_args__ = (one_of("actor_kind", ActorKind), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    action: Mapped[str] = mapped_column(Code)
    subject_type: Mapped[str] = mapped_column(Code)
    subject_id: Mapped[int] = mapped_column(BigId)
    subject_label: Mapped[str] = mapped_column(Text)
    store_id: Mapped[int | None] = mapped_column(BigId)
    address: Mapped[str | None] = mapped_column(Text)
    request_id: Mapped[str | None] = mapped_column(Code)
    data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    personal: Mapped[dict[str, Any] | None] = mapped_column(Json)
