"""The scheduler's loop: it goes on whatever happens, and stops at once."""

from __future__ import annotations

import threading

from flask import Flask, current_app
from structlog.testing import capture_logs

from webapp.supervisor.scheduler import run_scheduler


def test_a_work_that_fails_is_logged_and_the_others_go_on() -> None:
    stop = threading.Event()
    seen: list[str] = []

    def fails() -> None:
        raise ValueError("as asked")

    def works() -> None:
        seen.append(current_app.name)
        if len(seen) == 3:
            stop.set()

    with capture_logs() as logs:
        run_scheduler(Flask("scheduled"), [fails, works], stop, tick=0)
    assert seen == ["scheduled"] * 3
    assert [entry["event"] for entry in logs] == ["scheduled_work_failed"] * 3


def test_a_stop_does_not_wait_for_the_tick() -> None:
    stop, ticked = threading.Event(), threading.Event()
    thread = threading.Thread(target=run_scheduler, args=(Flask("scheduled"), [ticked.set], stop, 600))
    thread.start()
    assert ticked.wait(30)
    stop.set()
    thread.join(60)
    assert not thread.is_alive()
