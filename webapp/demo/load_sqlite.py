"""Loading into SQLite: rows by executemany, without indexes and triggers, which come back as they were."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection, Engine

from webapp.demo.folding import fold_totals
from webapp.demo.forms import Row
from webapp.demo.making import MADE, make
from webapp.demo.orders import COLUMNS
from webapp.demo.world import Load


def begin(_connection: Connection) -> None:
    """Nothing to set: whoever began this transaction alone may write."""


def first_ids(connection: Connection) -> tuple[int, int]:
    """The ids of the first order and the first customer; ids of deleted orders are not given out again."""
    used = connection.exec_driver_sql("select seq from sqlite_sequence where name = 'orders'").scalar()
    customers = connection.exec_driver_sql("select max(id) from customers").scalar()
    return int(used or 0) + 1, int(customers or 0) + 1


def load(connection: Connection, load: Load, progress: Callable[[str, int, int], None]) -> int:
    """Load everything; returns how many customers there are."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise TypeError(f"not a connection of sqlite3: {driver!r}")
    later = _drop_indexes_and_triggers(connection)
    keyed = _SearchKeys()
    customers = done = 0
    for made in make(load, "sqlite"):
        for table, rows in made.items():
            if table == "order_search":
                driver.executemany(_insert(table, ("sort_key", *MADE[table])), keyed.add(rows))
            else:
                driver.executemany(_insert(table, MADE[table]), rows)
        customers += len(made.get("customers", ()))
        done += len(made.get("orders", ()))
        progress("orders", done, load.orders)
    progress("totals", 0, 1)
    fold_totals(connection)
    progress("totals", 1, 1)
    for number, sql in enumerate(later):
        progress("indexes", number, len(later) + 1)
        connection.exec_driver_sql(sql)
    progress("indexes", len(later), len(later) + 1)
    connection.exec_driver_sql("insert into order_fts (order_fts) values ('rebuild')")
    progress("indexes", len(later) + 1, len(later) + 1)
    return customers


def analyze(engine: Engine, _load: Load) -> None:
    """Give the planner its statistics, and put what was written from the log into the database."""
    with engine.execution_options(write=True).begin() as connection:
        connection.exec_driver_sql("analyze")
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("pragma wal_checkpoint(truncate)")


class _SearchKeys:
    """Puts the key that is also the sort order before each search row; rows come in the order of their moments."""

    def __init__(self) -> None:
        self._last = 0

    def add(self, rows: list[Row]) -> Iterator[Row]:
        last = self._last
        for row in rows:
            first = row[2] << 20
            last = first if first > last else last + 1
            yield (last, *row)
        self._last = last


def _insert(table: str, columns: tuple[str, ...]) -> str:
    return f"insert into {table} ({', '.join(columns)}) values ({', '.join('?' * len(columns))})"


def _drop_indexes_and_triggers(connection: Connection) -> list[str]:
    """Drop what would be kept row by row, and return the statements that bring it back, as the database has them."""
    found: list[Any] = [
        row
        for table in COLUMNS
        for row in connection.exec_driver_sql(
            "select type, name, sql from sqlite_master"
            " where tbl_name = ? and type in ('index', 'trigger') and sql is not null order by type, name",
            (table,),
        )
    ]
    for row in found:
        connection.exec_driver_sql(f"drop {row.type} {row.name}")
    return [row.sql for row in found]
