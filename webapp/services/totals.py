"""Totals of orders by day, account, status, payment status and currency: read, folded, recounted, repaired.

Every transaction that changes orders appends to `order_totals_changes`; `fold` moves that into `order_totals`. Readers
add both in one statement, so that each sees its own snapshot exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, text

from webapp.models import TotalsGrain
from webapp.services.statements import ReadSession, Statement, day_of

FOLD_ROWS = 50_000
"""Changes that one statement of the fold moves."""

EARLIEST, LATEST = date(1, 1, 1), date(9998, 12, 31)
_ALL_PERIOD = "1970-01-01"
_KEYS = "account_id, local_date, status, payment_status, currency"


@dataclass(frozen=True, slots=True)
class AccountChoice:
    """Which channel accounts a figure is about. Stores and channels are sets of accounts; empty means all.

    `ids` is the reader's scope (None: all accounts); `stores` are store codes; `accounts` are `channel:external id`,
    for built-in accounts `channel:store code`. Different kinds all have to hold.
    """

    ids: frozenset[int] | None = None
    stores: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()

    @property
    def limited(self) -> bool:
        """Whether this is less than every account."""
        return self.ids is not None or self.named

    @property
    def named(self) -> bool:
        """Whether a store, channel or account is asked for by name, so that only the database knows the ids."""
        return bool(self.stores or self.channels or self.accounts)

    def predicate(self, st: Statement, column: str) -> str:
        """The condition that `column` is one of these accounts. They are named even when they are all: then an index
        that begins with the account serves."""
        if self.ids is not None and not self.named:
            return st.among(column, self.ids)
        where = ["1 = 1"]
        if self.ids is not None:
            where.append(st.among("a.id", self.ids))
        if self.stores:
            where.append(st.among("s.code", self.stores))
        if self.channels:
            where.append(st.among("a.channel", self.channels))
        if self.accounts:
            where.append(st.among("(a.channel || ':' || coalesce(a.external_id, s.code))", self.accounts))
        ids = f"select a.id from channel_accounts a join stores s on s.id = a.store_id where {' and '.join(where)}"
        return f"{column} in ({ids})" if st.sqlite else f"{column} = any(array({ids}))"


def sums(
    session: ReadSession,
    accounts: AccountChoice,
    by: Sequence[str],
    *,
    first: date | None = None,
    last: date | None = None,
) -> list[tuple[Any, ...]]:
    """Orders and their totals (minor units; add them up within a currency only) of the chosen accounts, grouped `by`
    columns of the totals (`local_date`, `account_id`, `status`, `payment_status`, `currency`).

    `first` and `last` are local days, both included, None for open. Rows are the values of `by`, then orders, total;
    groups without orders are left out. Exact, in one statement.
    """
    return _add_up(session, accounts, by, ("orders", "total"), first, last)


def tally(
    session: ReadSession,
    accounts: AccountChoice,
    by: Sequence[str],
    *,
    first: date | None = None,
    last: date | None = None,
) -> list[tuple[Any, ...]]:
    """Like `sums`, the orders only: to add up half as much takes a third less."""
    return _add_up(session, accounts, by, ("orders",), first, last)


def _add_up(
    session: ReadSession,
    accounts: AccountChoice,
    by: Sequence[str],
    figures: Sequence[str],
    first: date | None,
    last: date | None,
) -> list[tuple[Any, ...]]:
    st = Statement(session)
    days = "local_date" in by or first is not None or last is not None
    named = accounts.predicate(st, "account_id") if accounts.limited or days else "1 = 1"
    wanted = ", ".join(by)
    # Grouped before they are put together: passing every row on takes longer than adding it up.
    groups = ", ".join(str(n) for n in range(1, len(by) + 1))
    start, end = first or EARLIEST, last or LATEST
    if not days:
        spans = [(TotalsGrain.ALL, "1 = 1", "")]
    else:
        found = [Span(TotalsGrain.DAY, start, end)] if "local_date" in by else spans_of(start, end)
        spans = [(span.grain, _between(st, "period", span.first, span.last), span.sign) for span in found]
    folded = [
        f"select {wanted.replace('local_date', 'period as local_date')},"
        f" {', '.join(f'{sign}cast(sum({figure}) as bigint) {figure}' for figure in figures)}"
        f" from order_totals where grain = '{grain.value}' and {period} and {named} group by {groups}"
        for grain, period, sign in spans
    ]
    range_ = _between(st, "local_date", start, end) if days else "1 = 1"
    waiting = f"select {wanted}, {', '.join(figures)} from order_totals_changes where {range_} and {named}"
    sql = (
        f"select {wanted}, {', '.join(f'cast(sum({figure}) as bigint)' for figure in figures)} from ("
        + " union all ".join([*folded, waiting])
        + f") x group by {wanted} having sum(orders) <> 0"
    )
    rows = [tuple(row) for row in st.run(sql)]
    if "local_date" in by:
        at = list(by).index("local_date")
        rows = [(*row[:at], day_of(row[at]), *row[at + 1 :]) for row in rows]
    return rows


@dataclass(frozen=True, slots=True)
class Span:
    """Periods of one grain, both included, that are added up, or taken away where `sign` is a minus."""

    grain: TotalsGrain
    first: date
    last: date
    sign: str = ""


def spans_of(first: date, last: date) -> list[Span]:
    """What the days from `first` to `last` are made of: whole months, and single days at both ends. Of a month that is
    almost whole it takes fewer rows to add up all and to take away the days that are missing."""
    months = whole_months(first, last)
    if months is not None:
        ends = [(first, months[0] - timedelta(days=1))] if first < months[0] else []
        ends += [(_next_month(months[1]), last)] if _next_month(months[1]) <= last else []
    elif first.replace(day=1) < last.replace(day=1):
        ends = [(first, _next_month(first) - timedelta(days=1)), (last.replace(day=1), last)]
    else:
        ends = [(first, last)] if first <= last else []
    whole = list(months or ())
    days: list[Span] = []
    for start, end in ends:
        month, next_month = start.replace(day=1), _next_month(start)
        missing = [
            Span(TotalsGrain.DAY, since, until - timedelta(days=1), "-")
            for since, until in ((month, start), (end + timedelta(days=1), next_month))
            if since < until
        ]
        if (end - start).days > sum((span.last - span.first).days + 1 for span in missing):
            whole.append(month)
            days += missing
        else:
            days.append(Span(TotalsGrain.DAY, start, end))
    # The ends adjoin what is whole.
    return ([Span(TotalsGrain.MONTH, min(whole), max(whole))] if whole else []) + days


def whole_months(first: date, last: date) -> tuple[date, date] | None:
    """The first days of the first and the last month that lie wholly within `first` … `last`, or None."""
    start = first if first.day == 1 else _next_month(first)
    end = last.replace(day=1)
    if _next_month(last) != last + timedelta(days=1):
        end = (end - timedelta(days=1)).replace(day=1) if end > EARLIEST else end
    return (start, end) if start <= end else None


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _between(st: Statement, column: str, first: date, last: date) -> str:
    return f"{column} between {st.day(first)} and {st.day(last)}"


# --- Folding --------------------------------------------------------------------------------------------------


def fold(engine: Engine) -> int:
    """Move what was appended into the totals, and return how many changes were moved. Any number of folds may run.

    The scheduler calls this every 5 s.
    """
    folded = 0
    while True:
        with engine.connect().execution_options(write=True) as connection, connection.begin():
            count = _fold_sqlite(connection) if engine.dialect.name == "sqlite" else _fold_postgresql(connection)
        folded += count
        if count < FOLD_ROWS:
            return folded


_UPSERT = (
    " on conflict (grain, account_id, period, status, payment_status, currency)"
    " do update set orders = o.orders + excluded.orders, total = o.total + excluded.total"
)


def _groups(source: str, month: str, all_period: str) -> str:
    return " union all ".join(
        f"select '{grain}' grain, account_id, {period} period, status, payment_status, currency,"
        f" cast(sum(orders) as bigint) n, cast(sum(total) as bigint) t from {source} group by 1, 2, 3, 4, 5, 6"
        for grain, period in (("day", "local_date"), ("month", month), ("all", all_period))
    )


_MONTH = {"postgresql": "cast(date_trunc('month', local_date) as date)", "sqlite": "substr(local_date, 1, 7) || '-01'"}
_ALL = {"postgresql": f"date '{_ALL_PERIOD}'", "sqlite": f"'{_ALL_PERIOD}'"}


def _fold_postgresql(connection: Connection) -> int:
    # Rows go in in key order, so that two folds at once cannot wait for each other in a circle. Materialized: left to
    # the planner the oldest may be asked for anew for each row, and more than the limit be taken.
    sql = (
        "with oldest as materialized"
        f" (select id from order_totals_changes order by id limit {FOLD_ROWS} for update skip locked),"
        " gone as (delete from order_totals_changes where id in (select id from oldest) returning *),"
        f" g as ({_groups('gone', _MONTH['postgresql'], _ALL['postgresql'])}),"
        " put as (insert into order_totals as o (grain, account_id, period, status, payment_status, currency, orders,"
        f" total) select * from g order by 1, 2, 3, 4, 5, 6{_UPSERT})"
        " select count(*) from gone"
    )
    return int(connection.execute(text(sql)).scalar_one())


def _fold_sqlite(connection: Connection) -> int:
    upto = f"select max(id) from (select id from order_totals_changes order by id limit {FOLD_ROWS})"
    last = connection.execute(text(upto)).scalar()
    if last is None:
        return 0
    source = "(select * from order_totals_changes where id <= :last)"
    connection.execute(
        text(
            "insert into order_totals as o (grain, account_id, period, status, payment_status, currency, orders, total)"
            f" select * from ({_groups(source, _MONTH['sqlite'], _ALL['sqlite'])}) where true{_UPSERT}"
        ),
        {"last": last},
    )
    return int(connection.execute(text("delete from order_totals_changes where id <= :last"), {"last": last}).rowcount)


# --- Recounting -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """One group whose totals are not what the orders add up to. Totals in minor units of `currency`."""

    grain: TotalsGrain
    account_id: int
    period: date
    status: str
    payment_status: str
    currency: str
    counted_orders: int
    kept_orders: int
    counted_total: int
    kept_total: int


def recount(engine: Engine) -> list[Difference]:
    """Add up every order and compare: what differs from the totals, in one snapshot. Reads all orders."""
    with _snapshot(engine, write=False) as connection:
        return _differences(connection)


def repair(engine: Engine) -> list[Difference]:
    """Recount and mend the totals; returns what differed. Writers of orders need not stop, folds wait.

    A wrong day is mended by appended changes, like everything that counts orders; a month or the whole that disagrees
    with its own days is written anew.
    """
    with _snapshot(engine, write=True) as connection:
        differences = _differences(connection)
        days = [d for d in differences if d.grain is TotalsGrain.DAY]
        if days:
            connection.execute(
                text(
                    f"insert into order_totals_changes ({_KEYS}, orders, total)"
                    " values (:account_id, :period, :status, :payment_status, :currency, :orders, :total)"
                ),
                [_correction(connection, d) for d in days],
            )
        wider = [d for d in _differences(connection) if d.grain is not TotalsGrain.DAY] if differences else []
        if wider:
            connection.execute(
                text(
                    "insert into order_totals as o (grain, account_id, period, status, payment_status, currency,"
                    " orders, total) values (:grain, :account_id, :period, :status, :payment_status, :currency,"
                    f" :orders, :total){_UPSERT}"
                ),
                [{"grain": d.grain.value} | _correction(connection, d) for d in wider],
            )
        return differences


def _correction(connection: Connection, d: Difference) -> dict[str, Any]:
    return {
        "account_id": d.account_id,
        "period": d.period.isoformat() if connection.dialect.name == "sqlite" else d.period,
        "status": d.status,
        "payment_status": d.payment_status,
        "currency": d.currency,
        "orders": d.counted_orders - d.kept_orders,
        "total": d.counted_total - d.kept_total,
    }


@contextmanager
def _snapshot(engine: Engine, *, write: bool) -> Iterator[Connection]:
    """A transaction that sees one state of the database from its first query on."""
    postgresql = engine.dialect.name == "postgresql"
    options: dict[str, Any] = {"isolation_level": "REPEATABLE READ"} if postgresql else {"write": write}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        if postgresql and write:
            # Before the first query: the snapshot must not be older than the lock.
            connection.execute(text("lock table order_totals in share row exclusive mode"))
        yield connection


def _differences(connection: Connection) -> list[Difference]:
    engine = connection.dialect.name
    counted = _groups("c", _MONTH[engine], _ALL[engine])
    waiting = _groups("order_totals_changes", _MONTH[engine], _ALL[engine])
    materialized = "materialized" if engine == "postgresql" else ""
    group = "grain, account_id, period, status, payment_status, currency"
    rows = connection.execute(
        text(
            f"with c as {materialized} (select {_KEYS}, count(*) orders, cast(sum(total) as bigint) total from orders"
            f" group by {_KEYS})"
            f" select {group},"
            " cast(sum(cn) as bigint), cast(sum(kn) as bigint), cast(sum(ct) as bigint), cast(sum(kt) as bigint) from ("
            f"select {group}, n cn, 0 kn, t ct, 0 kt from ({counted}) x"
            f" union all select {group}, 0, n, 0, t from ({waiting}) y"
            f" union all select {group}, 0, orders, 0, total from order_totals) z"
            " group by 1, 2, 3, 4, 5, 6 having sum(cn) <> sum(kn) or sum(ct) <> sum(kt) order by 1, 2, 3, 4, 5, 6"
        )
    )
    return [Difference(TotalsGrain(row[0]), row[1], day_of(row[2]), *row[3:]) for row in rows]
