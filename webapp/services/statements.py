"""Reading statements written by hand: one text for both databases, values bound by name.

The hot pages read through the driver's own parameters, not through the expression language: putting together and
compiling an expression costs more than the statement itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeAlias, TypeVar, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, scoped_session

from webapp.database import BY_KEY
from webapp.extensions import db
from webapp.models.types import from_ms, to_ms
from webapp.services.sending import read
from webapp.services.sets import array_text

ReadSession: TypeAlias = "Session | scoped_session[Session]"
"""What reading functions take: the request's `db.session`, or a session of a job or a command."""


class Statement:
    """Collects the values of one statement while its text is put together, in whatever order that happens."""

    def __init__(self, session: ReadSession) -> None:
        self._session = session
        self.sqlite = is_sqlite(session)
        self.params: dict[str, Any] = {}

    def bind(self, value: Any) -> str:
        """A place for `value`, which must be what the driver takes (numbers, text, bytes)."""
        name = f"p{len(self.params)}"
        self.params[name] = value
        return f":{name}" if self.sqlite else f"%({name})s"

    def moment(self, moment: datetime) -> str:
        """A place for a moment."""
        return self.bind(to_ms(moment) if self.sqlite else moment)

    def moment_ms(self, ms: int) -> str:
        """A place for a moment that is known in milliseconds since 1970."""
        return self.bind(ms if self.sqlite else from_ms(ms))

    def day(self, day: date) -> str:
        """A place for a day."""
        return self.bind(day.isoformat() if self.sqlite else day)

    def array(self, values: Collection[int | str], kind: str) -> str:
        """PostgreSQL only: a list as an array of `kind` (bigint, text)."""
        return f"cast({self.bind(array_text(list(values)))} as {kind}[])"

    def among(self, column: str, values: Collection[int | str]) -> str:
        """The condition that `column` is one of `values`."""
        if len(values) == 1:
            return f"{column} = {self.bind(next(iter(values)))}"
        if not values:
            return "1 = 0"
        listed = sorted(values, key=str)
        if self.sqlite:
            return f"{column} in ({', '.join(map(self.bind, listed))})"
        return f"{column} = any({self.array(listed, 'bigint' if isinstance(listed[0], int) else 'text')})"

    def any_of(self, column: str, values: Sequence[int] | Sequence[str]) -> str:
        """The condition that `column` is one of many values: one text and one plan, however many they are."""
        if self.sqlite:
            return f"{column} in (select value from json_each({self.bind(json.dumps(values))}))"
        return f"{column} = any({self.bind(array_text(values))})"

    @property
    def always_by_key(self) -> str:
        """The end of a subselect that looks by key: OFFSET 0 keeps PostgreSQL from turning it into a join with all rows
        that are as wanted."""
        return "" if self.sqlite else " offset 0"

    def words(self, column: str) -> str:
        """All values of a group in one text, with spaces between."""
        return f"group_concat({column}, ' ')" if self.sqlite else f"string_agg({column}, ' ')"

    def run(self, sql: str) -> list[Any]:
        """Run the statement and return its rows as tuples of what the driver gives (`moment_of`, `day_of`, `json_of`).

        Raises DBAPIError, whether it fails at once or while its rows are fetched.
        """
        return read(self._session.connection(), sql, self.params)


def is_sqlite(session: ReadSession) -> bool:
    """Whether the database is SQLite; kept with the session, because each way to its engine costs as much as a small
    statement."""
    found: bool | None = session.info.get("sqlite")
    if found is None:
        found = session.info["sqlite"] = session.get_bind().dialect.name == "sqlite"
    return found


def exists_by_key(st: Statement, table: str, alias: str, wanted: str) -> str:
    """The condition that the order `alias` has a row `x` of `table` (by its `order_id`) that is as `wanted`."""
    return f"exists (select 1 from {table} x where x.order_id = {alias}.id and {wanted}{st.always_by_key})"


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Reading:
    """As much of a session as a hand-written statement asks for; a whole one costs more than a statement."""

    at: Connection

    @property
    def info(self) -> dict[str, Any]:
        return {"sqlite": self.at.dialect.name == "sqlite"}

    def connection(self) -> Connection:
        return self.at

    def get_bind(self) -> Engine:
        return self.at.engine


def by_key(read: Callable[[ReadSession], T], session: ReadSession | None = None) -> T:
    """What `read` finds by unique keys, or in tables that stay small, in the database of `session` (without one, the
    application's).

    PostgreSQL has connections of their own for it, where a statement is planned only once
    (`webapp.database.by_key_options`). One that had died meanwhile is replaced, and `read` called once more.
    """
    own = db.engine if session is None else session.get_bind()
    engine = own.get_execution_options().get(BY_KEY)
    if engine is None:
        return _read_on(db.engine, read) if session is None else read(session)
    try:
        return _read_on(engine, read)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        return _read_on(engine, read)


def _read_on(engine: Engine, read: Callable[[ReadSession], T]) -> T:
    with engine.connect() as connection:
        return read(cast(Session, _Reading(connection)))


@contextmanager
def snapshot() -> Iterator[Session]:
    """A reading session that sees one state of the database from its first statement to its end.

    It holds a transaction: nothing may be sent to anybody while it is open, or a slow reader holds it too.
    """
    engine: Engine = db.engine
    if engine.dialect.name == "postgresql":  # SQLite's transactions are like that
        engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with Session(engine) as session:
        yield session


def moment_of(value: Any) -> datetime:
    """A moment as the driver gives it."""
    return from_ms(value) if isinstance(value, int) else value.astimezone(UTC)


def maybe_moment(value: Any) -> datetime | None:
    """A moment as the driver gives it, or None."""
    return None if value is None else moment_of(value)


def ms_of(value: Any) -> int:
    """A moment as the driver gives it, in milliseconds since 1970."""
    return value if isinstance(value, int) else to_ms(value)


def day_of(value: Any) -> date:
    """A day as the driver gives it."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def json_of(value: Any) -> Any:
    """A list or an object of a JSON column as the driver gives it: SQLite's only its text."""
    return json.loads(value) if isinstance(value, str) else value
