"""An orders file as it is read: where its header is, and its rows below it, numbered from 1.

Exports of marketplaces may begin with rows about the report, and explain their columns in the row below the header.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice

from webapp.extensions import db
from webapp.models import File, Job
from webapp.services.files import Storage
from webapp.services.importing.channel_files import CHANNEL_FILES, ChannelFile, recognise
from webapp.services.unit_of_work import end_reading
from webapp.spreadsheets import Row, Table, open_table
from webapp.spreadsheets.columns import column_key

LOOKED_AT = 12
"""Rows that are looked at to find the header."""


class OrderFile:
    """An opened orders file."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.header = table.header
        self.export: ChannelFile | None = recognise(table.header, CHANNEL_FILES)
        self._rows: Iterator[Row] | None = table.rows()
        self.first = list(islice(self._rows, LOOKED_AT))
        self._lead = 0
        if self.export is None:
            self._look_below()
        if self.export is not None and self.export.explained and _explains(self.header, self.export, self.samples):
            self._lead += 1

    @property
    def samples(self) -> list[Row]:
        """The first rows below the header."""
        return self.first[self._lead :]

    def rows(self) -> Iterator[Row]:
        """Every row below the header. Raises UnreadableFile where the file can't be read further."""
        rest, self._rows = self._rows, None
        rows = chain(self.first, rest) if rest is not None else self.table.rows()
        lead, width = self._lead, len(self.header)
        if not lead:
            return iter(rows)
        return (
            Row(row.number - lead, row.line, [*row.cells, *[""] * (width - len(row.cells))], row.unstored)
            for row in islice(rows, lead, None)
        )

    def _look_below(self) -> None:
        for place, row in enumerate(self.first):
            header = [cell.strip() for cell in row.cells]
            export = recognise(header, CHANNEL_FILES)
            if export is not None:
                while header and not header[-1]:
                    header.pop()
                self.header, self.export, self._lead = header, export, place + 1
                return


def _explains(header: Sequence[str], export: ChannelFile, rows: Sequence[Row]) -> bool:
    """Whether the first row holds words about the columns: no order number has a space within."""
    keys = {column_key(name) for name in export.columns["channel_order_id"]}
    place = next((place for place, cell in enumerate(header) if column_key(cell) in keys), None)
    return bool(rows) and place is not None and " " in rows[0].cells[place].strip()


@contextmanager
def open_order_file(job: Job, storage: Storage) -> Iterator[OrderFile]:
    """The file of a job. Raises UnreadableFile."""
    file = db.session.get_one(File, job.file_id)
    end_reading()
    with open_table(storage.path(file.storage_key), name=file.name) as table:
        yield OrderFile(table)
