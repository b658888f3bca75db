"""The overview above the list: how many orders, worth how much, in which statuses and on which days.

It comes from the totals alone, so it is exact and costs the same at ten million orders as at ten thousand. For a
filter that totals do not know (words, couriers, a warehouse …) there is none.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from webapp.domain.actors import Scope
from webapp.domain.order_status import OrderStatus
from webapp.services.orders.conditions import IN_TOTALS, Conditions, conditions_of
from webapp.services.orders.filters import ListFilter
from webapp.services.statements import ReadSession
from webapp.services.totals import sums

DAYS = 14
"""Days of the chart where the filter has no range, or a longer one than `MOST_DAYS`: the last of it."""
MOST_DAYS = 31


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
    """What the filtered orders come to. `worth` has the currency with the most orders first, `statuses` those that
    occur in the order of an order's life, `days` every day of the chart."""

    orders: int
    worth: tuple[Worth, ...]
    statuses: tuple[tuple[OrderStatus, int], ...]
    days: tuple[DayCount, ...]


def read_overview(
    session: ReadSession, scope: Scope, flt: ListFilter, *, now: datetime, today: date
) -> Overview | None:
    """The overview of exactly the orders that `flt` lists within `scope`; None where the totals do not know them.

    Two statements. `today` is the last day of the chart where the filter names none.
    """
    conditions = conditions_of(session, scope, flt, now)
    if not conditions.parts <= IN_TOTALS or conditions.query.whole is not None:
        return None
    if conditions.impossible:
        return Overview(0, (), (), ())
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
    return Overview(
        orders=statuses.total(),
        worth=tuple(Worth(currency, n, totals[currency]) for currency, n in counts.most_common() if n),
        statuses=tuple((status, statuses[status]) for status in OrderStatus if statuses[status]),
        days=_days(session, conditions, today),
    )


def _days(session: ReadSession, conditions: Conditions, today: date) -> tuple[DayCount, ...]:
    last = min(conditions.last, today) if conditions.last else today
    first = last - timedelta(days=DAYS - 1)
    if conditions.first is not None and (conditions.first > first or (last - conditions.first).days < MOST_DAYS):
        first = conditions.first
    counts: Counter[date] = Counter()
    by = ("local_date", "status", "payment_status")
    for day, status, payment, orders, _total in sums(session, conditions.accounts, by, first=first, last=last):
        if _listed(conditions, status, payment):
            counts[day] += orders
    days = range((last - first).days + 1)
    return tuple(DayCount(day, counts[day]) for day in (first + timedelta(days=n) for n in days))


def _listed(conditions: Conditions, status: str, payment: str) -> bool:
    in_statuses = conditions.statuses is None or status in conditions.statuses
    return in_statuses and (not conditions.payments or payment in conditions.payments)
