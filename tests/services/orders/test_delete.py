"""Deleting: what may go, what stays of it, and that the others of the batch are still deleted."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from tests.factories import Shop, count_rows, make_orders, status_of, totals_recounted
from webapp.domain.errors import Code
from webapp.domain.order_acts import Outcome
from webapp.domain.order_status import OrderStatus
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.models import (
    AuditEntry,
    DeletedOrder,
    Order,
    OrderContact,
    OrderHistory,
    OrderLine,
    OrderSearch,
    OutboxMessage,
    OutboxState,
)
from webapp.services.orders.bulk import add_history
from webapp.services.orders.delete import delete_orders

S = OrderStatus


def test_only_created_and_canceled_orders_go_and_the_rest_is_named(app: Flask, shop: Shop) -> None:
    orders = [make_orders(shop.manual, status=status)[0] for status in S]
    result = delete_orders(shop.actor(), [order.number for order in orders])
    gone = {r.number for r in result.results if r.outcome is Outcome.OK}
    assert gone == {orders[list(S).index(S.CREATED)].number, orders[list(S).index(S.CANCELED)].number}
    assert {r.problem.code for r in result.refused if r.problem} == {Code.NOT_DELETABLE}
    assert count_rows(Order) == len(S) - 2
    assert totals_recounted() == []


def test_a_snapshot_and_a_tombstone_stay_and_nothing_else(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.shopee, status=S.CANCELED, channel_order_id="SP-1")
    add_history(shop.actor(), [order.number], comment="Sorry", notify=True)
    delete_orders(shop.actor(), [order.number])
    for table in (Order, OrderContact, OrderLine, OrderHistory, OrderSearch):
        assert count_rows(table) == 0, table
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "order.deleted")).one()
    assert (entry.subject_label, entry.actor_name) == (order.number, "Admin")
    assert entry.data["order"]["channel_order_id"] == "SP-1"
    assert "Siti" not in str(entry.data)
    assert entry.personal is not None
    assert entry.personal["buyer_name"] == "Siti Nurhaliza"
    grave = db.session.scalars(select(DeletedOrder)).one()
    assert (grave.number, grave.channel_order_id, grave.audit_id) == (order.number, "SP-1", entry.id)
    message = db.session.scalars(select(OutboxMessage)).one()
    assert message.state == OutboxState.WITHDRAWN, "what still waits is withdrawn"
    assert message.done_at == grave.deleted_at


def test_others_than_owners_and_admins_may_not(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, status=S.CANCELED)
    for role in (Role.CS, Role.WAREHOUSE, Role.VIEWER):
        result = delete_orders(shop.actor(role), [order.number])
        assert [r.problem.code for r in result.refused if r.problem] == [Code.NO_PERMISSION]
    assert status_of(order.number) == "canceled"
    assert count_rows(DeletedOrder) == 0


def test_an_id_is_never_given_out_again(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, status=S.CANCELED)
    delete_orders(shop.actor(), [order.number])
    (other,) = make_orders(shop.manual)
    assert other.id > order.id
