"""The overview's strip above the list: loaded after the rows, so that it delays nobody who looks for an order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import current_app, request
from flask_login import current_user

from webapp import clock
from webapp.admin.base import expose
from webapp.admin.orders.places import read_places
from webapp.auth import needs
from webapp.domain.days import local_day
from webapp.domain.permissions import Permission
from webapp.extensions import db
from webapp.services.orders.filters import ListFilter
from webapp.services.orders.overview import DayCount, Overview, read_overview

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


class OverviewPage:
    """The route of the strip; mixed into the orders' view."""

    render: Any

    @expose("/overview")
    @needs(Permission.ORDERS_VIEW)
    def overview(self) -> str:
        """The strip for the list's parameters; without scripts a page of its own."""
        settings = current_app.config["SETTINGS"]
        reading, scope, now = db.session(), current_user.actor.scope, clock.now()
        params = request.args.to_dict(flat=False)
        flt, _wrong = ListFilter.from_params(params)
        places = read_places(reading, scope, settings.timezone)
        today = local_day(now, places.timezone)
        asked = flt.seen_by(current_user.email)
        calculate = "calculate" in request.args
        found = read_overview(reading, scope, asked, now=now, today=today, calculate=calculate)
        part = bool(request.headers.get("HX-Request"))
        template = "overview" if part else "overview_page"
        page: str = self.render(
            f"admin/orders/{template}.html", overview=found, bars=bars(found), mix=mix(found),
            currencies=CURRENCIES, today=today, width=WIDTH, height=HEIGHT, calculated=calculate,
            list_query=urlencode(flt.to_params()),
        )  # fmt: skip
        return page


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
