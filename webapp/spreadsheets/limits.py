"""How much of a file is taken. Rows and bytes are also arguments of `open_table`."""

from __future__ import annotations

MAX_ROWS = 1_000_000
MAX_BYTES = 200 * 1024 * 1024
LOOKED_AT = 12  # rows below the first one that may be the header
MAX_COLUMNS = 16_384  # as many as Excel has
MAX_CELL = 1_000_000  # characters; Excel holds 32,767
MAX_LINE = 8 * 1024 * 1024  # bytes between two line ends of a CSV file
MAX_UNZIPPED = 2 * 1024 * 1024 * 1024  # bytes of XML in an XLSX file
XLSX_MEMORY = 1536 * 1024 * 1024  # bytes of address space of the child that reads XLSX
XLSX_CPU = 600  # seconds of CPU of that child
