"""What decisions need to know about orders: read under their locks for a change, or unlocked for a preview."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from webapp.domain.actors import Scope
from webapp.domain.channels import has_rules_of_its_own
from webapp.domain.numbers import OrderNumber
from webapp.domain.order_acts import OrderFacts
from webapp.domain.order_status import OrderStatus
from webapp.domain.payment import PaymentMethod, PaymentStatus
from webapp.domain.shipping import ShipmentState
from webapp.services.orders.codes import ACCEPTANCE, METHOD, PAYMENT, STATUS
from webapp.services.sets import DbTime
from webapp.services.statements import Statement, json_of


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
    listed = sorted(set(keys))
    if not listed:
        return []
    st = Statement(session)
    rows = st.run(
        "select o.id, o.number, o.status, o.payment_status, o.payment_method, o.digital, o.version, o.account_id,"
        " o.store_id, o.warehouse_id, o.acceptance, o.on_hold, o.local_date, o.ordered_at, o.currency, o.total,"
        " o.ship_by, o.arranged_at, o.returns_withdrawn, a.channel"
        " from orders o join channel_accounts a on a.id = o.account_id"
        f" where {st.any_of(f'o.{key}', listed)} order by o.id{'' if st.sqlite else lock}"
    )
    # Read after the lock was had: joined into the locking statement it could show a row from before the wait.
    shipments = _open_shipments(session, [row[0] for row in rows])
    known = [_known_order(row, shipments.get(row[0])) for row in rows]
    if scope.limited:
        known = [order for order in known if scope.covers(order.account_id, order.warehouse_id)]
    completed = [
        order.id for order in known if order.facts.status is _COMPLETED and _completion_may_have_paid(order.facts)
    ]
    if completed:
        by_completion = _paid_by_completion(session, completed)
        known = [
            order._replace(facts=order.facts._replace(paid_by_completion=order.id in by_completion)) for order in known
        ]
    return known


def _open_shipments(session: Session, ids: Sequence[int]) -> dict[int, Any]:
    if not ids:
        return {}
    st = Statement(session)
    # A returned parcel counts as the order's own as long as no newer one was opened.
    rows = st.run(
        "select id, order_id, state, courier, tracking_number from shipments"
        f" where {st.any_of('order_id', ids)} and state <> 'canceled'"
        " order by order_id, case when state = 'returned' then 0 else 1 end, id"
    )
    return {row[1]: row for row in rows}


_COMPLETED = OrderStatus.COMPLETED
"""By a name of its own: asking an enum for a member takes ten times as long, for each order of a file."""


def _completion_may_have_paid(facts: OrderFacts) -> bool:
    return facts.payment_method is PaymentMethod.COD and facts.payment_status is PaymentStatus.PAID


def _paid_by_completion(session: Session, ids: Sequence[int]) -> frozenset[int]:
    """Of completed, paid COD orders: those that the step to `completed` itself marked paid."""
    st = Statement(session)
    found = st.run(
        "select order_id, from_status, to_status, changes from order_history"
        f" where {st.any_of('order_id', ids)} and changes is not null order by order_id, seq"
    )
    last: dict[int, bool] = {}
    for order_id, from_status, to_status, changes in found:
        if "payment_status" in (json_of(changes) or {}):
            # Paid by hand while it was completed already is another act, and stays.
            last[order_id] = to_status == OrderStatus.COMPLETED != from_status
    return frozenset(order_id for order_id, completed in last.items() if completed)


_SHIPMENT: dict[str | None, ShipmentState | None] = {state.value: state for state in ShipmentState}
_SHIPMENT[None] = None
_NO_SHIPMENT = (None, None, None, None, None)


def _known_order(row: Any, shipment: Any) -> KnownOrder:
    # Columns and facts by place and codes by table: asking rows by name and enums by call took six times as long, for
    # each order of a file.
    (
        order_id, number, status, payment_status, payment_method, digital, version, account_id, store_id, warehouse_id,
        acceptance, on_hold, local_date, ordered_at, currency, total, ship_by, arranged_at, returns_withdrawn, channel,
    ) = row  # fmt: skip
    shipment_id, _order_id, state, courier, tracking_number = shipment or _NO_SHIPMENT
    can_cancel = paid_by_completion = False
    facts = OrderFacts(
        number, STATUS[status], PAYMENT[payment_status], METHOD[payment_method], bool(digital), ACCEPTANCE[acceptance],
        bool(on_hold), has_rules_of_its_own(channel), can_cancel, _SHIPMENT[state], courier, tracking_number,
        bool(returns_withdrawn), paid_by_completion, account_id, warehouse_id,
    )  # fmt: skip
    return KnownOrder(
        order_id, facts, version, account_id, store_id, warehouse_id, local_date, ordered_at, currency, total, ship_by,
        arranged_at, shipment_id,
    )  # fmt: skip
