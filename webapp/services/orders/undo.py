"""Taking a bulk change back: for ten minutes, and order by order.

An order goes back when the change is still its latest version and the table allows the way back; the others are
named. It is itself a change, with its own history rows and its own batch; messages that still wait are withdrawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from webapp.domain.actors import Actor, ActorKind
from webapp.domain.order_acts import ActKind, Assignee, Label, Named, OrderAct, OrderFacts, Outcome, decide_undo
from webapp.domain.order_moments import Moved, moments_after
from webapp.domain.order_status import FINAL, TO_SHIP, OrderStatus, find_transition
from webapp.domain.payment import PaymentMethod, PaymentStatus
from webapp.models import Batch, Job, OrderHistory
from webapp.services.orders.batches import new_batch
from webapp.services.orders.change_orders import BulkResult, OrderResult, in_one_transaction
from webapp.services.orders.codes import STATUS
from webapp.services.orders.facts import KnownOrder, lock_orders
from webapp.services.orders.marks import with_marks
from webapp.services.orders.write_changes import Change, write_changes
from webapp.services.outbox import withdraw
from webapp.services.sets import any_of, many
from webapp.services.unit_of_work import LockNotHad, UnitOfWork

TIME = timedelta(minutes=10)
"""How long after a change it can be taken back."""
UNDOABLE = frozenset(
    {
        ActKind.CHANGE_STATUS, ActKind.ADD_HISTORY, ActKind.MARK_PAID, ActKind.ASSIGN, ActKind.TAG,
        ActKind.STATUS_UPLOAD,
    }
)  # fmt: skip
"""Kinds of batches that can be taken back; a deletion can't."""
RECENT = 50
"""How many of the latest changes are looked through for one's own."""


class Why(StrEnum):
    """Why a change can't be taken back as a whole."""

    GONE = "gone"
    LATE = "late"
    DONE = "done"
    BUSY = "busy"
    RUNNING = "running"


class CannotUndo(Exception):
    """There is nothing of this kind to take back; nothing was changed."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class RecentChange:
    """One of a person's bulk changes: how many orders it was asked for, and until when it can be taken back.

    A change that a job makes counts its orders as they are done, and can be taken back from the job's end on.
    """

    batch_id: int
    kind: ActKind
    to: OrderStatus | None
    orders: int
    at: datetime
    until: datetime | None
    undone: bool
    job_id: int | None = None
    going_on: bool = False
    for_good: bool = False


def has_way_back(result: OrderResult) -> bool:
    """Whether the table knows a way back from what a change did to one order."""
    if result.outcome is not Outcome.OK or result.from_status is None or result.to_status is None:
        return False
    if result.from_status is result.to_status:
        return True
    back = (result.to_status, result.from_status)
    return any(find_transition(*back, digital=digital) for digital in (False, True))


def was_for_good(batch: Batch) -> bool:
    """Whether a change set its orders to a status that nothing leads out of: an undo would be refused for each."""
    return batch.kind == ActKind.CHANGE_STATUS and batch.to_status in FINAL


def undo(actor: Actor, batch_id: int) -> BulkResult:
    """Take the change of `batch_id` back; each order that it had changed answers ok, unchanged or why not.

    Raises CannotUndo: it is not this person's (`gone`), was undone already (`done`), is too long ago (`late`), or
    somebody else holds the orders (`busy`).
    """

    def do(work: UnitOfWork, skip_locked: bool) -> BulkResult:
        batch = lock_batch(work, batch_id)
        if batch.job_id is not None:
            raise CannotUndo(Why.GONE)
        if batch.created_at + TIME < work.now:
            raise CannotUndo(Why.LATE)
        backs = decide_back(work, batch.id, batch.order_ids or (), skip_locked=skip_locked)
        if backs.locked:
            raise CannotUndo(Why.BUSY)  # without these it would be undone in part, and could not be again
        if backs.taken:
            batch.undone_by = new_batch(work, ActKind.UNDO, backs.taken)
            write_back(work, backs, batch.id, batch.undone_by)
        return BulkResult(tuple(backs.results))

    try:
        return in_one_transaction(actor, do)
    except LockNotHad as error:
        raise CannotUndo(Why.BUSY) from error


def lock_batch(work: UnitOfWork, batch_id: int) -> Batch:
    """The actor's own change, locked, that nobody took back yet. Raises CannotUndo: `gone`, `done`."""
    # Locked first: of two who undo one change the second finds it undone.
    batch = work.session.get(Batch, batch_id, with_for_update=True)
    actor = work.actor
    mine = batch is not None and (batch.actor_kind, batch.actor_id) == (actor.kind.value, actor.id)
    if batch is None or not mine or batch.kind not in UNDOABLE:
        raise CannotUndo(Why.GONE)
    if batch.undone_by is not None:
        raise CannotUndo(Why.DONE)
    return batch


@dataclass(frozen=True, slots=True)
class Backs:
    """What taking a change back comes to: each order's result, what is to be written, and how many orders that the
    change has touched somebody else holds."""

    results: list[OrderResult]
    changes: list[Change]
    locked: int

    @property
    def taken(self) -> list[int]:
        """The orders that go back; also those that had a message only."""
        return [result.order_id for result in self.results if result.problem is None]


def decide_back(work: UnitOfWork, batch_id: int, order_ids: Iterable[int], *, skip_locked: bool) -> Backs:
    """Lock the orders that the change has touched and decide each; those that exist no longer are left out."""
    written = _written(work, batch_id, order_ids)
    known = lock_orders(work.session, work.actor.scope, written, skip_locked=skip_locked)
    work.restart_clock()
    changes = []
    results = []
    ways = {order_id: _way_back(order.facts, written[order_id]) for order_id, order in known.items()}
    acts = _with_moments(work, ways, written)
    for order_id, order in with_marks(work.session, known, acts).items():
        latest = written[order_id].seq == order.version
        change, result = _take_back(order, acts[order_id], work.actor, latest=latest)
        results.append(result)
        if change is not None:
            changes.append(change)
    return Backs(results, changes, len(written) - len(known) if skip_locked else 0)


def write_back(work: UnitOfWork, backs: Backs, batch_id: int, undo_batch_id: int) -> None:
    """Write what was decided, under the batch of the undo; messages of the change that still wait are withdrawn."""
    write_changes(work, backs.changes, batch_id=undo_batch_id, notices_due=work.now)
    withdraw(work, backs.taken, batch_id)


def _written(work: UnitOfWork, batch_id: int, order_ids: Iterable[int]) -> dict[int, Any]:
    """The history row that the change wrote, by order: (order_id, seq, from_status, to_status, changes)."""
    sql = text(
        "select order_id, seq, from_status, to_status, changes from order_history"
        f" where {any_of(work.dialect, 'order_id', 'ids')} and batch_id = :batch"
    ).columns(changes=OrderHistory.__table__.c.changes.type)
    rows = work.session.execute(sql, {"ids": many(work.dialect, order_ids), "batch": batch_id})
    return {row.order_id: row for row in rows}


def _take_back(order: KnownOrder, act: OrderAct, actor: Actor, *, latest: bool) -> tuple[Change | None, OrderResult]:
    decision = decide_undo(order.facts, act, actor, latest=latest, pushed=False)
    facts = order.facts
    result = OrderResult(order.id, facts.number, decision.outcome, facts.status, decision.status, decision.problem)
    return (Change(order, act, decision) if decision.outcome is Outcome.OK else None), result


def _way_back(order: OrderFacts, written: Any) -> OrderAct:
    before, after = OrderStatus(written.from_status), OrderStatus(written.to_status)
    changes: Mapping[str, Sequence[Any]] = written.changes or {}
    payment = PaymentStatus(changes["payment_status"][0]) if "payment_status" in changes else None
    completed = after if payment is PaymentStatus.UNPAID else before
    if order.payment_method is PaymentMethod.COD and before is not after and completed is OrderStatus.COMPLETED:
        payment = None  # what completing an order pays, leaving it takes back, and the other way round
    override = bool(changes["returns_withdrawn"][0]) if "returns_withdrawn" in changes else None
    assign = None
    if "assigned_to" in changes:
        person = changes["assigned_to"][0]
        assign = Assignee(Named(*person) if person else None)
    went, came = ([Named(*tag) for tag in tags] for tags in changes.get("tags", ((), ())))
    return OrderAct(
        to=before if before is not after else None, payment=payment, override=override, assign=assign,
        tag=tuple(went), untag=tuple(came), takes_back=True, label=_label_before(before, changes, order),
    )  # fmt: skip


def _label_before(before: OrderStatus, changes: Mapping[str, Sequence[Any]], order: OrderFacts) -> Label | None:
    """What stood on the parcel that the change has given a courier or a number; None where it has done neither. A
    parcel that was opened because another one had come back keeps its own."""
    if before is OrderStatus.RTS or not ("courier" in changes or "tracking_number" in changes):
        return None
    courier, number = changes.get("courier"), changes.get("tracking_number")
    return Label(courier[0] if courier else order.courier, number[0] if number else order.tracking_number)


def _with_moments(work: UnitOfWork, acts: Mapping[int, OrderAct], written: Mapping[int, Any]) -> dict[int, OrderAct]:
    """The acts with what each order goes back to: the moments before the change, where it waited for us or had left."""
    ids = [order_id for order_id, act in acts.items() if act.to in _WITH_MOMENTS]
    if not ids:
        return dict(acts)
    sql = text(
        "select h.order_id, h.seq, h.from_status, h.to_status, h.at, h.changes, b.id is not null as undo"
        f" from order_history h left join batches b on b.id = h.batch_id and b.kind = '{ActKind.UNDO}'"
        f" where {any_of(work.dialect, 'h.order_id', 'ids')} and h.to_status is not null"
        " and (h.from_status is null or h.from_status <> h.to_status) order by h.order_id, h.seq"
    ).columns(at=OrderHistory.__table__.c.at.type, changes=OrderHistory.__table__.c.changes.type)
    rows = work.session.execute(sql, {"ids": many(work.dialect, ids)})
    before = {
        order_id: moments_after(_moved(row) for row in of_order if row.seq < written[order_id].seq)
        for order_id, of_order in groupby(rows, attrgetter("order_id"))
    }
    return {i: replace(act, moments=before[i]) if i in before else act for i, act in acts.items()}


_WITH_MOMENTS = TO_SHIP | {OrderStatus.SHIPPED}


def _moved(row: Any) -> Moved:
    start = STATUS[row.from_status] if row.from_status else None
    return Moved(start, STATUS[row.to_status], row.at, "tracking_number" in (row.changes or ()), bool(row.undo))


def recent_changes(session: Session, actor: Actor, now: datetime) -> list[RecentChange]:
    """The person's own bulk changes among the latest, newest first."""
    if actor.kind is not ActorKind.PERSON:
        return []
    own = session.query(Batch).filter(Batch.actor_id == actor.id, Batch.actor_kind == actor.kind.value)
    mine = [b for b in own.order_by(Batch.id.desc()).limit(RECENT) if b.kind in UNDOABLE]
    ids = [b.job_id for b in mine if b.job_id is not None]
    jobs = {job.id: job for job in session.scalars(select(Job).where(Job.id.in_(ids)))} if ids else {}
    return [_recent(batch, jobs.get(batch.job_id or 0), now) for batch in mine]


def _recent(batch: Batch, job: Job | None, now: datetime) -> RecentChange:
    end = batch.created_at if job is None else job.finished_at
    orders = len(batch.order_ids or ()) if job is None else job.ok
    for_good = was_for_good(batch)
    still = end is not None and end + TIME >= now and batch.undone_by is None and orders > 0 and not for_good
    return RecentChange(
        batch.id, ActKind(batch.kind), OrderStatus(batch.to_status) if batch.to_status else None, orders,
        batch.created_at, end + TIME if end is not None and still else None, batch.undone_by is not None, batch.job_id,
        end is None, for_good,
    )  # fmt: skip
