"""`python -m tests.queue_worker URL FOLDER`: a worker on a small application, and the tasks that the tests give it."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from flask import Flask, current_app
from sqlalchemy import text

from webapp import queues
from webapp.extensions import db


def application(url: str, folder: Path) -> Flask:
    app = Flask("worker_under_test")
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{folder}/worker.db"
    db.init_app(app)
    queues.init(app, url)
    return app


def note(path: str) -> None:
    """Prove that the application and its database are there: its name and this process's id, in a file."""
    db.session.execute(text("select 1"))
    partial = Path(f"{path}.part")
    partial.write_text(f"{current_app.name} {os.getpid()} {os.getppid()}", encoding="utf-8")
    partial.rename(path)


def wait_for(path: str, other: str) -> None:
    """Note itself in `path`, end when `other` is there, and note that too."""
    note(path)
    while not Path(other).exists():
        time.sleep(0.02)
    note(f"{path}.done")


def ignore_all_signals(path: str) -> None:
    """A task that only SIGKILL ends."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    note(path)
    while True:
        signal.pause()


def fail() -> None:
    raise ValueError("as asked")


if __name__ == "__main__":
    queues.run_worker(application(sys.argv[1], Path(sys.argv[2])), sys.argv[1])
