"""What decisions need to know about orders: read under their locks for a change, or unlocked for a preview."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, TextualSelect, text
from sqlalchemy.orm import Session

from webapp.domain.actors import Scope
from webapp.domain.channels import has_rules_of_its_own
from webapp.domain.order_acts import OrderFacts
from webapp.domain.order_status import Acceptance, OrderStatus
from webapp.domain.payment import PaymentMethod, PaymentStatus
from webapp.domain.shipping import ShipmentState
from webapp.models.order_records import OrderHistory, Shipment
from webapp.models.orders import Order
from webapp.services.sets import any_of, many

_HISTORY_CHANGES = OrderHistory.__table__.c.changes.type


@dataclass(frozen=True, slots=True)
class KnownOrder:
    """One order as a change needs it: what is decided on (`facts`) and what is written beside it."""

    id: int
    facts: OrderFacts
    version: int
    account_id: int
    store_id: int
    warehouse_id: int | None
    local_date: date
    ordered_at: datetime
    currency: str
    total: int
    ship_by: datetime | None
    shipment_id: int | None


def read_orders(session: Session, scope: Scope, ids: Iterable[int]) -> dict[int, KnownOrder]:
    """The orders among `ids` that exist within `scope`, by id, unlocked: for previews, menus and the bulk bar."""
    return _known(session, scope, ids, lock="")


def lock_orders(
    session: Session, scope: Scope, ids: Iterable[int], *, skip_locked: bool = False
) -> dict[int, KnownOrder]:
    """Lock the orders among `ids` that exist within `scope`, in id order, and read them fresh.

    The one locking statement of a transaction: a second one on orders could deadlock. `skip_locked` leaves out
    what somebody else holds instead of waiting. On SQLite the write transaction itself is the lock.
    """
    return _known(session, scope, ids, lock=f" for no key update of o{' skip locked' if skip_locked else ''}")


def _known(session: Session, scope: Scope, ids: Iterable[int], *, lock: str) -> dict[int, KnownOrder]:
    dialect = session.get_bind().dialect
    listed = sorted(set(ids))
    if not listed:
        return {}
    postgresql = dialect.name == "postgresql"
    rows = session.execute(_orders_sql(dialect, lock if postgresql else ""), {"ids": many(dialect, listed)})
    inside = [row for row in rows if scope.covers(row.account_id, row.warehouse_id)]
    # Read after the lock was had: joined into the locking statement it could show a row from before the wait.
    shipments = _open_shipments(session, dialect, [row.id for row in inside])
    by_completion = _paid_by_completion(session, dialect, inside)
    return {row.id: _known_order(row, shipments.get(row.id), row.id in by_completion) for row in inside}


@lru_cache(maxsize=8)
def _orders_sql(dialect: Dialect, lock: str) -> TextualSelect:
    columns = Order.__table__.c
    return text(
        "select o.id, o.number, o.status, o.payment_status, o.payment_method, o.digital, o.version, o.account_id,"
        " o.store_id, o.warehouse_id, o.acceptance, o.on_hold, o.local_date, o.ordered_at, o.currency, o.total,"
        " o.ship_by, o.returns_withdrawn, a.channel"
        " from orders o join channel_accounts a on a.id = o.account_id"
        f" where {any_of(dialect, 'o.id', 'ids')} order by o.id{lock}"
    ).columns(
        digital=columns.digital.type, on_hold=columns.on_hold.type, returns_withdrawn=columns.returns_withdrawn.type,
        local_date=columns.local_date.type, ordered_at=columns.ordered_at.type, ship_by=columns.ship_by.type,
    )  # fmt: skip


def _open_shipments(session: Session, dialect: Dialect, ids: Sequence[int]) -> dict[int, Any]:
    sql = _shipments_sql(dialect)
    return {row.order_id: row for row in session.execute(sql, {"ids": many(dialect, ids)})} if ids else {}


@lru_cache(maxsize=4)
def _shipments_sql(dialect: Dialect) -> TextualSelect:
    # A returned parcel counts as the order's own as long as no newer one was opened.
    return text(
        "select id, order_id, state, courier, tracking_number from shipments"
        f" where {any_of(dialect, 'order_id', 'ids')} and state <> 'canceled'"
        " order by order_id, case when state = 'returned' then 0 else 1 end, id"
    ).columns(id=Shipment.__table__.c.id.type)


def _paid_by_completion(session: Session, dialect: Dialect, rows: Sequence[Any]) -> frozenset[int]:
    """Of completed, paid COD orders: those that the step to `completed` itself marked paid."""
    asked = [
        row.id
        for row in rows
        if row.status == OrderStatus.COMPLETED
        and row.payment_method == PaymentMethod.COD
        and row.payment_status == PaymentStatus.PAID
    ]
    if not asked:
        return frozenset()
    found = session.execute(
        text(
            "select order_id, from_status, to_status, changes from order_history"
            f" where {any_of(dialect, 'order_id', 'ids')} and changes is not null order by order_id, seq"
        ).columns(changes=_HISTORY_CHANGES),
        {"ids": many(dialect, asked)},
    )
    last: dict[int, bool] = {}
    for row in found:
        if "payment_status" in (row.changes or {}):
            # Paid by hand while it was completed already is another act, and stays.
            last[row.order_id] = row.to_status == OrderStatus.COMPLETED != row.from_status
    return frozenset(order_id for order_id, completed in last.items() if completed)


def _known_order(row: Any, shipment: Any, paid_by_completion: bool) -> KnownOrder:
    facts = OrderFacts(
        number=row.number,
        status=OrderStatus(row.status),
        payment_status=PaymentStatus(row.payment_status),
        payment_method=PaymentMethod(row.payment_method) if row.payment_method else None,
        digital=row.digital,
        acceptance=Acceptance(row.acceptance),
        on_hold=row.on_hold,
        channel_rules=has_rules_of_its_own(row.channel),
        shipment_state=ShipmentState(shipment.state) if shipment else None,
        courier=shipment.courier if shipment else None,
        tracking_number=shipment.tracking_number if shipment else None,
        returns_withdrawn=row.returns_withdrawn,
        paid_by_completion=paid_by_completion,
    )
    return KnownOrder(
        row.id, facts, row.version, row.account_id, row.store_id, row.warehouse_id, row.local_date, row.ordered_at,
        row.currency, row.total, row.ship_by, shipment.id if shipment else None,
    )  # fmt: skip
