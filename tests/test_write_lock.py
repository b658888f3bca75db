"""SQLite has one write lock: what is slow must happen while nobody holds it.

Ten people who sign in and a big upload must delay nobody's status change, so hashing, bodies and files are looked at
from inside: no transaction of the thread that does them may be open.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, get_ident
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.factories import PASSWORD, Shop, make_orders, status_of
from webapp.auth import sign_in
from webapp.domain.order_status import OrderStatus
from webapp.extensions import db
from webapp.integrations.storage.local import LocalStorage
from webapp.services.orders.bulk import change_status

BIG = 20 * 1024 * 1024
"""Bytes. What matters is where they are read, not how many."""


class OpenTransactions:
    """Which threads are inside a transaction, by the engine's own events."""

    def __init__(self, app: Flask) -> None:
        self.open: set[int] = set()
        self.seen_during: list[str] = []
        with app.app_context():
            event.listen(db.engine, "begin", self._begin)
            event.listen(db.engine, "commit", self._end)
            event.listen(db.engine, "rollback", self._end)

    def _begin(self, connection: Any) -> None:
        self.open.add(get_ident())

    def _end(self, connection: Any) -> None:
        self.open.discard(get_ident())

    def watch(self, name: str, slow: Callable[..., Any]) -> Callable[..., Any]:
        """`slow`, noting when this thread does it inside a transaction."""

        def watched(*args: Any, **kwargs: Any) -> Any:
            if get_ident() in self.open:
                self.seen_during.append(f"{name} began inside a transaction")
            answer = slow(*args, **kwargs)
            if get_ident() in self.open:
                self.seen_during.append(f"{name} ended inside a transaction")
            return answer

        return watched


def token_of(page: str) -> str:
    """The CSRF token of a page's form."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found
    return found[1]


def log_in(app: Flask, email: str) -> FlaskClient:
    """A browser that signed in through the form."""
    client = app.test_client()
    token = token_of(client.get("/login").get_data(as_text=True))
    answer = client.post("/login", data={"email": email, "password": PASSWORD, "csrf_token": token})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return client


@pytest.fixture(params=["sqlite"])
def engine_kind(request: pytest.FixtureRequest) -> str:
    """The database with one write lock."""
    kind: str = request.param
    return kind


def test_slow_things_happen_outside_of_every_transaction(
    app: Flask, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = OpenTransactions(app)
    monkeypatch.setattr(sign_in, "verify_password", watch.watch("hashing", sign_in.verify_password))
    monkeypatch.setattr(LocalStorage, "write", watch.watch("storing a file", LocalStorage.write))
    orders = make_orders(shop.manual, 10)
    actor = shop.actor()
    db.session.remove()
    barrier = Barrier(12)

    def somebody_signs_in() -> None:
        barrier.wait(20)
        log_in(app, "cs@example.com")

    def a_big_upload() -> None:
        client = log_in(app, "admin@example.com")
        page = client.get("/admin/orders/upload/").get_data(as_text=True)
        barrier.wait(20)
        data = b"order_number,status\n" + b"261121-AAAAAAAA,shipped\n" * (BIG // 24)
        # Encoded here: the client would leave the temporary file of a big body open.
        file = FileStorage(io.BytesIO(data), filename="big.csv")
        boundary, body = encode_multipart({"csrf_token": token_of(page), "file": file})
        answer = client.post(
            "/admin/orders/upload/", data=body, content_type=f"multipart/form-data; boundary={boundary}"
        )
        assert answer.status_code in (302, 303)

    def changes() -> None:
        barrier.wait(20)
        with app.app_context():
            for order in orders:
                change_status(actor, [order.number], OrderStatus.SHIPPED)

    with ThreadPoolExecutor(12) as pool:
        work = [somebody_signs_in] * 10 + [a_big_upload, changes]
        for done in [pool.submit(one) for one in work]:
            done.result(60)
    assert watch.seen_during == []
    assert {status_of(order.number) for order in orders} == {"shipped"}
