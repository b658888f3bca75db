"""Writing CSV and XLSX files that people open in a spreadsheet.

Not among the public names of the package's front: the XLSX library takes a quarter of a second to import, and the child
process that reads XLSX files would pay that each time.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

import xlsxwriter

from webapp.spreadsheets.formulas import defuse, guard

Cell = str | int | Decimal | None
"""What a cell can be. Days and times are text of the caller's making."""

BOM = b"\xef\xbb\xbf"
_XLSX_TEXT = 32_767  # characters that Excel holds in a cell
_XLSX_ROWS = 1_048_576
_XLSX_DIGITS = 15  # of a number; more would be rounded
_WIDEST = 40
_UNPRINTABLE = re.compile(r"[\x00\ud800-\udfff]")  # no file could be read again that has them


class SheetFull(ValueError):
    """More rows than an XLSX sheet has: 1,048,576."""


class CsvWriter:
    """Rows into a binary stream as UTF-8 CSV with commas, each cell defused.

    With a header begins a file, after a byte order mark if `bom` (Excel takes the file for Windows-1252 without);
    without one goes on in a file that has been begun. Keeps nothing back: after `row`, the stream has the row.
    """

    def __init__(self, stream: BinaryIO, header: Sequence[str] | None, *, bom: bool = True) -> None:
        self._writer = csv.writer(_Utf8(stream), lineterminator="\r\n")
        if header is not None:
            if bom:
                stream.write(BOM)
            self.row(header)

    def row(self, cells: Sequence[Cell]) -> None:
        """Write one row."""
        self._writer.writerow([defuse(_text(cell)) for cell in cells])

    def rows(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Write rows as they come."""
        self._writer.writerows([defuse(_text(cell)) for cell in cells] for cells in rows)


def safe_texts(texts: Iterable[str]) -> list[str]:
    """A column of text as `CsvWriter` writes it; quick for what begins with a letter or digit, as nearly all does."""
    return [text if text[:1].isalnum() and "\0" not in text else defuse(_text(text)) for text in texts]


def csv_lines(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Rows as UTF-8 CSV, without a header. Their texts must be safe already: codes of ours, or from `safe_texts`."""
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\r\n").writerows(rows)
    return stream.getvalue().encode()


class _Utf8:
    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(text.encode())


def write_csv(stream: BinaryIO, header: Sequence[str], rows: Iterable[Sequence[Cell]], *, bom: bool = True) -> None:
    """Write a whole CSV file; see `CsvWriter`."""
    CsvWriter(stream, header, bom=bom).rows(rows)


def write_xlsx(path: Path, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Write a whole XLSX file in little memory: text as text whatever it looks like, numbers as numbers.

    Text longer than Excel can hold is cut. Raises `SheetFull` for more rows than a sheet has.
    """
    # Temporary files lie beside the file: the system's place for them may be small, and kept in memory.
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)}) as workbook:
        sheet = workbook.add_worksheet()
        bold = workbook.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for column, title in enumerate(header):
            sheet.set_column(column, column, min(max(len(title) + 2, 10), _WIDEST))
            sheet.write_string(0, column, guard(_text(title)), bold)
        for number, cells in enumerate(rows, 1):
            if number >= _XLSX_ROWS:
                raise SheetFull(f"an XLSX sheet has {_XLSX_ROWS} rows")
            for column, cell in enumerate(cells):
                if isinstance(cell, int | Decimal) and _fits_number(cell):
                    sheet.write_number(number, column, cell)
                elif cell is not None:
                    sheet.write_string(number, column, guard(_text(cell))[:_XLSX_TEXT])


def _fits_number(cell: int | Decimal) -> bool:
    if isinstance(cell, bool):
        return False
    if isinstance(cell, int):
        return len(str(abs(cell))) <= _XLSX_DIGITS
    return cell.is_finite() and len(cell.as_tuple().digits) <= _XLSX_DIGITS


def _text(cell: Cell) -> str:
    if isinstance(cell, str):
        return _UNPRINTABLE.sub("", cell)
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)
