"""Several people at the same moment: each in a thread with connections of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from flask import Flask

from webapp.extensions import db

T = TypeVar("T")


def at_once(app: Flask, *acts: Callable[[], T]) -> list[T]:
    """Do all `acts` at the same moment; what each returns, or the first exception."""
    db.session.rollback()
    barrier = Barrier(len(acts))

    def run(act: Callable[[], T]) -> T:
        with app.app_context():
            barrier.wait(10)
            return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))
