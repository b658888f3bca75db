"""Writing decided changes: one UPDATE, one INSERT of history, one of totals, one of messages, for 1 or 1,000 orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Dialect, TextClause, text

from webapp.domain.order_acts import Decision, OrderAct
from webapp.domain.order_status import TO_SHIP, OrderStatus
from webapp.domain.payment import PaymentMethod, PaymentState, PaymentStatus
from webapp.domain.shipping import ShipmentState
from webapp.domain.words import search_doc
from webapp.models import HistoryKind
from webapp.services import outbox
from webapp.services.orders.facts import KnownOrder
from webapp.services.orders.write_shipments import next_state, write_shipments
from webapp.services.orders.write_tags import write_tags
from webapp.services.sets import DbTime, RowSet, any_of, db_time, insert_rows, many
from webapp.services.unit_of_work import UnitOfWork


class Change(NamedTuple):
    """One order, what was asked, and what was decided."""

    order: KnownOrder
    act: OrderAct
    decision: Decision


def write_changes(work: UnitOfWork, changes: Sequence[Change], *, batch_id: int | None, notices_due: datetime) -> None:
    """Write what was decided for the locked orders of `changes`, and the messages that follow from it."""
    if not changes:
        return
    parcels = [next_state(c.order, c.act, c.decision) for c in changes]
    _update_orders(work, changes, parcels)
    work.writes_many(len(changes))
    insert_history(work, changes, batch_id)
    append_totals(work, _totals(changes))
    touched = zip(changes, parcels, strict=True)
    write_shipments(work, [(c.order, c.act, c.decision, state) for c, state in touched if state is not None])
    _write_payments(work, changes)
    write_tags(work, [(c.order, c.decision) for c in changes])
    _extend_search(work, changes)
    _queue_notices(work, changes, batch_id, notices_due)


_COLUMNS = {
    "id": "bigint",
    "status": "text",
    "payment_status": "text",
    "ship_by": "timestamptz",
    "returns_withdrawn": "boolean",
    "arranged_at": "timestamptz",
    "assigned_to": "bigint",
}


@lru_cache(maxsize=64)
def _moving(names: tuple[str, ...]) -> RowSet:
    return RowSet("u", **{name: _COLUMNS[name] for name in names})


@lru_cache(maxsize=256)
def _update_sql(dialect: Dialect, names: tuple[str, ...], shared: frozenset[str]) -> TextClause:
    rows = _moving(names)
    set_here = "version = version + 1, updated_at = :now"
    if len(shared) == len(names) - 1:  # all but the id: every order gets the same
        same = ", ".join(f"{name} = :u_{name}" for name in sorted(shared))
        return text(f"update orders set {same}, {set_here} where {any_of(dialect, 'id', 'ids')}")
    own = ", ".join(f"{name} = u.{name}" for name in names if name != "id")
    return text(f"update orders set {own}, {set_here} from {rows.source(dialect, shared)} where orders.id = u.id")


def _update_orders(work: UnitOfWork, changes: Sequence[Change], parcels: Sequence[ShipmentState | None]) -> None:
    """Write only columns that some order gets another value in: SQLite writes all indexes of each that is set."""
    now, ids = db_time(work.dialect, work.now), [c.order.id for c in changes]
    columns = {"id": ids, "status": [c.decision.status for c in changes], **_moved(work, changes, parcels, now)}
    names, values = tuple(columns), list(zip(*columns.values(), strict=True))
    rows = _moving(names)
    shared = rows.shared(values)
    bound = rows.params(work.dialect, values, shared) | {"now": now, "ids": many(work.dialect, ids)}
    work.send(_update_sql(work.dialect, names, shared), bound)


def _moved(
    work: UnitOfWork, changes: Sequence[Change], parcels: Sequence[ShipmentState | None], now: DbTime
) -> dict[str, list[Any]]:
    """The new values of those columns, beside the status, that move with it or that the acts touch."""
    touched = {name for decision in {id(c.decision): c.decision for c in changes}.values() for name in decision.changes}
    moved: dict[str, list[Any]] = {}
    if "payment_status" in touched:
        moved["payment_status"] = [c.decision.payment_status for c in changes]
    if "returns_withdrawn" in touched:
        moved["returns_withdrawn"] = [
            c.order.facts.returns_withdrawn if c.act.override is None else c.act.override for c in changes
        ]
    if "assigned_to" in touched:
        moved["assigned_to"] = [_assigned_to(c) for c in changes]
    days = _days_of_stores(work, changes)
    ship_by = [_ship_by(work, c, days) for c in changes]
    if ship_by != [c.order.ship_by for c in changes]:
        moved["ship_by"] = ship_by
    arranged_at = [_arranged_at(work, c, state, now) for c, state in zip(changes, parcels, strict=True)]
    if arranged_at != [c.order.arranged_at for c in changes]:
        moved["arranged_at"] = arranged_at
    return moved


def _days_of_stores(work: UnitOfWork, changes: Sequence[Change]) -> dict[int, int]:
    """Within how many days a parcel must leave, by store, of the stores whose orders begin to wait for us now."""
    stores = {c.order.store_id for c in changes if c.order.ship_by is None and _has_waited(c)}
    if not stores:
        return {}
    sql = text(f"select id, ship_within_days from stores where {any_of(work.dialect, 'id', 'ids')}")
    found = work.session.execute(sql, {"ids": many(work.dialect, stores)})
    return {row.id: row.ship_within_days for row in found}


# By names of their own: asking an enum for a member takes ten times as long, for each order of a file.
_PENDING, _AWAITING = OrderStatus.PENDING, ShipmentState.AWAITING
_ARRANGED = (ShipmentState.LABEL_PRINTED, ShipmentState.DISPATCHED)


def _ship_by(work: UnitOfWork, change: Change, days: dict[int, int]) -> DbTime | None:
    """The channel's deadline, else the store's; an order of ours that goes back to pending starts anew."""
    order, moments = change.order, change.act.moments
    if order.ship_by is None and _has_waited(change):
        return db_time(work.dialect, (moments.waits_since or work.now) + timedelta(days=days[order.store_id]))
    if change.decision.status is _PENDING and not order.facts.channel_rules:
        return None
    return order.ship_by


def _has_waited(change: Change) -> bool:
    """Whether the order waits for us, or goes back to where it had left after it had waited."""
    return change.decision.status in TO_SHIP or change.act.moments.waits_since is not None


def _arranged_at(work: UnitOfWork, change: Change, state: ShipmentState | None, now: DbTime) -> DbTime | None:
    """When the order's shipment was arranged: with its label or when it left; undone when the parcel waits again."""
    arranged_at = change.order.arranged_at
    if state in _ARRANGED:
        return arranged_at or db_time(work.dialect, change.act.moments.left_at) or now
    return None if state is _AWAITING else arranged_at


def _assigned_to(change: Change) -> int | None:
    before = change.order.facts.assigned
    _, after = change.decision.changes.get("assigned_to", (None, before))
    return after.id if after else None


_HISTORY = RowSet(
    "u",
    id="bigint",
    seq="int",
    old="text",
    new="text",
    comment="text",
    notify="boolean",
    override="boolean",
    changes="jsonb",
)


@lru_cache(maxsize=256)
def _history_sql(dialect: Dialect, shared: frozenset[str]) -> TextClause:
    return text(
        "insert into order_history (order_id, seq, kind, from_status, to_status, comment, notify, override, changes,"
        " actor_kind, actor_id, actor_name, batch_id, at)"
        " select u.id, u.seq, :kind, u.old, u.new, u.comment, u.notify, u.override, u.changes,"
        f" :actor_kind, :actor_id, :actor_name, :batch, :now from {_HISTORY.source(dialect, shared)} where true"
    )


def insert_history(
    work: UnitOfWork,
    changes: Sequence[Change],
    batch_id: int | None,
    kind: HistoryKind = HistoryKind.GENERAL,
) -> None:
    """One row of history for each change, under the version that the order has after it."""
    rows = [
        (
            c.order.id, c.order.version + 1, c.order.facts.status, c.decision.status, c.act.comment,
            c.act.notify, c.act.override, _told(c.decision.changes),
        )
        for c in changes
    ]  # fmt: skip
    shared = _HISTORY.shared(rows)
    bound = _HISTORY.params(work.dialect, rows, shared) | {
        "kind": kind.value,
        "batch": batch_id,
        "now": db_time(work.dialect, work.now),
        "actor_kind": work.actor.kind.value,
        "actor_id": work.actor.id,
        "actor_name": work.actor.name,
    }
    work.send(_history_sql(work.dialect, shared), bound)


def _told(changes: Mapping[str, tuple[Any, Any]]) -> dict[str, list[Any]] | None:
    return {name: list(pair) for name, pair in changes.items()} if changes else None


@dataclass(slots=True)
class Delta:
    """What a transaction adds to one group of the totals; negative takes away. `total` in minor units."""

    orders: int = 0
    total: int = 0


Group = tuple[DbTime, int, str, str, str]
"""Local day as `insert_rows` takes it, account, status, payment status and currency."""
Totals = dict[Group, Delta]


def _totals(changes: Sequence[Change]) -> Totals:
    # Orders that move alike are added up first: a hundred orders of one list are few groups.
    moved: dict[tuple[Any, ...], list[int]] = {}
    for order, _act, decision in changes:
        facts = order.facts
        if facts.status is not decision.status or facts.payment_status is not decision.payment_status:
            key = (
                order.local_date, order.account_id, order.currency, facts.status, facts.payment_status,
                decision.status, decision.payment_status,
            )  # fmt: skip
            moved.setdefault(key, []).append(order.total)
    totals: Totals = {}
    for (day, account, currency, status, payment, to, to_payment), amounts in moved.items():
        orders, total = len(amounts), sum(amounts)
        add(totals, (day, account, status, payment, currency), -orders, -total)
        add(totals, (day, account, to, to_payment, currency), orders, total)
    return totals


def add(totals: Totals, group: Group, orders: int, total: int) -> None:
    """Add orders and their total, in minor units, to a group; negative takes away."""
    delta = totals.setdefault(group, Delta())
    delta.orders += orders
    delta.total += total


_TOTALS = ("local_date", "account_id", "status", "payment_status", "currency", "orders", "total")


def append_totals(work: UnitOfWork, totals: Totals) -> None:
    """Append what this transaction changes in the totals. Nobody updates the totals themselves but the fold."""
    rows = [
        (day, account, str(status), str(payment), currency, delta.orders, delta.total)
        for (day, account, status, payment, currency), delta in sorted(totals.items())
        if delta.orders or delta.total
    ]
    insert_rows(work.session.connection(), "order_totals_changes", _TOTALS, rows)


_PAYMENTS = RowSet(
    "u", order_id="bigint", method="text", amount="bigint", currency="text", account="bigint", ordered_at="timestamptz"
)


@lru_cache(maxsize=4)
def _payments_sql(dialect: Dialect) -> TextClause:
    return text(
        "insert into payments (created_at, order_id, method, amount, currency, state, paid_at, account_id, ordered_at)"
        " select :now, u.order_id, u.method, u.amount, u.currency, :state, :now, u.account, u.ordered_at"
        f" from {_PAYMENTS.source(dialect)} where true"
    )


def _write_payments(work: UnitOfWork, changes: Sequence[Change]) -> None:
    """A payment row for each order that became paid; the rows of those that no longer are get their new state."""
    moved = [c for c in changes if c.decision.payment_status is not c.order.facts.payment_status]
    if not moved:
        return
    paid = [c for c in moved if c.decision.payment_status is PaymentStatus.PAID]
    kept = _revive_payments(work, [c.order.id for c in paid if c.act.takes_back])
    paid = [c for c in paid if c.order.id not in kept]
    if paid:
        rows = [
            (
                c.order.id, (c.order.facts.payment_method or PaymentMethod.OTHER).value, c.order.total,
                c.order.currency, c.order.account_id, c.order.ordered_at,
            )
            for c in paid
        ]  # fmt: skip
        bound = {"now": db_time(work.dialect, work.now), "state": PaymentState.PAID.value}
        work.send(_payments_sql(work.dialect), _PAYMENTS.params(work.dialect, rows) | bound)
    for payment, state in _ENDS.items():
        ids = [c.order.id for c in moved if c.decision.payment_status is payment]
        if ids:
            mine = any_of(work.dialect, "order_id", "ids")
            sql = text(f"update payments set state = :state where state = 'paid' and {mine}")
            work.session.execute(sql, {"state": state.value, "ids": many(work.dialect, ids)})


def _revive_payments(work: UnitOfWork, ids: Sequence[int]) -> frozenset[int]:
    """Bring back the latest withdrawn payment of each order, with the moment at which it was made; whose had one."""
    if not ids:
        return frozenset()
    latest = (
        "select max(id) from payments where state = :withdrawn"
        f" and {any_of(work.dialect, 'order_id', 'ids')} group by order_id"
    )
    sql = text(f"update payments set state = :paid where id in ({latest}) returning order_id")
    bound = {"withdrawn": PaymentState.WITHDRAWN.value, "paid": PaymentState.PAID.value}
    return frozenset(work.session.scalars(sql, bound | {"ids": many(work.dialect, ids)}))


_ENDS = {PaymentStatus.UNPAID: PaymentState.WITHDRAWN, PaymentStatus.REFUNDED: PaymentState.REFUNDED}
_WORDS = RowSet("u", id="bigint", words="text")


@lru_cache(maxsize=4)
def _search_sql(dialect: Dialect) -> TextClause:
    return text(
        "update order_search set doc = doc || ' ' || u.words"
        f" from {_WORDS.source(dialect)} where order_search.order_id = u.id"
    )


@lru_cache(maxsize=4)
def _shortened_sql(dialect: Dialect) -> TextClause:
    return text(
        "update order_search set doc = substr(doc, 1, length(doc) - length(u.words) - 1)"
        f" from {_WORDS.source(dialect)} where order_search.order_id = u.id"
        " and substr(doc, length(doc) - length(u.words)) = ' ' || u.words"
    )


def _extend_search(work: UnitOfWork, changes: Sequence[Change]) -> None:
    """A new tracking number can be searched for at once, and one that is taken back, the last of its text, no more."""
    gone = [
        (c.order.id, search_doc(c.order.facts.tracking_number))
        for c in changes
        if c.act.label is not None and "tracking_number" in c.decision.changes
    ]
    if gone:
        work.send(_shortened_sql(work.dialect), _WORDS.params(work.dialect, gone))
    rows = [
        (c.order.id, search_doc(c.act.tracking_number))
        for c in sorted(changes, key=lambda change: change.order.ordered_at)  # as FTS5 takes them best (insert_search)
        if "tracking_number" in c.decision.changes and c.act.tracking_number
    ]
    if rows:
        work.send(_search_sql(work.dialect), _WORDS.params(work.dialect, rows))


_NOTICES = RowSet("u", order_id="bigint", account="bigint", payload="jsonb")


@lru_cache(maxsize=4)
def _outbox_sql(dialect: Dialect) -> TextClause:
    return text(
        "insert into outbox (created_at, kind, due_at, payload, order_id, batch_id, account_id, state, attempts)"
        f" select :now, '{outbox.BUYER_MAIL}', :due, u.payload, u.order_id, :batch, u.account, 0, 0"
        f" from {_NOTICES.source(dialect)} where true"
    )


def _queue_notices(work: UnitOfWork, changes: Sequence[Change], batch_id: int | None, due: datetime) -> None:
    rows = [
        (c.order.id, c.order.account_id, {"notice": c.decision.notice.value, "seq": c.order.version + 1})
        for c in changes
        if c.decision.notice is not None
    ]
    if not rows:
        return
    bound = {"now": db_time(work.dialect, work.now), "due": db_time(work.dialect, due), "batch": batch_id}
    work.send(_outbox_sql(work.dialect), _NOTICES.params(work.dialect, rows) | bound)
    if due <= work.now:
        work.later(outbox.TASK)
