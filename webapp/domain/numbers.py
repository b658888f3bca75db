"""Order numbers and public tokens: how they are made, written, and read back from what people type.

Data model, rules for every table: a number is `YYMMDD-` (the store's day) and 8 random symbols of `0-9A-Z` without
I L O U (40 bits); a token is 16 random bytes, base64url in the buyer's address.
"""

from __future__ import annotations

import base64
import re
from datetime import date
from functools import lru_cache
from typing import NewType

from webapp.domain.spelling import plain

OrderNumber = NewType("OrderNumber", str)
"""An order number in its stored form: upper case, with its hyphen."""

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""The 32 symbols of the random part: five bits each, none that is mistaken for another."""

_PAIRS = [first + second for first in SYMBOLS for second in SYMBOLS]
"""Two of them at a time, ten bits: half as many steps for each order of a file."""
RANDOM_BITS = 40
TOKEN_BYTES = 16
_STORED = re.compile(rf"[0-9]{{6}}-[{SYMBOLS}]{{8}}")
_TYPED = re.compile(rf"([0-9OIL]{{6}})-?([{SYMBOLS}OIL]{{8}})")
_MISTAKEN = str.maketrans("OIL", "011")
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-")
# 22 letters carry 132 bits: the last four of them must be zero, or one token would have 16 spellings.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]")


def new_order_number(day: date, random_bits: int) -> OrderNumber:
    """Make the number of an order that arrived on `day` (the store's) from `random_bits`, 40 of them.

    Raises ValueError if `random_bits` is not within 0 … 2**40 - 1.
    """
    if not 0 <= random_bits < 1 << RANDOM_BITS:
        raise ValueError("random_bits must have 40 bits")
    symbols = [_PAIRS[random_bits >> shift & 0x3FF] for shift in range(RANDOM_BITS - 10, -1, -10)]
    return OrderNumber(f"{day:%y%m%d}-{''.join(symbols)}")


def normalize_order_number(text: str) -> OrderNumber | None:
    """The stored form of an order number as people type it, or None if the text can't be one.

    Case, spaces and a missing hyphen don't matter; O is read as 0, I and L as 1. A channel's own number may have
    the same shape (Shopee's has): look that up as typed when ours matches nothing.
    """
    if _STORED.fullmatch(text):
        return OrderNumber(text) if _is_day(text[:6]) else None
    typed = "".join(plain(text).translate(_DASHES).split()).removeprefix("#")
    # Only ASCII may change case: a dotless i would become an I and be read as 1.
    found = _TYPED.fullmatch(typed.upper()) if typed.isascii() else None
    if found is None:
        return None
    day, symbols = (part.translate(_MISTAKEN) for part in found.groups())
    return OrderNumber(f"{day}-{symbols}") if _is_day(day) else None


def random_part(number: str) -> str:
    """The 8 symbols after the hyphen of a stored order number: what the text search holds of it."""
    return number.partition("-")[2]


def prefix_range(prefix: str) -> tuple[str, str]:
    """The range `low <= value < high_exclusive` of all texts that begin with `prefix`, in byte order.

    For columns collated "C" (PostgreSQL) or BINARY (SQLite), where a btree answers it and LIKE would not (data
    model, search). Raises ValueError if no text is the end of the range: the prefix is empty or all U+10FFFF.
    """
    head = prefix.rstrip("\U0010ffff")
    if not head:
        raise ValueError("an empty prefix has no range")
    after = ord(head[-1]) + 1
    if after == 0xD800:
        after = 0xE000  # surrogates are no characters of UTF-8
    return prefix, head[:-1] + chr(after)


def encode_token(token: bytes) -> str:
    """A public token as it stands in the buyer's link: 22 letters of base64url. Raises ValueError unless 16 bytes."""
    if len(token) != TOKEN_BYTES:
        raise ValueError("a token has 16 bytes")
    return base64.urlsafe_b64encode(token).rstrip(b"=").decode("ascii")


def decode_token(text: str) -> bytes | None:
    """The 16 bytes of a token from a link, or None if the text is not exactly how we write one."""
    if _TOKEN.fullmatch(text) is None:
        return None
    return base64.urlsafe_b64decode(text + "==")


@lru_cache(maxsize=4096)
def _is_day(yymmdd: str) -> bool:
    try:
        date(2000 + int(yymmdd[:2]), int(yymmdd[2:4]), int(yymmdd[4:]))
    except ValueError:
        return False
    return True
