"""Days on which orders were paid, shipped or changed, in each store's own zone, as ranges of moments.

An order's day is written once, for when it was ordered; of its other moments only the moment is kept. Stores of one
zone share a range, those of another zone have theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from webapp.domain.days import day_bounds
from webapp.services.orders.filters import DateKind
from webapp.services.statements import ReadSession, Statement, exists_by_key

_TOLERANCE, _SKEW = timedelta(days=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Span:
    """The moments of the days in one zone: `low <= moment < high`, None for open. `accounts` are the channel accounts
    whose stores lie there; empty when all do."""

    accounts: tuple[int, ...]
    low: datetime | None
    high: datetime | None

    def sql(self, st: Statement, moment: str, account: str) -> str:
        """The condition that the column `moment` of an order of `account` lies within."""
        parts = [st.among(account, self.accounts)] if self.accounts else []
        parts += [f"{moment} >= {st.moment(self.low)}"] if self.low else []
        parts += [f"{moment} < {st.moment(self.high)}"] if self.high else []
        return " and ".join(parts)


@dataclass(frozen=True, slots=True)
class Moments:
    """Orders that were paid, shipped or changed on the days `first` … `last` (None: open)."""

    kind: DateKind
    first: date | None
    last: date | None
    spans: tuple[Span, ...]

    @property
    def low(self) -> datetime | None:
        """The earliest moment of all spans."""
        return min((span.low for span in self.spans if span.low), default=None)

    @property
    def high(self) -> datetime | None:
        """The end of the latest span."""
        return max((span.high for span in self.spans if span.high), default=None)

    @property
    def ordered_before(self) -> datetime | None:
        """Nothing is paid, shipped or changed before it was ordered: so the list begins here, not today. A day more
        for clocks of other systems."""
        return self.high + _TOLERANCE if self.high else None

    @property
    def changed_from(self) -> datetime | None:
        """What was paid or shipped was changed then, and perhaps again later. An hour less for clocks that differ."""
        return self.low if self.kind is DateKind.UPDATED or self.low is None else self.low - _SKEW

    def sql(self, st: Statement, alias: str) -> str:
        """The condition on the columns `id`, `account_id`, `ordered_at` and `updated_at` of an order."""
        if self.kind is DateKind.UPDATED:
            return f"{self._ordered(st, alias)}{self._within(st, f'{alias}.updated_at', f'{alias}.account_id')}"
        table, moment, counts = _TABLES[self.kind]
        wanted = f"{counts} and {self._within(st, f'x.{moment}', 'x.account_id')}"
        return f"{self._ordered(st, alias)}{exists_by_key(st, table, alias, wanted)}"

    def found(self, st: Statement) -> str:
        """All such orders by the index on the moment: rows (id, at), an order perhaps twice."""
        if self.kind is DateKind.UPDATED:
            within = self._within(st, "x.updated_at", "x.account_id")
            return f"select x.id, x.ordered_at as at from orders x where {self._ordered(st, 'x')}{within}"
        table, moment, counts = _TABLES[self.kind]
        within = self._within(st, f"x.{moment}", "x.account_id")
        return (
            f"select x.order_id as id, x.ordered_at as at from {table} x"
            f" where {self._ordered(st, 'x')}{counts} and {within}"
        )

    def _within(self, st: Statement, moment: str, account: str) -> str:
        each = " or ".join(f"({span.sql(st, moment, account)})" for span in self.spans)
        if len(self.spans) == 1:
            return each
        # Said once for all zones: an index serves this, not the alternatives. Most moments lie in the days of every
        # zone, and no more is asked of them.
        lows, highs = [span.low for span in self.spans if span.low], [span.high for span in self.spans if span.high]
        every = Span((), max(lows, default=None), min(highs, default=None)).sql(st, moment, account)
        return f"{Span((), self.low, self.high).sql(st, moment, account)} and (({every}) or {each})"

    def _ordered(self, st: Statement, alias: str) -> str:
        return f"{alias}.ordered_at < {st.moment(self.ordered_before)} and " if self.ordered_before else ""


_TABLES = {
    DateKind.SHIPPED: ("shipments", "dispatched_at", "x.state <> 'canceled'"),
    DateKind.PAID: ("payments", "paid_at", "x.state <> 'withdrawn'"),
}
"""Where a moment is kept, and which of the rows count: not a parcel that never left, nor a payment taken back."""


def ordered_within(
    session: ReadSession, first: date | None, last: date | None
) -> tuple[datetime | None, datetime | None]:
    """A range of moments (`low <= moment < high`, None for open) that holds these days in the zone of every store.

    A store that has orders keeps its zone, so that each order's day lies in it. As narrow as the zones are apart: of
    what an index finds in it, and is of another day after all, there may be hours' orders, not days'.
    """
    if first is None and last is None:
        return None, None
    zones = [zone for (zone,) in Statement(session).run("select distinct timezone from stores")] or ["UTC"]
    return (
        min(day_bounds(first, zone)[0] for zone in zones) if first else None,
        max(day_bounds(last, zone)[1] for zone in zones) if last else None,
    )


def read_moments(session: ReadSession, kind: DateKind, first: date | None, last: date | None) -> Moments | None:
    """The moments of these days in the zones of all stores, in one statement; None when both ends are open."""
    if first is None and last is None:
        return None
    rows = Statement(session).run(
        "select s.timezone, a.id from channel_accounts a join stores s on s.id = a.store_id order by s.timezone, a.id"
    )
    zones: dict[str, list[int]] = {}
    for zone, account in rows:
        zones.setdefault(zone, []).append(account)
    zones = zones or {"UTC": []}  # without any store there is no order either
    spans = tuple(
        Span(
            tuple(accounts) if len(zones) > 1 else (),
            day_bounds(first, zone)[0] if first else None,
            day_bounds(last, zone)[1] if last else None,
        )
        for zone, accounts in zones.items()
    )
    return Moments(kind, first, last, spans)
