"""People and places: sign-in sessions, users, stores with their built-in channel accounts."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.domain.actors import SYSTEM, Actor, ActorKind
from webapp.domain.channels import BUILT_IN
from webapp.domain.errors import Code, Refused
from webapp.domain.permissions import Permission, Role, may_manage
from webapp.models import ChannelAccount, Order, Store, User, UserSession
from webapp.services.unit_of_work import UnitOfWork, taken_by, unit_of_work


def find_for_sign_in(session: Session, email: str) -> User | None:
    """The person who signs in with this (lower-case) address, unless archived."""
    return session.scalar(select(User).where(User.email == email, User.archived_at.is_(None)))


def start_session(user_id: int, address: str, agent: str) -> str:
    """Begin a sign-in session and return its token; the database keeps only the token's hash."""
    token = secrets.token_urlsafe(32)
    with unit_of_work(SYSTEM) as work:
        work.session.add(
            UserSession(
                token_hash=token_hash(token), user_id=user_id, created_at=work.now, seen_at=work.now,
                address=address[:100], agent=agent[:300], data={},
            )
        )  # fmt: skip
    return token


def end_session(token: str) -> None:
    """Sign a session out: its cookie is worth nothing from now on, wherever it was copied to."""
    with unit_of_work(SYSTEM) as work:
        ended = update(UserSession).where(UserSession.token_hash == token_hash(token), UserSession.ended_at.is_(None))
        work.session.execute(ended.values(ended_at=work.now))


def person_of_session(session: Session, token: str) -> int | None:
    """Whose session this was, also when it has ended; None for a token that nobody had."""
    return session.scalar(select(UserSession.user_id).where(UserSession.token_hash == token_hash(token)))


def touch_session(token: str) -> None:
    """Write down that a session is in use."""
    with unit_of_work(SYSTEM) as work:
        work.session.execute(
            update(UserSession).where(UserSession.token_hash == token_hash(token)).values(seen_at=work.now)
        )


def keep_selection(token: str, numbers: list[str]) -> None:
    """Remember the selected order numbers for a person without scripts."""
    with unit_of_work(SYSTEM) as work:
        row = work.session.get(UserSession, token_hash(token))
        if row is not None:
            row.data = {**row.data, "selection": numbers}


@dataclass(frozen=True, slots=True)
class UserDraft:
    """What a form says of a person. `password_hash` None keeps the old one; the hashing is done before, outside."""

    email: str
    name: str
    role: Role
    locale: str = "id"
    password_hash: str | None = None
    all_stores: bool = True
    store_ids: tuple[int, ...] = ()
    warehouse_id: int | None = None
    archived: bool = False


def save_user(actor: Actor, draft: UserDraft, user_id: int | None = None) -> User:
    """Create a person, or change the one with `user_id`.

    Raises Refused: `no_permission` (only owners touch owners), `bad_value` (the e-mail belongs to somebody else; the
    last owner would be lost), `missing_value` (a new person without password). Archiving or a new password ends the
    person's sessions.
    """
    with unit_of_work(actor) as work:
        user = work.session.get(User, user_id) if user_id is not None else None
        if user_id is not None and user is None:
            raise Refused(Code.NOT_FOUND, number=draft.email, variant="gone")
        _check_user(work, draft, user)
        before = _user_facts(user) if user else {}
        stores = list(work.session.scalars(select(Store).where(Store.id.in_(draft.store_ids))))
        if user is None:
            user = User(created_at=work.now, email=draft.email.lower(), password_hash=draft.password_hash or "")
            work.session.add(user)
        user.email, user.name, user.role, user.locale = draft.email.lower(), draft.name, draft.role.value, draft.locale
        user.all_stores, user.warehouse_id = draft.all_stores, draft.warehouse_id
        user.stores = stores
        user.archived_at = (user.archived_at or work.now) if draft.archived else None
        if draft.password_hash is not None:
            user.password_hash = draft.password_hash
        _flush(work, User, "email", draft.email)  # the audit entry names the new person's id
        if draft.archived or (before and draft.password_hash is not None):
            _end_sessions(work, user.id)
        after = _user_facts(user)
        work.audit("user.saved", user, data={"before": before, "after": after})
        return user


def _flush(work: UnitOfWork, model: type[User | Store], unique: str, value: str) -> None:
    """Write; who saved the same `unique` value a moment earlier is found only here. Raises Refused (`bad_value`)."""
    try:
        work.session.flush()
    except IntegrityError as error:
        if not taken_by(error, model.__tablename__, unique):
            raise
        raise Refused(Code.BAD_VALUE, field=unique, value=value) from error


def _check_user(work: UnitOfWork, draft: UserDraft, user: User | None) -> None:
    actor = work.actor
    if not actor.may(Permission.USERS_MANAGE):
        raise Refused(Code.NO_PERMISSION, number=draft.email)
    roles = {draft.role, Role(user.role) if user else draft.role}
    if actor.kind is not ActorKind.SYSTEM and not all(actor.role and may_manage(actor.role, role) for role in roles):
        raise Refused(Code.NO_PERMISSION, number=draft.email)
    own = _own_stores(work)
    if own is not None:
        # Who is limited to some stores neither sees nor makes anybody who sees more.
        stores = {*draft.store_ids, *(store.id for store in (user.stores if user else ()))}
        if draft.all_stores or (user is not None and user.all_stores) or not stores <= own:
            raise Refused(Code.NO_PERMISSION, number=draft.email, field="store_ids")
    if user is None and draft.password_hash is None:
        raise Refused(Code.MISSING_VALUE, field="password")
    taken = work.session.scalar(select(User.id).where(User.email == draft.email.lower()))
    if taken is not None and (user is None or taken != user.id):
        raise Refused(Code.BAD_VALUE, field="email", value=draft.email)
    if user is not None and user.role == Role.OWNER and (draft.archived or draft.role is not Role.OWNER):
        # Locked, in id order: of two owners who archive each other at once the second finds one left.
        owners = select(User.id).where(User.role == Role.OWNER.value, User.archived_at.is_(None)).order_by(User.id)
        if work.session.scalars(owners.with_for_update()).all() == [user.id]:
            raise Refused(Code.BAD_VALUE, field="role", value=draft.role.value)


def _own_stores(work: UnitOfWork) -> frozenset[int] | None:
    """The stores that the actor is limited to; None: all of them."""
    accounts = work.actor.scope.account_ids
    if accounts is None:
        return None
    return frozenset(work.session.scalars(select(ChannelAccount.store_id).where(ChannelAccount.id.in_(accounts))))


def _user_facts(user: User) -> dict[str, Any]:
    return {
        "role": user.role, "all_stores": user.all_stores, "stores": [s.id for s in user.stores],
        "warehouse": user.warehouse_id, "archived": user.archived_at is not None,
    }  # fmt: skip


def _end_sessions(work: UnitOfWork, user_id: int) -> None:
    ended = update(UserSession).where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
    work.session.execute(ended.values(ended_at=work.now))


@dataclass(frozen=True, slots=True)
class StoreDraft:
    """What a form says of a store."""

    name: str
    code: str
    timezone: str
    currency: str
    locale: str
    email: str = ""
    ship_within_days: int = 2
    archived: bool = False
    accounts: tuple[str, ...] = field(default=tuple(sorted(BUILT_IN)))


def save_store(actor: Actor, draft: StoreDraft, store_id: int | None = None) -> Store:
    """Create a store with its built-in channel accounts, or change the one with `store_id`.

    Raises Refused: `no_permission`, `bad_value` (the code is taken; a store with orders can't change zone or currency).
    """
    with unit_of_work(actor) as work:
        if not actor.may(Permission.SETTINGS_MANAGE):
            raise Refused(Code.NO_PERMISSION, number=draft.name)
        own = _own_stores(work)
        if own is not None and store_id is None:
            raise Refused(Code.NO_PERMISSION, number=draft.name)
        store = work.session.get(Store, store_id) if store_id is not None else None
        if store_id is not None and (store is None or (own is not None and store_id not in own)):
            raise Refused(Code.NOT_FOUND, number=draft.name, variant="gone")
        taken = work.session.scalar(select(Store.id).where(Store.code == draft.code))
        if taken is not None and taken != store_id:
            raise Refused(Code.BAD_VALUE, field="code", value=draft.code)
        if store is None:
            store = Store(created_at=work.now, timezone=draft.timezone, currency=draft.currency)
            work.session.add(store)
            store.accounts = [
                ChannelAccount(created_at=work.now, channel=channel, name=draft.name, settings={}, state="active")
                for channel in draft.accounts
            ]
        elif (draft.timezone, draft.currency) != (store.timezone, store.currency) and _has_orders(work, store):
            wrong = "timezone" if draft.timezone != store.timezone else "currency"
            raise Refused(Code.BAD_VALUE, field=wrong, value=getattr(draft, wrong))
        store.name, store.code, store.locale, store.email = draft.name, draft.code, draft.locale, draft.email
        store.timezone, store.currency, store.ship_within_days = draft.timezone, draft.currency, draft.ship_within_days
        store.archived_at = (store.archived_at or work.now) if draft.archived else None
        _flush(work, Store, "code", draft.code)  # the audit entry names the new store's id
        work.audit("store.saved", store, store_id=store.id, data={"code": draft.code, "archived": draft.archived})
        return store


def _has_orders(work: UnitOfWork, store: Store) -> bool:
    accounts = [account.id for account in store.accounts]
    return work.session.scalar(select(Order.id).where(Order.account_id.in_(accounts)).limit(1)) is not None


def token_hash(token: str) -> bytes:
    """What the database keeps of a sign-in's token."""
    return hashlib.sha256(token.encode()).digest()
