"""Search text of orders: a trigram index on PostgreSQL, a full-text index kept by triggers on SQLite."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

POSTGRESQL = (
    "create extension if not exists pg_trgm",
    """create table order_search (
        order_id bigint constraint pk_order_search primary key
            constraint fk_order_search_order_id_orders references orders (id) on delete cascade,
        account_id bigint not null,
        ordered_at timestamptz not null,
        doc text not null
    )""",
    "alter table order_search alter column doc set statistics 1000",
    # A small pending list: a big one makes one unlucky insert in many pay for cleaning it.
    "create index ix_order_search_doc on order_search using gin (doc gin_trgm_ops) with (gin_pending_list_limit = 512)",
)
SQLITE = (
    """create table order_search (
        sort_key integer constraint pk_order_search primary key,
        order_id integer not null constraint uq_order_search_order_id unique
            constraint fk_order_search_order_id_orders references orders (id) on delete cascade,
        account_id integer not null,
        ordered_at integer not null,
        doc text not null
    )""",
    "create virtual table order_fts using fts5"
    "(doc, content='order_search', content_rowid='sort_key', tokenize='trigram case_sensitive 1')",
    """create trigger order_search_inserted after insert on order_search begin
        insert into order_fts (rowid, doc) values (new.sort_key, new.doc);
    end""",
    """create trigger order_search_deleted after delete on order_search begin
        insert into order_fts (order_fts, rowid, doc) values ('delete', old.sort_key, old.doc);
    end""",
    """create trigger order_search_updated after update on order_search begin
        insert into order_fts (order_fts, rowid, doc) values ('delete', old.sort_key, old.doc);
        insert into order_fts (rowid, doc) values (new.sort_key, new.doc);
    end""",
)


def upgrade() -> None:
    for statement in POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("drop table order_fts")
    op.execute("drop table order_search")
