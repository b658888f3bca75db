"""`/o/<token>`: what a buyer sees of an order.

Fast and forgetful: no session is read, so no cookie is set and nobody is recognised; the template gets the summary
in words and nothing else. Every address that names no order gets the same bytes.
"""

from __future__ import annotations

from functools import lru_cache

from flask import Blueprint, Flask, Request, Response, current_app, g
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from werkzeug.routing import BaseConverter

from webapp import clock
from webapp.domain.numbers import decode_token
from webapp.domain.order_summary import OrderSummary
from webapp.extensions import csrf
from webapp.formats.languages import NAMES, language
from webapp.public.order_view import view_of
from webapp.public.templates import render
from webapp.services.orders.summary import summary_by_token
from webapp.services.statements import by_key

blueprint = Blueprint("public", __name__)

PREFIX = "/o/"
KEPT = 512
"""Pages that a process keeps, about 10 kB each."""
HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Vary": "Accept-Language",
}


class Sessions(SecureCookieSessionInterface):
    """Everybody's sessions, but none below `/o/`: reading finds nothing there, and writing raises."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Null sessions are never saved, so no extension can set a cookie on a buyer's page."""
        if request.path.startswith(PREFIX):
            return self.make_null_session(app)
        return super().open_session(app, request)


class Anything(BaseConverter):
    """The rest of an address, whatever it holds: a wrong link with a line break gets the same page as any other."""

    regex = r"[\s\S]+"
    part_isolating = False


def init(app: Flask) -> None:
    """Bind the buyer's page to the application."""
    app.url_map.converters["anything"] = Anything
    app.session_interface = Sessions()
    app.extensions["buyer_page"] = lru_cache(maxsize=KEPT)(_page)
    app.register_blueprint(blueprint)
    csrf.exempt(blueprint)


@blueprint.get("/o/", defaults={"token": ""})
@blueprint.get("/o/<anything:token>")
def order(token: str) -> Response:
    """The order behind a link; the same 404 for a link of a wrong form, of no order, and of a deleted one."""
    public_token = decode_token(token)
    summary = by_key(lambda reading: summary_by_token(reading, public_token)) if public_token is not None else None
    if summary is not None:
        g.fallback_locale = summary.locale
    page = current_app.extensions["buyer_page"](language(), summary, _quarter())
    return Response(page, 200 if summary else 404, HEADERS, mimetype="text/html")


def _quarter() -> int:
    return int(clock.now().timestamp()) // (15 * 60)


def _page(code: str, summary: OrderSummary | None, _time: int) -> str:
    """The page in the language `code`, which must be the reader's; kept, because it depends on nothing else.

    Buyers open a link again and again, and the order is read anew each time. Within a quarter of an hour no zone
    begins a new year, which is all that the page takes from the clock.
    """
    if summary is None:
        return render("public/not_found.html", lang=code, shop_name="")
    languages = [(other, name) for other, name in NAMES.items() if other != code]
    return render("public/order.html", lang=code, languages=languages, **view_of(summary))
