"""`/admin/jobs/`: what takes longer than a click, one row each, and a page that shows it happening.

The page works by reloading itself; with scripts only its changing part is asked for again (`progress`).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import PurePath
from typing import Any
from urllib.parse import urlencode

from flask import Response, abort, current_app, flash, redirect, request, send_file, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from webapp import clock
from webapp.admin.base import GuardedView, expose, own_zone
from webapp.admin.calculation_page import calculation_shown
from webapp.admin.job_progress import UNFINISHED, has_result, progress_of
from webapp.admin.job_refusals import refused_in_check, refused_row
from webapp.admin.job_report import report_text
from webapp.admin.orders_preview import orders_preview
from webapp.admin.typed import TYPED_FROM, same_words, typed_word
from webapp.auth import needs
from webapp.domain.errors import Refused
from webapp.domain.order_acts import ActKind
from webapp.domain.order_status import OrderStatus
from webapp.domain.permissions import Permission
from webapp.extensions import db
from webapp.formats import job_state_label, problem_text
from webapp.models import Batch, File, Job, JobKind, JobState
from webapp.services import jobs
from webapp.services.bulk_jobs.freeze import act_of, filter_of
from webapp.services.bulk_jobs.take_back import batch_to_undo
from webapp.services.exporting.order_export import result_file
from webapp.services.importing.order_preview import MAPPING
from webapp.services.orders.bulk import LIMIT
from webapp.services.orders.undo import TIME as UNDO_TIME
from webapp.services.orders.undo import UNDOABLE, was_for_good
from webapp.services.unit_of_work import end_reading
from webapp.spreadsheets.writing import CsvWriter

PAGE = 50
"""Jobs, or failed rows, on one page."""
PIECE = 64 * 1024
"""Bytes of a result file that leave at once."""
ONE = "/<int(max=9223372036854775807):job_id>"
"""One job; ids are 64 bits."""
OF_A_LIST = frozenset({JobKind.BULK_CHANGE, JobKind.CALCULATION})
"""Jobs about the orders of a list, from whose pages one goes back to it."""
TABS = ("channel", "file", "other", "all")


class JobsView(GuardedView):
    """Jobs of the signed-in person; owners and admins see everybody's."""

    permission = Permission.ORDERS_VIEW

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """The list, newest first, a page at a time by the id of its last job."""
        tab = request.args.get("tab", "all")
        tab = tab if tab in TABS else "all"
        before = _place("before")
        found = jobs.list_jobs(db.session(), current_user.actor, tab, before=before, limit=PAGE + 1)
        return self.render(
            "admin/jobs/list.html",
            tab=tab,
            before=before,
            jobs=found[:PAGE],
            older=found[PAGE - 1].id if len(found) > PAGE else None,
            progress_of=progress_of,
            now=clock.now(),
            tz=own_zone(),
        )

    @expose(f"{ONE}")
    def details(self, job_id: int) -> ResponseReturnValue:
        """One job: its check, its preview, its progress or its end. Of a file that is not clear: its columns."""
        job = _find(job_id)
        if address := mapping_page(job):
            return redirect(address)
        return self.render("admin/jobs/job.html", **self._shown(job))

    @expose(f"{ONE}/progress")
    def progress(self, job_id: int) -> ResponseReturnValue:
        """The part of the page that changes, for the page that is open already."""
        job = _find(job_id)
        if address := mapping_page(job):
            return Response(headers={"HX-Redirect": address})
        return self.render("admin/jobs/part.html", **self._shown(job))

    @expose(f"{ONE}/confirm", methods=("POST",))
    def confirm(self, job_id: int) -> ResponseReturnValue:
        """Apply what the preview showed; many orders, or such that end for good, ask for typed words before."""
        job = _find(job_id)
        if not current_user.may(jobs.needed(job)):
            abort(403)
        words = typed_words(job)
        if words and not same_words(request.form.get("typed"), words):
            flash(_("Nothing was changed yet: type %(words)s to go on.", words=words), "warning")
            return redirect(self.get_url(".details", job_id=job_id))
        return self._do(job_id, lambda: jobs.confirm_job(current_user.actor, job_id))

    @expose(f"{ONE}/cancel", methods=("POST",))
    def cancel(self, job_id: int) -> ResponseReturnValue:
        """Discard a checked file, or stop a running job; what that needs depends on the job, and the service knows."""
        return self._do(job_id, lambda: jobs.cancel_job(current_user.actor, job_id))

    @expose(f"{ONE}/retry", methods=("POST",))
    def retry(self, job_id: int) -> ResponseReturnValue:
        """Check the failed rows again, as a job of its own."""
        if not current_user.may(jobs.needed(_find(job_id))):
            abort(403)
        storage = current_app.extensions["storage"]
        return self._do(job_id, lambda: jobs.retry_failed(current_user.actor, job_id, storage))

    @expose(f"{ONE}/result.csv")
    def result(self, job_id: int) -> ResponseReturnValue:
        """Every row with outcome, code and message, streamed."""
        job = _find(job_id)
        if not has_result(job):
            abort(404)
        name = f"{PurePath(job_name(job)).stem or 'job'}-result.csv"
        response = Response(stream_with_context(_result(job)), mimetype="text/csv")
        response.headers.set("Content-Disposition", "attachment", filename=name)
        return response

    @expose(f"{ONE}/download")
    @needs(Permission.ORDERS_EXPORT)
    def download(self, job_id: int) -> ResponseReturnValue:
        """The file that an export has made, if it is still kept."""
        job = _find(job_id)
        try:
            file = result_file(db.session(), current_user.actor, job)
        except Refused as refused:
            flash(problem_text(refused.problem), "danger")
            return redirect(self.get_url(".details", job_id=job_id))
        if file is None:
            abort(404)
        path = current_app.extensions["storage"].path(file.storage_key)
        end_reading()
        return send_file(path, file.media_type, as_attachment=True, download_name=file.name)

    @expose(f"{ONE}/file")
    def file(self, job_id: int) -> ResponseReturnValue:
        """The file as it was uploaded; never shown by the browser itself."""
        file_id = _find(job_id).file_id
        file = None if file_id is None else db.session.get(File, file_id)
        if file is None:
            abort(404)
        path = current_app.extensions["storage"].path(file.storage_key)
        end_reading()
        return send_file(path, "application/octet-stream", as_attachment=True, download_name=file.name)

    @expose(f"{ONE}/report")
    def report(self, job_id: int) -> ResponseReturnValue:
        """A text with everything that a helper needs, without secrets."""
        job = _find(job_id)
        text = report_text(db.session(), job, clock.now())
        return self.render("admin/jobs/report.html", job=job, text=text, job_name=job_name)

    def _shown(self, job: Job) -> dict[str, Any]:
        after = _place("after") or 0
        failed = jobs.failed_rows(db.session(), job.id, after, PAGE + 1) if job.failed else []
        file = db.session.get(File, job.file_id) if job.file_id is not None else None
        preview = job.preview or {}
        status_place = preview.get("places", {}).get("status")
        duplicate = preview.get("duplicate")
        earlier = jobs.get_job(db.session(), current_user.actor, duplicate) if duplicate else None
        listed = job.kind == JobKind.BULK_CHANGE
        return {
            **_way_back(job),
            **calculation_shown(current_user.actor, job),
            "may": current_user.may(jobs.needed(job)),
            "act": act_of(job) if listed else None,
            "orders_url": _list_url(job),
            "job": job,
            "name": job_name(job),
            "file": file,
            "upload_at": url_for("order_uploads.index" if job.kind == JobKind.ORDER_UPLOAD else "uploads.index"),
            "orders_preview": orders_preview(preview) if job.kind == JobKind.ORDER_UPLOAD and preview else None,
            "failed": [refused_row(job, row, status_place) for row in failed[:PAGE]],
            "more": failed[PAGE - 1].row_no if len(failed) > PAGE else None,
            "after": after,
            "failures": [refused_in_check(job, failure) for failure in preview.get("failures", ())],
            "earlier": duplicate if earlier is not None else None,
            "targets": [(status, n) for status in OrderStatus if (n := preview.get("to", {}).get(status.value))],
            "final": final_changes(job),
            "typed": typed_words(job),
            "progress": progress_of(job, clock.now()),
            "unfinished": job.state in UNFINISHED,
            "has_result": has_result(job),
            "tz": own_zone(),
        }

    def _do(self, job_id: int, act: Callable[[], int | None]) -> ResponseReturnValue:
        job = _find(job_id)
        try:
            made = act()
        except Refused as refused:
            if refused.problem.params.get("field") == "state":
                state = job_state_label(job.state)
                flash(_("Nothing was done: this job is already further (%(state)s).", state=state), "info")
            else:
                flash(problem_text(refused.problem), "danger")
            made = None
        return redirect(self.get_url(".details", job_id=made or job_id))


def mapping_page(job: Job) -> str:
    """Where the person says what the columns of the job's file hold, if the job waits for that; else empty."""
    waits = job.state == JobState.READY and (job.preview or {}).get("stage") == MAPPING
    may = current_user.may(Permission.ORDERS_IMPORT)
    return url_for("order_uploads.mapping", job_id=job.id) if waits and may else ""


def job_name(job: Job) -> str:
    """The file that a job is about, as the person called it."""
    return str(job.params.get("name") or "")


def final_changes(job: Job) -> int:
    """How many changes of a checked file or list have no way back."""
    if job.kind == JobKind.BULK_CHANGE:
        return int((job.preview or {}).get("final", 0))
    return sum(_one_way(job).values())


def _one_way(job: Job) -> dict[str, int]:
    return (job.preview or {}).get("one_way", {})


def typed_words(job: Job) -> str:
    """What a person types before so many orders change, or end for good; empty where the button is enough."""
    count, targets = final_changes(job), list(_one_way(job))
    if job.kind == JobKind.BULK_CHANGE:
        total = job.total_rows or 0
        return f"{_word(job)} {total}" if total > LIMIT or count >= TYPED_FROM else ""
    if count < TYPED_FROM:
        return ""
    word = typed_word(OrderStatus(targets[0])) if len(targets) == 1 else _("CHANGE")
    return f"{word} {count}"


def _word(job: Job) -> str:
    act = act_of(job)
    if act.kind is ActKind.DELETE:
        return _("DELETE")
    return typed_word(act.to) if act.to else _("CHANGE")


def _list_url(job: Job) -> str:
    """The list that a job is about; that of all orders where it is about a file."""
    address = url_for("orders.index_view")
    query = urlencode(filter_of(job).to_params()) if job.kind in OF_A_LIST else ""
    return f"{address}?{query}" if query else address


def _way_back(job: Job) -> dict[str, Any]:
    """How an ended job can be undone by the signed-in person, and by which job it was."""
    batch = batch_to_undo(db.session(), current_user.actor, job)
    if batch is None or job.finished_at is None or batch.kind not in UNDOABLE or was_for_good(batch):
        return {"undo": None, "undone_by": None}
    if batch.undone_by is not None:
        undone_by = db.session.get_one(Batch, batch.undone_by).job_id
        return {"undo": None, "undone_by": undone_by}
    until = job.finished_at + UNDO_TIME
    return {"undo": {"batch": batch.id, "until": until} if until >= clock.now() else None, "undone_by": None}


def _find(job_id: int) -> Job:
    job = jobs.get_job(db.session(), current_user.actor, job_id)
    if job is None:
        abort(404)
    return job


def _place(name: str) -> int | None:
    """A place to go on from, as the address gives it; what can't be one is none."""
    given = request.args.get(name, type=int)
    return given if given is not None and 0 < given < 2**31 else None


def _result(job: Job) -> Iterator[bytes]:
    """The result file in pieces. It leaves after the view has returned, so it reads through a session of its own."""
    try:
        yield from _csv(jobs.result_rows(db.session(), job, current_app.extensions["storage"], problem_text))
    finally:
        db.session.remove()


def _csv(rows: Iterator[list[str]]) -> Iterator[bytes]:
    stream = io.BytesIO()
    writer = CsvWriter(stream, next(rows))
    for row in rows:
        writer.row(row)
        if stream.tell() >= PIECE:
            yield stream.getvalue()
            stream.seek(0)
            stream.truncate()
    yield stream.getvalue()
