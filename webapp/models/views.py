"""Saved views of the list of orders: a filter, a sort and columns under a name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Base
from webapp.models.types import BigId, Code, Json, UtcTime


class SavedView(Base):
    """One view. `code` stands in addresses and never changes. `query` is the filter as the list's address has it, sort
    included; `columns` are the names of the columns in their order, none where each reader has their own. A person has
    at most one default."""

    __tablename__ = "saved_views"
    __table_args__ = (
        Index(None, "owner_id"),  # a person's own
        # What others may see too.
        Index(
            "ix_saved_views_shared", "shared",
            postgresql_where=text("shared"), sqlite_where=text("shared"),
        ),
        # The one that opens with the list; every request of its owner asks for it.
        Index(
            "uq_saved_views_default", "owner_id", unique=True,
            postgresql_where=text("is_default"), sqlite_where=text("is_default"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    code: Mapped[str] = mapped_column(Code, unique=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Text)
    query: Mapped[str] = mapped_column(Text, default="")
    columns: Mapped[list[str]] = mapped_column(Json, default=list)
    shared: Mapped[bool] = mapped_column(default=False)
    is_default: Mapped[bool] = mapped_column(default=False)

    def __str__(self) -> str:
        return self.name
