"""Taking times: contestants in turn, in random order, so that what else the machine does falls on all of them alike."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from statistics import median, quantiles


@dataclass(frozen=True, slots=True)
class Times:
    """Durations of one contestant, in milliseconds."""

    all: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one."""
        return median(self.all)

    @property
    def p95(self) -> float:
        """What nineteen of twenty stay below."""
        return quantiles(self.all, n=20, method="inclusive")[-1] if len(self.all) > 1 else self.all[0]

    def __str__(self) -> str:
        return f"{self.median:.2f} ms (p95 {self.p95:.2f}, n {len(self.all)})"


def interleave(
    contestants: Mapping[str, Callable[[], object]], *, rounds: int, warm_up: int = 0, times: int = 1
) -> dict[str, Times]:
    """Call every contestant once a round, in a new order each round; the first `warm_up` rounds don't count.

    With `times` each turn is so many calls, and the figure is the mean of one.
    """
    order, rng = list(contestants), Random(3)
    taken: dict[str, list[float]] = {name: [] for name in order}
    gc.collect()
    for number in range(warm_up + rounds):
        rng.shuffle(order)
        for name in order:
            call = contestants[name]
            began = time.perf_counter()
            for _ in range(times):
                call()
            ended = time.perf_counter()
            if number >= warm_up:
                taken[name].append((ended - began) * 1000 / times)
    return {name: Times(tuple(each)) for name, each in taken.items()}


def seconds(call: Callable[[], object]) -> float:
    """How long one call takes."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
