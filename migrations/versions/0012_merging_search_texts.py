"""SQLite's search index merges later: the scheduler puts it in order, in large steps that cost a third."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    _automerge(8)


def downgrade() -> None:
    _automerge(4)


def _automerge(segments: int) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"insert into order_fts (order_fts, rank) values ('automerge', {segments})")
