"""Connection settings: what the hot SQL relies on holds on every connection of both databases."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from webapp.database import UnsuitableDatabase, check_server, make_engine


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path}/test.db")
    with engine.execution_options(write=True).begin() as connection:
        connection.execute(text("create table counter (id integer primary key, n integer)"))
        connection.execute(text("insert into counter values (1, 0)"))
    yield engine
    engine.dispose()


def test_every_sqlite_connection_is_set_up(sqlite: Engine) -> None:
    check_server(sqlite)
    with sqlite.connect() as first, sqlite.connect() as second:
        for connection in (first, second):
            values = {
                name: connection.execute(text(f"pragma {name}")).scalar_one()
                for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys", "cache_size", "temp_store")
            }
            assert values == {
                "journal_mode": "wal",
                "synchronous": 1,
                "busy_timeout": 10000,
                "foreign_keys": 1,
                "cache_size": -65536,
                "temp_store": 2,
            }


def test_a_write_takes_the_lock_at_its_begin_and_a_read_never(sqlite: Engine) -> None:
    impatient = make_engine(str(sqlite.url))
    with sqlite.execution_options(write=True).begin(), impatient.connect() as reader:
        assert reader.execute(text("select n from counter")).scalar_one() == 0
        reader.execute(text("pragma busy_timeout=0"))
        reader.rollback()
        with pytest.raises(OperationalError, match="locked"):
            reader.execution_options(write=True).execute(text("select 1"))
    impatient.dispose()


def test_no_increment_is_lost(sqlite: Engine) -> None:
    def add() -> None:
        for _ in range(25):
            with sqlite.execution_options(write=True).begin() as connection:
                n = connection.execute(text("select n from counter")).scalar_one()
                connection.execute(text("update counter set n = :n"), {"n": n + 1})

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with sqlite.connect() as connection:
        assert connection.execute(text("select n from counter")).scalar_one() == 100


@pytest.mark.parametrize(("limits", "expected"), [(True, ("15s", "5s", "1min")), (False, ("0", "0", "0"))])
def test_every_postgresql_connection_is_set_up(postgresql_url: str, limits: bool, expected: tuple[str, ...]) -> None:
    engine = make_engine(postgresql_url.replace("postgresql+psycopg", "postgresql"), limits=limits)
    with engine.connect() as connection:

        def show(name: str) -> str:
            return str(connection.execute(text(f"show {name}")).scalar_one())

        assert (show("timezone"), show("jit"), show("plan_cache_mode")) == ("UTC", "off", "force_custom_plan")
        names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
        assert tuple(show(name) for name in names) == expected
    engine.dispose()


def test_a_postgresql_that_cannot_search_korean_is_refused(postgresql_url: str) -> None:
    engine = make_engine(postgresql_url)
    check_server(engine)
    name = "lapak_test_without_letters"
    outside = engine.execution_options(isolation_level="AUTOCOMMIT")
    with outside.connect() as connection:
        connection.execute(text(f"drop database if exists {name}"))
        connection.execute(
            text(f"create database {name} encoding 'UTF8' lc_collate 'C' lc_ctype 'C' template template0")
        )
    poor = make_engine(engine.url.set(database=name).render_as_string(hide_password=False))
    check_server(poor)  # nothing can be said before pg_trgm is there
    with poor.begin() as connection:
        connection.execute(text("create extension pg_trgm"))
    with pytest.raises(UnsuitableDatabase, match="LC_CTYPE"):
        check_server(poor)
    poor.dispose()
    with outside.connect() as connection:
        connection.execute(text(f"drop database {name}"))
    engine.dispose()
