"""The overview above the list: how many orders, worth how much, in which statuses and on which days.

Where the totals know the filter it comes from them alone: exact, and at the same cost at ten million orders as at ten
thousand. Of what waits for shipping they know it too but for what is not overdue yet; where that is little it is taken
away. For other filters (words, couriers, a warehouse …) the orders are added up as they are walked: some of them at
once, more when somebody asks for it, and what is longer still by a job (`webapp.services.calculations`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, Self

from webapp.domain.actors import Scope
from webapp.domain.order_status import OrderStatus
from webapp.services.orders.conditions import IN_TOTALS, Conditions, conditions_of
from webapp.services.orders.filters import ListFilter
from webapp.services.orders.overdue import ids_in_time
from webapp.services.orders.query import walk_orders
from webapp.services.statements import ReadSession, Statement, day_of
from webapp.services.totals import sums, tally

DAYS = 14
"""Days of the chart where the filter has no range, or a longer one than `MOST_DAYS`: the last of it."""
MOST_DAYS = 31
STEP = 2_000
"""Orders that are added up at a time."""
FEW_STEPS, MOST_STEPS = 5, 150
"""Steps of a walk that are taken unasked, and when somebody asks to calculate."""
MOST_ORDERS = 50_000
"""So many orders are added up at most."""


@dataclass(frozen=True, slots=True)
class Worth:
    """The orders of one currency: how many, and their totals in minor units. Currencies are never added up."""

    currency: str
    orders: int
    total: int

    @property
    def average(self) -> int:
        """The average order value in minor units, rounded half up."""
        return (2 * self.total + self.orders) // (2 * self.orders) if self.orders else 0


@dataclass(frozen=True, slots=True)
class DayCount:
    """The orders of one local day."""

    day: date
    orders: int


@dataclass(frozen=True, slots=True)
class Overview:
    """What the filtered orders come to. `worth` has the currency with the most orders first (nothing for people who may
    not see prices), `statuses` those that occur in the order of an order's life, `days` every day of the chart.

    `whole` is False when it is only of the orders that were added up, the first of the list.
    """

    orders: int
    worth: tuple[Worth, ...]
    statuses: tuple[tuple[OrderStatus, int], ...]
    days: tuple[DayCount, ...]
    whole: bool = True


def read_overview(
    session: ReadSession, scope: Scope, flt: ListFilter, *, now: datetime, today: date, calculate: bool = False
) -> Overview:
    """The overview of exactly the orders that `flt` lists within `scope`.

    Two statements where the totals know them, four for overdue ones; else the list is walked, `calculate` says how far.
    `today` is the last day of the chart where the filter names none.
    """
    conditions = conditions_of(session, scope, flt, now)
    without: Sequence[int] | None = () if conditions.parts <= IN_TOTALS else ids_in_time(session, conditions)
    if without is None:
        return _walked(session, scope, flt, conditions, now, today, MOST_STEPS if calculate else FEW_STEPS)
    if conditions.impossible:
        return Overview(0, (), (), ())
    less = Sums(*chart_days(conditions, today))
    less.add(session, without, conditions.statuses)
    rows = sums(
        session, conditions.accounts, ("status", "payment_status", "currency"),
        first=conditions.first, last=conditions.last,
    )  # fmt: skip
    statuses: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    totals: Counter[str] = Counter()
    for status, payment, currency, orders, total in rows:
        if _listed(conditions, status, payment):
            statuses[status] += orders
            counts[currency] += orders
            totals[currency] += total
    # Counters keep what is left of something: an order that has changed in between leaves nothing below zero.
    statuses, counts, totals = statuses - less.statuses, counts - less.counts, totals - less.totals
    days = _days(session, conditions, less)
    return Overview(statuses.total(), _worth(counts, totals), _in_order(statuses), days)


def _walked(
    session: ReadSession, scope: Scope, flt: ListFilter, conditions: Conditions, now: datetime, today: date, steps: int
) -> Overview:
    sums = Sums(*chart_days(conditions, today))
    walk, whole = walk_orders(session, scope, flt, now=now, step=STEP), False
    for ids in islice(walk, steps):
        sums.add(session, ids)
        if sums.orders >= MOST_ORDERS:
            break
    else:
        whole = next(walk, None) is None
    return sums.overview(priced=not scope.restricted, whole=whole)


@dataclass(slots=True)
class Sums:
    """What orders come to that are added up some at a time; of the days only those of the chart are kept."""

    first: date
    last: date
    statuses: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    totals: Counter[str] = field(default_factory=Counter)
    days: Counter[date] = field(default_factory=Counter)

    @property
    def orders(self) -> int:
        """How many orders were added up."""
        return self.statuses.total()

    def add(self, session: ReadSession, ids: Sequence[int], within: Collection[str] | None = None) -> None:
        """Add the orders with these ids, those that are `within` these statuses by now."""
        for status, currency, local_date, orders, total in _added_up(session, ids):
            if within is not None and status not in within:
                continue
            self.statuses[status] += orders
            self.counts[currency] += orders
            self.totals[currency] += total
            if self.first <= (day := day_of(local_date)) <= self.last:
                self.days[day] += orders

    def overview(self, *, priced: bool, whole: bool) -> Overview:
        """What they come to; values only for people who may see prices."""
        worth = _worth(self.counts, self.totals) if priced else ()
        days = _every_day(self.days, self.first, self.last)
        return Overview(self.orders, worth, _in_order(self.statuses), days, whole)

    def as_json(self) -> dict[str, Any]:
        """For the database."""
        days = {day.isoformat(): orders for day, orders in self.days.items()}
        return {
            "first": self.first.isoformat(), "last": self.last.isoformat(), "statuses": dict(self.statuses),
            "counts": dict(self.counts), "totals": dict(self.totals), "days": days,
        }  # fmt: skip

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Read back what `as_json` wrote."""
        return cls(
            date.fromisoformat(kept["first"]), date.fromisoformat(kept["last"]), Counter(kept["statuses"]),
            Counter(kept["counts"]), Counter(kept["totals"]),
            Counter({date.fromisoformat(day): orders for day, orders in kept["days"].items()}),
        )  # fmt: skip


def _added_up(session: ReadSession, ids: Sequence[int]) -> list[Any]:
    if not ids:
        return []
    st = Statement(session)
    return st.run(
        "select status, currency, local_date, count(*), cast(sum(total) as bigint) from orders"
        f" where {st.any_of('id', ids)} group by status, currency, local_date"
    )


def _worth(counts: Counter[str], totals: Counter[str]) -> tuple[Worth, ...]:
    most_first = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return tuple(Worth(currency, n, totals[currency]) for currency, n in most_first if n)


def _in_order(statuses: Counter[str]) -> tuple[tuple[OrderStatus, int], ...]:
    return tuple((status, statuses[status]) for status in OrderStatus if statuses[status])


def chart_days(conditions: Conditions, today: date) -> tuple[date, date]:
    """The first and the last day of the chart."""
    last = min(conditions.last, today) if conditions.last else today
    first = last - timedelta(days=DAYS - 1)
    if conditions.first is not None and (conditions.first > first or (last - conditions.first).days < MOST_DAYS):
        first = conditions.first
    return first, last


def _every_day(counts: Counter[date], first: date, last: date) -> tuple[DayCount, ...]:
    days = range((last - first).days + 1)
    return tuple(DayCount(day, counts[day]) for day in (first + timedelta(days=n) for n in days))


def _days(session: ReadSession, conditions: Conditions, less: Sums) -> tuple[DayCount, ...]:
    counts: Counter[date] = Counter()
    by = ("local_date", "status", "payment_status")
    for day, status, payment, orders in tally(session, conditions.accounts, by, first=less.first, last=less.last):
        if _listed(conditions, status, payment):
            counts[day] += orders
    return _every_day(counts - less.days, less.first, less.last)


def _listed(conditions: Conditions, status: str, payment: str) -> bool:
    in_statuses = conditions.statuses is None or status in conditions.statuses
    return in_statuses and (not conditions.payments or payment in conditions.payments)
