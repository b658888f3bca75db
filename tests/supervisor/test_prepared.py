"""The quick look at the embedded database: sure, or a no."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from webapp.settings import Settings
from webapp.supervisor import prepared
from webapp.supervisor.prepared import is_prepared, newest_revisions


@pytest.fixture
def migrations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    (folder / "versions/one.py").write_text('revision = "a1"\ndown_revision = None\n', encoding="utf-8")
    (folder / "versions/two.py").write_text(
        'revision: str = "b2"\ndown_revision: str | None = "a1"\n', encoding="utf-8"
    )
    monkeypatch.setattr(prepared, "MIGRATIONS", folder)
    return folder


def database(settings: Settings, revision: str, orders: int) -> None:
    settings.instance_dir.mkdir(exist_ok=True)
    with closing(sqlite3.connect(settings.database_url.removeprefix("sqlite:///"))) as connection, connection:
        connection.execute("create table alembic_version (version_num text)")
        connection.execute("insert into alembic_version values (?)", (revision,))
        connection.execute("create table orders (id integer)")
        connection.executemany("insert into orders values (?)", [(number,) for number in range(orders)])


def test_the_newest_revision_is_the_one_that_none_builds_upon(migrations: Path) -> None:
    assert newest_revisions(migrations) == {"b2"}


def test_the_projects_own_migrations_have_one_newest(tmp_path: Path) -> None:
    assert len(newest_revisions(prepared.MIGRATIONS)) == 1


@pytest.mark.parametrize(
    ("revision", "orders", "with_orders", "answer"),
    [("b2", 1, True, True), ("b2", 0, True, False), ("b2", 0, False, True), ("a1", 1, False, False)],
)
def test_schema_and_orders(
    tmp_path: Path, migrations: Path, revision: str, orders: int, with_orders: bool, answer: bool
) -> None:
    settings = Settings.from_env({"LAPAK_INSTANCE": str(tmp_path / "instance")})
    database(settings, revision, orders)
    assert is_prepared(settings, with_orders=with_orders) is answer


def test_doubt_is_a_no(tmp_path: Path, migrations: Path) -> None:
    instance = tmp_path / "instance"
    settings = Settings.from_env({"LAPAK_INSTANCE": str(instance)})
    assert not is_prepared(settings, with_orders=False)
    (instance / "lapak.db").write_bytes(b"not a database" * 100)
    assert not is_prepared(settings, with_orders=False)
    elsewhere = {"LAPAK_INSTANCE": str(instance), "LAPAK_DATABASE_URL": "postgresql://localhost/lapak"}
    assert not is_prepared(Settings.from_env(elsewhere), with_orders=False)
