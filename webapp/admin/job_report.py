"""*Report this job*: a text for whoever helps, in English, with everything but secrets and personal data."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib.metadata import version
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.models import File, Job, JobRow
from webapp.services.jobs import failed_rows

FIRST_ROWS = 10
"""Failed rows that are named."""
_LONGEST = 120
_EMAIL = re.compile(r"[^\s@,;<>\"']+@[^\s@,;<>\"']+")
_LONG_NUMBER = re.compile(r"\+?\d[\d\s.()-]{7,}\d")
"""Phone, account and tracking numbers. Our own order numbers begin with six digits and a dash: they stay."""


def report_text(session: Session, job: Job, now: datetime) -> str:
    """The report on `job`. Moments are UTC; what people typed is masked where it looks like an address or a number."""
    return "\n".join(_lines(session, job, now)) + "\n"


def mask(text: str) -> str:
    """`text` without e-mail addresses and long numbers, cut where it is long."""
    masked = _LONG_NUMBER.sub("[number]", _EMAIL.sub("[e-mail]", text))
    return masked if len(masked) <= _LONGEST else masked[: _LONGEST - 1] + "…"


def _lines(session: Session, job: Job, now: datetime) -> Iterator[str]:
    yield f"Lapak job report, {_moment(now)}"
    yield f"Lapak {version('lapak')}, Python {platform.python_version()}, {session.get_bind().dialect.name}"
    yield ""
    yield f"Job: {job.id} ({job.kind}), state {job.state}"
    yield f"Asked for by: {job.actor_kind} {job.actor_id or ''}".rstrip()
    yield f"Created: {_moment(job.created_at)}"
    yield f"Started: {_moment(job.started_at)}"
    yield f"Ended: {_moment(job.finished_at)}"
    if job.leased_until is not None:
        yield f"Worker's lease until: {_moment(job.leased_until)}"
    if job.cancel_requested_at is not None:
        yield f"Stop asked for: {_moment(job.cancel_requested_at)}"
    rows = "unknown" if job.total_rows is None else str(job.total_rows)
    yield f"Rows: {job.next_row} of {rows}; ok {job.ok}, unchanged {job.unchanged}, failed {job.failed}"
    if job.error_code:
        yield f"Stopped by: {job.error_code} {_params(job.error_params)}".rstrip()
    yield from _file_lines(session, job)
    yield from _failed_lines(session, job)


def _file_lines(session: Session, job: Job) -> Iterator[str]:
    file = session.get(File, job.file_id) if job.file_id is not None else None
    if file is None:
        return
    yield ""
    yield f"File: {mask(file.name)}, {file.size} bytes, {file.media_type}, sha256 {file.sha256}"
    preview = job.preview
    if not preview:
        return
    how = (preview.get("format", ""), preview.get("encoding", ""), f"delimiter {preview.get('delimiter', '')!r}")
    yield f"Read as: {', '.join(part for part in how if part)}"
    yield f"Columns used: {', '.join(preview.get('columns', ()))}"
    extra = preview.get("extra", ())
    if extra:
        yield f"Columns ignored: {', '.join(mask(str(cell)) for cell in extra[:50])}"
    if preview.get("stage"):
        mapping = preview.get("mapping", {})
        yield f"Channel: {mapping.get('channel') or 'none'}, good lines taken: {mapping.get('good_lines')}"
        yield f"Chosen to be added up: {', '.join(mapping.get('sums', ())) or 'nothing'}"
        for column, template in sorted(mapping.get("columns", {}).items()):
            yield f"  {column} from {mask(str(template))}"
        yield f"Read so: {preview.get('ways', {})}; orders {preview.get('orders', {})}"
    counts = ", ".join(f"{outcome} {preview.get(outcome, 0)}" for outcome in ("ok", "unchanged", "failed"))
    yield f"Preview: {counts}; notices {preview.get('notify', 0)}"
    yield f"Statuses: {', '.join(f'{status} {n}' for status, n in preview.get('to', {}).items())}"


def _failed_lines(session: Session, job: Job) -> Iterator[str]:
    if job.failed:
        by_code = (
            select(JobRow.code, func.count())
            .where(JobRow.job_id == job.id, JobRow.outcome == "failed")
            .group_by(JobRow.code)
            .order_by(func.count().desc())
        )
        yield ""
        yield f"Failed: {', '.join(f'{code} {n}' for code, n in session.execute(by_code))}"
        for row in failed_rows(session, job.id, 0, FIRST_ROWS):
            yield f"  row {row.row_no}: {row.code} {_params(row.params)}".rstrip()
    elif job.preview and job.preview.get("failures"):
        yield ""
        yield "First failures of the check:"
        for failure in job.preview["failures"][:FIRST_ROWS]:
            yield f"  row {failure['row']} (line {failure['line']}): {failure['code']} {_params(failure['params'])}"


def _params(params: Mapping[str, Any] | None) -> str:
    shown = {name: value for name, value in (params or {}).items() if name != "known"}
    return ", ".join(f"{name}={mask(str(value))}" for name, value in sorted(shown.items()))


def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment is not None else "–"
