"""A file of a hundred thousand statuses: the whole job against COPY, one INSERT and one UPDATE in bare SQL."""

from __future__ import annotations

import csv
import io
import random
import time
from statistics import mean
from typing import Any

from flask import Flask

from benchmarks.databases import connect
from benchmarks.plans import plan_of, statements_of
from benchmarks.results import Figure, at_most, for_orientation
from benchmarks.running import Bench, Found
from benchmarks.site import open_site
from benchmarks.upload_data import FROM, TO, as_file, prepare, start
from benchmarks.uploads import Ended, all_changed, work_off
from webapp import clock
from webapp.extensions import db
from webapp.models.types import to_ms

EXPLAINED = 1_000
"""Rows of one more file, run for its plans and not timed."""
TURNS = ("ours", "bare", "bare", "ours")
"""Each changes other orders of the same table, those of some weeks; in this order growing tables favour neither."""


def run(bench: Bench) -> Found:
    """Parsing, resolving, locking, deciding, writing, outcomes: everything of the job, in this process."""
    rows = bench.sizes.upload_rows
    with bench.databases.scratch(bench.sizes.orders) as url:
        numbers = prepare(url, rows * len(TURNS) + EXPLAINED)
        files = [_file(numbers[n * rows : (n + 1) * rows]) for n in range(len(TURNS))]
        app = open_site(url)
        connection = connect(url)
        taken: dict[str, list[float]] = {"check": [], "ours": [], "bare": []}
        bare_plans: list[dict[str, Any]] = []
        with app.app_context():
            for turn, data in zip(TURNS, files, strict=True):
                if turn == "ours":
                    ended = upload(app, data)
                    taken["check"].append(ended.check)
                    taken["ours"].append(ended.job)
                else:
                    bare = _bare_sqlite if bench.sqlite else _bare_postgresql
                    took, bare_plans = bare(connection, data)
                    taken["bare"].append(took)
            with statements_of(db.engine) as sent:
                upload(app, _file(numbers[-EXPLAINED:]))
            db.session.remove()
            db.engine.dispose()
        connection.close()
    return Found(_figures(rows, taken, sqlite=bench.sqlite), {"job of 1,000 rows": sent, "bare": bare_plans})


def _figures(rows: int, taken: dict[str, list[float]], *, sqlite: bool) -> list[Figure]:
    ours, bare = mean(taken["ours"]), mean(taken["bare"])
    told = {name: ", ".join(f"{each:.2f} s" for each in taken[name]) for name in ("ours", "bare")}
    ratio, whole = f"{rows:,} rows, the whole job, against COPY, INSERT, UPDATE", f"{rows:,} rows, the whole job"
    if sqlite:
        figures = [at_most(whole, ours, 20, "s"), for_orientation(ratio, ours / bare, "×", **told)]
    else:
        figures = [at_most(ratio, ours / bare, 3, **told), for_orientation(whole, ours, "s")]
    return [*figures, for_orientation(f"{rows:,} rows, the check before", mean(taken["check"]), "s")]


def upload(app: Flask, data: bytes) -> Ended:
    """Check and run a file. Raises RuntimeError unless every row went through."""
    job_id, actor = start(app, io.BytesIO(data), "statuses.csv")
    return all_changed(work_off(actor, job_id))


def _file(numbers: list[str]) -> bytes:
    """A file that names orders as channels' files do: in no order that the tables know."""
    shuffled = random.Random(len(numbers)).sample(numbers, len(numbers))
    return as_file((number, TO, "" if n % 10 else "Sudah dikemas") for n, number in enumerate(shuffled))


_HISTORY = (
    "insert into order_history (order_id, seq, kind, from_status, to_status, comment, notify, actor_kind, actor_id,"
    f" actor_name, at) select o.id, o.version + 1, 'general', '{FROM}', s.status, s.comment, false, 'person', 1,"
    " 'Bench', {mark} from staging s join orders o on o.number = s.number"
)
_ORDERS = (
    "update orders set status = s.status, version = orders.version + 1, updated_at = {mark} from staging s"
    " where orders.number = s.number"
)


def _bare_postgresql(connection: Any, data: bytes) -> tuple[float, list[dict[str, Any]]]:
    history, orders = (sql.format(mark="%s") for sql in (_HISTORY, _ORDERS))
    now = (clock.now(),)
    connection.execute('create temp table staging (number text collate "C", status text collate "C", comment text)')
    connection.commit()
    began = time.perf_counter()
    options = "format csv, header true, force_not_null (comment)"
    with connection.cursor().copy(f"copy staging from stdin ({options})") as copy:
        copy.write(data)
    loaded = time.perf_counter()
    plans = [plan_of(connection, sql, now, sqlite=False, run=False) for sql in (history, orders)]
    again = time.perf_counter()
    connection.execute(history, now)
    connection.execute(orders, now)
    connection.commit()
    took = loaded - began + time.perf_counter() - again
    connection.execute("drop table staging")
    connection.commit()
    return took, plans


def _bare_sqlite(connection: Any, data: bytes) -> tuple[float, list[dict[str, Any]]]:
    history, orders = (sql.format(mark="?") for sql in (_HISTORY, _ORDERS))
    now = (to_ms(clock.now()),)
    connection.execute("create temp table staging (number text primary key, status text, comment text)")
    began = time.perf_counter()
    rows = csv.reader(io.StringIO(data.decode()))
    next(rows)
    connection.execute("begin immediate")
    connection.executemany("insert into staging values (?, ?, ?)", rows)
    connection.execute(history, now)
    connection.execute(orders, now)
    connection.execute("commit")
    took = time.perf_counter() - began
    plans = [plan_of(connection, sql, now, sqlite=True) for sql in (history, orders)]
    connection.execute("drop table staging")
    return took, plans
