"""Tags: words of the house that people put on orders, and which order carries which."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Base
from webapp.models.types import BigId, Code, UtcTime


class Tag(Base):
    """One tag. `code` stands in addresses and never changes; `name` may. Archived ones are no longer offered."""

    __tablename__ = "tags"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    code: Mapped[str] = mapped_column(Code, unique=True)
    name: Mapped[str] = mapped_column(Text)
    archived_at: Mapped[datetime | None] = mapped_column(UtcTime)

    def __str__(self) -> str:
        return self.name


class OrderTag(Base):
    """A tag on an order. `account_id` and `ordered_at` are copies, so that the tag filter pages like the list."""

    __tablename__ = "order_tags"
    __table_args__ = (
        # The tag filter, in list order.
        Index("ix_order_tags_tag_id", "tag_id", text("ordered_at DESC"), text("order_id DESC")),
        Index(None, "order_id"),  # the tags of the rows of a page; deleting an order
    )

    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id"), primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[int] = mapped_column(BigId)
    ordered_at: Mapped[datetime] = mapped_column(UtcTime)
