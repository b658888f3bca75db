"""How Alembic reaches the database: through the running application, or a connection handed in by a test."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import Connection

import webapp.models  # noqa: F401 -- maps every table
from webapp.database import make_engine
from webapp.extensions import Base

OWN_SHAPE = {"order_search", "order_fts", "order_fts_data", "order_fts_idx", "order_fts_docsize", "order_fts_config"}
"""Tables whose shape differs between the databases: the migrations make them, the models only read them."""


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """Leave those tables out when a migration is made by comparison."""
    return kind != "table" or name not in OWN_SHAPE


def run(connection: Connection) -> None:
    """Run the migrations in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        include_name=include_name,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


handed_in = context.config.attributes.get("connection")
if handed_in is not None:
    run(handed_in)
else:
    engine = make_engine(current_app.config["SQLALCHEMY_DATABASE_URI"], limits=False)
    with engine.execution_options(write=True).begin() as opened:
        run(opened)
    engine.dispose()
