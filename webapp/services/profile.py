"""What people change about themselves: name, language, password, and how pages look. The rest is an admin's."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.domain.actors import Actor
from webapp.domain.errors import Code, Refused
from webapp.models import User, UserPreference, UserSession
from webapp.services.accounts import token_hash
from webapp.services.unit_of_work import UnitOfWork, unit_of_work
from webapp.settings import LOCALES

OVERVIEW = ("shown", "hidden")
"""Whether the list has its overview."""
DENSITY = ("wide", "dense")
"""Rows of two lines, or of one."""
THEMES = ("system", "light", "dark")
_CHOICES: dict[str, Collection[str]] = {
    "locale": LOCALES, "theme": THEMES, "overview": OVERVIEW, "density": DENSITY,
}  # fmt: skip


def own_password_hash(session: Session, actor: Actor) -> str | None:
    """The acting person's password hash, to check the old password against before a new one is set."""
    return session.scalar(select(User.password_hash).where(User.id == actor.id))


def save_profile(
    actor: Actor,
    *,
    name: str | None = None,
    locale: str | None = None,
    theme: str | None = None,
    overview: str | None = None,
    density: str | None = None,
    columns: Sequence[str] | None = None,
    single_keys: bool | None = None,
) -> None:
    """Change what is given of the acting person; None keeps. Raises Refused (`bad_value`, `missing_value`).

    `columns` are names of the list's columns, without spaces or commas, in their order; none means the usual ones.
    """
    chosen = {"locale": locale, "theme": theme, "overview": overview, "density": density}
    for field, value in chosen.items():
        if value is not None and value not in _CHOICES[field]:
            raise Refused(Code.BAD_VALUE, field=field, value=value)
    if name is not None and not name.strip():
        raise Refused(Code.MISSING_VALUE, field="name")
    with unit_of_work(actor) as work:
        user = _self(work)
        if name is not None:
            user.name = name.strip()
        if locale is not None:
            user.locale = locale
        kept = {
            "theme": "" if theme == "system" else theme,
            "overview": overview,
            "density": density,
            "columns": None if columns is None else ",".join(columns),
            "single_keys": single_keys,
        }
        for preference, kept_value in kept.items():
            if kept_value is not None:
                work.session.merge(UserPreference(user_id=user.id, name=preference, value=kept_value))


def change_own_password(actor: Actor, password_hash: str, *, keep_token: str) -> None:
    """Set the acting person's new password and end all of their sign-ins but the one of `keep_token`."""
    with unit_of_work(actor) as work:
        user = _self(work)
        user.password_hash = password_hash
        others = update(UserSession).where(
            UserSession.user_id == user.id,
            UserSession.token_hash != token_hash(keep_token),
            UserSession.ended_at.is_(None),
        )
        work.session.execute(others.values(ended_at=work.now))
        work.audit("user.password_changed", user, data={})


def _self(work: UnitOfWork) -> User:
    user = work.session.get(User, work.actor.id) if work.actor.id is not None else None
    if user is None:
        raise Refused(Code.NOT_FOUND, number=work.actor.name, variant="gone")
    return user
