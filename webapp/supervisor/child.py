"""`python -m webapp.supervisor.child --parent PID [--resident] -- command …`: a command that ends with its parent.

On Linux the kernel is asked to and the command takes this process's place. Elsewhere (or with `--resident`) this
process stays, passes signals on, and kills its process group when the parent is gone.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import NoReturn

from webapp.lifeline import die_with_parent

POLL_SECONDS = 0.1


def main(arguments: list[str]) -> NoReturn:
    options, command = arguments[: arguments.index("--")], arguments[arguments.index("--") + 1 :]
    parent = int(options[options.index("--parent") + 1])
    if sys.platform == "linux" and "--resident" not in options:
        die_with_parent(parent)
        os.execvp(command[0], command)  # noqa: S606 — no shell: the command is a list
    _stay(parent, command)


def _stay(parent: int, command: list[str]) -> NoReturn:
    process = subprocess.Popen(command)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: process.send_signal(received))
    while (status := process.poll()) is None and os.getppid() == parent:
        time.sleep(POLL_SECONDS)
    if status is None:
        os.killpg(0, signal.SIGKILL)
        raise AssertionError("a process survived SIGKILL")
    sys.exit(status if status >= 0 else 128 - status)  # the supervisor kills what the command left in the group


if __name__ == "__main__":
    main(sys.argv[1:])
