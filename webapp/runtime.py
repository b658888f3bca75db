"""Python's collector and threads, told what a long-lived process is like."""

from __future__ import annotations

import gc
import sys

YOUNG = 10_000
"""New containers between two looks at them. With Python's 700 a chunk of a file was looked at fifty times."""
SWITCH = 0.0005
"""Seconds after which a thread that computes lets one go on that has waited for the database or the network."""


def settle() -> None:
    """Called once by web and worker processes when the application is built: what is there now stays for good.

    Left to itself the collector walks through all modules, templates and mappings again and again, for nothing: a
    fifth of the time of an uploaded file. With Python's 5 ms between threads, whoever reads a file ahead kept the one
    that writes waiting after each statement, longer than the statement took.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)
    sys.setswitchinterval(SWITCH)
