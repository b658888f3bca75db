"""Hand-written statements, handed to the driver as they stand.

The engine's own way makes a context, a result and the names of its columns for each, which takes ten times as long as a
look by key. Just beneath it the engine still tells who listens to its statements (without a context), and turns the
driver's errors into its own: the two methods of its connection that are called here have no public name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

Bound = Mapping[str, Any] | Sequence[Any]
"""Values of one statement, by name or in their order, as the driver takes them."""


def send(connection: Connection, sql: str, bound: Bound) -> None:
    """Run a statement that gives no rows, in the transaction that the connection has begun. Raises DBAPIError."""
    _cursor_of(connection, sql, bound).close()


def read(connection: Connection, sql: str, bound: Bound) -> list[Any]:
    """The rows of a statement, as tuples of what the driver gives.

    Raises DBAPIError, whether it fails at once or while its rows are fetched: SQLite reads only then.
    """
    cursor = _cursor_of(connection, sql, bound)
    try:
        rows = list(cursor.fetchall())
    except connection.dialect.loaded_dbapi.Error as error:
        connection._handle_dbapi_exception(error, sql, None, cursor, None)  # noqa: SLF001
    cursor.close()
    return rows


def _cursor_of(connection: Connection, sql: str, bound: Bound) -> Any:
    try:
        cursor = connection.connection.cursor()
    except connection.dialect.loaded_dbapi.Error as error:  # of a connection that is closed
        connection._handle_dbapi_exception(error, sql, None, None, None)  # noqa: SLF001
    connection._cursor_execute(cursor, sql, bound)  # noqa: SLF001
    return cursor
