"""What the scheduler cleans away, and what it leaves."""

from __future__ import annotations

import io
import os
import time

from flask import Flask

from tests.factories import Shop
from webapp.extensions import db
from webapp.integrations.storage.local import LocalStorage
from webapp.models import File
from webapp.services.files import add_file, receive
from webapp.services.housekeeping import BYTES_KEPT, delete_orphans
from webapp.services.unit_of_work import unit_of_work


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
