"""From what people type to orders: our number, else the channel's where it is unique."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from webapp.domain.actors import Scope
from webapp.domain.errors import Code, Problem
from webapp.domain.numbers import normalize_order_number
from webapp.services.sets import any_of, many


def resolve_numbers(session: Session, scope: Scope, typed: Sequence[str]) -> dict[str, int | Problem]:
    """The order id behind each typed number within `scope`, or why there is none (`not_found`, `ambiguous`).

    Our number is tried first (case, spaces and look-alike letters forgiven), then the channel's as typed. A text that
    PostgreSQL can't take (with a NUL) is no number.
    """
    ours = {text: normalize_order_number(text) for text in typed}
    ids = _by_number(session, scope, {number for number in ours.values() if number})
    found: dict[str, int | Problem] = {}
    rest = []
    for entry, number in ours.items():
        if number is not None and number in ids:
            found[entry] = ids[number]
        else:
            rest.append(entry)
    if rest:
        by_channel = _by_channel_number(session, scope, {entry.strip() for entry in rest if "\0" not in entry})
        for entry in rest:
            found[entry] = _only(entry, by_channel.get(entry.strip(), []))
    return found


def each_once(numbers: Sequence[str], found: Mapping[str, int | Problem]) -> list[str]:
    """`numbers` without those that mean an order which an earlier one means already: each is answered for once."""
    meant: dict[int | str, str] = {}
    for number in numbers:
        target = found[number]
        meant.setdefault(target if isinstance(target, int) else number, number)
    return list(meant.values())


def _by_number(session: Session, scope: Scope, numbers: Iterable[str]) -> dict[str, int]:
    listed = sorted(numbers)
    if not listed:
        return {}
    dialect = session.get_bind().dialect
    sql = text(f"select id, number, account_id, warehouse_id from orders where {any_of(dialect, 'number', 'numbers')}")
    rows = session.execute(sql, {"numbers": many(dialect, listed)}).all()
    return {number: order_id for order_id, number, account, warehouse in rows if scope.covers(account, warehouse)}


def _by_channel_number(session: Session, scope: Scope, numbers: Iterable[str]) -> dict[str, list[int]]:
    dialect = session.get_bind().dialect
    sql = text(
        "select c.channel_order_id, o.id, o.account_id, o.warehouse_id from order_channel c"
        f" join orders o on o.id = c.order_id where {any_of(dialect, 'c.channel_order_id', 'numbers')}"
    )
    by_number: defaultdict[str, list[int]] = defaultdict(list)
    for row in session.execute(sql, {"numbers": many(dialect, sorted(numbers))}):
        if scope.covers(row.account_id, row.warehouse_id):
            by_number[row.channel_order_id].append(row.id)
    return by_number


def _only(entry: str, ids: list[int]) -> int | Problem:
    if len(ids) == 1:
        return ids[0]
    if ids:
        return Problem(Code.AMBIGUOUS, {"number": entry, "count": len(ids)})
    return Problem(Code.NOT_FOUND, {"number": entry})
