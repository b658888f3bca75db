"""What a job could not do, row by row, in the reader's words: in its check and in its run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

from webapp.formats import problem_text, status_label
from webapp.models import Job, JobKind, JobRow


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row of the file that could not be done, in the reader's words. `row` counts from 1 below the header."""

    row: int
    number: str
    status: str
    why: str
    code: str
    link: str
    """The order's page, empty where the row found no order."""


def refused_row(job: Job, row: JobRow, status_place: int | None) -> RefusedRow:
    """A row that the run has refused; `status_place` is the place of the status in a file's row."""
    params = row.params or {}
    number = str(params.get("number", ""))
    status = row.cells[status_place] if status_place is not None and status_place < len(row.cells) else ""
    code = row.code or ""
    link = url_for("orders.order", number=number) if row.order_id is not None and number else ""
    return RefusedRow(row.row_no, number, _status_words(job, status), problem_text((code, params)), code, link)


def refused_in_check(job: Job, failure: Mapping[str, Any]) -> RefusedRow:
    """A row that the check has found to be refused, as the job's preview keeps it."""
    code, params = failure["code"], {"number": failure["number"], **failure["params"]}
    link = url_for("orders.order", number=failure["number"]) if job.kind == JobKind.BULK_CHANGE else ""
    status = _status_words(job, failure.get("status", ""))
    return RefusedRow(failure["row"], failure["number"], status, problem_text((code, params)), code, link)


def _status_words(job: Job, status: str) -> str:
    """A file's own word, or the label of the status that the order had."""
    return status if job.kind == JobKind.STATUS_UPLOAD or not status else status_label(status)
