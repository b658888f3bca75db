"""What people change about themselves: name, language, theme, password. Everything else about them is an admin's."""

from __future__ import annotations

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
THEMES = ("system", "light", "dark")


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
    single_keys: bool | None = None,
) -> None:
    """Change what is given of the acting person; None keeps. Raises Refused (`bad_value`, `missing_value`)."""
    if locale is not None and locale not in LOCALES:
        raise Refused(Code.BAD_VALUE, field="locale", value=locale)
    if theme is not None and theme not in THEMES:
        raise Refused(Code.BAD_VALUE, field="theme", value=theme)
    if overview is not None and overview not in OVERVIEW:
        raise Refused(Code.BAD_VALUE, field="overview", value=overview)
    if name is not None and not name.strip():
        raise Refused(Code.MISSING_VALUE, field="name")
    with unit_of_work(actor) as work:
        user = _self(work)
        if name is not None:
            user.name = name.strip()
        if locale is not None:
            user.locale = locale
        if theme is not None:
            chosen = "" if theme == "system" else theme
            work.session.merge(UserPreference(user_id=user.id, name="theme", value=chosen))
        if overview is not None:
            work.session.merge(UserPreference(user_id=user.id, name="overview", value=overview))
        if single_keys is not None:
            work.session.merge(UserPreference(user_id=user.id, name="single_keys", value=single_keys))


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
