from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.numbers import RANDOM_BITS, OrderNumber, new_order_number, random_part
from webapp.domain.words import (
    WholeKind,
    WholeWord,
    escape_like,
    looks_whole,
    phone_key,
    search_doc,
    search_text,
    search_words,
)

hangul = st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)
texts = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="0123456789 +-.()/@ab", max_size=40),
    st.text(alphabet="LRO0168-2 ", max_size=30),
)
numbers = st.builds(
    new_order_number, st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.integers(0, 2**RANDOM_BITS - 1)
)


def finds(query: str, doc: str) -> bool:
    """What the query does with the words: each is found by one of its forms."""
    return all(any(form in doc for form in word.forms) for word in search_words(query))


DOC = search_doc(
    random_part("261121-7KX39TBM"),
    "220810QTPVX1RJ",
    "Siti Nurhaliza  Santoso",
    phone_key("0821 3456-7890"),
    "Siti.N@Mail.example",
    None,
    "JNE7695602091",
    "SKU-12-34/B",
    "",
)


def test_the_searched_text_is_one_lower_case_line() -> None:
    assert DOC == ("7kx39tbm 220810qtpvx1rj siti nurhaliza santoso 82134567890 siti.n jne7695602091 sku-1234/b")


@pytest.mark.parametrize(
    "query",
    [
        "siti",
        "SANTOSO siti",
        "261121-7KX39TBM",
        "2611217kx39tbm siti",
        "7kx3",
        "220810QTPVX1RJ",
        "0821-3456-7890",
        "0821 3456 7890",
        "+62 821 3456 7890",
        "+62821",
        "082134567890",
        "6282134567890",
        "82134567890",
        "7890 siti",
        "siti.n@mail.example",
        "siti.n@",
        "jne 7695602091",
        "sku-12",
        "sku-12-",
        "12-34",
        "1234/b",
        "“siti”, santoso",
        "ｓｉｔｉ",
    ],
)
def test_what_finds_the_order(query: str) -> None:
    assert finds(query, DOC)


@pytest.mark.parametrize("query", ["siti budi", "0899-3456-7890", "mail.example", "261121-7KX39TBN"])
def test_what_does_not(query: str) -> None:
    assert not finds(query, DOC)


@pytest.mark.parametrize(
    ("query", "forms"),
    [
        ("0812", [("0812",)]),
        ("+62812", [("812",)]),
        ("+82 10", [("+82",), ("10",)]),
        ("08123456", [("08123456",)]),
        ("081234567", [("81234567", "081234567")]),
        ("628123456", [("8123456", "628123456")]),
        ("821345678", [("1345678", "821345678")]),
        ("0821345678", [("821345678", "0821345678")]),
        ("(021) 555-1234", [("215551234", "0215551234")]),
        ("1234.5678", [("12345678",)]),
        ("budi@toko.example siti", [("budi",), ("siti",)]),
        ("@budi", [("budi",)]),
        ("siti Siti SITI", [("siti",)]),
        ("a,b", [("a,b",)]),
        ("100%", [("100%",)]),
        (" - ?! ", []),
        ("", []),
    ],
)
def test_the_forms_of_words(query: str, forms: list[tuple[str, ...]]) -> None:
    assert [word.forms for word in search_words(query)] == forms


@pytest.mark.parametrize(
    ("query", "too_short"),
    [
        ("ab", True),
        ("abc", False),
        ("이", True),
        ("김", False),
        ("민수", False),
        ("12", True),
        ("a-b", True),
        ("+6281", True),
    ],
)
def test_short_words_are_reported(query: str, too_short: bool) -> None:
    (word,) = search_words(query)
    assert word.too_short is too_short
    assert word.typed == unicodedata.normalize("NFC", query)


@given(st.text(hangul, min_size=2, max_size=2))
def test_a_korean_given_name_is_long_enough(name: str) -> None:
    for typed in (name, unicodedata.normalize("NFD", name)):
        (word,) = search_words(typed)
        assert not word.too_short
        assert len(word.forms[0]) >= 4
        assert word.forms[0] in search_doc(f"김{name}")


@given(hangul, hangul)
def test_typing_a_syllable_finds_its_word(first: str, second: str) -> None:
    half = unicodedata.normalize("NFC", unicodedata.normalize("NFD", first + second)[:-1])
    assert finds(half, search_doc(first + second))


@given(texts)
def test_a_text_is_found_by_its_own_words(text: str) -> None:
    doc = search_doc(text)
    for word in search_words(text):
        assert word.forms
        assert any(form in doc for form in word.forms), (word, doc)


@given(texts)
def test_the_searched_text_is_lower_case_decomposed_and_one_line(text: str) -> None:
    doc = search_text(text)
    assert doc == unicodedata.normalize("NFD", doc)
    assert doc.isprintable() or not text.isprintable() or not unicodedata.normalize("NFKC", text).isprintable()
    assert not any(sign in doc for sign in "\n\r\t\0")
    assert " ".join(doc.split()) == doc


@given(numbers)
def test_an_order_is_found_by_its_whole_number(number: OrderNumber) -> None:
    doc = search_doc(random_part(number))
    for typed in (number, number.lower(), number.replace("-", "")):
        (word,) = search_words(typed)
        assert any(form in doc for form in word.forms)
        whole = looks_whole(typed)
        assert whole is not None
        assert number in whole.forms


@given(st.from_regex(r"8[1-35-9][0-9]{7,10}", fullmatch=True), st.sampled_from(["", "0", "62", "+62", "0062", "+62 0"]))
def test_a_phone_is_found_however_it_is_typed(national: str, lead: str) -> None:
    doc = search_doc("Budi", national)
    for body in (
        national,
        f"{national[:3]} {national[3:7]} {national[7:]}",
        f"{national[:3]}-{national[3:7]}-{national[7:]}",
    ):
        assert finds(lead + body, doc), lead + body


@pytest.mark.parametrize(
    ("text", "kind", "forms"),
    [
        ("261121-7kx39tbm", WholeKind.ORDER_NUMBER, {"261121-7KX39TBM"}),
        ("261121 7KX3 9TBM", WholeKind.ORDER_NUMBER, {"261121-7KX39TBM"}),
        ("220810qtpvx1rj", WholeKind.ORDER_NUMBER, {"220810-QTPVX1RJ", "220810qtpvx1rj", "220810QTPVX1RJ"}),
        ("261121-7k", WholeKind.ORDER_NUMBER, {"261121-7K"}),
        ("261121-", WholeKind.ORDER_NUMBER, {"261121-"}),
        ("261121-12345678", WholeKind.ORDER_NUMBER, {"261121-12345678"}),
        ("26112112345678", WholeKind.DIGITS, {"261121-12345678", "26112112345678"}),
        ("0812-3456-7890", WholeKind.DIGITS, {"81234567890", "081234567890", "0812-3456-7890"}),
        ("081225-5678", WholeKind.DIGITS, {"812255678", "081225-5678"}),
        ("+62 812 3456 789", WholeKind.DIGITS, {"8123456789"}),
        ("576123456789012345", WholeKind.DIGITS, {"576123456789012345"}),
        ("jne7695602091", WholeKind.DIGITS, {"jne7695602091", "JNE7695602091"}),
        ("Budi@Toko.Example ", WholeKind.EMAIL, {"budi@toko.example"}),
    ],
)
def test_what_looks_whole(text: str, kind: WholeKind, forms: set[str]) -> None:
    whole = looks_whole(text)
    assert isinstance(whole, WholeWord)
    assert whole.kind is kind
    assert forms <= set(whole.forms)


@pytest.mark.parametrize(
    "text", ["", " ", "siti", "12345678", "0812", "siti 081234567890", "a@b c@d", "@budi", "261121", "민수"]
)
def test_what_does_not_look_whole(text: str) -> None:
    assert looks_whole(text) is None


@given(texts)
def test_any_text_can_be_asked_for(text: str) -> None:
    whole = looks_whole(text)
    assert whole is None or all(whole.forms)


@pytest.mark.parametrize(
    ("form", "pattern"), [("100%", "100\\%"), ("a_b", "a\\_b"), ("a\\b", "a\\\\b"), ("siti", "siti")]
)
def test_like_signs_are_escaped(form: str, pattern: str) -> None:
    assert escape_like(form) == pattern


@given(st.text(st.sampled_from("abZ 0129-.()+/@'"), max_size=14))
def test_plain_texts_are_read_as_all_others(text: str) -> None:
    beside = search_text(f"{text} é").split()  # a letter that takes the long way
    assert [*search_text(text).split(), "e\u0301"] == beside
