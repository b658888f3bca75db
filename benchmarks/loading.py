"""Loading a million demo orders with history, search text, totals and every index into an empty database."""

from __future__ import annotations

import time

from sqlalchemy import text

from benchmarks.databases import ACCOUNTS, NOW, SEED
from benchmarks.results import Figure, at_most, for_orientation
from benchmarks.running import Bench, Found
from benchmarks.site import open_site
from webapp.database import make_engine
from webapp.demo.loading import load_demo
from webapp.supervisor.prepare import prepare_database

_TABLES = ("orders", "order_lines", "order_history", "order_contacts", "order_search", "shipments", "payments")


def run(bench: Bench) -> Found:
    """From a database without tables to one that answers: tables, rows, indexes, statistics, committed."""
    count = bench.sizes.orders
    steps: dict[str, float] = {}
    present, since = "tables", time.perf_counter()
    began = since

    def progress(step: str, _done: int, _total: int) -> None:
        nonlocal present, since
        now = time.perf_counter()
        steps[present] = steps.get(present, 0.0) + now - since
        present, since = step, now

    with bench.databases.load_anew(count) as url:
        app = open_site(url)
        with app.app_context():
            prepare_database(app.config["SETTINGS"])
        load_demo(url, now=NOW, orders=count, accounts=ACCOUNTS, seed=SEED, progress=progress)
        took = time.perf_counter() - began
        rows = _rows(url)
    told = {name: f"{each:.1f} s" for name, each in steps.items()} | {"rows": f"{rows:,}"}
    what = f"{count:,} demo orders, everything included"
    figure: Figure = for_orientation(what, took, "s", **told) if bench.sqlite else at_most(what, took, 180, "s", **told)
    return Found([figure], {})


def _rows(url: str) -> int:
    engine = make_engine(url, limits=False)
    with engine.connect() as connection:
        counts = [connection.execute(text(f"select count(*) from {table}")).scalar_one() for table in _TABLES]
    engine.dispose()
    return sum(counts)
