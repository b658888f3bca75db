"""The file of a download, in pieces that stay small however many orders it has."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from webapp.domain.actors import Scope
from webapp.services.exporting.choice import Choice
from webapp.services.exporting.order_rows import Page, Texts, read_pages
from webapp.services.orders.filters import ListFilter
from webapp.services.statements import snapshot
from webapp.spreadsheets.writing import BOM, Cell, csv_lines, safe_texts, write_xlsx

MEDIA_TYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
PIECE = 64 * 1024
"""Bytes that leave at once."""
IN_MEMORY = 1 << 20
"""Bytes that are kept in memory before they go to a temporary file."""

Told: TypeAlias = Callable[[int], None]
"""Called after each step with the number of orders done; may raise to stop."""


@dataclass(frozen=True, slots=True)
class Download:
    """What is downloaded: the orders of a list within somebody's scope, and what of them."""

    scope: Scope
    flt: ListFilter
    choice: Choice

    @property
    def header(self) -> list[str]:
        """The names of the columns."""
        return [column.name for column in self.choice.columns(self.scope)]


def csv_pieces(download: Download, told: Told = lambda _done: None) -> Iterator[bytes]:
    """The whole CSV file, with a byte order mark, read from one state of the database.

    A transaction is open between the pieces: they must go to a file of ours, never to a slow reader.
    """
    yield BOM + csv_lines([download.header])
    for page in _pages(download, safe_texts, told):
        yield csv_lines(page.rows)


def csv_at_once(download: Download) -> Iterator[bytes]:
    """The same for somebody who waits: the header leaves at once, the rest when all of it was read.

    So no transaction is open while bytes travel, however slowly.
    """
    pieces = csv_pieces(download)
    yield next(pieces)
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as rest:
        for piece in pieces:
            rest.write(piece)
        rest.seek(0)
        while piece := rest.read(PIECE):
            yield piece


def xlsx_file(path: Path, download: Download, told: Told = lambda _done: None) -> None:
    """Write the whole XLSX file to `path`. Raises SheetFull for more rows than a sheet has."""

    def rows() -> Iterator[Sequence[Cell]]:
        for page in _pages(download, _as_they_are, told):
            yield from page.rows

    write_xlsx(path, download.header, rows())


def _pages(download: Download, texts: Texts, told: Told) -> Iterator[Page]:
    done = 0
    with snapshot() as session:
        for page in read_pages(session, download.scope, download.flt, download.choice, texts):
            yield page
            done += page.orders
            told(done)


def _as_they_are(texts: Iterable[str]) -> list[str]:
    return list(texts)
