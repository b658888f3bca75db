"""Days and moments: the store's local day, its bounds in UTC, and the presets of a date filter.

Domain rules: time is UTC in the database and shown in the store's zone. Data model: moments are aware and cut to
the millisecond; an order's local day is written once, when it arrives. Time is always an argument here.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

_ONE_DAY = timedelta(days=1)


class DayPreset(StrEnum):
    """The ranges that a date filter offers in one click."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    LAST_7_DAYS = "last_7_days"
    LAST_30_DAYS = "last_30_days"
    THIS_MONTH = "this_month"
    LAST_MONTH = "last_month"
    LAST_90_DAYS = "last_90_days"
    THIS_YEAR = "this_year"


def cut_ms(moment: datetime) -> datetime:
    """`moment` in UTC, cut (not rounded) to the millisecond. Raises ValueError for a naive one."""
    if moment.utcoffset() is None:
        raise ValueError("a moment needs a time zone")
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def local_day(moment: datetime, tz: str) -> date:
    """The day it is at `moment` in the zone `tz` (IANA name). Raises ValueError for a naive moment."""
    if moment.utcoffset() is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(ZoneInfo(tz)).date()


def day_bounds(day: date, tz: str) -> tuple[datetime, datetime]:
    """First moment of `day` in the zone `tz` and of the day after, both in UTC: `low <= moment < high`."""
    return _midnight(day, tz), _midnight(day + _ONE_DAY, tz)


def preset_days(preset: DayPreset, today: date) -> tuple[date, date]:
    """First and last day (both included) of a preset, seen from `today` in the store's zone."""
    match preset:
        case DayPreset.TODAY:
            return today, today
        case DayPreset.YESTERDAY:
            return today - _ONE_DAY, today - _ONE_DAY
        case DayPreset.LAST_7_DAYS:
            return today - 6 * _ONE_DAY, today
        case DayPreset.LAST_30_DAYS:
            return today - 29 * _ONE_DAY, today
        case DayPreset.THIS_MONTH:
            return today.replace(day=1), today
        case DayPreset.LAST_MONTH:
            last = today.replace(day=1) - _ONE_DAY
            return last.replace(day=1), last
        case DayPreset.LAST_90_DAYS:
            return today - 89 * _ONE_DAY, today
        case DayPreset.THIS_YEAR:
            return today.replace(month=1, day=1), today


def _midnight(day: date, tz: str) -> datetime:
    # Where clocks skip midnight, the earlier offset (fold=0) names the moment of the jump: the day's first.
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(tz)).astimezone(UTC)
