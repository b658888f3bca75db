"""The one path on which orders change: one order, a hundred from the list, or a chunk of a file.

Lock, then decide each, then write all at once. The answer is data: an outcome for every order, and nothing is written
for one that was refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple, TypeVar

from sqlalchemy.exc import DBAPIError

from webapp.domain.actors import Actor
from webapp.domain.errors import Code, Problem
from webapp.domain.order_acts import Decision, Decisions, OrderAct, Outcome
from webapp.domain.order_status import OrderStatus
from webapp.extensions import db
from webapp.services.orders.facts import KnownOrder, lock_orders
from webapp.services.orders.marks import with_marks
from webapp.services.orders.write_changes import Change, write_changes
from webapp.services.unit_of_work import LockNotHad, UnitOfWork, lock_was_not_had, unit_of_work

MAILS_WAIT = timedelta(seconds=60)
"""How long the mails of a change of more than one order wait, so that an early undo also stops them."""
TRIES = 3
"""How often a transaction that lost a lock is tried again before the rows it can't have are named `locked`."""

T = TypeVar("T")


class OrderResult(NamedTuple):
    """What an act came to for one order. `number` is empty for an id that does not exist for the actor."""

    order_id: int
    number: str
    outcome: Outcome
    from_status: OrderStatus | None
    to_status: OrderStatus | None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class BulkResult:
    """The outcome of one bulk act, order by order, in the order in which they were asked for."""

    results: tuple[OrderResult, ...]
    batch_id: int | None = None

    def count(self, outcome: Outcome) -> int:
        """How many orders ended so."""
        return sum(result.outcome is outcome for result in self.results)

    @property
    def refused(self) -> tuple[OrderResult, ...]:
        """The orders that were refused and stay as they were."""
        failed = Outcome.FAILED
        return tuple([result for result in self.results if result.outcome is failed])


def change_orders(
    work: UnitOfWork,
    acts: Mapping[int, OrderAct],
    *,
    known: Mapping[int, KnownOrder] | None = None,
    batch_id: int | None = None,
    bulk: bool | None = None,
    skip_locked: bool = False,
) -> list[OrderResult]:
    """Do `acts` (by order id) within the running transaction; one locking statement, then sets.

    `known` are the orders when the transaction has locked and read them already.
    `bulk` says that the whole act is of more than one order, also when this chunk is not: its mails then wait.
    """
    if known is None:
        known = lock_orders(work.session, work.actor.scope, acts, skip_locked=skip_locked)
    work.restart_clock()
    known = with_marks(work.session, known, acts)
    decisions, ok = Decisions(work.actor), Outcome.OK
    changes: list[Change] = []
    results: list[OrderResult] = []
    for order_id, act in acts.items():
        order = known.get(order_id)
        if order is None:
            code = Code.LOCKED if skip_locked else Code.NOT_FOUND
            results.append(_absent(order_id, code))
            continue
        decision = decisions.of(order.facts, act)
        results.append(_result(order, decision))
        if decision.outcome is ok:
            changes.append(Change(order, act, decision))
    changes.sort(key=lambda change: change.order.id)  # neighbours lie together in the tables and their indexes
    many = len(acts) > 1 if bulk is None else bulk
    write_changes(work, changes, batch_id=batch_id, notices_due=work.now + MAILS_WAIT if many else work.now)
    return results


def in_one_transaction(actor: Actor, do: Callable[[UnitOfWork, bool], T]) -> T:
    """Run `do(work, skip_locked)` in a transaction of its own, again when a lock was not had.

    After `TRIES` it runs once with `skip_locked`: what somebody still holds is then refused as `locked`, and the rest
    goes through. SQLite locks as a whole and has waited long by then (`busy_timeout`): LockNotHad is raised at once.
    """
    for attempt in range(TRIES + 1):
        try:
            with unit_of_work(actor) as work:
                return do(work, attempt == TRIES)
        except DBAPIError as error:
            if not lock_was_not_had(error):
                raise
            if attempt == TRIES or db.engine.dialect.name == "sqlite":
                raise LockNotHad from error
    raise AssertionError("unreachable")


def all_locked(numbers: Sequence[str]) -> BulkResult:
    """The answer when not even one order could be looked at: each is refused as `locked`."""
    locked = [Problem(Code.LOCKED, {"number": number}) for number in numbers]
    return BulkResult(tuple(OrderResult(0, p.params["number"], Outcome.FAILED, None, None, p) for p in locked))


def _absent(order_id: int, code: Code) -> OrderResult:
    variant = {"variant": "gone"} if code is Code.NOT_FOUND else {"number": ""}
    return OrderResult(order_id, "", Outcome.FAILED, None, None, Problem(code, variant))


def _result(order: KnownOrder, decision: Decision) -> OrderResult:
    facts = order.facts
    return OrderResult(order.id, facts.number, decision.outcome, facts.status, decision.status, decision.problem)
