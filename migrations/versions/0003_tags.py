"""Tags, and the orders that carry them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.models.types import BigId, Code, UtcTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "tags",
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("code", Code, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("archived_at", UtcTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_tags"),
        sa.UniqueConstraint("code", name="uq_tags_code"),
    )
    op.create_table(
        "order_tags",
        sa.Column("tag_id", BigId, nullable=False),
        sa.Column("order_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("ordered_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name="fk_order_tags_tag_id_tags"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_order_tags_order_id_orders", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tag_id", "order_id", name="pk_order_tags"),
    )
    op.create_index(
        "ix_order_tags_tag_id", "order_tags", ["tag_id", sa.text("ordered_at DESC"), sa.text("order_id DESC")]
    )
    op.create_index("ix_order_tags_order_id", "order_tags", ["order_id"])


def downgrade() -> None:
    op.drop_table("order_tags")
    op.drop_table("tags")
