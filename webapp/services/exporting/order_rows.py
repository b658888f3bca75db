"""The rows of a download: orders in the order of the list, read in steps by key and made into cells column by column.

Column by column, because a call for each cell of a hundred thousand orders costs more than the database does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from webapp import clock
from webapp.domain.actors import Scope
from webapp.domain.money import minor_digits
from webapp.services.exporting.choice import Choice, Column, Kind, Rows
from webapp.services.orders.filters import ListFilter, Sort
from webapp.services.orders.query import walk_orders
from webapp.services.statements import ReadSession, Statement
from webapp.spreadsheets.writing import Cell

STEP = 2_000
"""Orders read at a time."""

Texts: TypeAlias = Callable[[Iterable[str]], list[str]]
"""What makes a column of text fit for the file."""


@dataclass(frozen=True, slots=True)
class Page:
    """A step of the file: its rows, and how many orders they are of."""

    rows: Iterable[Sequence[Cell]]
    orders: int


def read_pages(session: ReadSession, scope: Scope, flt: ListFilter, choice: Choice, texts: Texts) -> Iterator[Page]:
    """The rows of every order of the list, in its sort, by pages; lines in the order in which the order has them.

    `session` should be a snapshot. A page may have no rows: where a filter that no index serves found nothing.
    """
    reader = _Reader(session, choice.columns(scope), texts, flt.sort, lines=choice.rows is Rows.LINES)
    for ids in walk_orders(session, scope, flt, now=clock.now(), step=STEP):
        yield Page(reader.rows(ids), len(ids))


_JOINS = {
    "c": " left join order_contacts c on c.order_id = o.id",
    "x": " left join order_channel x on x.order_id = o.id",
    "p": " left join shipments p on p.id ="
    " (select max(s.id) from shipments s where s.order_id = o.id and s.state <> 'canceled')",
    "l": " left join order_lines l on l.order_id = o.id",
}
_BY_KEY = (
    " left join lateral (select s.* from shipments s where s.order_id = o.id and s.state <> 'canceled'"
    " order by s.id desc limit 1) p on true"
)
"""PostgreSQL's way to the shipments: of the one above it would rather read the whole table for each page."""


class _Reader:
    """Reads the chosen columns of some orders."""

    def __init__(
        self, session: ReadSession, columns: Sequence[Column], texts: Texts, sort: Sort, *, lines: bool
    ) -> None:
        self._session = session
        self._columns = columns
        self._texts = texts
        self._accounts = _read_accounts(session)
        wanted = {column.table for column in columns} | ({"l"} if lines else set())
        self._select = f"select o.account_id, o.currency, {', '.join(column.sql for column in columns)} from "
        joins = _JOINS if Statement(session).sqlite else _JOINS | {"p": _BY_KEY}
        self._joins = "".join(join for alias, join in joins.items() if alias in wanted)
        down = " desc" if sort.descending else ""
        self._order = f" order by o.{sort.column}{down}, o.id{down}{', l.line_no' if lines else ''}"

    def rows(self, ids: Sequence[int]) -> Iterable[Sequence[Cell]]:
        """The rows of these orders."""
        if not ids:
            return []
        st = Statement(self._session)
        if st.sqlite:
            listed = st.bind(f"[{','.join(map(str, ids))}]")
            # CROSS JOIN: SQLite keeps the order of the tables, and so finds the orders by key.
            found = st.run(
                f"{self._select}json_each({listed}) j cross join orders o on o.id = j.value{self._joins}{self._order}"
            )
        else:
            found = st.run(
                f"{self._select}orders o{self._joins} where o.id = any({st.array(ids, 'bigint')}){self._order}"
            )
        if not found:
            return []
        accounts, currencies, *values = zip(*found, strict=True)
        cells = [
            self._cells(column, part, accounts, currencies) for column, part in zip(self._columns, values, strict=True)
        ]
        return zip(*cells, strict=True)

    def _cells(
        self, column: Column, values: Sequence[Any], accounts: Sequence[int], currencies: Sequence[str]
    ) -> Sequence[Cell]:
        match column.kind:
            case Kind.TEXT:
                return self._texts([value or "" for value in values])
            case Kind.MONEY:
                return _amounts(values, currencies)
            case Kind.MOMENT:
                of = self._accounts
                return [_local(value, of[account].zone) for value, account in zip(values, accounts, strict=True)]
            case Kind.CHANNEL:
                return [self._accounts[account].channel for account in accounts]
            case Kind.ACCOUNT:
                return self._texts([self._accounts[account].name for account in accounts])
            case Kind.STORE:
                return self._texts([self._accounts[account].store for account in accounts])
            case _:
                return values


@dataclass(frozen=True, slots=True)
class _Account:
    channel: str
    name: str
    store: str
    zone: ZoneInfo


def _read_accounts(session: ReadSession) -> dict[int, _Account]:
    rows = Statement(session).run(
        "select a.id, a.channel, a.name, s.name, s.timezone from channel_accounts a join stores s on s.id = a.store_id"
    )
    return {row[0]: _Account(row[1], row[2], row[3], ZoneInfo(row[4])) for row in rows}


@cache
def _digits(currency: str) -> int:
    return minor_digits(currency)


def _amounts(values: Sequence[int | None], currencies: Sequence[str]) -> Sequence[Cell]:
    """Minor units as numbers in major ones, with exactly the currency's decimals."""
    if not any(map(_digits, set(currencies))):
        return values
    return [
        value if value is None or not (digits := _digits(currency)) else Decimal(value).scaleb(-digits)
        for value, currency in zip(values, currencies, strict=True)
    ]


def _local(value: int | datetime, zone: ZoneInfo) -> str:
    """A moment as the driver gives it, as a clock in `zone` shows it: `2026-11-21 13:50`."""
    local = datetime.fromtimestamp(value // 1000, zone) if isinstance(value, int) else value.astimezone(zone)
    return local.isoformat(" ", "minutes")[:16]
