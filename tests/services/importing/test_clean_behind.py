"""Cleaning the search index beside an upload: one at a time, waited for at the end, and no upload fails with it."""

from __future__ import annotations

from contextlib import closing
from threading import Event
from types import SimpleNamespace
from typing import Any, cast

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from tests.factories import Shop
from tests.services.importing.uploading import csv, run, upload
from webapp.domain.actors import EVERYTHING
from webapp.extensions import db
from webapp.services.importing import clean_behind
from webapp.services.importing.clean_behind import CleanBehind
from webapp.services.orders.filters import ListFilter
from webapp.services.orders.query import list_orders


def engine_of(dialect: str) -> Engine:
    return cast("Engine", SimpleNamespace(dialect=SimpleNamespace(name=dialect)))


class Cleaning:
    """Stands in for the statement: it begins when asked, and ends when it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.times, self.began, self.go = 0, Event(), Event()
        monkeypatch.setattr(clean_behind, "clean_pending_texts", self)

    def __call__(self, _engine: Any) -> None:
        self.times += 1
        self.began.set()
        assert self.go.wait(10)


def test_one_cleaning_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    cleaning = Cleaning(monkeypatch)
    with closing(CleanBehind(engine_of("postgresql"))) as search:
        search.begin()
        assert cleaning.began.wait(10)
        search.begin()
        search.begin()
        cleaning.go.set()
    assert cleaning.times == 1


def test_the_end_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[bool] = []
    monkeypatch.setattr(clean_behind, "clean_pending_texts", lambda _engine: done.append(True))
    search = CleanBehind(engine_of("postgresql"))
    search.begin()
    search.close()
    assert done == [True]


def test_an_upload_of_orders_has_its_texts_taken_over(app: Flask, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """And they are found, whatever is left for later."""
    cleaned: list[str] = []
    clean = clean_behind.clean_pending_texts
    monkeypatch.setattr(
        clean_behind, "clean_pending_texts", lambda engine: (clean(engine), cleaned.append(engine.dialect.name))
    )
    storage = app.extensions["storage"]
    data = csv("store,buyer_name,item_name,quantity,unit_price", "rona,Siti Nurhaliza,Kemeja,1,145000")
    done = run(shop.actor(), storage, upload(shop.actor(), storage, data).id)
    assert (done.state, done.ok) == ("done", 1)
    assert cleaned == (["postgresql"] if db.engine.dialect.name == "postgresql" else [])
    assert len(list_orders(db.session, EVERYTHING, ListFilter(q="nurhaliza")).rows) == 1


def test_sqlite_has_nothing_to_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    cleaning = Cleaning(monkeypatch)
    with closing(CleanBehind(engine_of("sqlite"))) as search:
        search.begin()
    assert cleaning.times == 0


def test_what_fails_is_told_to_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Engine] = []

    def fail(engine: Engine) -> None:
        tried.append(engine)
        raise OperationalError("select", {}, Exception("gone"))

    monkeypatch.setattr(clean_behind, "clean_pending_texts", fail)
    search = CleanBehind(engine_of("postgresql"))
    with capture_logs() as logs:
        search.begin()
        search.close()
    assert len(tried) == 1
    assert [(line["event"], line["error"]) for line in logs] == [("search_index_not_cleaned", "OperationalError")]
