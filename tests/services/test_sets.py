"""Rows as a table inside one statement come out as they went in, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from webapp.extensions import db
from webapp.services.sets import RowSet, any_of, db_time, insert_rows, many, rows_beside

ODD = (
    "plain", "", " ", "NULL", "null", "{a,b}", 'say "so"', '"', '""', "\\", "\\\"", "a\\", "',;--", "two\nlines\ttab",
    "한국어 주문", "Rp1.000 – ✓", "$1 %(name)s :name", None,
)  # fmt: skip


def _through(rows: RowSet, values: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    dialect = db.engine.dialect
    names = ", ".join(rows.columns)
    with db.engine.connect() as connection:
        found = connection.execute(text(f"select {names} from {rows.source(dialect)}"), rows.params(dialect, values))
        return [tuple(row) for row in found]


def test_text_comes_through_as_it_is(app: Flask) -> None:
    rows = RowSet("u", n="int", words="text")
    values = list(enumerate(ODD))
    assert sorted(_through(rows, values)) == values


@pytest.mark.parametrize("alone", ODD)
def test_a_single_odd_text_is_one_row(app: Flask, alone: str | None) -> None:
    assert _through(RowSet("u", words="text"), [(alone,)]) == [(alone,)]


def test_other_kinds_come_through(app: Flask) -> None:
    moment = datetime(2026, 11, 21, 9, 42, 7, 123_000, tzinfo=UTC)
    rows = RowSet("u", n="bigint", yes="boolean", at="timestamptz", day="date")
    dialect = db.engine.dialect
    sqlite = dialect.name == "sqlite"
    day: Any = date(2026, 11, 21)
    first = (-(1 << 40), True, db_time(dialect, moment), day.isoformat() if sqlite else day)
    found = _through(rows, [first, (0, False, None, None), (None, None, None, None)])
    assert found == [first, (0, False, None, None), (None, None, None, None)]


def test_json_comes_through(app: Flask) -> None:
    value = {"comment": 'a "b" \\ {c}', "n": [1, None]}
    dialect = db.engine.dialect
    rows = RowSet("u", body="jsonb")
    with db.engine.connect() as connection:
        sql = f"select u.body ->> 'comment', u.body is null from {rows.source(dialect)}"
        found = connection.execute(text(sql), rows.params(dialect, [(value,), (None,)])).all()
    assert [tuple(row) for row in found] == [(value["comment"], False), (None, True)]


def test_no_rows_are_no_rows(app: Flask) -> None:
    assert _through(RowSet("u", n="bigint", words="text", body="jsonb"), []) == []


@pytest.mark.parametrize("same", ["plain", 'say "so"', None])
def test_what_all_rows_share_is_bound_once_and_comes_through(app: Flask, same: str | None) -> None:
    rows = RowSet("u", n="int", words="text", yes="boolean", body="jsonb", other="text")
    values = [(n, same, True, {"a": [1, same]}, f"row {n}") for n in range(3)]
    dialect = db.engine.dialect
    shared = rows.shared(values)
    assert shared == {"words", "yes", "body"}
    sql = f"select u.n, u.words, u.yes, u.body ->> 'a' is not null, u.other from {rows.source(dialect, shared)}"
    with db.engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(sql), rows.params(dialect, values, shared))]
    assert sorted(found) == [(n, same, True, True, f"row {n}") for n in range(3)]


def test_the_first_column_is_never_shared() -> None:
    rows = RowSet("u", n="int", words="text")
    assert rows.shared([(1, "a")]) == {"words"}
    assert rows.shared([(1, "a"), (1, "a")]) == {"words"}
    assert rows.shared([]) == frozenset()


@pytest.mark.parametrize(("kind", "odd"), [("text", ODD), ("boolean", (True, False)), ("bigint", (7, -(1 << 40)))])
def test_a_number_and_one_more_value_come_through_also_when_the_number_comes_twice(
    app: Flask, kind: str, odd: tuple[Any, ...]
) -> None:
    rows = RowSet("u", n="bigint", other=kind, third="text")
    values = [(3, None, "same"), *((-4, value, "same") for value in odd)]
    shared = rows.shared(values)
    dialect = db.engine.dialect
    sql = f"select u.n, u.other, u.third from {rows.source(dialect, shared)}"
    with db.engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(sql), rows.params(dialect, values, shared))]
    assert found == values


@pytest.mark.parametrize("values", [[1, -(1 << 40)], list(filter(None, ODD)), ["one"], []])
def test_a_list_to_compare_with_comes_through(app: Flask, values: list[Any]) -> None:
    column = "n" if values and isinstance(values[0], int) else "words"
    rows = RowSet("u", n="bigint", words="text")
    dialect = db.engine.dialect
    kept = [(value, "x") if column == "n" else (n, value) for n, value in enumerate(values)]
    sql = f"select u.{column} from {rows.source(dialect)} where {any_of(dialect, column, 'those')}"
    with db.engine.connect() as connection:
        params = rows.params(dialect, [*kept, (99, "another")]) | {"those": many(dialect, values)}
        assert sorted(connection.execute(text(sql), params).scalars()) == sorted(values)


def test_every_row_is_inserted_once(app: Flask) -> None:
    with db.engine.connect() as connection:
        connection.execute(text("create temporary table tried (n integer, words text)"))
        for count in (0, 1, 49, 50, 51, 100, 120):
            rows = [(n, ODD[n % len(ODD)]) for n in range(count)]
            insert_rows(connection, "tried", ("n", "words"), rows)
            found = connection.execute(text("select n, words from tried order by n"))
            assert [tuple(row) for row in found] == rows
            connection.execute(text("delete from tried"))
        connection.rollback()


def test_rows_that_are_written_beside_come_in_the_order_of_the_calls(app: Flask) -> None:
    with db.engine.connect() as connection:
        connection.execute(text("create temporary table parents (n integer primary key)"))
        connection.execute(text("create temporary table children (n integer references parents (n))"))
        with rows_beside(connection) as write:
            write("parents", ("n",), [(n,) for n in range(5_000)])
            write("children", ("n",), [(n,) for n in range(5_000)])
        assert connection.execute(text("select count(*) from children")).scalar_one() == 5_000
        connection.rollback()


def test_the_first_error_of_rows_written_beside_is_the_one_that_is_told(app: Flask) -> None:
    with db.engine.connect() as connection:
        connection.execute(text("create temporary table tried (n integer primary key)"))
        with pytest.raises(IntegrityError):
            _write_twice_and_nowhere(connection)
        connection.rollback()


def _write_twice_and_nowhere(connection: Connection) -> None:
    with rows_beside(connection) as write:
        write("tried", ("n",), [(1,), (1,)])
        write("nowhere", ("n",), [(1,)])
