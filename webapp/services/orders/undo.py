"""Taking a bulk change back: for ten minutes, and order by order.

An order goes back when the change is still its latest version and the table allows the way back; the others are
named. It is itself a change, with its own history rows and its own batch; messages that still wait are withdrawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from webapp.domain.actors import Actor, ActorKind
from webapp.domain.order_acts import Assignee, Named, OrderAct, Outcome, decide_undo
from webapp.domain.order_status import OrderStatus, find_transition
from webapp.domain.payment import PaymentStatus
from webapp.models import Batch, OrderHistory
from webapp.services.orders.batches import new_batch
from webapp.services.orders.change_orders import BulkResult, OrderResult, in_one_transaction
from webapp.services.orders.facts import KnownOrder, lock_orders
from webapp.services.orders.marks import with_marks
from webapp.services.orders.write_changes import Change, write_changes
from webapp.services.outbox import withdraw_batch
from webapp.services.sets import any_of, many
from webapp.services.unit_of_work import LockNotHad, UnitOfWork

TIME = timedelta(minutes=10)
"""How long after a change it can be taken back."""
KIND = "undo"
"""The kind of the batch that an undo makes."""
UNDOABLE = frozenset({"change_status", "add_history", "mark_paid", "assign", "tag"})
"""Kinds of batches that can be taken back; a deletion can't, and a file has its own job."""
RECENT = 50
"""How many of the latest changes are looked through for one's own."""


class Why(StrEnum):
    """Why a change can't be taken back as a whole."""

    GONE = "gone"
    LATE = "late"
    DONE = "done"
    BUSY = "busy"


class CannotUndo(Exception):
    """There is nothing of this kind to take back; nothing was changed."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class RecentChange:
    """One of a person's bulk changes: how many orders it was asked for, and until when it can be taken back."""

    batch_id: int
    kind: str
    to: OrderStatus | None
    orders: int
    at: datetime
    until: datetime | None
    undone: bool


def has_way_back(result: OrderResult) -> bool:
    """Whether the table knows a way back from what a change did to one order."""
    if result.outcome is not Outcome.OK or result.from_status is None or result.to_status is None:
        return False
    if result.from_status is result.to_status:
        return True
    back = (result.to_status, result.from_status)
    return any(find_transition(*back, digital=digital) for digital in (False, True))


def undo(actor: Actor, batch_id: int) -> BulkResult:
    """Take the change of `batch_id` back; each order that it had changed answers ok, unchanged or why not.

    Raises CannotUndo: it is not this person's (`gone`), was undone already (`done`), is too long ago (`late`), or
    somebody else holds the orders (`busy`).
    """

    def do(work: UnitOfWork, skip_locked: bool) -> BulkResult:
        batch = _batch(work, batch_id)
        written = _written(work, batch)
        known = lock_orders(work.session, actor.scope, written, skip_locked=skip_locked)
        if skip_locked and len(known) < len(written):
            raise CannotUndo(Why.BUSY)  # without these it would be undone in part, and could not be again
        work.restart_clock()
        changes = []
        results = []
        acts = {order_id: _way_back(written[order_id]) for order_id in known}
        for order_id, order in with_marks(work.session, known, acts).items():
            change, result = _take_back(order, acts[order_id], actor, latest=written[order_id].seq == order.version)
            results.append(result)
            if change is not None:
                changes.append(change)
        _write(work, batch, changes, [result.order_id for result in results if result.problem is None])
        return BulkResult(tuple(results))

    try:
        return in_one_transaction(actor, do)
    except LockNotHad as error:
        raise CannotUndo(Why.BUSY) from error


def _batch(work: UnitOfWork, batch_id: int) -> Batch:
    # Locked first: of two who undo one change the second finds it undone.
    batch = work.session.get(Batch, batch_id, with_for_update=True)
    actor = work.actor
    mine = batch is not None and (batch.actor_kind, batch.actor_id) == (actor.kind.value, actor.id)
    if batch is None or not mine or batch.kind not in UNDOABLE:
        raise CannotUndo(Why.GONE)
    if batch.undone_by is not None:
        raise CannotUndo(Why.DONE)
    if batch.created_at + TIME < work.now:
        raise CannotUndo(Why.LATE)
    return batch


def _written(work: UnitOfWork, batch: Batch) -> dict[int, Any]:
    """The history row that the change wrote, by order: (order_id, seq, from_status, to_status, changes)."""
    sql = text(
        "select order_id, seq, from_status, to_status, changes from order_history"
        f" where {any_of(work.dialect, 'order_id', 'ids')} and batch_id = :batch"
    ).columns(changes=OrderHistory.__table__.c.changes.type)
    rows = work.session.execute(sql, {"ids": many(work.dialect, batch.order_ids or ()), "batch": batch.id})
    return {row.order_id: row for row in rows}


def _take_back(order: KnownOrder, act: OrderAct, actor: Actor, *, latest: bool) -> tuple[Change | None, OrderResult]:
    decision = decide_undo(order.facts, act, actor, latest=latest, pushed=False)
    facts = order.facts
    result = OrderResult(order.id, facts.number, decision.outcome, facts.status, decision.status, decision.problem)
    return (Change(order, act, decision) if decision.outcome is Outcome.OK else None), result


def _way_back(written: Any) -> OrderAct:
    before, after = OrderStatus(written.from_status), OrderStatus(written.to_status)
    changes: Mapping[str, Sequence[Any]] = written.changes or {}
    payment = PaymentStatus(changes["payment_status"][0]) if "payment_status" in changes else None
    if before is not after is OrderStatus.COMPLETED:
        payment = None  # what completing an order paid, leaving it takes back by itself
    override = bool(changes["returns_withdrawn"][0]) if "returns_withdrawn" in changes else None
    assign = None
    if "assigned_to" in changes:
        person = changes["assigned_to"][0]
        assign = Assignee(Named(*person) if person else None)
    went, came = ([Named(*tag) for tag in tags] for tags in changes.get("tags", ((), ())))
    return OrderAct(
        to=before if before is not after else None, payment=payment, override=override, assign=assign,
        tag=tuple(went), untag=tuple(came), takes_back=True,
    )  # fmt: skip


def _write(work: UnitOfWork, batch: Batch, changes: Sequence[Change], taken_back: Sequence[int]) -> None:
    if not taken_back:
        return
    batch.undone_by = new_batch(work, KIND, taken_back)
    write_changes(work, changes, batch_id=batch.undone_by, notices_due=work.now)
    withdraw_batch(work, batch.id, taken_back)


def recent_changes(session: Session, actor: Actor, now: datetime) -> list[RecentChange]:
    """The person's own bulk changes among the latest, newest first."""
    if actor.kind is not ActorKind.PERSON:
        return []
    latest = session.query(Batch).order_by(Batch.id.desc()).limit(RECENT)
    mine = [b for b in latest if (b.actor_kind, b.actor_id) == (actor.kind.value, actor.id) and b.kind in UNDOABLE]
    return [
        RecentChange(
            b.id, b.kind, OrderStatus(b.to_status) if b.to_status else None, len(b.order_ids or ()), b.created_at,
            b.created_at + TIME if b.undone_by is None and b.created_at + TIME >= now else None,
            b.undone_by is not None,
        )
        for b in mine
    ]  # fmt: skip
