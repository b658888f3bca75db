"""Amounts of money: whole numbers of minor units of an ISO 4217 currency, and reading what people type.

Domain rules: rupiah is kept with 0 decimals (our rule; ISO allows 2), won with 0; amounts are never mixed across
currencies; a partner's fractional amount is rounded half up and the difference is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation, localcontext
from typing import ClassVar, Literal

from webapp.domain.spelling import plain

DecimalMark = Literal[".", ","]

LARGEST = 2**63 - 1
"""The most minor units that the database keeps (bigint)."""

_PAID_WITH = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
    "CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL "
    "HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD "
    "MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG "
    "QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SYP SZL THB TJS TMT TND TOP TRY TTD TWD "
    "TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG"
)
CURRENCIES = frozenset(_PAID_WITH.split())
"""ISO 4217's codes of money that is paid with somewhere: what a store can sell in."""

_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
_MINOR_DIGITS: dict[str, int] = {
    "IDR": 0,  # our rule, against ISO's 2
    **dict.fromkeys(_NO_DECIMALS.split(), 0),
    **dict.fromkeys(_THREE_DECIMALS.split(), 3),
    "CLF": 4,
    "UYW": 4,
}
_MARKERS: dict[str, frozenset[str]] = {
    "IDR": frozenset({"rp"}),
    "KRW": frozenset({"₩", "원"}),
    "JPY": frozenset({"¥", "円"}),
    "CNY": frozenset({"¥", "元", "rmb"}),
    "EUR": frozenset({"€"}),
    "GBP": frozenset({"£"}),
    "USD": frozenset({"$", "us$"}),
    "SGD": frozenset({"$", "s$"}),
    "AUD": frozenset({"$", "a$"}),
    "MYR": frozenset({"rm"}),
    "THB": frozenset({"฿"}),
    "VND": frozenset({"₫"}),
    "PHP": frozenset({"₱"}),
}
_EXACT = Context(prec=80, rounding=ROUND_HALF_UP)
_MAX_TYPED = 60

_MARKED = re.compile(
    r"(?P<sign>-?) *(?:(?P<before>[^0-9.,'-]+?)(?:(?<=[A-Za-z])\.)?)? *"
    r"(?P<body>[.,]?[0-9][0-9 .,']*?)(?:,-+)? *(?P<after>[^0-9.,'-]*)"
)
_GROUPED = {mark: re.compile(rf"[0-9]{{1,3}}(?:{re.escape(mark)}[0-9]{{3}})+") for mark in (".", ",", " ", "'")}


class MoneyError(ValueError):
    """Anything wrong with an amount or a currency. `code` says what, for a reader's words."""

    code: ClassVar[str] = "bad_money"


class CurrencyError(MoneyError):
    """Not three capital letters."""

    code = "bad_currency"


class CurrencyMismatchError(MoneyError):
    """The text names another currency than the amount is in."""

    code = "currency_mismatch"


class AmountError(MoneyError):
    """The text or number is no amount that can be kept."""

    code = "bad_amount"


class AmbiguousAmountError(AmountError):
    """The text has two readings that differ, and nothing says which is meant."""

    code = "ambiguous_amount"


class NegativeAmountError(AmountError):
    """Below zero where people type what something costs."""

    code = "negative_amount"


class AmountTooLargeError(AmountError):
    """More minor units than are kept."""

    code = "amount_too_large"


def minor_digits(currency: str) -> int:
    """How many decimals `currency` is kept with: ISO 4217, but rupiah 0 (domain rules: numbers and names).

    Raises `CurrencyError` for what is no code; an unknown code has two.
    """
    if len(currency) != 3 or not currency.isascii() or not currency.isalpha() or not currency.isupper():
        raise CurrencyError(f"{currency!r} is not a currency code")
    return _MINOR_DIGITS.get(currency, 2)


def round_half_up(amount: Decimal | float | str, digits: int = 0) -> tuple[int, Decimal]:
    """Round an amount in major units to `digits` decimals and return it in minor units, with the difference.

    Halves go away from zero. The difference is kept minus given, in major units: what a page shows beside a
    partner's amount (domain rules: numbers and names). A string is a machine's (`"12000.50"`), not a person's.
    Raises `AmountError` for what is no finite number, `AmountTooLargeError` beyond a bigint.
    """
    with localcontext(_EXACT):
        try:
            # A float's shortest text is what its writer meant: 0.1 is a tenth here.
            given = Decimal(str(amount) if isinstance(amount, float) else amount)
        except InvalidOperation:
            raise AmountError(f"{amount!r} is not a number") from None
        if not given.is_finite():
            raise AmountError(f"{amount!r} is not a number")
        if given and given.adjusted() + digits > 18:
            raise AmountTooLargeError(f"{amount!r} is too large")
        kept = given.scaleb(digits).to_integral_value()
        if abs(kept) > LARGEST:
            raise AmountTooLargeError(f"{amount!r} is too large")
        return int(kept), kept.scaleb(-digits) - given


def minor_units(amount: Decimal | float | str, currency: str) -> tuple[int, Decimal]:
    """`round_half_up` to the decimals of `currency`: a partner's or the API's amount, and the difference."""
    return round_half_up(amount, minor_digits(currency))


def parse_amount(text: str, currency: str, decimal_mark: DecimalMark | None = None) -> int:
    """Read what a person typed (`12.000`, `Rp 12.000,50`, `₩41,500`, `1 250.5`) as minor units, rounded half up.

    `decimal_mark` is the column's own mark where a whole column was read (`decimal_mark_of`).
    Raises `AmountError` or a subclass, `CurrencyMismatchError` if the text names another currency.
    """
    return minor_units(read_amount(text, currency, decimal_mark), currency)[0]


def read_amount(text: str, currency: str, decimal_mark: DecimalMark | None = None) -> Decimal:
    """Read what a person typed as an exact amount in major units; see `parse_amount`.

    In a currency without decimals a separator before exactly three digits is for thousands, whatever the column
    says. In one with two, a lone separator before exactly three digits is for thousands too unless the column's
    mark says otherwise: nobody types three decimals there. What has two readings raises `AmbiguousAmountError`.
    """
    digits = minor_digits(currency)
    if len(text) > _MAX_TYPED:
        raise AmountError("too long for an amount")
    found = _MARKED.fullmatch(_typed(text))
    if found is None:
        raise AmountError(f"{text!r} is not an amount")
    for marker in (found["before"], found["after"]):
        _check_marker(marker or "", currency)
    value = _read_number(found["body"].strip(), digits, decimal_mark)
    if found["sign"] and value:
        raise NegativeAmountError(f"{text!r} is below zero")
    return value


def decimal_mark_of(column: Iterable[str]) -> DecimalMark | None:
    """The mark that a column of amounts uses for decimals, where some cell proves it; None where none or both do."""
    marks = decimal_marks_of(column)
    return next(iter(marks)) if len(marks) == 1 else None


def decimal_marks_of(column: Iterable[str]) -> frozenset[DecimalMark]:
    """The marks for decimals that cells of a column prove.

    A cell proves it with two kinds of separators (the last is the mark) or with a lone one that can't be for
    thousands. Contract: amounts are read column by column.
    """
    marks: set[DecimalMark] = set()
    for cell in column:
        found = _MARKED.fullmatch(_typed(cell)) if len(cell) <= _MAX_TYPED else None
        body = re.sub("[ ']", "", found["body"]) if found else ""
        last = max(body.rfind("."), body.rfind(","))
        if last < 0 or body.count(body[last]) != 1:
            continue
        both = "." in body and "," in body
        if both or body.startswith("0") or not _GROUPED[body[last]].fullmatch(body):
            marks.add("." if body[last] == "." else ",")
    return frozenset(marks)


def _typed(text: str) -> str:
    return plain(text).strip().replace("\N{MINUS SIGN}", "-").replace("’", "'")


def _check_marker(marker: str, currency: str) -> None:
    name = marker.strip().strip(".").casefold()
    if name and name != currency.casefold() and name not in _MARKERS.get(currency, frozenset()):
        known = any(name in markers for markers in _MARKERS.values())
        if known or (len(name) == 3 and name.upper() in _MARKERS):
            raise CurrencyMismatchError(f"{marker.strip()!r} is not {currency}")
        raise AmountError(f"{marker.strip()!r} is not part of an amount")


def _read_number(body: str, digits: int, mark: DecimalMark | None) -> Decimal:
    """Digits with `.`, `,`, spaces or apostrophes between them, as a number."""
    kinds = {sign for sign in body if not sign.isdigit()}
    if not kinds:
        return Decimal(body)
    if len(kinds) == 2:
        return _read_mixed(body, kinds, digits, mark)
    if len(kinds) > 2:
        raise AmountError(f"{body!r} mixes its separators")
    (kind,) = kinds
    grouped = _GROUPED[kind].fullmatch(body) is not None
    if body.count(kind) > 1 or kind in " '":
        if not grouped or (kind == mark and digits):
            raise AmountError(f"{body!r} is not grouped as an amount")
        return _joined(body, kind)
    whole, _, rest = body.partition(kind)
    if rest and mark == kind and not whole.strip("0"):
        return Decimal(f"{whole or 0}.{rest}")  # no thousands begin with 0, and the column says it is a decimal mark
    if len(rest) == 3 and not (digits and mark == kind):
        return _lone_before_three(whole, rest, grouped=grouped, digits=digits, mark=mark)
    if not rest or (mark is not None and mark != kind):
        raise AmountError(f"{body!r} is not an amount with the decimal mark {mark or kind!r}")
    return Decimal(f"{whole or 0}.{rest}")


def _read_mixed(body: str, kinds: set[str], digits: int, mark: DecimalMark | None) -> Decimal:
    """Two kinds of separators: the last is the decimal mark, the other groups thousands."""
    decimal = body[max(body.rfind("."), body.rfind(","))]
    whole, _, rest = body.partition(decimal)
    (other,) = kinds - {decimal}
    if not rest.isdigit() or not _GROUPED[other].fullmatch(whole) or (mark is not None and mark != decimal):
        raise AmountError(f"{body!r} mixes its separators")
    if not digits and len(rest) == 3:
        raise AmbiguousAmountError(f"{body!r} has two readings")
    return Decimal(f"{_joined(whole, other)}.{rest}")


def _lone_before_three(whole: str, rest: str, *, grouped: bool, digits: int, mark: DecimalMark | None) -> Decimal:
    """One separator before exactly three digits, which the column's mark does not claim as a decimal mark."""
    zero_led = not whole.strip("0")  # ".500", "0.500": no thousands begin with 0
    if zero_led and digits and mark is None:
        return Decimal(f"{whole or 0}.{rest}")
    if zero_led and not rest.strip("0"):
        return Decimal(0)
    if zero_led or not grouped or (digits > 2 and mark is None):
        raise AmbiguousAmountError(f"{whole}?{rest} has two readings")
    return Decimal(whole + rest)


def _joined(body: str, kind: str) -> Decimal:
    return Decimal(body.replace(kind, ""))
