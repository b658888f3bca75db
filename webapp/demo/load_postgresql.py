"""Loading into PostgreSQL: rows by COPY into tables without indexes and keys, which come back as they were."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, text

from webapp.demo.folding import fold_totals
from webapp.demo.making import MADE, make
from webapp.demo.multiplying import multiply
from webapp.demo.orders import COLUMNS, STRETCH
from webapp.demo.world import Load, number_salt

MADE_HERE = 250_000
"""Orders beyond these are copies that the server makes of them, for a quarter of the processor time."""

_SETTINGS = {
    "statement_timeout": "0",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "0",
    "synchronous_commit": "off",
    "maintenance_work_mem": "1GB",
    "max_parallel_maintenance_workers": "2",
    "work_mem": "128MB",
    "timezone": "UTC",
}
_ANALYZED = (*COLUMNS, "customers", "order_totals", "order_totals_changes", "stores", "channel_accounts", "users")


def begin(connection: Connection) -> None:
    """Set this transaction up for a long load, and keep everybody else from the orders."""
    for name, value in _SETTINGS.items():
        connection.exec_driver_sql(f"set local {name} = '{value}'")
    connection.exec_driver_sql("lock table orders in access exclusive mode")


def first_ids(connection: Connection) -> tuple[int, int]:
    """The ids of the first order and the first customer; ids of deleted orders are not given out again."""
    return _next_id(connection, "orders"), _next_id(connection, "customers")


def load(connection: Connection, load: Load, progress: Callable[[str, int, int], None]) -> int:
    """Load everything; returns how many customers there are."""
    made = Load(
        min(load.orders, MADE_HERE), load.seed, load.now_ms, load.first_order_id, load.first_customer_id, load.places
    )
    later = _drop_constraints_and_indexes(connection)
    # Emptied here, so that rows may be written frozen: nothing is left for vacuum to do.
    connection.exec_driver_sql(f"truncate {', '.join(COLUMNS)}")
    cursor = _driver(connection).cursor()
    done = 0
    for copies in make(made, "postgresql"):
        for table, rows in copies.items():
            _copy(cursor, table, rows)
        if "orders" in copies:
            done = min(done + STRETCH, made.orders)
        progress("orders", done, load.orders)
    if load.orders > made.orders:
        multiply(connection, made, load.orders, number_salt(load.seed), progress)
    progress("totals", 0, 1)
    fold_totals(connection)
    progress("totals", 1, 1)
    for number, sql in enumerate(later):
        progress("indexes", number, len(later))
        connection.exec_driver_sql(sql)
    progress("indexes", len(later), len(later))
    for table in ("orders", "customers", "shipments", "payments"):
        connection.exec_driver_sql(
            f"select setval(pg_get_serial_sequence('{table}', 'id'), max(id)) from {table} having max(id) is not null"
        )
    added = f"select count(*) from customers where id >= {load.first_customer_id}"
    return int(connection.exec_driver_sql(added).scalar_one())


def analyze(engine: Engine, load: Load) -> None:
    """Give the planner its statistics; copies were not written frozen and need vacuum too."""
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("set statement_timeout = 0")
        vacuum = "vacuum (analyze)" if load.orders > MADE_HERE else "analyze"
        connection.exec_driver_sql(f"{vacuum} {', '.join(_ANALYZED)}")
        connection.exec_driver_sql("reset statement_timeout")


def _driver(connection: Connection) -> psycopg.Connection[Any]:
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError(f"not a connection of psycopg: {driver!r}")
    return driver


def _copy(cursor: psycopg.Cursor[Any], table: str, rows: bytes) -> None:
    frozen = ", freeze" if table in COLUMNS else ""
    statement = f"copy {table} ({', '.join(MADE[table])}) from stdin (format binary{frozen})"
    with cursor.copy(statement.encode()) as copy:
        copy.write(rows)


def _next_id(connection: Connection, table: str) -> int:
    sequence = connection.exec_driver_sql(f"select pg_get_serial_sequence('{table}', 'id')").scalar_one()
    last, called = connection.exec_driver_sql(f"select last_value, is_called from {sequence}").one()
    return int(last) + bool(called)


_CONSTRAINTS = text("""
    select contype::text as kind, conrelid::regclass::text as of_table, quote_ident(conname) as name,
           pg_get_constraintdef(oid) as definition
    from pg_constraint
    where contype in ('p', 'u', 'f')
      and (conrelid = any(cast(:tables as regclass[])) or confrelid = any(cast(:tables as regclass[])))
    order by conrelid::regclass::text, conname
""")
_INDEXES = text("""
    select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition
    from pg_index
    where indrelid = any(cast(:tables as regclass[]))
      and not exists (select 1 from pg_constraint c where c.conindid = indexrelid and c.contype in ('p', 'u', 'x'))
    order by indrelid::regclass::text, indexrelid::regclass::text
""")


def _drop_constraints_and_indexes(connection: Connection) -> list[str]:
    """Drop keys and indexes, and return the statements that bring them back, as the database has them."""
    tables = {"tables": list(COLUMNS)}
    constraints = connection.execute(_CONSTRAINTS, tables).all()
    indexes = connection.execute(_INDEXES, tables).all()
    foreign = [row for row in constraints if row.kind == "f"]
    keys = [row for row in constraints if row.kind != "f"]
    for row in (*foreign, *keys):
        connection.exec_driver_sql(f"alter table {row.of_table} drop constraint {row.name}")
    for row in indexes:
        connection.exec_driver_sql(f"drop index {row.name}")
    return (
        [f"alter table {row.of_table} add constraint {row.name} {row.definition}" for row in keys]
        + [row.definition for row in indexes]
        + [f"alter table {row.of_table} add constraint {row.name} {row.definition}" for row in foreign]
    )
