"""The overview's strip above the list: loaded after the rows, so that it delays nobody who looks for an order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from flask import current_app, redirect, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp import clock
from webapp.admin.base import expose
from webapp.auth import needs
from webapp.domain.days import local_day
from webapp.domain.permissions import Permission
from webapp.extensions import db
from webapp.models import Job
from webapp.services.calculations import find_calculation, start_calculation
from webapp.services.orders.filters import ListFilter
from webapp.services.orders.overview import DayCount, Overview, read_overview
from webapp.services.orders.places import read_places

CURRENCIES = 2
"""Values side by side in the strip; the others stand in the text of the last one."""
WIDTH, HEIGHT = 196.0, 38.0
_GAP = 4.0
_LEAST = 2.0
"""Height of a day with hardly any orders, so that it can be seen."""
_PARTING = 0.003
"""Of the whole width: the line between two statuses."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of the chart, in a box of `WIDTH` × `HEIGHT`."""

    x: float
    y: float
    width: float
    height: float
    day: DayCount


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which list an address means, and when it was asked for. `list_query` leads back to it."""

    flt: ListFilter
    now: datetime
    today: date
    list_query: str


class OverviewPage:
    """The routes of the strip; mixed into the orders' view."""

    get_url: Any
    render: Any

    @expose("/overview")
    @needs(Permission.ORDERS_VIEW)
    def overview(self) -> str:
        """The strip for the list's parameters; without scripts a page of its own."""
        asked = _asked()
        found = _read(asked, calculate=False)
        job = None if found.whole else find_calculation(db.session(), current_user.actor, asked.flt)
        return self._strip(asked, found, job)

    @expose("/overview", methods=("POST",))
    @needs(Permission.ORDERS_VIEW)
    def calculate(self) -> ResponseReturnValue:
        """Add up the whole list: here, or by a job if it is too long to wait for."""
        asked = _asked()
        found = _read(asked, calculate=True)
        if found.whole:
            return self._strip(asked, found, None)
        job_id = start_calculation(current_user.actor, asked.flt, asked.today)
        if not request.headers.get("HX-Request"):
            return redirect(self.get_url("jobs.details", job_id=job_id))
        return self._strip(asked, found, db.session.get(Job, job_id))

    def _strip(self, asked: _Asked, found: Overview, job: Job | None) -> str:
        template = "overview" if request.headers.get("HX-Request") else "overview_page"
        page: str = self.render(
            f"admin/orders/{template}.html", overview=found, job=job, bars=bars(found), mix=mix(found),
            currencies=CURRENCIES, today=asked.today, width=WIDTH, height=HEIGHT, list_query=asked.list_query,
        )  # fmt: skip
        return page


def _asked() -> _Asked:
    flt, _wrong = ListFilter.from_params(request.args.to_dict(flat=False))
    now = clock.now()
    places = read_places(db.session(), current_user.actor.scope, current_app.config["SETTINGS"].timezone)
    today = local_day(now, places.timezone)
    return _Asked(flt.seen_by(current_user.email), now, today, urlencode(flt.to_params()))


def _read(asked: _Asked, *, calculate: bool) -> Overview:
    scope = current_user.actor.scope
    return read_overview(db.session(), scope, asked.flt, now=asked.now, today=asked.today, calculate=calculate)


def bars(overview: Overview) -> list[Bar]:
    """The days as bars from left to right."""
    if not overview.days:
        return []
    most = max(*(day.orders for day in overview.days), 1)
    step = WIDTH / len(overview.days)
    gap = min(_GAP, step / 4)
    drawn = []
    for n, day in enumerate(overview.days):
        height = round(max((HEIGHT - 2) * day.orders / most, _LEAST if day.orders else 0.5), 1)
        drawn.append(Bar(round(n * step + gap / 2, 1), round(HEIGHT - height, 1), round(step - gap, 1), height, day))
    return drawn


def mix(overview: Overview) -> list[tuple[str, float, float]]:
    """The statuses as parts of a line of length 1: code, where it begins, how long it is."""
    parts: list[tuple[str, float, float]] = []
    at = 0.0
    for status, orders in overview.statuses:
        share = orders / overview.orders
        parts.append((status.value, round(at, 4), round(max(share - _PARTING, 0.001), 4)))
        at += share
    return parts
