"""Saved views of the list of orders."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.models.types import BigId, Code, Json, UtcTime

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "saved_views",
        sa.Column("id", BigId, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("code", Code, nullable=False),
        sa.Column("owner_id", BigId, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("columns", Json, nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name="fk_saved_views_owner_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_views"),
        sa.UniqueConstraint("code", name="uq_saved_views_code"),
    )
    op.create_index("ix_saved_views_owner_id", "saved_views", ["owner_id"])
    op.create_index(
        "ix_saved_views_shared",
        "saved_views",
        ["shared"],
        postgresql_where=sa.text("shared"),
        sqlite_where=sa.text("shared"),
    )
    op.create_index(
        "uq_saved_views_default",
        "saved_views",
        ["owner_id"],
        unique=True,
        postgresql_where=sa.text("is_default"),
        sqlite_where=sa.text("is_default"),
    )


def downgrade() -> None:
    op.drop_table("saved_views")
