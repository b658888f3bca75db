"""What is written about an order as it lives: history, shipments, payments, search text, totals, tombstones."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.actors import ActorKind
from webapp.domain.order_status import OrderStatus
from webapp.domain.payment import PaymentMethod, PaymentState, PaymentStatus
from webapp.domain.shipping import ShipmentMethod, ShipmentState
from webapp.extensions import Base
from webapp.models.orders import AUTOVACUUM
from webapp.models.types import BigId, Code, Json, UtcTime, one_of


class HistoryKind(StrEnum):
    """The two histories of an order."""

    GENERAL = "general"
    PACKING = "packing"


class OrderHistory(Base):
    """One act on one order. `seq` is the order's version after it, so a second row for one change is impossible.

    `changes` holds, by field, [before, after] of everything but the status: what undo puts back.
    """

    __tablename__ = "order_history"
    __table_args__ = (
        one_of("kind", HistoryKind),
        one_of("actor_kind", ActorKind),
        {"sqlite_with_rowid": False},
    )

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Code, default=HistoryKind.GENERAL.value)
    from_status: Mapped[str | None] = mapped_column(Code)
    to_status: Mapped[str | None] = mapped_column(Code)
    comment: Mapped[str] = mapped_column(Text, default="")
    notify: Mapped[bool] = mapped_column(default=False)
    override: Mapped[bool | None] = mapped_column()
    changes: Mapped[dict[str, Any] | None] = mapped_column(Json)
    actor_kind: Mapped[str] = mapped_column(Code)
    actor_id: Mapped[int | None] = mapped_column(BigId)
    actor_name: Mapped[str] = mapped_column(Text)
    batch_id: Mapped[int | None] = mapped_column(BigId)
    at: Mapped[datetime] = mapped_column(UtcTime)


class Shipment(Base):
    """One parcel of an order. `account_id` and `ordered_at` are copies for the courier filter's paging."""

    __tablename__ = "shipments"
    __table_args__ = (
        one_of("state", ShipmentState),
        one_of("method", ShipmentMethod),
        # One open shipment an order, or the list would show it twice.
        Index(
            "uq_shipments_order_id", "order_id", unique=True,
            postgresql_where=text("state NOT IN ('returned', 'canceled')"),
            sqlite_where=text("state NOT IN ('returned', 'canceled')"),
        ),
        Index("ix_shipments_order_id_all", "order_id"),  # all shipments of one order; deleting an order
        Index(None, "tracking_number"),  # a tracking number typed into the search
        # The courier filter, in list order.
        Index("ix_shipments_courier", "courier", text("ordered_at DESC"), text("order_id DESC")),
        Index(None, "dispatched_at"),  # the "shipped" date filter
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(Code)
    method: Mapped[str] = mapped_column(Code, default=ShipmentMethod.MANUAL.value)
    courier: Mapped[str | None] = mapped_column(Code)
    tracking_number: Mapped[str | None] = mapped_column(Code)
    arranged_at: Mapped[datetime | None] = mapped_column(UtcTime)
    label_printed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    dispatched_at: Mapped[datetime | None] = mapped_column(UtcTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcTime)
    account_id: Mapped[int] = mapped_column(BigId)
    ordered_at: Mapped[datetime] = mapped_column(UtcTime)


class Payment(Base):
    """One payment of an order, in minor units."""

    __tablename__ = "payments"
    __table_args__ = (
        one_of("state", PaymentState),
        one_of("method", PaymentMethod),
        UniqueConstraint("method", "provider_ref"),
        Index(None, "order_id"),  # payments of one order; deleting an order
        Index(None, "paid_at"),  # the "paid" date filter
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    method: Mapped[str] = mapped_column(Code)
    provider_ref: Mapped[str | None] = mapped_column(Code)
    amount: Mapped[int] = mapped_column(BigId)
    currency: Mapped[str] = mapped_column(Code)
    state: Mapped[str] = mapped_column(Code)
    paid_at: Mapped[datetime | None] = mapped_column(UtcTime)
    account_id: Mapped[int] = mapped_column(BigId)
    ordered_at: Mapped[datetime] = mapped_column(UtcTime)


class OrderSearch(Base):
    """What the search looks through: one normalised line an order.

    The migration makes this table itself, because its shape differs: on SQLite its key is `sort_key`, `ordered_at` in
    milliseconds shifted left by 20 bits plus one for each order that already has this millisecond. That is the row id
    of the full-text index, which so walks newest first and can stop. PostgreSQL has a trigram index over `doc`.
    """

    __tablename__ = "order_search"

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[int] = mapped_column(BigId)
    ordered_at: Mapped[datetime] = mapped_column(UtcTime)
    doc: Mapped[str] = mapped_column(Text)


class TotalsGrain(StrEnum):
    """How wide one row of `order_totals` is; `all` has the period 1970-01-01, `month` its first day."""

    ALL = "all"
    MONTH = "month"
    DAY = "day"


class OrderTotal(Base):
    """Folded totals. Only the fold writes here; a reader adds `order_totals_changes` in the same statement."""

    __tablename__ = "order_totals"
    __table_args__ = (one_of("grain", TotalsGrain), {"sqlite_with_rowid": False})

    grain: Mapped[str] = mapped_column(Code, primary_key=True)
    account_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    period: Mapped[date] = mapped_column(Date, primary_key=True)
    status: Mapped[str] = mapped_column(Code, primary_key=True)
    payment_status: Mapped[str] = mapped_column(Code, primary_key=True)
    currency: Mapped[str] = mapped_column(Code, primary_key=True)
    orders: Mapped[int] = mapped_column(BigId)
    total: Mapped[int] = mapped_column(BigId)


class OrderTotalChange(Base):
    """What one transaction added to or took from the totals; appended only, so that writers never wait."""

    __tablename__ = "order_totals_changes"
    __table_args__ = (one_of("status", OrderStatus), one_of("payment_status", PaymentStatus), AUTOVACUUM)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    local_date: Mapped[date] = mapped_column(Date)
    account_id: Mapped[int] = mapped_column(BigId)
    status: Mapped[str] = mapped_column(Code)
    payment_status: Mapped[str] = mapped_column(Code)
    currency: Mapped[str] = mapped_column(Code)
    orders: Mapped[int] = mapped_column()
    total: Mapped[int] = mapped_column(BigId)


class DeletedOrder(Base):
    """The tombstone of a deleted order, so that its channel does not bring it back."""

    __tablename__ = "deleted_orders"
    __table_args__ = (UniqueConstraint("account_id", "channel_order_id"),)

    number: Mapped[str] = mapped_column(Code, primary_key=True)
    account_id: Mapped[int | None] = mapped_column(BigId)
    channel_order_id: Mapped[str | None] = mapped_column(Code)
    audit_id: Mapped[int | None] = mapped_column(BigId)
    deleted_at: Mapped[datetime] = mapped_column(UtcTime)
