"""The text that a person sees in an XLSX cell, from the number that is stored there.

Numbers, dates and number formats as in ECMA-376 part 1, 18.8.30 (numFmt) and 18.17.4 (dates).
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from enum import IntEnum

# 18.8.30: the built-in formats that are dates; 27-36 and 50-58 are those of the East Asian editions.
_DATE_IDS = frozenset((14, 15, 16, 17, *range(27, 32), 36, *range(50, 55), 57, 58))
_TIME_IDS = frozenset((18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56))
_MOMENT_IDS = frozenset((22,))

# What is no part of a date: "text", [colour, locale or condition], escaped, padded and repeated characters, exponents.
_LITERALS = re.compile(r'"[^"]*"|\[(?![hms]+\])[^\]]*\]|\\.|_.|\*.|e[+-]', re.IGNORECASE | re.DOTALL)
_DATE_PART = re.compile(r"[yd]|m{3,}|g{1,3}e|b{2,4}", re.IGNORECASE)
_TIME_PART = re.compile(r"[hs]|am/pm|a/p", re.IGNORECASE)
_PADDED = re.compile(r"(0{2,})(?:;.*)?", re.DOTALL)

_LAST_SERIAL = 2_958_466  # 10000-01-01
_EXACT_DIGITS = 15  # what Excel shows of a number


class Shape(IntEnum):
    """What a number format makes of a number. Values above PADDED mean: padded with zeros to that many digits."""

    DATE = -3
    MOMENT = -2
    TIME = -1
    PLAIN = 0


def shape_of_builtin(format_id: int) -> int:
    """The shape of a number format that has no text in the file."""
    if format_id in _DATE_IDS:
        return Shape.DATE
    if format_id in _TIME_IDS:
        return Shape.TIME
    return Shape.MOMENT if format_id in _MOMENT_IDS else Shape.PLAIN


def shape_of_format(code: str) -> int:
    """The shape of a number format such as ``yyyy-mm-dd``; ``00000`` gives 5, the digits to pad to."""
    if padded := _PADDED.fullmatch(code):
        return len(padded[1])
    bare = _LITERALS.sub("", code).split(";")[0]
    if "general" in bare.lower():
        return Shape.PLAIN
    has_time = _TIME_PART.search(bare) is not None
    # "mm" alone is months, beside hours or seconds it is minutes.
    has_date = _DATE_PART.search(bare) is not None or (not has_time and "m" in bare.lower())
    if has_date:
        return Shape.MOMENT if has_time else Shape.DATE
    return Shape.TIME if has_time else Shape.PLAIN


def number_text(raw: str, shape: int = Shape.PLAIN, *, from_1904: bool = False) -> str:
    """The text of a stored number.

    Whole numbers have neither ``.0`` nor an exponent, others at most 15 digits as Excel shows them; dates are ISO 8601
    and without a time where the format shows none. A whole number of 17 digits or more that ends as Excel has rounded
    it keeps its exponent, so that nobody takes it for all of the number. What is not a number is given back as it is.
    """
    if shape == Shape.PLAIN and raw.isdecimal() and raw.isascii():
        return _rounded(raw)  # every digit as it is stored: more of them than a float holds
    try:
        value = float(raw)
    except ValueError:
        return raw
    if value - value != 0:  # infinite or not a number
        return raw
    if shape < Shape.PLAIN and (text := _time_text(value, shape, from_1904)) is not None:
        return text
    text = _plain(value)
    if shape > Shape.PLAIN and text.isdecimal():
        return text.zfill(shape)
    return text


def _plain(value: float) -> str:
    if value == int(value):
        digits = format(Decimal(repr(value)).to_integral_value(), "f") if abs(value) > 2**53 else str(int(value))
        return _rounded(digits)
    return format(Decimal(format(value, f".{_EXACT_DIGITS}g")), "f")


def _rounded(digits: str) -> str:
    # A float holds nearly all numbers of 16 digits: one of ten ends with a zero of its own.
    if len(digits) <= _EXACT_DIGITS + 1 or digits[_EXACT_DIGITS:].strip("0") or digits[0] in "0-":
        return digits
    kept = digits[:_EXACT_DIGITS].rstrip("0")
    return f"{kept[0]}{'.' if kept[1:] else ''}{kept[1:]}E+{len(digits) - 1}"


def _time_text(serial: float, shape: int, from_1904: bool) -> str | None:
    if not 0 <= serial < _LAST_SERIAL:
        return None
    seconds = round(serial * 86_400)
    days, in_day = divmod(seconds, 86_400)
    if shape == Shape.TIME or (days == 0 and not from_1904):
        return _clock(seconds)
    try:
        if shape == Shape.DATE:
            return _day(int(serial), from_1904).isoformat()
        return f"{_day(days, from_1904)}T{_clock(in_day)}"
    except OverflowError:
        return None


def _day(number: int, from_1904: bool) -> date:
    if from_1904:
        return date(1904, 1, 1) + timedelta(days=number)
    # Excel takes 1900 for a leap year: before the 29 February that never was, its days are one ahead.
    return date(1899, 12, 30 if number > 60 else 31) + timedelta(days=number)


def _clock(seconds: int) -> str:
    hours, rest = divmod(seconds, 3_600)
    return f"{hours:02}:{rest // 60:02}:{rest % 60:02}"
