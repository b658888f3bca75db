"""Orders from files: how files of a shape are read, files known by their content, and new kinds of jobs."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

from webapp.models.types import BigId, Code, Json, UtcTime

revision = "0005"
down_revision = "0004"

KINDS = ("order_upload", "bulk_change", "undo")


def upgrade() -> None:
    op.create_table(
        "header_mappings",
        sa.Column("shape_hash", Code, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("upload", Code, nullable=False),
        sa.Column("mapping", Json, nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_header_mappings_user_id_users"),
        sa.PrimaryKeyConstraint("shape_hash", name="pk_header_mappings"),
    )
    op.create_index("ix_files_sha256", "files", ["sha256"], unique=False)
    op.create_index("ix_jobs_file_id", "jobs", ["file_id"], unique=False)
    _set_kinds([*_kinds(), *KINDS])


def downgrade() -> None:
    ours = f"select id from jobs where kind in ({', '.join(repr(kind) for kind in KINDS)})"
    op.execute(f"delete from job_rows where job_id in ({ours})")
    op.execute(f"update batches set job_id = null where job_id in ({ours})")
    op.execute(f"update jobs set parent_id = null where parent_id in ({ours})")
    op.execute(f"delete from jobs where id in ({ours})")
    _set_kinds([kind for kind in _kinds() if kind not in KINDS])
    op.drop_index("ix_jobs_file_id", table_name="jobs")
    op.drop_index("ix_files_sha256", table_name="files")
    op.drop_table("header_mappings")


NAME = "ck_jobs_ck_jobs_kind"
"""What the naming convention made of the check's name."""


def _kinds() -> list[str]:
    """The kinds of jobs that the table takes now."""
    if op.get_bind().dialect.name == "postgresql":
        told = f"select pg_get_constraintdef(oid) from pg_constraint where conname = '{NAME}'"
    else:
        told = f"select substr(sql, instr(sql, '{NAME}')) from sqlite_master where name = 'jobs'"
    check = str(op.get_bind().scalar(sa.text(told)))
    return re.findall(r"'(\w+)'", check.partition("CONSTRAINT")[0])


def _set_kinds(kinds: list[str]) -> None:
    check = f"kind IN ({', '.join(repr(kind) for kind in kinds)})"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"alter table jobs drop constraint {NAME}")
        op.execute(f"alter table jobs add constraint {NAME} check ({check})")
        return
    # SQLite changes a check by making the table anew, and dropping the old one would delete the rows of every job with
    # it. Rows stay as they are under a wider check, so only the text of the table is changed.
    bind = op.get_bind()
    sql = str(bind.scalar(sa.text("select sql from sqlite_master where name = 'jobs'")))
    changed = re.sub(rf"{NAME} CHECK \(kind IN \([^)]*\)\)", f"{NAME} CHECK ({check})", sql)
    version = int(bind.scalar(sa.text("pragma schema_version")))
    bind.exec_driver_sql("pragma writable_schema = on")
    bind.execute(sa.text("update sqlite_master set sql = :sql where name = 'jobs'"), {"sql": changed})
    bind.exec_driver_sql(f"pragma schema_version = {version + 1}")
    bind.exec_driver_sql("pragma writable_schema = off")
