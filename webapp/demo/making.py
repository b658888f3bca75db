"""Making the rows of a load, in several processes where there are many, handed over in their order."""

from __future__ import annotations

import gc
import os
import signal
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any

from webapp.demo.forms import binary_copy, binary_form, plain_form
from webapp.demo.orders import COLUMNS, STRETCH, make_stretch, stretches
from webapp.demo.settling import CUSTOMER_COLUMNS, customer_rows
from webapp.demo.world import Load, World

PARALLEL_FROM = 8 * STRETCH
"""Fewer orders are made faster here than processes are started."""

MADE = {"customers": CUSTOMER_COLUMNS, **COLUMNS}
"""The tables that rows are made for, with the columns of the rows."""

Made = dict[str, Any]
"""Rows by table: a list of tuples for SQLite, a binary COPY for PostgreSQL."""

_CUSTOMERS = -1
"""The first thing that is asked for, before stretch 0."""


def make(load: Load, dialect: str) -> Iterator[Made]:
    """The rows of `load` for `postgresql` or `sqlite`: first all customers, then the orders, stretch by stretch."""
    wanted = range(_CUSTOMERS, stretches(load.orders))
    if load.orders < PARALLEL_FROM:
        yield from map(_maker(load, dialect), wanted)
        return
    processes = max(2, min(8, os.cpu_count() or 2))
    with ProcessPoolExecutor(processes, initializer=_start, initargs=(load, dialect)) as pool:
        waiting: deque[Future[Made]] = deque()
        try:
            for number in wanted:
                # A few ahead and no more: what is made and not yet loaded lies in memory.
                if len(waiting) == 2 * processes:
                    yield waiting.popleft().result()
                waiting.append(pool.submit(_make_one, number))
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def _maker(load: Load, dialect: str) -> Callable[[int], Made]:
    world = World(load, plain_form() if dialect == "sqlite" else binary_form())

    def plain(number: int) -> Made:
        return {"customers": list(customer_rows(world))} if number == _CUSTOMERS else make_stretch(world, number)

    def binary(number: int) -> Made:
        return {table: binary_copy(len(MADE[table]), rows) for table, rows in plain(number).items()}

    return plain if dialect == "sqlite" else binary


_making: list[Callable[[int], Made]] = []
"""What a process makes stretches with, once it is started."""


def _start(load: Load, dialect: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that loads is told, and ends the others
    _making.append(_maker(load, dialect))
    # Millions of small tuples and not one cycle among them: looking for cycles takes a fifth of the time.
    gc.collect()
    gc.freeze()
    gc.disable()


def _make_one(number: int) -> Made:
    return _making[0](number)
