"""Migrations that carry data along: what stood in the tables stands there afterwards."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, make_url, text

from tests.conftest import ROOT
from webapp.database import make_engine

OUTSIDE = "lapak_test_migration"


def to(connection: Connection, revision: str) -> None:
    """Bring the database of a connection to a revision, up or down."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["connection"] = connection
    down = revision == "0002" and connection.dialect.has_table(connection, "orders")
    (command.downgrade if down else command.upgrade)(config, revision)


def check_jobs(url: str) -> None:
    """A database with jobs goes to the second kind of job and back."""
    engine = make_engine(url, limits=False)
    now = 0 if engine.dialect.name == "sqlite" else "2026-11-21T00:00:00Z"
    with engine.execution_options(write=True).begin() as connection:
        to(connection, "0002")
        connection.execute(
            text(
                "insert into jobs (id, created_at, kind, state, params, next_row, attempts, ok, unchanged, failed,"
                " actor_kind, actor_name) values (7, :now, 'status_upload', 'done', '{}', 1, 0, 1, 0, 0, 'system', 'x')"
            ),
            {"now": now},
        )
        connection.execute(text("insert into job_rows (job_id, row_no, outcome, cells) values (7, 1, 'ok', '[]')"))
        connection.execute(
            text(
                "insert into batches (id, created_at, kind, job_id, actor_kind, actor_name)"
                " values (3, :now, 'status_upload', 7, 'system', 'x')"
            ),
            {"now": now},
        )
    for revision in ("head", "0002", "head"):
        with engine.execution_options(write=True).begin() as connection:
            to(connection, revision)
        with engine.connect() as connection:
            rows = connection.execute(
                text(
                    "select j.id, r.row_no, b.id from jobs j join job_rows r on r.job_id = j.id"
                    " join batches b on b.job_id = j.id"
                )
            ).all()
            assert [tuple(row) for row in rows] == [(7, 1, 3)]
    with engine.execution_options(write=True).begin() as connection:
        connection.execute(text("update jobs set kind = 'order_export'"))
        if engine.dialect.name == "sqlite":
            assert connection.exec_driver_sql("pragma foreign_key_check").all() == []
            assert connection.exec_driver_sql("select seq from sqlite_sequence where name = 'jobs'").scalar_one() == 7
            assert connection.exec_driver_sql("select 1 from sqlite_schema where name = 'ix_jobs_state'").all()
    engine.dispose()


def test_jobs_survive_on_sqlite(tmp_path: Path) -> None:
    check_jobs(f"sqlite:///{tmp_path}/old.db")


def test_jobs_survive_on_postgresql(postgresql_server: str) -> None:
    server = make_url(postgresql_server).set(drivername="postgresql+psycopg")
    admin = make_engine(server.render_as_string(hide_password=False))
    with admin.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f"drop database if exists {OUTSIDE} with (force)"))
        connection.execute(text(f"create database {OUTSIDE} encoding 'UTF8' template template0"))
        check_jobs(server.set(database=OUTSIDE).render_as_string(hide_password=False))
        connection.execute(text(f"drop database {OUTSIDE} with (force)"))
    admin.dispose()
