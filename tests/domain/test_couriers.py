from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.couriers import (
    COURIERS,
    Courier,
    TrackingNumberError,
    clean_tracking_number,
    courier_from_words,
    courier_name,
    tracking_link,
)


@pytest.mark.parametrize("courier", COURIERS.values(), ids=COURIERS)
def test_each_courier_is_found_by_its_names_alone(courier: Courier) -> None:
    for name in (courier.code, courier.name, *courier.aliases):
        for typed in (name, name.upper(), name.lower(), f"  {name} ", name.replace(" ", ""), name.replace(" ", "-")):
            assert courier_from_words(typed) == courier.code, typed
    assert courier_name(courier.code) == courier.name


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("JNE REG", "jne"),
        ("jne-yes", "jne"),
        ("JNE Reguler (Cashless)", "jne"),
        ("J&T EZ", "jnt"),
        ("j & t", "jnt"),
        ("J&amp;T", None),
        ("J&T Cargo", "jnt_cargo"),
        ("SiCepat REG", "sicepat"),
        ("SiCepat - Halu", "sicepat"),
        ("SPX Standard", "spx"),
        ("Shopee Xpress", "spx"),
        ("GoSend Same Day", "gosend"),
        ("Grab Express Instant", "grab_express"),
        ("CJ대한통운", "cj_logistics"),
        ("cj 대한통운", "cj_logistics"),
        ("한진 택배", "hanjin"),
        ("롯데택배", "lotte"),
        ("우체국택배", "korea_post"),
        ("ＪＮＥ", "jne"),
        (unicodedata.normalize("NFD", "대한통운"), "cj_logistics"),
        ("Toko JNE", None),
        ("JNE Depok", None),
        ("REG", None),
        ("express", None),
        ("", None),
        ("-", None),
        ("Pak Budi", None),
    ],
)
def test_couriers_as_people_type_them(text: str, code: str | None) -> None:
    assert courier_from_words(text) == code


def test_no_name_belongs_to_two_couriers() -> None:
    owners: dict[str, str] = {}
    for courier in COURIERS.values():
        for name in (courier.code, courier.name, *courier.aliases):
            key = "".join(sign for sign in name.casefold() if sign.isalnum())
            assert owners.setdefault(key, courier.code) == courier.code, name


def test_an_unknown_courier_keeps_its_name() -> None:
    assert courier_name("Pak Budi") == "Pak Budi"


def test_links_only_where_we_know_one() -> None:
    assert tracking_link("logen", "12/3 4") == "https://www.ilogen.com/web/personal/trace/12%2F3%204"
    assert tracking_link("logen", "") is None
    assert tracking_link("jne", "123") is None
    assert tracking_link("Pak Budi", "123") is None
    for courier in COURIERS.values():
        assert not courier.link or (courier.link.startswith("https://") and courier.link.count("{number}") == 1)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("jne7695602091", "JNE7695602091"),
        (" SPXID 0906 9688 339\u00a0", "SPXID09069688339"),
        ("0012345678", "0012345678"),
        ("'0012345678", "0012345678"),
        ("1234-5678-9012", "123456789012"),
        ("''12", "12"),
        ("GK-11-123456", "GK-11-123456"),
        ("123456789012.0", "123456789012"),
        ("１２３４", "1234"),
        ("12\u200b34\n", "1234"),
        ("12e5", "12E5"),
        ("tlp-ß", "TLP-ß"),
        ("X" * 60, "X" * 60),
    ],
)
def test_tracking_numbers_as_people_type_them(text: str, clean: str) -> None:
    assert clean_tracking_number(text) == clean


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "missing_value"),
        ("  '", "missing_value"),
        ("=1+1", "formula"),
        ('="00123"', "formula"),
        (" @sum", "formula"),
        ("+62", "formula"),
        ("-", "formula"),
        ("'=1+1", "formula"),
        ("\t=1", "formula"),
        ("＝1", "formula"),
        ("X" * 61, "too_long"),
        ("1.23457E+11", "damaged_number"),
        ("1,23457e+11", "damaged_number"),
        ("A\ue000\u0378", "unprintable"),
    ],
)
def test_what_is_no_tracking_number(text: str, code: str) -> None:
    with pytest.raises(TrackingNumberError) as caught:
        clean_tracking_number(text)
    assert caught.value.code == code


@given(st.text(max_size=70))
def test_a_clean_tracking_number_is_stable(text: str) -> None:
    try:
        clean = clean_tracking_number(text)
    except TrackingNumberError:
        return
    assert clean_tracking_number(clean) == clean
    assert 1 <= len(clean) <= 60
    assert clean[0] not in "=+-@"
