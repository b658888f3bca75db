"""One order: for people of the shop, for its buyer, and the figures of the start page."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.services.orders.listing import NOW, Known, Listing
from webapp.domain.actors import EVERYTHING, ActorKind, Scope
from webapp.domain.days import local_day
from webapp.domain.numbers import decode_token
from webapp.domain.order_status import TABS, TO_SHIP, OrderStatus
from webapp.domain.payment import PaymentStatus
from webapp.models import HistoryKind
from webapp.services.orders.dashboard import Task, dashboard
from webapp.services.orders.detail import get_order
from webapp.services.orders.query import count_orders
from webapp.services.orders.summary import mask_name, summary_by_token


def shipped(listing: Listing) -> Known:
    return next(o for o in listing.orders if o.status is OrderStatus.SHIPPED and o.channel == "shopee" and o.email)


def test_an_order_whole(session: Session, listing: Listing, sent: list[str]) -> None:
    known = shipped(listing)
    order = get_order(session, EVERYTHING, f" {known.number.lower().replace('-', '')} ")
    assert len(sent) <= 8
    assert order is not None
    assert (order.number, order.status, order.total) == (known.number, known.status, known.total)
    assert (order.channel_order_id, order.channel, order.store_code) == (known.channel_order_id, "shopee", "rona")
    assert (order.contact.name, order.contact.email) == (known.buyer, known.email)
    assert order.local_date == known.local_date
    assert order.token is not None
    assert decode_token(order.token) == known.token
    assert [(line.name, line.quantity, line.total) for line in order.lines] == [
        ("Kemeja Batik", 2, 2000),
        ("Kain Tenun", 1, 1000),
    ]
    assert [entry.seq for entry in order.history] == [3, 2, 1]
    assert [entry.kind for entry in order.history] == [HistoryKind.PACKING, HistoryKind.GENERAL, HistoryKind.GENERAL]
    assert dict(order.history[1].changes) == {"payment_status": ("unpaid", "paid")}
    assert (order.history[1].actor_kind, order.history[1].actor_name) == (ActorKind.PERSON, "Sari")
    assert order.shipment is not None
    assert order.shipment.tracking_number == known.tracking
    assert [payment.amount for payment in order.payments] == [known.total]


def test_an_order_outside_the_scope_does_not_exist(session: Session, listing: Listing) -> None:
    known = shipped(listing)
    elsewhere = Scope(frozenset({listing.accounts["kecil", "manual"]}))
    assert get_order(session, elsewhere, known.number) is None
    other = next(o for o in listing.orders if o.warehouse != "cakung")
    assert get_order(session, Scope(warehouse_id=listing.warehouses["cakung"]), other.number) is None
    assert get_order(session, EVERYTHING, "261121-00000000") is None
    assert get_order(session, EVERYTHING, "what") is None


def test_restricted_people_see_neither_prices_nor_the_address_for_mail(session: Session, listing: Listing) -> None:
    known = next(
        o for o in listing.orders if o.warehouse == "cakung" and o.payment_status is PaymentStatus.PAID and o.email
    )
    scope = Scope(warehouse_id=listing.warehouses["cakung"], restricted=True)
    order = get_order(session, scope, known.number)
    assert order is not None
    assert (order.subtotal, order.shipping_fee, order.discount, order.total) == (None, None, None, None)
    assert {(line.unit_price, line.total) for line in order.lines} == {(None, None)}
    assert {payment.amount for payment in order.payments} == {None}
    assert (order.contact.email, order.token) == (None, None)
    assert order.contact.phone == known.phone


def test_what_the_buyer_sees(session: Session, listing: Listing, sent: list[str]) -> None:
    known = shipped(listing)
    summary = summary_by_token(session, known.token)
    assert len(sent) <= 2
    assert summary is not None
    assert (summary.number, summary.status, summary.total) == (known.number, known.status, known.total)
    assert (summary.store_name, summary.timezone, summary.locale) == ("Rona Batik", "Asia/Jakarta", "id")
    assert summary.tracking_number == known.tracking
    assert [(line.name, line.quantity, line.total) for line in summary.lines] == [
        ("Kemeja Batik", 2, 2000),
        ("Kain Tenun", 1, 1000),
    ]
    assert summary.phone == known.phone[:4] + "•" * (len(known.phone) - 6) + known.phone[-2:]
    assert summary.address == ("Jl. •••", "Mampang", "Jakarta Selatan", "DKI Jakarta 127••")
    assert known.email not in str(summary)
    assert "12A" not in str(summary)


def test_the_buyer_sees_only_what_was_sent(session: Session, listing: Listing) -> None:
    told = next(o for o in listing.orders if o.id % 2 == 0)
    summary = summary_by_token(session, told.token)
    assert summary is not None
    assert [(event.status, event.comment) for event in summary.events] == [(told.status, "Sudah dikemas")]
    kept = next(o for o in listing.orders if o.id % 2)
    summary = summary_by_token(session, kept.token)
    assert summary is not None
    assert summary.events == ()
    assert summary_by_token(session, bytes(16)) is None


def test_names_are_masked() -> None:
    assert mask_name("Dewi Lestari") == "De•• Les••••"
    assert mask_name("박지훈") == "박지•"
    assert mask_name("") == ""


def test_the_figures_of_the_start_page(session: Session, listing: Listing, sent: list[str]) -> None:
    figures = dashboard(session, EVERYTHING, NOW)
    assert len(sent) <= 10
    today = local_day(NOW, "Asia/Jakarta")
    assert (figures.today, figures.timezone) == (today, "Asia/Jakarta")
    assert [row.number for row in figures.latest] == [order.number for order in listing.orders[:10]]
    counts = {counter.task: counter.count for counter in figures.counters}
    unpaid = [o for o in listing.orders if o.status in TABS["new"] and o.payment_status is PaymentStatus.UNPAID]
    assert list(counts) == list(Task)
    assert counts == {
        Task.OVERDUE: sum(o.status in TO_SHIP and o.ship_by is not None and o.ship_by < NOW for o in listing.orders),
        Task.TO_ACCEPT: sum(o.awaiting for o in listing.orders),
        Task.TO_REVIEW: sum(o.payment_status is PaymentStatus.UNDER_REVIEW for o in listing.orders),
        Task.TO_SHIP: sum(o.status in TO_SHIP for o in listing.orders),
        Task.UNPAID: sum(o.local_date < today for o in unpaid),
        Task.NEW_TODAY: sum(o.local_date == today for o in listing.orders),
        Task.FAILED_JOBS: 0,
    }
    per_day = [sum(o.local_date == today - timedelta(days=n) for o in listing.orders) for n in range(60)]
    assert [day.orders for day in figures.days] == per_day[:30][::-1]
    assert [day.orders for day in figures.days_before] == per_day[30:][::-1]
    assert figures.days[-1].day == today
    assert figures.orders_today == per_day[0]


def test_each_counter_is_the_count_of_its_list(session: Session, listing: Listing) -> None:
    rona = frozenset(n for (store, _), n in listing.accounts.items() if store == "rona")
    for scope in (EVERYTHING, Scope(rona), Scope(warehouse_id=listing.warehouses["bekasi"], restricted=True)):
        figures = dashboard(session, scope, NOW)
        for counter in figures.counters:
            if counter.filter is not None:
                assert count_orders(session, scope, counter.filter, now=NOW) == counter.count, counter.task


def test_a_warehouse_has_its_own_start_page(session: Session, listing: Listing) -> None:
    figures = dashboard(session, Scope(warehouse_id=listing.warehouses["cakung"], restricted=True), NOW)
    assert [counter.task for counter in figures.counters] == [Task.OVERDUE, Task.TO_SHIP]
    assert (figures.days, figures.days_before, figures.orders_today) == ((), (), 0)
    assert {row.total for row in figures.latest} == {None}


def test_an_empty_installation_has_a_start_page(session: Session) -> None:
    session.connection().execute(text("select 1"))
    figures = dashboard(session, Scope(frozenset()), NOW)
    assert figures.timezone == "UTC"
    assert {counter.count for counter in figures.counters} == {0}
    assert figures.latest == []
