"""Database engines: one place where both are told how to behave.

SQLite reads begin with BEGIN and writes with BEGIN IMMEDIATE, decided before the first statement by the execution
option `write`: a transaction that read first and writes later fails at once with "database is locked".
"""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError

from webapp.settings import SettingsError

SQLITE_LEAST = (3, 38)
POSTGRESQL_LEAST = 15
SQLITE_PRAGMAS = (
    "busy_timeout=10000",  # first: the others already may have to wait
    "journal_mode=wal",
    "synchronous=normal",
    "foreign_keys=on",
    "cache_size=-65536",
    "temp_store=memory",
    "wal_autocheckpoint=16384",
)
WORKER_CACHE = 8192
"""Kibibytes of an SQLite database that a worker keeps in memory, instead of `cache_size` above."""
LIMITS = ("statement_timeout=15s", "lock_timeout=5s", "idle_in_transaction_session_timeout=60s")
"""PostgreSQL's limits for web and worker; what must run long (migration, loading, exports) has none."""
POSTGRESQL_OPTIONS = (
    "timezone=UTC",
    "jit=off",
    # The driver prepares a statement at its fifth use, and the server may then take a general plan: 1 ms became 200.
    "plan_cache_mode=force_custom_plan",
)


class UnsuitableDatabase(SettingsError):
    """The database that LAPAK_DATABASE_URL names works, but not for this program; one line says what it lacks."""


BY_KEY = "by_key"
"""Name of PostgreSQL's second engine, and of the execution option by which the first one names it."""
WRITING = "writing"
"""The execution option by which an application's engine names itself as one that begins transactions to write."""


def by_key_options(url: str) -> dict[str, dict[str, Any]]:
    """Flask-SQLAlchemy's `SQLALCHEMY_BINDS`: on PostgreSQL connections for statements that find rows by unique keys.

    There one plan serves every value, and planning it anew took longer than running it. They read outside of
    transactions, and are not asked before each use whether they still live.
    """
    if make_url(url).get_backend_name() == "sqlite":
        return {}
    options = engine_options(url)
    connect = options["connect_args"]
    once = connect["options"].replace("force_custom_plan", "force_generic_plan")
    return {
        BY_KEY: options
        | {
            "url": url,
            "pool_size": 4,
            "pool_pre_ping": False,
            "pool_reset_on_return": None,
            "isolation_level": "AUTOCOMMIT",
            "skip_autocommit_rollback": True,
            "connect_args": connect | {"options": once, "prepare_threshold": 0},
        }
    }


def engine_options(url: str, *, limits: bool = True) -> dict[str, Any]:
    """Arguments of `create_engine` for this address; also Flask-SQLAlchemy's `SQLALCHEMY_ENGINE_OPTIONS`.

    `limits=False` sets PostgreSQL's time limits to none.
    """
    # Errors end in the log, and a statement's values may be names, addresses and tokens.
    options: dict[str, Any] = {"hide_parameters": True, "pool_timeout": 10}
    if make_url(url).get_backend_name() == "sqlite":
        return options | {"pool_size": 8, "max_overflow": 8, "pool_use_lifo": True}
    limited = LIMITS if limits else tuple(f"{limit.partition('=')[0]}=0" for limit in LIMITS)
    settings = " ".join(f"-c {option}" for option in POSTGRESQL_OPTIONS + limited)
    return options | {
        "pool_size": 5,
        "max_overflow": 5,
        "pool_recycle": 1800,
        "pool_pre_ping": True,
        "connect_args": {"options": settings, "connect_timeout": 5, "application_name": "lapak"},
    }


def configure_engine(engine: Engine) -> None:
    """Bind the connection settings of SQLite to an engine; PostgreSQL's are in `engine_options` already.

    Raises UnsuitableDatabase for an SQLite library that is too old.
    """
    if engine.dialect.name != "sqlite":
        return
    if sqlite3.sqlite_version_info < SQLITE_LEAST:
        raise UnsuitableDatabase(f"SQLite {sqlite3.sqlite_version} is too old: 3.38 or newer is needed")
    event.listen(engine, "connect", _connect_sqlite)
    event.listen(engine, "begin", _begin_sqlite)


def keep_little(engine: Engine) -> None:
    """Keep less of an SQLite database in a worker's memory: it goes through files once, in the order of the tables, and
    the system's own cache serves it as well. Connections made before keep what they have."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _shrink_cache)


def make_engine(url: str, *, limits: bool = True) -> Engine:
    """An engine outside an application, for scripts, migrations and the loader."""
    if url.startswith(("postgres://", "postgresql://")):
        url = f"postgresql+psycopg://{url.partition('://')[2]}"
    engine = create_engine(url, **engine_options(url, limits=limits))
    configure_engine(engine)
    return engine


def check_server(engine: Engine) -> None:
    """Whether the database can carry this program: PostgreSQL 15, UTF-8, and Korean trigrams once `pg_trgm` is there.

    Raises UnsuitableDatabase, and SQLAlchemy's own errors when it cannot be reached.
    """
    if engine.dialect.name == "sqlite":
        return
    with engine.connect() as connection:
        version = int(connection.execute(text("show server_version_num")).scalar_one())
        if version < POSTGRESQL_LEAST * 10_000:
            raise UnsuitableDatabase(
                f"PostgreSQL {version // 10_000} is too old: {POSTGRESQL_LEAST} or newer is needed"
            )
        encoding = connection.execute(text("show server_encoding")).scalar_one()
        if encoding != "UTF8":
            raise UnsuitableDatabase(f"the database is encoded in {encoding}: create it with encoding 'UTF8'")
        installed = connection.execute(text("select count(*) from pg_extension where extname = 'pg_trgm'")).scalar_one()
        if installed and not connection.execute(text("select show_trgm('김') <> '{}'")).scalar_one():
            raise UnsuitableDatabase(
                "the database's LC_CTYPE knows no Korean letters, so search would find nothing:"
                " create it with a UTF-8 locale"
            )


def _connect_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions by itself
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"pragma {pragma}")


def _shrink_cache(connection: sqlite3.Connection, _record: Any) -> None:
    connection.execute(f"pragma cache_size=-{WORKER_CACHE}")


def _begin_sqlite(connection: Connection) -> None:
    # By the driver: through the engine, beginning takes as long as a small statement, for every page.
    begin = "BEGIN IMMEDIATE" if connection.get_execution_options().get("write") else "BEGIN"
    driver: Any = connection.connection.driver_connection
    try:
        driver.execute(begin)
    except sqlite3.Error as error:  # the write lock was not had
        raise DBAPIError.instance(begin, None, error, sqlite3.Error, dialect=connection.dialect) from error
