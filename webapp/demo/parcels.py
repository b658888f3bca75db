"""Couriers and the outside numbers of orders: what each channel's and courier's numbers look like."""

from __future__ import annotations

from random import Random

from webapp.domain.channels import Channel
from webapp.domain.shipping import ShipmentMethod

_OWN_ID = {"jne": 30, "sicepat": 22, "jnt": 22, "anteraja": 10, "pos_indonesia": 8, "ninja_xpress": 5, "gosend": 3}
_OWN_KR = {"cj_logistics": 50, "hanjin": 18, "lotte": 16, "korea_post": 11, "logen": 5}
_COURIERS: dict[Channel, dict[str, int]] = {
    Channel.SHOPEE: {"spx": 58, "jnt": 20, "jne": 14, "anteraja": 8},
    Channel.TOKOPEDIA: {"sicepat": 30, "jnt": 28, "jne": 20, "anteraja": 16, "gosend": 6},
    Channel.TIKTOK_SHOP: {"jnt": 70, "jne": 18, "ninja_xpress": 12},
    Channel.LAZADA: {"lazada_logistics": 76, "jne": 14, "ninja_xpress": 10},
    Channel.COUPANG: {"cj_logistics": 46, "coupang_logistics": 30, "lotte": 24},
}
"""Parts of a hundred."""

_SHAPES = {
    "jne": "JNE##", "jnt": "JT##", "sicepat": "00##", "anteraja": "1000##", "spx": "SPXID0##",
    "ninja_xpress": "NLIDAP##", "pos_indonesia": "P##", "lazada_logistics": "LXAD##", "gosend": "GK11##",
    "cj_logistics": "6#8#", "hanjin": "5#2#", "lotte": "40##", "korea_post": "689##", "logen": "97#",
    "coupang_logistics": "1#0#",
}  # fmt: skip
"""What stands before the eight last digits of a tracking number; # is any digit."""

_SHOPEE_LETTERS = "QW3RT7YKXP"
SHOPEE_DIGITS = ("0123456789", _SHOPEE_LETTERS)
"""Shopee writes letters where others write digits: the two alphabets, for translating there and back."""
_TO_SHOPEE = str.maketrans(*SHOPEE_DIGITS)

_TIKTOK = {
    "pending": "UNPAID", "confirmed": "AWAITING_SHIPMENT", "in_process": "AWAITING_SHIPMENT",
    "ready_to_ship": "AWAITING_COLLECTION", "shipped": "IN_TRANSIT", "completed": "COMPLETED",
    "rts": "CANCELLED", "closed": "CANCELLED", "canceled": "CANCELLED",
}  # fmt: skip
CHANNEL_STATUSES: dict[Channel, dict[str, str]] = {
    Channel.SHOPEE: {
        "pending": "UNPAID", "confirmed": "READY_TO_SHIP", "in_process": "READY_TO_SHIP", "ready_to_ship": "PROCESSED",
        "shipped": "SHIPPED", "completed": "COMPLETED", "rts": "TO_RETURN", "closed": "TO_RETURN",
        "canceled": "CANCELLED",
    },
    Channel.TOKOPEDIA: _TIKTOK,
    Channel.TIKTOK_SHOP: _TIKTOK,
    Channel.LAZADA: {
        "pending": "pending", "confirmed": "packed", "in_process": "packed", "ready_to_ship": "ready_to_ship",
        "shipped": "shipped", "completed": "delivered", "rts": "shipped_back_success", "closed": "lost_by_3pl",
        "canceled": "canceled",
    },
    Channel.SMARTSTORE: {
        "pending": "PAYED", "confirmed": "PAYED", "in_process": "PAYED", "ready_to_ship": "PAYED",
        "shipped": "DELIVERING", "completed": "PURCHASE_DECIDED", "rts": "RETURNED", "closed": "RETURNED",
        "canceled": "CANCELED",
    },
    Channel.COUPANG: {
        "pending": "ACCEPT", "confirmed": "INSTRUCT", "in_process": "INSTRUCT", "ready_to_ship": "INSTRUCT",
        "shipped": "DELIVERING", "completed": "FINAL_DELIVERY", "rts": "RETURNS_UNCHECKED",
        "closed": "RETURNS_UNCHECKED", "canceled": "RELEASE_STOP_UNCHECKED",
    },
}  # fmt: skip
"""What a channel says, by our status."""


def couriers_of(channel: Channel, country: str) -> tuple[str, ...]:
    """A hundred courier codes, each as often as it carries this channel's parcels."""
    parts = _COURIERS.get(channel, _OWN_KR if country == "KR" else _OWN_ID)
    return tuple(code for code, part in parts.items() for _ in range(part))


def tracking_heads(rng: Random) -> dict[str, tuple[str, ...]]:
    """By courier: 64 beginnings of its tracking numbers, each followed by eight digits."""
    return {
        courier: tuple("".join(rng.choice("123456789") if s == "#" else s for s in shape) for _ in range(64))
        for courier, shape in _SHAPES.items()
    }


def shipment_methods(channel: Channel) -> tuple[str, ...]:
    """Ten ways of handing over, each as often as this channel's parcels go that way."""
    if channel in CHANNEL_STATUSES:
        return (ShipmentMethod.PICKUP.value,) * 6 + (ShipmentMethod.DROP_OFF.value,) * 4
    return (ShipmentMethod.MANUAL.value,) * 7 + (ShipmentMethod.DROP_OFF.value,) * 3


def channel_order_id(channel: Channel, ordered_ms: int, day: str, tail: str) -> str:
    """The number by which an outside system knows an order, in that system's shape; empty where there is none.

    `day` is the store's, as `2026-11-21`; `tail` the eight digits that make it unique.
    """
    match channel:
        case Channel.SHOPEE:
            return f"{day[2:4]}{day[5:7]}{day[8:]}{tail.translate(_TO_SHOPEE)}"
        case Channel.TOKOPEDIA | Channel.TIKTOK_SHOP:
            return f"57{ordered_ms // 1000 % 100_000_000:08}{tail}"
        case Channel.LAZADA:
            return f"10{ordered_ms // 60_000 % 1_000_000:06}{tail}"
        case Channel.SMARTSTORE:
            return f"{day[:4]}{day[5:7]}{day[8:]}{tail}"
        case Channel.COUPANG:
            return f"2{ordered_ms // 60_000 % 100_000:05}{tail}"
        case Channel.API:
            return f"POS-{tail}"
        case _:
            return ""
