"""Plans that a database seldom makes, for tests of what must hold whatever the plan."""

from __future__ import annotations

from sqlalchemy import Connection


def look_up_row_by_row(connection: Connection) -> None:
    """Let PostgreSQL ask for what is in a list anew for each row, in this transaction."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("set local enable_hashjoin = off; set local enable_mergejoin = off")
        connection.exec_driver_sql("set local enable_material = off; set local enable_hashagg = off")
        connection.exec_driver_sql("set local enable_sort = off; set local enable_indexscan = off")
        connection.exec_driver_sql("set local enable_bitmapscan = off")
