"""What somebody typed into a long form while their session had ended comes back after signing in.

The sign-in page carries the form's fields, signed, and whose they are. After signing in the same person sends them on
with one press; the form then shows them again and writes nothing before it is saved. Nothing of it is in an address,
and only of forms that can be shown again without effect: those named in `KEEPS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from flask import current_app, render_template, request, session
from flask_login import current_user
from itsdangerous import BadData, URLSafeTimedSerializer

from webapp.domain.permissions import Permission
from webapp.extensions import db
from webapp.services import accounts
from webapp.services.unit_of_work import end_reading

KEEPS: Mapping[str, Permission] = {
    "orders.add_order": Permission.ORDERS_CREATE,
    "orders.edit": Permission.ORDERS_EDIT,
}
"""Endpoints of forms that are shown again, and write nothing, when `do` is `KEPT`; with what their page needs."""
LEFT = "left"
"""Where the cookie names the session that was ended by signing out: another tab may still have a form of it."""
KEPT = "kept"
"""What `do` says when a form is given back."""
_STANDS = 12 * 3600
"""Seconds that the sign-in page may stand with what it carries."""


class KeptForm(NamedTuple):
    """A form that was sent too late: the path it goes to, and its fields."""

    path: str
    fields: list[tuple[str, str]]


def carried() -> str:
    """The form of this request for the sign-in page to carry; empty when it is none that is kept, or a stranger's.

    A stranger's body is not even read: the cookie has to name a session that somebody had.
    """
    token = session.get("_user_id") or session.get(LEFT)
    if request.method != "POST" or request.endpoint not in KEEPS or not isinstance(token, str):
        return ""
    user_id = accounts.person_of_session(db.session(), token)
    end_reading()  # the body is read next, for as long as its sender likes
    return "" if user_id is None else _serializer().dumps([user_id, request.path, _fields()])


def given_back(kept: str, user_id: int) -> KeptForm | None:
    """The form that a sign-in page carried, if it is this person's; None for another's and for what we never made."""
    try:
        owner, path, fields = _serializer().loads(kept, max_age=_STANDS)
    except BadData:
        return None
    return KeptForm(path, [(name, value) for name, value in fields]) if owner == user_id else None


def page_again() -> str | None:
    """The page that holds the form of this request, whose token was of an earlier session; None when it isn't kept, or
    when somebody has signed in since who may not use it."""
    needed = KEEPS.get(request.endpoint or "")
    if request.method != "POST" or needed is None or not current_user.is_authenticated or not current_user.may(needed):
        return None
    return render_template("auth/kept.html", kept=KeptForm(request.path, _fields()), signed_in=False)


def _fields() -> list[tuple[str, str]]:
    return [(name, value) for name, value in request.form.items(multi=True) if name not in ("csrf_token", "do")]


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="kept form")
