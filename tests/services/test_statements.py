"""Statements written by hand: what fails in them fails as it does everywhere else."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import DBAPIError, IntegrityError

from webapp.extensions import db
from webapp.services.sending import read, send
from webapp.services.sets import insert_rows
from webapp.services.statements import Statement


def test_a_failure_in_a_later_row_is_sqlalchemys_too(app: Flask) -> None:
    st = Statement(db.session())
    rows = "select 1 as x union all select -9223372036854775807 - 1"
    with pytest.raises(DBAPIError, match=r"overflow|out of range") as caught:
        st.run(f"select abs(x) from ({rows}) r")  # SQLite comes upon it while the rows are fetched
    assert isinstance(caught.value.orig, db.engine.dialect.loaded_dbapi.Error)


def test_a_failure_of_many_rows_is_sqlalchemys_too(app: Flask) -> None:
    with db.engine.execution_options(write=True).connect() as connection, pytest.raises(IntegrityError):
        insert_rows(connection, "role_permissions", ("role", "permission"), [("cs", "orders.view")] * 2)


def test_a_statement_that_is_sent_fails_as_any_other(app: Flask) -> None:
    sql = "insert into role_permissions (role, permission) values ('cs', 'orders.view')"
    with db.engine.execution_options(write=True).connect() as connection:
        connection.begin()
        send(connection, sql, ())
        with pytest.raises(IntegrityError):
            send(connection, sql, ())
        connection.rollback()


def test_who_listens_to_statements_hears_of_those_written_by_hand(app: Flask, statements: list[str]) -> None:
    with db.engine.connect() as connection:
        statements.clear()
        assert read(connection, "select 1, 'x'", ()) == [(1, "x")]
    assert statements == ["select 1, 'x'"]


def test_a_closed_connection_fails_as_any_other_and_is_replaced(app: Flask) -> None:
    with db.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.close()
        with pytest.raises(DBAPIError) as failed:
            read(connection, "select 1", ())
    assert failed.value.connection_invalidated
    with db.engine.connect() as connection:
        assert read(connection, "select 1", ()) == [(1,)]
