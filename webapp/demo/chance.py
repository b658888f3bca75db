"""Chance that can be repeated: a stream of its own for each part of a load."""

from __future__ import annotations

from random import Random


def stream(seed: int, part: str) -> Random:
    """The stream of chance of one part of the load with this seed; the same one every time."""
    return Random(f"{seed}/{part}")  # noqa: S311 -- repeatable is what it has to be; nothing secret comes of it
