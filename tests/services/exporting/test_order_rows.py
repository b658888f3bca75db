"""The rows of a download: the list's orders in the list's order, its columns, and who may see which."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from tests.services.orders.listing import NOW, STORES, Known, Listing
from webapp.domain.actors import EVERYTHING, Scope
from webapp.domain.money import minor_digits
from webapp.domain.order_status import OrderStatus
from webapp.domain.payment import PaymentMethod, PaymentStatus
from webapp.services.exporting import order_rows
from webapp.services.exporting.choice import COLUMNS, Choice, Rows
from webapp.services.orders.filters import ListFilter, Printed
from webapp.services.orders.query import list_orders, walk_orders
from webapp.spreadsheets.writing import csv_lines, safe_texts

FILTERS = (
    ListFilter(),
    ListFilter(tab="to_ship"),
    ListFilter(tab="new", store=("rona", "onyu")),
    ListFilter(tab="to_ship", arranged=True),
    ListFilter(payment_status=(PaymentStatus.UNPAID, PaymentStatus.UNDER_REVIEW)),
    ListFilter(payment_method=(PaymentMethod.QRIS,), channel=("shopee",)),
    ListFilter(first_day=NOW.date() - timedelta(days=20), last_day=NOW.date() - timedelta(days=3)),
    ListFilter(courier=("jne", "sicepat")),
    ListFilter(printed=(Printed.LABEL,)),
    ListFilter(warehouse=("cakung",)),
    ListFilter(overdue=True),
    ListFilter(awaiting=True),
    ListFilter(account=("shopee:7001",)),
    ListFilter(q="siti"),
    ListFilter(q="김민수", tab="completed"),
    ListFilter(q="buyer12@example.com"),
    ListFilter(tab="new", status=(OrderStatus.SHIPPED,)),
)
SCOPES = ("everything", "one store", "provider", "nobody")


def scope_of(listing: Listing, name: str) -> Scope:
    """A scope by its name."""
    return {
        "everything": EVERYTHING,
        "one store": Scope(frozenset({listing.accounts["onyu", "manual"], listing.accounts["rona", "shopee"]})),
        "provider": Scope(warehouse_id=listing.warehouses["cakung"], restricted=True),
        "nobody": Scope(frozenset()),
    }[name]


def listed(session: Session, scope: Scope, flt: ListFilter) -> list[str]:
    """The numbers that the list shows, page after page."""
    numbers: list[str] = []
    page = list_orders(session, scope, replace(flt, limit=100), now=NOW)
    numbers += [row.number for row in page.rows]
    while page.next is not None:
        page = list_orders(session, scope, replace(flt, limit=100), cursor=page.next, now=NOW)
        numbers += [row.number for row in page.rows]
    return numbers


def table(session: Session, scope: Scope, flt: ListFilter, choice: Choice) -> list[dict[str, str]]:
    """The CSV file's rows by the names of its columns, read as another program would."""
    pages = order_rows.read_pages(session, scope, flt, choice, safe_texts)
    text = b"".join(csv_lines(page.rows) for page in pages).decode()
    header = [column.name for column in choice.columns(scope)]
    return [dict(zip(header, row, strict=True)) for row in csv.reader(io.StringIO(text, newline=""))]


@pytest.fixture(autouse=True)
def short_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many steps, and the list's own moment."""
    monkeypatch.setattr(order_rows, "STEP", 37)
    monkeypatch.setattr("webapp.clock.now", lambda: NOW)


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("flt", FILTERS, ids=lambda flt: str(flt.to_params()))
def test_a_download_has_the_orders_of_the_list_in_its_order(
    session: Session, listing: Listing, flt: ListFilter, scope: str
) -> None:
    within = scope_of(listing, scope)
    rows = table(session, within, flt, Choice(named=("order_number",)))
    assert [row["order_number"] for row in rows] == listed(session, within, flt)


@pytest.mark.parametrize("step", [1, 50, 699, 700, 701, 2000])
def test_the_walk_meets_each_order_once(session: Session, listing: Listing, step: int) -> None:
    ids = [order_id for ids in walk_orders(session, EVERYTHING, ListFilter(), now=NOW, step=step) for order_id in ids]
    assert ids == [order.id for order in listing.orders]


def test_every_column_says_what_is_stored(session: Session, listing: Listing) -> None:
    rows = {row["order_number"]: row for row in table(session, EVERYTHING, ListFilter(), Choice())}
    assert list(next(iter(rows.values()))) == [column.name for column in COLUMNS if not column.of_line]
    for order in listing.orders:
        row = rows[order.number]
        assert row == expected(order, row)


def expected(order: Known, row: dict[str, str]) -> dict[str, str]:
    """The row of an order; the latest parcel's courier is one of those it had."""
    name, zone = next((name, zone) for code, name, zone, *_ in STORES if code == order.store)
    assert row["courier"] in {*order.couriers, "", "jne", "sicepat", "cj_logistics"}
    total = format(Decimal(order.total).scaleb(-minor_digits(order.currency)), "f")
    return {
        "order_number": order.number, "channel": order.channel, "account": f"{name} {order.channel}", "store": name,
        "channel_order_id": order.channel_order_id or "", "status": order.status.value,
        "payment_status": order.payment_status.value,
        "payment_method": order.payment_method.value if order.payment_method else "",
        "ordered_at": f"{order.ordered_at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}", "buyer_name": order.buyer,
        "buyer_phone": order.phone, "buyer_email": order.email, "address": "Jl. Kemang Raya No. 12A",
        "district": "Mampang", "city": "Jakarta Selatan", "province": "DKI Jakarta", "postal_code": "12730",
        "courier": row["courier"], "tracking_number": order.tracking or "", "currency": order.currency,
        "subtotal": total, "shipping_fee": "0", "discount": "0", "total": total, "line_count": "2", "item_count": "3",
    }  # fmt: skip


def test_a_row_for_each_line(session: Session, listing: Listing) -> None:
    rows = table(session, EVERYTHING, ListFilter(), Choice(rows=Rows.LINES))
    assert list(rows[0]) == [column.name for column in COLUMNS]
    assert [row["order_number"] for row in rows[::2]] == [order.number for order in listing.orders]
    assert [row["order_number"] for row in rows[1::2]] == [order.number for order in listing.orders]
    first, second = rows[:2]
    sku = f"SKU-{listing.orders[0].id % 17}"
    assert (first["sku"], first["item_name"], first["quantity"], first["unit_price"]) == (
        sku,
        "Kemeja Batik",
        "2",
        "1000",
    )
    assert (second["sku"], second["item_name"], second["quantity"]) == (sku, "Kain Tenun", "1")


def test_lines_are_rows_even_when_no_column_of_theirs_is_chosen(session: Session, listing: Listing) -> None:
    rows = table(session, EVERYTHING, ListFilter(), Choice(rows=Rows.LINES, named=("order_number",)))
    assert len(rows) == 2 * len(listing.orders)


def test_providers_get_neither_prices_nor_e_mail(session: Session, listing: Listing) -> None:
    scope = scope_of(listing, "provider")
    private = {"buyer_email", "subtotal", "shipping_fee", "discount", "total", "unit_price"}
    for choice in (Choice(rows=Rows.LINES), Choice(rows=Rows.LINES, named=("order_number", "total", "buyer_email"))):
        row = table(session, scope, ListFilter(), choice)[0]
        assert row
        assert not private & set(row)
    asked = {"columns": ["order_number,total"]}
    assert Choice.from_params(asked, EVERYTHING)[1] == ()
    assert [problem.params["value"] for problem in Choice.from_params(asked, scope)[1]] == ["total"]


def test_what_is_not_known_of_a_choice_is_named() -> None:
    given = {"format": ["pdf"], "rows": ["all"], "columns": ["status", "weight"]}
    choice, problems = Choice.from_params(given, EVERYTHING)
    assert choice == Choice(named=("status",))
    assert {problem.params["field"] for problem in problems} == {"format", "rows", "columns"}
    only_lines = {"columns": ["sku"]}
    assert Choice.from_params(only_lines, EVERYTHING)[1][0].params == {"field": "columns"}
    assert Choice.from_params({**only_lines, "rows": ["lines"]}, EVERYTHING)[1] == ()


def test_a_choice_leads_back_to_itself() -> None:
    choice = Choice(rows=Rows.LINES, named=("order_number", "sku"))
    params: dict[str, list[str]] = {}
    for name, value in choice.to_params():
        params.setdefault(name, []).append(value)
    assert Choice.from_params(params, EVERYTHING) == (choice, ())
