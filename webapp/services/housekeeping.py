"""What keeps the database quick and small: planner statistics, the search index, ended sessions, orphaned files."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Protocol

from sqlalchemy import Engine, delete, exists, func, or_, select, text, update

from webapp import clock
from webapp.domain.actors import SYSTEM
from webapp.extensions import db
from webapp.models import File, Job, JobKind, JobState, JobTarget, UserSession
from webapp.services.unit_of_work import end_reading, unit_of_work

BYTES_KEPT = timedelta(days=1)
"""How long bytes without a row may lie in storage: an upload writes them first, and its row at once after them."""
TOGETHER = 500
"""Files looked up in one statement."""
TARGETS_TOGETHER = 10_000
"""Orders of a frozen list that are forgotten in one transaction."""
MERGE_PAGES, MERGE_STEPS, MERGE_PAUSE = 250, 20, 0.02
"""Pages of SQLite's search index that one step merges (0.03 s, at most 0.15), steps of a turn, seconds between them."""
SESSIONS_KEPT = timedelta(days=30)
"""How long an ended sign-in stays on record."""


class Swept(Protocol):
    """The part of a storage that is cleaned; handed in by the edge."""

    def keys_older_than(self, moment: datetime) -> Iterator[str]:
        """Keys of what was last written before the moment."""

    def delete(self, key: str) -> None:
        """Remove a file."""


def clean_search_index() -> None:
    """Bring into the search index what was written beside it: else one unlucky insert pays for all of it (PostgreSQL),
    or each search has more parts to look through (SQLite)."""
    if db.engine.dialect.name == "sqlite":
        _merge_search_index()
    else:
        clean_pending_texts(db.engine)


def clean_pending_texts(engine: Engine) -> None:
    """PostgreSQL only: take the texts over that the search index has gathered."""
    with engine.connect() as connection:
        connection.execute(text("select gin_clean_pending_list('ix_order_search_doc')"))
        connection.commit()


def _merge_search_index() -> None:
    # In steps with pauses between them, because each holds the write lock; what is left waits for the next turn.
    for _ in range(MERGE_STEPS):
        with db.engine.execution_options(write=True).connect() as connection:
            driver: Any = connection.connection.dbapi_connection
            before = driver.total_changes
            connection.exec_driver_sql("insert into order_fts (order_fts, rank) values ('merge', ?)", (MERGE_PAGES,))
            merged = driver.total_changes - before > 1  # the statement itself counts as one
            connection.commit()
        if not merged:
            return
        time.sleep(MERGE_PAUSE)


def refresh_statistics() -> None:
    """Let SQLite look at the tables that changed much; PostgreSQL does so by itself."""
    if db.engine.dialect.name == "sqlite":
        with db.engine.execution_options(write=True).connect() as connection:
            connection.exec_driver_sql("pragma optimize")
            connection.commit()


def forget_sessions() -> None:
    """Delete sign-in sessions that ended, or were last used, long ago."""
    with unit_of_work(SYSTEM) as work:
        old = work.now - SESSIONS_KEPT
        work.session.execute(delete(UserSession).where(or_(UserSession.ended_at < old, UserSession.seen_at < old)))


def forget_results() -> None:
    """Forget result files whose time is over; their bytes are then without a row, and swept like others."""
    with unit_of_work(SYSTEM) as work:
        over = select(File.id).where(File.expires_at < work.now)
        work.session.execute(update(Job).where(Job.result_file_id.in_(over)).values(result_file_id=None))
        work.session.execute(delete(File).where(File.id.in_(over)))


def forget_targets() -> None:
    """Delete the frozen lists of jobs that have ended: what became of each order stands in the job's rows."""
    ended = [state.value for state in (JobState.DONE, JobState.FAILED, JobState.CANCELED)]
    first = select(func.min(JobTarget.row_no)).where(JobTarget.job_id == Job.id).scalar_subquery()
    listed = exists().where(JobTarget.job_id == Job.id)
    kind = Job.kind == JobKind.BULK_CHANGE.value
    found = select(Job.id, first).where(kind, Job.state.in_(ended), listed).limit(1)
    # Searched outside of the transaction that deletes: what has ended stays so, and SQLite has one writer.
    while (row := db.session.execute(found).first()) is not None:
        job_id, row_no = row
        some = JobTarget.row_no.between(row_no, row_no + TARGETS_TOGETHER - 1)
        with unit_of_work(SYSTEM) as work:
            work.session.execute(delete(JobTarget).where(JobTarget.job_id == job_id, some))
    end_reading()


def delete_orphans(storage: Swept) -> None:
    """Delete stored bytes that no row names: of uploads that were broken off before their row was written."""
    keys = storage.keys_older_than(clock.now() - BYTES_KEPT)
    while some := list(islice(keys, TOGETHER)):
        known = set(db.session.scalars(select(File.storage_key).where(File.storage_key.in_(some))))
        end_reading()
        for key in some:
            if key not in known:
                storage.delete(key)
