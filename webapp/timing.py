"""How long a page took and how many statements it needed: the `Server-Timing` header of pages for signed-in people."""

from __future__ import annotations

import time
from contextvars import ContextVar
from typing import Any

from flask import Flask, Response, g
from flask_login import current_user
from sqlalchemy import event

from webapp.extensions import db


def init(app: Flask) -> None:
    """Count the statements of each request."""
    with app.app_context():
        for engine in db.engines.values():
            event.listen(engine, "before_cursor_execute", _before)
            event.listen(engine, "after_cursor_execute", _after)
    app.before_request(_begin)
    app.after_request(_report)


class _Spent:
    """What a request has spent in the database; the next one of its thread begins anew."""

    __slots__ = ("began", "seconds", "sent", "statements")

    def __init__(self) -> None:
        self.began = self.sent = time.perf_counter()
        self.statements = 0
        self.seconds = 0.0


_spent: ContextVar[_Spent | None] = ContextVar("spent", default=None)


def _begin() -> None:
    _spent.set(_Spent())


def _before(*_statement: Any) -> None:
    spent = _spent.get()
    if spent is not None:
        spent.sent = time.perf_counter()


def _after(*_statement: Any) -> None:
    spent = _spent.get()
    if spent is not None:
        spent.statements += 1
        spent.seconds += time.perf_counter() - spent.sent


def _report(response: Response) -> Response:
    # The user is looked at only where the request already asked who it is: nothing is loaded for the header.
    spent = _spent.get()
    if spent is not None and "_login_user" in g and current_user.is_authenticated:
        whole = (time.perf_counter() - spent.began) * 1000
        response.headers["Server-Timing"] = (
            f'db;dur={spent.seconds * 1000:.1f};desc="{spent.statements} statements", app;dur={whole:.1f}'
        )
    return response
