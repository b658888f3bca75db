"""Frozen lists of orders, and what waits for an order by its id."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.models.types import BigId, Code

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "job_targets",
        sa.Column("job_id", BigId, nullable=False),
        sa.Column("row_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("order_id", BigId, nullable=False),
        sa.Column("number", Code, nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_job_targets_job_id_jobs", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "row_no", name="pk_job_targets"),
    )
    op.create_index(
        "ix_outbox_order_id", "outbox", ["order_id"],
        postgresql_where=sa.text("state = 0"), sqlite_where=sa.text("state = 0"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_outbox_order_id", table_name="outbox")
    op.drop_table("job_targets")
