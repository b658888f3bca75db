"""What a person does to selected orders: status, history, payment, tracking. One call, one transaction, one batch.

Each takes orders by number, because that is what pages, files and the API know; what does not exist for the actor is
`not_found`. All are the same act on `change_orders` with different fields; tags and persons (tag, assign) too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import delete

from webapp.domain.actors import Actor
from webapp.domain.errors import Code, Problem
from webapp.domain.numbers import normalize_order_number
from webapp.domain.order_acts import ActKind, OrderAct, Outcome
from webapp.domain.order_status import OrderStatus
from webapp.domain.payment import PaymentStatus
from webapp.models import Batch
from webapp.services.orders.batches import new_batch
from webapp.services.orders.change_orders import BulkResult, OrderResult, all_locked, change_orders, in_one_transaction
from webapp.services.orders.facts import KnownOrder, lock_by_number
from webapp.services.orders.resolve import each_once, resolve_numbers
from webapp.services.unit_of_work import LockNotHad, UnitOfWork

LIMIT = 100
"""Orders that one immediate act may take; more is a job."""


class NothingSelected(Exception):
    """No order was named: nothing was changed, and that is not a success."""


class TooManySelected(Exception):
    """More than `LIMIT` orders were named for an immediate act; nothing was changed."""


def change_status(
    actor: Actor, numbers: Sequence[str], to: OrderStatus, *, comment: str = "", notify: bool = False
) -> BulkResult:
    """Set the orders with these numbers to `to`; each answers ok, unchanged or failed with its reason.

    Raises NothingSelected and TooManySelected.
    """
    return act_on_orders(actor, ActKind.CHANGE_STATUS, numbers, OrderAct(to=to, comment=comment, notify=notify))


def add_history(
    actor: Actor,
    numbers: Sequence[str],
    *,
    to: OrderStatus | None = None,
    comment: str = "",
    notify: bool = False,
    override: bool | None = None,
) -> BulkResult:
    """Write a history entry for each order, also when nothing else changes; with `to` the status moves in the same act.

    `override` True withdraws the buyer's right to ask for a return, False allows it again, None leaves it.
    Raises NothingSelected and TooManySelected.
    """
    act = OrderAct(to=to, comment=comment, notify=notify, override=override, always_record=True)
    return act_on_orders(actor, ActKind.ADD_HISTORY, numbers, act)


def mark_paid(actor: Actor, numbers: Sequence[str], *, comment: str = "", notify: bool = False) -> BulkResult:
    """Mark orders paid; a pending one that does not await acceptance is confirmed by it.

    Raises NothingSelected and TooManySelected.
    """
    act = OrderAct(payment=PaymentStatus.PAID, comment=comment, notify=notify)
    return act_on_orders(actor, ActKind.MARK_PAID, numbers, act)


def set_tracking(actor: Actor, number: str, courier: str | None, tracking_number: str | None) -> BulkResult:
    """Put courier and tracking number on the order's open shipment."""
    act = OrderAct(courier=courier, tracking_number=tracking_number)
    return act_on_orders(actor, ActKind.SET_TRACKING, [number], act)


def act_on_orders(actor: Actor, kind: ActKind, numbers: Sequence[str], act: OrderAct) -> BulkResult:
    """Do `act` on each order of `numbers` in one transaction; the batch of the change is what undo takes back.

    Without any change there is no batch.
    """
    wanted = check_selection(numbers)
    act = replace(act, comment=act.comment.replace("\0", ""))  # PostgreSQL takes no text with a NUL

    def do(work: UnitOfWork, skip_locked: bool, directly: bool) -> BulkResult:
        known = _lock_directly(work, wanted) if directly and not skip_locked else None
        found = resolve_numbers(work.session, actor.scope, wanted) if known is None else known.found
        once = each_once(wanted, found)
        ids = [order_id for number in once if isinstance(order_id := found[number], int)]
        batch_id = new_batch(work, kind, ids, act.to)
        bulk = len(once) > 1
        acts = dict.fromkeys(ids, act)
        changed = change_orders(
            work, acts, known=known.orders if known else None, batch_id=batch_id, bulk=bulk, skip_locked=skip_locked
        )
        by_id = {result.order_id: result for result in changed}
        answers = tuple(_answer(number, found[number], by_id) for number in once)
        if not any(answer.outcome is Outcome.OK for answer in answers):
            work.session.execute(delete(Batch).where(Batch.id == batch_id))
            return BulkResult(answers)
        return BulkResult(answers, batch_id)

    try:
        try:
            return in_one_transaction(actor, partial(do, directly=True))
        except _OthersAmongThem:
            return in_one_transaction(actor, partial(do, directly=False))
    except LockNotHad:
        return all_locked(wanted)


class _OthersAmongThem(Exception):
    """Not every number is that of an order of ours within the actor's scope."""


@dataclass(frozen=True, slots=True)
class _Locked:
    found: dict[str, int | Problem]
    orders: dict[int, KnownOrder]


def _lock_directly(work: UnitOfWork, wanted: Sequence[str]) -> _Locked:
    """Find and lock the orders in one statement, as they all have numbers of ours when they were ticked in a list.

    Raises _OthersAmongThem, and then this transaction must end: a second locking statement could deadlock.
    """
    numbers = {text: normalize_order_number(text) for text in wanted}
    ours = {number for number in numbers.values() if number}
    locked = lock_by_number(work.session, work.actor.scope, ours) if None not in numbers.values() else {}
    if len(locked) < len(ours) or not locked:
        raise _OthersAmongThem
    found: dict[str, int | Problem] = {text: locked[number].id for text, number in numbers.items() if number}
    return _Locked(found, {order.id: order for order in locked.values()})


def check_selection(numbers: Sequence[str]) -> list[str]:
    """The numbers once each, in order. Raises NothingSelected and TooManySelected."""
    wanted = list(dict.fromkeys(number.strip() for number in numbers if number.strip()))
    if not wanted:
        raise NothingSelected
    if len(wanted) > LIMIT:
        raise TooManySelected
    return wanted


def _answer(number: str, found: int | Problem, by_id: dict[int, OrderResult]) -> OrderResult:
    if isinstance(found, Problem):
        return OrderResult(0, number, Outcome.FAILED, None, None, found)
    result = by_id[found]
    if result.number:
        return result
    code = result.problem.code if result.problem else Code.NOT_FOUND
    return result._replace(number=number, problem=Problem(code, {"number": number}))
