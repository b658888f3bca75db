"""The rows of one XLSX worksheet as a stream: however large the sheet, only one chunk of it is in memory.

The handlers run once or more for each cell, millions of times a file: the usual tags are asked for first.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from webapp.spreadsheets.cell_text import Shape, number_text
from webapp.spreadsheets.errors import FileProblem, UnreadableFile
from webapp.spreadsheets.limits import MAX_COLUMNS
from webapp.spreadsheets.xlsx_package import (
    LocalNames,
    Package,
    cell_shapes,
    first_visible_sheet,
    new_parser,
    shared_strings,
    unescape,
)

SheetRow = tuple[int, list[str], list[int]]
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
    """The rows of the first visible sheet that hold anything, as the sheet is read: row number, cells, and the places
    of cells that are formulas because the file does not have their results.

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
        self._names = LocalNames()
        self._columns = Columns()
        self._found: list[SheetRow] = []
        self._line = 0
        self._pieces: list[str] = []
        self._texts: list[str] = []
        self._in_phonetic = False
        # The row that is being read, and its cell.
        self._cells: list[str] = []
        self._unstored: list[int] = []
        self._column = -1
        self._attributes: dict[str, str] = {}
        self._value: str | None = None
        self._formula: str | None = None

    def read(self, part: str) -> Iterator[list[SheetRow]]:
        parser = new_parser(self._start, self._end)
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

    def _start(self, name: str, given: dict[str, str]) -> None:
        local = self._names[name]
        if local == "c":
            self._attributes = given
            self._value = self._formula = None
        elif local in {"v", "t", "f"}:
            self._pieces.clear()
        elif local == "row":
            self._line += 1
            self._column = -1
            number = given.get("r", "")
            if number.isdecimal() and len(number) <= 7:
                self._line = max(self._line, int(number))
        elif local == "is":
            self._texts.clear()
        elif local == "rPh":
            self._in_phonetic = True

    def _end(self, name: str) -> None:
        local = self._names[name]
        if local == "v":
            self._value = "".join(self._pieces)
            self._pieces.clear()
        elif local == "c":
            self._end_cell()
        elif local == "row":
            if any(map(str.strip, self._cells)):
                self._found.append((self._line, self._cells, self._unstored))
            self._cells, self._unstored = [], []
        elif local == "t":
            if not self._in_phonetic:
                self._texts.append("".join(self._pieces))
            self._pieces.clear()
        elif local == "is":
            self._value = unescape("".join(self._texts))
            self._texts.clear()
        elif local == "f":
            self._formula = "".join(self._pieces)
            self._pieces.clear()
        elif local == "rPh":
            self._in_phonetic = False

    def _end_cell(self) -> None:
        attributes, cells = self._attributes, self._cells
        ref = attributes.get("r")
        self._column = column = self._column + 1 if ref is None else self._columns[ref.rstrip(_DIGITS)]
        kind = attributes.get("t", "")
        if self._value:
            text = self._value if kind == "inlineStr" else self._text(kind, self._value, attributes.get("s", ""))
        elif self._formula is None or (kind == "str" and self._value is not None):
            return  # an empty cell, or a formula whose result is the empty text
        else:
            self._unstored.append(column)
            # Of the cells that share a formula only one has it.
            text = f"={self._formula}" if self._formula else f"=… ({ref or self._line})"
        missing = column - len(cells)
        if missing > 0:
            cells.extend([""] * missing)
        if missing >= 0:
            cells.append(text)
        else:
            cells[column] = text

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
