"""Who is asking: the signed-in person behind a session cookie, read in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_login import UserMixin

from webapp import clock
from webapp.domain.actors import Actor
from webapp.domain.permissions import Permission, Role
from webapp.extensions import db
from webapp.services.accounts import token_hash
from webapp.services.identities import actor_of
from webapp.services.statements import ReadSession, Statement, by_key, json_of, moment_of

LONGEST = timedelta(days=14)
"""A sign-in ends after this, used or not."""
IDLE = timedelta(days=3)
"""A sign-in ends after this long without use."""
SEEN_EVERY = timedelta(minutes=5)
"""How often, at most, a session writes down that it is in use."""


@dataclass(frozen=True, slots=True)
class Identity(UserMixin):  # type: ignore[misc]
    """A signed-in person as pages know them (`current_user`); `actor` is what services get.

    `dense` asks for rows of one line, `columns` are the list's in their order (none: the usual ones), `default_view`
    the code of the saved view that opens with the list, or empty.
    """

    id: int
    email: str
    name: str
    role: Role
    locale: str
    theme: str
    overview_hidden: bool
    single_keys: bool
    dense: bool
    columns: tuple[str, ...]
    default_view: str
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
    def adds_orders(self) -> bool:
        """Whether this person may add orders: with the permission, and who sees what an order costs."""
        return self.actor.may(Permission.ORDERS_CREATE) and not self.actor.scope.restricted

    @property
    def seen_long_ago(self) -> bool:
        """Whether it is time to write down that the session is in use."""
        return clock.now() - self.seen_at > SEEN_EVERY


@dataclass(frozen=True, slots=True)
class _Person:
    """What `actor_of` needs of a user."""

    id: int
    name: str
    role: str
    all_stores: bool
    warehouse_id: int | None


def load_identity(token: str) -> Identity | None:
    """The person behind a session's token, or None when it has ended or the person was archived."""
    found = by_key(lambda reading: _read(reading, token), db.session())
    if not found:
        return None
    user_id, email, name, role, locale, all_stores, warehouse_id, seen_at, data, overrides, preferences, view = found[0]
    kept = json_of(data)
    chosen = dict(line.split("=", 1) for line in preferences.split()) if preferences else {}
    user = _Person(user_id, name, role, bool(all_stores), warehouse_id)
    return Identity(
        user_id, email, name, Role(role), locale, chosen.get("theme", "").strip('"'),
        chosen.get("overview") == '"hidden"', chosen.get("single_keys") != "false",
        chosen.get("density") == '"dense"', tuple(filter(None, chosen.get("columns", "").strip('"').split(","))),
        view or "", token, moment_of(seen_at),
        tuple(kept.get("selection", ())), actor_of(db.session(), user, overrides),
    )  # fmt: skip


def _read(session: ReadSession, token: str) -> list[Any]:
    # Every request of a signed-in person asks this.
    st, now = Statement(session), clock.now()
    preference = "v.name || '=' || cast(v.value as text)"
    return st.run(
        "select u.id, u.email, u.name, u.role, u.locale, u.all_stores, u.warehouse_id, s.seen_at, s.data,"
        f" (select {st.words('p.permission')} from role_permissions p where p.role = u.role),"
        f" (select {st.words(preference)} from user_preferences v"
        " where v.user_id = u.id and v.name in ('theme', 'overview', 'single_keys', 'density', 'columns')),"
        " (select w.code from saved_views w where w.owner_id = u.id and w.is_default)"
        " from user_sessions s join users u on u.id = s.user_id"
        f" where s.token_hash = {st.bind(token_hash(token))} and s.ended_at is null and u.archived_at is null"
        f" and s.created_at > {st.moment(now - LONGEST)} and s.seen_at > {st.moment(now - IDLE)}"
    )
