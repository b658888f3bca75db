"""Pages for what went wrong: what happened and what to do, with a reference that stands in the log as well."""

from __future__ import annotations

import secrets

import structlog
from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

PAGES = (400, 403, 404, 413, 429)
log = structlog.get_logger(__name__)


def init(app: Flask) -> None:
    """Register a page for each code; any other HTTP error keeps the library's plain one."""
    for code in PAGES:
        app.register_error_handler(code, _page)
    app.register_error_handler(500, _failed)


def _page(error: HTTPException) -> ResponseReturnValue:
    return render_template(f"errors/{error.code}.html", error=error), error.code or 500


def _failed(error: Exception) -> ResponseReturnValue:
    reference = secrets.token_hex(4)
    cause = getattr(error, "original_exception", None) or error
    log.error("request_failed", reference=reference, path=request.path, exc_info=cause)
    return render_template("errors/500.html", reference=reference), 500
