"""Orders that came after a list was made: how many, and which, for its banner.

Data model, section 4: ids are not in the order of commits, so a page knows a floor (the highest id that is older than
`OVERLAP`) and which orders above it it has seen. What turns up above the floor and was not seen is new, however late
its transaction committed. The floor rises with each look, so a look costs what came since the last one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from webapp.domain.actors import Scope
from webapp.services.orders.rows import OrderRow, read_rows
from webapp.services.statements import ReadSession, Statement, moment_of

OVERLAP = timedelta(seconds=60)
"""No transaction that makes orders stays open longer: statements end after 15 s."""
MOST = 1_000
"""So many of the newest orders are looked at; more than that between two looks, and counts say "at least"."""
FEW = 10
"""So many of the newest orders are enough, for most pages, to find one that is older than `OVERLAP`."""
MOST_SEEN = 500
"""So many seen orders above the floor are remembered; beyond that the floor rises early."""
MOST_SHOWN = 100
"""So many new orders can be shown at once, the newest."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a page knows: `floor`, the orders above it that it has `seen`, and those of them that are `new` to it.

    `count` is how many are new, of which `new` holds the newest. `exact` is False when there are at least so many.
    """

    floor: int = 0
    seen: tuple[int, ...] = ()
    new: tuple[int, ...] = ()
    count: int = 0
    exact: bool = True

    @property
    def shown(self) -> Mark:
        """The mark of the page once the new orders stand on it."""
        return Mark(self.floor, self.seen)


def mark_now(session: ReadSession, scope: Scope, now: datetime) -> Mark:
    """What a list knows that is made now: everything there is has been seen. One statement by the primary key, a second
    one where more than `FEW` orders came within `OVERLAP`."""
    found = _look(session, None, FEW)
    if len(found) == FEW and found[-1].created_at > now - OVERLAP:
        found = _look(session, None, MOST_SEEN)
    mine = sorted(order.id for order in found if scope.covers(order.account_id, order.warehouse_id))
    floor = max((order.id for order in found if order.created_at <= now - OVERLAP), default=0)
    if floor == 0 and len(found) == MOST_SEEN:
        floor = found[-1].id - 1
    return _lifted(floor, mine, Mark())


def look_again(session: ReadSession, scope: Scope, mark: Mark, now: datetime) -> Mark:
    """The mark with what has turned up since, within `scope`. One statement by the primary key, `MOST` rows at most."""
    found = _look(session, mark.floor, MOST)
    known = frozenset(mark.seen)
    mine = sorted(order.id for order in found if scope.covers(order.account_id, order.warehouse_id))
    fresh = [order_id for order_id in mine if order_id not in known]
    floor = max((order.id for order in found if order.created_at <= now - OVERLAP), default=mark.floor)
    skipped = len(found) == MOST
    if skipped:
        floor = max(floor, found[-1].id - 1)  # a flood: what lies below is let go, and the count says so
    new = tuple(sorted({*mark.new, *fresh}))[-MOST_SHOWN:]
    changed = Mark(mark.floor, mark.seen, new, mark.count + len(fresh), mark.exact and not skipped)
    return _lifted(floor, sorted(known.union(mine)), changed)


def new_rows(session: ReadSession, scope: Scope, mark: Mark, more: Sequence[str] = ()) -> list[OrderRow]:
    """The rows of the mark's new orders that are still there, the one that came last on top. Two statements.

    `more` is what the rows hold besides (`rows.MORE`).
    """
    if not mark.new:
        return []
    st = Statement(session)
    found = st.run(f"select id, account_id, warehouse_id from orders where {st.among('id', mark.new)}")
    ids = sorted((row[0] for row in found if scope.covers(row[1], row[2])), reverse=True)
    return read_rows(session, ids, restricted=scope.restricted, more=more)


@dataclass(frozen=True, slots=True)
class _Looked:
    id: int
    created_at: datetime
    account_id: int
    warehouse_id: int | None


def _look(session: ReadSession, floor: int | None, most: int) -> list[_Looked]:
    """The newest orders above `floor`, newest first."""
    st = Statement(session)
    above = "" if floor is None else f" where id > {st.bind(floor)}"
    rows = st.run(
        f"select id, created_at, account_id, warehouse_id from orders{above} order by id desc limit {st.bind(most)}"
    )
    return [_Looked(row[0], moment_of(row[1]), row[2], row[3]) for row in rows]


def _lifted(floor: int, seen: Sequence[int], mark: Mark) -> Mark:
    above = [order_id for order_id in seen if order_id > floor]
    if len(above) > MOST_SEEN:
        floor, above = above[-MOST_SEEN] - 1, above[-MOST_SEEN:]
    return Mark(floor, tuple(above), mark.new, mark.count, mark.exact)


# --- As text for an address: opaque, because it holds internal ids --------------------------------------------------

_SIGNATURE = 12


def write_mark(mark: Mark, secret: str | bytes) -> str:
    """The mark as text for an address; nobody else can make one up or read it."""
    numbers = (int(mark.exact), mark.count, mark.floor, len(mark.seen), *_steps(mark.seen), *_steps(mark.new))
    body = zlib.compress(" ".join(map(str, numbers)).encode("ascii"), 9)
    signature = _sign(body, secret)
    return base64.urlsafe_b64encode(signature + _masked(body, signature, secret)).rstrip(b"=").decode("ascii")


def read_mark(text: str, secret: str | bytes) -> Mark | None:
    """The mark that `write_mark` wrote with this secret, or None for any other text."""
    try:
        raw = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except ValueError:
        return None
    signature = raw[:_SIGNATURE]
    body = _masked(raw[_SIGNATURE:], signature, secret)
    if not hmac.compare_digest(signature, _sign(body, secret)):
        return None
    exact, count, floor, size, *steps = map(int, zlib.decompress(body).split())
    return Mark(floor, _ids(steps[:size]), _ids(steps[size:]), count, bool(exact))


def _steps(ids: Sequence[int]) -> list[int]:
    """Ids as the steps between them: small numbers."""
    return [order_id - before for before, order_id in zip((0, *ids), ids, strict=False)]


def _ids(steps: Sequence[int]) -> tuple[int, ...]:
    ids, at = [], 0
    for step in steps:
        at += step
        ids.append(at)
    return tuple(ids)


def _key(secret: str | bytes, use: bytes) -> bytes:
    return hmac.digest(secret.encode() if isinstance(secret, str) else secret, b"new orders " + use, hashlib.sha256)


def _sign(body: bytes, secret: str | bytes) -> bytes:
    return hmac.digest(_key(secret, b"signature"), body, hashlib.sha256)[:_SIGNATURE]


def _masked(body: bytes, signature: bytes, secret: str | bytes) -> bytes:
    key = _key(secret, b"mask")
    stream = b"".join(
        hmac.digest(key, signature + block.to_bytes(4, "big"), hashlib.sha256) for block in range(len(body) // 32 + 1)
    )
    masked = int.from_bytes(body, "big") ^ int.from_bytes(stream[: len(body)], "big")
    return masked.to_bytes(len(body), "big")
