"""From a person's row to the actor that services get: what their role may do, and what exists for them."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.actors import SYSTEM, Actor, ActorKind, Scope, person
from webapp.domain.permissions import Role, effective_permissions
from webapp.models import ChannelAccount, RolePermission, User, user_stores


class Person(Protocol):
    """What is needed of a user: the mapped object, or a row with these columns."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def all_stores(self) -> bool: ...
    @property
    def warehouse_id(self) -> int | None: ...


def actor_of(session: Session, user: Person, overrides: str | None = None) -> Actor:
    """The actor that services get for `user`: permissions of the role (`overrides`: space-separated rows) and scope."""
    role = Role(user.role)
    rows = overrides.split() if overrides else None
    return person(
        user.id, user.name, role, scope=_scope_of(session, user), permissions=effective_permissions(role, rows)
    )


def _scope_of(session: Session, user: Person) -> Scope:
    accounts: frozenset[int] | None = None
    if not user.all_stores:
        accounts = frozenset(
            session.scalars(
                select(ChannelAccount.id)
                .join(user_stores, user_stores.c.store_id == ChannelAccount.store_id)
                .where(user_stores.c.user_id == user.id)
            )
        )
    if user.role == Role.PROVIDER:
        # A provider without a warehouse sees nothing: no order has the id 0.
        return Scope(accounts, user.warehouse_id or 0, restricted=True)
    return Scope(accounts)


def actor_by_id(session: Session, kind: str, user_id: int | None) -> Actor | None:
    """The actor behind a job's or batch's columns as they are now, or None when the person was archived since."""
    if kind == ActorKind.SYSTEM:
        return SYSTEM
    if kind != ActorKind.PERSON:
        return None  # the id of an API key, buyer or channel is no person's
    user = session.get(User, user_id) if user_id is not None else None
    if user is None or user.archived_at is not None:
        return None
    rows = session.scalars(select(RolePermission.permission).where(RolePermission.role == user.role)).all()
    return actor_of(session, user, " ".join(rows) or None)
