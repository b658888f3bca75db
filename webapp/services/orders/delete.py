"""Deleting orders: only Created and Canceled ones; the others of the batch are named and stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from webapp.domain.actors import Actor
from webapp.domain.errors import Code, Problem
from webapp.domain.order_acts import Outcome, decide_deletion
from webapp.models import AuditEntry
from webapp.services.orders.bulk import check_selection
from webapp.services.orders.change_orders import BulkResult, OrderResult, all_locked, in_one_transaction
from webapp.services.orders.facts import KnownOrder, lock_orders
from webapp.services.orders.resolve import each_once, resolve_numbers
from webapp.services.orders.write_changes import Totals, add, append_totals
from webapp.services.outbox import withdraw
from webapp.services.sets import any_of, db_time, many
from webapp.services.unit_of_work import LockNotHad, UnitOfWork


def delete_orders(actor: Actor, numbers: Sequence[str]) -> BulkResult:
    """Delete the orders with these numbers that may be deleted; each of the others answers why not.

    Kept: an audit entry with a snapshot, and a tombstone so that a channel's order is not collected again. Messages
    that still wait are withdrawn. Raises NothingSelected and TooManySelected.
    """
    wanted = check_selection(numbers)

    def do(work: UnitOfWork, skip_locked: bool) -> BulkResult:
        found = resolve_numbers(work.session, actor.scope, wanted)
        once = each_once(wanted, found)
        numbers = {order_id: number for number in once if isinstance(order_id := found[number], int)}
        done = {r.order_id: r for r in delete_by_id(work, numbers, skip_locked=skip_locked)}
        return BulkResult(tuple(_answer(number, found[number], done) for number in once))

    try:
        return in_one_transaction(actor, do)
    except LockNotHad:
        return all_locked(wanted)


def delete_by_id(work: UnitOfWork, numbers: Mapping[int, str], *, skip_locked: bool = False) -> list[OrderResult]:
    """Delete what may be deleted of these orders (their numbers by id) in the running transaction."""
    known = lock_orders(work.session, work.actor.scope, numbers, skip_locked=skip_locked)
    work.restart_clock()
    results = [_decide(work.actor, order_id, number, known, skip_locked) for order_id, number in numbers.items()]
    gone = [known[result.order_id] for result in results if result.outcome is Outcome.OK]
    if gone:
        _delete(work, gone)
    return results


def _answer(number: str, found: int | Problem, done: Mapping[int, OrderResult]) -> OrderResult:
    if isinstance(found, Problem):
        return OrderResult(0, number, Outcome.FAILED, None, None, found)
    return done[found]


def _decide(
    actor: Actor, order_id: int, number: str, known: Mapping[int, KnownOrder], skip_locked: bool
) -> OrderResult:
    order = known.get(order_id)
    if order is None:
        problem = Problem(Code.LOCKED if skip_locked else Code.NOT_FOUND, {"number": number})
        return OrderResult(order_id, number, Outcome.FAILED, None, None, problem)
    decision = decide_deletion(order.facts, actor)
    status = order.facts.status
    return OrderResult(order.id, order.facts.number, decision.outcome, status, None, decision.problem)


def _delete(work: UnitOfWork, orders: list[KnownOrder]) -> None:
    session, dialect = work.session, work.dialect
    ids = [order.id for order in orders]
    bound = {"ids": many(dialect, ids)}
    snapshots = _snapshots(work, bound)
    entries = [_audit(work, order, snapshots[order.id]) for order in orders]
    session.add_all(entries)
    session.flush()  # tombstones name their audit entries
    totals: Totals = {}
    for order in orders:
        facts = order.facts
        group = (order.local_date, order.account_id, facts.status, facts.payment_status, order.currency)
        add(totals, group, -1, -order.total)
    append_totals(work, totals)
    tombstone = text(
        "insert into deleted_orders (number, account_id, channel_order_id, audit_id, deleted_at)"
        " values (:number, :account, :channel_order_id, :audit, :now)"
        " on conflict do nothing"
    )
    session.execute(
        tombstone,
        [
            {
                "number": order.facts.number, "account": order.account_id, "audit": entry.id,
                "channel_order_id": snapshots[order.id]["order"]["channel_order_id"],
                "now": db_time(dialect, work.now),
            }
            for order, entry in zip(orders, entries, strict=True)
        ],
    )  # fmt: skip
    withdraw(work, ids)
    # Foreign keys take the rest along: contacts, lines, history, shipments, payments, search text.
    session.execute(text(f"delete from orders where {any_of(dialect, 'id', 'ids')}"), bound)


def _snapshots(work: UnitOfWork, bound: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """What is kept of each order: `order` and `lines` hold nothing personal, `contact` is what can be erased."""
    dialect = work.dialect
    orders = text(
        "select o.id, o.number, o.status, o.payment_status, o.payment_method, o.currency, o.subtotal, o.shipping_fee,"
        " o.discount, o.total, o.account_id, c.channel_order_id, k.buyer_name, k.buyer_phone, k.buyer_email, k.address,"
        " k.district, k.city, k.province, k.postal_code, k.country, k.note"
        " from orders o left join order_channel c on c.order_id = o.id left join order_contacts k on k.order_id = o.id"
        f" where {any_of(dialect, 'o.id', 'ids')}"
    )
    kept: dict[int, dict[str, Any]] = {}
    for order in work.session.execute(orders, bound).mappings():
        values: dict[str, Any] = dict(order)
        contact = {name: values.pop(name) for name in _PERSONAL}
        kept[values.pop("id")] = {"order": values, "lines": [], "contact": contact}
    lines = text(
        "select order_id, sku, name, quantity, unit_price from order_lines"
        f" where {any_of(dialect, 'order_id', 'ids')} order by order_id, line_no"
    )
    for row in work.session.execute(lines, bound):
        kept[row.order_id]["lines"].append([row.sku, row.name, row.quantity, row.unit_price])
    return kept


_PERSONAL = (
    "buyer_name", "buyer_phone", "buyer_email", "address", "district", "city", "province", "postal_code", "country",
    "note",
)  # fmt: skip


def _audit(work: UnitOfWork, order: KnownOrder, snapshot: dict[str, Any]) -> AuditEntry:
    return AuditEntry(
        created_at=work.now, action="order.deleted", subject_type="orders", subject_id=order.id,
        subject_label=order.facts.number, store_id=order.store_id, actor_kind=work.actor.kind.value,
        actor_id=work.actor.id, actor_name=work.actor.name, personal=snapshot["contact"],
        data={"order": snapshot["order"], "lines": snapshot["lines"]},
    )  # fmt: skip
