"""An orders file as it is read: whose export it is, and where its header is.

Exports of marketplaces may explain their columns in the row below the header.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from webapp.extensions import db
from webapp.models import File, Job
from webapp.services.files import Storage
from webapp.services.importing.channel_files import CHANNEL_FILES, ChannelFile, recognise
from webapp.services.importing.order_columns import COLUMNS, sufficient
from webapp.services.unit_of_work import end_reading
from webapp.spreadsheets import HeadedTable, Row, Table, header_place, open_table
from webapp.spreadsheets.columns import column_key


class OrderFile(HeadedTable):
    """An opened orders file."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        for place, header in enumerate(self.tops):
            export = recognise(header, CHANNEL_FILES)
            if export is not None:
                self.take(place)
                if export.explained and _explains(self.header, export, self.samples):
                    self.leave_out()
                return
        self.take(header_place(self.tops, COLUMNS, sufficient))


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
