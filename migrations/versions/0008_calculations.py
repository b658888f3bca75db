"""Jobs that calculate what the orders of a list come to."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

KIND = "calculation"
NAME = "ck_jobs_ck_jobs_kind"
"""What the naming convention made of the check's name."""


def upgrade() -> None:
    _set_kinds([*_kinds(), KIND])


def downgrade() -> None:
    op.execute(f"delete from jobs where kind = '{KIND}'")
    _set_kinds([kind for kind in _kinds() if kind != KIND])


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
    # The text of the table only, as in 0005: making it anew would delete the rows of every job with the old one.
    bind = op.get_bind()
    sql = str(bind.scalar(sa.text("select sql from sqlite_master where name = 'jobs'")))
    changed = re.sub(rf"{NAME} CHECK \(kind IN \([^)]*\)\)", f"{NAME} CHECK ({check})", sql)
    version = int(bind.scalar(sa.text("pragma schema_version")))
    bind.exec_driver_sql("pragma writable_schema = on")
    bind.execute(sa.text("update sqlite_master set sql = :sql where name = 'jobs'"), {"sql": changed})
    bind.exec_driver_sql(f"pragma schema_version = {version + 1}")
    bind.exec_driver_sql("pragma writable_schema = off")
