"""The application on a database of the benchmarks, and a person who is signed in to it."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import structlog
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from webapp import runtime
from webapp.app import create_app
from webapp.demo.sign_in import DEMO_PASSWORD
from webapp.settings import Settings

INSTANCE = Path(__file__).resolve().parent / "data" / "instance"
PERSON = "owner@demo.lapak.test"
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
    """The demo's owner, signed in through the form, behind the in-process client."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()
        page = self.client.get("/login")
        data = {"email": PERSON, "password": DEMO_PASSWORD, "csrf_token": _token(page)}
        answer = self.client.post("/login", data=data)
        if answer.status_code != 302:
            raise RuntimeError(f"nobody could sign in: {answer.status}")
        self.token = _token(self.get("/admin/"))
        self._cookie = self.client.get_cookie(app.config["SESSION_COOKIE_NAME"])

    def get(self, path: str) -> TestResponse:
        """A whole page."""
        answer = self.client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
        return answer

    def form(self, fields: dict[str, str | Sequence[str]]) -> bytes:
        """A form with its token, as a browser would send it: made before anything is timed."""
        return urlencode({**fields, "csrf_token": self.token}, doseq=True).encode()

    def post(self, path: str, form: bytes) -> TestResponse:
        """Send a form, as somebody who has seen what the last one came to; the answer is not followed."""
        if self._cookie is not None:  # a message that no page has shown would travel with every form
            self.client.set_cookie(self._cookie.key, self._cookie.value)
        return self.client.post(path, data=form, content_type="application/x-www-form-urlencoded")


def _token(page: Any) -> str:
    found = _TOKEN.search(page.get_data(as_text=True))
    if found is None:
        raise RuntimeError("the page has no form with a token")
    return found.group(1)
