"""Migrations that rebuild what holds rows: nothing is lost on the way there and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from tests.conftest import ROOT
from webapp.database import make_engine

ACTOR = "params, next_row, attempts, ok, unchanged, failed, actor_kind, actor_name"
VALUES = "'{}', 0, 0, 0, 0, 0, 'system', 'Lapak'"


def move(engine: Engine, revision: str) -> None:
    """Bring the database to this revision, upwards or downwards."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    with engine.execution_options(write=True).begin() as connection:
        config.attributes["connection"] = connection
        current = MigrationContext.configure(connection).get_current_revision() or ""
        (command.downgrade if current > revision else command.upgrade)(config, revision)


def run(engine: Engine, sql: str) -> None:
    """One statement in a transaction of its own."""
    with engine.execution_options(write=True).begin() as connection:
        connection.execute(text(sql))


def test_more_kinds_of_jobs_leave_the_jobs_and_their_rows_on_sqlite(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'lapak.db'}", limits=False)
    move(engine, "0004")
    run(
        engine,
        f"insert into jobs (id, created_at, kind, state, {ACTOR}) values (5, 1, 'status_upload', 'done', {VALUES})",
    )
    run(engine, "insert into job_rows (job_id, row_no, outcome, cells) values (5, 1, 'ok', '[]')")
    move(engine, "0007")
    run(engine, f"insert into jobs (created_at, kind, state, {ACTOR}) values (1, 'undo', 'done', {VALUES})")
    with pytest.raises(IntegrityError):
        run(engine, f"insert into jobs (created_at, kind, state, {ACTOR}) values (1, 'nonsense', 'done', {VALUES})")
    move(engine, "0004")
    with pytest.raises(IntegrityError):
        run(engine, f"insert into jobs (created_at, kind, state, {ACTOR}) values (1, 'undo', 'done', {VALUES})")
    with engine.begin() as connection:
        assert connection.execute(text("select id, kind from jobs")).all() == [(5, "status_upload")]
        assert connection.execute(text("select count(*) from job_rows")).scalar() == 1
        assert connection.execute(text("pragma integrity_check")).scalar() == "ok"
    engine.dispose()


def test_calculations_are_a_kind_of_job_from_their_revision_on(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'lapak.db'}", limits=False)
    new = f"insert into jobs (created_at, kind, state, {ACTOR}) values (1, 'calculation', 'done', {VALUES})"
    move(engine, "0007")
    run(engine, f"insert into jobs (id, created_at, kind, state, {ACTOR}) values (5, 1, 'undo', 'done', {VALUES})")
    with pytest.raises(IntegrityError):
        run(engine, new)
    move(engine, "0008")
    run(engine, new)
    move(engine, "0007")
    with engine.begin() as connection:
        assert connection.execute(text("select id, kind from jobs")).all() == [(5, "undo")]
        assert connection.execute(text("pragma integrity_check")).scalar() == "ok"
    engine.dispose()


def test_totals_stay_as_they_are_when_sqlite_keeps_them_in_their_key(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'lapak.db'}", limits=False)
    move(engine, "0012")
    rows = [
        ("all", 2, "1970-01-01", "shipped", "paid", "IDR", 3, 900),
        ("day", 1, "2026-11-01", "rts", "paid", "KRW", 1, 5),
    ]
    for row in rows:
        run(engine, f"insert into order_totals values {row}")
    for revision in ("0013", "0012", "0013"):
        move(engine, revision)
        with engine.begin() as connection:
            assert connection.execute(text("select * from order_totals order by grain")).all() == rows
            made = str(connection.execute(text("select sql from sqlite_master where name = 'order_totals'")).scalar())
            assert ("WITHOUT ROWID" in made) is (revision == "0013")
    with pytest.raises(IntegrityError):
        run(engine, f"insert into order_totals values {rows[0]}")
    with pytest.raises(IntegrityError):
        run(engine, f"insert into order_totals values {('week', *rows[0][1:])}")
    engine.dispose()
