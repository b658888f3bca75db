"""What the totals say before any order is read: tabs, exact counts, and which branches have orders at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from webapp.domain.order_status import TABS, OrderStatus
from webapp.services.orders.conditions import COLUMNS, Conditions, Part
from webapp.services.statements import ReadSession, Statement
from webapp.services.totals import tally

TAB_CAP = 500
"""Where totals can't count (a warehouse's orders), a tab counts so many of each status and then says "at least"."""


class Count(int):
    """A number of orders. `exact` is False where counting stopped: there are at least so many."""

    exact: bool

    def __new__(cls, value: int, exact: bool = True) -> Self:
        count = super().__new__(cls, value)
        count.exact = exact
        return count

    @property
    def value(self) -> int:
        """The bare number."""
        return int(self)

    def __repr__(self) -> str:
        return f"Count({int(self)}, exact={self.exact})"


@dataclass(frozen=True)
class Picture:
    """Orders by (status, payment status), and of each by account, within accounts and days. What nobody asks about is
    None. A page asks for a dozen numbers: with sixty accounts they are added up once."""

    counts: Mapping[tuple[str, str | None], Mapping[int | None, int]]

    @cached_property
    def _of_all_accounts(self) -> dict[tuple[str, str | None], int]:
        return {key: sum(accounts.values()) for key, accounts in self.counts.items()}

    def orders(self, statuses: Collection[str] | None, payments: Collection[str]) -> int:
        """How many orders there are in these statuses (None: any) and payment statuses (empty: any)."""
        counts = self._of_all_accounts.items()
        return sum(n for (status, payment), n in counts if _in(status, statuses, payment, payments))

    def accounts(self, statuses: Collection[str] | None, payments: Collection[str]) -> list[int]:
        """The accounts that have such orders."""
        return sorted({a for _, a in self._found(statuses, payments)})

    def pairs(self, statuses: Collection[str], payments: Collection[str]) -> list[tuple[int, str]]:
        """The (account, status) of which there are such orders."""
        return sorted({(a, s) for s, a in self._found(statuses, payments)})

    def _found(self, statuses: Collection[str] | None, payments: Collection[str]) -> Iterator[tuple[str, int]]:
        for (status, payment), accounts in self.counts.items():
            if _in(status, statuses, payment, payments):
                yield from ((status, account) for account in accounts if account is not None)

    def statuses(self, statuses: Collection[str], payments: Collection[str]) -> list[str]:
        """Those of `statuses` of which there are such orders."""
        return sorted({s for (s, p) in self.counts if _in(s, statuses, p, payments)})

    def tabs(self, payments: Collection[str]) -> dict[str, Count]:
        """How many orders each tab holds, `all` first."""
        counts = {"all": Count(self.orders(None, payments))}
        return counts | {
            tab: Count(self.orders([s.value for s in statuses], payments)) for tab, statuses in TABS.items()
        }


def _in(status: str, statuses: Collection[str] | None, payment: str | None, payments: Collection[str]) -> bool:
    return (statuses is None or status in statuses) and (not payments or payment in payments)


def read_picture(session: ReadSession, conditions: Conditions) -> Picture | None:
    """What totals know about the accounts and days of `conditions`, in one statement. None for a warehouse's orders,
    which totals do not tell apart."""
    if conditions.warehouses is not None:
        return None
    by_account, by_payment = conditions.accounts.limited, bool(conditions.payments)
    by = (["account_id"] if by_account else []) + ["status"] + (["payment_status"] if by_payment else [])
    rows = tally(session, conditions.accounts, by, first=conditions.first, last=conditions.last)
    counts: defaultdict[tuple[str, str | None], dict[int | None, int]] = defaultdict(dict)
    for row in rows:
        key = (row[-3], row[-2]) if by_payment else (row[-2], None)
        counts[key][row[0] if by_account else None] = row[-1]
    return Picture(counts)


def warehouse_tabs(session: ReadSession, conditions: Conditions) -> dict[str, Count]:
    """The tabs of a warehouse's orders, each status counted up to `TAB_CAP` by its index, in one statement."""
    st = Statement(session)
    rest = conditions.parts & {Part.ACCOUNTS, Part.PAYMENT, Part.DAYS}
    columns = ", ".join(["o.id", *(f"o.{name}" for part in sorted(rest) for name in COLUMNS[part])])
    looked = [
        f"select '{status.value}' as status, count(*) as n, coalesce(sum({_meets(st, conditions, rest)}), 0) as kept"
        f" from (select {columns} from orders o"
        f" where {conditions.sql([Part.WAREHOUSE], st, 'o')} and o.status = '{status.value}' limit {TAB_CAP}) w"
        for status in OrderStatus
    ]
    counted = {row[0]: Count(int(row[2]), row[1] < TAB_CAP) for row in st.run(" union all ".join(looked))}
    tabs = {"all": list(OrderStatus)} | {tab: list(statuses) for tab, statuses in TABS.items()}
    return {tab: _add([counted[status.value] for status in statuses]) for tab, statuses in tabs.items()}


def _meets(st: Statement, conditions: Conditions, rest: frozenset[Part]) -> str:
    return f"case when {conditions.sql(rest, st, 'w')} then 1 else 0 end" if rest else "1"


def _add(counts: list[Count]) -> Count:
    return Count(sum(counts), all(count.exact for count in counts))
