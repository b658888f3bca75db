"""Since when an order waits for us, and when it has left: told by its history, the undone passed over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from webapp.domain.order_moments import UNKNOWN, Moments, Moved, moments_after
from webapp.domain.order_status import OrderStatus

S = OrderStatus
BEGAN = datetime(2026, 11, 21, 8, tzinfo=UTC)


def hour(number: int) -> datetime:
    return BEGAN + timedelta(hours=number)


def history(*statuses: OrderStatus, undone: int = -1, new_parcel: int = -1) -> list[Moved]:
    """A row an hour; `undone` and `new_parcel` say which row took back the one before it, or brought a number."""
    starts = (None, *statuses)
    return [
        Moved(start, to, hour(n), new_parcel=n == new_parcel, undo=n == undone)
        for n, (start, to) in enumerate(zip(starts, statuses, strict=False))
    ]


@pytest.mark.parametrize(
    ("rows", "waits_since", "left_at"),
    [
        (history(), None, None),
        (history(S.CREATED, S.PENDING), None, None),
        (history(S.CONFIRMED), 0, None),
        (history(S.PENDING, S.CONFIRMED, S.IN_PROCESS), 1, None),
        (history(S.PENDING, S.CONFIRMED, S.PENDING), None, None),
        (history(S.PENDING, S.CONFIRMED, S.PENDING, S.READY_TO_SHIP), 3, None),
        (history(S.PENDING, S.SHIPPED), None, 1),
        (history(S.CONFIRMED, S.SHIPPED), 0, 1),
        (history(S.CONFIRMED, S.SHIPPED, S.IN_PROCESS), 0, None),
        (history(S.CONFIRMED, S.SHIPPED, S.IN_PROCESS, S.SHIPPED), 0, 3),
        (history(S.CONFIRMED, S.SHIPPED, S.COMPLETED), 0, 1),
        (history(S.CONFIRMED, S.SHIPPED, S.COMPLETED, S.SHIPPED), 0, 1),
        (history(S.CONFIRMED, S.SHIPPED, S.RTS, S.SHIPPED), 0, 1),
        (history(S.CONFIRMED, S.SHIPPED, S.RTS, S.SHIPPED, new_parcel=3), 0, 3),
        (history(S.COMPLETED, S.SHIPPED), None, 1),
        (history(S.CONFIRMED, S.PENDING, S.CONFIRMED, undone=2), 0, None),
        (history(S.CONFIRMED, S.PENDING, S.CONFIRMED), 2, None),
        (history(S.CONFIRMED, S.SHIPPED, S.PENDING, S.SHIPPED, undone=3), 0, 1),
        (history(S.PENDING, S.CONFIRMED, S.PENDING, S.CONFIRMED, undone=2), 3, None),
    ],
)
def test_an_order_has_the_moments_of_its_history(
    rows: list[Moved], waits_since: int | None, left_at: int | None
) -> None:
    expected = [None if each is None else hour(each) for each in (waits_since, left_at)]
    assert moments_after(rows) == Moments(*expected)


def test_a_history_without_its_beginning_tells_what_it_can() -> None:
    left = Moved(S.CONFIRMED, S.SHIPPED, hour(1))
    assert moments_after([left]) == Moments(None, hour(1))
    assert moments_after([]) is UNKNOWN
