"""Frozen lists of orders, the jobs that change them and take changes back, and what waits for an order by its id."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

from webapp.models.types import BigId, Code

revision = "0007"
down_revision = "0004"

NEW_KINDS = ("bulk_change", "undo")


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
    known = _kinds()
    _set_kinds([*known, *(kind for kind in NEW_KINDS if kind not in known)])


def downgrade() -> None:
    ours = ", ".join(f"'{kind}'" for kind in NEW_KINDS)
    op.execute(f"update batches set job_id = null where job_id in (select id from jobs where kind in ({ours}))")
    op.execute(f"update jobs set parent_id = null where parent_id in (select id from jobs where kind in ({ours}))")
    op.execute(f"delete from jobs where kind in ({ours})")
    _set_kinds([kind for kind in _kinds() if kind not in NEW_KINDS])
    op.drop_index("ix_outbox_order_id", table_name="outbox")
    op.drop_table("job_targets")


_CHECK = re.compile(r"(CONSTRAINT \w*ck_jobs_kind CHECK) \(kind IN \(([^)]*)\)\)")


def _sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _definition() -> tuple[str, str]:
    """The name and the words of the check (PostgreSQL), or those of the table (SQLite)."""
    sql = (
        "select name, sql from sqlite_master where type = 'table' and name = 'jobs'"
        if _sqlite()
        else "select conname, pg_get_constraintdef(oid) from pg_constraint"
        " where conrelid = 'jobs'::regclass and conname like '%ck_jobs_kind'"
    )
    name, words = op.get_bind().execute(sa.text(sql)).one()
    return name, words


def _kinds() -> list[str]:
    """The kinds of job that the database allows."""
    _name, words = _definition()
    found = _CHECK.search(words)
    return re.findall(r"'(\w+)'", found[2] if found else words)


def _set_kinds(kinds: list[str]) -> None:
    """Allow these kinds of job.

    SQLite can't change a check but by a new table, and dropping the old one would take the rows along that point to
    it. A check leaves nothing on the disk but its words, and SQLite's documentation describes this way to change them.
    """
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    name, before = _definition()
    if not _sqlite():
        op.execute(f"alter table jobs drop constraint {name}, add constraint {name} check (kind in ({listed}))")
        return
    after, changed = _CHECK.subn(rf"\1 (kind IN ({listed}))", before)
    if changed != 1:
        raise RuntimeError(f"the check on jobs.kind was not found in: {before}")
    connection = op.get_bind()
    version = connection.execute(sa.text("pragma schema_version")).scalar_one()
    connection.execute(sa.text("pragma writable_schema = on"))
    rewrite = sa.text("update sqlite_master set sql = :sql where type = 'table' and name = 'jobs'")
    connection.execute(rewrite, {"sql": after})
    connection.execute(sa.text(f"pragma schema_version = {version + 1}"))
    connection.execute(sa.text("pragma writable_schema = off"))
