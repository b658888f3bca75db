from __future__ import annotations

import csv
import io
import string
import tracemalloc
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from webapp.spreadsheets import defuse, open_table, undefuse
from webapp.spreadsheets.writing import BOM, Cell, CsvWriter, write_csv, write_xlsx

# Any text without half characters and without controls: a file of ten cells that has many of those is taken for binary.
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20)
RISKY = st.text(st.sampled_from("'=+-@\t\r\n \"',;0129aé김＝"), max_size=8)
CELLS = st.lists(TEXT | RISKY, min_size=3, max_size=3)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("", ""),
        ("LP-1", "LP-1"),
        ("0012", "0012"),
        ("'tis", "'tis"),
        ("-5", "-5"),
        ("-1250.50", "-1250.50"),
        ("-0,5", "-0,5"),
        ("=1+1", "'=1+1"),
        ('=HYPERLINK("http://x")', '\'=HYPERLINK("http://x")'),
        ("+62812345", "'+62812345"),
        ("-", "'-"),
        ("-1+1", "'-1+1"),
        ("-012", "'-012"),
        ("-5|cmd", "'-5|cmd"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\rx", "'\rx"),
        ("  =1", "'  =1"),
        ("＝1+1", "'＝1+1"),
        ("＋１", "'＋１"),
        ("'=1", "''=1"),
        ("''+1", "'''+1"),
    ],
)
def test_formulas_are_defused_and_come_back(value: str, written: str) -> None:
    assert defuse(value) == written
    assert undefuse(written) == value


@given(TEXT | RISKY)
def test_undefuse_takes_back_what_defuse_did(value: str) -> None:
    assert undefuse(defuse(value)) == value
    assert defuse(value)[:1] not in {"\t", "\r", "\n"}
    assert defuse(value).lstrip()[:1] not in {"=", "+", "@"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.lists(CELLS, max_size=8), bom=st.booleans())
def test_what_is_written_as_csv_is_read_again(tmp_path: Path, rows: list[list[str]], bom: bool) -> None:
    path = tmp_path / "round.csv"
    with path.open("wb") as stream:
        write_csv(stream, ["order_number", "status", "comment"], rows, bom=bom)
    with open_table(path, name="round.csv") as table:
        assert table.header == ["order_number", "status", "comment"]
        # Rows that hold nothing are left out; a line end alone is defused, and so something.
        expected = [row for row in rows if any(defuse(cell).strip() for cell in row)]
        assert [row.cells for row in table.rows()] == expected


def test_csv_is_what_a_spreadsheet_expects() -> None:
    stream = io.BytesIO()
    rows: list[list[Cell]] = [["LP-1", 'kirim, "cepat"\nya', 12000], ["=1", None, Decimal("1.50")], ["김", True, 0]]
    write_csv(stream, ["a", "b", "c"], rows)
    assert (
        stream.getvalue()
        == BOM + ('a,b,c\r\nLP-1,"kirim, ""cepat""\nya",12000\r\n\'=1,,1.50\r\n김,true,0\r\n').encode()
    )


def test_a_file_can_be_continued() -> None:
    stream = io.BytesIO()
    CsvWriter(stream, ["a", "b"]).row(["1", "2"])
    CsvWriter(stream, None).rows([["3", "4"]])
    assert stream.getvalue() == BOM + b"a,b\r\n1,2\r\n3,4\r\n"


def test_what_no_file_can_hold_is_left_out() -> None:
    stream = io.BytesIO()
    write_csv(stream, ["a"], [["x\0y\ud800z"]], bom=False)
    assert stream.getvalue() == b"a\r\nxyz\r\n"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=10)
@given(rows=st.lists(CELLS, max_size=8))
def test_what_is_written_as_xlsx_is_read_again(tmp_path: Path, rows: list[list[str]]) -> None:
    path = tmp_path / "round.xlsx"
    write_xlsx(path, ["order_number", "status", "comment"], rows)
    with open_table(path, name="round.xlsx") as table:
        assert table.header == ["order_number", "status", "comment"]
        assert [row.cells for row in table.rows()] == [row for row in rows if any(cell.strip() for cell in row)]


def test_xlsx_text_stays_text_and_numbers_are_numbers(tmp_path: Path) -> None:
    path = tmp_path / "types.xlsx"
    rows: list[list[Cell]] = [
        ["0012", "=1+1", "http://example.com", "12345678901234567890"],
        [12, Decimal("19.90"), -5, 12345678901234567890],
        [None, True, "'=1", "+62812"],
    ]
    write_xlsx(path, ["a", "b", "'=c", "=d"], rows)
    with open_table(path, name="types.xlsx") as table:
        assert table.header == ["a", "b", "'=c", "=d"]
        assert [row.cells for row in table.rows()] == [
            ["0012", "=1+1", "http://example.com", "12345678901234567890"],
            ["12", "19.9", "-5", "12345678901234567890"],
            ["", "true", "'=1", "+62812"],
        ]


def test_xlsx_text_is_cut_where_excel_ends(tmp_path: Path) -> None:
    path = tmp_path / "long.xlsx"
    write_xlsx(path, ["a"], [["x" * 40_000]])
    with open_table(path, name="long.xlsx") as table:
        assert [len(row.cells[0]) for row in table.rows()] == [32_767]


def test_a_result_goes_out_as_it_is_made(tmp_path: Path) -> None:
    def rows() -> Iterator[list[Cell]]:
        for number in range(50_000):
            yield [f"LP-{number}", string.ascii_letters, number]

    tracemalloc.start()
    try:
        with (tmp_path / "big.csv").open("wb") as stream:
            write_csv(stream, ["a", "b", "c"], rows())
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()
    with (tmp_path / "big.csv").open(newline="", encoding="utf-8-sig") as file:
        assert sum(1 for _ in csv.reader(file)) == 50_001
