"""An index for somebody's own latest changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

INDEX = "ix_batches_actor_id"


def upgrade() -> None:
    # Where 0007 was run between two releases it has made this index already.
    op.create_index(INDEX, "batches", ["actor_id", sa.text("id DESC")], if_not_exists=True)


def downgrade() -> None:
    op.drop_index(INDEX, table_name="batches", if_exists=True)
