"""What needs doing now: counters in order of urgency, each a link to its list, the latest orders, and two months."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from webapp.domain.actors import Scope
from webapp.domain.days import local_day
from webapp.domain.order_status import TABS, TO_SHIP
from webapp.domain.payment import PaymentStatus
from webapp.services.orders.conditions import conditions_of
from webapp.services.orders.filters import ListFilter
from webapp.services.orders.overdue import count_overdue
from webapp.services.orders.picture import Count, Picture
from webapp.services.orders.query import OrderRow, list_orders
from webapp.services.orders.walks import COUNT_CAP
from webapp.services.statements import ReadSession, Statement
from webapp.services.totals import AccountChoice, tally

LATEST = 10
"""Orders that the start page shows."""
DAYS = 30
"""Days of its chart, and as many before them to compare."""
FAILED_WITHIN = timedelta(days=7)
"""How long a failed job is something to do."""
_FAILED_JOBS_LOOKED_AT = 500


class Task(StrEnum):
    """What somebody has to do, in order of urgency."""

    OVERDUE = "overdue"
    TO_ACCEPT = "to_accept"
    TO_REVIEW = "to_review"
    TO_SHIP = "to_ship"
    UNPAID = "unpaid"
    NEW_TODAY = "new_today"
    FAILED_JOBS = "failed_jobs"


@dataclass(frozen=True, slots=True)
class Counter:
    """How much there is to do of one kind; `filter` is the list that shows it (None: not a list of orders)."""

    task: Task
    count: Count
    filter: ListFilter | None


@dataclass(frozen=True, slots=True)
class DayFigure:
    """Orders made on one local day, whatever became of them."""

    day: date
    orders: int


@dataclass(frozen=True, slots=True)
class DashboardFigures:
    """The start page. `days` are the last 30, today included (it isn't over), `days_before` the 30 before them.

    Both are empty for a warehouse's people: totals do not tell warehouses apart. `today` is the day in `timezone`,
    the zone of most of the accounts in question.
    """

    counters: tuple[Counter, ...]
    latest: list[OrderRow]
    days: tuple[DayFigure, ...]
    days_before: tuple[DayFigure, ...]
    today: date
    timezone: str

    @property
    def orders_today(self) -> int:
        """Orders made today so far."""
        return self.days[-1].orders if self.days else 0


def dashboard(session: ReadSession, scope: Scope, now: datetime) -> DashboardFigures:
    """The figures of the start page at `now`, within `scope`. Ten statements at most."""
    zone = _zone(session, scope)
    today = local_day(now, zone)
    page = list_orders(session, scope, ListFilter(), limit=LATEST, now=now, with_count=False)
    ever = None
    if scope.warehouse_id is None:
        rows = tally(session, AccountChoice(scope.account_ids), ("status", "payment_status"))
        ever = Picture({(status, payment): {None: n} for status, payment, n in rows})
        counters = _by_totals(session, scope, today, ever)
        days: tuple[DayFigure, ...] = _days(session, scope, today)
    else:
        counters = {Task.TO_SHIP: page.tabs["to_ship"]}
        days = ()
    late = conditions_of(session, scope, ListFilter(overdue=True), now)
    counters[Task.OVERDUE] = Count(*count_overdue(session, late, ever))
    counters |= _by_index(session, scope, now)
    filters = _filters(today)
    return DashboardFigures(
        tuple(Counter(task, counters[task], filters.get(task)) for task in Task if task in counters),
        page.rows, days[DAYS:], days[:DAYS], today, zone,
    )  # fmt: skip


def _filters(today: date) -> dict[Task, ListFilter]:
    return {
        Task.OVERDUE: ListFilter(tab="to_ship", overdue=True),
        Task.TO_ACCEPT: ListFilter(awaiting=True),
        Task.TO_REVIEW: ListFilter(payment_status=(PaymentStatus.UNDER_REVIEW,)),
        Task.TO_SHIP: ListFilter(tab="to_ship"),
        Task.UNPAID: ListFilter(tab="new", payment_status=(PaymentStatus.UNPAID,), last_day=today - timedelta(days=1)),
        Task.NEW_TODAY: ListFilter(first_day=today, last_day=today),
    }


def _zone(session: ReadSession, scope: Scope) -> str:
    st = Statement(session)
    mine = AccountChoice(scope.account_ids).predicate(st, "a.id") if scope.account_ids is not None else "1 = 1"
    rows = st.run(
        "select s.timezone from channel_accounts a join stores s on s.id = a.store_id"
        f" where {mine} and s.archived_at is null group by s.timezone order by count(*) desc, s.timezone limit 1"
    )
    return str(rows[0][0]) if rows else "UTC"


def _by_totals(session: ReadSession, scope: Scope, today: date, ever: Picture) -> dict[Task, Count]:
    # From today on: where a store lies further east it may be tomorrow already.
    by = ("local_date", "status", "payment_status")
    since = tally(session, AccountChoice(scope.account_ids), by, first=today)
    new, unpaid = [status.value for status in TABS["new"]], PaymentStatus.UNPAID.value
    return {
        Task.TO_REVIEW: Count(ever.orders(None, [PaymentStatus.UNDER_REVIEW.value])),
        Task.TO_SHIP: Count(ever.orders([status.value for status in TO_SHIP], ())),
        Task.UNPAID: Count(
            ever.orders(new, [unpaid])
            - sum(n for _, status, payment, n in since if status in new and payment == unpaid)
        ),
        Task.NEW_TODAY: Count(sum(n for day, _, _, n in since if day == today)),
    }


def _days(session: ReadSession, scope: Scope, today: date) -> tuple[DayFigure, ...]:
    first = today - timedelta(days=2 * DAYS - 1)
    counted: defaultdict[date, int] = defaultdict(int)
    for day, orders in tally(session, AccountChoice(scope.account_ids), ["local_date"], first=first, last=today):
        counted[day] += orders
    return tuple(DayFigure(day, counted[day]) for day in (first + timedelta(days=n) for n in range(2 * DAYS)))


def _by_index(session: ReadSession, scope: Scope, now: datetime) -> dict[Task, Count]:
    """What only the orders and jobs themselves know, each counted through a partial index, at most `COUNT_CAP`."""
    if scope.warehouse_id is not None:
        return {}
    conditions = conditions_of(session, scope, ListFilter(), now)
    st = Statement(session)
    awaiting = f"o.acceptance = 'awaiting' and {conditions.sql(conditions.parts, st, 'o')}"
    counted = {Task.TO_ACCEPT: f"select 1 from orders o where {awaiting} limit {COUNT_CAP + 1}"}
    if scope.account_ids is None:
        recent = f"select state, created_at from jobs order by id desc limit {_FAILED_JOBS_LOOKED_AT}"
        since = st.moment(now - FAILED_WITHIN)
        counted[Task.FAILED_JOBS] = f"select 1 from ({recent}) j where state = 'failed' and created_at >= {since}"
    rows = st.run("select " + ", ".join(f"(select count(*) from ({sql}) x)" for sql in counted.values()))
    return {task: _capped(n) for task, n in zip(counted, rows[0], strict=True)}


def _capped(orders: int) -> Count:
    return Count(min(orders, COUNT_CAP), orders <= COUNT_CAP)
