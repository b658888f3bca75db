"""`lapak orders export`: the list's parameters as options, a file or the output, and what it says when it can't."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from click.testing import CliRunner, Result
from flask import Flask

from tests.factories import Shop, force, make_orders
from webapp.cli import main
from webapp.commands import export
from webapp.extensions import db
from webapp.services.orders.filters import ListFilter
from webapp.spreadsheets import open_table


def lapak(*words: str) -> Result:
    """What the command says and how it ends."""
    db.session.remove()
    return CliRunner().invoke(main, ["orders", "export", *words])


def rows_of(data: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file by its header."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_the_list_as_csv_and_xlsx(app: Flask, shop: Shop, settings_named: None, tmp_path: Path) -> None:
    orders = make_orders(shop.manual, 3)
    make_orders(shop.onyu_manual, 2)
    said = lapak(
        "--store", "rona", "--from", "2026-11-01", "--payment-status", "unpaid", "--columns", "order_number,total"
    )
    assert said.exit_code == 0, said.output
    expected = [{"order_number": order.number, "total": "308000"} for order in reversed(orders)]
    assert rows_of(said.stdout_bytes) == expected
    path = tmp_path / "orders.csv"
    assert lapak("-o", str(path), "--store", "rona", "--store", "onyu", "--rows", "lines").exit_code == 0
    assert [row["sku"] for row in rows_of(path.read_bytes())] == ["RB-PRG-L"] * 5
    sheet = tmp_path / "orders.xlsx"
    assert lapak("-o", str(sheet)).exit_code == 0
    with open_table(sheet, name="orders.xlsx") as table:
        assert len(list(table.rows())) == 5


def test_it_shows_what_a_person_may_see(app: Flask, shop: Shop, settings_named: None) -> None:
    order, _other = make_orders(shop.manual, 2)
    force([order.id], warehouse_id=shop.warehouse)
    rows = rows_of(lapak("--as", "provider@example.com").stdout_bytes)
    assert [row["order_number"] for row in rows] == [order.number]
    assert not {"total", "buyer_email"} & set(rows[0])


def test_wrong_words_write_nothing(app: Flask, shop: Shop, settings_named: None, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    for words, told in (
        (("--status", "sent"), "“sent” can't be used as status."),
        (("--columns", "weight"), "“weight” can't be used as column."),
        (("--format", "pdf"), "'pdf' is not one of"),
        (("--as", "nobody@example.com"), "nobody signs in as"),
    ):
        said = lapak("-o", str(path), *words)
        assert (said.exit_code, told in said.output) == (2, True), said.output
        assert not path.exists()
    assert lapak("--format", "xlsx").exit_code == 2
    assert lapak("-o", str(tmp_path / "gone" / "orders.csv")).exit_code == 2


def test_every_filter_of_the_list_is_an_option() -> None:
    asked: set[str] = set()

    class Recorder(dict[str, list[str]]):
        def get(self, name: str, default: object = None) -> object:  # type: ignore[override]
            asked.add(name)
            return default

    ListFilter.from_params(Recorder(unknown=["x"]))  # no parameter at all is answered unread
    assert set(export.FILTERS) == asked - {"limit", "view"}
