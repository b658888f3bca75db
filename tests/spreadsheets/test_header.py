"""Where the header of a file is found, and what its rows are then."""

from __future__ import annotations

from pathlib import Path

import pytest

from webapp.spreadsheets import Column, Row, below_header, open_table

WANTED = (Column("order_number", required=True), Column("status", required=True, aliases=("state",)), Column("comment"))


@pytest.mark.parametrize(
    ("top", "header", "line"),
    [
        ("order_number,status", ["order_number", "status"], 2),
        ("Report November\norder_number,status", ["order_number", "status"], 3),
        ("Report November,,\n\nRona Kemeja\nState,Order Number,", ["State", "Order Number"], 5),
        ("Period:,1-30 Nov\norder_number,status,x", ["order_number", "status", "x"], 3),
        ("Report November\nNumber,Now,Then", ["Number", "Now", "Then"], 3),
        ("order_number\nA,B,C", ["order_number"], 2),  # a header with too little in it, and not a title
        ("\n".join(["note"] * 13) + "\norder_number,status", ["note"], 2),  # too far down
    ],
)
def test_the_header_is_the_row_that_has_the_columns(tmp_path: Path, top: str, header: list[str], line: int) -> None:
    path = tmp_path / "x.csv"
    path.write_text(top + "\n1,shipped\n2,paid\n")
    with open_table(path, name="x.csv") as table:
        headed = below_header(table, WANTED)
        assert headed.header == header
        first, second = list(headed.rows()), list(headed.rows())
        assert first == second, "a file can be read again"
        assert [(row.number, row.line) for row in first[:1]] == [(1, line)]
        assert all(len(row.cells) >= len(header) for row in first)


def test_rows_below_a_title_are_numbered_from_the_header_on(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    rows = [(str(n), "shipped") for n in range(1, 31)]
    path.write_text("A title\n\norder_number,status,comment\n" + "".join(f"{a},{b}\n" for a, b in rows))
    with open_table(path, name="x.csv") as table:
        headed = below_header(table, WANTED)
        assert list(headed.rows()) == [Row(n, n + 3, [str(n), "shipped", ""]) for n in range(1, 31)]


def test_a_title_alone_is_a_table_without_rows(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("A title\n")
    with open_table(path, name="x.csv") as table:
        headed = below_header(table, WANTED)
        assert (headed.header, headed.samples, list(headed.rows())) == (["A title"], [], [])


def test_rows_below_a_header_far_down_are_there_as_samples(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a title\n" * 12 + "order_number,status,comment\n1,shipped\n")
    with open_table(path, name="x.csv") as table:
        headed = below_header(table, WANTED)
        assert headed.header == ["order_number", "status", "comment"]
        assert headed.samples == list(headed.rows()) == [Row(1, 14, ["1", "shipped", ""])]
