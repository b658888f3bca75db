"""The orders upload: a file of new orders and changes, mapped and previewed before anything is made, then run.

The check reads the file twice: whole columns tell how amounts and days are written, and whether the rows of an order
stand together; then each order is decided as the run would. A file whose columns are not clear, or that does not say
whose orders it holds, waits for its person (`MAPPING`) before the second reading.

Effects, outcomes and the job's place commit together and a chunk ends where an order ends: killed anywhere, the next
worker goes on behind the last order that was done.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from typing import Any

from sqlalchemy import select

from webapp.domain.actors import Actor
from webapp.domain.channels import Channel
from webapp.domain.errors import Code, Refused
from webapp.extensions import db
from webapp.models import ChannelAccount, File, Job, JobKind, JobState
from webapp.services.files import Storage, StoredFile, add_file
from webapp.services.importing.clean_behind import CleanBehind
from webapp.services.importing.order_decisions import Aimed, aim_groups, decide_groups, find_existing
from webapp.services.importing.order_file import OrderFile, open_order_file
from webapp.services.importing.order_groups import Scattered, by_size, read_together, write_together
from webapp.services.importing.order_mapping import Guess, OrderMapping, check_templates, guess_mapping
from webapp.services.importing.order_places import Places, read_places
from webapp.services.importing.order_preview import CHECKED, MAPPING, Tally, about_file
from webapp.services.importing.order_readings import Readings
from webapp.services.importing.order_rows import OrderGroup, OrderReader
from webapp.services.importing.read_ahead import ReadAhead
from webapp.services.importing.templates import UnknownName
from webapp.services.importing.upload_jobs import applied_before, done_row, give_up, start_upload
from webapp.services.job_chunks import SLICE, DoneRow, IdSet, done_before, parts, work_through
from webapp.services.job_leases import Lease, cancel_asked, finish, renew
from webapp.services.orders.contents import read_contents, write_contents
from webapp.services.orders.create import insert_orders
from webapp.services.orders.facts import lock_orders, read_orders
from webapp.services.unit_of_work import UnitOfWork, end_reading, unit_of_work
from webapp.spreadsheets import FileProblem, Row, UnreadableFile

CHUNK = {"postgresql": 2000, "sqlite": 250}
"""Rows in one transaction, about. SQLite has one write lock: short chunks let other writers in between."""
LOOK = 5_000
"""Rows that are read between two signs of life while a file is checked."""
COPY_KEPT = timedelta(days=8)
"""How long the copy of a file that was put in the order of its orders is kept."""
SORTING = timedelta(minutes=10)
"""How long a worker may be silent while such a copy is made."""


def start_order_upload(
    actor: Actor,
    stored: StoredFile,
    name: str,
    media_type: str = "text/csv",
    *,
    mapping: OrderMapping | None = None,
) -> int:
    """Take a stored file as a new job in `checking` and return the job's id. What `mapping` says of how to read it goes
    before what the header tells.

    Raises Refused (`no_permission`).
    """
    params = {"mapping": mapping.as_json()} if mapping is not None else {}
    return start_upload(actor, JobKind.ORDER_UPLOAD, stored, name, media_type, params)


def check(job: Job, lease: Lease, actor: Actor, storage: Storage) -> None:
    """Read the whole file, decide every order as the run would, and keep what its person needs to see. Makes nothing.

    Starts at the top each time. An unreadable file ends the job as `failed` with the reason.
    """
    try:
        with open_order_file(job, storage) as file:
            preview, rows = _Check(job, lease, actor, storage, file).preview()
    except UnreadableFile as problem:
        give_up(lease, actor, problem)
        return
    except _Stopped:
        with unit_of_work(actor) as work:
            finish(work, lease, JobState.CANCELED, finished_at=work.now)
        return
    with unit_of_work(actor) as work:
        finish(work, lease, JobState.READY, preview=preview, total_rows=rows, next_row=0)


class _Stopped(Exception):
    """Somebody asked to stop the check."""


class _Check:
    """One check of one file."""

    def __init__(self, job: Job, lease: Lease, actor: Actor, storage: Storage, file: OrderFile) -> None:
        self.job, self.lease, self.actor, self.storage, self.file = job, lease, actor, storage, file
        self.guess = _guess(job, file, actor)
        self.places = _places(actor, self.guess.mapping)
        self.mapping = self.guess.mapping
        if self.places.chosen is not None:
            self.mapping = replace(self.mapping, account_id=self.places.chosen.account_id)

    def preview(self) -> tuple[dict[str, Any], int | None]:
        """What the check found, and the number of rows; of a file that is to be mapped first that is not known yet."""
        if not self.file.samples:
            raise UnreadableFile(FileProblem.NO_ROWS)
        told = about_file(self.file, self.mapping, self.places.chosen, stage=MAPPING, remembered=self.guess.remembered)
        told["duplicate"] = self.job.params.get("duplicate")
        if not self._clear():
            return told, None
        reader = OrderReader(self.mapping, self.file.header, self.places, {}, self.job.created_at)
        readings, scattered = Readings(), Scattered()
        if not self._look(reader, readings, scattered):
            return told, None
        together = self._sort(reader) if scattered.found else None
        ways = readings.ways(self.mapping)
        reader = OrderReader(self.mapping, self.file.header, self.places, ways, self.job.created_at)
        tally, rows = self._decide(reader, together)
        return {
            **told, **tally.as_preview(), "stage": CHECKED, "readings": readings.as_preview(self.mapping), "ways": ways,
            "together": together, "foreign": None if tally.only_changes else told["foreign"],
        }, rows  # fmt: skip

    def _clear(self) -> bool:
        """Whether nobody has to say first how to read the file, and whose orders it holds."""
        try:
            check_templates(self.mapping, self.file.header)
        except UnknownName:
            return False
        return self.guess.sure and self.mapping.complete

    def _look(self, reader: OrderReader, readings: Readings, scattered: Scattered) -> bool:
        """Go through the file once for what only whole columns tell. False at a row that does not say whose order it
        is, where nobody has said it for all."""
        for rows in parts(self.file.rows(), LOOK):
            values = [reader.values(row) for row in rows]
            if self.places.chosen is None and any(map(reader.is_placeless, values)):
                return False
            readings.look([reader.stored(*read) for read in zip(rows, values, strict=True)])
            for cells in values:
                scattered.look(reader.key(cells))
            self._sign(0)
        return True

    def _sort(self, reader: OrderReader) -> int:
        """Keep a copy of the file in the order of its orders; the id of its file."""
        with unit_of_work(self.actor) as work:
            renew(work, self.lease, 0, SORTING)
        with tempfile.TemporaryFile() as sorted_rows:
            write_together(((reader.key(reader.values(row)), row) for row in self.file.rows()), sorted_rows)
            sorted_rows.seek(0)
            stored = self.storage.write(sorted_rows)
        with unit_of_work(self.actor) as work:
            file = add_file(
                work, stored, name=f"{self.job.id}.jsonl", media_type="application/jsonl", kind="order_upload_rows"
            )
            file.expires_at = work.now + COPY_KEPT
            return file.id

    def _decide(self, reader: OrderReader, together: int | None) -> tuple[Tally, int]:
        tally, seen, done = Tally(self.places.by_account), IdSet(), 0
        session = db.session()
        twins = _twins(self.job)
        groups_of = by_size(reader.groups(_rows(self.file, self.storage, together)), LOOK // 2, _size)
        with closing(ReadAhead(groups_of)) as several:
            for groups in several:
                several.begin()
                aimed = aim_groups(session, self.actor.scope, groups, seen)
                ids = [each.order_id for each in aimed if each.order_id is not None]
                known = read_orders(session, self.actor.scope, ids)
                existing = find_existing(session, groups, twins)
                contents = read_contents(session, list(known))
                for decided in decide_groups(aimed, existing, known, contents, reader, self.actor):
                    tally.add(decided)
                end_reading()
                done += sum(map(_size, groups))
                self._sign(done)
        if not done:
            raise UnreadableFile(FileProblem.NO_ROWS)
        return tally, done

    def _sign(self, done: int) -> None:
        """Say that this worker lives. Raises _Stopped when the job was asked to stop."""
        with unit_of_work(self.actor) as work:
            if cancel_asked(work, self.lease):
                raise _Stopped
            renew(work, self.lease, done)


def _guess(job: Job, file: OrderFile, actor: Actor) -> Guess:
    """How the file is read: as its person said, else as its header tells."""
    said = job.params.get("mapping")
    guess = guess_mapping(db.session(), file.header, actor)
    end_reading()
    if said is None:
        return guess
    mapping = OrderMapping.from_json(said)
    if job.params.get("whole"):
        return Guess(mapping, sure=True)
    # What the command line leaves open is as the header tells.
    merged = OrderMapping(
        {name: each for name, each in {**guess.mapping.columns, **mapping.columns}.items() if each},
        mapping.account_id or guess.mapping.account_id,
        {**guess.mapping.readings, **mapping.readings}, guess.mapping.channel,
        mapping.good_lines or guess.mapping.good_lines, mapping.sums | guess.mapping.sums,
    )  # fmt: skip
    return Guess(merged, guess.sure or merged.complete, guess.remembered)


def _places(actor: Actor, mapping: OrderMapping) -> Places:
    """The accounts of `actor`, the one for new orders chosen; the only one of its channel is it by itself."""
    found = read_places(db.session(), actor.scope)
    end_reading()
    return Places(found, mapping.account_id, Channel(mapping.channel) if mapping.channel else Channel.MANUAL)


def _twins(job: Job) -> list[int]:
    """Jobs that applied the same bytes, unless their orders shall be made again."""
    if job.params.get("again"):
        return []
    file = db.session.get_one(File, job.file_id)
    return [twin for twin in applied_before(JobKind.ORDER_UPLOAD, file.sha256) if twin != job.id]


def _rows(file: OrderFile, storage: Storage, together: int | None) -> Iterator[Row]:
    if together is None:
        return file.rows()
    copy = db.session.get(File, together)
    end_reading()
    if copy is None:
        raise UnreadableFile(FileProblem.EMPTY_FILE)
    return read_together(storage.path(copy.storage_key))


def _size(group: OrderGroup) -> int:
    return len(group.rows)


def refuse_twins(work: UnitOfWork, job: Job) -> None:
    """Let no two jobs apply the same bytes at a time: each would take its rows for new. Raises Refused (`locked`)."""
    same = select(File.sha256).where(File.id == job.file_id).scalar_subquery()
    query = (
        select(Job.id, Job.state)
        .join(File, File.id == Job.file_id)
        .where(File.sha256 == same, Job.kind == job.kind)
        .order_by(Job.id)
        .with_for_update(of=Job)
    )
    for twin, state in work.session.execute(query):
        if twin != job.id and state in (JobState.QUEUED, JobState.RUNNING):
            raise Refused(Code.LOCKED, number=str(twin), variant="same_file")


def run(job: Job, lease: Lease, actor: Actor, storage: Storage, *, seconds: float = SLICE) -> bool:
    """Go on with the job for at most `seconds`; whether it has ended. Raises LeaseLost when another worker has it.

    A file that can no longer be read ends the job as `failed`: rung for again it would fail for ever.
    """
    try:
        return _go_on(job, lease, actor, storage, seconds)
    except (UnreadableFile, UnknownName) as problem:
        unreadable = problem if isinstance(problem, UnreadableFile) else UnreadableFile(FileProblem.MISSING_COLUMNS)
        give_up(lease, actor, unreadable)
        return True


def _go_on(job: Job, lease: Lease, actor: Actor, storage: Storage, seconds: float) -> bool:
    until = time.monotonic() + seconds
    preview: Mapping[str, Any] = job.preview or {}
    mapping = OrderMapping.from_json(preview["mapping"])
    places = _places(actor, mapping)
    (_rows_done, seen), twins, done = done_before(job), _twins(job), job.next_row
    dialect = db.engine.dialect.name
    end_reading()
    with open_order_file(job, storage) as file:
        reader = OrderReader(mapping, file.header, places, preview["ways"], job.created_at)
        rest = islice(_rows(file, storage, preview.get("together")), done, None)
        groups = by_size(reader.groups(rest), CHUNK[dialect], _size)
        with closing(ReadAhead(groups)) as several, closing(CleanBehind(db.engine)) as search:
            chunks, chunk = _chunks(actor, several, seen), _Chunk(reader, twins, several.begin, search.begin)
            return work_through(job, lease, actor, chunks, chunk.do, until=until, size=_rows_of)


def _chunks(actor: Actor, several: Iterable[Sequence[OrderGroup]], seen: IdSet) -> Iterator[list[Aimed]]:
    """The groups with what they aim at, in parts one transaction each."""
    for groups in several:
        aimed = aim_groups(db.session(), actor.scope, groups, seen)
        end_reading()
        yield aimed


def _rows_of(aimed: Sequence[Aimed]) -> int:
    return sum(_size(each.group) for each in aimed)


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Does some orders of a job in one transaction. `read_on` lets the next ones be read meanwhile, `clean` these'
    search texts be taken into the index."""

    reader: OrderReader
    twins: Sequence[int]
    read_on: Callable[[], None]
    clean: Callable[[], None]

    def do(self, work: UnitOfWork, aimed: Sequence[Aimed], skip_locked: bool) -> list[DoneRow]:
        """Make and change the orders; what became of each row."""
        groups = [each.group for each in aimed]
        for group in groups:
            if group.asked is not None:
                group.bad.clear()  # a try before this one may have filled it
        session, actor = work.session, work.actor
        self._hold_accounts(work, groups)
        ids = [each.order_id for each in aimed if each.order_id is not None]
        known = lock_orders(session, actor.scope, ids, skip_locked=skip_locked)
        work.restart_clock()
        existing = find_existing(session, groups, self.twins)
        contents = read_contents(session, list(known))
        absent = Code.LOCKED if skip_locked else Code.NOT_FOUND
        decided = decide_groups(aimed, existing, known, contents, self.reader, actor, absent=absent)
        new = [each for each in decided if each.new is not None]
        orders = [each.new for each in new if each.new is not None]
        made = insert_orders(work, orders, meanwhile=self.read_on) if orders else []
        for each, created in zip(new, made, strict=True):
            each.order_id = created.id
        self.read_on()  # also where nothing is new
        self.clean()
        write_contents(work, [(d.known, *d.update) for d in decided if d.known and d.update])
        return [done_row(*row) for each in decided for row in each.rows()]

    def _hold_accounts(self, work: UnitOfWork, groups: Sequence[OrderGroup]) -> None:
        """Let uploads into one account go one after the other, or both would take an order for new. SQLite's write
        transaction does so by itself."""
        accounts = {group.new.account_id for group in groups if group.new is not None and group.key}
        if accounts and work.dialect.name == "postgresql":
            held = select(ChannelAccount.id).where(ChannelAccount.id.in_(accounts)).order_by(ChannelAccount.id)
            work.session.execute(held.with_for_update(key_share=True)).all()
