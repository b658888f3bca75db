"""Since when an order waits for us or is on its way, as its history tells: what an undo gives back to it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from webapp.domain.order_status import TO_SHIP, OrderStatus


class Moved(NamedTuple):
    """A row of history that changed the order's status; that of a new order has no `from_status`.

    `new_parcel`: a tracking number came with it. `undo`: it took back the row before it.
    """

    from_status: OrderStatus | None
    to_status: OrderStatus
    at: datetime
    new_parcel: bool = False
    undo: bool = False


class Moments(NamedTuple):
    """Since when an order has waited for us, until it is pending again, and when its parcel has left, until it is back.

    None where that never was, or where the history does not tell.
    """

    waits_since: datetime | None = None
    left_at: datetime | None = None


UNKNOWN = Moments()


def moments_after(history: Iterable[Moved]) -> Moments:
    """What holds after these rows of one order, the oldest first."""
    now = before = UNKNOWN
    for row in history:
        now, before = (before, before) if row.undo else (_moved(now, row), now)
    return now


def _moved(moments: Moments, row: Moved) -> Moments:
    to, start = row.to_status, row.from_status
    if to is OrderStatus.PENDING:
        return UNKNOWN
    if to in TO_SHIP:
        return Moments(moments.waits_since or row.at)
    if to is OrderStatus.SHIPPED:
        # Put back from its end it is the same parcel, unless it came back to us and another one goes out.
        same = start is OrderStatus.COMPLETED or (start is OrderStatus.RTS and not row.new_parcel)
        return moments._replace(left_at=(moments.left_at if same else None) or row.at)
    return moments
