"""`lapak orders import`: what the upload page does, and how the command line says what a file's columns hold."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from tests.factories import Shop, count_rows
from tests.services.importing.uploading import contact, orders
from webapp.cli import main
from webapp.extensions import db
from webapp.models import Order, OrderTotalChange

OWN = (
    "store,channel_order_id,buyer_name,sku,quantity,unit_price\nrona,A-1,Siti,RB-1,2,145.000\nrona,A-2,Budi,RB-1,x,1\n"
)
OTHER = "Ref,Customer ID,What,Count,Each,On\nR1,17,Lamp,6,2.50,03/04/2024\nR1,17,Shade,-1,2.50,03/04/2024\n"


pytestmark = pytest.mark.usefixtures("settings_named")


def lapak(path: Path, *words: str) -> Result:
    """What the command says and how it ends."""
    db.session.remove()
    return CliRunner().invoke(main, ["orders", "import", str(path), *words])


def test_our_own_columns(app: Flask, shop: Shop, tmp_path: Path) -> None:
    path, result = tmp_path / "orders.csv", tmp_path / "result.csv"
    path.write_text(OWN)
    said = lapak(path, "--check")
    assert (said.exit_code, said.stdout.splitlines()[-1]) == (1, "ok 1, unchanged 0, failed 1")
    assert "row 2, line 3: bad_value: “x” can't be used as quantity." in said.stdout
    assert count_rows(Order) == 0
    said = lapak(path, "--as", "cs@example.com", "--result", str(result))
    assert (said.exit_code, said.stdout) == (1, "ok 1, unchanged 0, failed 1\n")
    assert [order.total for order in orders()] == [290_000]
    assert count_rows(OrderTotalChange) == 0, "the totals have it already"
    assert result.read_text(encoding="utf-8-sig").splitlines()[1].endswith(",ok,,")
    again = lapak(path)
    assert again.stdout == "ok 0, unchanged 1, failed 1\n"
    assert "row 2: bad_value: “x” can't be used as quantity." in again.stderr
    assert "applied this very file before" in again.stderr


def test_columns_are_named_on_the_command_line(app: Flask, shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text(OTHER)
    said = lapak(path)
    assert said.exit_code == 2
    assert "the columns are not clear: Ref, Customer ID, What, Count, Each, On" in said.stderr
    assert "perhaps:" not in said.stderr
    columns = {
        "channel_order_id": "{Ref}", "buyer_name": "Customer {Customer ID}", "item_name": "{What}",
        "quantity": "{Count}", "unit_price": "{Each}", "ordered_at": "{On}",
    }  # fmt: skip
    words = [word for name, text in columns.items() for word in ("--column", f"{name}={text}")]
    assert lapak(path, *words).exit_code == 2, "two stores: whose orders?"
    said = lapak(path, *words, "--store", "rona", "--good-lines", "--read", "ordered_at=mdy")
    assert (said.exit_code, said.stdout) == (1, "ok 1, unchanged 0, failed 1\n"), said.output
    (order,) = orders()
    assert contact(order.id).buyer_name == "Customer 17"
    assert (order.local_date.isoformat(), order.total) == ("2024-03-04", 18)


def test_options_are_proposed_where_names_are_likely_or_numbers_unknown(app: Flask, shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    path.write_text("Order Number,First Name,Last Name,Item Name,Item Cost,Qty\n2400,Alba,Brix,Apron,24500,2\n")
    said = lapak(path, "--check")
    assert (said.exit_code, "No order has the number 2400." in said.stdout) == (1, True)
    proposed = said.stderr.partition("if these orders are new: ")[2].strip()
    assert proposed.startswith("--column order_number= --column 'channel_order_id={Order Number}'")
    said = lapak(path, "--check", *shlex.split(proposed), "--store", "rona")
    assert said.stdout.startswith("ok 1, "), said.output
    said = lapak(path, "--column", "buyer_name={Frist Name}", "--store", "rona")
    assert (said.exit_code, "the file has no column “Frist Name”" in said.stderr) == (2, True), said.output
    path.write_text("Order,First Name,Last Name,Item Name,Item Cost,Qty\n2400,Alba,Brix,Apron,24500,2\n")
    said = lapak(path, "--check", "--store", "rona")
    proposed = "--column 'buyer_name={First Name} {Last Name}' --column 'unit_price={Item Cost}'"
    assert (said.exit_code, f"perhaps: {proposed}" in said.stderr) == (2, True), said.stderr
    said = lapak(path, *shlex.split(proposed), "--column", "channel_order_id={Order}", "--store", "rona")
    assert said.stdout == "ok 1, unchanged 0, failed 0\n"
    assert contact(orders()[0].id).buyer_name == "Alba Brix"


def test_another_currency_than_the_stores_is_named(app: Flask, shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    path.write_text("buyer_name,item_name,quantity,unit_price,currency\nAlba,Apron,1,9.95,USD\n")
    said = lapak(path, "--check", "--store", "rona")
    assert "the file says USD and the store sells in IDR: amounts are not converted" in said.stderr
    path.write_text("buyer_name,item_name,quantity,unit_price,currency\nAlba,Apron,1,9.95,IDR\n")
    assert "the file says" not in lapak(path, "--check", "--store", "rona").stderr


@pytest.mark.parametrize(
    "words",
    [
        ("--store", "none"),
        ("--account", "999"),
        ("--column", "nonsense={Ref}"),
        ("--read", "discount=dmy"),
        ("--as", "nobody@example.com"),
    ],
)
def test_a_wrong_word_is_named(app: Flask, shop: Shop, tmp_path: Path, words: tuple[str, ...]) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(OWN)
    assert lapak(path, *words).exit_code == 2
    assert count_rows(Order) == 0


def test_of_many_refused_rows_the_first_are_named(app: Flask, shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    header = "store,buyer_name,item_name,quantity,unit_price\n"
    path.write_text(header + "".join(f"rona,Siti {n},Kemeja,x,1\n" for n in range(23)) + "rona,Siti,Kemeja,1,1\n")
    said = lapak(path)
    assert (said.exit_code, said.stdout) == (1, "ok 1, unchanged 0, failed 23\n")
    told = said.stderr.splitlines()
    assert sum(": bad_value: " in line for line in told) == 20
    assert told[-1] == "and 3 more; --result FILE writes every row"
