"""Which column of a file is which of the wanted ones."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from webapp.spreadsheets.errors import FileProblem, UnreadableFile
from webapp.spreadsheets.table import Row

# Spaces of all kinds, underscores and hyphens, and what cannot be seen (zero-width characters, byte order marks, signs
# that turn the direction of writing).
_IGNORED = re.compile(r"[\s_\-\u061c\u2010-\u2015\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]+")
_NAMES_TOLD = 50
_ALIKE = 0.6  # of difflib: "stats" and "status" are 0.91


@dataclass(frozen=True, slots=True)
class Column:
    """A column that an upload reads, under its name or one of its aliases."""

    name: str
    required: bool = False
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Where the wanted columns are in the rows of one file, and what else is there."""

    places: Mapping[str, int]
    extra: tuple[str, ...]  # header cells that no wanted column has, as typed, in the order of the file

    def has(self, name: str) -> bool:
        """Whether the file has that column: an absent column and an empty cell can mean different things."""
        return name in self.places

    def get(self, row: Row, name: str) -> str:
        """The cell without white space around; empty where the file has no such column."""
        place = self.places.get(name)
        return "" if place is None else row.cells[place].strip()

    def unstored(self, row: Row) -> tuple[str, str] | None:
        """A wanted column whose cell in this row is a formula without a stored result, and the formula."""
        return next(((name, row.cells[at]) for name, at in self.places.items() if at in row.unstored), None)

    def reader(self, names: Sequence[str]) -> Callable[[Row], list[str]]:
        """What `get` gives for each of `names`, for all rows of a file at a third of the time."""
        places = [self.places.get(name) for name in names]

        def read(row: Row) -> list[str]:
            cells = row.cells
            return ["" if place is None else cells[place].strip() for place in places]

        return read


def column_key(name: str) -> str:
    """The form in which names are compared: ``Order number``, ``order_number`` and ``ORDER-NUMBER`` are one."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", name).casefold())


def match_columns(header: Sequence[str], wanted: Sequence[Column]) -> ColumnMap:
    """Find the wanted columns in a header, in any order.

    Raises `UnreadableFile`: `duplicate_column` if two cells of the header mean the same one, `missing_columns` if a
    required one is not there, with the header that was found and for each missing name the nearest of the unused, if it
    is nearest to no other.
    """
    names = {column_key(spelling): column.name for column in wanted for spelling in (*column.aliases, column.name)}
    places: dict[str, int] = {}
    extra: list[str] = []
    for place, cell in enumerate(header):
        name = names.get(column_key(cell))
        if name is None:
            if cell:
                extra.append(cell)
        elif name in places:
            raise UnreadableFile(FileProblem.DUPLICATE_COLUMN, {"column": name, "found": [header[places[name]], cell]})
        else:
            places[name] = place
    missing = [column for column in wanted if column.required and column.name not in places]
    if missing:
        raise UnreadableFile(
            FileProblem.MISSING_COLUMNS,
            {
                "missing": [column.name for column in missing],
                "found": [cell for cell in header if cell][:_NAMES_TOLD],
                "guesses": _guesses(missing, extra[:_NAMES_TOLD]),
            },
        )
    return ColumnMap(places, tuple(extra))


def _guesses(missing: Iterable[Column], unused: Sequence[str]) -> dict[str, str]:
    cells = {column_key(cell)[:100]: cell for cell in reversed(unused)}
    near = [
        (difflib.SequenceMatcher(None, column_key(spelling), key).ratio(), column.name, cells[key])
        for column in missing
        for spelling in (column.name, *column.aliases)
        for key in difflib.get_close_matches(column_key(spelling), cells, cutoff=_ALIKE)
    ]
    guesses: dict[str, str] = {}
    # No cell can be renamed to two things: the name that it is nearest to has it.
    for _, name, cell in sorted(near, reverse=True):
        if name not in guesses and cell not in guesses.values():
            guesses[name] = cell
    return {column.name: guesses[column.name] for column in missing if column.name in guesses}
