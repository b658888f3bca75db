"""Shipments: the states of one parcel and when it may take a tracking number."""

from __future__ import annotations

from enum import StrEnum


class ShipmentState(StrEnum):
    """Where a parcel is. `returned` and `canceled` shipments are closed: an order has one open shipment."""

    AWAITING = "awaiting"
    LABEL_PRINTED = "label_printed"
    DISPATCHED = "dispatched"
    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"
    RETURNED = "returned"
    CANCELED = "canceled"


class ShipmentMethod(StrEnum):
    """How the parcel leaves us."""

    PICKUP = "pickup"
    DROP_OFF = "drop_off"
    MANUAL = "manual"


CLOSED = frozenset({ShipmentState.RETURNED, ShipmentState.CANCELED})
