"""`/admin/`: what needs doing now in order of urgency, two months of orders, and the latest ones."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from webapp import clock
from webapp.admin.base import GuardedView, expose
from webapp.admin.chart import Chart, draw_chart
from webapp.domain.order_status import OrderStatus
from webapp.domain.permissions import Permission, Role
from webapp.extensions import db
from webapp.formats import integer
from webapp.services.orders.dashboard import Counter, Task, dashboard
from webapp.services.totals import AccountChoice, tally


class Look(NamedTuple):
    """How a counter is shown: an icon, and what colour it takes when there is anything to do (`late`, `soon`)."""

    icon: str
    level: str


LOOKS: dict[Task, Look] = {
    Task.OVERDUE: Look("alert-circle", "late"),
    Task.TO_ACCEPT: Look("circle-check", "soon"),
    Task.TO_REVIEW: Look("cash", "soon"),
    Task.TO_SHIP: Look("package", ""),
    Task.UNPAID: Look("clock", ""),
    Task.NEW_TODAY: Look("receipt", ""),
    Task.FAILED_JOBS: Look("list-check", "late"),
}


class Figure(NamedTuple):
    """One counter as the page shows it."""

    number: str
    what: str
    why: str
    href: str
    icon: str
    level: str


class DashboardView(GuardedView):
    """The start page."""

    permission = Permission.ORDERS_VIEW

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """What needs doing, and the latest orders."""
        now = clock.now()
        figures = dashboard(db.session(), current_user.actor.scope, now)
        counters = [counter for counter in figures.counters if _is_for(counter.task)]
        chart: Chart | None = draw_chart(figures.days, figures.days_before) if figures.days else None
        return self.render(
            "admin/dashboard/today.html",
            todo=[self._figure(counter) for counter in counters],
            figures=figures,
            chart=chart,
            now=now,
            totals=_totals(figures.days, figures.days_before),
            mix=self._mix() if chart is not None else [],
        )

    def _mix(self) -> list[tuple[OrderStatus, int]]:
        """How many orders stand in each status, in the order of an order's life."""
        counted = dict(tally(db.session(), AccountChoice(current_user.actor.scope.account_ids), ["status"]))
        return [(status, counted.get(status.value, 0)) for status in OrderStatus]

    def _figure(self, counter: Counter) -> Figure:
        look = LOOKS[counter.task]
        what, why = _words(counter)
        href = self.get_url("orders.index_view") if counter.filter is not None else self.get_url("jobs.index")
        if counter.filter is not None and (params := counter.filter.to_params()):
            href = f"{href}?{urlencode(params)}"
        count = integer(counter.count) if counter.count.exact else _("over %(n)s", n=integer(counter.count))
        return Figure(count, what, why, href, look.icon, look.level if counter.count else "zero")


def _is_for(task: Task) -> bool:
    # Others see their own jobs only, so the number of everybody's would lead to a list that does not show them.
    return task is not Task.FAILED_JOBS or current_user.role in (Role.OWNER, Role.ADMIN)


def _words(counter: Counter) -> tuple[str, str]:
    n = counter.count.value
    return {
        Task.OVERDUE: (_("Overdue to ship"), _("the ship-by time is over")),
        Task.TO_ACCEPT: (_("To accept"), _("waiting at their channel")),
        Task.TO_REVIEW: (_("Payments to review"), ngettext("buyer says it is paid", "buyers say it is paid", n)),
        Task.TO_SHIP: (_("To ship"), _("confirmed, not with the courier yet")),
        Task.UNPAID: (_("Unpaid since yesterday"), _("new orders to follow up")),
        Task.NEW_TODAY: (_("New today"), _("in any status")),
        Task.FAILED_JOBS: (_("Failed jobs"), _("in the last 7 days")),
    }[counter.task]


def _totals(days: Any, before: Any) -> dict[str, int]:
    """Sums beside the chart: these days, the same number before, and the same weekday last week (whole day)."""
    return {
        "now": sum(figure.orders for figure in days),
        "before": sum(figure.orders for figure in before),
        "last_week": days[-8].orders if len(days) > 7 else 0,
    }
