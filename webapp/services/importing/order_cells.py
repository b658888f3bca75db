"""The cells of an orders file, each read by itself: amounts, pieces, moments, texts. None is guessed."""

from __future__ import annotations

from functools import lru_cache

from webapp.domain.damage import is_formula_error, is_rounded
from webapp.domain.errors import Code, Problem
from webapp.domain.money import LARGEST, DecimalMark, MoneyError, minor_units, read_amount
from webapp.domain.order_texts import EMAIL, LONGEST
from webapp.domain.spelling import fold, plain, without_turns
from webapp.services.orders.create import MOST_PIECES

_COUNTRIES = {
    "indonesia": "ID", "korea": "KR", "south korea": "KR", "republic of korea": "KR", "korea selatan": "KR",
    "대한민국": "KR", "한국": "KR",
}  # fmt: skip


_NUMERIC = ("postal_code", "buyer_phone")
"""Where other programs put an apostrophe before the digits, so that a spreadsheet program keeps their zeros."""


class BadCell(ValueError):
    """A cell that can't be used; `problem` says why."""

    def __init__(self, code: Code, field: str, value: str = "", **more: object) -> None:
        super().__init__(field)
        facts = {"field": field, **({"value": value[:100]} if code is Code.BAD_VALUE else {}), **more}
        self.problem = Problem(code, facts)


def cell_amount(text: str, field: str, currency: str, mark: DecimalMark | None) -> int:
    """An amount in minor units; several joined by + are added up. Raises BadCell."""
    amount = _amount(text, currency, mark)
    if amount is None:
        raise BadCell(Code.BAD_VALUE, field, text, variant="amount")
    return amount


@lru_cache(maxsize=8192)
def _amount(text: str, currency: str, mark: DecimalMark | None) -> int | None:
    try:
        if "+" not in text:
            return minor_units(read_amount(text, currency, mark), currency)[0]
        parts = [read_amount(part, currency, mark) for part in text.split("+") if part.strip()]
        amount = minor_units(sum(parts[1:], parts[0]), currency)[0] if parts else 0
    except MoneyError:
        return None
    return amount if amount <= LARGEST else None


@lru_cache(maxsize=1024)
def _pieces(text: str) -> int | None:
    try:
        # A currency of two decimals reads 1.000 as a thousand and 6.0 as six.
        value = read_amount(text, "USD", None)
    except MoneyError:
        return None
    return int(value) if value == int(value) and 1 <= value <= MOST_PIECES else None


def cell_pieces(text: str) -> int:
    """How many of an item: a whole number from 1 on. Raises BadCell."""
    pieces = int(text) if text.isdecimal() and text.isascii() and len(text) < 7 else _pieces(text)
    if not pieces:
        raise BadCell(Code.BAD_VALUE, "quantity", text, variant="whole")
    return pieces


def cell_text(text: str, field: str) -> str:
    """A text as typed, without signs that turn what is read beside it; none where nobody sees anything. A number is
    kept whole: rows with the same one belong together. Raises BadCell for one that is too long, for the error of a
    formula, and for a number that was rounded: those of other orders come to the same."""
    if not text:
        return ""
    if field != "channel_order_id":
        text = without_turns(text)
        if field in _NUMERIC:
            text = text.removeprefix("'")
    elif is_rounded(text):
        raise BadCell(Code.BAD_VALUE, field, text, variant="rounded")
    if is_formula_error(text):
        raise BadCell(Code.BAD_VALUE, field, text, variant="formula_error")
    if len(text) > LONGEST[field]:
        raise BadCell(Code.BAD_VALUE, field, text[:60] + "…", variant="long", limit=LONGEST[field])
    return text if plain(text).strip() else ""


def cell_email(text: str) -> str:
    """An e-mail address; a masked one is none. Raises BadCell."""
    if not text or "*" in text:
        return ""
    if EMAIL.fullmatch(text) is None:
        raise BadCell(Code.BAD_VALUE, "buyer_email", text)
    return cell_text(text, "buyer_email")


def cell_country(text: str) -> str:
    """A country as its code where that is known, else as typed. Raises BadCell."""
    text = without_turns(text).strip()
    if not text:
        return ""
    return _COUNTRIES.get(fold(text)) or (text.upper() if len(text) == 2 else cell_text(text, "country"))
