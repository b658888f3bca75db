"""What the database does for a request: every statement of it with its plan, taken where and when it ran."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Engine, event

from webapp.database import BY_KEY

_LONGEST = 300
"""Characters of a plan's line that are kept: a thousand bound ids say no more than ten."""
_EXPLAINED = ("select", "with", "insert", "update", "delete")


@contextmanager
def statements_of(engine: Engine, *, explain: bool = True) -> Iterator[list[dict[str, Any]]]:
    """Gather every statement sent through `engine`, and the one beside it that reads by keys, while the block runs,
    in order, each with its plan.

    On PostgreSQL the plan is EXPLAIN (ANALYZE, BUFFERS), run just before the statement and taken back, so it is the
    plan on the very state that the statement finds; on SQLite it is EXPLAIN QUERY PLAN. Nothing is timed meanwhile.
    What is sent outside a transaction must only read.
    """
    sent: list[dict[str, Any]] = []
    ask = _ask_sqlite if engine.dialect.name == "sqlite" else _ask_postgresql

    def note(_connection: Any, cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        words = " ".join(statement.split())
        if words.lower().startswith("begin"):
            return  # SQLite's transactions are begun by hand, PostgreSQL's by the driver: no statement of the request
        plan: list[str] = []
        if explain and words.lower().startswith(_EXPLAINED):
            plan = ask(cursor.connection, statement, parameters[0] if many and parameters else parameters)
        sent.append({"statement": words, "plan": plan})

    with heard(engine, note):
        yield sent


@contextmanager
def heard(engine: Engine, note: Callable[..., None]) -> Iterator[None]:
    """Call `note` before every statement of `engine`, and of the one beside it, while the block runs."""
    beside = engine.get_execution_options().get(BY_KEY)
    engines = [engine] if beside is None else [engine, beside]
    for each in engines:
        event.listen(each, "before_cursor_execute", note)
    try:
        yield
    finally:
        for each in engines:
            event.remove(each, "before_cursor_execute", note)


def plan_of(connection: Any, statement: str, parameters: Any = (), *, sqlite: bool, run: bool = True) -> dict[str, Any]:
    """The plan of a statement on a driver's connection; without `run` it is not executed for it (PostgreSQL)."""
    if sqlite:
        plan = _ask_sqlite(connection, statement, parameters)
    else:
        plan = _ask_postgresql(connection, statement, parameters, run=run)
    return {"statement": " ".join(statement.split()), "plan": plan}


def _ask_postgresql(connection: Any, statement: str, parameters: Any, *, run: bool = True) -> list[str]:
    how = "explain (analyze, buffers)" if run else "explain"
    within = connection.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS or not connection.autocommit
    with connection.cursor() as cursor:
        if within:
            cursor.execute("savepoint explaining")
        cursor.execute(f"{how} {statement}", parameters or None)
        plan = [row[0] if len(row[0]) <= _LONGEST else f"{row[0][:_LONGEST]}…" for row in cursor.fetchall()]
        if within:
            cursor.execute("rollback to savepoint explaining")
            cursor.execute("release savepoint explaining")
    return plan


def _ask_sqlite(connection: Any, statement: str, parameters: Any) -> list[str]:
    rows = connection.execute(f"explain query plan {statement}", parameters or ()).fetchall()
    depth: dict[int, int] = {0: 0}
    plan = []
    for node, parent, _unused, words in rows:
        depth[node] = depth.get(parent, 0) + 1
        plan.append(f"{'  ' * (depth[node] - 1)}{words}")
    return plan
