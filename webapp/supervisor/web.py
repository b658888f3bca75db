"""The web server: granian with a few worker processes."""

from __future__ import annotations

import multiprocessing
import signal
import sys

import click
from flask import Flask
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from webapp import logs, runtime
from webapp.app import create_app
from webapp.lifeline import die_with_parent
from webapp.settings import Settings
from webapp.supervisor import ports

PROCESSES = 2
THREADS = 4
"""For each process; measured best of the combinations tried on two cores."""
STOP_SECONDS = 5
MEMORY_MB = 600
"""A worker process that grew beyond it is replaced."""


def load(_target: str) -> Flask:
    """Build the application in a worker process, which must not outlive the server that forked it."""
    if (server := multiprocessing.parent_process()) is not None and server.pid is not None:
        die_with_parent(server.pid)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)  # the server's own handlers came with the fork and would ignore a stop
    settings = Settings.from_env()
    logs.setup(settings)
    app = create_app(settings)
    runtime.settle()
    return app


@click.command()
def web() -> None:
    """Start the web server on PORT: on this machine alone in development, on every address in production."""
    settings = Settings.from_env()
    ports.check_web_port(settings)
    logs.setup(settings)
    server = Granian(
        "wsgi:app",
        address=ports.web_host(settings),
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=PROCESSES,
        blocking_threads=THREADS,
        respawn_failed_workers=True,  # without it one dead worker ends the whole server
        workers_kill_timeout=STOP_SECONDS,  # without it a worker was seen to ignore SIGTERM for ever
        workers_max_rss=MEMORY_MB,
        log_level=LogLevels.error,
    )
    server.serve(target_loader=load)
    sys.exit(0)
