"""Taking a bulk change back: order by order, for ten minutes, once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.factories import Shop, history_of, make_orders, status_of, totals_recounted
from tests.services.orders.recount import differences
from webapp import clock
from webapp.domain.actors import SYSTEM, Actor
from webapp.domain.errors import Code
from webapp.domain.order_acts import ActKind, OrderAct, Outcome
from webapp.domain.order_status import OrderStatus
from webapp.domain.payment import PaymentMethod, PaymentStatus
from webapp.domain.permissions import Permission, Role
from webapp.extensions import db
from webapp.models import Batch, Order, OutboxMessage, OutboxState, Payment, Shipment, User
from webapp.services.orders import undo as undoing
from webapp.services.orders.bulk import act_on_orders, add_history, change_status, mark_paid, set_tracking
from webapp.services.orders.change_orders import BulkResult
from webapp.services.orders.create import CreatedOrder
from webapp.services.orders.facts import KnownOrder, lock_orders
from webapp.services.orders.undo import TIME, CannotUndo, Why, has_way_back, recent_changes, undo
from webapp.services.unit_of_work import unit_of_work

S = OrderStatus


def batch_of(result: BulkResult) -> int:
    assert result.batch_id is not None
    return result.batch_id


def payment_of(number: str) -> str:
    db.session.rollback()
    return db.session.scalars(select(Order.payment_status).where(Order.number == number)).one()


def test_orders_go_back_with_a_history_row_and_the_messages_stay_at_home(app: Flask, shop: Shop) -> None:
    numbers = [order.number for order in make_orders(shop.manual, 3, status=S.CONFIRMED)]
    actor = shop.actor()
    changed = change_status(actor, numbers, S.SHIPPED, notify=True)
    taken_back = undo(actor, batch_of(changed))
    assert taken_back.count(Outcome.OK) == 3
    assert [status_of(number) for number in numbers] == ["confirmed"] * 3
    last = history_of(numbers[0])[-1]
    assert (last.from_status, last.to_status, last.notify, last.actor_name) == ("shipped", "confirmed", False, "Admin")
    assert set(db.session.scalars(select(OutboxMessage.state))) == {OutboxState.WITHDRAWN}
    assert totals_recounted() == []


def test_what_was_changed_since_and_what_has_no_way_back_are_named(app: Flask, shop: Shop) -> None:
    first, second, third = (order.number for order in make_orders(shop.manual, 3, status=S.CONFIRMED))
    actor = shop.actor()
    changed = change_status(actor, [first, second, third], S.IN_PROCESS)
    change_status(actor, [second], S.SHIPPED)
    taken_back = undo(actor, batch_of(changed))
    problems = {r.number: (r.problem.code, r.problem.params.get("variant")) for r in taken_back.results if r.problem}
    assert problems == {second: (Code.LOCKED, "changed_since")}
    assert [status_of(n) for n in (first, second, third)] == ["confirmed", "shipped", "confirmed"]
    canceled = change_status(actor, [first], S.CANCELED)
    assert not has_way_back(canceled.results[0])
    refused = undo(actor, batch_of(canceled)).results[0].problem
    assert refused is not None
    assert refused.code is Code.TRANSITION_NOT_ALLOWED
    assert status_of(first) == "canceled"


def test_a_refused_or_unchanged_order_of_the_change_is_not_touched(app: Flask, shop: Shop) -> None:
    moved, already = make_orders(shop.manual, 1, status=S.CONFIRMED) + make_orders(shop.manual, 1, status=S.IN_PROCESS)
    (final,) = make_orders(shop.manual, 1, status=S.CLOSED)
    actor = shop.actor()
    changed = change_status(actor, [moved.number, already.number, final.number], S.IN_PROCESS)
    taken_back = undo(actor, batch_of(changed))
    assert [result.number for result in taken_back.results] == [moved.number]
    assert status_of(already.number) == "in_process"


def test_a_payment_goes_back_with_the_status_that_it_brought(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, 1)
    actor = shop.actor()
    paid = mark_paid(actor, [order.number])
    assert (status_of(order.number), payment_of(order.number)) == ("confirmed", "paid")
    undo(actor, batch_of(paid))
    assert (status_of(order.number), payment_of(order.number)) == ("pending", "unpaid")
    assert list(db.session.scalars(select(Payment.state))) == ["withdrawn"]
    assert totals_recounted() == []


def test_cash_on_delivery_that_completing_paid_is_unpaid_again(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, 1, status=S.SHIPPED, payment_method=PaymentMethod.COD)
    actor = shop.actor()
    completed = change_status(actor, [order.number], S.COMPLETED)
    assert payment_of(order.number) == PaymentStatus.PAID
    undo(actor, batch_of(completed))
    assert (status_of(order.number), payment_of(order.number)) == ("shipped", "unpaid")


def test_who_may_not_confirm_payments_can_still_leave_completed_and_come_back(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, 1, status=S.SHIPPED, payment_method=PaymentMethod.COD)
    able = shop.actor(Role.CS)
    actor = replace(able, permissions=able.permissions - {Permission.PAYMENTS_CONFIRM})
    change_status(actor, [order.number], S.COMPLETED)
    left = change_status(actor, [order.number], S.SHIPPED)
    assert payment_of(order.number) == PaymentStatus.UNPAID
    assert undo(actor, batch_of(left)).count(Outcome.OK) == 1
    assert (status_of(order.number), payment_of(order.number)) == ("completed", "paid")


def test_a_payment_that_was_named_beside_the_completion_goes_back_too(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, 1, status=S.SHIPPED, payment_method=PaymentMethod.BANK_TRANSFER)
    actor = shop.actor()
    act = OrderAct(to=S.COMPLETED, payment=PaymentStatus.PAID)
    completed = act_on_orders(actor, ActKind.STATUS_UPLOAD, [order.number], act)
    assert payment_of(order.number) == PaymentStatus.PAID
    assert undo(actor, batch_of(completed)).count(Outcome.OK) == 1
    assert (status_of(order.number), payment_of(order.number)) == ("shipped", "unpaid")
    assert list(db.session.scalars(select(Payment.state))) == ["withdrawn"]
    assert totals_recounted() == []


@pytest.mark.parametrize("role", [Role.ADMIN, Role.WAREHOUSE])
def test_a_payment_that_comes_back_was_made_when_it_was(
    app: Flask, shop: Shop, at: Callable[[timedelta], datetime], role: Role
) -> None:
    (order,) = make_orders(shop.manual, 1, status=S.SHIPPED, payment_method=PaymentMethod.COD)
    paid = at(timedelta(hours=1))
    change_status(shop.actor(), [order.number], S.COMPLETED)
    at(timedelta(days=2))
    actor = shop.actor(role)
    changed = change_status(actor, [order.number], S.SHIPPED)
    assert payment_of(order.number) == PaymentStatus.UNPAID
    at(timedelta(days=2, minutes=9))
    assert undo(actor, batch_of(changed)).count(Outcome.OK) == 1
    assert (status_of(order.number), payment_of(order.number)) == ("completed", "paid")
    (payment,) = db.session.scalars(select(Payment))
    assert (payment.state, payment.paid_at, payment.amount) == ("paid", paid, 308_000)
    assert totals_recounted() == []


@pytest.mark.parametrize("role", [Role.WAREHOUSE, Role.PROVIDER])
def test_the_warehouse_takes_back_what_it_did(app: Flask, shop: Shop, role: Role) -> None:
    orders = make_orders(shop.manual, 2, status=S.CONFIRMED, warehouse_id=shop.warehouse)
    numbers = [order.number for order in orders]
    changed = change_status(shop.actor(role), numbers, S.SHIPPED)
    assert undo(shop.actor(role), batch_of(changed)).count(Outcome.OK) == 2
    assert [status_of(number) for number in numbers] == ["confirmed"] * 2
    other = change_status(shop.actor(role), numbers, S.CONFIRMED)
    assert {result.problem.code for result in other.results if result.problem} == {Code.NO_PERMISSION}


def test_who_may_do_a_change_no_more_can_not_take_it_back(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, 1)
    changed = change_status(shop.actor(Role.CS), [order.number], S.CONFIRMED)
    with unit_of_work(SYSTEM) as work:
        work.session.execute(update(User).where(User.id == shop.people[Role.CS]).values(role=Role.WAREHOUSE.value))
    refused = undo(shop.actor(Role.CS), batch_of(changed)).results[0].problem
    assert refused is not None
    assert refused.code is Code.NO_PERMISSION
    assert status_of(order.number) == "confirmed"


@pytest.mark.parametrize("to", [None, S.SHIPPED, S.IN_PROCESS])
@pytest.mark.parametrize("before", [S.CONFIRMED, S.SHIPPED])
@pytest.mark.parametrize("courier", [None, "sicepat"])
def test_courier_and_tracking_number_go_back(
    app: Flask, shop: Shop, to: OrderStatus | None, before: OrderStatus, courier: str | None
) -> None:
    (order,) = make_orders(shop.manual, 1)
    actor = shop.actor()
    if courier:
        set_tracking(actor, order.number, courier, None)
    change_status(actor, [order.number], S.CONFIRMED)
    change_status(actor, [order.number], before)
    earlier = parcel_of(order.id)
    wrong = OrderAct(to=to, courier="jne", tracking_number="JX0123456789")
    changed = act_on_orders(actor, ActKind.STATUS_UPLOAD, [order.number], wrong)
    assert undo(actor, batch_of(changed)).count(Outcome.OK) == 1
    assert status_of(order.number) == before
    # A parcel that the change has opened stays, and waits with nothing on it.
    assert parcel_of(order.id) == (earlier or ("awaiting", None, None, False, False, False))
    assert history_of(order.number)[-1].changes == {
        "courier": ["jne", courier], "tracking_number": ["JX0123456789", None],
    }  # fmt: skip
    with db.engine.connect() as connection:
        assert [found for found in differences(connection, (), clock.now()) if "search" in found] == []
    right = replace(wrong, tracking_number="JX9876543210")
    assert act_on_orders(actor, ActKind.STATUS_UPLOAD, [order.number], right).count(Outcome.OK) == 1


def test_a_parcel_sent_after_another_came_back_keeps_its_number(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, 1)
    actor = shop.actor()
    set_tracking(actor, order.number, "jne", "JX0123456789")
    for status in (S.SHIPPED, S.RTS):
        change_status(actor, [order.number], status)
    act = OrderAct(to=S.SHIPPED, tracking_number="JX9876543210")
    changed = act_on_orders(actor, ActKind.STATUS_UPLOAD, [order.number], act)
    assert undo(actor, batch_of(changed)).count(Outcome.OK) == 1
    assert status_of(order.number) == "rts"
    parcels = db.session.scalars(select(Shipment).order_by(Shipment.id))
    assert [(p.state, p.tracking_number) for p in parcels] == [
        ("returned", "JX0123456789"), ("returned", "JX9876543210"),
    ]  # fmt: skip


def parcel_of(order_id: int) -> tuple[Any, ...] | None:
    """State, courier and number of an order's parcel, and which of its moments and the order's are set."""
    db.session.rollback()
    moments = moments_of(order_id)
    parcel = db.session.scalars(select(Shipment).where(Shipment.order_id == order_id)).one_or_none()
    set_moments = (moments[name] is not None for name in ("label_printed_at", "dispatched_at", "arranged_at"))
    return None if parcel is None else (parcel.state, parcel.courier, parcel.tracking_number, *set_moments)


def test_an_entry_stays_and_its_message_does_not_leave(app: Flask, shop: Shop) -> None:
    numbers = [order.number for order in make_orders(shop.manual, 2)]
    actor = shop.actor()
    told = add_history(actor, numbers, comment="Besok dikirim", notify=True, override=True)
    assert undo(actor, batch_of(told)).count(Outcome.OK) == 2
    assert set(db.session.scalars(select(Order.returns_withdrawn))) == {False}
    assert set(db.session.scalars(select(OutboxMessage.state))) == {OutboxState.WITHDRAWN}
    assert "Besok dikirim" in [entry.comment for entry in history_of(numbers[0])]


def why(batch_id: int, shop: Shop, role: Role = Role.ADMIN) -> Why:
    with pytest.raises(CannotUndo) as refused:
        undo(shop.actor(role), batch_id)
    return refused.value.why


def test_once_by_who_did_it_and_for_ten_minutes(app: Flask, shop: Shop) -> None:
    numbers = [order.number for order in make_orders(shop.manual, 2, status=S.CONFIRMED)]
    first = batch_of(change_status(shop.actor(), numbers[:1], S.IN_PROCESS))
    second = batch_of(change_status(shop.actor(), numbers[1:], S.IN_PROCESS))
    assert why(first, shop, Role.OWNER) is Why.GONE
    assert why(999, shop) is Why.GONE
    undo(shop.actor(), first)
    assert why(first, shop) is Why.DONE
    with unit_of_work(SYSTEM) as work:
        long_ago = work.now - TIME - timedelta(seconds=1)
        work.session.execute(update(Batch).where(Batch.id == second).values(created_at=long_ago))
    assert why(second, shop) is Why.LATE
    assert status_of(numbers[1]) == "in_process"
    found = recent_changes(db.session(), shop.actor(), long_ago + timedelta(days=1))
    assert [(change.batch_id, change.until, change.undone) for change in found] == [
        (second, None, False), (first, None, True),
    ]  # fmt: skip


@pytest.mark.parametrize(("to", "for_good"), [(S.CANCELED, True), (S.CLOSED, True), (S.IN_PROCESS, False)])
def test_what_leads_nowhere_back_is_not_offered(app: Flask, shop: Shop, to: OrderStatus, *, for_good: bool) -> None:
    start = S.SHIPPED if to is S.CLOSED else S.CONFIRMED
    (order,) = make_orders(shop.manual, 1, status=start)
    batch_id = batch_of(change_status(shop.actor(), [order.number], to, comment="asked for"))
    (change,) = recent_changes(db.session(), shop.actor(), clock.now())
    assert (change.batch_id, change.for_good, change.until is None) == (batch_id, for_good, for_good)
    assert undo(shop.actor(), batch_id).count(Outcome.FAILED) == for_good


def test_two_who_press_undo_at_once_take_it_back_once(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, 1, status=S.CONFIRMED)
    actor = shop.actor()
    batch_id = batch_of(change_status(actor, [order.number], S.IN_PROCESS))
    db.session.remove()
    barrier = Barrier(2)

    def press() -> str:
        with app.app_context():
            barrier.wait(10)
            try:
                return f"{undo(actor, batch_id).count(Outcome.OK)} back"
            except CannotUndo as error:
                return error.why

    with ThreadPoolExecutor(2) as pool:
        answers = [pressed.result(20) for pressed in [pool.submit(press) for _ in range(2)]]
    assert sorted(answers) == ["1 back", "done"]
    assert len(history_of(order.number)) == len({entry.seq for entry in history_of(order.number)})
    assert status_of(order.number) == "confirmed"


def test_orders_that_somebody_holds_are_left_out_by_nobody(
    app: Flask, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An undo that could have only some of the orders takes back none: there is no second one for the rest."""
    numbers = [order.number for order in make_orders(shop.manual, 2, status=S.CONFIRMED)]
    batch_id = batch_of(change_status(shop.actor(), numbers, S.IN_PROCESS))
    monkeypatch.setattr("webapp.services.orders.change_orders.TRIES", 0)
    monkeypatch.setattr("webapp.services.orders.undo.lock_orders", some_locked)
    assert why(batch_id, shop) is Why.BUSY
    assert [status_of(number) for number in numbers] == ["in_process"] * 2
    monkeypatch.undo()
    assert undo(shop.actor(), batch_id).count(Outcome.OK) == 2


def some_locked(*args: Any, **kwargs: Any) -> dict[int, KnownOrder]:
    """All orders but the first: somebody else has that one."""
    return dict(list(lock_orders(*args, **kwargs).items())[1:])


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], datetime]:
    """Set the clock to so much after the test's beginning."""
    began = clock.now()

    def set_clock(later: timedelta) -> datetime:
        monkeypatch.setattr(clock, "now", lambda: began + later)
        return began + later

    return set_clock


@pytest.mark.parametrize("tracking", [None, "JX0123456789"])
def test_a_parcel_that_had_left_left_when_it_did(
    app: Flask, shop: Shop, at: Callable[[timedelta], datetime], tracking: str | None
) -> None:
    (order,) = make_orders(shop.manual, 1, status=S.CONFIRMED)
    actor = shop.actor()
    if tracking:
        set_tracking(actor, order.number, "J&T", tracking)
    left = at(timedelta(hours=1))
    change_status(actor, [order.number], S.SHIPPED)
    assert moments_of(order.id)["dispatched_at"] == left
    change_and_take_back(actor, order, S.CONFIRMED, at, days=3, gone="dispatched_at")


@pytest.mark.parametrize("by_payment", [False, True])
def test_an_order_that_had_waited_is_due_when_it_was(
    app: Flask, shop: Shop, at: Callable[[timedelta], datetime], by_payment: bool
) -> None:
    (order,) = make_orders(shop.manual, 1, payment_method=PaymentMethod.BANK_TRANSFER)
    actor = shop.actor()
    at(timedelta(hours=1))
    if by_payment:
        mark_paid(actor, [order.number])
    else:
        change_status(actor, [order.number], S.CONFIRMED)
    at(timedelta(hours=2))
    change_status(actor, [order.number], S.IN_PROCESS)
    change_and_take_back(actor, order, S.PENDING, at, days=1, gone="ship_by")


def test_a_second_undo_finds_what_the_first_one_brought_back(
    app: Flask, shop: Shop, at: Callable[[timedelta], datetime]
) -> None:
    waits, left = make_orders(shop.manual, 2, payment_method=PaymentMethod.BANK_TRANSFER)
    actor = shop.actor()
    change_status(actor, [waits.number, left.number], S.CONFIRMED)
    change_status(actor, [left.number], S.SHIPPED)
    for days in (1, 2):
        change_and_take_back(actor, waits, S.PENDING, at, days=days, gone="ship_by")
        change_and_take_back(actor, left, S.CONFIRMED, at, days=days, gone="dispatched_at")


@pytest.mark.parametrize("ended", [S.COMPLETED, S.RTS])
def test_a_parcel_that_had_come_back_from_its_end_left_when_it_did(
    app: Flask, shop: Shop, at: Callable[[timedelta], datetime], ended: OrderStatus
) -> None:
    (order,) = make_orders(shop.manual, 1, status=S.CONFIRMED)
    actor = shop.actor()
    change_status(actor, [order.number], S.SHIPPED)
    for hours, status in enumerate((ended, S.SHIPPED), 1):
        at(timedelta(hours=hours))
        change_status(actor, [order.number], status)
    change_and_take_back(actor, order, S.CONFIRMED, at, days=1, gone="dispatched_at")


def test_an_order_that_had_left_is_due_when_it_was(app: Flask, shop: Shop, at: Callable[[timedelta], datetime]) -> None:
    (order,) = make_orders(shop.manual, 1)
    actor = shop.actor()
    change_status(actor, [order.number], S.CONFIRMED)
    at(timedelta(hours=1))
    change_status(actor, [order.number], S.SHIPPED)
    change_and_take_back(actor, order, S.PENDING, at, days=1, gone="ship_by")


def change_and_take_back(
    actor: Actor, order: CreatedOrder, to: OrderStatus, at: Callable[[timedelta], datetime], *, days: int, gone: str
) -> None:
    """Change the status `days` after the test's beginning, and undo it: `gone` goes with it, and all moments return."""
    before = moments_of(order.id)
    at(timedelta(days=days))
    changed = change_status(actor, [order.number], to)
    assert moments_of(order.id)[gone] is None
    at(timedelta(days=days, minutes=9))
    assert undo(actor, batch_of(changed)).count(Outcome.OK) == 1
    assert moments_of(order.id) == before


def moments_of(order_id: int) -> dict[str, datetime | None]:
    db.session.rollback()
    order = db.session.get_one(Order, order_id, populate_existing=True)
    parcel = db.session.scalars(select(Shipment).where(Shipment.order_id == order_id)).one_or_none()
    return {
        "ship_by": order.ship_by,
        "arranged_at": order.arranged_at,
        "label_printed_at": parcel and parcel.label_printed_at,
        "parcel_arranged_at": parcel and parcel.arranged_at,
        "dispatched_at": parcel and parcel.dispatched_at,
    }


def test_changes_of_others_never_crowd_out_ones_own(app: Flask, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undoing, "RECENT", 1)
    orders = make_orders(shop.manual, 2)
    mine, other = shop.actor(Role.CS), shop.actor(Role.ADMIN)
    change_status(mine, [orders[0].number], S.CONFIRMED)
    change_status(other, [orders[1].number], S.CONFIRMED)
    (change,) = recent_changes(db.session(), mine, clock.now())
    assert (change.orders, change.undone) == (1, False)
