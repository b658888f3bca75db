from __future__ import annotations

from decimal import Decimal

import pytest
from babel.core import get_global
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.money import (
    CURRENCIES,
    LARGEST,
    AmbiguousAmountError,
    AmountError,
    AmountTooLargeError,
    CurrencyError,
    CurrencyMismatchError,
    DecimalMark,
    MoneyError,
    NegativeAmountError,
    decimal_mark_of,
    decimal_marks_of,
    minor_digits,
    parse_amount,
    round_half_up,
)

amounts = st.integers(0, LARGEST)
currencies = st.sampled_from(["IDR", "KRW", "USD", "KWD"])


@pytest.mark.parametrize(
    ("currency", "digits"),
    [("IDR", 0), ("KRW", 0), ("JPY", 0), ("USD", 2), ("EUR", 2), ("MYR", 2), ("KWD", 3), ("BHD", 3), ("CLF", 4)],
)
def test_decimals_of_currencies(currency: str, digits: int) -> None:
    assert minor_digits(currency) == digits


def test_money_that_is_paid_with_somewhere_is_known() -> None:
    used = {
        code
        for currencies in get_global("territory_currencies").values()
        for code, _since, until, is_tender in currencies
        if is_tender and until is None
    }
    assert used == CURRENCIES


@pytest.mark.parametrize("currency", ["", "Rp", "idr", "IDRR", "I1R", "ＩＤＲ"])
def test_what_is_no_currency(currency: str) -> None:
    with pytest.raises(CurrencyError):
        minor_digits(currency)


@pytest.mark.parametrize(
    ("amount", "digits", "kept", "difference"),
    [
        ("12000.50", 0, 12001, "0.50"),
        ("12000.49", 0, 12000, "-0.49"),
        (Decimal("2.345"), 2, 235, "0.005"),
        ("2.3449", 2, 234, "-0.0049"),
        ("-0.5", 0, -1, "-0.5"),
        (0.1, 2, 10, "0"),
        (2.675, 2, 268, "0.005"),
        (7, 2, 700, "0"),
        ("1E-400", 0, 0, "-1E-400"),
        ("1e3", 0, 1000, "0"),
    ],
)
def test_rounding_half_up(amount: Decimal | float | str, digits: int, kept: int, difference: str) -> None:
    assert round_half_up(amount, digits) == (kept, Decimal(difference))


@pytest.mark.parametrize("amount", ["NaN", "Infinity", float("inf"), "", "twelve", "12.000,50", "sNaN"])
def test_rounding_needs_a_number(amount: str | float) -> None:
    with pytest.raises(AmountError):
        round_half_up(amount)


@pytest.mark.parametrize("amount", [LARGEST + 1, "1E+30", "1E+999999", 1e300])
def test_rounding_refuses_what_is_not_kept(amount: str | float) -> None:
    with pytest.raises(AmountTooLargeError):
        round_half_up(amount)


@given(st.decimals(-(10**12), 10**12, places=6), st.integers(0, 4))
def test_the_difference_is_what_rounding_did(amount: Decimal, digits: int) -> None:
    kept, difference = round_half_up(amount, digits)
    assert Decimal(kept).scaleb(-digits) - difference == amount
    assert abs(difference) * 2 <= Decimal(1).scaleb(-digits)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.000", "IDR", 12000),
        ("12,000", "IDR", 12000),
        ("12000", "IDR", 12000),
        ("Rp 12.000,50", "IDR", 12001),
        ("Rp12.000", "IDR", 12000),
        ("Rp. 1.250.000,-", "IDR", 1250000),
        ("rp.12.000,00", "IDR", 12000),
        ("IDR 12,000.00", "IDR", 12000),
        ("12.000 idr", "IDR", 12000),
        ("12.5", "IDR", 13),
        ("12.4999", "IDR", 12),
        ("0", "IDR", 0),
        ("0,000", "IDR", 0),
        ("-0", "IDR", 0),
        ("₩41,500", "KRW", 41500),
        ("￦４１，５００", "KRW", 41500),
        ("41,500원", "KRW", 41500),
        ("1 250.5", "USD", 125050),
        ("1\u00a0250,5", "EUR", 125050),
        ("1'250.50", "USD", 125050),
        ("1’250’000", "USD", 125000000),
        ("$1,250.50", "USD", 125050),
        ("US$ 3", "USD", 300),
        (".5", "USD", 50),
        ("$.5", "USD", 50),
        ("Rp.500", "IDR", 500),
        ("0.125", "USD", 13),
        ("2.55", "GBP", 255),
        ("1,250", "USD", 125000),
        ("1.250", "EUR", 125000),
        ("1.234.567,89", "EUR", 123456789),
        ("12.3456", "USD", 1235),
        ("1,234.567", "KWD", 1234567),
        ("  7 ", "USD", 700),
    ],
)
def test_amounts_as_people_type_them(text: str, currency: str, minor: int) -> None:
    assert parse_amount(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency", "mark", "minor"),
    [
        ("12.345", "USD", ".", 1235),
        ("12,345", "USD", ".", 1234500),
        ("1.250", "KWD", ".", 1250),
        ("1.250", "KWD", ",", 1250000),
        ("12.000", "IDR", ".", 12000),
        ("12.000", "IDR", ",", 12000),
        ("1.250,5", "EUR", ",", 125050),
        ("0.500", "USD", ".", 50),
    ],
)
def test_amounts_with_the_column_s_mark(text: str, currency: str, mark: DecimalMark, minor: int) -> None:
    assert parse_amount(text, currency, mark) == minor


@pytest.mark.parametrize(
    ("text", "currency", "mark", "error"),
    [
        ("", "IDR", None, AmountError),
        ("(5)", "IDR", None, AmountError),
        ("abc", "IDR", None, AmountError),
        ("12rb", "IDR", None, AmountError),
        ("5-6", "IDR", None, AmountError),
        ("12.00.000", "IDR", None, AmountError),
        ("1,2,3", "USD", None, AmountError),
        ("12 50", "USD", None, AmountError),
        ("12.", "USD", None, AmountError),
        ("1.2,3.4", "USD", None, AmountError),
        ("1e5", "USD", None, AmountError),
        ("=5", "USD", None, AmountError),
        ("١٢", "USD", None, AmountError),
        ("9" * 61, "IDR", None, AmountError),
        ("12,5", "USD", ".", AmountError),
        ("1.250.000", "USD", ".", AmountError),
        ("1.250,5", "USD", ".", AmountError),
        ("-5", "IDR", None, NegativeAmountError),
        ("-Rp 5.000", "IDR", None, NegativeAmountError),
        ("−5", "IDR", None, NegativeAmountError),
        ("$5", "IDR", None, CurrencyMismatchError),
        ("USD 5", "IDR", None, CurrencyMismatchError),
        ("Rp 5", "KRW", None, CurrencyMismatchError),
        ("1.250", "KWD", None, AmbiguousAmountError),
        ("0.500", "IDR", None, AmbiguousAmountError),
        ("1234.567", "IDR", None, AmbiguousAmountError),
        ("1.234,567", "IDR", None, AmbiguousAmountError),
        ("9" * 20, "IDR", None, AmountTooLargeError),
    ],
)
def test_amounts_that_are_refused(text: str, currency: str, mark: DecimalMark | None, error: type[MoneyError]) -> None:
    with pytest.raises(MoneyError) as caught:
        parse_amount(text, currency, mark)
    assert type(caught.value) is error
    assert isinstance(caught.value, ValueError)
    assert caught.value.code != MoneyError.code


@given(amounts, currencies, st.sampled_from([".", ","]), st.sampled_from(["", " ", "'"]))
def test_a_grouped_amount_reads_back(amount: int, currency: str, mark: DecimalMark, space: str) -> None:
    whole, _, rest = format(Decimal(amount).scaleb(-minor_digits(currency)), "f").partition(".")
    groups = f"{int(whole):,}".replace(",", space or ("," if mark == "." else "."))
    assert parse_amount(groups + (mark + rest if rest else ""), currency, mark) == amount


@given(st.text(max_size=70), currencies, st.sampled_from([None, ".", ","]))
def test_any_text_is_an_amount_or_refused(text: str, currency: str, mark: DecimalMark | None) -> None:
    try:
        amount = parse_amount(text, currency, mark)
    except MoneyError:
        return
    assert 0 <= amount <= LARGEST


@pytest.mark.parametrize(
    ("column", "mark"),
    [
        (["2.55", "12.345"], "."),
        (["1.250", "3,5"], ","),
        (["Rp 12.000,50"], ","),
        (["1,250.000"], "."),
        (["0.125"], "."),
        (["1234,567"], ","),
        (["12.000", "1.250.000", "7", ""], None),
        (["2.55", "3,5"], None),
        (["12.000,-"], None),
        (["Rp.500", "Rp. 1.500"], None),
        (["1,500,-", "n/a", "9" * 99 + ".5"], None),
        ([], None),
    ],
)
def test_the_mark_of_a_column(column: list[str], mark: str | None) -> None:
    assert decimal_mark_of(column) == mark


def test_nothing_before_the_mark_is_no_thousand_where_the_column_says_so() -> None:
    assert parse_amount("0.001", "IDR", ".") == 0
    assert parse_amount("0.500", "IDR", ".") == 1
    assert decimal_marks_of(["1.250,50", "12.000", "1,250.50", "x"]) == {",", "."}
