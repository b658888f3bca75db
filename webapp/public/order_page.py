"""`/o/<token>`: what a buyer sees of an order.

Fast and forgetful: no session is read, so no cookie is set and nobody is recognised; the template gets the summary
and nothing else. Every address that names no order gets the same bytes.
"""

from __future__ import annotations

from flask import Blueprint, Flask, Request, Response, g
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

from webapp.domain.couriers import courier_name, tracking_link
from webapp.domain.numbers import decode_token
from webapp.domain.order_status import FINAL, OrderStatus
from webapp.domain.order_summary import OrderSummary, SummaryEvent
from webapp.extensions import csrf, db
from webapp.formats.languages import NAMES, language
from webapp.public.standing import standing
from webapp.public.templates import render
from webapp.services.orders.summary import summary_by_token

blueprint = Blueprint("public", __name__)

PREFIX = "/o/"
HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Vary": "Accept-Language",
}
ENDED = FINAL | {OrderStatus.COMPLETED, OrderStatus.RTS}
"""Statuses in which nobody waits for a tracking number any more."""


class Sessions(SecureCookieSessionInterface):
    """Everybody's sessions, but none below `/o/`: reading finds nothing there, and writing raises."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Null sessions are never saved, so no extension can set a cookie on a buyer's page."""
        if request.path.startswith(PREFIX):
            return self.make_null_session(app)
        return super().open_session(app, request)


def init(app: Flask) -> None:
    """Bind the buyer's page to the application."""
    app.session_interface = Sessions()
    app.register_blueprint(blueprint)
    csrf.exempt(blueprint)


@blueprint.get("/o/", defaults={"token": ""})
@blueprint.get("/o/<path:token>")
def order(token: str) -> Response:
    """The order behind a link; the same 404 for a link of a wrong form, of no order, and of a deleted one."""
    public_token = decode_token(token)
    summary = summary_by_token(db.session(), public_token) if public_token is not None else None
    if summary is None:
        return _answer(_not_found(), 404)
    g.fallback_locale = summary.locale
    return _answer(_page(summary), 200)


def _page(summary: OrderSummary) -> str:
    code = language()
    courier, number = summary.courier, summary.tracking_number
    return render(
        "public/order.html",
        lang=code,
        languages=[(other, name) for other, name in NAMES.items() if other != code],
        shop_name=summary.store_name,
        order=summary,
        standing=standing(summary),
        events=told(summary.events),
        quantity=sum(line.quantity for line in summary.lines),
        courier=courier_name(courier) if courier else "",
        tracking_url=tracking_link(courier, number) if courier and number else None,
        waits_for_number=not summary.digital and not number and summary.status not in ENDED,
    )


def told(events: tuple[SummaryEvent, ...]) -> list[tuple[SummaryEvent, bool]]:
    """The notified entries, newest first, each with whether it brought a new status."""
    in_order = sorted(events, key=lambda event: event.at)
    before = [None, *(event.status for event in in_order)]
    pairs = [(event, event.status is not earlier) for event, earlier in zip(in_order, before, strict=False)]
    return pairs[::-1]


def _not_found() -> str:
    return render("public/not_found.html", lang=language(), shop_name="")


def _answer(page: str, status: int) -> Response:
    return Response(page, status, HEADERS, mimetype="text/html")
