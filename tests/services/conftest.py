"""One database of many random orders for the tests that read, on each engine: made once, never changed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event, make_url, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from tests.conftest import ENGINES, migrate
from tests.services.orders.listing import Listing, fill
from webapp.database import make_engine


@pytest.fixture(scope="session", params=ENGINES)
def listing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listing]:
    """The orders, and an engine on the database that holds them."""
    if request.param == "sqlite":
        path: Path = tmp_path_factory.mktemp("listing") / "listing.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield from _filled(f"sqlite:///{path}")
        return
    server = make_url(request.getfixturevalue("postgresql_server")).set(drivername="postgresql+psycopg")
    name = f"lapak_listing_{os.getpid()}"
    admin = create_engine(server, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'drop database if exists "{name}" with (force)'))
        connection.execute(text(f"create database \"{name}\" encoding 'UTF8' template template0"))
    address = server.set(database=name).render_as_string(hide_password=False)
    migrate(address)
    yield from _filled(address)
    with admin.connect() as connection:
        connection.execute(text(f'drop database "{name}" with (force)'))
    admin.dispose()


@pytest.fixture
def session(listing: Listing) -> Iterator[Session]:
    """A reading session on the database of `listing`."""
    with Session(listing.engine) as session:
        yield session


@pytest.fixture
def sent(listing: Listing) -> Iterator[list[str]]:
    """Every statement sent to the database of `listing` from here on."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(listing.engine, "before_cursor_execute", note)
    yield statements
    event.remove(listing.engine, "before_cursor_execute", note)


def _filled(url: str) -> Iterator[Listing]:
    engine = make_engine(url)
    yield fill(engine)
    engine.dispose()
