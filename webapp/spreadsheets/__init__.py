"""Files that people upload and download: CSV and XLSX, read row by row in flat memory and written the same way.

`open_table` finds out what a file is and gives its rows as text; `below_header` finds its header, and `match_columns`
says which column is which. All that can be wrong with a file is an `UnreadableFile` with a code and facts.
Files are written by `webapp.spreadsheets.writing`.
"""

from __future__ import annotations

from webapp.spreadsheets.columns import Column, ColumnMap, match_columns
from webapp.spreadsheets.errors import FileProblem, UnreadableFile
from webapp.spreadsheets.formulas import defuse, undefuse
from webapp.spreadsheets.header import HeadedTable, below_header, header_place
from webapp.spreadsheets.limits import MAX_BYTES, MAX_ROWS
from webapp.spreadsheets.reading import open_table
from webapp.spreadsheets.table import FileFormat, Row, Table

__all__ = [
    "MAX_BYTES",
    "MAX_ROWS",
    "Column",
    "ColumnMap",
    "FileFormat",
    "FileProblem",
    "HeadedTable",
    "Row",
    "Table",
    "UnreadableFile",
    "below_header",
    "defuse",
    "header_place",
    "match_columns",
    "open_table",
    "undefuse",
]
