"""Why an uploaded file cannot be read.

Codes and facts only: the sentence is made where the reader's language is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

ParamValue = str | int | Sequence[str] | Mapping[str, str]


class FileProblem(StrEnum):
    """Everything that can be wrong with a file as a whole; beside each, the params that come with it."""

    EMPTY_FILE = "empty_file"  # nothing in it, not even a header
    NO_ROWS = "no_rows"  # a header and nothing below it
    TOO_LARGE = "too_large"  # limit, size: bytes; unzipped=1 where the contents of an XLSX file are meant
    TOO_MANY_ROWS = "too_many_rows"  # limit
    TOO_MANY_COLUMNS = "too_many_columns"  # limit, line
    NOT_A_TABLE = "not_a_table"  # kind: binary, pdf, image, archive, html, xml, json; line where it is known
    MISSING_COLUMNS = "missing_columns"  # missing, found, guesses: missing name -> name in the file
    DUPLICATE_COLUMN = "duplicate_column"  # column, found: the header cells that all mean it
    BAD_ENCODING = "bad_encoding"  # encoding ("" if none fits), byte: offset in the file from 0, line
    NUL_CHARACTER = "nul_character"  # line: a NUL in what else is text
    CELL_TOO_LARGE = "cell_too_large"  # limit: characters, line
    LINE_TOO_LONG = "line_too_long"  # limit: bytes, line
    UNCLOSED_QUOTE = "unclosed_quote"  # line: where the quote was opened
    BAD_XLSX = "bad_xlsx"  # part: the damaged part of the file, where it is known
    NO_SHEET = "no_sheet"  # no visible worksheet
    ENCRYPTED_XLSX = "encrypted_xlsx"  # needs a password
    OLD_EXCEL = "old_excel"  # kind: xls, xlsb
    XLSX_MEMORY = "xlsx_memory"  # limit: bytes
    XLSX_TIME = "xlsx_time"  # limit: seconds of CPU


class UnreadableFile(Exception):
    """The file can't be read, or not as a table with the wanted columns. Nothing in it may be applied."""

    def __init__(self, code: FileProblem, params: Mapping[str, ParamValue] | None = None) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: dict[str, ParamValue] = dict(params or {})

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.code}({facts})"
