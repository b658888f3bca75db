"""The rows of one order, wherever they stand in a file: brought together once, while the file is checked.

Most files have them together already: a first look tells, in little memory. Only of a file that scatters them a copy in
the order of its orders is made and kept in storage, so that the run reads any file once, from front to back.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import BinaryIO, TypeVar

from webapp.spreadsheets import Row

T = TypeVar("T")
_BITS = 1 << 27
"""Of the filter: 16 MB. With a million orders one in ten million is taken for one that was seen."""
_STEPS = 4


class KeysSeen:
    """Keys that were seen, in flat memory. It never forgets one, and very rarely takes a new one for a seen one."""

    def __init__(self) -> None:
        self._bits = bytearray(_BITS >> 3)

    def add(self, key: str) -> bool:
        """Remember `key`; whether it was new."""
        value = hash(key)
        first, step = value & (_BITS - 1), (value >> 27) | 1
        new = False
        for n in range(_STEPS):
            place = (first + n * step) & (_BITS - 1)
            bit = 1 << (place & 7)
            if not self._bits[place >> 3] & bit:
                self._bits[place >> 3] |= bit
                new = True
        return new


class Scattered:
    """Whether rows of one order stand apart: told by looking at each row's key (empty: an order of its own) once."""

    def __init__(self) -> None:
        self._seen = KeysSeen()
        self._last = ""
        self.found = False

    def look(self, key: str) -> None:
        """Look at the next row's key."""
        if key and key != self._last and not self._seen.add(key):
            self.found = True
        self._last = key


def write_together(rows: Iterable[tuple[str, Row]], target: BinaryIO) -> None:
    """Write rows with their keys so that those of one order stand together, orders by their first rows.

    The index that sorts them lies on disk, beside other temporary files.
    """
    with tempfile.TemporaryDirectory() as folder, closing(sqlite3.connect(Path(folder) / "rows.db")) as index:
        index.isolation_level = None
        for pragma in ("journal_mode=off", "synchronous=off", "temp_store=file", "cache_size=-16384"):
            index.execute(f"pragma {pragma}")
        index.execute(
            "create table rows (number integer primary key, key text, line integer, cells text, unstored text)"
        )
        index.execute("begin")
        index.executemany(
            "insert into rows values (?, ?, ?, ?, ?)",
            (
                (r.number, key or None, r.line, json.dumps(r.cells, ensure_ascii=False), json.dumps(r.unstored))
                for key, r in rows
            ),
        )
        index.execute("create index by_key on rows (key, number) where key is not null")
        index.execute("commit")
        together = index.execute(
            "select r.number, r.line, r.cells, r.unstored from rows r left join"
            " (select key, min(number) as first from rows where key is not null group by key) k on k.key = r.key"
            " order by coalesce(k.first, r.number), r.number"
        )
        target.writelines(
            f"[{number},{line},{cells},{unstored}]\n".encode() for number, line, cells, unstored in together
        )


def read_together(path: Path) -> Iterator[Row]:
    """The rows that `write_together` wrote."""
    with path.open("rb") as lines:
        for line in lines:
            number, at, cells, unstored = json.loads(line)
            yield Row(number, at, cells, tuple(unstored))


def by_size(groups: Iterable[T], size: int, rows: Callable[[T], int]) -> Iterator[list[T]]:
    """Groups in parts of about `size` rows; none is cut in two."""
    part: list[T] = []
    filled = 0
    for group in groups:
        part.append(group)
        filled += rows(group)
        if filled >= size:
            yield part
            part, filled = [], 0
    if part:
        yield part
