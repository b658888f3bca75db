"""Rows of one order that stand apart: found in little memory, brought together once, and never cut in two."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests.factories import Shop, count_rows, totals_recounted
from tests.services.importing.uploading import channel_id, csv, job, lines, orders, run, upload
from webapp.extensions import db
from webapp.models import File, JobRow, Order
from webapp.services.importing import order_upload
from webapp.services.importing.order_groups import KeysSeen, Scattered, by_size, read_together, write_together
from webapp.services.jobs import confirm_job, run_job
from webapp.spreadsheets import Row


def test_a_key_is_new_once() -> None:
    seen = KeysSeen()
    keys = [f"order {n}" for n in range(50_000)]
    assert sum(map(seen.add, keys)) == len(keys)
    assert not any(map(seen.add, keys))


@pytest.mark.parametrize(("keys", "scattered"), [("aabbc", False), ("aba", True), ("", False)])
def test_rows_that_stand_apart_are_noticed(keys: str, scattered: bool) -> None:
    look = Scattered()
    for key in [*keys, "", ""]:
        look.look(key)
    assert look.found is scattered


def test_rows_are_brought_together_by_their_first(tmp_path: Path) -> None:
    keys = ["b", "a", "", "b", "c", "", "a", "b"]
    rows = [(key, Row(n, n + 1, [key, 'two\nlines, "quoted" 김'], (n % 2,))) for n, key in enumerate(keys, 1)]
    path = tmp_path / "rows"
    with path.open("wb") as file:
        write_together(rows, file)
    read = list(read_together(path))
    assert [row.number for row in read] == [1, 4, 8, 2, 7, 3, 5, 6]
    assert {row.number: row for row in read} == {row.number: row for _key, row in rows}


def test_no_group_is_cut_in_two() -> None:
    assert list(by_size([3, 1, 1, 9, 1], 4, int)) == [[3, 1], [1, 9], [1]]


def test_a_file_sorted_by_anything_makes_the_same_orders(
    app: Flask, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order_upload, "CHUNK", {"sqlite": 5, "postgresql": 5})
    storage = app.extensions["storage"]
    rows = [f"rona,A-{n},Siti,S-{k},{k + 1},1000" for n in range(30) for k in range(n % 4 + 1)]
    rows += [f"rona,,Ani,S-{n},1,500" for n in range(7)]
    random.Random(7).shuffle(rows)
    checked = upload(shop.actor(), storage, csv("store,channel_order_id,buyer_name,sku,quantity,unit_price", *rows))
    preview = checked.preview or {}
    assert (preview["ok"], preview["orders"]) == (len(rows), {"new": 37})
    assert preview["together"] is not None
    assert db.session.get_one(File, preview["together"]).expires_at is not None
    confirm_job(shop.actor(), checked.id)
    turns = 0
    while not run_job(checked.id, storage, seconds=0):
        turns += 1
    done = job(checked.id)
    assert (done.ok, done.next_row, turns) == (len(rows), len(rows), turns)
    assert turns > 10, "one chunk a turn"
    made = {channel_id(order.id): order for order in orders() if channel_id(order.id)}
    assert {number: len(lines(order.id)) for number, order in made.items()} == {f"A-{n}": n % 4 + 1 for n in range(30)}
    assert count_rows(Order) == 37
    kept = db.session.scalars(select(JobRow).where(JobRow.job_id == done.id).order_by(JobRow.row_no)).all()
    assert [",".join(row.cells) for row in kept] == rows, "the result file is in the order of the file"
    assert totals_recounted() == []
    assert run(shop.actor(), storage, upload(shop.actor(), storage, b"\n".join([
        b"store,channel_order_id,buyer_name,sku,quantity,unit_price", *(row.encode() for row in sorted(rows))
    ])).id).unchanged == len(rows) - 7  # fmt: skip
