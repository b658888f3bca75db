"""What the scheduler cleans away, and what it leaves."""

from __future__ import annotations

import io
import os
import time

from flask import Flask
from sqlalchemy import text

from tests.factories import Shop, make_orders
from webapp.domain.actors import EVERYTHING
from webapp.extensions import db
from webapp.integrations.storage.local import LocalStorage
from webapp.models import File
from webapp.services.files import add_file, receive
from webapp.services.housekeeping import BYTES_KEPT, clean_search_index, delete_orphans
from webapp.services.orders.create import Buyer
from webapp.services.orders.filters import ListFilter
from webapp.services.orders.query import list_orders
from webapp.services.unit_of_work import end_reading, unit_of_work


def test_old_bytes_without_a_row_are_deleted_and_nothing_else(app: Flask, shop: Shop) -> None:
    storage: LocalStorage = app.extensions["storage"]
    named, orphan, fresh = (receive(storage, io.BytesIO(text)) for text in (b"named", b"orphan", b"fresh"))
    with unit_of_work(shop.actor()) as work:
        add_file(work, named, name="a.csv", media_type="text/csv", kind="status_upload")
    long_ago = time.time() - BYTES_KEPT.total_seconds() - 1
    for stored in (named, orphan):
        os.utime(storage.path(stored.key), (long_ago, long_ago))
    delete_orphans(storage)
    assert storage.path(named.key).exists()
    assert storage.path(fresh.key).exists()
    assert not storage.path(orphan.key).exists()
    assert db.session.query(File).count() == 1


def test_what_was_written_one_by_one_is_merged_into_the_search_index(app: Flask, shop: Shop) -> None:
    names = [f"Penenun {chr(97 + n) * 9}" for n in range(20)]  # longer than what a number has by chance
    for name in names:
        make_orders(shop.manual, buyer=Buyer(name))
    parts = _parts_of_the_index()
    clean_search_index()
    assert _parts_of_the_index() < parts or db.engine.dialect.name == "postgresql"
    for name in names:
        assert [row.buyer_name for row in list_orders(db.session(), EVERYTHING, ListFilter(q=name)).rows] == [name]


def _parts_of_the_index() -> int:
    if db.engine.dialect.name == "postgresql":
        return 0
    count: int = db.session.execute(text("select count(distinct segid) from order_fts_idx")).scalar_one()
    end_reading()
    return count
