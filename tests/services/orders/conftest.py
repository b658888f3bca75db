"""Reading sessions on the database of many orders."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.services.orders.listing import Listing


@pytest.fixture
def session(listing: Listing) -> Iterator[Session]:
    """A reading session on the database of `listing`."""
    with Session(listing.engine) as session:
        yield session


@pytest.fixture
def sent(listing: Listing) -> Iterator[list[str]]:
    """Every statement sent to the database of `listing` from here on."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement != "BEGIN":
            statements.append(statement)

    event.listen(listing.engine, "before_cursor_execute", note)
    yield statements
    event.remove(listing.engine, "before_cursor_execute", note)
