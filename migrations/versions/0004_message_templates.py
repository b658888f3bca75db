"""A store's own words for messages to its buyers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.models.types import BigId, Code

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "message_templates",
        sa.Column("store_id", BigId, nullable=False),
        sa.Column("event", Code, nullable=False),
        sa.Column("locale", Code, nullable=False),
        sa.Column("medium", Code, nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name="fk_message_templates_store_id_stores"),
        sa.PrimaryKeyConstraint("store_id", "event", "locale", "medium", name="pk_message_templates"),
    )


def downgrade() -> None:
    op.drop_table("message_templates")
