"""The kinds of places where orders arise, and which of them have rules of their own."""

from __future__ import annotations

from enum import StrEnum


class Channel(StrEnum):
    """A kind of place where orders arise. The code is stored with each channel account."""

    MANUAL = "manual"
    FORM = "form"
    API = "api"
    SHOPEE = "shopee"
    TOKOPEDIA = "tokopedia"
    LAZADA = "lazada"
    TIKTOK_SHOP = "tiktok_shop"
    SMARTSTORE = "naver_smartstore"
    COUPANG = "coupang"
    SHOPIFY = "shopify"
    WOOCOMMERCE = "woocommerce"
    OPENCART = "opencart"


BUILT_IN = frozenset({Channel.MANUAL, Channel.FORM, Channel.API})
"""Our own ways in: each store has an account of each, and no outside system has a say over their orders."""


def has_rules_of_its_own(channel: str) -> bool:
    """Whether the channel is the authority over its orders (awaiting acceptance, cancelling there)."""
    return channel not in BUILT_IN
