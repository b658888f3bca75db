"""Moments that people and programs write into files: `2026-11-21 09:42`, `21/11/26 9:42 PM`, `2026년 11월 21일`.

Contract, files people upload: days are read column by column. Whether `3/4` is in April or in March is asked of the
whole column: a day above 12 proves it. Excel's serial days are understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from webapp.domain.spelling import fold

DayOrder = Literal["dmy", "mdy"]
"""How `3/4/2026` is meant: day first or month first. What begins with the year needs no order."""

DAY_ORDERS: tuple[DayOrder, ...] = ("dmy", "mdy")
_YEARS = range(1990, 2101)
_LONGEST = 60
_SERIAL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 -- a local moment: its zone is the store's

_REST = r"(?:[t, ]+(?P<time>.+))?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})\s*[-/.년]\s*(\d{{1,2}})\s*[-/.월]\s*(\d{{1,2}})\s*일?\.?{_REST}")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:t?(?P<time>\d{4}|\d{6}))?")
_YEAR_LAST = re.compile(rf"(\d{{1,2}})[-/. ](\d{{1,2}})[-/. ](\d{{4}}|\d\d){_REST}")
_NAMED = re.compile(rf"(\d{{1,2}})[-/. ]([^\W\d]+)\.?[-/., ]+(\d{{4}}|\d\d){_REST}")
_NAMED_FIRST = re.compile(rf"([^\W\d]+)\.? (\d{{1,2}}),? (\d{{4}}){_REST}")
_SERIAL = re.compile(r"(\d{5})(?:[.,](\d+))?")
_TIME = re.compile(
    r"(?P<before>am|pm|오전|오후)?\s*(?P<hour>\d{1,2})[:.](?P<minute>\d\d)(?:[:.](?P<second>\d\d)(?:[.,]\d+)?)?"
    r"\s*(?P<after>am|pm)?\s*(?:\(?(?P<zone>z|utc|gmt|wib|wita|wit|kst)?(?P<offset>[+-]\d\d:?(?:\d\d)?)?\)?)?"
)
_DIGITS = re.compile(r"(\d\d)(\d\d)(\d\d)?")
_ZONES = {"z": 0, "utc": 0, "gmt": 0, "wib": 7, "wita": 8, "wit": 9, "kst": 9}
_MONTHS = (
    "jan january januari", "feb february februari peb", "mar march maret", "apr april", "may mei", "jun june juni",
    "jul july juli", "aug august agustus agu agt", "sep september sept", "oct october oktober okt",
    "nov november nopember nop", "dec december desember des",
)  # fmt: skip
_MONTH = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}


def in_two_ways(cell: str) -> bool:
    """Whether the order of days matters for a cell at all."""
    return _year_last(cell) is not None


def _year_last(cell: str) -> re.Match[str] | None:
    # Most files have the year first: those cells cost nothing.
    return None if cell[:4].isdecimal() or len(cell) > _LONGEST else _YEAR_LAST.fullmatch(fold(cell))


class DayError(ValueError):
    """The text is no moment that can be kept, or not one in this order."""


def day_orders_of(column: Iterable[str]) -> frozenset[DayOrder]:
    """The orders that cells of a column prove: both where they contradict each other, none where nothing tells."""
    proven: set[DayOrder] = set()
    for cell in column:
        found = _year_last(cell)
        if found is None:
            continue
        first, second = int(found[1]), int(found[2])
        if first > 12 >= second:
            proven.add("dmy")
        elif second > 12 >= first:
            proven.add("mdy")
    return frozenset(proven)


@lru_cache(maxsize=8192)
def read_moment(text: str, order: DayOrder, tz: str) -> datetime:
    """The moment, in UTC, that `text` means in the zone `tz` unless it names its own. Raises DayError.

    A day without a time is its first moment.
    """
    typed = fold(text)
    if not typed or len(typed) > _LONGEST:
        raise DayError(f"{text!r} is not a day")
    try:
        local = _read(typed, order)
        if local.tzinfo is None:
            local = local.replace(tzinfo=ZoneInfo(tz))
        moment = local.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise DayError(f"{text!r} is not a day") from error
    if moment.year not in _YEARS:
        raise DayError(f"{text!r} is too far away")
    return moment


def _read(typed: str, order: DayOrder) -> datetime:
    if found := _YEAR_FIRST.fullmatch(typed) or _COMPACT.fullmatch(typed):
        return _at(int(found[1]), int(found[2]), int(found[3]), found["time"])
    if found := _YEAR_LAST.fullmatch(typed):
        day, month = (found[1], found[2]) if order == "dmy" else (found[2], found[1])
        return _at(_year(found[3]), int(month), int(day), found["time"])
    if (found := _NAMED.fullmatch(typed)) and found[2] in _MONTH:
        return _at(_year(found[3]), _MONTH[found[2]], int(found[1]), found["time"])
    if (found := _NAMED_FIRST.fullmatch(typed)) and found[1] in _MONTH:
        return _at(int(found[3]), _MONTH[found[1]], int(found[2]), found["time"])
    if found := _SERIAL.fullmatch(typed):
        seconds = round(float(f"0.{found[2] or 0}") * 86_400)
        return _SERIAL_ZERO + timedelta(days=int(found[1]), seconds=seconds)
    raise DayError(typed)


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _at(year: int, month: int, day: int, time: str | None) -> datetime:
    if not time:
        return datetime(year, month, day)  # noqa: DTZ001 -- its zone is the store's
    if digits := _DIGITS.fullmatch(time):
        hour, minute, second = (int(part or 0) for part in digits.groups())
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001
    found = _TIME.fullmatch(time)
    if found is None:
        raise DayError(time)
    hour, half = int(found["hour"]), found["before"] or found["after"]
    if half:
        if not 1 <= hour <= 12:
            raise DayError(time)
        hour = hour % 12 + (12 if half in ("pm", "오후") else 0)
    moment = datetime(year, month, day, hour, int(found["minute"]), int(found["second"] or 0))  # noqa: DTZ001
    if found["zone"] is None and found["offset"] is None:
        return moment
    return moment.replace(tzinfo=timezone(timedelta(hours=_ZONES.get(found["zone"] or "", 0)) + _offset(found)))


def _offset(found: re.Match[str]) -> timedelta:
    if not found["offset"]:
        return timedelta()
    digits = found["offset"][1:].replace(":", "")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return -size if found["offset"][0] == "-" else size
