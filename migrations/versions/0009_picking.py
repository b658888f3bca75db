"""How many pieces of a line are picked and packed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    # With a constant default neither database writes or reads a row of the table for a new column; a check over
    # both columns would read them all.
    for name in ("picked", "packed"):
        op.add_column("order_lines", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    for name in ("packed", "picked"):
        op.drop_column("order_lines", name)
