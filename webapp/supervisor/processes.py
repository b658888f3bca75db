"""Children that are kept alive and that leave nothing behind.

Each child leads a session of its own, so Ctrl-C reaches only the supervisor, which then stops them in order; and each
is tied to the supervisor's life (`child.py`), so that nothing has to be done for them when it is killed.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOOK_SECONDS = 0.25
PROBE_SECONDS = 0.05
HEALTH_SECONDS = 2.0
BACKOFF = (0.2, 10.0)
"""Seconds before a dead child is started again: the first time, and at most."""
SETTLED_SECONDS = 20.0
"""A child that lived so long begins again with the shortest backoff."""
GIVE_UP = 5
"""A child that died so often before it ever answered ends the start."""
ASK_AGAIN_SECONDS = 3.0
KILL_SECONDS = 6.5
LAST_SECONDS = 2.0
"""Stopping: a second request, the end of patience, and how long those that stop last may take: 8.5 s in all."""
SAME_REQUEST_SECONDS = 0.5
MISCONFIGURED = 2
"""Exit status that another start would not change."""


def always() -> bool:
    return True


def nothing() -> None:
    """What most programs need before they are started again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A command to keep running."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    answers: Callable[[], bool] = always
    """Whether it does its work; asked until it says yes, and then every two seconds if `watched`."""
    watched: bool = False
    """Whether one that no longer answers is killed and started again."""
    mend: Callable[[], None] = nothing
    """Called when it keeps dying, before it is started again."""
    last: bool = False
    """Whether it is needed by the others and so stops after them."""


class Child:
    """A program, its process while there is one, and how often it died lately."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.process: subprocess.Popen[bytes] | None = None
        self.ready = False
        self.deaths = 0
        self.silent = 0
        self.started_at = 0.0
        self.start_at = 0.0

    def start(self) -> None:
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "webapp.supervisor.child",
                "--parent",
                str(os.getpid()),
                "--",
                *self.program.command,
            ],
            env=dict(self.program.environ),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.started_at = time.monotonic()
        self.ready = False
        self.silent = 0

    def ended(self) -> int | None:
        """The exit status of a process that has just ended, once; else None."""
        if self.process is None or not self.gone:
            return None
        status = self.process.returncode
        self.process = None
        lived = time.monotonic() - self.started_at
        self.deaths = 1 if self.ready and lived > SETTLED_SECONDS else self.deaths + 1
        self.start_at = time.monotonic() + min(BACKOFF[0] * 2 ** (self.deaths - 1), BACKOFF[1])
        return status

    def send(self, number: signal.Signals) -> None:
        """Signal the command itself; it tells its own children."""
        if self.process is not None:
            self.process.send_signal(number)

    def kill(self) -> None:
        """Kill the command and all that it started in its group, and bury it."""
        if self.process is not None and not self.gone:
            self._kill_group(self.process.pid)
            self.process.wait()

    @property
    def gone(self) -> bool:
        """Whether the command has ended. What it left in its group is killed at the moment this is found out: later
        its number may belong to somebody else.
        """
        if self.process is None or self.process.returncode is not None:
            return True
        if self.process.poll() is None:
            return False
        self._kill_group(self.process.pid)
        return True

    @staticmethod
    def _kill_group(leader: int) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(leader, signal.SIGKILL)


class Supervisor:
    """Keeps programs running until a signal says stop. One in a process: it takes the process's signal handlers."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.children: list[Child] = []
        self.stops = 0
        self._stopped_at = -SAME_REQUEST_SECONDS
        self._inside, self._outside = socket.socketpair()
        self._inside.setblocking(False)
        self._outside.setblocking(False)
        signal.set_wakeup_fd(self._outside.fileno(), warn_on_full_buffer=False)
        for number in STOP_SIGNALS:
            signal.signal(number, self._stop)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        # A terminal, `timeout` and `make` each pass the same request on: what comes at once is one.
        if time.monotonic() - self._stopped_at > SAME_REQUEST_SECONDS:
            self.stops += 1
        self._stopped_at = time.monotonic()

    def _wait(self, seconds: float) -> None:
        """Until a signal comes, a child ends, or the time is over."""
        select.select([self._inside], [], [], seconds)
        with suppress(BlockingIOError):
            while self._inside.recv(4096):
                pass

    def run_once(self, program: Program) -> int:
        """Run a command to its end and return its status; -1 when a stop was asked for meanwhile."""
        child = Child(program)
        child.start()
        self.children.append(child)
        try:
            while not child.gone and not self.stops:
                self._wait(LOOK_SECONDS)
            if self.stops:
                return -1
            return child.process.returncode if child.process else 0
        finally:
            self.stop([child])
            self.children.remove(child)

    def start(self, program: Program) -> None:
        """Start a program; `keep` looks after it."""
        child = Child(program)
        child.start()
        self.children.append(child)

    def keep(self, on_ready: Callable[[], None]) -> int:
        """Look after the children until a stop is asked for; `on_ready` is called once, when all of them answer.

        Returns the exit status: 0, or that of a child which cannot be started.
        """
        announced = False
        look_at = 0.0
        while not self.stops:
            for child in self.children:
                status = child.ended()
                if status is not None:
                    if not announced and (status == MISCONFIGURED or child.deaths >= GIVE_UP):
                        self.say(f"{child.program.name} cannot be started ({_how(status)}).")
                        return MISCONFIGURED if status == MISCONFIGURED else 1
                    self.say(f"{child.program.name} ended ({_how(status)}); it is started again.")
                    if child.deaths % 3 == 0:
                        child.program.mend()
                if child.process is None and time.monotonic() >= child.start_at:
                    child.start()
                elif child.process is not None and not child.ready:
                    child.ready = child.program.answers()
            if not announced and all(child.ready for child in self.children):
                announced = True
                on_ready()
            if time.monotonic() >= look_at:
                look_at = time.monotonic() + HEALTH_SECONDS
                self._look_closer()
            self._wait(LOOK_SECONDS if all(child.ready for child in self.children) else PROBE_SECONDS)
        return 0

    def _look_closer(self) -> None:
        """Kill what runs but is of no use, such as a server whose socket was deleted; it is then started again."""
        for child in self.children:
            if child.process is None or not child.ready or not child.program.watched:
                continue
            child.silent = 0 if child.program.answers() else child.silent + 1
            if child.silent >= 2:
                self.say(f"{child.program.name} does not answer; it is ended.")
                child.kill()

    def stop(self, children: Sequence[Child] | None = None) -> None:
        """End the children: those that others need last. Asked, asked again, killed; a second signal kills at once."""
        everyone = list(self.children if children is None else children)
        first = [child for child in everyone if not child.program.last]
        self._end(first, again_after=ASK_AGAIN_SECONDS, kill_after=KILL_SECONDS)
        self._end([child for child in everyone if child.program.last], LAST_SECONDS, LAST_SECONDS)

    def _end(self, children: Sequence[Child], again_after: float, kill_after: float) -> None:
        begin, stops_before, asked_again = time.monotonic(), self.stops, False
        for child in children:
            if not child.gone:
                child.send(signal.SIGTERM)
        while not all(child.gone for child in children):
            waited = time.monotonic() - begin
            if waited >= kill_after or self.stops > stops_before:
                break
            if waited >= again_after and not asked_again:
                asked_again = True
                for child in children:
                    if not child.gone:
                        child.send(signal.SIGTERM)
            self._wait(LOOK_SECONDS)
        for child in children:
            child.kill()


def _how(status: int) -> str:
    if status < 0:
        try:
            return f"by {signal.Signals(-status).name}"
        except ValueError:
            return f"by signal {-status}"
    return f"status {status}"
