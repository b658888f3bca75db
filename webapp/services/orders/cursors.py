"""Places in the list, as opaque signed text: nobody can make one up, and none says an internal id."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import NamedTuple

from webapp.domain.days import day_bounds
from webapp.domain.errors import Code, Problem
from webapp.models.types import to_ms


class Key(NamedTuple):
    """Where an order stands in the list: the moment by which it is sorted, in milliseconds since 1970, then the id."""

    ms: int
    id: int


class Way(Enum):
    """Which way a page goes from its cursor; the value is the parameter of the address that carries it."""

    AFTER = "after"
    BEFORE = "before"


@dataclass(frozen=True, slots=True)
class Cursor:
    """The page of orders that come AFTER or BEFORE `key` in the list's sort; without a key, from that end."""

    way: Way
    key: Key | None

    @property
    def param(self) -> str:
        """The parameter of the list's address that carries this cursor: `after` or `before`."""
        return self.way.value


FIRST = Cursor(Way.AFTER, None)
LAST = Cursor(Way.BEFORE, None)

_BODY = struct.Struct(">qq")
_SIGNATURE = 12


def write_cursor(cursor: Cursor, secret: str | bytes) -> str:
    """The cursor as text for an address."""
    body = b"" if cursor.key is None else _BODY.pack(*cursor.key)
    signature = _sign(cursor.way, body, secret)
    return base64.urlsafe_b64encode(signature + _masked(body, signature, secret)).rstrip(b"=").decode("ascii")


def read_cursor(way: Way, text: str, secret: str | bytes) -> Cursor | None:
    """The cursor that `write_cursor` wrote for this way with this secret, or None for any other text."""
    try:
        raw = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except ValueError:
        return None
    signature, masked = raw[:_SIGNATURE], raw[_SIGNATURE:]
    if len(masked) not in (0, _BODY.size):
        return None
    body = _masked(masked, signature, secret)
    if not hmac.compare_digest(signature, _sign(way, body, secret)):
        return None
    return Cursor(way, Key(*_BODY.unpack(body)) if body else None)


def cursor_at_day(day: date, tz: str, *, descending: bool = True) -> Cursor:
    """The page that begins with the first order of `day` in the zone `tz` (jump to a date): the day's latest in a
    `descending` list."""
    return Cursor(Way.AFTER, Key(to_ms(day_bounds(day, tz)[descending]), 0))


def cursor_from_params(
    params: Mapping[str, Sequence[str]], secret: str | bytes, tz: str, *, descending: bool = True
) -> tuple[Cursor | None, tuple[Problem, ...]]:
    """The cursor in an address (`after`, `before`, or `at` with a day in the zone `tz`) and what could not be read.

    None is the first page; an unreadable cursor too.
    """
    for way in Way:
        if text := next(iter(params.get(way.value, ())), ""):
            cursor = read_cursor(way, text, secret)
            return cursor, () if cursor else (_unreadable(way.value, text),)
    if text := next(iter(params.get("at", ())), ""):
        try:
            return cursor_at_day(date.fromisoformat(text), tz, descending=descending), ()
        except (ValueError, OverflowError):
            return None, (_unreadable("at", text),)
    return None, ()


def _unreadable(param: str, text: str) -> Problem:
    return Problem(Code.BAD_VALUE, {"field": param, "value": text[:60]})


def _masked(body: bytes, signature: bytes, secret: str | bytes) -> bytes:
    """`body` made unreadable, or readable again: it holds an internal id, and those are not shown."""
    mask = hmac.digest(_key(secret), b"order list cursor mask" + signature, hashlib.sha256)
    return bytes(a ^ b for a, b in zip(body, mask, strict=False))


def _key(secret: str | bytes) -> bytes:
    return secret.encode() if isinstance(secret, str) else secret


def _sign(way: Way, body: bytes, secret: str | bytes) -> bytes:
    return hmac.digest(_key(secret), b"order list cursor " + way.value.encode() + body, hashlib.sha256)[:_SIGNATURE]


@dataclass(frozen=True, slots=True)
class PageCursors:
    """The keys that a page shows, in the list's sort, and where one can go from it (None: there is nothing)."""

    keys: tuple[Key, ...]
    first: Cursor | None
    prev: Cursor | None
    next: Cursor | None
    last: Cursor | None


def page_cursors(cursor: Cursor, keys: Sequence[Key], edge: Key | None, size: int) -> PageCursors:
    """The page at `cursor` from what was found, in the order of its way: one key more than `size` if there are more.

    `edge` is where a bounded walk stopped looking before the page was full: it goes on from there.
    """
    shown = tuple(keys[:size])
    if cursor.way is Way.AFTER:
        on = shown[-1] if len(keys) > size else edge
        after = Cursor(Way.AFTER, on) if on else None
        before = Cursor(Way.BEFORE, shown[0] if shown else cursor.key) if cursor.key else None
    else:
        on = shown[-1] if len(keys) > size else edge
        before = Cursor(Way.BEFORE, on) if on else None
        after = Cursor(Way.AFTER, shown[0] if shown else cursor.key) if cursor.key else None
        shown = shown[::-1]
    return PageCursors(shown, FIRST if before else None, before, after, LAST if after else None)
