"""Picking and packing an order: one line ticked, or one piece scanned, in one transaction with its own history row.

Lock the order, read its lines under the lock, decide, write. The status, the totals and the searched text stay.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import text

from webapp.domain.actors import Actor
from webapp.domain.errors import Code, Problem
from webapp.domain.order_acts import OrderAct, Outcome
from webapp.domain.packing import Packed, PackingStep, PackLine, Tick, decide_scan, decide_tick
from webapp.models import HistoryKind
from webapp.services.orders.change_orders import in_one_transaction
from webapp.services.orders.facts import KnownOrder, lock_orders
from webapp.services.orders.resolve import resolve_numbers
from webapp.services.orders.write_changes import Change, insert_history
from webapp.services.sets import db_time
from webapp.services.unit_of_work import LockNotHad, UnitOfWork


@dataclass(frozen=True, slots=True)
class PackResult:
    """What became of a tick or a scan: the line as it is now and the step that was counted, or why it was refused."""

    outcome: Outcome
    line: PackLine | None = None
    step: PackingStep | None = None
    problem: Problem | None = None


def tick_line(actor: Actor, number: str, tick: Tick) -> PackResult:
    """Say how many pieces of a line are picked or packed. Refusals are data: `not_found`, `no_permission`,
    `transition_not_allowed`, `locked` (somebody else changed the order since the page was made), `bad_value`."""
    return _pack(
        actor, number, lambda order, lines: decide_tick(order.facts, lines, tick, actor, version=order.version)
    )


def scan_piece(actor: Actor, number: str, sku: str) -> PackResult:
    """Count the next piece with this SKU: as picked, or when all of them are, as packed. Refusals are data; what is not
    in the order, or too much of it, is `bad_value`."""
    return _pack(actor, number, lambda order, lines: decide_scan(order.facts, lines, sku, actor))


def _pack(actor: Actor, number: str, decide: Callable[[KnownOrder, Sequence[PackLine]], Packed]) -> PackResult:
    def do(work: UnitOfWork, skip_locked: bool) -> PackResult:
        found = resolve_numbers(work.session, actor.scope, [number])[number]
        if isinstance(found, Problem):
            return PackResult(Outcome.FAILED, problem=found)
        order = lock_orders(work.session, actor.scope, [found], skip_locked=skip_locked).get(found)
        if order is None:
            code = Code.LOCKED if skip_locked else Code.NOT_FOUND
            return PackResult(Outcome.FAILED, problem=Problem(code, {"number": number}))
        work.restart_clock()
        packed = decide(order, _read_lines(work, order.id))
        if packed.decision.outcome is Outcome.OK and packed.line is not None:
            _write(work, order, packed, packed.line)
        return PackResult(packed.decision.outcome, packed.line, packed.step, packed.decision.problem)

    try:
        return in_one_transaction(actor, do)
    except LockNotHad:
        return PackResult(Outcome.FAILED, problem=Problem(Code.LOCKED, {"number": number}))


def _read_lines(work: UnitOfWork, order_id: int) -> list[PackLine]:
    sql = text(
        "select line_no, sku, name, quantity, picked, packed, digital from order_lines where order_id = :id"
        " order by line_no"
    )
    rows = work.session.execute(sql, {"id": order_id})
    return [
        PackLine(no, sku, name, quantity, picked, packed, bool(digital))
        for no, sku, name, quantity, picked, packed, digital in rows
    ]


def _write(work: UnitOfWork, order: KnownOrder, packed: Packed, line: PackLine) -> None:
    work.session.execute(
        text("update orders set version = version + 1, updated_at = :now where id = :id"),
        {"id": order.id, "now": db_time(work.dialect, work.now)},
    )
    work.session.execute(
        text("update order_lines set picked = :picked, packed = :packed where order_id = :id and line_no = :line_no"),
        {"id": order.id, "line_no": line.line_no, "picked": line.picked, "packed": line.packed},
    )
    insert_history(work, [Change(order, OrderAct(), packed.decision)], None, HistoryKind.PACKING)
