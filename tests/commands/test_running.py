"""What every command says when there is no database to work on."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from webapp.cli import main

COMMANDS = (
    ("orders", "status", "status.csv"),
    ("orders", "import", "status.csv"),
    ("orders", "export"),
    ("user", "add", "sari@example.com", "--password-stdin"),
    ("doctor",),
)


def lapak(folder: Path, monkeypatch: pytest.MonkeyPatch, database: Path, words: tuple[str, ...]) -> Result:
    """What the command says on this database, in a folder with a status file, and how it ends."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("LAPAK_INSTANCE", str(folder / "instance"))
    monkeypatch.setenv("LAPAK_DATABASE_URL", f"sqlite:///{database}")
    (folder / "status.csv").write_text("order_number,status\n261121-7KX39TBM,shipped\n")
    return CliRunner().invoke(main, words, input="pandan-lapak-2026\n")


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_database_without_tables_is_named(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = lapak(tmp_path, monkeypatch, tmp_path / "new.db", words)
    assert (said.exit_code, said.output) == (2, "Error: the database has no tables yet: run `lapak init` first\n")


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_database_that_cannot_be_opened_is_named(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = lapak(tmp_path, monkeypatch, tmp_path / "nowhere" / "lapak.db", words)
    assert (said.exit_code, said.output) == (2, "Error: the database can't be reached: unable to open database file\n")


def test_a_file_that_is_no_database_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lapak.db").write_text("order_number,status\n" * 100)
    said = lapak(tmp_path, monkeypatch, tmp_path / "lapak.db", ("orders", "status", "status.csv"))
    assert (said.exit_code, said.output) == (2, "Error: the database can't be reached: file is not a database\n")
