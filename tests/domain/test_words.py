from __future__ import annotations

import unicodedata

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.domain.order_status import OrderStatus
from webapp.domain.words import STATUS_LABELS, STATUS_WORDS, phone_key, status_from_words, yes_no


@pytest.mark.parametrize("status", OrderStatus)
def test_each_status_is_known_by_code_and_labels(status: OrderStatus) -> None:
    assert len(STATUS_LABELS[status]) == 3
    for word in (status.value, *STATUS_LABELS[status]):
        decomposed = unicodedata.normalize("NFD", word)
        spaced = "  ".join(word.replace("_", " ").split())
        for typed in (
            word,
            word.upper(),
            spaced,
            word.replace(" ", ""),
            word.replace(" ", "-"),
            f" {word}\n",
            decomposed,
        ):
            assert status_from_words(typed) is status, typed


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Ready", OrderStatus.READY_TO_SHIP),
        ("Processing", OrderStatus.IN_PROCESS),
        ("Complete", OrderStatus.COMPLETED),
        ("Cancelled", OrderStatus.CANCELED),
        ("DIKIRIM", OrderStatus.SHIPPED),
        ("ready_to-ship", OrderStatus.READY_TO_SHIP),
        ("배송중", OrderStatus.SHIPPED),
        ("ＳＨＩＰＰＥＤ", OrderStatus.SHIPPED),
        ("Return to sender", OrderStatus.RTS),
        ("RTS", OrderStatus.RTS),
        ("ship", None),
        ("New", None),
        ("확인 전", None),
        ("배송완료", None),
        ("delivered", None),
        ("", None),
        (" - ", None),
    ],
)
def test_statuses_as_people_type_them(text: str, status: OrderStatus | None) -> None:
    assert status_from_words(text) is status


def test_every_status_word_is_one_of_ours() -> None:
    assert set(STATUS_WORDS.values()) == set(OrderStatus)
    labels = [label for labels in STATUS_LABELS.values() for label in labels]
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        *(
            (word, True)
            for word in ["yes", "Y", "TRUE", "t", "on", "1", "1.0", "ya", "Iya", "네", "예", "✓", "✔️", "benar"]
        ),
        *(
            (word, False)
            for word in ["no", "N", "False", "f", "off", "0", "0.0", "tidak", "아니요", "아니오", "✗", "❌"]
        ),
        *((word, None) for word in ["", " ", "x", "2", "maybe", "yesno", "-", "yes?"]),
    ],
)
def test_yes_and_no(text: str, answer: bool | None) -> None:
    assert yes_no(f" {text} ") is answer


@pytest.mark.parametrize(
    ("text", "country", "key"),
    [
        ("081234567890", "ID", "81234567890"),
        ("0812-3456-7890", "ID", "81234567890"),
        ("+62 812 3456 7890", "ID", "81234567890"),
        ("+62 (0)812 3456 7890", "ID", "81234567890"),
        ("6281234567890", "ID", "81234567890"),
        ("006281234567890", "ID", "81234567890"),
        ("81234567890", "ID", "81234567890"),
        ("81234567890.0", "ID", "81234567890"),
        ("'081234567890", "ID", "81234567890"),
        ("０８１２３４５６７８９０", "ID", "81234567890"),
        ("081234567890 / 081311112222", "ID", "81234567890"),
        ("+6281234567890", "KR", "81234567890"),
        ("(021) 555-1234", "ID", "215551234"),
        ("+62 21 5551234", "ID", "215551234"),
        ("010-1234-5678", "KR", "1012345678"),
        ("01012345678", "kr", "1012345678"),
        ("+82 10-1234-5678", "KR", "1012345678"),
        ("+82 010 1234 5678", "ID", "1012345678"),
        ("821012345678", "KR", "1012345678"),
        ("1012345678", "KR", "1012345678"),
        ("02-312-3456", "KR", "23123456"),
        ("+82 0810000000", "KR", "810000000"),
        ("+65 9123 4567", "ID", "91234567"),
        ("9123 4567", "SG", "91234567"),
        ("", "ID", None),
        ("-", "ID", None),
        ("none", "ID", None),
        ("0812****7890", "ID", None),
        ("0812xxxx890", "ID", None),
        ("8.12346E+11", "ID", None),
        ("12", "ID", None),
        ("0812345678901234567890", "ID", None),
        ("9123 4567", "", None),
        ("9123 4567", "??", None),
    ],
)
def test_phone_keys(text: str, country: str, key: str | None) -> None:
    assert phone_key(text, country) == key


@settings(deadline=None)  # the first number of a country loads its rules
@given(st.from_regex(r"8[1-35-9][0-9]{7,10}", fullmatch=True), st.sampled_from(["ID", "KR", "SG"]))
def test_one_indonesian_mobile_has_one_key(national: str, country: str) -> None:
    spaced = f"{national[:3]} {national[3:7]}-{national[7:]}"
    abroad = [f"{lead}{body}" for lead in ("+62", "+62 ", "0062", "+620", "+62 (0)") for body in (national, spaced)]
    home = [f"{lead}{body}" for lead in ("0", "62", "") for body in (national, spaced)] if country == "ID" else []
    assert {phone_key(typed, country) for typed in abroad + home} == {national}


@settings(deadline=None)  # the first number of a country loads its rules
@given(st.from_regex(r"10[0-9]{8}", fullmatch=True), st.sampled_from(["ID", "KR"]))
def test_one_korean_mobile_has_one_key(national: str, country: str) -> None:
    spaced = f"{national[:2]}-{national[2:6]}-{national[6:]}"
    abroad = [f"{lead}{body}" for lead in ("+82", "+82 ", "0082", "+820") for body in (national, spaced)]
    home = [f"{lead}{body}" for lead in ("0", "82", "") for body in (national, spaced)] if country == "KR" else []
    assert {phone_key(typed, country) for typed in abroad + home} == {national}


@settings(deadline=None)  # the first number of a country loads its rules
@given(st.from_regex(r"(8[1-35-9][0-9]{7,10})", fullmatch=True))
def test_the_fast_path_agrees_with_the_library(national: str) -> None:
    read = phonenumbers.parse(f"+62{national}")
    assert str(read.national_number) == phone_key(f"0{national}")
    assert phonenumbers.is_possible_number(read)


@settings(deadline=None)  # the first number of a country loads its rules
@given(st.text(max_size=40), st.sampled_from(["ID", "KR", "SG", ""]))
def test_any_text_has_a_key_of_digits_or_none(text: str, country: str) -> None:
    key = phone_key(text, country)
    assert key is None or (key.isascii() and key.isdigit())
