from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from webapp.domain.numbers import (
    RANDOM_BITS,
    SYMBOLS,
    OrderNumber,
    decode_token,
    encode_token,
    new_order_number,
    normalize_order_number,
    prefix_range,
    random_part,
)

numbers = st.builds(
    new_order_number, st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.integers(0, 2**RANDOM_BITS - 1)
)


def test_a_number_shows_its_day_and_holds_its_bits() -> None:
    assert new_order_number(date(2026, 11, 21), 0) == "261121-00000000"
    assert new_order_number(date(2026, 1, 2), 2**40 - 1) == "260102-ZZZZZZZZ"
    assert new_order_number(date(2026, 1, 2), 0b00001 << 35 | 0b01010) == "260102-1000000A"


def test_symbols_are_told_apart() -> None:
    assert len(set(SYMBOLS)) == 32
    assert not set(SYMBOLS) & set("ILOU")


@pytest.mark.parametrize("bits", [-1, 2**40])
def test_only_40_bits(bits: int) -> None:
    with pytest.raises(ValueError, match="40 bits"):
        new_order_number(date(2026, 1, 1), bits)


@given(numbers)
def test_a_number_is_its_own_normal_form(number: OrderNumber) -> None:
    assert normalize_order_number(number) == number


@given(numbers, st.data())
def test_what_people_make_of_a_number_reads_back(number: OrderNumber, data: st.DataObject) -> None:
    def typed(symbol: str) -> str:
        ways = {"0": "0oO", "1": "1iIlL", "-": ["-", "", " ", " - ", "–", "‐", "−"]}.get(
            symbol, [symbol, symbol.lower()]
        )
        return data.draw(st.sampled_from(list(ways))) + data.draw(
            st.sampled_from(["", "", "", " ", "\u00a0", "\u200b"])
        )

    text = data.draw(st.sampled_from(["", " ", "#"])) + "".join(map(typed, number))
    assert normalize_order_number(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "261121",
        "261121-",
        "261121-7KX39TB",
        "261121-7KX39TBMM",
        "261121-7KX39TBU",
        "261321-7KX39TBM",
        "260230-7KX39TBM",
        "261121--7KX39TBM",
        "2611217K-X39TBM",
        "261121_7KX39TBM",
        "261121-7KX39TB\u0131",
        "261121-7KX39TB민",
        "LP-KX3-9TB",
        "INV/20261121/MPL/123",
        "=261121-7KX39TBM",
    ],
)
def test_what_can_t_be_a_number(text: str) -> None:
    assert normalize_order_number(text) is None


@given(st.text(max_size=20))
def test_a_normal_form_is_stable(text: str) -> None:
    number = normalize_order_number(text)
    assert number is None or normalize_order_number(number) == number


def test_the_searched_part_of_a_number() -> None:
    assert random_part("261121-7KX39TBM") == "7KX39TBM"


@given(st.text(min_size=1, max_size=6), st.text(max_size=4), st.text(max_size=6))
def test_a_prefix_range_holds_exactly_what_begins_so(prefix: str, rest: str, other: str) -> None:
    assume(prefix.strip("\U0010ffff"))
    low, high = (bound.encode() for bound in prefix_range(prefix))
    assert low <= (prefix + rest).encode() < high
    if low <= other.encode() < high and not prefix.endswith("\U0010ffff"):
        assert other.startswith(prefix)


def test_prefix_ranges() -> None:
    assert prefix_range("261121-7") == ("261121-7", "261121-8")
    assert prefix_range("a\ud7ff") == ("a\ud7ff", "a\ue000")
    for prefix in ("", "\U0010ffff"):
        with pytest.raises(ValueError, match="prefix"):
            prefix_range(prefix)


@given(st.binary(min_size=16, max_size=16))
def test_a_token_reads_back_and_has_one_spelling(token: bytes) -> None:
    text = encode_token(token)
    assert len(text) == 22
    assert decode_token(text) == token
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    readable = [last for last in alphabet if decode_token(text[:-1] + last) is not None]
    assert readable == list("AQgw")


@pytest.mark.parametrize(
    "text", ["", "A" * 21, "A" * 23, "A" * 22 + "\n", "A" * 22 + "==", "A" * 21 + "B", "+" + "A" * 21, "é" + "A" * 21]
)
def test_what_is_no_token(text: str) -> None:
    assert decode_token(text) is None


@pytest.mark.parametrize("token", [b"", b"x" * 15, b"x" * 17])
def test_a_token_has_16_bytes(token: bytes) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        encode_token(token)
