"""Moments as people and programs write them, and how a column tells day from month."""

from __future__ import annotations

import pytest

from webapp.domain.typed_days import DayError, DayOrder, day_orders_of, in_two_ways, read_moment


@pytest.mark.parametrize(
    ("typed", "order", "moment"),
    [
        ("2010-12-01 08:26:00", "mdy", "2010-12-01T01:26:00"),
        ("2026-11-21T09:42:00+09:00", "dmy", "2026-11-21T00:42:00"),
        ("2026-11-21T02:42:00.123Z", "dmy", "2026-11-21T02:42:00"),
        ("2026-11-21 09:42 (WIB)", "dmy", "2026-11-21T02:42:00"),
        ("2026/1/5", "mdy", "2026-01-04T17:00:00"),
        ("2026년 11월 21일", "dmy", "2026-11-20T17:00:00"),
        ("2026. 11. 21. 오후 3:05", "dmy", "2026-11-21T08:05:00"),
        ("20261121", "dmy", "2026-11-20T17:00:00"),
        ("20261121094200", "dmy", "2026-11-21T02:42:00"),
        ("03/04/2026", "dmy", "2026-04-02T17:00:00"),
        ("03/04/2026", "mdy", "2026-03-03T17:00:00"),
        ("11/21/2026 09:42:11 PM", "mdy", "2026-11-21T14:42:11"),
        ("21.11.26 9.42", "dmy", "2026-11-21T02:42:00"),
        ("21 Nov 2026 10:00", "mdy", "2026-11-21T03:00:00"),
        ("21-Agustus-2026", "mdy", "2026-08-20T17:00:00"),
        ("Nov 21, 2026 12:00 AM", "dmy", "2026-11-20T17:00:00"),
        ("46347.4", "dmy", "2026-11-21T02:36:00"),
        ("46347", "dmy", "2026-11-20T17:00:00"),
    ],
)
def test_a_moment_is_read_in_the_stores_zone_unless_it_names_its_own(typed: str, order: DayOrder, moment: str) -> None:
    assert read_moment(typed, order, "Asia/Jakarta").strftime("%Y-%m-%dT%H:%M:%S") == moment


@pytest.mark.parametrize(
    "typed",
    ["", "tomorrow", "2026-13-01", "31/02/2026", "2026-11-21 25:00", "2026-11-21 13:00 pm", "1899-01-01", "99999", "12",
     "21 Foo 2026", "x" * 200, "2026-11-21 09:42 somewhere"],
)  # fmt: skip
def test_what_is_no_day_is_refused(typed: str) -> None:
    with pytest.raises(DayError):
        read_moment(typed, "dmy", "Asia/Jakarta")


@pytest.mark.parametrize(
    ("column", "orders"),
    [
        (["03/04/2026", "25/04/2026"], {"dmy"}),
        (["03/04/2026", "04/25/26 10:00"], {"mdy"}),
        (["25/04/2026", "04/25/2026"], {"dmy", "mdy"}),
        (["03/04/2026", "2026-04-25", "25 Apr 2026", "", "x"], set()),
    ],
)
def test_a_day_above_twelve_tells(column: list[str], orders: set[str]) -> None:
    assert day_orders_of(column) == orders


def test_only_short_days_can_be_read_in_two_ways() -> None:
    assert [in_two_ways(cell) for cell in ("3/4/2026", "2026-04-03", "3 Apr 2026", "46347")] == [
        True,
        False,
        False,
        False,
    ]
