"""The one path on which orders change: what is written, what is refused, and that refusals write nothing."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, text

from tests.factories import Shop, count_rows, force, history_of, make_orders, status_of, totals_recounted
from webapp.domain.errors import Code
from webapp.domain.order_acts import ActKind, OrderAct, Outcome
from webapp.domain.order_status import OrderStatus, targets
from webapp.domain.payment import PaymentMethod, PaymentStatus
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.models import Batch, Order, OrderHistory, OrderSearch, OutboxMessage, Payment, Shipment
from webapp.services.orders.bulk import (
    NothingSelected,
    TooManySelected,
    act_on_orders,
    add_history,
    change_status,
    mark_paid,
    set_tracking,
)

S = OrderStatus


def test_one_change_writes_one_history_row_and_moves_the_totals(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    result = change_status(shop.actor(), [order.number], S.CONFIRMED, comment="paid at the counter")
    assert [r.outcome for r in result.results] == [Outcome.OK]
    assert status_of(order.number) == "confirmed"
    created, changed = history_of(order.number)
    assert (created.seq, created.to_status) == (1, "pending")
    assert (changed.seq, changed.from_status, changed.to_status) == (2, "pending", "confirmed")
    assert (changed.comment, changed.actor_name, changed.batch_id) == ("paid at the counter", "Admin", result.batch_id)
    stored = db.session.scalars(select(Order)).one()
    assert stored.version == 2
    assert stored.ship_by is not None
    assert totals_recounted() == []


def test_refused_orders_stay_as_they_were_and_say_why(app: Flask, shop: Shop) -> None:
    good, bad = make_orders(shop.manual, 2)
    force([bad.id], status=S.CANCELED)
    result = change_status(shop.actor(), [good.number, bad.number, "nonsense"], S.SHIPPED)
    assert [r.outcome for r in result.results] == [Outcome.OK, Outcome.FAILED, Outcome.FAILED]
    refused, unknown = result.refused
    assert refused.problem is not None
    assert unknown.problem is not None
    assert refused.problem.code is Code.TRANSITION_NOT_ALLOWED
    assert (refused.problem.params["from_status"], refused.problem.params["to_status"]) == ("canceled", "shipped")
    assert unknown.problem.code is Code.NOT_FOUND
    assert status_of(bad.number) == "canceled"
    assert len(history_of(bad.number)) == 1
    assert totals_recounted() == []


def test_the_same_status_again_is_unchanged_and_writes_nothing(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    result = change_status(shop.actor(), [order.number], S.PENDING, comment="again", notify=True)
    assert result.count(Outcome.UNCHANGED) == 1
    assert len(history_of(order.number)) == 1
    assert count_rows(OutboxMessage) == 0


@pytest.mark.parametrize("start", list(S))
def test_every_allowed_change_goes_through_and_no_other(app: Flask, shop: Shop, start: OrderStatus) -> None:
    orders = make_orders(shop.manual, len(S), status=start)
    for order, to in zip(orders, S, strict=True):
        change_status(shop.actor(), [order.number], to)
        allowed = to in targets(start, digital=False)
        assert status_of(order.number) == (to if allowed else start)
    assert totals_recounted() == []


def test_nothing_selected_is_not_a_success(app: Flask, shop: Shop) -> None:
    with pytest.raises(NothingSelected):
        change_status(shop.actor(), ["", "  "], S.CONFIRMED)
    with pytest.raises(TooManySelected):
        change_status(shop.actor(), [f"n{i}" for i in range(101)], S.CONFIRMED)
    assert count_rows(Batch) == 0


def test_shipping_dispatches_a_shipment_and_moving_back_takes_it_back(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, status=S.CONFIRMED)
    set_tracking(shop.actor(), order.number, "jne", "JNE0012345678")
    shipment = db.session.scalars(select(Shipment)).one()
    assert (shipment.state, shipment.tracking_number) == ("label_printed", "JNE0012345678")
    change_status(shop.actor(), [order.number], S.SHIPPED)
    db.session.rollback()
    assert shipment.state == "dispatched"
    assert shipment.dispatched_at is not None
    change_status(shop.actor(), [order.number], S.READY_TO_SHIP)
    db.session.rollback()
    assert (shipment.state, shipment.dispatched_at) == ("label_printed", None)
    assert db.session.scalar(select(text("count(*)")).select_from(Shipment)) == 1
    assert "jne0012345678" in db.session.scalars(select(OrderSearch.doc)).one()


def test_another_tracking_number_is_refused(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, status=S.CONFIRMED)
    set_tracking(shop.actor(), order.number, "jne", "A1")
    result = set_tracking(shop.actor(), order.number, "jne", "B2")
    assert result.refused[0].problem is not None
    assert result.refused[0].problem.code is Code.TRACKING_EXISTS
    assert set_tracking(shop.actor(), order.number, "jne", "A1").count(Outcome.UNCHANGED) == 1


def test_marking_paid_confirms_a_pending_order_in_one_entry(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    mark_paid(shop.actor(), [order.number])
    stored = db.session.scalars(select(Order)).one()
    assert (stored.status, stored.payment_status, stored.version) == ("confirmed", "paid", 2)
    payment = db.session.scalars(select(Payment)).one()
    assert (payment.amount, payment.method, payment.state) == (stored.total, "bank_transfer", "paid")
    assert history_of(order.number)[1].changes == {"payment_status": ["unpaid", "paid"]}
    assert totals_recounted() == []


def test_cash_on_delivery_is_paid_by_completion_and_taken_back_when_it_leaves(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, status=S.SHIPPED, payment_method=PaymentMethod.COD)
    change_status(shop.actor(), [order.number], S.COMPLETED)
    assert db.session.scalars(select(Order.payment_status)).one() == PaymentStatus.PAID
    change_status(shop.actor(), [order.number], S.SHIPPED)
    db.session.rollback()
    assert db.session.scalars(select(Order.payment_status)).one() == PaymentStatus.UNPAID
    assert db.session.scalars(select(Payment.state)).one() == "withdrawn"
    assert totals_recounted() == []


def test_history_can_be_added_to_orders_in_any_status(app: Flask, shop: Shop) -> None:
    orders = make_orders(shop.manual, 2, status=S.CANCELED)
    result = add_history(shop.actor(), [o.number for o in orders], comment="Refund is on its way", notify=True)
    assert result.count(Outcome.OK) == 2
    entry = history_of(orders[0].number)[1]
    assert (entry.from_status, entry.to_status, entry.notify) == ("canceled", "canceled", True)
    waiting = db.session.scalars(select(OutboxMessage)).all()
    assert {(m.kind, m.state) for m in waiting} == {("buyer_mail", 0)}
    assert all((m.due_at - m.created_at).total_seconds() == 60 for m in waiting)


def test_a_notice_for_one_order_is_due_at_once(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    change_status(shop.actor(), [order.number], S.CONFIRMED, notify=True)
    message = db.session.scalars(select(OutboxMessage)).one()
    assert message.due_at == message.created_at
    assert message.payload == {"notice": "order_updated", "seq": 2}


def test_roles_set_only_what_they_may(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    for role, to in ((Role.VIEWER, S.CONFIRMED), (Role.WAREHOUSE, S.CANCELED), (Role.PROVIDER, S.CONFIRMED)):
        result = change_status(shop.actor(role), [order.number], to)
        assert result.count(Outcome.FAILED) == 1
    assert status_of(order.number) == "pending"
    change_status(shop.actor(Role.WAREHOUSE), [order.number], S.IN_PROCESS)
    assert status_of(order.number) == "in_process"


def test_what_is_outside_the_scope_does_not_exist(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual)
    result = change_status(shop.actor(Role.PROVIDER), [order.number], S.SHIPPED)
    assert result.refused[0].problem is not None
    assert result.refused[0].problem.code is Code.NOT_FOUND
    assert status_of(order.number) == "pending"


def test_a_hundred_orders_take_as_many_statements_as_one(app: Flask, shop: Shop, statements: list[str]) -> None:
    orders = make_orders(shop.manual, 100)
    actor = shop.actor()
    statements.clear()
    result = change_status(actor, [o.number for o in orders], S.SHIPPED, notify=True)
    assert result.count(Outcome.OK) == 100
    assert len(statements) <= 10, statements
    assert count_rows(OrderHistory) == 200
    assert totals_recounted() == []


def test_a_returned_parcel_is_sent_again_with_its_number_or_another(app: Flask, shop: Shop) -> None:
    same, other = make_orders(shop.manual, 2, status=S.CONFIRMED)
    for order, number in ((same, "A1"), (other, "B1")):
        set_tracking(shop.actor(), order.number, "jne", number)
        change_status(shop.actor(), [order.number], S.SHIPPED)
        change_status(shop.actor(), [order.number], S.RTS)
    change_status(shop.actor(), [same.number], S.SHIPPED)
    act = OrderAct(to=S.SHIPPED, tracking_number="B2", courier="jne")
    assert act_on_orders(shop.actor(), ActKind.SET_TRACKING, [other.number], act).count(Outcome.OK) == 1
    db.session.rollback()
    rows = db.session.execute(select(Shipment.tracking_number, Shipment.state).order_by(Shipment.id)).all()
    assert [tuple(row) for row in rows] == [("A1", "dispatched"), ("B1", "returned"), ("B2", "dispatched")]


def test_an_order_counts_as_processed_once_its_shipment_is_arranged(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, status=S.CONFIRMED)

    def arranged() -> list[bool]:
        db.session.rollback()
        return [at is not None for at in db.session.scalars(select(Order.arranged_at))]

    assert arranged() == [False]
    set_tracking(shop.actor(), order.number, "jne", "A1")
    assert arranged() == [True]
    change_status(shop.actor(), [order.number], S.SHIPPED)
    change_status(shop.actor(), [order.number], S.CONFIRMED)
    assert arranged() == [True], "its label is still there"
