"""The only way to write: one public call, one transaction.

    with unit_of_work(actor) as work:
        work.session.execute(...)
        work.later("webapp.tasks.jobs.run", job.id)

Leaving the block commits and then rings; an exception rolls back and rings nothing. The transaction holds statements
alone: hashing, files and calls to others happen outside. On SQLite it begins IMMEDIATE, so it never has to upgrade.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, TextClause
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

from webapp import clock, queues
from webapp.database import WRITING
from webapp.domain.actors import Actor, ActorKind
from webapp.extensions import db
from webapp.models import AuditEntry, User
from webapp.services import sending

_open: ContextVar[bool] = ContextVar("unit_of_work_open", default=False)

LOCK_NOT_AVAILABLE = ("55P03", "40P01", "40001")
"""PostgreSQL's codes for a lock that was not had in time, a deadlock and a serialization failure."""
_MANY = 10
"""So many rows gain more by kept plans than asking for them takes."""


class UnitOfWork:
    """One running transaction: its session, who acts, and what must happen after the commit."""

    def __init__(self, session: Session, actor: Actor) -> None:
        self.session = session
        self.actor = actor
        self.dialect: Dialect = session.get_bind().dialect
        """The database's dialect, for statements that differ; kept, because asking the session is slow."""
        self.now = clock.now()
        self._after: list[tuple[str, tuple[Any, ...]]] = []
        self._keeps_plans = False

    def restart_clock(self) -> datetime:
        """Read the clock again. Called once the rows are locked, so that `updated_at` follows the order of commits."""
        self.now = clock.now()
        return self.now

    def send(self, sql: TextClause, bound: Mapping[str, Any]) -> None:
        """Run a hand-written statement that gives no rows.

        Its text stays (kept by its writer), and the driver takes its values as they are: the session's way puts it
        together anew each time, which takes as long as a small statement.
        """
        sending.send(self.session.connection(), *self._as_sent(sql, bound))

    def read(self, sql: TextClause, bound: Mapping[str, Any]) -> list[Any]:
        """The rows of such a statement, as tuples of what the driver gives."""
        return sending.read(self.session.connection(), *self._as_sent(sql, bound))

    def _as_sent(self, sql: TextClause, bound: Mapping[str, Any]) -> tuple[str, sending.Bound]:
        compiled = _compiled(sql, self.dialect)
        order = compiled.positiontup
        return compiled.string, bound if order is None else tuple([bound[name] for name in order])

    def writes_many(self, rows: int) -> None:
        """Say that `rows` rows with foreign keys are about to be written, and that nothing is searched for after them
        in this transaction but by its key.

        PostgreSQL may then use one plan for all checks of a key; planning each row's check anew, as our connections
        make it do, takes longer than writing the row.
        """
        if rows >= _MANY and self.dialect.name == "postgresql" and not self._keeps_plans:
            self.session.connection().exec_driver_sql("set local plan_cache_mode = auto")
            self._keeps_plans = True

    def lock_person(self) -> User | None:
        """The acting person's row, locked to the end: of two acts by which one person makes something once, the second
        waits here and then finds what the first has made. None where nobody with a row of their own acts.
        """
        if self.actor.kind is not ActorKind.PERSON or self.actor.id is None:
            return None
        # The weaker lock: rows that name the person can be written meanwhile.
        return self.session.get(User, self.actor.id, with_for_update={"key_share": True})

    def later(self, task: str, *args: Any) -> None:
        """Ring `task` with `args` once this has committed. What must happen is in a row; this is only the bell."""
        self._after.append((task, args))

    def audit(
        self,
        action: str,
        subject: Any,
        *,
        data: dict[str, Any],
        personal: dict[str, Any] | None = None,
        store_id: int | None = None,
    ) -> AuditEntry:
        """Write who did what to `subject` (a mapped object with an `id`). `data` must hold nothing personal."""
        entry = AuditEntry(
            created_at=self.now, action=action, subject_type=subject.__tablename__, subject_id=subject.id,
            subject_label=str(subject), store_id=store_id, data=data, personal=personal,
            actor_kind=self.actor.kind.value, actor_id=self.actor.id, actor_name=self.actor.name,
        )  # fmt: skip
        self.session.add(entry)
        return entry

    def ring(self) -> None:
        """Ring everything that waited for the commit."""
        for task, args in self._after:
            queues.ring(task, *args)


@lru_cache(maxsize=1024)
def _compiled(sql: TextClause, dialect: Dialect) -> SQLCompiler:
    return sql.compile(dialect=dialect)


@contextmanager
def unit_of_work(actor: Actor) -> Iterator[UnitOfWork]:
    """One write transaction for `actor`. Nesting raises RuntimeError: shared steps take `work` as an argument.

    Ends the request's read transaction first, so that nothing is held while waiting for the write lock.
    """
    if _open.get():
        raise RuntimeError("a unit of work is open already: pass `work` on instead of opening another")
    end_reading()
    opened = _open.set(True)
    try:
        with Session(db.engine.get_execution_options()[WRITING], expire_on_commit=False) as session:
            work = UnitOfWork(session, actor)
            yield work
            session.commit()
    finally:
        _open.reset(opened)
    work.ring()


def end_reading() -> None:
    """Close the request's read transaction; what it loaded stays usable."""
    db.session.commit()


class LockNotHad(Exception):
    """Somebody else held what a transaction needed for longer than it waits; nothing was changed."""


def taken_by(error: IntegrityError, table: str, column: str) -> bool:
    """Whether a row was refused because another one has the same value in a unique column."""
    told = str(error.orig)  # SQLite names the column, PostgreSQL the constraint
    return f"{table}.{column}" in told or f"uq_{table}_{column}" in told


def lock_was_not_had(error: DBAPIError) -> bool:
    """Whether a statement failed because another transaction held what it needs; trying again may help."""
    if getattr(error.orig, "sqlstate", None) in LOCK_NOT_AVAILABLE:
        return True
    return "database is locked" in str(error.orig)
