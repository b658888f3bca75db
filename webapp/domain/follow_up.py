"""Messages to one buyer that a person sends by hand: which one an order asks for, and how its words are filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from webapp.domain.order_status import OrderStatus
from webapp.domain.payment import PaymentMethod, PaymentStatus

LONGEST = 1000
"""Characters of a message before it is filled in: an address has to carry it."""
PLACEHOLDERS = ("buyer", "number", "store", "items", "total", "courier", "tracking", "link")
"""What a message may name in braces."""
_PLACEHOLDER = re.compile(r"\{([^{}\s]*)\}")


class FollowUp(StrEnum):
    """What a message is about."""

    UNPAID = "unpaid"
    COD = "cod"
    PREPARING = "preparing"
    SHIPPED = "shipped"
    DONE = "done"
    OTHER = "other"


def follow_up_of(status: OrderStatus, payment: PaymentStatus, method: PaymentMethod | None) -> FollowUp:
    """The message that an order asks for where it stands."""
    if status in (OrderStatus.CREATED, OrderStatus.PENDING):
        if method is PaymentMethod.COD:
            return FollowUp.COD
        return FollowUp.UNPAID if payment is PaymentStatus.UNPAID else FollowUp.PREPARING
    return _BY_STATUS.get(status, FollowUp.OTHER)


_BY_STATUS = {
    OrderStatus.CONFIRMED: FollowUp.PREPARING,
    OrderStatus.IN_PROCESS: FollowUp.PREPARING,
    OrderStatus.READY_TO_SHIP: FollowUp.PREPARING,
    OrderStatus.SHIPPED: FollowUp.SHIPPED,
    OrderStatus.COMPLETED: FollowUp.DONE,
}


def unknown_placeholders(body: str) -> tuple[str, ...]:
    """What stands in braces and means nothing, as it is written, once each."""
    names = dict.fromkeys(_PLACEHOLDER.findall(body))
    return tuple(f"{{{name}}}" for name in names if name not in PLACEHOLDERS)


def fill(body: str, values: Mapping[str, str]) -> str:
    """The message with its placeholders filled in; a line whose placeholders are all without a value is left out."""
    lines = []
    for line in body.splitlines():
        named = [name for name in _PLACEHOLDER.findall(line) if name in PLACEHOLDERS]
        if named and not any(values.get(name) for name in named):
            continue
        lines.append(_PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), line))
    return "\n".join(lines).strip()
