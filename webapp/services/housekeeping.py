"""What keeps the database quick and small: planner statistics, the search index's pending list, ended sessions."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, or_, text

from webapp.domain.actors import SYSTEM
from webapp.extensions import db
from webapp.models import UserSession
from webapp.services.unit_of_work import unit_of_work

SESSIONS_KEPT = timedelta(days=30)
"""How long an ended sign-in stays on record."""


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
