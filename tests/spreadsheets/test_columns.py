from __future__ import annotations

import pytest

from webapp.spreadsheets import Column, FileProblem, Row, UnreadableFile, match_columns

STATUS_UPLOAD = [
    Column("order_number", required=True, aliases=("order no", "nomor pesanan")),
    Column("status", required=True),
    Column("comment"),
    Column("tracking_number", aliases=("awb",)),
]


@pytest.mark.parametrize(
    "header",
    [
        ["order_number", "status"],
        ["status", "order_number"],
        ["Order Number", "STATUS"],
        ["order-number", "Status"],
        ["  ORDER   number ", "status"],
        ["OrderNumber", "status"],
        ["Order\u00a0Number", "\ufeffstatus"],
        ["order\nnumber", "status\u200b"],
        ["\u202border_number\u202c", "\u2067status\u2069"],
        ["ｏｒｄｅｒ＿ｎｕｍｂｅｒ", "status"],
        ["Nomor Pesanan", "status"],
        ["order_no", "status"],
    ],
)
def test_names_are_found_however_they_are_typed(header: list[str]) -> None:
    columns = match_columns(header, STATUS_UPLOAD)
    row = Row(1, 2, ["x" if place == columns.places["status"] else " LP-1 " for place in range(len(header))])
    assert columns.get(row, "order_number") == "LP-1"
    assert columns.get(row, "status") == "x"
    assert columns.extra == ()


def test_an_absent_column_is_empty_and_known_to_be_absent() -> None:
    columns = match_columns(["order_number", "status", "comment"], STATUS_UPLOAD)
    row = Row(1, 2, ["1", "paid", ""])
    assert columns.get(row, "tracking_number") == ""
    assert not columns.has("tracking_number")
    assert columns.has("comment")


def test_extra_columns_are_named_in_the_order_of_the_file() -> None:
    header = ["warehouse", "order_number", "", "status", *(f"extra {n}" for n in range(50)), "warehouse"]
    columns = match_columns(header, STATUS_UPLOAD)
    assert columns.extra == ("warehouse", *(f"extra {n}" for n in range(50)), "warehouse")


@pytest.mark.parametrize(
    ("header", "column", "found"),
    [
        (["order_number", "Order Number", "status"], "order_number", ["order_number", "Order Number"]),
        (["status", "order_number", "nomor_pesanan"], "order_number", ["order_number", "nomor_pesanan"]),
    ],
)
def test_two_cells_for_one_column_are_refused(header: list[str], column: str, found: list[str]) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        match_columns(header, STATUS_UPLOAD)
    assert refusal.value.code is FileProblem.DUPLICATE_COLUMN
    assert refusal.value.params == {"column": column, "found": found}


@pytest.mark.parametrize(
    ("header", "missing", "guesses"),
    [
        (["ordernumbr", "status"], ["order_number"], {"order_number": "ordernumbr"}),
        (["Nomer Pesanan", "stats"], ["order_number", "status"], {"order_number": "Nomer Pesanan", "status": "stats"}),
        # One cell is the guess for one name, and the next best is for the other.
        (["stats", "state"], ["order_number", "status"], {"status": "stats"}),
        (["Report", "orders", "Rona"], ["order_number", "status"], {"order_number": "orders"}),
        (["a", "b"], ["order_number", "status"], {}),
        (["order_number"], ["status"], {}),
        ([], ["order_number", "status"], {}),
    ],
)
def test_missing_columns_are_told_with_what_was_found(
    header: list[str], missing: list[str], guesses: dict[str, str]
) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        match_columns(header, STATUS_UPLOAD)
    assert refusal.value.code is FileProblem.MISSING_COLUMNS
    assert refusal.value.params == {"missing": missing, "found": header, "guesses": guesses}
