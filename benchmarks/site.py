"""The application on a database of the benchmarks, and a person who is signed in to it."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import structlog
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app

from webapp import runtime
from webapp.app import create_app
from webapp.demo.sign_in import DEMO_PASSWORD
from webapp.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

INSTANCE = Path(__file__).resolve().parent / "data" / "instance"
PERSON = "owner@demo.lapak.test"
PROVIDER = "provider@demo.lapak.test"
_TOKEN = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')


def open_site(url: str) -> Flask:
    """An application as `lapak web` runs it, on the database at `url`; its key-value server is away."""
    # That nobody answers the bell is meant, and not worth a line.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    INSTANCE.mkdir(parents=True, exist_ok=True)
    settings = Settings.from_env(
        {
            "LAPAK_DATABASE_URL": url,
            "LAPAK_INSTANCE": str(INSTANCE),
            "LAPAK_SECRET_KEY": "benchmark-" * 5,
            "LAPAK_LOCALE": "id",
        }
    )
    app = create_app(settings)
    runtime.settle()
    return app


class Person:
    """One of the demo's people, its owner unless another is named, signed in through the form, behind the in-process
    client."""

    def __init__(self, app: Flask, email: str = PERSON) -> None:
        self._app = app
        self.client: FlaskClient = app.test_client()
        page = self.client.get("/login")
        data = {"email": email, "password": DEMO_PASSWORD, "csrf_token": _token(page)}
        answer = self.client.post("/login", data=data)
        if answer.status_code != 302:
            raise RuntimeError(f"nobody could sign in: {answer.status}")
        self.token = _token(self.get("/admin/"))
        cookie = self.client.get_cookie(app.config["SESSION_COOKIE_NAME"])
        self._cookies = f"{cookie.key}={cookie.value}" if cookie is not None else ""

    def get(self, path: str) -> TestResponse:
        """A whole page."""
        answer = self.client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
        return answer

    def form(self, path: str, fields: dict[str, str | Sequence[str]]) -> WSGIEnvironment:
        """A form with its token, as a web server hands it on; by somebody who has seen what the last one came to. Made
        before anything is timed, and good for once."""
        form = urlencode({**fields, "csrf_token": self.token}, doseq=True).encode()
        return EnvironBuilder(
            path, method="POST", data=form, content_type="application/x-www-form-urlencoded",
            headers={"Cookie": self._cookies},
        ).get_environ()  # fmt: skip

    def post(self, form: WSGIEnvironment) -> str:
        """Send a form and read the answer, without following it; its status line."""
        parts, status, _headers = run_wsgi_app(self._app, form)
        for _part in parts:
            pass
        return status


def _token(page: Any) -> str:
    found = _TOKEN.search(page.get_data(as_text=True))
    if found is None:
        raise RuntimeError("the page has no form with a token")
    return found.group(1)
