"""CSV files as tables, read by `csv.reader` in a stream of flat memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path

from webapp.spreadsheets.errors import FileProblem, UnreadableFile
from webapp.spreadsheets.formulas import undefuse
from webapp.spreadsheets.limits import MAX_CELL, MAX_COLUMNS
from webapp.spreadsheets.sniffing import TextFormat, text_format
from webapp.spreadsheets.table import FileFormat, Row, Table

# Comes after the last line. A quote that is never closed swallows it, which csv.reader does not tell otherwise; no
# file holds it, as those with NUL characters are refused.
_END = "\0end\0"
_BUFFER = 256 * 1024
_BEFORE_HEADER = -1


class CsvTable(Table):
    """A text file with one record to a line, or to several where a quoted cell has line ends in it."""

    def __init__(self, path: Path, *, name: str, max_rows: int) -> None:
        super().__init__(name, FileFormat.CSV)
        self._path = path
        self._max_rows = max_rows
        self._text_format = text_format(path)
        self._opened: set[_Lines] = set()
        self.encoding = self._text_format.encoding
        self.delimiter = self._text_format.delimiter
        with closing(self._read(_BEFORE_HEADER)) as rows:
            first = next(rows, None)
        if first is None:
            raise UnreadableFile(FileProblem.EMPTY_FILE)
        self.header = [cell.replace("\ufeff", "").strip() for cell in first.cells]
        while self.header and not self.header[-1]:
            self.header.pop()

    def rows(self, start: int = 0) -> Iterator[Row]:
        return self._read(start)

    def close(self) -> None:
        for lines in self._opened:
            lines.close()
        self._opened.clear()

    def _read(self, start: int) -> Generator[Row, None, None]:
        """The rows after number `start`; the header is number 0."""
        width, limit = len(self.header), self._max_rows
        first_line = self._text_format.skip + 1
        before = 0
        number = _BEFORE_HEADER
        lines = _Lines(self._path, self._text_format)
        self._opened.add(lines)
        csv.field_size_limit(MAX_CELL)  # of the whole process: never set to anything else
        reader = csv.reader(lines, delimiter=self.delimiter)
        new_row = tuple.__new__
        try:
            # A million times: what is rare comes behind one question, and rows are made without Row's own __new__.
            for cells in reader:
                line = first_line + before
                before = reader.line_num
                if lines.ended:
                    if cells == [_END]:
                        return
                    raise UnreadableFile(FileProblem.UNCLOSED_QUOTE, {"line": line})
                # Blank: nothing, or the delimiters alone that Excel writes for rows that were used once.
                if not cells or (not cells[0].strip() and not any(map(str.strip, cells))):
                    continue
                number += 1
                if number <= start:
                    continue
                if number > limit:
                    raise UnreadableFile(FileProblem.TOO_MANY_ROWS, {"limit": limit})
                if len(cells) != width:
                    _fit(cells, width, line)
                if "'" in "".join(cells):
                    cells[:] = map(undefuse, cells)
                yield new_row(Row, (number, line, cells, ()))
        except csv.Error as error:
            facts = {"limit": MAX_CELL, "line": first_line + before}
            raise UnreadableFile(FileProblem.CELL_TOO_LARGE, facts) from error
        finally:
            lines.close()
            self._opened.discard(lines)


class _Lines:
    """The lines from the header on, and then `_END`; `ended` is set as soon as that one is asked for."""

    def __init__(self, path: Path, shape: TextFormat) -> None:
        self.ended = False
        file = path.open("rb", buffering=_BUFFER)
        file.seek(shape.bom)
        self._text = io.TextIOWrapper(file, shape.encoding, newline="")
        for _ in range(shape.skip):
            self._text.readline()

    def __iter__(self) -> Iterator[str]:
        return chain(self._text, self._end())

    def close(self) -> None:
        self._text.close()

    def _end(self) -> Iterator[str]:
        self.ended = True
        yield _END


def _fit(cells: list[str], width: int, line: int) -> None:
    if len(cells) > MAX_COLUMNS:
        raise UnreadableFile(FileProblem.TOO_MANY_COLUMNS, {"limit": MAX_COLUMNS, "line": line})
    cells.extend([""] * (width - len(cells)))
