"""Set-based statements that read the same on both databases: a list of rows as a table inside one statement.

PostgreSQL unnests one array a column; SQLite reads one JSON text. Either way one statement takes any number of rows
with one plan.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from functools import partial
from itertools import chain
from json.encoder import encode_basestring
from operator import itemgetter
from types import NoneType
from typing import Any

from sqlalchemy import Connection, Dialect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from webapp.models.types import to_ms
from webapp.services.sending import send

DbTime = Any
"""A moment or a day as the database keeps it: on PostgreSQL Python's own, on SQLite milliseconds and ISO text."""


class RowSet:
    """A set of rows for one statement: `RowSet("u", id="bigint", status="text")`.

    `source(dialect)` is the FROM item, `params(dialect, rows)` what to bind; rows are tuples in column order.
    Types are PostgreSQL's: bigint, int, text, boolean, timestamptz, date, jsonb; codes may be given as enums. A first
    column of numbers holds no NULL. Columns that hold one value in all rows (`shared(rows)`) may be named to both: they
    are then bound once instead of once a row.
    """

    def __init__(self, alias: str, **columns: str) -> None:
        self.alias = alias
        self.columns = columns

    def shared(self, rows: Sequence[Sequence[Any]]) -> frozenset[str]:
        """The columns that hold one value in all of `rows`; never the first, which tells the rows apart."""
        if not rows:
            return frozenset()
        columns = zip(self.columns, zip(*rows, strict=True), strict=True)
        next(columns)
        return frozenset(name for name, values in columns if values.count(values[0]) == len(values))

    def source(self, dialect: Dialect, shared: AbstractSet[str] = frozenset()) -> str:
        """The rows as a FROM item named `alias`."""
        own = {name: kind for name, kind in self.columns.items() if name not in shared}
        if dialect.name == "postgresql":
            arrays = ", ".join(f"cast(:{self.alias}_{name} as {kind}[])" for name, kind in own.items())
            once = [f"cast(:{self.alias}_{name} as {self.columns[name]}) as {name}" for name in sorted(shared)]
            rows = f"unnest({arrays}) {self.alias}({', '.join(own)})"
            return f"(select {', '.join([*own, *once])} from {rows}) {self.alias}" if once else rows
        if self._paired(own):
            places: Iterable[str] = ("key + 0", "value")
        else:
            places = [f"value ->> {i}" for i in range(len(own))]
        cells = [f"{place} as {name}" for place, name in zip(places, own, strict=True)]
        cells += [f":{self.alias}_{name} as {name}" for name in sorted(shared)]
        return f"(select {', '.join(cells)} from json_each(:{self.alias}_rows)) {self.alias}"

    def params(
        self, dialect: Dialect, rows: Sequence[Sequence[Any]], shared: AbstractSet[str] = frozenset()
    ) -> dict[str, Any]:
        """What to bind for `rows`."""
        once = {
            f"{self.alias}_{name}": _once(kind, value)
            for (name, kind), value in (zip(self.columns.items(), rows[0], strict=True) if shared else ())
            if name in shared
        }
        if dialect.name == "postgresql":
            columns = zip(*rows, strict=True) if rows else [[] for _ in self.columns]
            return once | {
                f"{self.alias}_{name}": _array(kind, column)
                for (name, kind), column in zip(self.columns.items(), columns, strict=True)
                if name not in shared
            }
        own = [name for name in self.columns if name not in shared]
        if shared:
            kept = itemgetter(*[i for i, name in enumerate(self.columns) if name not in shared])
            rows = [(kept(row),) for row in rows] if len(own) == 1 else [kept(row) for row in rows]
        written = _pairs(rows) if self._paired(own) else json.dumps(rows, default=_plain, ensure_ascii=False)
        return once | {f"{self.alias}_rows": written}

    def _paired(self, own: Collection[str]) -> bool:
        """Whether a row is a number and one more value: SQLite then reads both from one JSON object as they stand
        there, where each cell of a list is looked for in a text of its row."""
        return len(own) == 2 and self.columns[next(iter(own))] in {"bigint", "int"}


def any_of(dialect: Dialect, column: str, name: str) -> str:
    """`column` is one of the bound list `name`."""
    if dialect.name == "postgresql":
        return f"{column} = any(:{name})"
    return f"{column} in (select value from json_each(:{name}))"


def many(dialect: Dialect, values: Iterable[Any]) -> Any:
    """A list of numbers or texts to bind for `any_of`."""
    listed = list(values)
    return array_text(listed) if dialect.name == "postgresql" else json.dumps(listed)


def db_time(dialect: Dialect, moment: datetime | None) -> DbTime:
    """A moment as the database keeps it, for statements written in SQL."""
    return to_ms(moment) if moment is not None and dialect.name == "sqlite" else moment


def row_time(dialect: Dialect, moment: date) -> int | str:
    """A moment or a day as `insert_rows` writes it: what many rows hold is then turned into it once."""
    return to_ms(moment) if dialect.name == "sqlite" and isinstance(moment, datetime) else moment.isoformat()


def take_ids(session: Session, table: str, count: int) -> list[int]:
    """`count` ids of `table` that nobody else gets, before its rows are written."""
    if session.get_bind().dialect.name == "postgresql":
        # OFFSET 0: the sequence is looked for once, not for each id.
        named = "select cast(pg_get_serial_sequence(:table, 'id') as regclass) as name offset 0"
        taken = text(f"select nextval(s.name) from ({named}) s, generate_series(1, :n)")
        return list(session.scalars(taken, {"table": table, "n": count}))
    bump = text("update sqlite_sequence set seq = seq + :n where name = :table returning seq")
    last = session.execute(bump, {"table": table, "n": count}).scalar()
    if last is None:
        first = text("insert into sqlite_sequence (name, seq) values (:table, :n)")
        session.execute(first, {"table": table, "n": count})
        last = count
    return list(range(last - count + 1, last + 1))


def insert_rows(connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert `rows` in one go: COPY on PostgreSQL, prepared statements of `_TOGETHER` rows on SQLite.

    Raises DBAPIError.
    """
    if not rows:
        return
    names = ", ".join(columns)
    if connection.dialect.name == "postgresql":
        _copy(connection, f"copy {table} ({names}) from stdin", rows)
        return
    plain = [[v if type(v) in _AS_IT_IS else _plain(_written(v)) for v in row] for row in rows]
    marks = f"({', '.join('?' * len(columns))})"
    whole = len(rows) - len(rows) % _TOGETHER
    together = [tuple(chain.from_iterable(plain[n : n + _TOGETHER])) for n in range(0, whole, _TOGETHER)]
    if together:
        connection.exec_driver_sql(f"insert into {table} ({names}) values {', '.join([marks] * _TOGETHER)}", together)
    if whole < len(rows):
        rest = tuple(chain.from_iterable(plain[whole:]))
        send(connection, f"insert into {table} ({names}) values {', '.join([marks] * (len(rows) - whole))}", rest)


Write = Callable[[str, Sequence[str], Sequence[Sequence[Any]]], None]
"""`insert_rows` on a given connection: table, columns, rows."""


@contextmanager
def rows_beside(connection: Connection) -> Iterator[Write]:
    """`insert_rows`, one call after the other, while whoever calls puts the next rows together.

    PostgreSQL takes them in beside us; SQLite works within this process, and there each call is done when it returns.
    Nothing else may use the connection before the end, where the first error is raised.
    """
    if connection.dialect.name == "sqlite":
        yield partial(insert_rows, connection)
        return
    with ThreadPoolExecutor(1, "rows-beside") as writer:
        calls: list[Future[None]] = []
        yield lambda *rows: calls.append(writer.submit(insert_rows, connection, *rows))
    for call in calls:
        call.result()


def _copy(connection: Connection, sql: str, rows: Sequence[Sequence[Any]]) -> None:
    cursor: Any = connection.connection.cursor()
    driver_error = connection.dialect.loaded_dbapi.Error
    try:
        with cursor, cursor.copy(sql) as copy:
            for row in rows:
                plain = _AS_IT_IS.issuperset(map(type, row))
                copy.write_row(row if plain else [v if type(v) in _AS_IT_IS else _copied(v) for v in row])
    except driver_error as error:
        # Who tries again after a lock that was not had knows SQLAlchemy's errors alone.
        raise DBAPIError.instance(sql, None, error, driver_error, dialect=connection.dialect) from error


def _pairs(rows: Sequence[Sequence[Any]]) -> str:
    # Not by way of a dict: a number may come twice.
    cells = [f'"{key}":{value if type(value) is int else _write_json(_plain(value))}' for key, value in rows]
    return f"{{{','.join(cells)}}}"


def _once(kind: str, value: Any) -> Any:
    if kind == "jsonb":
        return _json(value)
    return str(value) if isinstance(value, StrEnum) else value


def array_text(values: Sequence[int | str]) -> str:
    """Numbers or texts as PostgreSQL's text of an array, of the type that the statement compares it with."""
    return _array("text" if values and isinstance(values[0], str) else "bigint", values)


def _array(kind: str, values: Sequence[Any]) -> str:
    """PostgreSQL's text of an array of `kind`; the driver's own writing of it took a seventh of a file's time."""
    if kind == "text":
        return _quoted_array(values)
    if kind == "jsonb":
        return _quoted_array([_json(value) for value in values])
    # Numbers, truth values, days and moments hold nothing that an array's text means otherwise.
    return f"{{{','.join(['NULL' if value is None else str(value) for value in values])}}}"


def _quoted_array(values: Sequence[str | None]) -> str:
    return f"{{{','.join(['NULL' if value is None else _quoted(value) for value in values])}}}"


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


_TOGETHER = 50
"""Rows of one INSERT on SQLite: a statement of its own for each row takes up to half as long again."""
_AS_IT_IS = frozenset({int, str, NoneType})
"""What a driver takes as it is, which most values of a row are."""
_write_json = json.JSONEncoder(ensure_ascii=False).encode


def json_texts(texts: Iterable[str]) -> str:
    """A list of texts as the value of a JSON column, at a fifth of the time of the general encoder."""
    return f"[{','.join(map(encode_basestring, texts))}]"


def _json(value: Any) -> str | None:
    return None if value is None else _write_json(value)


def _written(value: Any) -> Any:
    """A value of a JSON column as text, any other as it is."""
    return _write_json(value) if isinstance(value, (dict, list)) else value


def _copied(value: Any) -> Any:
    """A value as COPY takes it; the driver's own writing of days, moments and truth values takes five times as long."""
    if isinstance(value, bool):
        return "t" if value else "f"
    return value.isoformat() if isinstance(value, date) else _written(value)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return to_ms(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value
