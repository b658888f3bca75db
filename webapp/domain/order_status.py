"""An order's life: the statuses, the one table of allowed changes, and what each change entails.

Services, menus, the upload preview, the permission test and the documentation all read `TRANSITIONS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from webapp.domain.permissions import Permission


class OrderStatus(StrEnum):
    """Where an order is in its life. The codes are stored; labels are translated when shown."""

    CREATED = "created"
    PENDING = "pending"
    CONFIRMED = "confirmed"
    IN_PROCESS = "in_process"
    READY_TO_SHIP = "ready_to_ship"
    SHIPPED = "shipped"
    COMPLETED = "completed"
    RTS = "rts"
    CLOSED = "closed"
    CANCELED = "canceled"


class Acceptance(StrEnum):
    """Whether the seller still has to accept a channel's order before anything else happens to it."""

    NOT_NEEDED = "not_needed"
    AWAITING = "awaiting"
    ACCEPTED = "accepted"


class Notice(StrEnum):
    """Which message template tells the buyer, when the person who makes the change asks to notify."""

    ORDER_UPDATED = "order_updated"
    ORDER_SHIPPED = "order_shipped"
    ORDER_CANCELED = "order_canceled"


@dataclass(frozen=True, slots=True)
class Transition:
    """What one allowed change entails.

    `permission` is what the person needs. `notice` names the template, used only when notify is set.
    `digital` says for which kind of order the step exists: True only digital, False only parcels, None both.
    """

    permission: Permission = Permission.ORDERS_CHANGE_STATUS
    notice: Notice = Notice.ORDER_UPDATED
    digital: bool | None = None


S = OrderStatus

TO_SHIP = frozenset({S.CONFIRMED, S.IN_PROCESS, S.READY_TO_SHIP})
"""Statuses that wait for us to ship: each of them carries a `ship_by`."""

FINAL = frozenset({S.CLOSED, S.CANCELED})
"""Statuses that nothing leads out of by hand."""

PARCEL_ONLY = frozenset({S.READY_TO_SHIP, S.SHIPPED, S.RTS})
"""Statuses that a digital order neither is offered nor accepts."""

SHIPPING = frozenset({S.READY_TO_SHIP, S.SHIPPED})
"""Statuses that an order on hold can't take: it may come back, but it must not leave."""

DELETABLE = frozenset({S.CREATED, S.CANCELED})
"""The only statuses in which an order may be deleted."""

TABS: dict[str, frozenset[OrderStatus]] = {
    "new": frozenset({S.CREATED, S.PENDING}),
    "to_ship": TO_SHIP,
    "in_delivery": frozenset({S.SHIPPED}),
    "completed": frozenset({S.COMPLETED, S.CLOSED}),
    "returned": frozenset({S.RTS}),
    "canceled": frozenset({S.CANCELED}),
}
"""The tabs over the order list, in the order in which they stand."""

_ALLOWED: dict[OrderStatus, tuple[OrderStatus, ...]] = {
    S.CREATED: (S.PENDING, S.CANCELED),
    S.PENDING: (S.CONFIRMED, S.IN_PROCESS, S.READY_TO_SHIP, S.SHIPPED, S.CANCELED),
    S.CONFIRMED: (S.PENDING, S.IN_PROCESS, S.READY_TO_SHIP, S.SHIPPED, S.CANCELED),
    S.IN_PROCESS: (S.PENDING, S.CONFIRMED, S.READY_TO_SHIP, S.SHIPPED, S.CANCELED),
    S.READY_TO_SHIP: (S.PENDING, S.CONFIRMED, S.IN_PROCESS, S.SHIPPED, S.CANCELED),
    S.SHIPPED: (S.PENDING, S.CONFIRMED, S.IN_PROCESS, S.READY_TO_SHIP, S.COMPLETED, S.RTS, S.CLOSED),
    S.COMPLETED: (S.SHIPPED,),
    S.RTS: (S.SHIPPED,),
    S.CLOSED: (),
    S.CANCELED: (),
}
_DIGITAL_ONLY = ((S.CONFIRMED, S.COMPLETED), (S.IN_PROCESS, S.COMPLETED), (S.COMPLETED, S.CONFIRMED))
_NOTICES = {S.SHIPPED: Notice.ORDER_SHIPPED, S.CANCELED: Notice.ORDER_CANCELED}

TRANSITIONS: dict[tuple[OrderStatus, OrderStatus], Transition] = {
    (start, to): Transition(notice=_NOTICES.get(to, Notice.ORDER_UPDATED), digital=False if to in PARCEL_ONLY else None)
    for start, targets in _ALLOWED.items()
    for to in targets
} | {pair: Transition(digital=True) for pair in _DIGITAL_ONLY}


def find_transition(start: OrderStatus, to: OrderStatus, *, digital: bool) -> Transition | None:
    """The step from `start` to `to` for an order of this kind, or None when the table has none."""
    step = TRANSITIONS.get((start, to))
    if step is None or (step.digital is not None and step.digital is not digital):
        return None
    return step


def targets(start: OrderStatus, *, digital: bool) -> tuple[OrderStatus, ...]:
    """Every status that an order of this kind may take next by hand, in the order of an order's life."""
    return tuple(to for to in OrderStatus if find_transition(start, to, digital=digital))


ONE_WAY = frozenset(to for start, to in TRANSITIONS if (to, start) not in TRANSITIONS)
"""Statuses that some order can't come back from once it is set to them: undo ends there."""


def may_be_deleted(status: OrderStatus) -> bool:
    """Deleting is for leads and canceled orders only, alone and in bulk."""
    return status in DELETABLE


def has_way_back(start: OrderStatus, to: OrderStatus, *, digital: bool) -> bool:
    """Whether a change from `start` to `to` could be undone: the table allows the step back."""
    return find_transition(to, start, digital=digital) is not None
