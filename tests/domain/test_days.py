from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.days import DayPreset, cut_ms, day_bounds, local_day, preset_days

ZONES = [
    "Asia/Jakarta",
    "Asia/Jayapura",
    "Asia/Seoul",
    "UTC",
    "America/New_York",
    "Europe/Berlin",
    "Pacific/Kiritimati",
]
zones = st.sampled_from(ZONES)
moments = st.integers(946_684_800_000, 3_786_912_000_000).map(lambda ms: datetime.fromtimestamp(ms / 1000, UTC))


def test_cut_not_rounded() -> None:
    assert cut_ms(datetime(2026, 1, 1, 0, 0, 0, 999_999, tzinfo=UTC)).microsecond == 999_000
    jakarta = datetime(2026, 1, 1, 7, 0, 0, 1_234, tzinfo=timezone(timedelta(hours=7)))
    cut = cut_ms(jakarta)
    assert cut == datetime(2026, 1, 1, 0, 0, 0, 1_000, tzinfo=UTC)
    assert cut.tzinfo is UTC
    assert cut_ms(cut) == cut


def test_naive_moments_are_refused() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 -- the naive moment is the point
    with pytest.raises(ValueError, match="time zone"):
        cut_ms(naive)
    with pytest.raises(ValueError, match="time zone"):
        local_day(naive, "Asia/Jakarta")


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        (datetime(2026, 11, 20, 16, 59, 59, tzinfo=UTC), "Asia/Jakarta", date(2026, 11, 20)),
        (datetime(2026, 11, 20, 17, 0, tzinfo=UTC), "Asia/Jakarta", date(2026, 11, 21)),
        (datetime(2026, 11, 20, 15, 0, tzinfo=UTC), "Asia/Seoul", date(2026, 11, 21)),
        (datetime(2026, 12, 31, 17, 0, tzinfo=UTC), "Asia/Jakarta", date(2027, 1, 1)),
    ],
)
def test_local_days(moment: datetime, zone: str, day: date) -> None:
    assert local_day(moment, zone) == day


@pytest.mark.parametrize(
    ("day", "zone", "low", "hours"),
    [
        (date(2026, 11, 21), "Asia/Jakarta", datetime(2026, 11, 20, 17, tzinfo=UTC), 24),
        (date(2026, 3, 29), "Europe/Berlin", datetime(2026, 3, 28, 23, tzinfo=UTC), 23),
        (date(2026, 10, 25), "Europe/Berlin", datetime(2026, 10, 24, 22, tzinfo=UTC), 25),
        # Clocks went from 00:00 to 01:00: the day begins at the jump.
        (date(2017, 10, 15), "America/Sao_Paulo", datetime(2017, 10, 15, 3, tzinfo=UTC), 23),
    ],
)
def test_bounds_of_a_day(day: date, zone: str, low: datetime, hours: int) -> None:
    assert day_bounds(day, zone) == (low, low + timedelta(hours=hours))


@given(moments, zones)
def test_a_moment_lies_in_its_day(moment: datetime, zone: str) -> None:
    day = local_day(moment, zone)
    low, high = day_bounds(day, zone)
    assert low <= moment < high
    assert day_bounds(day + timedelta(days=1), zone)[0] == high


@pytest.mark.parametrize(
    ("preset", "first", "last"),
    [
        (DayPreset.TODAY, date(2026, 3, 1), date(2026, 3, 1)),
        (DayPreset.YESTERDAY, date(2026, 2, 28), date(2026, 2, 28)),
        (DayPreset.LAST_7_DAYS, date(2026, 2, 23), date(2026, 3, 1)),
        (DayPreset.LAST_30_DAYS, date(2026, 1, 31), date(2026, 3, 1)),
        (DayPreset.THIS_MONTH, date(2026, 3, 1), date(2026, 3, 1)),
    ],
)
def test_presets(preset: DayPreset, first: date, last: date) -> None:
    assert preset_days(preset, date(2026, 3, 1)) == (first, last)
