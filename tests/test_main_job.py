"""The main job on real shop lines: orders made, statuses up as a file and back as a result, page and inbox told."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tests.factories import Shop, totals_recounted
from tests.mailbox import Mailbox
from webapp import formats
from webapp.domain.actors import SYSTEM
from webapp.domain.money import minor_units
from webapp.domain.numbers import encode_token
from webapp.domain.payment import PaymentMethod
from webapp.extensions import db
from webapp.models import Job, Order, OrderHistory, OrderLine, OutboxMessage
from webapp.services.accounts import StoreDraft, save_store
from webapp.services.files import receive
from webapp.services.importing.status_upload import start_status_upload
from webapp.services.jobs import confirm_job, result_rows, run_job
from webapp.services.orders.create import Buyer, CreatedOrder, NewLine, NewOrder, create_orders
from webapp.services.unit_of_work import unit_of_work
from webapp.tasks.outbox import send

LINES = Path(__file__).parent / "data" / "online-retail.csv"
NOTIFIED = 25
"""How many rows of the file tell the buyer: enough to be a crowd, few enough for a quick test."""


def real_orders(account_id: int) -> list[NewOrder]:
    """The good lines of the file as orders: one an invoice; returns and lines without words are left out."""
    invoices: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    with LINES.open(newline="", encoding="utf-8") as file:
        for line in csv.DictReader(file):
            if int(line["Quantity"]) > 0 and float(line["UnitPrice"]) >= 0 and line["Description"].strip():
                invoices[line["InvoiceNo"]].append(line)
    return [_order(account_id, number, lines) for number, lines in invoices.items()]


def _order(account_id: int, number: str, lines: list[dict[str, str]]) -> NewOrder:
    first = lines[0]
    customer = first["CustomerID"].removesuffix(".0")
    return NewOrder(
        account_id,
        Buyer(f"Customer {customer}", email=f"c{customer}@example.com", country="GB", locale="en"),
        tuple(
            NewLine(line["Description"], int(line["Quantity"]), _pence(line), line["StockCode"])
            for line in lines
        ),
        PaymentMethod.CARD,
        datetime.fromisoformat(first["InvoiceDate"]).replace(tzinfo=UTC),
        channel_order_id=number,
    )  # fmt: skip


def _pence(line: dict[str, str]) -> int:
    return minor_units(line["UnitPrice"], "GBP")[0]


@pytest.fixture
def inbox(app: Flask) -> Iterator[Mailbox]:
    """A mail server that the application's settings name."""
    box = Mailbox()
    box.controller.start()
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], mail_url=box.url)
    yield box
    box.controller.stop()


def make_real_orders(shop: Shop) -> list[CreatedOrder]:
    """Every good invoice of the file, made by the create service in a store in London."""
    store = save_store(shop.actor(), StoreDraft("Gifts", "gifts", "Europe/London", "GBP", "en", "hello@gifts.example"))
    account = next(a.id for a in store.accounts if a.channel == "manual")
    orders = real_orders(account)
    actor = shop.actor()
    return [made for start in range(0, len(orders), 500) for made in create_orders(actor, orders[start : start + 500])]


def test_real_shop_lines_through_the_main_job(app: Flask, shop: Shop, inbox: Mailbox) -> None:
    made = make_real_orders(shop)
    assert len(made) > 1500
    assert db.session.scalar(select(func.count()).select_from(OrderLine)) == 4792 - 520 - _without_words()
    db.session.rollback()

    rows = [
        (order.number, "Dikirim", "JNE", f"0012{i:08}", "yes" if i < NOTIFIED else "", "On its way")
        for i, order in enumerate(made)
    ]
    data = "\ufeff" + "order_number;status;courier;tracking_number;notify;comment\r\n"
    data += "".join(";".join(row) + "\r\n" for row in rows)
    actor, storage = shop.actor(), app.extensions["storage"]
    job_id = start_status_upload(actor, receive(storage, io.BytesIO(data.encode())), "shipped.csv")
    run_job(job_id, storage)
    confirm_job(actor, job_id)
    while not run_job(job_id, storage):
        pass
    job = db.session.get_one(Job, job_id, populate_existing=True)
    assert (job.state, job.ok, job.unchanged, job.failed) == ("done", len(made), 0, 0)

    result = list(result_rows(db.session(), job, storage, say=formats.problem_text))
    assert len(result) == len(made) + 1
    assert result[1] == [*rows[0], "ok", "", ""]
    assert db.session.scalar(select(func.count()).where(Order.status == "shipped")) == len(made)
    assert db.session.scalar(select(func.count()).select_from(OrderHistory)) == 2 * len(made)
    assert totals_recounted() == []
    db.session.rollback()

    with unit_of_work(SYSTEM) as work:  # the minute in which an undo would still stop the mails is over
        work.session.execute(update(OutboxMessage).values(due_at=work.now - timedelta(seconds=1)))
    send()
    assert len(inbox.mails) == NOTIFIED
    by_order = {mail["Message-ID"]: mail for mail in inbox.mails}
    assert len(by_order) == NOTIFIED
    token = encode_token(made[0].token)
    told = next(mail for mail in inbox.mails if made[0].number in mail["Subject"])
    text = told.get_body(("plain",))
    html = told.get_body(("html",))
    assert text is not None
    assert html is not None
    for part in (text.get_content(), html.get_content()):
        assert f"/o/{token}" in part
        assert "001200000000" in part
        assert "On its way" in part

    page = app.test_client().get(f"/o/{token}", headers={"Accept-Language": "en"})
    assert page.status_code == 200
    words = page.get_data(as_text=True)
    assert made[0].number in words
    assert "001200000000" in words
    assert "On its way" in words
    untold = app.test_client().get(f"/o/{encode_token(made[-1].token)}").get_data(as_text=True)
    assert "On its way" not in untold, "without notify the comment never reaches the buyer"


def _without_words() -> int:
    with LINES.open(newline="", encoding="utf-8") as file:
        return sum(int(line["Quantity"]) > 0 and not line["Description"].strip() for line in csv.DictReader(file))
