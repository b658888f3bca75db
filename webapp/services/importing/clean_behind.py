"""Bringing the search texts of new orders into PostgreSQL's index beside the job that makes them."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from webapp.services.housekeeping import clean_pending_texts

log = structlog.get_logger(__name__)


class CleanBehind:
    """Lets a connection of its own clean the search index, one cleaning at a time.

    The index gathers new texts in a list, and the insert that fills it takes all of them over: half of what the search
    costs a file of orders. On SQLite there is nothing to do: it has one writer.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._cleaner = ThreadPoolExecutor(1, "clean-behind") if engine.dialect.name == "postgresql" else None
        self._running: Future[None] | None = None

    def begin(self) -> None:
        """Let what was gathered be taken over, unless that is still being done."""
        if self._cleaner is not None and (self._running is None or self._running.done()):
            self._running = self._cleaner.submit(self._clean)

    def close(self) -> None:
        """Wait for the cleaning that is running, and end the thread."""
        if self._cleaner is not None:
            self._cleaner.shutdown()

    def _clean(self) -> None:
        try:
            clean_pending_texts(self._engine)
        except SQLAlchemyError as error:
            # Nothing is lost: the scheduler, or an insert, does it later.
            log.warning("search_index_not_cleaned", error=type(error).__name__)
