from __future__ import annotations

import pytest

from webapp.spreadsheets.cell_text import Shape, number_text, shape_of_builtin, shape_of_format


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("0", "0"),
        ("12", "12"),
        ("1.0", "1"),
        ("-5", "-5"),
        ("-0.0", "0"),
        ("0.30000000000000004", "0.3"),
        ("1.1000000000000001", "1.1"),
        ("19.989999999999998", "19.99"),
        ("1.5E-5", "0.000015"),
        ("1E3", "1000"),
        ("8.991234567890123E15", "8991234567890123"),
        ("1.23456789012345E+17", "1.23456789012345E+17"),
        ("8825112345678900", "8825112345678900"),
        ("88251123456789000", "8.8251123456789E+16"),
        ("8825112345678901", "8825112345678901"),
        ("882511234567890", "882511234567890"),
        ("12345678901234567890", "12345678901234567890"),
        ("007", "007"),
        ("1E+22", "1E+22"),
        ("0001234567890123000", "0001234567890123000"),
        ("not a number", "not a number"),
        ("1e999", "1e999"),
        ("NaN", "NaN"),
        ("", ""),
    ],
)
def test_numbers_look_as_in_a_cell(raw: str, text: str) -> None:
    assert number_text(raw) == text


@pytest.mark.parametrize(
    ("code", "shape"),
    [
        ("General", Shape.PLAIN),
        ("0.00", Shape.PLAIN),
        ("0.00E+00", Shape.PLAIN),
        ("#,##0;[Red]-#,##0", Shape.PLAIN),
        ('0 "days"', Shape.PLAIN),
        (r"0\d", Shape.PLAIN),
        ("@", Shape.PLAIN),
        ("[$Rp-421] #,##0", Shape.PLAIN),
        ("0", Shape.PLAIN),
        ("00000", 5),
        ("0000000000", 10),
        ("yyyy-mm-dd", Shape.DATE),
        ("dd/mm/yyyy;@", Shape.DATE),
        ("[$-409]d-mmm-yy", Shape.DATE),
        ('yyyy"년" m"월" d"일"', Shape.DATE),
        ("mm", Shape.DATE),
        ("mmmm", Shape.DATE),
        ("yyyy-mm-dd hh:mm", Shape.MOMENT),
        ("m/d/yy h:mm AM/PM", Shape.MOMENT),
        ("h:mm", Shape.TIME),
        ("mm:ss.0", Shape.TIME),
        ("[h]:mm:ss", Shape.TIME),
        ("[$-F400]h:mm:ss AM/PM", Shape.TIME),
    ],
)
def test_formats_are_dates_numbers_or_padding(code: str, shape: int) -> None:
    assert shape_of_format(code) == shape


@pytest.mark.parametrize(
    ("key", "shape"),
    [(0, Shape.PLAIN), (4, Shape.PLAIN), (14, Shape.DATE), (20, Shape.TIME), (22, Shape.MOMENT), (49, Shape.PLAIN)],
)
def test_builtin_formats(key: int, shape: Shape) -> None:
    assert shape_of_builtin(key) == shape


@pytest.mark.parametrize(
    ("raw", "shape", "from_1904", "text"),
    [
        ("45414", Shape.DATE, False, "2024-05-02"),
        ("45414.75", Shape.DATE, False, "2024-05-02"),
        ("45414.75", Shape.MOMENT, False, "2024-05-02T18:00:00"),
        ("45414", Shape.MOMENT, False, "2024-05-02T00:00:00"),
        ("45414.999999999", Shape.MOMENT, False, "2024-05-03T00:00:00"),  # less than a second before midnight
        ("43952", Shape.DATE, True, "2024-05-02"),
        ("0", Shape.DATE, True, "1904-01-01"),
        ("1", Shape.DATE, False, "1900-01-01"),
        ("59", Shape.DATE, False, "1900-02-28"),
        ("61", Shape.DATE, False, "1900-03-01"),
        ("0.5", Shape.TIME, False, "12:00:00"),
        ("1.5", Shape.TIME, False, "36:00:00"),
        ("0.25", Shape.MOMENT, False, "06:00:00"),
        ("-1", Shape.DATE, False, "-1"),
        ("99999999", Shape.DATE, False, "99999999"),
        ("2958465", Shape.DATE, True, "2958465"),  # beyond the year 9999
        ("123", 5, False, "00123"),
        ("123456", 5, False, "123456"),
        ("-5", 5, False, "-5"),
        ("1.5", 5, False, "1.5"),
    ],
)
def test_dates_and_padding(raw: str, shape: int, from_1904: bool, text: str) -> None:
    assert number_text(raw, shape, from_1904=from_1904) == text
