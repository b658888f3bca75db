"""Where a table's header is. Files may begin with rows about themselves: a title, a shop, a period."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice

from webapp.spreadsheets.columns import Column, column_key
from webapp.spreadsheets.limits import LOOKED_AT
from webapp.spreadsheets.table import Row, Table

_SAMPLES = 12  # rows that are read ahead below whatever the header is


class HeadedTable:
    """A table with the header that was found in it, and its rows below that, numbered from 1.

    The first row is the header until another one is taken.
    """

    def __init__(self, table: Table) -> None:
        self.table = table
        self.header = table.header
        self._rows: Iterator[Row] | None = table.rows()
        self._first = list(islice(self._rows, LOOKED_AT + _SAMPLES))
        self._lead = 0

    @property
    def tops(self) -> list[list[str]]:
        """The first rows of the file, any of which may be the header."""
        return [self.table.header, *(_trimmed(row.cells) for row in self._first[:LOOKED_AT])]

    @property
    def samples(self) -> list[Row]:
        """The first rows below the header."""
        return [self._below(row) for row in self._first[self._lead :]]

    def take(self, place: int) -> None:
        """Let the header be that one of `tops`."""
        self.header, self._lead = self.tops[place], place

    def leave_out(self) -> None:
        """Let the rows begin one row further down."""
        self._lead += 1

    def rows(self) -> Iterator[Row]:
        """Every row below the header. Raises `UnreadableFile` where the file can't be read further."""
        rest, self._rows = self._rows, None
        rows = chain(self._first, rest) if rest is not None else self.table.rows()
        return map(self._below, islice(rows, self._lead, None)) if self._lead else iter(rows)

    def _below(self, row: Row) -> Row:
        missing = [""] * (len(self.header) - len(row.cells))
        return Row(row.number - self._lead, row.line, [*row.cells, *missing], row.unstored)


def below_header(table: Table, wanted: Sequence[Column]) -> HeadedTable:
    """The table below the row that has all required columns, or that comes nearest to a header."""
    required = {column.name for column in wanted if column.required}
    headed = HeadedTable(table)
    headed.take(header_place(headed.tops, wanted, required.issubset))
    return headed


def header_place(tops: Sequence[Sequence[str]], wanted: Sequence[Column], suffices: Callable[[set[str]], bool]) -> int:
    """Which of a file's first rows is the header: the first whose wanted columns suffice.

    If none is, a single cell at the top that names no wanted column is taken for a title, and the first row below that
    has several cells for the header.
    """
    keys = {column_key(spelling): column.name for column in wanted for spelling in (*column.aliases, column.name)}
    for place, cells in enumerate(tops):
        names = {keys[key] for cell in cells if (key := column_key(cell)) in keys}
        # Below the first row one name may be a value.
        if suffices(names) and (place == 0 or len(names) > 1):
            return place
    title = [cell for cell in tops[0] if cell]
    if len(title) > 1 or any(column_key(cell) in keys for cell in title):
        return 0
    return next((place for place, cells in enumerate(tops) if sum(map(bool, cells)) > 1), 0)


def _trimmed(cells: Sequence[str]) -> list[str]:
    trimmed = [cell.strip() for cell in cells]
    while trimmed and not trimmed[-1]:
        trimmed.pop()
    return trimmed
