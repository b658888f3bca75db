"""An orders upload that is stopped, loses a lock or its lease between two chunks, while the next rows are being read:
nothing is lost, nothing is made twice, and each row that was done has one outcome."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from tests.crash.killing import expire_lease
from tests.factories import Shop, make_orders, totals_recounted
from tests.services.importing.uploading import csv, job, orders, outcomes, upload
from webapp.extensions import db
from webapp.integrations.storage.local import LocalStorage
from webapp.models import JobRow
from webapp.services import job_chunks
from webapp.services.importing import order_upload
from webapp.services.jobs import cancel_job, confirm_job, run_job
from webapp.services.orders.change_orders import TRIES
from webapp.services.unit_of_work import LockNotHad, UnitOfWork

CHUNK = 4
NEW = 8


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three transactions in a short file."""
    monkeypatch.setattr(order_upload, "CHUNK", dict.fromkeys(order_upload.CHUNK, CHUNK))
    monkeypatch.setattr(job_chunks, "PAUSE", dict.fromkeys(job_chunks.PAUSE, 0.0))


@pytest.fixture
def storage(app: Flask) -> LocalStorage:
    """Where the application keeps files."""
    return app.extensions["storage"]


@pytest.fixture
def confirmed(shop: Shop, storage: LocalStorage) -> int:
    """A job whose chunks each have two new orders, a change of one that is there, and one with a bad line; the last is
    of new orders alone."""
    there = make_orders(shop.manual, 4)
    rows = []
    for n in (0, 2):
        rows += [f"rona,,R-{n + k},Buyer {n + k},S-1,1,1000" for k in (0, 1)]
        rows += [f"rona,{there[n].number},,Other {n},,,", f"rona,{there[n + 1].number},,,S-1,-1,1000"]
    rows += [f"rona,,R-{n},Buyer {n},S-1,1,1000" for n in range(4, NEW)]
    data = csv("store,order_number,channel_order_id,buyer_name,sku,quantity,unit_price", *rows)
    job_id = upload(shop.actor(), storage, data).id
    confirm_job(shop.actor(), job_id)
    return job_id


WHOLE = [*[("ok", None)] * 3, ("failed", "bad_value")] * 2 + [("ok", None)] * 4


def before_chunk(monkeypatch: pytest.MonkeyPatch, number: int, do: Callable[[], object]) -> None:
    """Let something happen once, between the transactions of two chunks of the next turn."""
    aim, chunks = order_upload.aim_groups, 0

    def aimed(*args: Any) -> Any:
        nonlocal chunks
        chunks += 1
        if chunks == number:
            do()
        return aim(*args)

    monkeypatch.setattr(order_upload, "aim_groups", aimed)


def lose_locks(monkeypatch: pytest.MonkeyPatch, chunk: int, times: int) -> list[int]:
    """Let a chunk's transaction fail so often, as if a lock was not had, when its orders are made and the next rows are
    being read. The list gets the number of each try's first row."""
    aim, write, tries, chunks = order_upload.aim_groups, order_upload.write_contents, list[int](), list[int]()

    def aimed(*args: Any) -> Any:
        chunks.append(args[2][0].rows[0].number)
        return aim(*args)

    def written(work: UnitOfWork, changes: Any) -> None:
        tries.append(chunks[-1])
        if chunks[-1] == (chunk - 1) * CHUNK + 1 and tries.count(chunks[-1]) <= times:
            if work.dialect.name == "sqlite":
                raise OperationalError("insert", {}, sqlite3.OperationalError("database is locked"))
            lost = "do $$ begin raise exception 'held' using errcode = '55P03'; end $$"
            work.session.connection().exec_driver_sql(lost)
        write(work, changes)

    monkeypatch.setattr(order_upload, "aim_groups", aimed)
    monkeypatch.setattr(order_upload, "write_contents", written)
    return tries


def is_whole(job_id: int) -> None:
    """Everything was done, and once."""
    done = job(job_id)
    assert (done.state, done.next_row, done.ok, done.unchanged, done.failed) == ("done", 12, 10, 0, 2)
    assert outcomes(job_id) == WHOLE
    assert len(orders()) == 4 + NEW
    made = list(db.session.scalars(select(JobRow.order_id).where(JobRow.job_id == job_id, JobRow.outcome == "ok")))
    assert len(set(made)) == 10
    assert None not in made
    assert totals_recounted() == []
    nobody_reads()


def nobody_reads() -> None:
    """No thread is left of those that read ahead or clean."""
    assert [t.name for t in threading.enumerate() if t.name.startswith(("read-ahead", "clean-behind"))] == []


def test_a_job_that_is_canceled_between_two_chunks_ends_behind_the_first(
    shop: Shop, storage: LocalStorage, confirmed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_chunk(monkeypatch, 2, lambda: cancel_job(shop.actor(), confirmed))
    assert run_job(confirmed, storage)
    stopped = job(confirmed)
    assert (stopped.state, stopped.next_row, stopped.ok, stopped.failed) == ("canceled", CHUNK, 3, 1)
    assert outcomes(confirmed) == WHOLE[:CHUNK]
    assert len(orders()) == 4 + 2
    assert totals_recounted() == []
    nobody_reads()
    assert run_job(confirmed, storage)
    assert job(confirmed).next_row == CHUNK


@pytest.mark.parametrize("times", [1, TRIES])
@pytest.mark.parametrize("chunk", [1, 2, 3])
def test_a_chunk_that_did_not_have_its_locks_is_done_once(
    storage: LocalStorage, confirmed: int, monkeypatch: pytest.MonkeyPatch, chunk: int, times: int
) -> None:
    tries = lose_locks(monkeypatch, chunk, times)
    again = 0
    while job(confirmed).state != "done":
        try:
            run_job(confirmed, storage)
        except LockNotHad:  # SQLite has waited long by then: the next worker tries it
            assert db.engine.dialect.name == "sqlite"
            assert job(confirmed).next_row == (chunk - 1) * CHUNK
            nobody_reads()
            expire_lease(confirmed)
            again += 1
    assert again == (times if db.engine.dialect.name == "sqlite" else 0)
    first = [1, 1 + CHUNK, 1 + 2 * CHUNK]
    assert tries == sorted([*first, *[first[chunk - 1]] * times])
    is_whole(confirmed)


@pytest.mark.parametrize("chunk", [2, 3])
def test_a_worker_whose_job_another_one_took_writes_nothing_more(
    storage: LocalStorage, confirmed: int, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    def another() -> None:
        expire_lease(confirmed)
        assert run_job(confirmed, storage)

    before_chunk(monkeypatch, chunk, another)
    assert not run_job(confirmed, storage)
    is_whole(confirmed)
