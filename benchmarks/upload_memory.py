"""How much memory a worker needs for a file of a million rows: not more than for one of a thousand, nearly."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from typing import Any

from flask import Flask
from sqlalchemy import text

from benchmarks.databases import ROOT
from benchmarks.results import at_most, for_orientation
from benchmarks.running import Bench, Found
from benchmarks.site import open_site
from benchmarks.upload_data import SHUFFLED, start
from webapp.extensions import db

LONGEST = 3600
"""Seconds that a child may take."""
CHANGED = 50
"""One row in so many changes its order; the others find it as it is, which goes the same way but writes less."""


def run(bench: Bench) -> Found:
    """One child process for a small file, one for a big one: each checks its file and does it to the end."""
    few, many = bench.sizes.few_rows, bench.sizes.memory_rows
    with bench.databases.scratch(bench.sizes.orders) as url:
        app = open_site(url)
        with app.app_context():
            small = _worker(url, _start(app, few, "desc"))
            big = _worker(url, _start(app, many, "asc"))
            db.session.remove()
            db.engine.dispose()
    more = big["peak_mb"] - small["peak_mb"]
    told = {"big": f"{big['peak_mb']:.0f} MB", "small": f"{small['peak_mb']:.0f} MB"}
    done = {name: big[name] for name in ("ok", "unchanged", "failed")}
    return Found(
        [
            at_most(f"peak memory, {many:,} rows against {few:,}", more, 30, "MB", **told),
            for_orientation(f"{many:,} rows, check and job", big["seconds"], "s", **done),
        ],
        {},
    )


def _start(app: Flask, rows: int, way: str) -> int:
    """A job of `rows` rows that name each order once."""
    with tempfile.TemporaryFile() as file, db.engine.connect() as connection:
        file.write(b"order_number,status,comment\n")
        found = connection.execution_options(yield_per=5_000).execute(
            text(f"select number, status, digital from orders order by {SHUFFLED} {way} limit {rows}")
        )
        for n, (number, status, digital) in enumerate(found):
            to = "shipped" if status == "completed" and not digital and n % CHANGED == 0 else status
            file.write(f"{number},{to},\n".encode())
        file.seek(0)
        job_id, _actor = start(app, file, f"{rows}.csv")
    return job_id


def _worker(url: str, job_id: int) -> dict[str, Any]:
    """Do the job in a process of its own; what it says of itself."""
    child = subprocess.run(
        [sys.executable, "-m", "benchmarks.upload_child", str(job_id)],
        cwd=ROOT, input=url, capture_output=True, text=True, timeout=LONGEST, check=False,
    )  # fmt: skip
    if child.returncode:
        raise RuntimeError(f"the worker failed: {child.stderr[-2000:]}")
    told: dict[str, Any] = json.loads(child.stdout)
    return told
