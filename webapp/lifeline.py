"""A process that must not outlive the one that started it.

`kill -9` leaves a parent no moment to stop its children, so each child arranges its own end beforehand.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

PR_SET_PDEATHSIG = 1
"""prctl(2), linux/prctl.h: the signal this process gets when the thread that started it ends."""
POLL_SECONDS = 0.5


def die_with_parent(parent: int) -> None:
    """From now on this process is killed when `parent`, the process that started it, ends. Once is enough.

    On Linux the kernel does it, at once and also across exec; elsewhere a thread looks twice a second. A parent that
    is gone already ends this process here.
    """
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0) != 0:
            error = ctypes.get_errno()
            raise OSError(error, os.strerror(error))
    else:
        threading.Thread(target=_watch, args=(parent,), name="lifeline", daemon=True).start()
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(POLL_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)
