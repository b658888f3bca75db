"""The rows of one XLSX worksheet as a stream: however large the sheet, only one chunk of it is in memory.

The handlers run once or more for each cell, millions of times a file, hence closures over locals.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from webapp.spreadsheets.cell_text import Shape, number_text
from webapp.spreadsheets.errors import FileProblem, UnreadableFile
from webapp.spreadsheets.limits import MAX_COLUMNS
from webapp.spreadsheets.xlsx_package import (
    EndHandler,
    LocalNames,
    Package,
    StartHandler,
    cell_shapes,
    first_visible_sheet,
    new_parser,
    shared_strings,
    unescape,
)

SheetRow = tuple[int, list[str]]
_LETTERS = {letter: value for value, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1)}
_DIGITS = "0123456789"


class Columns(dict[str, int]):
    """``A`` -> 0, ``AA`` -> 26, remembered."""

    def __missing__(self, letters: str) -> int:
        number = 0
        for letter in letters.upper()[:4]:
            number = number * 26 + _LETTERS.get(letter, MAX_COLUMNS + 1)
        if not 1 <= number <= MAX_COLUMNS:
            raise UnreadableFile(FileProblem.TOO_MANY_COLUMNS, {"limit": MAX_COLUMNS})
        self[letters] = number - 1
        return number - 1


def sheet_rows(path: Path) -> Iterator[list[SheetRow]]:
    """The rows of the first visible sheet that hold anything, with their row numbers, as the sheet is read.

    Raises `UnreadableFile`.
    """
    package = Package(path)
    sheet = first_visible_sheet(package)
    reader = _SheetReader(package, from_1904=sheet.from_1904)
    yield from reader.read(sheet.part)


class _SheetReader:
    def __init__(self, package: Package, *, from_1904: bool) -> None:
        self._package = package
        self._shapes = cell_shapes(package)
        self._strings = shared_strings(package)
        self._from_1904 = from_1904
        self._found: list[SheetRow] = []
        self._line = 0
        self._pieces: list[str] = []
        self._texts: list[str] = []

    def read(self, part: str) -> Iterator[list[SheetRow]]:
        start, end = self._handlers()
        parser = new_parser(start, end)
        parser.CharacterDataHandler = self._pieces.append
        pieces, texts = self._pieces, self._texts
        try:
            for _ in self._package.parse(part, parser, growing=lambda: sum(map(len, pieces)) + sum(map(len, texts))):
                if self._found:
                    yield self._found[:]
                    self._found.clear()
        except UnreadableFile as error:
            # What was good before the bad place goes out first, as it does with CSV.
            yield self._found[:]
            raise UnreadableFile(error.code, {**error.params, "line": self._line}) from error

    def _text(self, kind: str, raw: str, style: str) -> str:
        if kind == "s":
            try:
                return self._strings[int(raw)]
            except (ValueError, IndexError):
                raise UnreadableFile(FileProblem.BAD_XLSX, {"part": "sharedStrings"}) from None
        if kind in ("n", ""):
            shape: int = Shape.PLAIN
            if style:
                try:
                    shape = self._shapes[int(style)]
                except (ValueError, IndexError):
                    shape = Shape.PLAIN
            return number_text(raw.strip(), shape, from_1904=self._from_1904)
        if kind == "b":
            return "true" if raw.strip() == "1" else "false"
        return unescape(raw)  # str (of a formula), e (an error such as #N/A), d (a date in ISO 8601)

    # One function for each kind of tag would cost a call for each of some million cells.
    def _handlers(self) -> tuple[StartHandler, EndHandler]:  # noqa: C901, PLR0915
        names = LocalNames()
        columns = Columns()
        pieces, texts, found = self._pieces, self._texts, self._found
        text_of = self._text
        cells: list[str] = []
        attributes: dict[str, str] = {}
        value: str | None = None
        in_phonetic = False
        column = -1

        def start(name: str, given: dict[str, str]) -> None:
            nonlocal attributes, value, in_phonetic, column
            local = names[name]
            if local == "c":
                attributes = given
                value = None
            elif local in {"v", "t"}:
                pieces.clear()
            elif local == "row":
                self._line += 1
                column = -1
                number = given.get("r", "")
                if number.isdecimal() and len(number) <= 7:
                    self._line = max(self._line, int(number))
            elif local == "is":
                texts.clear()
            elif local == "rPh":
                in_phonetic = True

        def end(name: str) -> None:
            nonlocal value, cells, column, in_phonetic
            local = names[name]
            if local == "v":
                value = "".join(pieces)
                pieces.clear()
            elif local == "c":
                ref = attributes.get("r")
                column = column + 1 if ref is None else columns[ref.rstrip(_DIGITS)]
                if not value:
                    return
                kind = attributes.get("t", "")
                text = value if kind == "inlineStr" else text_of(kind, value, attributes.get("s", ""))
                missing = column - len(cells)
                if missing > 0:
                    cells.extend([""] * missing)
                if missing >= 0:
                    cells.append(text)
                else:
                    cells[column] = text
            elif local == "t":
                if not in_phonetic:
                    texts.append("".join(pieces))
                pieces.clear()
            elif local == "is":
                value = unescape("".join(texts))
                texts.clear()
            elif local == "row":
                if any(map(str.strip, cells)):
                    found.append((self._line, cells))
                cells = []
            elif local == "rPh":
                in_phonetic = False

        return start, end
