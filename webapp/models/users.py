"""People: users, what they may see, their sessions, preferences, and changes to the permission table."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.domain.permissions import Role
from webapp.extensions import Base
from webapp.models.stores import Store
from webapp.models.types import BigId, Bytes, Code, Json, UtcTime, one_of

user_stores = Table(
    "user_stores",
    Base.metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("store_id", ForeignKey("stores.id"), primary_key=True),
)


class User(Base):
    """A person who signs in. `all_stores` false limits them to the listed stores; people are archived, not deleted."""

    __tablename__ = "users"
    __table_args__ = (one_of("role", Role),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    email: Mapped[str] = mapped_column(Code, unique=True)
    name: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(Code, default="id")
    role: Mapped[str] = mapped_column(Code)
    all_stores: Mapped[bool] = mapped_column(default=True)
    warehouse_id: Mapped[int | None] = mapped_column(ForeignKey("warehouses.id"))
    totp_secret: Mapped[str | None] = mapped_column(Text)
    archived_at: Mapped[datetime | None] = mapped_column(UtcTime)

    stores: Mapped[list[Store]] = relationship(secondary=user_stores, order_by=Store.name)

    def __str__(self) -> str:
        return self.name


class UserSession(Base):
    """One sign-in. The cookie holds a random token, the row its hash: ending it here signs the browser out.

    `data` keeps the order selection of people without scripts.
    """

    __tablename__ = "user_sessions"

    token_hash: Mapped[bytes] = mapped_column(Bytes, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)  # ends all of a person
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    seen_at: Mapped[datetime] = mapped_column(UtcTime)
    address: Mapped[str] = mapped_column(Text, default="")
    agent: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)


class UserPreference(Base):
    """A person's choice of look: theme, density, hidden overview, single-key shortcuts."""

    __tablename__ = "user_preferences"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(Code, primary_key=True)
    value: Mapped[Any] = mapped_column(Json)


class RolePermission(Base):
    """One permission of a role whose row an owner changed; a role without rows has the built-in table."""

    __tablename__ = "role_permissions"

    role: Mapped[str] = mapped_column(Code, primary_key=True)
    permission: Mapped[str] = mapped_column(Code, primary_key=True)
