"""One worker: waits for nudges and runs each in a forked child."""

from __future__ import annotations

import importlib
import pkgutil

import click

import webapp.tasks
from webapp import logs, queues, runtime
from webapp.app import create_app
from webapp.database import keep_little
from webapp.extensions import db
from webapp.settings import Settings


@click.command()
def worker() -> None:
    """Start one worker; as many as wanted may run, on any machine that reaches the database and the queue."""
    settings = Settings.from_env()
    logs.setup(settings)
    for module in pkgutil.iter_modules(webapp.tasks.__path__):
        # Loaded before the first fork, or each nudge would load its task again.
        importlib.import_module(f"webapp.tasks.{module.name}")
    app = create_app(settings)
    with app.app_context():
        keep_little(db.engine)
    runtime.settle()
    queues.run_worker(app, settings.queue_url)
