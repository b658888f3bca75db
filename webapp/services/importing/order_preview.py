"""What the check of an orders file tells its person: counts, first orders, first failures, and how it was read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from webapp.domain.errors import Code
from webapp.domain.money import CURRENCIES
from webapp.domain.order_acts import Outcome
from webapp.models.types import to_ms
from webapp.services.importing.order_columns import AMOUNTS
from webapp.services.importing.order_decisions import Decided
from webapp.services.importing.order_file import OrderFile
from webapp.services.importing.order_mapping import OrderMapping
from webapp.services.importing.order_places import Place
from webapp.services.job_chunks import FIRST_FAILURES
from webapp.services.orders.create import goods_of
from webapp.spreadsheets.columns import column_key

FIRST_ORDERS = 5
"""How many of the new orders are shown."""
FIRST_ROWS = 3
"""How many rows of the file are shown beside its header."""
_LONGEST = 80
_CURRENCY = [column_key(name) for name in ("currency", "currency code", "order currency", "mata uang", "통화")]

MAPPING, CHECKED = "mapping", "checked"
"""How far a file is that waits for its person: how to read it is to be said first, or it can be applied."""


def about_file(
    file: OrderFile, mapping: OrderMapping, chosen: Place | None, *, stage: str, remembered: bool
) -> dict[str, Any]:
    """What the pages need of the file itself. `chosen`: whose its new orders are where it does not say."""
    header = file.header
    return {
        "currency": chosen.currency if chosen else None, "timezone": chosen.timezone if chosen else None,
        "foreign": foreign_currency(file, mapping, chosen.currency) if chosen else None,
        "stage": stage, "header": header, "mapping": mapping.as_json(), "remembered": remembered,
        "samples": [[cell[:_LONGEST] for cell in row.cells[: len(header)]] for row in file.samples[:FIRST_ROWS]],
        "format": file.table.format.value, "encoding": file.table.encoding, "delimiter": file.table.delimiter,
        "extra": mapping.unused(header), "columns": sorted(mapping.columns),
    }  # fmt: skip


def foreign_currency(file: OrderFile, mapping: OrderMapping, currency: str) -> str | None:
    """The currency that a column of the file says its amounts are in, where that is another than `currency` and no row
    says whose it is."""
    if mapping.columns.keys() & {"store", "account"}:
        return None
    keys = [column_key(cell) for cell in file.header]
    for place in (keys.index(key) for key in _CURRENCY if key in keys):
        said = [cell for row in file.samples if (cell := row.cells[place].strip().upper()) in CURRENCIES]
        if said and currency not in said and mapping.columns.keys() & set(AMOUNTS):
            return said[0]
    return None


class Tally:
    """Adds up what would come of a file."""

    def __init__(self, places: Mapping[int, Place]) -> None:
        self._places = places
        self.rows: Counter[Outcome] = Counter()
        self.orders: Counter[str] = Counter()
        self.known_in: str | None = None
        """The currency of the first order that is changed."""
        self.strangers = 0
        """Orders whose number is not known here."""
        self._ours = 0
        self.halves = 0
        """Orders that fail for some of their lines."""
        self.failures: list[dict[str, Any]] = []
        self.first: list[dict[str, Any]] = []
        self.accounts: Counter[int] = Counter()

    def add(self, decided: Decided) -> None:
        """Count one order of the file."""
        kind = "new" if decided.new else "changed"
        self.orders[kind if decided.outcome is Outcome.OK else decided.outcome.value] += 1
        if decided.problem is not None:
            variant = decided.problem.params.get("variant")
            self.strangers += decided.problem.code is Code.NOT_FOUND and variant is None
            self.halves += variant == "other_row" and decided.group.has_good_line
        for row, _order_id, outcome, problem, number in decided.rows():
            self.rows[outcome] += 1
            if problem is not None and len(self.failures) < FIRST_FAILURES:
                self.failures.append(
                    {
                        "row": row.number, "line": row.line, "number": number[:_LONGEST], "code": problem.code.value,
                        "params": dict(problem.params),
                    }
                )  # fmt: skip
        self._ours += decided.order_id is not None
        if decided.known is not None:
            self.known_in = self.known_in or decided.known.currency
        if decided.new is not None:
            self.accounts[decided.new.account_id] += 1
            if len(self.first) < FIRST_ORDERS:
                self.first.append(self._shown(decided))

    def _shown(self, decided: Decided) -> dict[str, Any]:
        new = decided.new
        if new is None:
            return {}
        place = self._places[new.account_id]
        return {
            "number": decided.group.name[:_LONGEST], "buyer": new.buyer.name[:_LONGEST], "place": place.account_name,
            "channel": place.channel, "items": [f"{line.quantity} × {line.name[:60]}" for line in new.lines[:3]],
            "more": max(0, len(new.lines) - 3), "currency": place.currency, "timezone": place.timezone,
            "total": goods_of(new.lines) + new.shipping_fee - new.discount,
            "ordered_ms": to_ms(new.ordered_at) if new.ordered_at else None,
        }  # fmt: skip

    @property
    def only_changes(self) -> bool:
        """Whether the orders are here already, and none is new."""
        return self._ours > 0 and not self.accounts

    def as_preview(self) -> dict[str, Any]:
        """The counts of rows by outcome, of orders by what happens to them, and the first of both."""
        return {
            **{outcome.value: self.rows[outcome] for outcome in Outcome},
            "orders": dict(self.orders), "failures": self.failures, "first": self.first, "halves": self.halves,
            "known_in": self.known_in,
            "strangers": 0 if self._ours or self.rows[Outcome.OK] else self.strangers,
            "accounts": [
                {"name": self._places[account].account_name, "store": self._places[account].store_name,
                 "channel": self._places[account].channel, "orders": count}
                for account, count in self.accounts.most_common(8)
            ],
        }  # fmt: skip
