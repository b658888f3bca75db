"""How the amounts and days of a file are written: found from whole columns, shown, and overruled by a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from webapp.domain.money import decimal_marks_of
from webapp.domain.typed_days import DAY_ORDERS, day_orders_of, in_two_ways
from webapp.services.importing.order_cells import BadCell, cell_amount
from webapp.services.importing.order_columns import AMOUNTS, DAYS, NAMES
from webapp.services.importing.order_mapping import OrderMapping

_AT = {name: NAMES.index(name) for name in (*AMOUNTS, DAYS)}
MARKS = (".", ",")


@dataclass(slots=True)
class Readings:
    """What the cells of each column prove, and one cell of each to show."""

    found: dict[str, set[str]] = field(default_factory=dict)
    samples: dict[str, str] = field(default_factory=dict)
    in_two_ways: bool = False
    """Whether some day begins with neither its year nor its month's name."""

    def look(self, rows: Sequence[Sequence[str]]) -> None:
        """Look at some rows' values (`NAMES`)."""
        for name, at in _AT.items():
            cells = {values[at] for values in rows}
            cells.discard("")
            if not cells:
                continue
            if name == DAYS:
                proven: frozenset[str] = day_orders_of(cells)
                self.in_two_ways = self.in_two_ways or any(map(in_two_ways, cells))
            else:
                proven = decimal_marks_of([part for cell in cells for part in cell.split("+")])
            self.found.setdefault(name, set()).update(proven)
            shown = self.samples.get(name, "")
            if not any(mark in shown for mark in "./,-"):
                # A cell that could be read in two ways tells more.
                self.samples[name] = max(cells, key=lambda cell: (any(m in cell for m in "./,-"), cell))

    def ways(self, mapping: OrderMapping) -> dict[str, str]:
        """How each column is read: as a person chose, else as its cells prove; empty where nothing tells."""
        return {name: self._way(name, mapping.readings.get(name, "")) for name in self.found}

    def _way(self, name: str, chosen: str) -> str:
        proven = self.found[name]
        allowed: Sequence[str] = DAY_ORDERS if name == DAYS else MARKS
        if chosen in allowed:
            return chosen
        return next(iter(proven)) if len(proven) == 1 else (DAY_ORDERS[0] if name == DAYS else "")

    def as_preview(self, mapping: OrderMapping) -> list[dict[str, Any]]:
        """For the page: by column how it is read, whether that was chosen, found or assumed, and a cell of it."""
        return [
            {
                "column": name, "way": way, "sample": self.samples.get(name, "")[:60],
                "by": "chosen" if mapping.readings.get(name) else self._by(name),
            }
            for name, way in self.ways(mapping).items()
        ]  # fmt: skip

    def _by(self, name: str) -> str:
        if name == DAYS and not self.in_two_ways:
            return "plain"
        return {0: "assumed", 1: "found"}.get(len(self.found[name]), "mixed")


def shown_amount(sample: str, way: str, currency: str) -> int | None:
    """What a sample cell is read as, in minor units, or None if it can't be."""
    try:
        return cell_amount(sample, "unit_price", currency, "." if way == "." else "," if way == "," else None)
    except BadCell:
        return None
