"""`python -m benchmarks [NAME …]`: run them, print one line a figure, keep the figures as JSON."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks import (
    bulk_change,
    buyer_page,
    combinations,
    export,
    loading,
    order_list,
    orders_upload,
    pages,
    status_upload,
    stock_admin,
    upload_memory,
)
from benchmarks.databases import DATA, ROOT, Databases, PostgreSQL, SQLite
from benchmarks.results import Result
from benchmarks.running import BIG, FULL, SMALL, Bench, Found
from benchmarks.server import postgresql_server

BENCHMARKS: dict[str, Callable[[Bench], Found]] = {
    "loading": loading.run,  # first: what it loads is kept for the others
    "list": order_list.run,
    "buyer": buyer_page.run,
    "bulk": bulk_change.run,
    "upload": status_upload.run,
    "orders": orders_upload.run,
    "memory": upload_memory.run,
    "export": export.run,
    "pages": pages.run,
    "stock": stock_admin.run,
    "combinations": combinations.run,
}
ENGINES = ("postgresql", "sqlite")
AT_TEN_MILLION = ("pages", "combinations")
"""What `--big` measures: lists in every way. The others write into a copy of all orders, or look at one page."""


def main() -> int:
    """0 when every aim is met, 1 when one is missed, 2 for a wrong argument."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="How fast the main job is.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(BENCHMARKS)}; all by default")
    parser.add_argument("--engine", choices=ENGINES, action="append", help="one database only")
    parser.add_argument(
        "--big", action="store_true", help="ten million orders, PostgreSQL: loading takes 30 minutes and 40 GB"
    )
    parser.add_argument("--small", action="store_true", help="a few thousand orders: tries the benchmarks themselves")
    given = parser.parse_args()
    unknown = [name for name in given.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"no benchmark is called {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    if given.big and (given.small or "sqlite" in (given.engine or ()) or set(given.names) - set(AT_TEN_MILLION)):
        parser.error(f"--big is for {' and '.join(AT_TEN_MILLION)} on PostgreSQL")
    sizes = BIG if given.big else SMALL if given.small else FULL
    names = given.names or (AT_TEN_MILLION if given.big else tuple(BENCHMARKS))
    missed = 0
    for engine in ("postgresql",) if given.big else given.engine or ENGINES:
        with _databases(engine) as databases:
            bench = Bench(databases, sizes)
            settings = databases.settings()
            print(f"\n{engine} {databases.version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
            print("  " + ", ".join(f"{name}={value}" for name, value in settings.items()), flush=True)
            for name, run in BENCHMARKS.items():
                if name in names:
                    found = run(bench)
                    for figure in found.figures:
                        print(figure.line(name, engine), flush=True)
                        missed += figure.met is False
                    folder = DATA / "small" if given.small else ROOT / "benchmarks" / "results"
                    kept = f"{name}-big" if given.big else name
                    Result(kept, engine, found.figures, found.plans, settings).write(folder, databases.version())
    return 1 if missed else 0


@contextmanager
def _databases(engine: str) -> Iterator[Databases]:
    if engine == "sqlite":
        yield SQLite(DATA / "sqlite")
        return
    with postgresql_server(DATA / "postgresql") as server:
        yield PostgreSQL(server)


if __name__ == "__main__":
    sys.exit(main())
