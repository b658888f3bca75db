"""Editing an order: what is written and derived, one history row, and that a refusal leaves nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.factories import Shop, count_rows, force, history_of, make_orders, totals_recounted
from webapp.domain.actors import EVERYTHING, Actor, Scope
from webapp.domain.errors import Code
from webapp.domain.order_acts import Outcome
from webapp.domain.order_status import OrderStatus
from webapp.domain.payment import PaymentMethod
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.models import Customer, Order, OrderContact, OrderLine, OrderSearch
from webapp.services.orders import bulk
from webapp.services.orders.create import Buyer, CreatedOrder, NewLine
from webapp.services.orders.detail import get_order
from webapp.services.orders.edit_order import OrderEdit, edit_order, edit_orders
from webapp.services.orders.query import ListFilter, list_orders
from webapp.services.unit_of_work import unit_of_work

S = OrderStatus
SITI = Buyer("Siti Nurhaliza", "0812-8840-1127", "siti@example.com", "Jl. Kemang Raya No. 12A")
SHIRT = NewLine("Kemeja Batik Parang", 2, 145_000, "RB-PRG-L")


def stored(order: CreatedOrder) -> dict[str, Any]:
    """Everything that an edit may write of an order."""
    db.session.rollback()
    lines = db.session.execute(
        select(*(c for c in OrderLine.__table__.c if c.name not in ("order_id", "picked", "packed")))
        .where(OrderLine.order_id == order.id)
        .order_by(OrderLine.line_no)
    )
    row = db.session.execute(select(*Order.__table__.c).where(Order.id == order.id)).one()._asdict()
    contact = db.session.execute(select(*OrderContact.__table__.c).where(OrderContact.order_id == order.id)).one()
    doc = db.session.scalars(select(OrderSearch.doc).where(OrderSearch.order_id == order.id)).one()
    return {**row, **contact._asdict(), "lines": [tuple(line) for line in lines], "doc": doc}


def refused(
    actor: Actor, order: CreatedOrder, edit: OrderEdit, code: Code, variant: str | None = None, **params: Any
) -> None:
    """The edit is refused for this reason, and nothing changed."""
    before, entries = stored(order), len(history_of(order.number))
    result = edit_order(actor, order.number, edit)
    assert result.problem is not None
    assert (result.outcome, result.problem.code, result.problem.params.get("variant")) == (
        Outcome.FAILED,
        code,
        variant,
    )
    assert result.problem.params.items() >= params.items()
    assert (stored(order), len(history_of(order.number))) == (before, entries)
    assert totals_recounted() == []


def test_everything_that_can_be_edited_and_what_follows_from_it(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, note="Jangan dilipat")
    before = stored(order)
    edit = OrderEdit(
        version=1,
        buyer=replace(SITI, name=" Dewi Lestari ", phone="0857-1092-3345", email="Dewi@Example.com", city="Bandung"),
        payment_method=PaymentMethod.COD,
        lines=(NewLine("Kain Tenun", 3, 50_000, "TN-1"), NewLine("Kartu ucapan", 1, 0)),
        shipping_fee=20_000, discount=10_000, note="",
    )  # fmt: skip
    result = edit_order(shop.actor(), order.number, edit)
    assert (result.outcome, result.from_status, result.to_status) == (Outcome.OK, S.PENDING, S.PENDING)
    after = stored(order)
    assert (after["subtotal"], after["shipping_fee"], after["discount"], after["total"]) == (
        150_000,
        20_000,
        10_000,
        160_000,
    )
    assert (after["item_count"], after["payment_method"], after["version"]) == (4, "cod", 2)
    assert (after["buyer_name"], after["phone_key"], after["buyer_email"]) == (
        "Dewi Lestari",
        "85710923345",
        "dewi@example.com",
    )
    assert (after["city"], after["note"], after["public_token"]) == ("Bandung", None, before["public_token"])
    assert [line[1:6] for line in after["lines"]] == [
        ("TN-1", "Kain Tenun", 3, 50_000, False),
        (None, "Kartu ucapan", 1, 0, False),
    ]
    assert {line[6:] for line in after["lines"]} == {(shop.manual, before["ordered_at"])}
    assert after["updated_at"] > before["updated_at"]
    assert after["customer_id"] != before["customer_id"]
    for word in ("dewi", "lestari", "85710923345", "tn-1", order.number[-8:].lower()):
        assert word in after["doc"], word
    for word in ("siti", "81288401127", "rb-prg-l"):
        assert word not in after["doc"], word
    assert totals_recounted() == []
    for word, hits in (("dewi", [order.number]), ("siti", []), ("TN-1", [order.number]), ("RB-PRG", [])):
        page = list_orders(db.session(), EVERYTHING, ListFilter(q=word))
        assert [row.number for row in page.rows] == hits, word
    created, edited = history_of(order.number)
    assert (created.seq, edited.seq, edited.from_status, edited.to_status) == (1, 2, "pending", "pending")
    assert (edited.actor_name, edited.notify, edited.batch_id) == ("Admin", False, None)
    assert edited.changes == {
        "buyer_name": ["Siti Nurhaliza", "Dewi Lestari"],
        "buyer_phone": ["0812-8840-1127", "0857-1092-3345"],
        "buyer_email": ["siti@example.com", "dewi@example.com"],
        "city": ["", "Bandung"],
        "payment_method": ["bank_transfer", "cod"],
        "lines": [
            [["RB-PRG-L", "Kemeja Batik Parang", 2, 145_000, False]],
            [["TN-1", "Kain Tenun", 3, 50_000, False], [None, "Kartu ucapan", 1, 0, False]],
        ],
        "shipping_fee": [18_000, 20_000],
        "discount": [0, 10_000],
        "note": ["Jangan dilipat", ""],
        "total": [308_000, 160_000],
    }


def test_an_unchanged_save_writes_nothing(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    before = stored(order)
    edit = OrderEdit(1, SITI, PaymentMethod.BANK_TRANSFER, (SHIRT,), 18_000, 0, "")
    for same in (edit, OrderEdit()):
        assert edit_order(shop.actor(), order.number, same).outcome is Outcome.UNCHANGED
    assert (stored(order), len(history_of(order.number))) == (before, 1)


def test_what_is_not_given_stays(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, note="Jangan dilipat")
    before = stored(order)
    assert edit_order(shop.actor(), order.number, OrderEdit(discount=8_000)).outcome is Outcome.OK
    changed = {"discount": 8_000, "total": 300_000, "version": 2}
    after = stored(order)
    assert after == before | changed | {"updated_at": after["updated_at"]}
    assert history_of(order.number)[-1].changes == {"discount": [0, 8_000], "total": [308_000, 300_000]}


def test_a_payment_method_makes_a_lead_pending(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, payment_method=None)
    result = edit_order(shop.actor(Role.CS), order.number, OrderEdit(payment_method=PaymentMethod.QRIS))
    assert (result.from_status, result.to_status) == (S.CREATED, S.PENDING)
    entry = history_of(order.number)[-1]
    assert (entry.from_status, entry.to_status, entry.changes) == (
        "created",
        "pending",
        {"payment_method": [None, "qris"]},
    )
    assert (stored(order)["status"], totals_recounted()) == ("pending", [])


def test_the_editor_saw_another_version(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    bulk.add_history(shop.actor(), [order.number], comment="Ditelepon")
    refused(shop.actor(), order, OrderEdit(version=1, note="x"), Code.LOCKED, "edited_meanwhile", number=order.number)
    assert edit_order(shop.actor(), order.number, OrderEdit(version=2, note="x")).outcome is Outcome.OK


def test_tracking_numbers_and_channel_numbers_stay_searchable(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.shopee, status=S.CONFIRMED, channel_order_id="2611217001")
    bulk.set_tracking(shop.actor(), order.number, "jne", "JP123456789")
    assert edit_order(shop.actor(), order.number, OrderEdit(buyer=replace(SITI, name="Dewi"))).outcome is Outcome.OK
    doc = stored(order)["doc"]
    for word in ("dewi", "2611217001", "jp123456789", "rb-prg-l"):
        assert word in doc, word


def test_the_customer_follows_phone_and_e_mail_only(app: Flask, shop: Shop) -> None:
    first, second = make_orders(shop.manual), make_orders(shop.manual, buyer=Buyer("Budi", "0813-1111-2222"))
    siti, budi = stored(first[0])["customer_id"], stored(second[0])["customer_id"]
    actor, number = shop.actor(), first[0].number
    edit_order(actor, number, OrderEdit(buyer=replace(SITI, name="Siti N.", address="Jl. Lain")))
    assert stored(first[0])["customer_id"] == siti
    edit_order(actor, number, OrderEdit(buyer=replace(SITI, phone="+62 813 1111 2222")))
    assert stored(first[0])["customer_id"] == budi
    edit_order(actor, number, OrderEdit(buyer=Buyer("Siti")))
    assert (stored(first[0])["customer_id"], count_rows(Customer)) == (None, 2)


def test_an_order_becomes_digital_with_its_lines(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    edit_order(shop.actor(), order.number, OrderEdit(lines=(replace(SHIRT, digital=True),)))
    assert stored(order)["digital"] is True
    edit_order(shop.actor(), order.number, OrderEdit(lines=(replace(SHIRT, digital=True), SHIRT)))
    assert stored(order)["digital"] is False


@pytest.mark.parametrize(
    ("edit", "code", "field"),
    [
        (OrderEdit(lines=()), Code.MISSING_VALUE, "lines"),
        (OrderEdit(buyer=Buyer(" ")), Code.MISSING_VALUE, "buyer_name"),
        (OrderEdit(lines=(replace(SHIRT, quantity=0),)), Code.BAD_VALUE, "quantity"),
        (OrderEdit(lines=(replace(SHIRT, quantity=1_000_001),)), Code.BAD_VALUE, "quantity"),
        (OrderEdit(lines=(replace(SHIRT, quantity=1_000_000, unit_price=0),) * 2_148), Code.BAD_VALUE, "quantity"),
        (OrderEdit(lines=(replace(SHIRT, unit_price=-1),)), Code.BAD_VALUE, "unit_price"),
        (OrderEdit(lines=(replace(SHIRT, unit_price=2**62),)), Code.BAD_VALUE, "shipping_fee"),
        (OrderEdit(discount=400_000), Code.BAD_VALUE, "discount"),
        (OrderEdit(shipping_fee=-1), Code.BAD_VALUE, "shipping_fee"),
    ],
)
def test_bad_values(app: Flask, shop: Shop, edit: OrderEdit, code: Code, field: str) -> None:
    (order,) = make_orders(shop.manual)
    refused(shop.actor(), order, edit, code, field=field)


def test_refusals_leave_nothing(app: Flask, shop: Shop) -> None:
    admin, note = shop.actor(), OrderEdit(note="x")
    (shipped,) = make_orders(shop.manual, status=S.SHIPPED)
    refused(admin, shipped, note, Code.TRANSITION_NOT_ALLOWED, "edit", from_status="shipped")
    (channels,) = make_orders(shop.shopee)
    refused(admin, channels, OrderEdit(lines=(SHIRT, SHIRT)), Code.UNSUPPORTED_BY_CHANNEL, "edit")
    (paid,) = make_orders(shop.manual)
    bulk.mark_paid(admin, [paid.number])
    refused(admin, paid, OrderEdit(discount=1), Code.TRANSITION_NOT_ALLOWED, "edit_paid", from_payment="paid")
    assert edit_order(admin, channels.number, note).outcome is Outcome.OK
    exchanged = (replace(SHIRT, sku="RB-PRG-XL"),)
    assert edit_order(admin, paid.number, OrderEdit(lines=exchanged)).outcome is Outcome.OK


@pytest.mark.parametrize("role", [Role.WAREHOUSE, Role.PROVIDER, Role.VIEWER])
def test_who_may_not(app: Flask, shop: Shop, role: Role) -> None:
    (order,) = make_orders(shop.manual)
    force([order.id], warehouse_id=shop.warehouse)
    # The permission is refused before anything about the order is told, its version too.
    refused(shop.actor(role), order, OrderEdit(version=7, note="x"), Code.NO_PERMISSION, "edit")


def test_what_lies_outside_of_the_scope_does_not_exist(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    stranger = replace(shop.actor(), scope=Scope(frozenset({shop.onyu_manual})))
    refused(stranger, order, OrderEdit(note="x"), Code.NOT_FOUND)
    assert edit_order(stranger, "261121-00000000", OrderEdit(note="x")).problem is not None


def test_many_at_once_in_as_many_statements_as_one(app: Flask, shop: Shop, statements: list[str]) -> None:
    orders = make_orders(shop.manual, 12)
    actor = shop.actor()
    counts = []
    for some in (orders[:1], orders[1:]):
        edits = {order.id: OrderEdit(buyer=replace(SITI, name="Dewi"), lines=(SHIRT, SHIRT)) for order in some}
        statements.clear()
        with unit_of_work(actor) as work:
            results = edit_orders(work, {**edits, 999_999: OrderEdit(note="x")})
        counts.append(len(statements))
        assert [result.outcome for result in results] == [*[Outcome.OK] * len(some), Outcome.FAILED]
    assert counts[0] == counts[1] <= 14
    assert {stored(order)["total"] for order in orders} == {598_000}
    assert totals_recounted() == []


def test_history_hides_from_providers_what_they_may_not_know(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    edit = OrderEdit(buyer=replace(SITI, name="Dewi", email="dewi@example.com"), lines=(SHIRT, SHIRT), discount=5)
    edit_order(shop.actor(), order.number, edit)
    hidden = get_order(db.session(), Scope(restricted=True), order.number)
    shown = get_order(db.session(), EVERYTHING, order.number)
    assert hidden is not None
    assert shown is not None
    assert set(shown.history[0].changes) == {"buyer_name", "buyer_email", "lines", "discount", "total"}
    assert dict(hidden.history[0].changes) == {
        "buyer_name": ("Siti Nurhaliza", "Dewi"),
        "lines": ([["RB-PRG-L", SHIRT.name, 2, None, False]], [["RB-PRG-L", SHIRT.name, 2, None, False]] * 2),
    }
