"""XLSX files as tables: the parent's side of `xlsx_child`."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from webapp.spreadsheets.errors import FileProblem, UnreadableFile
from webapp.spreadsheets.formulas import undefuse
from webapp.spreadsheets.limits import XLSX_CPU, XLSX_MEMORY
from webapp.spreadsheets.table import FileFormat, Row, Table
from webapp.spreadsheets.xlsx_child import LENGTH, MEMORY_EXIT

_log = logging.getLogger(__name__)
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "PYTHONHOME")  # what starting Python may need
_PROJECT = Path(__file__).resolve().parents[2]
# A child that the kernel killed was most likely the largest process of a machine without memory.
_MEMORY_DEATHS = (MEMORY_EXIT, -signal.SIGKILL, -signal.SIGSEGV, -signal.SIGABRT)

SheetRows = Iterator[tuple[int, list[str], list[int]]]


class XlsxTable(Table):
    """The first visible sheet. Each iteration over its rows is a child process; the first takes the one of the header.

    `memory` is in bytes of address space, `cpu` in seconds.
    """

    def __init__(self, path: Path, *, name: str, max_rows: int, memory: int = XLSX_MEMORY, cpu: int = XLSX_CPU) -> None:
        super().__init__(name, FileFormat.XLSX)
        self._path = path
        self._max_rows = max_rows
        self._memory = memory
        self._cpu = cpu
        self._children: set[subprocess.Popen[bytes]] = set()
        try:
            self._opened: SheetRows | None = self._sheet_rows()
            first = next(self._opened, None)
        except BaseException:
            self.close()
            raise
        if first is None:
            raise UnreadableFile(FileProblem.EMPTY_FILE)
        self.header = [undefuse(cell).strip() for cell in _unpadded(first[1])]

    def rows(self, start: int = 0) -> Iterator[Row]:
        source, self._opened = self._opened, None
        if source is None:
            source = self._sheet_rows()
            next(source, None)  # the header
        width = len(self.header)
        padding = [""] * width
        number = 0
        for line, cells, unstored in source:
            number += 1
            if number > self._max_rows:
                raise UnreadableFile(FileProblem.TOO_MANY_ROWS, {"limit": self._max_rows})
            if number <= start:
                continue
            if len(cells) < width:
                cells.extend(padding[len(cells) :])
            yield Row(number, line, [undefuse(cell) if cell[:1] == "'" else cell for cell in cells], tuple(unstored))

    def close(self) -> None:
        self._opened = None
        for child in list(self._children):
            self._end(child)

    def _sheet_rows(self) -> SheetRows:
        child = self._start()
        try:
            yield from self._frames(child)
        finally:
            self._end(child)

    def _start(self) -> subprocess.Popen[bytes]:
        # Nothing of our settings goes along: the child has no use for passwords.
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        environment |= {"PYTHONPATH": str(_PROJECT), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        child = subprocess.Popen(
            [
                *(sys.executable, "-P", "-m", "webapp.spreadsheets.xlsx_child"),
                *(str(self._path.resolve()), str(self._memory), str(self._cpu)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        self._children.add(child)
        return child

    def _frames(self, child: subprocess.Popen[bytes]) -> SheetRows:
        while child in self._children:
            data = _read_frame(child.stdout)
            if data is None:
                break
            frame = json.loads(data)
            if frame is None:
                return
            if isinstance(frame, dict):
                if frame["detail"]:
                    _log.warning("xlsx reader failed on %s: %s", self.name, frame["detail"])
                raise UnreadableFile(FileProblem(frame["code"]), frame["params"])
            yield from frame
        else:
            raise ValueError("the table is closed")
        code = child.wait()
        if code == -signal.SIGXCPU:
            raise UnreadableFile(FileProblem.XLSX_TIME, {"limit": self._cpu})
        if code in _MEMORY_DEATHS:
            raise UnreadableFile(FileProblem.XLSX_MEMORY, {"limit": self._memory})
        _log.warning("xlsx reader ended with %s on %s", code, self.name)
        raise UnreadableFile(FileProblem.BAD_XLSX)

    def _end(self, child: subprocess.Popen[bytes]) -> None:
        self._children.discard(child)
        if child.poll() is None:
            child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()


def _read_frame(pipe: IO[bytes] | None) -> bytes | None:
    """The bytes of the next frame, or None if the child ended before it was whole."""
    prefix = pipe.read(LENGTH.size) if pipe is not None else b""
    if pipe is None or len(prefix) < LENGTH.size:
        return None
    length: int = LENGTH.unpack(prefix)[0]
    data = pipe.read(length)
    return data if len(data) == length else None


def _unpadded(cells: list[str]) -> list[str]:
    """Without the empty cells at the end: a border drawn too far is no column."""
    last = max((index for index, cell in enumerate(cells) if cell.strip()), default=-1)
    return cells[: last + 1]
