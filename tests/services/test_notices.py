"""Mails to buyers through a real SMTP server: what they say, in which language, and that they leave at least once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.factories import Shop, make_orders
from tests.mailbox import Mailbox
from webapp.domain.actors import SYSTEM
from webapp.domain.numbers import encode_token
from webapp.domain.order_acts import OrderAct
from webapp.domain.order_status import OrderStatus
from webapp.extensions import db
from webapp.models import Order, OutboxMessage, OutboxState
from webapp.services.notices import NO_ADDRESS, ORDER_GONE
from webapp.services.orders.change_orders import change_orders
from webapp.services.orders.create import Buyer, CreatedOrder
from webapp.services.unit_of_work import unit_of_work
from webapp.tasks.outbox import send

ROOT = Path(__file__).resolve().parents[2]
NO_BREAK = "\u00a0"


@pytest.fixture
def mailbox(app: Flask) -> Iterator[Mailbox]:
    """A mail server that the application's settings name."""
    box = Mailbox()
    box.controller.start()
    app.config["SETTINGS"] = replace(
        app.config["SETTINGS"], mail_url=box.url, mail_from="Lapak <no-reply@lapak.example>",
        base_url="https://lapak.example",
    )  # fmt: skip
    yield box
    box.controller.stop()


def change(order: CreatedOrder, act: OrderAct) -> None:
    with unit_of_work(SYSTEM) as work:
        (result,) = change_orders(work, {order.id: act})
    assert result.problem is None


def ready(shop: Shop, *, buyer: Buyer | None = None, account: int | None = None) -> CreatedOrder:
    changes = {"buyer": buyer} if buyer else {}
    return make_orders(account or shop.manual, status=OrderStatus.READY_TO_SHIP, **changes)[0]


def message_row() -> OutboxMessage:
    db.session.rollback()
    return db.session.scalars(select(OutboxMessage).execution_options(populate_existing=True)).one()


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n").replace(NO_BREAK, " ")


def test_a_shipped_order_tells_its_buyer_in_both_parts(app: Flask, shop: Shop, mailbox: Mailbox) -> None:
    order = ready(shop)
    change(
        order,
        OrderAct(
            to=OrderStatus.SHIPPED, courier="sicepat", tracking_number="004812345678", notify=True,
            comment="Terima kasih, Kak.\nAwas <rapuh> & berharga.",
        ),
    )  # fmt: skip
    send()
    (mail,) = mailbox.mails
    assert mail["To"] == "siti@example.com"
    assert str(mail["From"]) == "Rona <toko@rona.example>"
    assert str(mail["Sender"]) == "Lapak <no-reply@lapak.example>"
    assert mail["Reply-To"] == "toko@rona.example"
    assert mail["Subject"] == f"Pesanan {order.number} sedang dikirim"
    link = f"https://lapak.example/o/{encode_token(order.token)}"
    for kind in ("plain", "html"):
        body = part(mail, kind)
        assert link in body
        assert "SiCepat" in body
        assert "004812345678" in body
        assert "Kemeja Batik Parang" in body
        assert "Rp 308.000" in body
        assert "Belum dibayar" in body
    assert "Awas <rapuh> & berharga." in part(mail, "plain")
    assert "Awas &lt;rapuh&gt; &amp; berharga." in part(mail, "html")
    assert "Jl. Kemang" not in mail.as_string()
    assert message_row().state == OutboxState.DONE


def test_the_text_part_is_laid_out_for_reading(app: Flask, shop: Shop, mailbox: Mailbox) -> None:
    order = ready(shop, buyer=Buyer("Ani", email="ani@example.com", locale="en"))
    change(
        order, OrderAct(to=OrderStatus.SHIPPED, tracking_number="JX77", courier="jnt", notify=True, comment="Thanks!")
    )
    send()
    link = f"https://lapak.example/o/{encode_token(order.token)}"
    assert part(mailbox.mails[0], "plain") == (
        "Hello Ani,\n\n"
        "Rona has handed your parcel to the courier.\n\n"
        "Rona writes:\nThanks!\n\n"
        "Courier: J&T Express\nTracking number: JX77\n\n"
        f"Order {order.number}\n"
        "- 2 × Kemeja Batik Parang: Rp 290,000\n"
        "Shipping: Rp 18,000\n"
        "Total: Rp 308,000 (Unpaid)\n\n"
        f"See your order:\n{link}\n\n"
        "-- \nRona\n"
        "You get this mail because you ordered there. Anyone with the link above can see the order.\n"
    )


@pytest.mark.parametrize(
    ("locale", "subject", "word"),
    [
        ("id", "Pesanan {} dibatalkan", "membatalkan"),
        ("en", "Your order {} was canceled", "has canceled"),
        ("ko", "주문 {} 취소 안내", "취소"),
    ],
)
def test_mails_speak_the_buyers_language(
    app: Flask, shop: Shop, mailbox: Mailbox, locale: str, subject: str, word: str
) -> None:
    order = ready(shop, buyer=Buyer("이서연", email="b@example.com", locale=locale))
    change(order, OrderAct(to=OrderStatus.CANCELED, notify=True))
    send()
    (mail,) = mailbox.mails
    assert mail["Subject"] == subject.format(order.number)
    assert word in part(mail, "plain")
    assert f'<html lang="{locale}">' in part(mail, "html")


def test_a_buyer_without_a_language_of_their_own_reads_the_stores(app: Flask, shop: Shop, mailbox: Mailbox) -> None:
    order = ready(shop, account=shop.onyu_manual)
    change(order, OrderAct(comment="안녕하세요", notify=True, always_record=True))
    send()
    assert mailbox.mails[0]["Subject"] == f"주문 {order.number} 소식"
    assert "₩308,000" in part(mailbox.mails[0], "html")


def test_the_status_is_the_entrys_and_the_rest_is_of_now(app: Flask, shop: Shop, mailbox: Mailbox) -> None:
    order = make_orders(shop.manual, buyer=Buyer("Ani", email="ani@example.com", locale="en"))[0]
    change(order, OrderAct(to=OrderStatus.CONFIRMED, notify=True))
    change(order, OrderAct(to=OrderStatus.SHIPPED, tracking_number="JX77"))
    send()
    assert mailbox.mails[0]["Subject"] == f"Your order {order.number}: Confirmed"
    assert "JX77" in part(mailbox.mails[0], "plain")


def test_without_an_address_nothing_is_sent_and_a_note_says_so(app: Flask, shop: Shop, mailbox: Mailbox) -> None:
    change(ready(shop, buyer=Buyer("Tanpa Surel")), OrderAct(to=OrderStatus.SHIPPED, notify=True))
    send()
    assert mailbox.mails == []
    assert (message_row().state, message_row().last_error) == (OutboxState.DONE, NO_ADDRESS)


def test_the_mail_of_an_order_that_was_deleted_is_not_sent(app: Flask, shop: Shop, mailbox: Mailbox) -> None:
    order = ready(shop)
    change(order, OrderAct(to=OrderStatus.CANCELED, notify=True))
    with unit_of_work(SYSTEM) as work:
        row = work.session.get(Order, order.id)
        work.session.delete(row)
    send()
    assert mailbox.mails == []
    assert (message_row().state, message_row().last_error) == (OutboxState.DONE, ORDER_GONE)


def test_an_address_that_the_server_refuses_is_stuck_with_its_words(app: Flask, shop: Shop, mailbox: Mailbox) -> None:
    change(ready(shop, buyer=Buyer("Ani", email="refused@example.com")), OrderAct(to=OrderStatus.SHIPPED, notify=True))
    send()
    assert (message_row().state, message_row().last_error) == (OutboxState.STUCK, "550 no such mailbox")


def test_without_a_mail_server_messages_wait(app: Flask, shop: Shop) -> None:
    change(ready(shop), OrderAct(to=OrderStatus.SHIPPED, notify=True))
    send()
    row = message_row()
    assert (row.state, row.attempts) == (OutboxState.WAITING, 0)
    assert "LAPAK_MAIL_URL" in (row.last_error or "")


KILLED = """
import os, sys
from webapp.app import create_app
from webapp.integrations.notifiers.smtp import SmtpNotifier
from webapp.settings import Settings
from webapp.tasks.outbox import send

taken = SmtpNotifier.send
def send_and_die(self, message):
    taken(self, message)
    os._exit(9)
SmtpNotifier.send = send_and_die
with create_app(Settings.from_env()).app_context():
    send()
"""


def test_a_worker_killed_before_its_mark_sends_again_under_the_same_id(
    app: Flask, shop: Shop, mailbox: Mailbox, database_url: str, tmp_path: Path
) -> None:
    change(ready(shop), OrderAct(to=OrderStatus.SHIPPED, notify=True))
    environment = {
        "PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path), "LAPAK_DATABASE_URL": database_url,
        "LAPAK_INSTANCE": str(tmp_path / "instance"), "LAPAK_MAIL_URL": mailbox.url,
        "LAPAK_MAIL_FROM": "Lapak <no-reply@lapak.example>", "LAPAK_BASE_URL": "https://lapak.example",
    }  # fmt: skip
    killed = subprocess.run([sys.executable, "-c", KILLED], cwd=ROOT, env=environment, timeout=60, check=False)
    assert killed.returncode == 9
    assert (len(mailbox.mails), message_row().state) == (1, OutboxState.TAKEN)
    send()
    assert len(mailbox.mails) == 1
    with unit_of_work(SYSTEM) as work:
        work.session.execute(update(OutboxMessage).values(leased_until=work.now - timedelta(seconds=1)))
    send()
    first, second = mailbox.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert "lapak.example" in str(first["Message-ID"])
    assert message_row().state == OutboxState.DONE
    send()
    assert len(mailbox.mails) == 2
