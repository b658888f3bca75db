"""Cash on delivery is paid by completing, and leaving `completed` takes back only what completing set."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from tests.factories import Shop, make_orders, totals_recounted
from webapp.domain.order_acts import ActKind, OrderAct
from webapp.domain.order_status import OrderStatus
from webapp.domain.payment import PaymentMethod, PaymentStatus
from webapp.extensions import db
from webapp.models import Order
from webapp.services.orders.bulk import act_on_orders, change_status, mark_paid


def test_paid_by_hand_while_completed_it_stays_paid(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, status=OrderStatus.SHIPPED, payment_method=PaymentMethod.COD)
    change_status(shop.actor(), [order.number], OrderStatus.COMPLETED)
    unpaid = OrderAct(payment=PaymentStatus.UNPAID, comment="No cash came")
    act_on_orders(shop.actor(), ActKind.MARK_PAID, [order.number], unpaid)
    mark_paid(shop.actor(), [order.number])
    change_status(shop.actor(), [order.number], OrderStatus.SHIPPED)
    assert db.session.scalars(select(Order.payment_status)).one() == PaymentStatus.PAID
    assert totals_recounted() == []
