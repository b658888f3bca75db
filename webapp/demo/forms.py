"""How the values of a row are written for one engine: plain for SQLite, as parts of a binary COPY for PostgreSQL.

Making a million orders is mostly writing values. In the binary form what comes again and again (an account, an item, a
buyer's address, a person) is encoded once and then only joined; text would be formatted here and parsed there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from struct import Struct
from typing import Any

_EPOCH = date(1970, 1, 1)
_DAYS_TO_2000 = 10_957  # PostgreSQL counts from 2000-01-01
_MICROSECONDS_TO_2000 = 946_684_800_000_000

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """Writers of values. `at` takes milliseconds, `day` days since 1970; `big` is for bigint, `small` for integer.

    `code` remembers what it wrote: for texts of which there are few. `group` writes several neighbouring values that
    always stand together; what it gives is spread into the row.
    """

    null: Any
    yes: Any
    no: Any
    big: Callable[[int], Any]
    small: Callable[[int], Any]
    text: Callable[[str], Any]
    code: Callable[[str], Any]
    json: Callable[[str], Any]
    token: Callable[[bytes], Any]
    at: Callable[[int], Any]
    day: Callable[[int], Any]
    group: Callable[..., Row]


def plain_form() -> Form:
    """SQLite: numbers, texts and bytes as they are, moments in milliseconds, days as ISO texts."""
    return Form(
        null=None, yes=1, no=0, big=_same, small=_same, text=_same, code=_same, json=_same, token=_same, at=_same,
        day=lru_cache(maxsize=1024)(iso_day), group=lambda *values: values,
    )  # fmt: skip


def iso_day(day: int) -> str:
    """A day, counted from 1970, as `2026-11-21`."""
    return (_EPOCH + timedelta(days=day)).isoformat()


def binary_form() -> Form:
    """PostgreSQL: each value with its length before it, as COPY's binary format has them."""
    length, big, small = Struct(">i").pack, Struct(">iq").pack, Struct(">ii").pack

    def text(value: str) -> bytes:
        encoded = value.encode()
        return length(len(encoded)) + encoded

    def json(value: str) -> bytes:
        return text(f"\x01{value}")  # jsonb's version before its text

    return Form(
        null=length(-1),
        yes=length(1) + b"\x01",
        no=length(1) + b"\x00",
        big=lambda value: big(8, value),
        small=lru_cache(maxsize=4096)(lambda value: small(4, value)),
        text=text,
        code=lru_cache(maxsize=4096)(text),
        json=lru_cache(maxsize=64)(json),
        token=lambda value: length(len(value)) + value,
        at=lambda ms: big(8, ms * 1000 - _MICROSECONDS_TO_2000),
        day=lru_cache(maxsize=1024)(lambda day: small(4, day - _DAYS_TO_2000)),
        group=lambda *values: (b"".join(values),),
    )


def binary_copy(columns: int, rows: Iterable[Row]) -> bytes:
    """Rows of `binary_form` with so many columns as a whole binary COPY."""
    head = Struct(">h").pack(columns)
    parts: list[bytes] = [b"PGCOPY\n\xff\r\n\x00" + bytes(8)]
    for row in rows:
        parts.append(head)
        parts.extend(row)
    parts.append(b"\xff\xff")
    return b"".join(parts)


def _same(value: Any) -> Any:
    return value
