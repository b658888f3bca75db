"""The buyer's page: what it shows, what it never shows, and that it remembers nobody."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from tests.factories import Shop, force, make_orders
from webapp.domain.actors import SYSTEM
from webapp.domain.numbers import encode_token
from webapp.domain.order_acts import OrderAct
from webapp.domain.order_status import OrderStatus
from webapp.domain.payment import PaymentMethod, PaymentStatus
from webapp.extensions import db
from webapp.models import Order
from webapp.services.orders.change_orders import change_orders
from webapp.services.orders.create import Buyer, CreatedOrder, NewLine
from webapp.services.unit_of_work import unit_of_work

NO_BREAK = "\u00a0"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def address(order: CreatedOrder) -> str:
    return f"/o/{encode_token(order.token)}"


def act(order: CreatedOrder, what: OrderAct) -> None:
    with unit_of_work(SYSTEM) as work:
        (result,) = change_orders(work, {order.id: what})
    assert result.problem is None


def text_of(answer: TestResponse) -> str:
    """The page's words: tags out, spaces single."""
    body = re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).replace(NO_BREAK, " ")
    return re.sub(r"\s+", " ", body)


def facts(answer: TestResponse) -> tuple[int, bytes, dict[str, str]]:
    headers = {name: value for name, value in answer.headers.items() if name not in ("Date", "Content-Length")}
    return answer.status_code, answer.data, headers


def test_shows_the_order_in_two_statements(app: Flask, shop: Shop, client: FlaskClient, statements: list[str]) -> None:
    order = make_orders(shop.manual, status=OrderStatus.READY_TO_SHIP)[0]
    act(
        order,
        OrderAct(to=OrderStatus.SHIPPED, courier="sicepat", tracking_number="004812345678", notify=True, comment="Sip"),
    )
    client.get(address(order))
    statements.clear()
    answer = client.get(address(order))
    assert len(statements) <= 2
    assert answer.status_code == 200
    words = text_of(answer)
    for expected in (
        order.number, "Paket Anda sedang dikirim", "1 November 2026", "SiCepat", "004812345678", "Kemeja Batik Parang",
        "290.000", "Rp 308.000", "Belum dibayar", "Transfer bank", "Sip", "Jl. •••", "2 barang",
    ):  # fmt: skip
        assert expected in words, expected


def test_forgets_everybody(app: Flask, shop: Shop, client: FlaskClient) -> None:
    order = make_orders(shop.manual)[0]
    with client.session_transaction() as session:
        session["_user_id"] = "somebody's token"
    for path in (address(order), "/o/nonsense"):
        answer = client.get(path)
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Vary"] == "Accept-Language"
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert "Server-Timing" not in answer.headers
        assert 'name="robots" content="noindex' in answer.text
        assert "csrf" not in answer.text


def test_every_wrong_address_gets_the_same_bytes(app: Flask, shop: Shop, client: FlaskClient) -> None:
    orders = make_orders(shop.manual, 2)
    good = address(orders[0])
    with unit_of_work(SYSTEM) as work:
        work.session.delete(work.session.get(Order, orders[1].id))
    wrong = [
        f"{good}%0A",
        address(orders[1]), f"/o/{encode_token(bytes(16))}", "/o/", "/o/x", f"{good}/", f"{good}/more", f"{good}=",
        f"{good}%00", "/o/%F0%9F%98%80", f"/o/{'A' * 5000}", f"/o/{good[3:].swapcase()}", f"/o/{orders[0].number}",
        f"{good[:-1]}B",
    ]  # fmt: skip
    first = facts(client.get("/o/unknown"))
    assert first[0] == 404
    for path in wrong:
        assert facts(client.get(path)) == first, path
    assert client.get(good).status_code == 200
    assert client.head("/o/unknown").status_code == 404


def test_shows_only_what_was_told(app: Flask, shop: Shop, client: FlaskClient) -> None:
    order = make_orders(shop.manual)[0]
    act(order, OrderAct(to=OrderStatus.CONFIRMED, comment="secret between us"))
    act(order, OrderAct(comment="Kami cek <b>ulang</b> ya", notify=True, always_record=True))
    words = client.get(address(order)).text
    assert "secret between us" not in words
    assert "Kami cek &lt;b&gt;ulang&lt;/b&gt; ya" in words
    assert "Pesanan Anda sudah dikonfirmasi" in words  # the headline is the true status, told or not


def test_hides_what_a_finder_of_the_link_must_not_learn(app: Flask, shop: Shop, client: FlaskClient) -> None:
    order = make_orders(
        shop.manual,
        buyer=Buyer(
            "Siti Nurhaliza", "0812-8840-1127", "siti@example.com", "Jl. Kemang Raya No. 12A", "Mampang", "Jakarta",
            "DKI Jakarta", "12730",
        ),
        note="titip ke satpam",
    )[0]  # fmt: skip
    page = client.get(address(order)).text
    for hidden in ("Nurhaliza", "8840", "siti@example.com", "12A", "12730", "titip"):
        assert hidden not in page, hidden
    assert "Sebagian disembunyikan" in page


@pytest.mark.parametrize(
    ("accept", "query", "title"),
    [
        ("ko-KR,ko;q=0.9,en;q=0.8", "", "결제를 기다리고 있습니다"),
        ("en-GB,en;q=0.9", "", "Waiting for your payment"),
        ("in-ID", "", "Menunggu pembayaran Anda"),
        ("fr,de;q=0.5", "", "Menunggu pembayaran Anda"),
        ("", "", "Menunggu pembayaran Anda"),
        ("ko", "?lang=en", "Waiting for your payment"),
        ("ko", "?lang=xx", "결제를 기다리고 있습니다"),
    ],
)
def test_speaks_the_browsers_language_or_the_chosen_one(
    app: Flask, shop: Shop, client: FlaskClient, accept: str, query: str, title: str
) -> None:
    order = make_orders(shop.manual)[0]
    answer = client.get(address(order) + query, headers={"Accept-Language": accept} if accept else {})
    assert title in answer.text


def test_offers_the_other_languages_as_links(app: Flask, shop: Shop, client: FlaskClient) -> None:
    page = client.get(address(make_orders(shop.manual)[0]) + "?lang=id").text
    assert '<html lang="id">' in page
    assert 'href="?lang=en" hreflang="en" lang="en"' in page
    assert 'href="?lang=ko" hreflang="ko" lang="ko"' in page
    assert 'href="?lang=id"' not in page


def test_a_digital_order_has_no_parcel(app: Flask, shop: Shop, client: FlaskClient) -> None:
    line = NewLine("E-book Resep Nusantara", 1, 45_000, "EB-1", digital=True)
    order = make_orders(shop.manual, status=OrderStatus.IN_PROCESS, lines=(line,), shipping_fee=0)[0]
    words = text_of(client.get(address(order) + "?lang=en"))
    assert "Rona sends it to you next." in words
    for absent in ("courier", "tracking number", "Delivery", "Shipping", "Shipped", "Kemang"):
        assert absent not in words, absent


def test_takes_no_posts(app: Flask, shop: Shop, client: FlaskClient) -> None:
    order = make_orders(shop.manual)[0]
    assert client.post(address(order)).status_code == 405


def test_shows_another_currency_and_zone(app: Flask, shop: Shop, client: FlaskClient) -> None:
    order = make_orders(shop.onyu_manual, ordered_at=datetime(2026, 11, 1, 16, 30, tzinfo=UTC))[0]
    words = text_of(client.get(address(order)))
    assert "₩308,000" in words
    assert "2026년 11월 2일" in words
    assert "01:30" in words


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("lang", ["en", "id", "ko"])
def test_every_state_has_its_page(app: Flask, shop: Shop, client: FlaskClient, lang: str) -> None:
    order = make_orders(shop.manual)[0]
    for status in OrderStatus:
        for payment in PaymentStatus:
            for method in (PaymentMethod.COD, PaymentMethod.BANK_TRANSFER, None):
                force([order.id], status=status, payment_status=payment, payment_method=method, returns_withdrawn=True)
                answer = client.get(f"{address(order)}?lang={lang}")
                assert answer.status_code == 200
                assert len(re.findall(r"<h1>[^<]+</h1>", answer.text)) == 1
                assert "%(" not in answer.text


def test_an_order_that_changed_is_shown_anew(app: Flask, shop: Shop, client: FlaskClient) -> None:
    order = make_orders(shop.manual)[0]
    before = client.get(f"{address(order)}?lang=en").text
    assert client.get(f"{address(order)}?lang=en").text == before
    act(order, OrderAct(to=OrderStatus.CANCELED))
    assert "This order was canceled" in client.get(f"{address(order)}?lang=en").text


def test_a_restart_of_the_database_is_not_noticed(app: Flask, shop: Shop, client: FlaskClient) -> None:
    """PostgreSQL's connections for this page are kept without being asked whether they still live."""
    (order,) = make_orders(shop.manual, 1)
    assert client.get(address(order)).status_code == 200
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect() as connection:
            others = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where pid <> pg_backend_pid()"
            connection.execute(text(f"{others} and datname = current_database()"))
    assert client.get(address(order)).status_code == 200
