"""Real processes for tests: started, waited for with a deadline, and always ended."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from webapp.settings import Settings
from webapp.supervisor import valkey

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 120.0
"""Seconds; a machine that does ten other things must not fail a test."""


def wait_until(condition: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Ask again and again until it holds; fail with `what` when it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    """Whether nothing runs under that number (what is dead and not yet buried does not run)."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def environment(instance: Path, **values: str) -> dict[str, str]:
    """Ours without settings of the machine, for one instance folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LAPAK_") and name != "PORT"}
    return {**kept, "LAPAK_INSTANCE": str(instance), **values}


@contextmanager
def running(
    command: Sequence[str], environ: Mapping[str, str], output: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A command in a session of its own, run by this Python from the project's folder; killed with all it started."""
    with (output or Path(os.devnull)).open("ab") as sink:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        if process.poll() is None:  # the number of a process that was waited for may be somebody else's by now
            for child in descendants(process.pid):
                with suppress(psutil.NoSuchProcess):
                    psutil.Process(child).kill()
            process.kill()
            process.wait()


def descendants(pid: int) -> list[int]:
    """Everything that a process started, and what that started."""
    try:
        return [child.pid for child in psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


@contextmanager
def key_value_server(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """The embedded key-value server of these settings, once it answers."""
    with running(["-m", "webapp.supervisor.valkey_server"], environment(settings.instance_dir)) as process:
        wait_until(lambda: valkey.answers(settings), "the key-value server answers")
        yield process
