"""What keeps the database quick and small: planner statistics, the search index, ended sessions, orphaned files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Protocol

from sqlalchemy import delete, or_, select, text, update

from webapp import clock
from webapp.domain.actors import SYSTEM
from webapp.extensions import db
from webapp.models import File, Job, UserSession
from webapp.services.unit_of_work import end_reading, unit_of_work

BYTES_KEPT = timedelta(days=1)
"""How long bytes without a row may lie in storage: an upload writes them first, and its row at once after them."""
TOGETHER = 500
"""Files looked up in one statement."""
SESSIONS_KEPT = timedelta(days=30)
"""How long an ended sign-in stays on record."""


class Swept(Protocol):
    """The part of a storage that is cleaned; handed in by the edge."""

    def keys_older_than(self, moment: datetime) -> Iterator[str]:
        """Keys of what was last written before the moment."""

    def delete(self, key: str) -> None:
        """Remove a file."""


def clean_search_index() -> None:
    """Merge the trigram index's pending entries now, or one unlucky insert pays for all of them (PostgreSQL)."""
    if db.engine.dialect.name != "postgresql":
        return
    with db.engine.connect() as connection:
        connection.execute(text("select gin_clean_pending_list('ix_order_search_doc')"))
        connection.commit()


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


def delete_orphans(storage: Swept) -> None:
    """Delete stored bytes that no row names: of uploads that were broken off before their row was written."""
    keys = storage.keys_older_than(clock.now() - BYTES_KEPT)
    while some := list(islice(keys, TOGETHER)):
        known = set(db.session.scalars(select(File.storage_key).where(File.storage_key.in_(some))))
        end_reading()
        for key in some:
            if key not in known:
                storage.delete(key)
