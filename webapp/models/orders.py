"""The order and what belongs to it. Narrow on purpose: what changes often or is listed is here, the rest beside it.

Each index has its reason; a changed status writes every full index of the row, so there is none without one.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.domain.order_status import Acceptance, OrderStatus
from webapp.domain.payment import PaymentMethod, PaymentStatus
from webapp.extensions import Base
from webapp.models.stores import ChannelAccount
from webapp.models.types import BigId, Bytes, Code, UtcTime, one_of

AUTOVACUUM = {"postgresql_with": {"autovacuum_vacuum_scale_factor": "0.02", "autovacuum_analyze_scale_factor": "0.02"}}
_TO_SHIP = "status IN ('confirmed', 'in_process', 'ready_to_ship')"


class Customer(Base):
    """A buyer of a store, for grouping. The order keeps its own copy of who bought."""

    __tablename__ = "customers"
    __table_args__ = (
        Index(None, "store_id", "phone_key"),  # finds the buyer of a new order
        Index(None, "store_id", "email"),  # the same, by e-mail
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    name: Mapped[str] = mapped_column(Text)
    phone_key: Mapped[str | None] = mapped_column(Code)
    email: Mapped[str | None] = mapped_column(Code)
    notes: Mapped[str | None] = mapped_column(Text)


class Order(Base):
    """One order. Amounts in minor units of `currency`; `ordered_at`, `local_date` and `store_id` never change."""

    __tablename__ = "orders"
    __table_args__ = (
        one_of("status", OrderStatus),
        one_of("payment_status", PaymentStatus),
        one_of("payment_method", PaymentMethod),
        one_of("acceptance", Acceptance),
        CheckConstraint("subtotal >= 0 AND shipping_fee >= 0 AND discount >= 0 AND total >= 0", name="amounts"),
        CheckConstraint("length(currency) = 3", name="currency"),
        CheckConstraint("version >= 1", name="version"),
        # NULLs sort differently on the two engines and fall out of keysets.
        CheckConstraint(f"ship_by IS NOT NULL OR NOT ({_TO_SHIP})", name="ship_by"),
        # The list without filters; the bounded walk.
        Index("ix_orders_ordered_at", text("ordered_at DESC"), text("id DESC")),
        # Tabs and status filters over all accounts.
        Index("ix_orders_status", "status", text("ordered_at DESC"), text("id DESC")),
        # Store, channel, account filters.
        Index("ix_orders_account_id", "account_id", text("ordered_at DESC"), text("id DESC")),
        # The same with tabs; small stores with rare statuses.
        Index(
            "ix_orders_account_id_status", "account_id", "status", text("ordered_at DESC"), text("id DESC")
        ),
        # "Updated" filter and sort.
        Index("ix_orders_updated_at", text("updated_at DESC"), text("id DESC")),
        # Unpaid, under review. A query repeats `payment_status <> 'paid'`, or SQLite does not use it.
        Index(
            "ix_orders_payment_status", "payment_status", text("ordered_at DESC"), text("id DESC"),
            postgresql_where=text("payment_status <> 'paid'"), sqlite_where=text("payment_status <> 'paid'"),
        ),
        # My orders.
        Index(
            "ix_orders_assigned_to", "assigned_to", text("ordered_at DESC"), text("id DESC"),
            postgresql_where=text("assigned_to IS NOT NULL"), sqlite_where=text("assigned_to IS NOT NULL"),
        ),
        # Overdue to ship, and its sort.
        Index(
            "ix_orders_ship_by", "ship_by", "id",
            postgresql_where=text(_TO_SHIP), sqlite_where=text(_TO_SHIP),
        ),
        # A fulfilment provider's list, by branches over statuses.
        Index(
            "ix_orders_warehouse_id", "warehouse_id", "status", text("ordered_at DESC"), text("id DESC"),
            postgresql_where=text("warehouse_id IS NOT NULL"), sqlite_where=text("warehouse_id IS NOT NULL"),
        ),
        # What waits for acceptance.
        Index(
            "ix_orders_acceptance", "account_id", text("ordered_at DESC"), text("id DESC"),
            postgresql_where=text("acceptance = 'awaiting'"), sqlite_where=text("acceptance = 'awaiting'"),
        ),
        {"sqlite_autoincrement": True, **AUTOVACUUM},
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    account_id: Mapped[int] = mapped_column(ForeignKey("channel_accounts.id"))
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    number: Mapped[str] = mapped_column(Code, unique=True)
    status: Mapped[str] = mapped_column(Code)
    payment_status: Mapped[str] = mapped_column(Code)
    payment_method: Mapped[str | None] = mapped_column(Code)
    digital: Mapped[bool] = mapped_column(default=False)
    currency: Mapped[str] = mapped_column(Code)
    subtotal: Mapped[int] = mapped_column(BigId)
    shipping_fee: Mapped[int] = mapped_column(BigId, default=0)
    discount: Mapped[int] = mapped_column(BigId, default=0)
    total: Mapped[int] = mapped_column(BigId)
    item_count: Mapped[int] = mapped_column(default=0)
    ordered_at: Mapped[datetime] = mapped_column(UtcTime)
    local_date: Mapped[date] = mapped_column(Date)
    updated_at: Mapped[datetime] = mapped_column(UtcTime)
    version: Mapped[int] = mapped_column(default=1)
    acceptance: Mapped[str] = mapped_column(Code, default=Acceptance.NOT_NEEDED.value)
    on_hold: Mapped[bool] = mapped_column(default=False)
    ship_by: Mapped[datetime | None] = mapped_column(UtcTime)
    arranged_at: Mapped[datetime | None] = mapped_column(UtcTime)
    label_printed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    invoice_printed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    warehouse_id: Mapped[int | None] = mapped_column(ForeignKey("warehouses.id"))
    assigned_to: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    returns_withdrawn: Mapped[bool] = mapped_column(default=False)

    account: Mapped[ChannelAccount] = relationship(viewonly=True)

    def __str__(self) -> str:
        return self.number


class OrderContact(Base):
    """Everything personal about one order, in one table, so that masking and erasing are one place."""

    __tablename__ = "order_contacts"
    __table_args__ = (
        Index(None, "phone_key"),  # a whole phone number typed into the search
        Index(None, "buyer_email"),  # a whole e-mail typed into the search
    )

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True)
    public_token: Mapped[bytes] = mapped_column(Bytes, unique=True)
    buyer_name: Mapped[str] = mapped_column(Text)
    buyer_phone: Mapped[str] = mapped_column(Text, default="")
    phone_key: Mapped[str | None] = mapped_column(Code)
    buyer_email: Mapped[str | None] = mapped_column(Code)
    address: Mapped[str] = mapped_column(Text, default="")
    district: Mapped[str] = mapped_column(Text, default="")
    city: Mapped[str] = mapped_column(Text, default="")
    province: Mapped[str] = mapped_column(Text, default="")
    postal_code: Mapped[str] = mapped_column(Text, default="")
    country: Mapped[str] = mapped_column(Code, default="")
    note: Mapped[str | None] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(Code)


class OrderChannel(Base):
    """The number that another system knows an order by, and what that system last said about it."""

    __tablename__ = "order_channel"
    __table_args__ = (
        Index("uq_order_channel_account_id_channel_order_id", "account_id", "channel_order_id", unique=True),
        Index(None, "channel_order_id"),  # a channel's number typed into the search or a file
    )

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("channel_accounts.id"))
    channel_order_id: Mapped[str] = mapped_column(Code)
    channel_status: Mapped[str | None] = mapped_column(Code)
    channel_updated_at: Mapped[datetime | None] = mapped_column(UtcTime)
    cancel_requested_at: Mapped[datetime | None] = mapped_column(UtcTime)
    cancel_deadline: Mapped[datetime | None] = mapped_column(UtcTime)
    reported_total: Mapped[int | None] = mapped_column(BigId)
    payload_hash: Mapped[str | None] = mapped_column(Code)


class OrderLine(Base):
    """One item of an order, and how many of its pieces are `picked` and, of these, `packed`.

    `account_id` and `ordered_at` are copies, so that a SKU filter pages like the list.
    """

    __tablename__ = "order_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0 AND unit_price >= 0", name="amounts"),
        # The SKU filter, in list order.
        Index("ix_order_lines_sku", "sku", text("ordered_at DESC"), text("order_id DESC")),
    )

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sku: Mapped[str | None] = mapped_column(Code)
    name: Mapped[str] = mapped_column(Text)
    quantity: Mapped[int] = mapped_column()
    unit_price: Mapped[int] = mapped_column(BigId)
    digital: Mapped[bool] = mapped_column(default=False)
    account_id: Mapped[int] = mapped_column(BigId)
    ordered_at: Mapped[datetime] = mapped_column(UtcTime)
    picked: Mapped[int] = mapped_column(server_default="0")
    packed: Mapped[int] = mapped_column(server_default="0")
