"""Places: stores, their channel accounts, warehouses, settings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Base
from webapp.models.types import BigId, Bytes, Code, Json, UtcTime


class Store(Base):
    """A shop with its own name, time zone, currency and language. A store with orders can't change its zone."""

    __tablename__ = "stores"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    name: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Code, unique=True)
    timezone: Mapped[str] = mapped_column(Code)
    currency: Mapped[str] = mapped_column(Code)
    locale: Mapped[str] = mapped_column(Code)
    email: Mapped[str] = mapped_column(Text, default="")
    ship_within_days: Mapped[int] = mapped_column(default=2)
    archived_at: Mapped[datetime | None] = mapped_column(UtcTime)

    accounts: Mapped[list[ChannelAccount]] = relationship(back_populates="store", order_by="ChannelAccount.id")

    def __str__(self) -> str:
        return self.name


class ChannelAccount(Base):
    """One connected shop on a channel. Every order has one: each store owns built-in accounts for its own orders."""

    __tablename__ = "channel_accounts"
    __table_args__ = (
        UniqueConstraint("channel", "external_id"),
        # One built-in account (manual, form, api) of each kind a store; connected shops may be several.
        Index(
            "uq_channel_accounts_store_id_channel",
            "store_id",
            "channel",
            unique=True,
            postgresql_where=text("external_id IS NULL"),
            sqlite_where=text("external_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    channel: Mapped[str] = mapped_column(Code)
    name: Mapped[str] = mapped_column(Text)
    external_id: Mapped[str | None] = mapped_column(Code)
    settings: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    secrets: Mapped[bytes | None] = mapped_column(Bytes)
    state: Mapped[str] = mapped_column(Code, default="active")
    paused_reason: Mapped[str | None] = mapped_column(Text)
    paused_until: Mapped[datetime | None] = mapped_column(UtcTime)
    cursor: Mapped[dict[str, Any] | None] = mapped_column(Json)
    archived_at: Mapped[datetime | None] = mapped_column(UtcTime)

    store: Mapped[Store] = relationship(back_populates="accounts")


class Warehouse(Base):
    """A place that ships. A fulfilment provider's people see the orders assigned to theirs."""

    __tablename__ = "warehouses"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    name: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Code, unique=True)
    address: Mapped[str] = mapped_column(Text, default="")
    archived_at: Mapped[datetime | None] = mapped_column(UtcTime)

    def __str__(self) -> str:
        return self.name


class MessageTemplate(Base):
    """A store's own words of one message, in one language, for one medium."""

    __tablename__ = "message_templates"

    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"), primary_key=True)
    event: Mapped[str] = mapped_column(Code, primary_key=True)
    locale: Mapped[str] = mapped_column(Code, primary_key=True)
    medium: Mapped[str] = mapped_column(Code, primary_key=True)
    subject: Mapped[str | None] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)


class Setting(Base):
    """A value of a store, or of the installation where `store_id` is 0."""

    __tablename__ = "settings"

    store_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Code, primary_key=True)
    value: Mapped[Any] = mapped_column(Json)
