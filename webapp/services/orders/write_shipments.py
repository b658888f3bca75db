"""The parcel's side of a change: tracking numbers, dispatching, coming back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import Dialect, TextClause, text

from webapp.domain.order_acts import Decision, OrderAct
from webapp.domain.order_status import OrderStatus
from webapp.domain.shipping import ShipmentMethod, ShipmentState
from webapp.services.orders.facts import KnownOrder
from webapp.services.sets import RowSet, db_time
from webapp.services.unit_of_work import UnitOfWork

_GONE = frozenset({ShipmentState.DISPATCHED, ShipmentState.IN_TRANSIT, ShipmentState.DELIVERED})
# By names of their own: asking an enum for a member takes ten times as long, for each order of a file.
_SHIPPED, _COMPLETED, _CLOSED = OrderStatus.SHIPPED, OrderStatus.COMPLETED, OrderStatus.CLOSED
_RTS, _CANCELED = OrderStatus.RTS, OrderStatus.CANCELED

_NEW = RowSet(
    "u",
    order_id="bigint",
    state="text",
    courier="text",
    tracking_number="text",
    labelled="timestamptz",
    dispatched="timestamptz",
    account="bigint",
    ordered_at="timestamptz",
)
_CHANGED = RowSet("u", id="bigint", state="text", courier="text", tracking_number="text", at="timestamptz")


@lru_cache(maxsize=4)
def _insert_sql(dialect: Dialect) -> TextClause:
    return text(
        "insert into shipments (created_at, order_id, state, method, courier, tracking_number, label_printed_at,"
        " dispatched_at, arranged_at, account_id, ordered_at)"
        " select :now, u.order_id, u.state, :method, u.courier, u.tracking_number, u.labelled, u.dispatched,"
        " case when u.state = 'awaiting' then null else :now end, u.account,"
        f" u.ordered_at from {_NEW.source(dialect)} where true"
    )


@lru_cache(maxsize=4)
def _update_sql(dialect: Dialect) -> TextClause:
    return text(
        "update shipments set state = u.state, courier = u.courier, tracking_number = u.tracking_number,"
        " label_printed_at = case when u.tracking_number is not null then coalesce(label_printed_at, u.at)"
        " when shipments.tracking_number is not null then null else label_printed_at end,"
        " arranged_at = case when u.state = 'awaiting' then null else coalesce(arranged_at, u.at) end,"
        " dispatched_at = case when u.state in ('awaiting', 'label_printed') then null"
        " when u.state = 'dispatched' then coalesce(dispatched_at, u.at) else dispatched_at end"
        f" from {_CHANGED.source(dialect)} where shipments.id = u.id"
    )


def write_shipments(work: UnitOfWork, changes: Sequence[tuple[KnownOrder, OrderAct, Decision, ShipmentState]]) -> None:
    """Open, change or close the shipments that the decided `changes` touch: at most two statements.

    The last of each is the state that the parcel comes to (`next_state`).
    """
    new: list[tuple[object, ...]] = []
    changed: list[tuple[object, ...]] = []
    now = db_time(work.dialect, work.now)
    for order, act, decision, state in changes:
        courier, tracking = act.label or (
            act.courier or order.facts.courier, act.tracking_number or order.facts.tracking_number
        )  # fmt: skip
        another = order.facts.shipment_state is ShipmentState.RETURNED and "tracking_number" in decision.changes
        if order.shipment_id is not None and not another:
            left_at = db_time(work.dialect, act.moments.left_at)
            changed.append((order.shipment_id, state.value, courier, tracking, left_at or now))
            continue
        new.append(
            (
                order.id, state.value, courier, tracking, now if tracking else None,
                now if state is ShipmentState.DISPATCHED else None, order.account_id,
                order.ordered_at,
            )
        )  # fmt: skip
    if new:
        bound = {"now": now, "method": ShipmentMethod.MANUAL.value}
        work.session.execute(_insert_sql(work.dialect), _NEW.params(work.dialect, new) | bound)
    if changed:
        work.session.execute(_update_sql(work.dialect), _CHANGED.params(work.dialect, changed))


def next_state(order: KnownOrder, act: OrderAct, decision: Decision) -> ShipmentState | None:
    """The state of the order's shipment after the change, or None when the change does not touch it."""
    before, after, state = order.facts.status, decision.status, order.facts.shipment_state
    if after is not before:
        if after is _SHIPPED and not order.facts.digital:
            arrived = before is _COMPLETED and state is not None
            return state if arrived else ShipmentState.DISPATCHED
        if after is _RTS:
            return ShipmentState.RETURNED if state else None
        if after is _CANCELED:
            return ShipmentState.CANCELED if state else None
        ended = after is _COMPLETED or after is _CLOSED
        if before is _SHIPPED and state in _GONE and not ended:
            return _labelled(order, act) or ShipmentState.AWAITING
    if "courier" not in decision.changes and "tracking_number" not in decision.changes:
        return None
    if after is _SHIPPED:
        return state if state in _GONE else ShipmentState.DISPATCHED
    kept = state if act.label is None else None
    return _labelled(order, act) or kept or ShipmentState.AWAITING


def _labelled(order: KnownOrder, act: OrderAct) -> ShipmentState | None:
    number = act.label.tracking_number if act.label else act.tracking_number or order.facts.tracking_number
    return ShipmentState.LABEL_PRINTED if number else None
