"""A download that is too big to wait for: a job that writes the file, which is then fetched from the job's page.

The file is one state of the database, so a killed worker's part of it is of no use: the next worker begins anew.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from webapp.domain.actors import EVERYTHING, Actor
from webapp.domain.errors import Code, Refused
from webapp.domain.permissions import Permission
from webapp.models import File, Job, JobKind, JobState
from webapp.services.exporting.choice import Choice, Format
from webapp.services.exporting.order_files import MEDIA_TYPES, Download, csv_pieces, xlsx_file
from webapp.services.files import Storage, StoredFile, add_file
from webapp.services.job_leases import LEASE, RUN_JOB, Lease, cancel_asked, finish, renew
from webapp.services.orders.filters import ListFilter
from webapp.services.orders.picture import Count
from webapp.services.statements import ReadSession
from webapp.services.unit_of_work import end_reading, unit_of_work
from webapp.spreadsheets.writing import SheetFull

AT_ONCE = 10_000
"""Orders that somebody waits for; more are a job."""
TOLD_EVERY = 1.0
"""Seconds between two notes of how far a job is."""
PACKING = timedelta(minutes=5)
"""How long the worker of an XLSX file may be silent: packing it takes a while, during which nothing can be told."""
TRIES = 10
"""How often a file is begun before its job is given up."""
KEPT_FOR = timedelta(days=7)
"""How long a file waits to be fetched: it is full of addresses and phones."""


def at_once(count: Count) -> bool:
    """Whether a list with so many orders is downloaded while somebody waits."""
    return count.exact and count <= AT_ONCE


def start_export(actor: Actor, flt: ListFilter, choice: Choice, name: str, count: Count) -> int:
    """Take a download as a new job and return its id; `name` is the file's. Raises Refused (`no_permission`)."""
    if not actor.may(Permission.ORDERS_EXPORT):
        raise Refused(Code.NO_PERMISSION, number=name)
    with unit_of_work(actor) as work:
        job = Job(
            created_at=work.now, kind=JobKind.ORDER_EXPORT.value, state=JobState.QUEUED.value,
            params={"name": name, "filter": flt.to_params(), "choice": choice.to_params()},
            total_rows=count.value if count.exact else None, next_row=0, ok=0, unchanged=0, failed=0,
            actor_kind=actor.kind.value, actor_id=actor.id, actor_name=actor.name,
        )  # fmt: skip
        work.session.add(job)
        work.session.flush()  # the bell names the job
        work.later(RUN_JOB, job.id)
        return job.id


def run(job: Job, lease: Lease, actor: Actor, storage: Storage) -> None:
    """Write the file from its beginning to its end. Raises LeaseLost when another worker has the job."""
    flt, _ = ListFilter.from_params(_grouped(job.params["filter"]))
    choice, _ = Choice.from_params(_grouped(job.params["choice"]), actor.scope)
    notes = _Notes(lease, actor, LEASE if choice.format is Format.CSV else PACKING)
    if job.attempts > TRIES:
        _give_up(lease, actor, Code.INTERNAL)
        return
    try:
        notes.write(0)
        stored = _write(Download(actor.scope, flt, choice), notes, storage)
    except _Canceled:
        with unit_of_work(actor) as work:
            finish(work, lease, JobState.CANCELED, finished_at=work.now)
        return
    except SheetFull:
        _give_up(lease, actor, Code.BAD_VALUE, field="format", value=choice.format.value)
        return
    with unit_of_work(actor) as work:
        name, media_type = str(job.params["name"]), MEDIA_TYPES[choice.format]
        file = add_file(work, stored, name=name, media_type=media_type, kind=JobKind.ORDER_EXPORT.value)
        file.expires_at = work.now + KEPT_FOR
        finish(
            work, lease, JobState.DONE, result_file_id=file.id, preview={"scope": actor.scope.mark},
            total_rows=notes.done, next_row=notes.done, ok=notes.done, finished_at=work.now,
        )  # fmt: skip


def _give_up(lease: Lease, actor: Actor, code: Code, **params: str) -> None:
    with unit_of_work(actor) as work:
        finish(work, lease, JobState.FAILED, error_code=code.value, error_params=params, finished_at=work.now)


def result_file(session: ReadSession, actor: Actor, job: Job) -> File | None:
    """The file of a finished export, if it is still there.

    Raises Refused (`no_permission`) for somebody whose view of the orders is not the one that the file was made with:
    it may hold orders or prices that no longer exist for them.
    """
    if job.result_file_id is None:
        return None
    known = (job.preview or {}).get("scope")
    if not actor.may(Permission.ORDERS_EXPORT) or (actor.scope != EVERYTHING and known != actor.scope.mark):
        raise Refused(Code.NO_PERMISSION, number=str(job.params.get("name", "")))
    return session.get(File, job.result_file_id)


class _Canceled(Exception):
    """Somebody asked to stop."""


class _Notes:
    """Tells the job's row how far its file is, now and then, and hears whether somebody asked to stop."""

    def __init__(self, lease: Lease, actor: Actor, hold: timedelta) -> None:
        self.done = 0
        self._lease = lease
        self._actor = actor
        self._hold = hold
        self._last = 0.0

    def told(self, done: int) -> None:
        """So many orders are in the file. Raises _Canceled, LeaseLost."""
        self.done = done
        if time.monotonic() - self._last >= TOLD_EVERY:
            self.write(done)

    def write(self, done: int) -> None:
        """Write it down. Raises _Canceled, LeaseLost."""
        with unit_of_work(self._actor) as work:
            if cancel_asked(work, self._lease):
                raise _Canceled
            renew(work, self._lease, done, self._hold)
        self._last = time.monotonic()


def _write(download: Download, notes: _Notes, storage: Storage) -> StoredFile:
    end_reading()
    if download.choice.format is Format.CSV:
        return storage.write(_Pieces(csv_pieces(download, notes.told)))
    with tempfile.TemporaryDirectory(prefix="lapak-") as folder:
        path = Path(folder) / "orders.xlsx"
        xlsx_file(path, download, notes.told)
        notes.write(notes.done)
        with path.open("rb") as stream:
            return storage.write(stream)


class _Pieces:
    """Pieces as the stream that storage reads."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most `size`; none at the end."""
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._rest = piece
        given, self._rest = self._rest[:size], self._rest[size:]
        return given


def _grouped(params: Sequence[Sequence[str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name, value in params:
        grouped.setdefault(name, []).append(value)
    return grouped
