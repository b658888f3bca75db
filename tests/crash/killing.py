"""Processes that end themselves by SIGKILL at a chosen point of their work with the database."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from itertools import count

from flask import Flask
from sqlalchemy import event

from webapp.extensions import db


def run_and_kill(app: Flask, work: Callable[[], object], at: int) -> bool:
    """Do `work` in a process of its own that is killed at its `at`-th point; whether it lived to the end.

    Points are: before each statement, after each statement, and before each commit, on whatever connection.
    """
    db.session.remove()
    db.engine.dispose()
    child = os.fork()
    if child == 0:
        _live(work, at)
    _, status = os.waitpid(child, 0)
    db.engine.dispose()
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return False
    assert os.waitstatus_to_exitcode(status) == 0, "the work itself failed"
    return True


def _live(work: Callable[[], object], at: int) -> None:
    points = count(1)

    def point(*_arguments: object) -> None:
        if next(points) == at:
            os.kill(os.getpid(), signal.SIGKILL)

    for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(db.engine, name, point)
    code = 1
    try:
        work()
        code = 0
    finally:
        os._exit(code)
