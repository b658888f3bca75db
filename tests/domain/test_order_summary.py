"""What a buyer may see, field by field, and how much of an address and a phone number is left."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.order_summary import OrderSummary, SummaryEvent, SummaryLine, mask_phone, mask_street

SEEN = [
    "number",
    "status",
    "payment_status",
    "payment_method",
    "digital",
    "currency",
    "subtotal",
    "shipping_fee",
    "discount",
    "total",
    "ordered_at",
    "timezone",
    "locale",
    "store_name",
    "store_email",
    "buyer_name",
    "phone",
    "address",
    "lines",
    "events",
    "courier",
    "tracking_number",
    "returns_withdrawn",
]


def test_a_buyer_sees_these_fields_and_no_others() -> None:
    assert [field.name for field in fields(OrderSummary)] == SEEN
    assert [field.name for field in fields(SummaryLine)] == ["name", "quantity", "unit_price", "total"]
    assert [field.name for field in fields(SummaryEvent)] == ["status", "comment", "at"]


def test_a_summary_can_not_be_changed() -> None:
    line = SummaryLine("Kemeja batik", 2, 185_000, 370_000)
    with pytest.raises(FrozenInstanceError):
        line.total = 0  # type: ignore[misc]


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("081234567890", "0812••••••90"),
        ("+6281234567890", "+628••••••••90"),
        ("010-1234-5678", "010-•••••••78"),
        ("1234567", "1234•67"),
        ("123456", "••••••"),
        ("110", "•••"),
        ("", ""),
    ],
)
def test_a_phone_keeps_its_first_four_and_last_two_characters(phone: str, shown: str) -> None:
    assert mask_phone(phone) == shown


@given(st.text(alphabet="0123456789+- ", max_size=30))
def test_a_masked_phone_is_as_long_and_shows_six_characters_at_most(phone: str) -> None:
    shown = mask_phone(phone)
    assert len(shown) == len(phone)
    assert len(shown) - shown.count("•") <= 6


@pytest.mark.parametrize(
    ("street", "shown"),
    [
        ("Jl. Melati Raya Blok C No. 12", "Jl. Melati •••"),
        ("Jl. Merdeka 17", "Jl. •••"),
        ("Gang 3 No. 5 RT 02 RW 04 Kampung Baru", "Gang 3 No. •••"),
        ("Jalan Sudirman 45 Lantai 8 Gedung Menara", "Jalan Sudirman •••"),
        ("서울특별시 강남구 테헤란로 152 3층 301호", "서울특별시 강남구 •••"),
        ("Pelemwatu", "Pel •••"),
        ("12 Main Street West", "•••"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_a_street_keeps_its_first_third(street: str, shown: str) -> None:
    assert mask_street(street) == shown


@given(st.lists(st.from_regex(r"[A-Za-z0-9]{1,8}", fullmatch=True), min_size=2, max_size=20))
def test_a_masked_street_shows_a_third_of_the_words_and_never_the_last(words: list[str]) -> None:
    shown = mask_street(" ".join(words)).removesuffix("•••").split()
    assert shown == words[: len(shown)]
    assert len(shown) <= max(1, len(words) // 3)
