"""How far a job is, and how it ended, in the reader's words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.formats import integer, job_state_label
from webapp.models import Job, JobKind, JobState
from webapp.services.importing.order_preview import MAPPING

UNFINISHED = frozenset({JobState.CHECKING, JobState.QUEUED, JobState.RUNNING})
"""States in which the page asks again by itself."""
WITHOUT_ROWS = frozenset({JobKind.ORDER_EXPORT, JobKind.CALCULATION})
"""Jobs that change no order, so that there is nothing to tell row by row."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is. `percent` is None while nobody knows how many rows there are; `left` is in seconds."""

    percent: int | None
    left: int | None
    said: str
    """What a screen reader says: new words only every tenth part and at the end."""


def progress_of(job: Job, now: datetime) -> Progress:
    """How far `job` is at `now`."""
    if job.state not in UNFINISHED and job.kind in WITHOUT_ROWS:
        return Progress(None, None, job_state_label(job.state))
    if job.state == JobState.CHECKING or not job.total_rows:
        return Progress(None, None, job_state_label(job.state))
    percent = min(100, job.next_row * 100 // job.total_rows)
    if job.state not in UNFINISHED:
        stopped = job.state in (JobState.CANCELED, JobState.FAILED)
        return Progress(percent if stopped else 100, None, ending_words(job))
    left = None
    if job.started_at is not None and 0 < job.next_row < job.total_rows:
        gone = (now - job.started_at).total_seconds()
        left = max(1, round(gone * (job.total_rows - job.next_row) / job.next_row))
    return Progress(percent, left, _("%(percent)d percent done", percent=percent // 10 * 10))


def ending_words(job: Job) -> str:
    """How a job stands that waits for its person or has come to an end, in one sentence."""
    if job.state == JobState.READY:
        preview = job.preview or {}
        if preview.get("stage") == MAPPING:
            return _("Waits to be told what its columns hold")
        rows = preview.get("ok", 0)
        if job.kind == JobKind.BULK_CHANGE:
            orders = integer(rows)
            return ngettext("Checked: %(n)s order would change", "Checked: %(n)s orders would change", rows, n=orders)
        return ngettext("Checked: %(n)s row would change", "Checked: %(n)s rows would change", rows, n=integer(rows))
    if job.state == JobState.FAILED:
        return _("Stopped: the file can't be used") if job.file_id else _("The job stopped.")
    counts = {"ok": integer(job.ok), "unchanged": integer(job.unchanged), "failed": integer(job.failed)}
    if job.state == JobState.CANCELED:
        return _("Canceled: %(ok)s done, %(unchanged)s unchanged, %(failed)s refused", **counts)
    return _("Finished: %(ok)s done, %(unchanged)s unchanged, %(failed)s refused", **counts)


def has_result(job: Job) -> bool:
    """Whether the job has come to an end after it had begun to change orders."""
    if job.kind in WITHOUT_ROWS:
        return False
    return job.started_at is not None and job.state in (JobState.DONE, JobState.CANCELED, JobState.FAILED)
