"""`/admin/orders/upload/`: a file of statuses, first of three steps. The check and the rest are the job's page.

The other uploads are views of the same kind.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from flask import current_app, redirect, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user

from webapp.admin.base import GuardedView, expose
from webapp.domain.errors import Refused
from webapp.domain.permissions import Permission
from webapp.formats import problem_text
from webapp.services.files import StoredFile, receive
from webapp.services.importing.status_rows import COLUMNS
from webapp.services.importing.status_upload import SAMPLE_ROWS, start_status_upload
from webapp.services.unit_of_work import end_reading
from webapp.spreadsheets import MAX_BYTES, MAX_ROWS, Column, UnreadableFile
from webapp.spreadsheets.writing import write_csv, write_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ColumnHelp(NamedTuple):
    """What a column of the file holds, for people, and what may stand in it."""

    holds: Any
    example: str


HELP: dict[str, ColumnHelp] = {
    "order_number": ColumnHelp(lazy_gettext("Our number or the channel's"), "261121-7KX39TBM"),
    "status": ColumnHelp(
        lazy_gettext("Code or name, in English, Indonesian or Korean"), "ready_to_ship · Siap dikirim · 발송 준비"
    ),
    "comment": ColumnHelp(lazy_gettext("Goes into the order's history"), "Sudah dicek gudang"),
    "notify": ColumnHelp(lazy_gettext("E-mail the buyer: yes or no"), "ya"),
    "tracking_number": ColumnHelp(lazy_gettext("Kept as text, zeros stay"), "002910447718"),
    "courier": ColumnHelp(lazy_gettext("Name or code"), "JNE"),
    "paid": ColumnHelp(lazy_gettext("Marks it paid: yes. No never un-pays"), "yes"),
}
"""Words for each column of the status file; a test compares it with what the file may hold."""


class UploadView(GuardedView):
    """Choose a file, the first of three steps. Nothing in it is applied before its preview was seen and confirmed."""

    permission = Permission.ORDERS_IMPORT
    title: Any = ""
    hint: Any = ""
    columns: Sequence[Column] = ()
    help: Mapping[str, ColumnHelp] = {}
    sample_name = ""
    sample_rows: Sequence[Sequence[str]] = ()

    def is_visible(self) -> bool:
        """Reached from the orders, the jobs and the dashboard: no menu item of its own."""
        return False

    def start(self, stored: StoredFile, name: str, media_type: str) -> int:
        """Take the stored file as a new job; its id."""
        raise NotImplementedError

    @expose("/", methods=("GET", "POST"))
    def index(self) -> ResponseReturnValue:
        """The form; sent, it keeps the file and goes to the page of its job."""
        if request.method == "GET":
            return self._form()
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            return self._form(_("Choose a file first.")), 422
        # The bytes go to storage before anything is written, and no transaction is open meanwhile.
        end_reading()
        try:
            stored = receive(current_app.extensions["storage"], sent.stream)
            media_type = sent.mimetype or "application/octet-stream"
            job_id = self.start(stored, PurePath(sent.filename).name, media_type)
        except UnreadableFile as problem:
            # It stopped reading at the limit; how much there is, the person wants to know.
            params = {**problem.params, "size": sent.stream.seek(0, io.SEEK_END)}
            return self._form(problem_text((problem.code.value, params))), 422
        except Refused as refused:
            return self._form(problem_text(refused.problem)), 403
        return redirect(self.get_url("jobs.details", job_id=job_id))

    @expose("/sample.<any(csv, xlsx):kind>")
    def sample(self, kind: str) -> ResponseReturnValue:
        """A file with every column and some rows, as CSV (with a byte order mark, for Excel) or XLSX."""
        header = [column.name for column in self.columns]
        name = f"{self.sample_name}.{kind}"
        if kind == "csv":
            stream = io.BytesIO()
            write_csv(stream, header, self.sample_rows)
            stream.seek(0)
            return send_file(stream, "text/csv", as_attachment=True, download_name=name)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "sample.xlsx"
            write_xlsx(path, header, self.sample_rows)
            stream = io.BytesIO(path.read_bytes())
        return send_file(stream, XLSX, as_attachment=True, download_name=name)

    def _form(self, error: str = "") -> str:
        return self.render(
            "admin/uploads/upload.html",
            error=error,
            title=self.title,
            hint=self.hint,
            columns=[(column, self.help[column.name]) for column in self.columns],
            max_bytes=MAX_BYTES,
            max_rows=MAX_ROWS,
        )


class StatusUploadView(UploadView):
    """A file of statuses."""

    title = lazy_gettext("Upload statuses")
    columns = COLUMNS
    help = HELP
    sample_name = "order-statuses"
    sample_rows = SAMPLE_ROWS

    def start(self, stored: StoredFile, name: str, media_type: str) -> int:
        """Take the stored file as a new job; its id."""
        return start_status_upload(current_user.actor, stored, name, media_type)
