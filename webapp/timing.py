"""How long a page took and how many statements it needed: the `Server-Timing` header of pages for signed-in people."""

from __future__ import annotations

import time
from typing import Any

from flask import Flask, Response, g, has_request_context
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


def _begin() -> None:
    g.began = time.perf_counter()
    g.statements = 0
    g.db_seconds = 0.0


def _before(_connection: Any, _cursor: Any, _statement: Any, _params: Any, context: Any, _many: Any) -> None:
    context.began = time.perf_counter()


def _after(_connection: Any, _cursor: Any, statement: str, _params: Any, context: Any, _many: Any) -> None:
    # SQLite's transactions are begun by hand, and so by a cursor: beginning one is not a statement.
    if has_request_context() and "statements" in g and not statement.startswith("BEGIN"):
        g.statements += 1
        g.db_seconds += time.perf_counter() - context.began


def _report(response: Response) -> Response:
    # The user is looked at only where the request already asked who it is: nothing is loaded for the header.
    if "_login_user" in g and current_user.is_authenticated and "began" in g:
        whole = (time.perf_counter() - g.began) * 1000
        response.headers["Server-Timing"] = (
            f'db;dur={g.db_seconds * 1000:.1f};desc="{g.statements} statements", app;dur={whole:.1f}'
        )
    return response
