"""A request's body that notes whether a transaction waits for it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from werkzeug.test import EnvironBuilder, TestResponse

from tests.admin.back_office import BackOffice
from webapp.extensions import db


class _SlowBody(io.BytesIO):
    """A body that may come as slowly as its sender likes; `waited`: for each read, whether a transaction was open."""

    def __init__(self, body: bytes) -> None:
        super().__init__(body)
        self.waited: list[bool] = []

    def read(self, size: int | None = -1, /) -> bytes:
        self.waited.append(db.session().in_transaction())
        return super().read(size)

    def readinto(self, buffer: Any, /) -> int:
        self.waited.append(db.session().in_transaction())
        return super().readinto(buffer)


def send_slowly(person: BackOffice, path: str, data: Mapping[str, Any]) -> tuple[TestResponse, list[bool]]:
    """Send a form; the answer, and for each read of the body whether a transaction was open."""
    db.session.rollback()
    environ = EnvironBuilder(path, method="POST", data=data).get_environ()
    body = environ["wsgi.input"] = _SlowBody(environ["wsgi.input"].read())
    return person.client.open(environ), body.waited
