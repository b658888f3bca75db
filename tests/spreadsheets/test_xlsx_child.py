"""The process that reads XLSX files ends with whoever wanted it, however that one ends."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.spreadsheets.workbooks import SHEET, build, inline, sheet
from webapp.spreadsheets import FileProblem, UnreadableFile, open_table, xlsx_child
from webapp.spreadsheets.xlsx_sheet import SheetRow

ROOT = Path(__file__).resolve().parents[2]
PARENT = """
import sys, time
from pathlib import Path
from webapp.spreadsheets import open_table
table = open_table(Path(sys.argv[1]), name="x.xlsx")
print("open", flush=True)
time.sleep(60)
"""


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A file of which the child can't have written everything into the pipe."""
    return build(tmp_path / "x.xlsx", {SHEET: sheet(inline("order_number") + inline("x" * 100) * 50_000)})


def children(pid: int | None = None) -> list[psutil.Process]:
    return [
        process
        for process in psutil.Process(pid).children(recursive=True)
        if any("xlsx_child" in part for part in process.cmdline())
    ]


def gone(processes: list[psutil.Process]) -> bool:
    _, alive = psutil.wait_procs(processes, timeout=10)
    return not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]


def test_no_child_is_left_when_the_table_is_closed(large: Path) -> None:
    with open_table(large, name="x.xlsx") as table:
        first = table.rows()
        second = table.rows()
        next(first)
        next(second)
        assert len(children()) == 2
    assert children() == []
    with pytest.raises(ValueError, match="closed"):
        for _ in first:
            pass


def test_no_child_is_left_when_the_caller_fails(large: Path) -> None:
    with pytest.raises(ZeroDivisionError), open_table(large, name="x.xlsx") as table:
        _ = [1 // (row.number - 10) for row in table.rows()]
    assert children() == []


def test_no_child_is_left_when_rows_are_given_up(large: Path) -> None:
    with open_table(large, name="x.xlsx") as table:
        for _ in table.rows():
            break
        assert children() == []


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_no_child_is_left_when_the_parent_is_killed(large: Path, how: signal.Signals) -> None:
    command = [sys.executable, "-c", PARENT, str(large)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"open\n"
        left = children(parent.pid)
        assert len(left) == 1
        parent.send_signal(how)
        parent.wait()
        assert gone(left)


def test_the_child_learns_no_settings(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAPAK_SECRET_KEY", "secret")
    with open_table(large, name="x.xlsx"):
        (child,) = children()
        assert "LAPAK_SECRET_KEY" not in child.environ()
        assert "PATH" in child.environ()


def test_a_child_that_is_killed_is_a_failure_and_not_the_end_of_the_file(large: Path) -> None:
    with open_table(large, name="x.xlsx") as table:
        rows = table.rows()
        next(rows)
        (child,) = children()
        child.kill()
        with pytest.raises(UnreadableFile) as refusal:
            list(rows)
    assert refusal.value.code is FileProblem.XLSX_MEMORY


def test_a_reader_that_fails_leaves_its_trace(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(path: Path) -> Iterator[list[SheetRow]]:
        yield [(1, ["order_number"], [])]
        raise KeyError(path.name)

    monkeypatch.setattr(xlsx_child, "sheet_rows", broken)
    out = io.BytesIO()
    xlsx_child._write_rows(tmp_path / "mine.xlsx", out)
    first, second = (json.loads(frame) for frame in frames(out.getvalue()))
    assert first == [[1, ["order_number"], []]]
    assert (second["code"], second["params"]) == ("bad_xlsx", {})
    assert "KeyError: 'mine.xlsx'" in second["detail"]


def frames(data: bytes) -> Iterator[bytes]:
    while data:
        length = xlsx_child.LENGTH.unpack(data[:4])[0]
        yield data[4 : 4 + length]
        data = data[4 + length :]
