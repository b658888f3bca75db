"""SQLite keeps the totals in their key: a reader of many days doesn't look each row up a second time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.models.types import BigId, Code

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    _rebuild(with_rowid=False)


def downgrade() -> None:
    _rebuild(with_rowid=True)


def _rebuild(*, with_rowid: bool) -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    op.rename_table("order_totals", "order_totals_before")
    op.create_table(
        "order_totals",
        sa.Column("grain", Code, nullable=False),
        sa.Column("account_id", BigId, autoincrement=False, nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("status", Code, nullable=False),
        sa.Column("payment_status", Code, nullable=False),
        sa.Column("currency", Code, nullable=False),
        sa.Column("orders", BigId, nullable=False),
        sa.Column("total", BigId, nullable=False),
        sa.CheckConstraint("grain IN ('all', 'month', 'day')", name=op.f("ck_order_totals_grain")),
        sa.PrimaryKeyConstraint(
            "grain", "account_id", "period", "status", "payment_status", "currency", name="pk_order_totals"
        ),
        sqlite_with_rowid=with_rowid,
    )
    op.execute("insert into order_totals select * from order_totals_before order by 1, 2, 3, 4, 5, 6")
    op.drop_table("order_totals_before")
