"""Security headers of every answer, and static addresses that change with the file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

CSP = (
    "default-src 'self'; "
    "img-src 'self' data:; "  # the style sheet draws ticks and arrows as data: pictures
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

_ANSWER = (
    ("Content-Security-Policy", CSP),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
)
"""What every answer says that says nothing else."""
_PAGE = (*_ANSWER, ("Cache-Control", "private, no-store"))


def init(app: Flask) -> None:
    """Set the headers, and give each static address the fingerprint of its file."""
    folder = Path(app.static_folder or "static")
    app.after_request(_secure)

    @app.url_defaults
    def _fingerprint(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "filename" in values:
            values.setdefault("v", _digest(folder / values["filename"]))

    app.jinja_env.globals["url_for"] = _quick_url_for(app)


def _quick_url_for(app: Flask) -> Callable[..., str]:
    """`url_for` of templates. It keeps static addresses: a page has half a dozen, and each costs as much as a query."""

    @lru_cache(maxsize=256)
    def static(_script_root: str, filename: str) -> str:
        return app.url_for("static", filename=filename)

    def url_for(endpoint: str, **values: Any) -> str:
        if endpoint == "static" and values.keys() == {"filename"}:
            return static(request.script_root, values["filename"])
        return app.url_for(endpoint, **values)

    return url_for


@lru_cache(maxsize=256)
def _digest(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:10]
    except OSError:
        return None


def _secure(response: Response) -> Response:
    headers = response.headers
    # Looked through once: asking for each of them by itself took a fifteenth of a buyer's page.
    present = {name.lower() for name in headers.keys()}  # noqa: SIM118 -- by itself it gives pairs
    for name, value in _PAGE if response.mimetype == "text/html" else _ANSWER:
        if name.lower() not in present:
            headers.add(name, value)
    return response
