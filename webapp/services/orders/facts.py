"""What decisions need to know about orders: read under their locks for a change, or unlocked for a preview."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Dialect, TextClause, text
from sqlalchemy.orm import Session

from webapp.domain.actors import Scope
from webapp.domain.channels import has_rules_of_its_own
from webapp.domain.numbers import OrderNumber
from webapp.domain.order_acts import OrderFacts
from webapp.domain.order_status import OrderStatus
from webapp.domain.payment import PaymentMethod, PaymentStatus
from webapp.domain.shipping import ShipmentState
from webapp.models.order_records import OrderHistory
from webapp.services.orders.codes import ACCEPTANCE, METHOD, PAYMENT, STATUS
from webapp.services.sets import DbTime, any_of, many

_HISTORY_CHANGES = OrderHistory.__table__.c.changes.type


class KnownOrder(NamedTuple):
    """One order as a change needs it: what is decided on (`facts`) and what is written beside it.

    Its day and moments are as the database keeps them (`DbTime`): they are only written again, and turning them into
    Python's and back took a tenth of a file's time.
    """

    id: int
    facts: OrderFacts
    version: int
    account_id: int
    store_id: int
    warehouse_id: int | None
    local_date: DbTime
    ordered_at: DbTime
    currency: str
    total: int
    ship_by: DbTime | None
    arranged_at: DbTime | None
    shipment_id: int | None


def read_orders(session: Session, scope: Scope, ids: Iterable[int]) -> dict[int, KnownOrder]:
    """The orders among `ids` that exist within `scope`, by id, unlocked: for previews, menus and the bulk bar."""
    return {order.id: order for order in _known(session, scope, "id", ids, lock="")}


def lock_orders(
    session: Session, scope: Scope, ids: Iterable[int], *, skip_locked: bool = False
) -> dict[int, KnownOrder]:
    """Lock the orders among `ids` that exist within `scope`, in id order, and read them fresh.

    The one locking statement of a transaction: a second one on orders could deadlock. `skip_locked` leaves out
    what somebody else holds instead of waiting. On SQLite the write transaction itself is the lock.
    """
    return {order.id: order for order in _known(session, scope, "id", ids, lock=_SKIPPING if skip_locked else _LOCK)}


def lock_by_number(session: Session, scope: Scope, numbers: Iterable[OrderNumber]) -> dict[str, KnownOrder]:
    """The same for orders of which the stored numbers are known, by number: found and locked in one statement."""
    return {order.facts.number: order for order in _known(session, scope, "number", numbers, lock=_LOCK)}


_LOCK = " for no key update of o"
_SKIPPING = f"{_LOCK} skip locked"


def _known(session: Session, scope: Scope, key: str, keys: Iterable[Any], *, lock: str) -> list[KnownOrder]:
    dialect = session.get_bind().dialect
    listed = sorted(set(keys))
    if not listed:
        return []
    sql = _orders_sql(dialect, key, lock if dialect.name == "postgresql" else "")
    rows = session.execute(sql, {"keys": many(dialect, listed)}).all()
    if scope.limited:
        rows = [row for row in rows if scope.covers(row.account_id, row.warehouse_id)]
    # Read after the lock was had: joined into the locking statement it could show a row from before the wait.
    shipments = _open_shipments(session, dialect, [row[0] for row in rows])
    known = [_known_order(row, shipments.get(row[0])) for row in rows]
    completed = [order.id for order in known if _completion_may_have_paid(order.facts)]
    if completed:
        by_completion = _paid_by_completion(session, dialect, completed)
        known = [
            order._replace(facts=order.facts._replace(paid_by_completion=order.id in by_completion)) for order in known
        ]
    return known


@lru_cache(maxsize=8)
def _orders_sql(dialect: Dialect, key: str, lock: str) -> TextClause:
    return text(
        "select o.id, o.number, o.status, o.payment_status, o.payment_method, o.digital, o.version, o.account_id,"
        " o.store_id, o.warehouse_id, o.acceptance, o.on_hold, o.local_date, o.ordered_at, o.currency, o.total,"
        " o.ship_by, o.arranged_at, o.returns_withdrawn, a.channel"
        " from orders o join channel_accounts a on a.id = o.account_id"
        f" where {any_of(dialect, f'o.{key}', 'keys')} order by o.id{lock}"
    )


def _open_shipments(session: Session, dialect: Dialect, ids: Sequence[int]) -> dict[int, Any]:
    sql = _shipments_sql(dialect)
    return {row[1]: row for row in session.execute(sql, {"ids": many(dialect, ids)}).all()} if ids else {}


@lru_cache(maxsize=4)
def _shipments_sql(dialect: Dialect) -> TextClause:
    # A returned parcel counts as the order's own as long as no newer one was opened.
    return text(
        "select id, order_id, state, courier, tracking_number from shipments"
        f" where {any_of(dialect, 'order_id', 'ids')} and state <> 'canceled'"
        " order by order_id, case when state = 'returned' then 0 else 1 end, id"
    )


def _completion_may_have_paid(facts: OrderFacts) -> bool:
    return (
        facts.status is OrderStatus.COMPLETED
        and facts.payment_method is PaymentMethod.COD
        and facts.payment_status is PaymentStatus.PAID
    )


def _paid_by_completion(session: Session, dialect: Dialect, ids: Sequence[int]) -> frozenset[int]:
    """Of completed, paid COD orders: those that the step to `completed` itself marked paid."""
    found = session.execute(
        text(
            "select order_id, from_status, to_status, changes from order_history"
            f" where {any_of(dialect, 'order_id', 'ids')} and changes is not null order by order_id, seq"
        ).columns(changes=_HISTORY_CHANGES),
        {"ids": many(dialect, ids)},
    )
    last: dict[int, bool] = {}
    for row in found:
        if "payment_status" in (row.changes or {}):
            # Paid by hand while it was completed already is another act, and stays.
            last[row.order_id] = row.to_status == OrderStatus.COMPLETED != row.from_status
    return frozenset(order_id for order_id, completed in last.items() if completed)


_SHIPMENT: dict[str | None, ShipmentState | None] = {state.value: state for state in ShipmentState}
_SHIPMENT[None] = None
_NO_SHIPMENT = (None, None, None, None, None)


def _known_order(row: Any, shipment: Any) -> KnownOrder:
    # Columns by place and codes by table: asking rows by name and enums by call took six times as long, for each
    # order of a file.
    (
        order_id, number, status, payment_status, payment_method, digital, version, account_id, store_id, warehouse_id,
        acceptance, on_hold, local_date, ordered_at, currency, total, ship_by, arranged_at, returns_withdrawn, channel,
    ) = row  # fmt: skip
    shipment_id, _order_id, state, courier, tracking_number = shipment or _NO_SHIPMENT
    facts = OrderFacts(
        number=number,
        status=STATUS[status],
        payment_status=PAYMENT[payment_status],
        payment_method=METHOD[payment_method],
        digital=bool(digital),
        acceptance=ACCEPTANCE[acceptance],
        on_hold=bool(on_hold),
        channel_rules=has_rules_of_its_own(channel),
        shipment_state=_SHIPMENT[state],
        courier=courier,
        tracking_number=tracking_number,
        returns_withdrawn=bool(returns_withdrawn),
        account_id=account_id,
        warehouse_id=warehouse_id,
    )
    return KnownOrder(
        order_id, facts, version, account_id, store_id, warehouse_id, local_date, ordered_at, currency, total, ship_by,
        arranged_at, shipment_id,
    )  # fmt: skip
