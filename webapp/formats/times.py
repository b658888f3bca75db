"""Days and moments in the store's zone, and how far away a deadline is. Words of the design guide, section 9."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from webapp import clock
from webapp.domain.errors import N_
from webapp.formats.languages import language, locale_of, translated

_HOUR = 3600
_DAY = 24 * _HOUR
SOON = 4 * _HOUR
"""Seconds before a deadline from which it is shown amber."""

_LEFT = (N_("%(n)d m left"), N_("%(n)d h left"), N_("%(n)d d left"))
_LATE = (N_("%(n)d m late"), N_("%(n)d h late"), N_("%(n)d d late"))
_OLD = (N_("%(n)d m old"), N_("%(n)d h old"), N_("%(n)d d old"))
_LONG_OLD = ((730, 365, N_("%(n)d y old")), (60, 30, N_("%(n)d mo old")))
"""From how many days on, of how many days a unit is, and its words."""

_zone = lru_cache(maxsize=64)(ZoneInfo)


def moment(at: datetime, tz: str) -> str:
    """A moment in the zone `tz`: `21 Nov, 09:42`, `21 Nov, 09.42` (id), `11월 21일 09:42`; an old one with its year."""
    return moments(tz)(at)


def moments(tz: str) -> Callable[[datetime], str]:
    """What writes moments in the zone `tz` as `moment` does, for many at once."""
    code, zone = language(), _zone(tz)
    months, year = _months(code, "abbreviated"), clock.now().astimezone(zone).year
    separator = " " if code == "ko" else ", "

    def write(at: datetime) -> str:
        local = at.astimezone(zone)
        text = _day(code, local, with_year=local.year != year, months=months)
        return f"{text}{separator}{_time(code, local)}"

    return write


def time_of_day(at: datetime, tz: str) -> str:
    """The time of a moment in the zone `tz`: `09:42`, `09.42` (id)."""
    return _time(language(), at.astimezone(_zone(tz)))


def day(on: date | datetime, tz: str = "UTC") -> str:
    """A day: `21 Nov`, `11월 21일`, with the year when not this one. A datetime is first moved to the zone `tz`."""
    code = language()
    local = on.astimezone(_zone(tz)) if isinstance(on, datetime) else on
    return _day(code, local, with_year=local.year != _this_year(tz), months=_months(code, "abbreviated"))


def long_day(on: date | datetime, tz: str = "UTC") -> str:
    """A day in full: `21 November 2026`, `2026년 11월 21일`. A datetime is first moved to the zone `tz`."""
    code = language()
    local = on.astimezone(_zone(tz)) if isinstance(on, datetime) else on
    return _day(code, local, with_year=True, months=_months(code, "wide"))


def due(at: datetime, now: datetime) -> tuple[str, str]:
    """How far a deadline is, in one unit, and its level: `late` (gone), `soon` (under four hours) or nothing."""
    seconds = int((at - now).total_seconds())
    if seconds < 0:
        return _in_one_unit(-seconds, _LATE), "late"
    return _in_one_unit(seconds, _LEFT), "soon" if seconds < SOON else ""


def age(at: datetime, now: datetime) -> str:
    """How long ago something began, in one unit: `11 m old`, after two months `5 mo old`, after two years `8 y old`."""
    days = (now - at).days
    for most, unit, words in _LONG_OLD:
        if days >= most:
            return translated(words) % {"n": days // unit}
    return _in_one_unit(max(0, int((now - at).total_seconds())), _OLD)


def _in_one_unit(seconds: int, words: Sequence[str]) -> str:
    if seconds < _HOUR:
        return translated(words[0]) % {"n": seconds // 60}
    if seconds < _DAY:
        return translated(words[1]) % {"n": seconds // _HOUR}
    return translated(words[2]) % {"n": seconds // _DAY}


def _this_year(tz: str) -> int:
    return clock.now().astimezone(_zone(tz)).year


def _time(code: str, local: datetime) -> str:
    return f"{local.hour:02d}{'.' if code == 'id' else ':'}{local.minute:02d}"


def _day(code: str, on: date, *, with_year: bool, months: Sequence[str]) -> str:
    if code == "ko":
        text = f"{on.month}월 {on.day}일"
        return f"{on.year}년 {text}" if with_year else text
    text = f"{on.day} {months[on.month - 1]}"
    return f"{text} {on.year}" if with_year else text


@lru_cache(maxsize=16)
def _months(code: str, width: str) -> tuple[str, ...]:
    names = locale_of(code).months["format"][width]
    return tuple(str(names[number]) for number in range(1, 13))
