"""A second kind of job: the download of orders."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Connection, text

revision = "0003"
down_revision = "0002"

CHECK = "ck_jobs_ck_jobs_kind"
"""As the first migration has called it."""
OLD = "kind IN ('status_upload')"
NEW = "kind IN ('status_upload', 'order_export')"


def upgrade() -> None:
    _allow(OLD, NEW)


def downgrade() -> None:
    op.execute("delete from jobs where kind = 'order_export'")
    _allow(NEW, OLD)


def _allow(before: str, after: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(op.get_bind(), before, after)
        return
    op.execute(f"alter table jobs drop constraint {CHECK}")
    op.execute(f"alter table jobs add constraint {CHECK} check ({after})")


# SQLite changes a check only with the whole table, and dropping a table deletes its rows first, which would take the
# rows of job_rows with them: what names a job is put aside meanwhile.
ASIDE = (
    "create table kept_job_rows as select * from job_rows",
    "create table kept_batches as select id, job_id from batches where job_id is not null",
    "create table kept_schedules as select name, last_job_id from schedules where last_job_id is not null",
    "delete from job_rows",
    "update batches set job_id = null where job_id is not null",
    "update schedules set last_job_id = null where last_job_id is not null",
)
BACK = (
    "insert into job_rows select * from kept_job_rows",
    "update batches set job_id = (select k.job_id from kept_batches k where k.id = batches.id)"
    " where id in (select id from kept_batches)",
    "update schedules set last_job_id = (select k.last_job_id from kept_schedules k where k.name = schedules.name)"
    " where name in (select name from kept_schedules)",
    "drop table kept_job_rows",
    "drop table kept_batches",
    "drop table kept_schedules",
)


def _rebuild(connection: Connection, before: str, after: str) -> None:
    of_jobs = "from sqlite_schema where tbl_name = 'jobs' and sql is not null and type ="
    table = connection.execute(text(f"select sql {of_jobs} 'table'")).scalar_one()
    indexes = connection.execute(text(f"select sql {of_jobs} 'index'")).scalars().all()
    if before not in table:
        raise RuntimeError(f"the table jobs has no check ({before})")
    for statement in ASIDE:
        connection.exec_driver_sql(statement)
    # Only the name: what refers to the table goes on meaning `jobs`.
    _name, columns = table.split("(", 1)
    connection.exec_driver_sql(f"create table jobs_next ({columns.replace(before, after)}")
    connection.exec_driver_sql("insert into jobs_next select * from jobs")
    connection.exec_driver_sql(
        "update sqlite_sequence set seq = (select max(seq) from sqlite_sequence where name in ('jobs', 'jobs_next'))"
        " where name = 'jobs_next'"
    )
    connection.exec_driver_sql("drop table jobs")
    connection.exec_driver_sql("alter table jobs_next rename to jobs")
    for index in indexes:
        connection.exec_driver_sql(index)
    for statement in BACK:
        connection.exec_driver_sql(statement)
