"""What a column of ours is made of: columns of a file and fixed texts, written `Customer {CustomerID}`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from webapp.spreadsheets.columns import column_key

_PLACE = re.compile(r"\{([^{}]+)\}")

Reader = Callable[[list[str]], str]
"""From the cells of a row to one text."""


class UnknownName(ValueError):
    """A template names a column that the file does not have; `name` says which."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True, slots=True)
class Template:
    """A template over one header: texts and, between them, places in a row (`texts` has one more)."""

    texts: tuple[str, ...]
    places: tuple[int, ...]

    def reader(self) -> Reader:
        """How a row is read. Where the columns that are joined are all empty, so is the whole; a fixed text is not."""
        places, texts = self.places, self.texts
        if not places:
            fixed = texts[0].strip()
            return lambda _cells: fixed
        if len(places) == 1 and texts == ("", ""):
            (place,) = places
            return lambda cells: cells[place].strip()
        return self._join

    def _join(self, cells: list[str]) -> str:
        found = [cells[place].strip() for place in self.places]
        if not any(found):
            return ""
        parts = [self.texts[0]]
        for cell, text in zip(found, self.texts[1:], strict=True):
            parts += (cell, text)
        return "".join(parts).strip()


def names_in(template: str) -> list[str]:
    """The columns that a template names, in order."""
    return [name.strip() for name in _PLACE.findall(template)]


def parse_template(template: str, header: Sequence[str]) -> Template:
    """A template over a file's header. Raises UnknownName for a column that is not there."""
    keys = {column_key(cell): place for place, cell in reversed(list(enumerate(header))) if cell}
    places = []
    for name in names_in(template):
        place = keys.get(column_key(name))
        if place is None:
            raise UnknownName(name)
        places.append(place)
    return Template(tuple(_PLACE.split(template)[::2]), tuple(places))


def of_column(name: str) -> str:
    """The template that is one whole column."""
    return f"{{{name}}}"
