"""Pages of ours that somebody may be led to: after signing in, after a form, after a change of language."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request, url_for
from flask.globals import request_ctx
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RoutingException, Rule


def own_page(address: str) -> str:
    """`address` if it is a path of ours, else the dashboard: nobody is sent elsewhere after signing in."""
    parts = urlsplit(address)
    own = address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    if own and not any(ord(c) < 32 or c == "\\" for c in address):
        return address
    return url_for("admin.index")


def this_page() -> str:
    """The address of this page; of one that only answers a form, as a refused scan does, the page above it."""
    if request.method == "GET" or _opens(request.path):
        return request.full_path.rstrip("?")
    path = request.path
    while path := path.rstrip("/").rpartition("/")[0]:
        for above in (path, f"{path}/"):
            if _opens(above):
                return above
    return url_for("admin.index")


def page_before() -> str:
    """The page that a form, or the request for a part of a page, was sent from, as the browser says; without its word
    the page above this address."""
    came_from = urlsplit(request.referrer or "")
    if came_from.netloc == request.host and _opens(came_from.path):
        return own_page(came_from._replace(scheme="", netloc="", fragment="").geturl())
    return this_page()


def _opens(path: str) -> bool:
    """Whether `path` can be opened: the answer to a form may stand at an address that only takes forms."""
    page, form = _rule(path, "GET"), _rule(path, "POST")
    # `/orders/status` takes forms; that `/orders/<number>` would open it as the order "status" makes it no page.
    return page is not None and (form is None or page.arguments <= form.arguments)


def _rule(path: str, method: str) -> Rule | None:
    adapter = request_ctx.url_adapter
    try:
        return adapter.match(path, method=method, return_rule=True)[0] if adapter is not None else None
    except (HTTPException, RoutingException):
        return None
