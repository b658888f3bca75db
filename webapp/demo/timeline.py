"""When the demo orders arrive: a growing business, with busy days, campaign days and quiet nights."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from webapp.models.types import to_ms

DAYS = 730
DAY_MS = 86_400_000
# e**5: 150 times as many orders a day at the end as at the beginning. A small load is steeper, or hardly any order
# would be of these days and there would be nothing to do.
_GROWTH, _SMALL_GROWTH, _SMALL = 5.0, 7.0, 50_000
_CAMPAIGNS = {(11, 11): 3.5, (12, 12): 3.2}
# Orders by hour of the day in UTC: buyers in Jakarta, Makassar and Seoul are 7 to 9 hours ahead.
_HOURS = (8, 9, 10, 10, 9, 9, 10, 10, 10, 10, 11, 12, 13, 12, 9, 6, 4, 2, 1.5, 1, 1, 1.5, 3, 6)
_STEPS = 4096


class Timeline:
    """The moments of `orders` orders in the two years that end at `now`, in ascending order."""

    def __init__(self, orders: int, now: datetime) -> None:
        self.orders = orders
        midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        self._now_ms = to_ms(now)
        self._now_part = (now - midnight) / timedelta(days=1)
        self._quantiles = _quantiles()
        first = midnight - timedelta(days=DAYS)
        self._first_ms = to_ms(first)
        self._starts = self._spread([first + timedelta(days=n) for n in range(DAYS + 1)])

    def moments(self, first: int, last: int, rng: Random) -> Iterator[int]:
        """The moments, in milliseconds since 1970, of the orders `first` up to but not including `last`."""
        random = rng.random
        quantiles = self._quantiles
        day = self._day_of(first)
        while first < last:
            start, end = self._starts[day], self._starts[day + 1]
            day_ms = self._first_ms + day * DAY_MS
            steps = _STEPS * (self._share_of_today() if day == DAYS else 1.0) / max(1, end - start)
            for index in range(first, min(end, last)):
                at = (index - start + random()) * steps
                step = int(at)
                low = quantiles[step]
                yield min(self._now_ms, day_ms + int(low + (quantiles[step + 1] - low) * (at - step)))
            first = min(end, last)
            day += 1

    def _spread(self, days: list[datetime]) -> list[int]:
        """How many orders came before each day, and in the end: all of them."""
        growth = _SMALL_GROWTH if self.orders < _SMALL else _GROWTH
        weights = [_weight(day, growth * n / DAYS) for n, day in enumerate(days)]
        weights[-1] *= self._share_of_today()
        whole = sum(weights)
        reached, starts = 0.0, [0]
        for weight in weights:
            reached += weight
            starts.append(round(self.orders * reached / whole))
        starts[-1] = self.orders
        return starts

    def _share_of_today(self) -> float:
        """How much of a usual day's orders have come by this time of today."""
        hours = self._now_part * 24
        hour = int(hours)
        return (sum(_HOURS[:hour]) + _HOURS[hour] * (hours - hour)) / sum(_HOURS)

    def _day_of(self, index: int) -> int:
        low, high = 0, DAYS
        while low < high:
            middle = (low + high) // 2
            if self._starts[middle + 1] <= index:
                low = middle + 1
            else:
                high = middle
        return low


def _weight(day: datetime, growth: float) -> float:
    weight = math.exp(growth) * (1.15 if day.weekday() < 5 else 0.85)
    if 25 <= day.day <= 28:  # salaries
        weight *= 1.25
    if day.month == day.day:
        weight *= _CAMPAIGNS.get((day.month, day.day), 1.7)
    return weight


def _quantiles() -> list[float]:
    """The time of day, in milliseconds, by which each 4096th of a day's orders has come."""
    whole, hour, before = sum(_HOURS), 0, 0.0
    table = []
    for step in range(_STEPS + 1):
        wanted = whole * step / _STEPS
        while hour < 23 and before + _HOURS[hour] < wanted:
            before += _HOURS[hour]
            hour += 1
        table.append((hour + min(1.0, (wanted - before) / _HOURS[hour])) * 3_600_000)
    table[-1] = DAY_MS - 1.0
    return [*table, DAY_MS - 1.0]
