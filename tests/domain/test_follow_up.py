"""Which message an order asks for, and how it is filled in."""

from __future__ import annotations

import pytest

from webapp.domain.follow_up import FollowUp, fill, follow_up_of, unknown_placeholders
from webapp.domain.order_status import OrderStatus
from webapp.domain.payment import PaymentMethod, PaymentStatus
from webapp.domain.words import international_phone

S, P, M = OrderStatus, PaymentStatus, PaymentMethod


@pytest.mark.parametrize(
    ("status", "payment", "method", "event"),
    [
        (S.CREATED, P.UNPAID, None, FollowUp.UNPAID),
        (S.PENDING, P.UNPAID, M.BANK_TRANSFER, FollowUp.UNPAID),
        (S.PENDING, P.UNPAID, M.COD, FollowUp.COD),
        (S.PENDING, P.PAID, M.CHANNEL, FollowUp.PREPARING),
        (S.CONFIRMED, P.UNPAID, M.COD, FollowUp.PREPARING),
        (S.READY_TO_SHIP, P.PAID, M.QRIS, FollowUp.PREPARING),
        (S.SHIPPED, P.PAID, M.QRIS, FollowUp.SHIPPED),
        (S.COMPLETED, P.PAID, M.QRIS, FollowUp.DONE),
        (S.RTS, P.PAID, M.QRIS, FollowUp.OTHER),
        (S.CANCELED, P.UNPAID, None, FollowUp.OTHER),
    ],
)
def test_each_order_asks_for_one_message(
    status: OrderStatus, payment: PaymentStatus, method: PaymentMethod | None, event: FollowUp
) -> None:
    assert follow_up_of(status, payment, method) is event


def test_every_status_has_a_message() -> None:
    for status in S:
        for payment in P:
            assert follow_up_of(status, payment, None) in FollowUp


def test_a_message_is_filled_in() -> None:
    body = "Halo {buyer}!\n{courier} {tracking}\nTotal {total} {hm} 50%"
    values = {"buyer": "Siti {number}", "courier": "JNE", "tracking": "", "total": "Rp 1.000"}
    assert fill(body, values) == "Halo Siti {number}!\nJNE \nTotal Rp 1.000 {hm} 50%"


def test_a_line_without_anything_to_say_is_left_out() -> None:
    assert fill("Halo {buyer}\n{courier} {tracking}\n\nSalam", {"buyer": "Budi"}) == "Halo Budi\n\nSalam"


def test_words_in_braces_that_mean_nothing_are_named() -> None:
    assert unknown_placeholders("Halo {buyer} {name} {} {name} {nomor}") == ("{name}", "{}", "{nomor}")
    assert unknown_placeholders("{link} { } {{link}}") == ()


@pytest.mark.parametrize(
    ("typed", "country", "phone"),
    [
        ("0812-8840-1127", "ID", "6281288401127"),
        ("+62 812 8840 1127", "KR", "6281288401127"),
        ("010-1234-5678", "KR", "821012345678"),
        ("+44 20 7946 0958", "ID", "442079460958"),
        ("0812****89", "ID", None),
        ("", "ID", None),
    ],
)
def test_a_number_as_messengers_take_it(typed: str, country: str, phone: str | None) -> None:
    assert international_phone(typed, country) == phone
