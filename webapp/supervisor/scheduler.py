"""The scheduler: once a second, whatever is due by the database. Two of them do no harm."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterable

import click
import structlog
from flask import Flask

from webapp import logs
from webapp.app import create_app
from webapp.settings import Settings
from webapp.tasks.schedule import due_work

TICK_SECONDS = 1.0

log = structlog.get_logger(__name__)

Work = Callable[[], object]


def run_scheduler(app: Flask, works: Iterable[Work], stop: threading.Event, tick: float = TICK_SECONDS) -> None:
    """Call each work in turn, once a tick, until `stop` is set. One that fails is logged; the others go on."""
    works = list(works)
    while not stop.is_set():
        for work in works:
            if stop.is_set():
                return
            try:
                with app.app_context():
                    work()
            except Exception:
                log.exception("scheduled_work_failed", work=getattr(work, "__qualname__", repr(work)))
        stop.wait(tick)


@click.command()
def scheduler() -> None:
    """Start the scheduler; a second one on another machine does no harm."""
    settings = Settings.from_env()
    logs.setup(settings)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    app = create_app(settings)
    run_scheduler(app, due_work(app), stop)
