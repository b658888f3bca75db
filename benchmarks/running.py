"""What a benchmark is given, and how big everything is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from benchmarks.databases import Databases
from benchmarks.results import Figure


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of everything. `SMALL` is for trying the benchmarks themselves: its figures mean nothing."""

    orders: int = 1_000_000
    few_orders: int = 10_000
    upload_rows: int = 100_000
    memory_rows: int = 1_000_000
    few_rows: int = 1_000
    rounds: int = 60
    bulk_rounds: int = 16
    export_orders: int = 100_000
    export_rounds: int = 5
    combinations: int = 200


FULL = Sizes()
BIG = Sizes(orders=10_000_000)
SMALL = Sizes(
    orders=20_000,
    few_orders=2_000,
    upload_rows=1_000,
    memory_rows=10_000,
    few_rows=100,
    rounds=5,
    bulk_rounds=2,
    export_orders=2_000,
    export_rounds=2,
    combinations=20,
)


@dataclass(slots=True)
class Found:
    """What a benchmark hands back: its figures, and the plans that they came from by what was timed."""

    figures: list[Figure]
    plans: dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Bench:
    """Where and how big."""

    databases: Databases
    sizes: Sizes

    @property
    def sqlite(self) -> bool:
        """Whether this run is on SQLite."""
        return self.databases.kind == "sqlite"
