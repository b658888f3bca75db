"""Which index drives a list: the one that comes upon the wanted orders soonest, as far as the totals can tell."""

from __future__ import annotations

from collections.abc import Iterable, Sized
from itertools import product

from webapp.domain.order_status import TO_SHIP, OrderStatus
from webapp.domain.payment import PaymentStatus
from webapp.services.orders.conditions import IN_TOTALS, TO_SHIP_SQL, Conditions, Part
from webapp.services.orders.picture import Picture
from webapp.services.orders.walks import FIRST_STEP, Source

MOST_BRANCHES = 200
"""More combinations than this are not walked one by one."""
MOST_WALKED_BRANCHES = 10
"""The same where each branch looks at orders that it may not keep: their steps share one bound."""
_PAGE = 51


def choose_source(conditions: Conditions, picture: Picture | None) -> Source:
    """The branches to walk for `conditions`; what they do not hold is looked at order by order."""
    if conditions.sort.column == "updated_at":
        return Source(covers=frozenset())
    if conditions.sort.column == "ship_by":
        # As the index says it; the same as the status filter where that asks for all of them.
        every = conditions.statuses == TO_SHIP
        return Source(covers=frozenset({Part.STATUS} if every else ()), fixed=f"t.status in {TO_SHIP_SQL}")
    if conditions.warehouses is not None:
        statuses = conditions.statuses or frozenset(status.value for status in OrderStatus)
        pairs = tuple(product(sorted(conditions.warehouses), sorted(statuses)))
        covers = frozenset({Part.WAREHOUSE, Part.STATUS, Part.DAYS})
        return Source(columns=("warehouse_id", "status"), values=pairs, covers=covers) if _walkable(pairs) else Source()
    if not _few(conditions, picture) and (facet := _by_facet(conditions)):
        return facet
    if picture is None:
        return Source()
    if _by_payment(conditions, picture):
        payments = tuple((payment,) for payment in sorted(conditions.payments))
        # Said again in each branch: with a bound value alone SQLite does not use the partial index.
        fixed = "t.payment_status <> 'paid'"
        return Source("orders", ("payment_status",), payments, frozenset({Part.PAYMENT, Part.DAYS}), fixed)
    return _by_account(conditions, picture) or _by_status(conditions, picture)


def _few(conditions: Conditions, picture: Picture | None) -> bool:
    """Whether totals know that what else is asked leaves so few orders that one step looks at all of them."""
    if picture is None or not conditions.parts & IN_TOTALS:
        return False
    return picture.orders(conditions.statuses, conditions.payments) <= FIRST_STEP


def _by_facet(conditions: Conditions) -> Source | None:
    """What stands in a table of its own, or in an index of its own, in the order of the list."""
    if conditions.tags:
        return Source("order_tags", ("tag_id",), _each(conditions.tags), frozenset({Part.TAG}))
    if conditions.skus:
        return Source("order_lines", ("sku",), _each(conditions.skus), frozenset({Part.SKU}))
    if conditions.people and not conditions.unassigned:
        covers = frozenset({Part.ASSIGNED, Part.DAYS})
        return Source("orders", ("assigned_to",), _each(conditions.people), covers, "t.assigned_to is not null")
    if conditions.couriers:
        covers = frozenset({Part.COURIER})
        return Source("shipments", ("courier",), _each(conditions.couriers), covers, "t.state <> 'canceled'")
    return None


def _each(values: Iterable[int | str]) -> tuple[tuple[int | str, ...], ...]:
    return tuple((value,) for value in sorted(values, key=str))


def _walkable(values: Sized) -> bool:
    return len(values) <= MOST_BRANCHES


def _by_payment(conditions: Conditions, picture: Picture) -> bool:
    """Whether the index of what is not paid comes upon the orders sooner than those of accounts and statuses."""
    if not conditions.payments or PaymentStatus.PAID.value in conditions.payments:
        return False
    wanted = picture.orders(conditions.statuses, conditions.payments)
    others = _walked(picture.orders(conditions.statuses, ()), wanted)
    if conditions.accounts.limited:
        return others > FIRST_STEP  # nobody counted what other accounts have in that index
    return _walked(picture.orders(None, conditions.payments), wanted) < others


def _walked(orders: int, wanted: int) -> int:
    """Orders that a walk looks at until its page is full, if the wanted ones lie evenly among them."""
    return min(orders, _PAGE * orders // wanted) if wanted else orders


def _by_account(conditions: Conditions, picture: Picture) -> Source | None:
    if not conditions.accounts.limited:
        return None
    if conditions.statuses is None:
        values: tuple[tuple[int | str, ...], ...] = tuple((a,) for a in picture.accounts(None, conditions.payments))
        source = Source("orders", ("account_id",), values, frozenset({Part.ACCOUNTS, Part.DAYS}))
    else:
        values = tuple(picture.pairs(conditions.statuses, conditions.payments))
        covers = frozenset({Part.ACCOUNTS, Part.STATUS, Part.DAYS})
        source = Source("orders", ("account_id", "status"), values, covers)
    most = MOST_WALKED_BRANCHES if conditions.parts - source.covers else MOST_BRANCHES
    return source if len(values) <= most else None


def _by_status(conditions: Conditions, picture: Picture) -> Source:
    if conditions.statuses is None:
        return Source()
    values = tuple((status,) for status in picture.statuses(conditions.statuses, conditions.payments))
    return Source("orders", ("status",), values, frozenset({Part.STATUS, Part.DAYS}))


def known_empty(conditions: Conditions, picture: Picture | None) -> bool:
    """Whether no order can be found, as the conditions contradict each other or the totals have none."""
    if conditions.impossible:
        return True
    return picture is not None and picture.orders(conditions.statuses, conditions.payments) == 0


def counted_by_totals(conditions: Conditions, picture: Picture | None) -> int | None:
    """How many orders the list has, exactly, if the filter is made of what totals know."""
    if picture is None or not conditions.parts <= IN_TOTALS:
        return None
    return picture.orders(conditions.statuses, conditions.payments)
