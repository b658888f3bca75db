"""A longer list of search texts that wait for the trigram index: cleaned less often, a file of orders goes in sooner."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    _limit(2048)


def downgrade() -> None:
    _limit(512)


def _limit(kibibytes: int) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"alter index ix_order_search_doc set (gin_pending_list_limit = {kibibytes})")
