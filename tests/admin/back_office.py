"""A signed-in person's browser for tests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.factories import Shop, password_hash
from webapp.domain.actors import SYSTEM
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.services import accounts

_TOKEN = re.compile(r'<meta name="csrf-token" content="([^"]+)"')


class BackOffice:
    """One person at one browser; `user_id` None is nobody."""

    def __init__(self, app: Flask, user_id: int | None = None) -> None:
        self.app = app
        self.client = app.test_client()
        if user_id is not None:
            token = accounts.start_session(user_id, "127.0.0.1", "tests")
            with self.client.session_transaction() as session:
                session["_user_id"], session["_fresh"] = token, True

    def open(self, method: str, path: str, **kwargs: Any) -> TestResponse:
        """Send a request as it is."""
        db.session.rollback()  # the test's own transaction would hide what the request writes
        return self.client.open(path, method=method, buffered=True, **kwargs)

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        """Look at a page."""
        return self.open("GET", path, **kwargs)

    def page(self, path: str) -> str:
        """The text of a page that must be there."""
        response = self.get(path)
        assert response.status_code == 200, (path, response.status_code, response.text[:500])
        return response.text

    def post(self, path: str, data: Mapping[str, Any] | None = None, **kwargs: Any) -> TestResponse:
        """Send a form with its token."""
        return self.open("POST", path, data={"csrf_token": self.token(), **(data or {})}, **kwargs)

    def token(self) -> str:
        """The token that this person's forms carry."""
        found = _TOKEN.search(self.page("/admin/profile/"))
        assert found is not None
        return found[1]


def of(app: Flask, shop: Shop, role: Role = Role.ADMIN) -> BackOffice:
    """The browser of the shop's person with this role."""
    return BackOffice(app, shop.people[role])


def limited(shop: Shop, role: Role = Role.ADMIN) -> int:
    """A person of this role who sees only the Korean store; their id."""
    draft = accounts.UserDraft(
        email=f"{role.value}@onyu.example",
        name=f"Onyu {role.value}",
        role=role,
        locale="en",
        password_hash=password_hash(),
        all_stores=False,
        store_ids=(shop.onyu,),
    )
    return accounts.save_user(SYSTEM, draft).id
