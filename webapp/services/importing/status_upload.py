"""The status upload: a file of order numbers and statuses, previewed before anything changes, then run in chunks.

`check` and `run` read the same file with the same functions; between them the preview may go stale, because orders
move, so the run decides again. Effects and outcomes commit together: killed anywhere, the next worker goes on with
the rows that have no outcome yet and nothing is done twice.

A file names orders in any order, and each one lies on other pages of the tables and their indexes. So the run takes a
window of rows, finds their orders, and works through them as they lie in the table: a chunk then writes a fifth of
the pages that it wrote in the file's order.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy.orm import Session

from webapp.domain.actors import Actor
from webapp.domain.errors import Code, Problem
from webapp.domain.order_acts import ActKind, Decisions, OrderAct, Outcome
from webapp.domain.order_status import has_way_back
from webapp.extensions import db
from webapp.models import File, Job, JobKind, JobState
from webapp.services.files import Storage, StoredFile
from webapp.services.importing.status_rows import COLUMNS, AimedRow, aim_rows, read_rows
from webapp.services.importing.upload_jobs import done_row, give_up, start_upload
from webapp.services.job_chunks import (
    FIRST_FAILURES,
    SLICE,
    DoneRow,
    IdSet,
    batch_of,
    chunk_size,
    done_before,
    parts,
    work_through,
)
from webapp.services.job_leases import Lease, cancel_asked, finish, start_over, step
from webapp.services.orders.change_orders import OrderResult, change_orders
from webapp.services.orders.facts import read_orders
from webapp.services.unit_of_work import UnitOfWork, end_reading, unit_of_work
from webapp.spreadsheets import (
    ColumnMap,
    FileProblem,
    HeadedTable,
    Row,
    Table,
    UnreadableFile,
    below_header,
    match_columns,
    open_table,
)

CHECKED = 1000
"""Rows that the check looks up together."""
WINDOW = 8000
"""Rows that are put in the order of the table together."""
WINDOW_SIZE = 8_000_000
"""Characters that a window may hold, so that long cells don't fill the memory."""

SAMPLE_ROWS = [
    ["261121-7KX39TBM", "shipped", "", "yes", "JNE0012345678", "JNE", ""],
    ["261121-QTEEAR42", "confirmed", "Transfer received", "no", "", "", "yes"],
    ["261121-RXZ73N0P", "canceled", "Out of stock, sorry", "yes", "", "", ""],
]


def start_status_upload(actor: Actor, stored: StoredFile, name: str, media_type: str = "text/csv") -> int:
    """Take a stored file as a new job in `checking` and return the job's id. Raises Refused (`no_permission`)."""
    return start_upload(actor, JobKind.STATUS_UPLOAD, stored, name, media_type)


def check(job: Job, lease: Lease, actor: Actor, storage: Storage) -> None:
    """Read the whole file, decide every row as the run would, and keep counts and first failures. Changes no order.

    Starts at the top each time. An unreadable file ends the job as `failed` with the reason.
    """
    try:
        preview, total = _preview(job, lease, actor, storage)
    except UnreadableFile as problem:
        give_up(lease, actor, problem)
        return
    if preview is None:
        with unit_of_work(actor) as work:
            finish(work, lease, JobState.CANCELED, finished_at=work.now)
        return
    with unit_of_work(actor) as work:
        finish(work, lease, JobState.READY, preview=preview, total_rows=total, next_row=0)


def _preview(job: Job, lease: Lease, actor: Actor, storage: Storage) -> tuple[dict[str, Any] | None, int]:
    with open_status_file(job, storage) as table:
        columns = match_columns(table.header, COLUMNS)
        tally = _Tally()
        seen = IdSet()
        with unit_of_work(actor) as work:
            start_over(work, lease)
        done = 0
        for chunk in parts(table.rows(), CHECKED):
            for aimed, outcome, problem, one_way in _decide_chunk(db.session(), actor, columns, chunk, seen):
                tally.add(aimed, outcome, problem, columns.get(aimed.row, "status"), one_way=one_way)
            end_reading()
            with unit_of_work(actor) as work:
                if cancel_asked(work, lease):
                    return None, 0
                step(work, lease, done, done + len(chunk))
            done += len(chunk)
        if not done:
            raise UnreadableFile(FileProblem.NO_ROWS)
        return tally.as_preview(table.table, columns, job.params.get("duplicate")), done


def _decide_chunk(
    session: Session, actor: Actor, columns: ColumnMap, rows: Sequence[Row], seen: IdSet
) -> Iterator[tuple[AimedRow, Outcome, Problem | None, bool]]:
    """Each row with what would come of it, and whether that could not be taken back."""
    aimed = aim_rows(session, actor.scope, read_rows(columns, rows), seen)
    known = read_orders(session, actor.scope, [a.order_id for a in aimed if a.order_id and not a.problem])
    decisions = Decisions(actor)
    for row in aimed:
        order = known.get(row.order_id) if row.order_id is not None else None
        if row.problem is not None or row.act is None or order is None:
            yield row, Outcome.FAILED, row.problem or Problem(Code.NOT_FOUND, {"number": row.number}), False
            continue
        facts, decision = order.facts, decisions.of(order.facts, row.act)
        moves = decision.outcome is Outcome.OK and decision.status is not facts.status
        one_way = moves and not has_way_back(facts.status, decision.status, digital=facts.digital)
        yield row, decision.outcome, decision.problem, one_way


class _Tally:
    """What the preview keeps of a file: counts, what becomes what, and the first failures."""

    def __init__(self) -> None:
        self.outcomes: Counter[Outcome] = Counter()
        self.targets: Counter[str] = Counter()
        self.notify = 0
        self.one_way: Counter[str] = Counter()
        self.failures: list[dict[str, Any]] = []

    def add(self, row: AimedRow, outcome: Outcome, problem: Problem | None, status: str, *, one_way: bool) -> None:
        self.outcomes[outcome] += 1
        if outcome is Outcome.OK and row.act is not None and row.act.to is not None:
            self.targets[row.act.to.value] += 1
            self.notify += row.act.notify
            self.one_way[row.act.to.value] += one_way
        if problem is not None and len(self.failures) < FIRST_FAILURES:
            self.failures.append(
                {
                    "row": row.row.number, "line": row.row.line, "number": row.number, "code": problem.code.value,
                    "params": dict(problem.params), "status": status[:100],
                }
            )  # fmt: skip

    def as_preview(self, table: Table, columns: ColumnMap, duplicate: int | None) -> dict[str, Any]:
        return {
            **{outcome.value: self.outcomes[outcome] for outcome in Outcome},
            "one_way": {status: count for status, count in self.one_way.items() if count},
            "to": dict(self.targets), "notify": self.notify, "failures": self.failures, "format": table.format.value,
            "encoding": table.encoding, "delimiter": table.delimiter, "extra": list(columns.extra),
            "columns": [c.name for c in COLUMNS if columns.has(c.name)], "duplicate": duplicate,
            "places": dict(columns.places),
        }  # fmt: skip


def run(job: Job, lease: Lease, actor: Actor, storage: Storage, *, seconds: float = SLICE) -> bool:
    """Go on with the job for at most `seconds`; whether it has ended. Raises LeaseLost when another worker has it.

    A file that can no longer be read ends the job as `failed`: rung for again it would fail for ever.
    """
    try:
        return _go_on(job, lease, actor, storage, seconds)
    except UnreadableFile as problem:
        give_up(lease, actor, problem)
        return True


def _go_on(job: Job, lease: Lease, actor: Actor, storage: Storage, seconds: float) -> bool:
    until = time.monotonic() + seconds
    done, seen = done_before(job)
    batch_id = batch_of(job, actor, ActKind.STATUS_UPLOAD)

    def do(work: UnitOfWork, rows: Sequence[AimedRow], skip_locked: bool) -> list[DoneRow]:
        acts: dict[int, OrderAct] = {
            row.order_id: row.act
            for row in rows
            if row.order_id is not None and row.act is not None and row.problem is None
        }
        bulk = (job.total_rows or 0) > 1
        results = change_orders(work, acts, batch_id=batch_id, bulk=bulk, skip_locked=skip_locked)
        by_id = {result.order_id: result for result in results}
        return [_done_row(row, by_id) for row in rows]

    with open_status_file(job, storage) as table:
        columns = match_columns(table.header, COLUMNS)
        rest = (row for row in table.rows() if row.number not in done) if job.next_row else table.rows()
        return work_through(job, lease, actor, _chunks(actor, columns, rest, seen), do, until=until)


def _chunks(actor: Actor, columns: ColumnMap, rows: Iterable[Row], seen: IdSet) -> Iterator[list[AimedRow]]:
    """The rows with their orders, in parts one transaction each: window by window, as the orders lie in the table."""
    for window in _windows(rows):
        aimed = aim_rows(db.session(), actor.scope, read_rows(columns, window), seen)
        end_reading()
        aimed.sort(key=_place)
        yield from parts(iter(aimed), chunk_size())


def _place(row: AimedRow) -> int:
    """Where a row's order lies: ids are given as orders come in, and tables and indexes grow that way."""
    return row.order_id or 0


def _done_row(row: AimedRow, results: dict[int, OrderResult]) -> DoneRow:
    result = results.get(row.order_id) if row.order_id is not None else None
    outcome = result.outcome if result else Outcome.FAILED
    problem = result.problem if result else row.problem
    return done_row(row.row, row.order_id, outcome, problem, row.number)


@contextmanager
def open_status_file(job: Job, storage: Storage) -> Iterator[HeadedTable]:
    """The file of a job. Raises UnreadableFile."""
    file = db.session.get_one(File, job.file_id)
    end_reading()
    with open_table(storage.path(file.storage_key), name=file.name) as table:
        yield below_header(table, COLUMNS)


def _windows(rows: Iterable[Row]) -> Iterator[list[Row]]:
    window: list[Row] = []
    size = 0
    for row in rows:
        window.append(row)
        size += sum(map(len, row.cells))
        if len(window) >= WINDOW or size >= WINDOW_SIZE:
            yield window
            window, size = [], 0
    if window:
        yield window
