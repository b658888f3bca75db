"""Pages for what went wrong: what happened and what to do, with a reference that stands in the log as well."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import structlog
from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from webapp.auth import kept_forms

PAGES = (400, 403, 404, 405, 413, 429)
log = structlog.get_logger(__name__)


class Site(Flask):
    """A Flask application whose failures are logged once, and whose functions are no coroutines."""

    def log_exception(self, exc_info: Any) -> None:
        """Nothing: `_failed`, which comes next, writes the line, under the reference that the person sees."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function as it is: looking at each one of every request took a twentieth of a buyer's page."""
        return func


def init(app: Flask) -> None:
    """Register a page for each code; any other HTTP error keeps the library's plain one."""
    for code in PAGES:
        app.register_error_handler(code, _page)
    app.register_error_handler(CSRFError, _old_form)
    app.register_error_handler(500, _failed)


def _old_form(error: CSRFError) -> ResponseReturnValue:
    """A form of an earlier session: what was typed into a long one is not lost."""
    again = kept_forms.page_again()
    return (again, 400) if again is not None else _page(error)


def _page(error: HTTPException) -> ResponseReturnValue:
    # A page that only takes forms, opened as a page: there is nothing to see at this address.
    name = 404 if error.code == 405 else error.code
    page = render_template(f"errors/{name}.html", error=error)
    allowed = [header for header in error.get_headers() if header[0] == "Allow"]
    return page, error.code or 500, allowed


def _failed(error: Exception) -> ResponseReturnValue:
    reference = secrets.token_hex(4)
    cause = getattr(error, "original_exception", None) or error
    log.error("request_failed", reference=reference, path=request.path, exc_info=cause)
    return render_template("errors/500.html", reference=reference), 500
