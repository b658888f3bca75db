"""Who is asking: the signed-in person behind a session cookie, read in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_login import UserMixin
from sqlalchemy import String, bindparam, cast, func, select

from webapp import clock
from webapp.domain.actors import Actor
from webapp.domain.permissions import Permission, Role
from webapp.extensions import db
from webapp.models import RolePermission, User, UserPreference, UserSession
from webapp.services.accounts import token_hash
from webapp.services.identities import actor_of

LONGEST = timedelta(days=14)
"""A sign-in ends after this, used or not."""
IDLE = timedelta(days=3)
"""A sign-in ends after this long without use."""
SEEN_EVERY = timedelta(minutes=5)
"""How often, at most, a session writes down that it is in use."""


@dataclass(frozen=True, slots=True)
class Identity(UserMixin):  # type: ignore[misc]
    """A signed-in person as pages know them (`current_user`); `actor` is what services get."""

    id: int
    email: str
    name: str
    role: Role
    locale: str
    theme: str
    token: str
    seen_at: datetime
    selection: tuple[str, ...]
    actor: Actor

    def get_id(self) -> str:
        """What the cookie holds: the session's token, never the user's id."""
        return self.token

    def may(self, permission: str) -> bool:
        """Whether this person has `permission` (`orders.delete` …). For templates and views."""
        return self.actor.may(Permission(permission))

    @property
    def seen_long_ago(self) -> bool:
        """Whether it is time to write down that the session is in use."""
        return clock.now() - self.seen_at > SEEN_EVERY


# Built once: every request of a signed-in person asks this.
_IDENTITY = (
    select(
        User.id,
        User.email,
        User.name,
        User.role,
        User.locale,
        User.all_stores,
        User.warehouse_id,
        UserSession.seen_at,
        UserSession.data,
        select(func.aggregate_strings(RolePermission.permission, " "))
        .where(RolePermission.role == User.role)
        .scalar_subquery()
        .label("overrides"),
        select(cast(UserPreference.value, String))
        .where(UserPreference.user_id == User.id, UserPreference.name == "theme")
        .scalar_subquery()
        .label("theme"),
    )
    .join(UserSession, UserSession.user_id == User.id)
    .where(
        UserSession.token_hash == bindparam("token_hash"),
        UserSession.ended_at.is_(None),
        UserSession.created_at > bindparam("begun_after"),
        UserSession.seen_at > bindparam("seen_after"),
        User.archived_at.is_(None),
    )
)


def load_identity(token: str) -> Identity | None:
    """The person behind a session's token, or None when it has ended or the person was archived."""
    now = clock.now()
    bound = {"token_hash": token_hash(token), "begun_after": now - LONGEST, "seen_after": now - IDLE}
    row = db.session.execute(_IDENTITY, bound).first()
    if row is None:
        return None
    return Identity(
        row.id, row.email, row.name, Role(row.role), row.locale, (row.theme or "").strip('"'), token, row.seen_at,
        tuple(row.data.get("selection", ())), actor_of(db.session(), row, row.overrides),
    )  # fmt: skip
