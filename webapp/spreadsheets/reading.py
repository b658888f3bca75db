"""Opening a file that somebody uploaded, whatever it is."""

from __future__ import annotations

from pathlib import Path

from webapp.spreadsheets.csv_reading import CsvTable
from webapp.spreadsheets.errors import FileProblem, UnreadableFile
from webapp.spreadsheets.limits import MAX_BYTES, MAX_ROWS
from webapp.spreadsheets.sniffing import file_format
from webapp.spreadsheets.table import FileFormat, Table
from webapp.spreadsheets.xlsx_reading import XlsxTable


def open_table(path: Path, *, name: str, max_rows: int = MAX_ROWS, max_bytes: int = MAX_BYTES) -> Table:
    """Open a CSV or XLSX file to read it row by row; to be used in a ``with`` statement.

    What the file is comes from its contents; `name`, as the person calls it, is for the log. More than `max_rows` rows
    are found only while they are read. Raises `UnreadableFile`, and `OSError` if there is no such file.
    """
    size = path.stat().st_size
    if size > max_bytes:
        raise UnreadableFile(FileProblem.TOO_LARGE, {"limit": max_bytes, "size": size})
    if size == 0:
        raise UnreadableFile(FileProblem.EMPTY_FILE)
    if file_format(path) is FileFormat.XLSX:
        return XlsxTable(path, name=name, max_rows=max_rows)
    return CsvTable(path, name=name, max_rows=max_rows)
