"""A plain recount from the orders, against which everything that is kept beside them is held.

Nothing here uses what the program counts with: rows are read whole and added up in Python.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from webapp.domain.actors import Scope
from webapp.domain.order_status import TABS, OrderStatus
from webapp.domain.payment import PaymentStatus
from webapp.services.orders.create import Buyer, phone_key_of
from webapp.services.orders.filters import ListFilter
from webapp.services.orders.overview import Overview, read_overview
from webapp.services.orders.query import count_orders, list_orders, tab_counts
from webapp.services.orders.write_search import order_doc
from webapp.services.statements import day_of

TODAY = date(2026, 11, 21)


@dataclass(frozen=True, slots=True)
class Counted:
    """One order with what filters and sums ask about it."""

    id: int
    number: str
    account_id: int
    store: str
    channel: str
    status: OrderStatus
    payment_status: PaymentStatus
    currency: str
    total: int
    day: date
    version: int
    warehouse_id: int | None
    assigned: str | None
    buyer: str
    tags: frozenset[str]
    couriers: frozenset[str]


def count_all(connection: Connection) -> list[Counted]:
    """Every order, by id."""
    tags, couriers = defaultdict(set), defaultdict(set)
    for order_id, code in rows(
        connection, "select x.order_id, t.code from order_tags x join tags t on t.id = x.tag_id"
    ):
        tags[order_id].add(code)
    for order_id, courier in rows(connection, "select order_id, courier from shipments where state <> 'canceled'"):
        couriers[order_id].add(courier)
    return [
        Counted(
            r[0], r[1], r[2], r[3], r[4], OrderStatus(r[5]), PaymentStatus(r[6]), r[7], r[8], day_of(r[9]), r[10],
            r[11], r[12], r[13], frozenset(tags[r[0]]), frozenset(couriers[r[0]] - {None}),
        )
        for r in rows(
            connection,
            "select o.id, o.number, o.account_id, s.code, a.channel, o.status, o.payment_status, o.currency, o.total,"
            " o.local_date, o.version, o.warehouse_id, u.email, c.buyer_name from orders o"
            " join stores s on s.id = o.store_id join channel_accounts a on a.id = o.account_id"
            " join order_contacts c on c.order_id = o.id left join users u on u.id = o.assigned_to order by o.id",
        )
    ]  # fmt: skip


def rows(connection: Connection, sql: str) -> Sequence[Any]:
    return connection.execute(text(sql)).all()


def differences(connection: Connection, scopes: Sequence[Scope], now: datetime) -> list[str]:
    """Everything kept beside the orders that is not what the orders say, in words; nothing if all is true."""
    orders = count_all(connection)
    found = [f"totals: {each}" for each in _totals(connection, orders)]
    found += [f"history: {each}" for each in _history(connection, orders)]
    found += [f"amounts: {each}" for each in _amounts(connection)]
    found += [f"payments: {each}" for each in _payments(connection, orders)]
    found += [f"copies: {each}" for each in _copies(connection)]
    found += [f"search: {each}" for each in _search(connection)]
    with Session(connection) as session:
        for scope in scopes:
            for flt in FILTERS:
                listed = [order for order in orders if is_listed(order, scope, flt)]
                found += [f"{scope} {flt.to_params()}: {each}" for each in _shown(session, scope, flt, listed, now)]
            for flt in (flt for flt in FILTERS if not flt.statuses and _by_totals(flt)):
                listed = [order for order in orders if is_listed(order, scope, flt)]
                wanted = {"all": len(listed)} | {tab: _in(listed, statuses) for tab, statuses in TABS.items()}
                shown = {tab: int(count) for tab, count in tab_counts(session, scope, flt).items()}
                if shown != wanted:
                    found.append(f"tabs {scope} {flt.to_params()}: {shown}, not {wanted}")
    return found


S, P = OrderStatus, PaymentStatus
_MONTH = {"first_day": date(2026, 10, 3), "last_day": date(2026, 11, 9)}
FILTERS: tuple[ListFilter, ...] = (
    ListFilter(),
    *(ListFilter(tab=tab) for tab in TABS),
    ListFilter(store=("onyu",)),
    ListFilter(channel=("shopee",), tab="to_ship"),
    ListFilter(payment_status=(P.UNPAID, P.UNDER_REVIEW)),
    ListFilter(payment_status=(P.PAID,), status=(S.CONFIRMED, S.SHIPPED)),
    ListFilter(**_MONTH),
    ListFilter(**_MONTH, store=("rona",), status=(S.PENDING,)),
    ListFilter(last_day=date(2026, 10, 31), payment_status=(P.PAID,)),
    ListFilter(tag=("vip",)),
    ListFilter(assigned=("cs@example.com",), status=(S.CONFIRMED, S.PENDING)),
    ListFilter(courier=("jne",)),
    ListFilter(q="budi", store=("rona",)),
)
"""What is compared in each scope: made of what totals know, and of what they do not."""


def is_listed(order: Counted, scope: Scope, flt: ListFilter) -> bool:
    """Whether the list shows the order, by looking at it."""
    asks: list[Callable[[], bool]] = [
        lambda: scope.covers(order.account_id, order.warehouse_id),
        lambda: flt.statuses is None or order.status in flt.statuses,
        lambda: not flt.payment_status or order.payment_status in flt.payment_status,
        lambda: not flt.store or order.store in flt.store,
        lambda: not flt.channel or order.channel in flt.channel,
        lambda: flt.first_day is None or order.day >= flt.first_day,
        lambda: flt.last_day is None or order.day <= flt.last_day,
        lambda: not flt.tag or bool(order.tags & set(flt.tag)),
        # Nobody whom the lists below name is of a warehouse: restricted readers can't ask for them.
        lambda: not flt.assigned or (order.assigned in flt.assigned and not scope.restricted),
        lambda: not flt.courier or bool(order.couriers & set(flt.courier)),
        lambda: flt.q in order.buyer.lower(),
    ]
    return all(ask() for ask in asks)


def _by_totals(flt: ListFilter) -> bool:
    return not (flt.tag or flt.assigned or flt.courier or flt.q)


def _in(orders: Sequence[Counted], statuses: frozenset[OrderStatus]) -> int:
    return sum(order.status in statuses for order in orders)


def _shown(session: Session, scope: Scope, flt: ListFilter, listed: Sequence[Counted], now: datetime) -> Iterator[str]:
    for name, count in (
        ("count", count_orders(session, scope, flt, now=now)),
        ("list", list_orders(session, scope, flt, limit=1, now=now).count),
    ):
        assert count is not None
        if int(count) != len(listed) or not count.exact:
            yield f"{name} {count!r}, not {len(listed)}"
    shown = read_overview(session, scope, flt, now=now, today=TODAY, calculate=True)
    yield from compare_overview(shown, listed, restricted=scope.restricted)


def compare_overview(shown: Overview, listed: Sequence[Counted], *, restricted: bool = False) -> Iterator[str]:
    """What of an overview is not what the listed orders come to."""
    worth = Counter(order.currency for order in listed)
    totals: Counter[str] = Counter()
    for order in listed:
        totals[order.currency] += order.total
    by_day = Counter(order.day for order in listed)
    compared: dict[str, tuple[object, object]] = {
        "whole": (shown.whole, True),
        "orders": (shown.orders, len(listed)),
        "statuses": (dict(shown.statuses), dict(Counter(order.status for order in listed))),
        "worth": (
            {w.currency: (w.orders, w.total) for w in shown.worth},
            {} if restricted else {currency: (n, totals[currency]) for currency, n in worth.items()},
        ),
        "days": ({d.day: d.orders for d in shown.days}, {d.day: by_day[d.day] for d in shown.days}),
    }
    for name, (is_, should) in compared.items():
        if is_ != should:
            yield f"overview {name} {is_}, not {should}"


def _totals(connection: Connection, orders: Sequence[Counted]) -> Iterator[str]:
    """The folded totals, and the changes that wait to be folded on top of them, of every grain."""
    counted: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0])
    kept: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0])

    def put(into: dict[tuple[Any, ...], list[int]], key: tuple[Any, ...], n: int, total: int) -> None:
        into[key][0] += n
        into[key][1] += total

    def each_grain(day: date) -> tuple[tuple[str, date], ...]:
        return ("day", day), ("month", day.replace(day=1)), ("all", date(1970, 1, 1))

    for o in orders:
        for grain in each_grain(o.day):
            put(counted, (*grain, o.account_id, o.status.value, o.payment_status.value, o.currency), 1, o.total)
    group = "account_id, status, payment_status, currency, orders, total"
    for grain, period, *rest, n, total in rows(connection, f"select grain, period, {group} from order_totals"):
        put(kept, (grain, day_of(period), *rest), n, total)
    for day, *rest, n, total in rows(connection, f"select local_date, {group} from order_totals_changes"):
        for grain in each_grain(day_of(day)):
            put(kept, (*grain, *rest), n, total)
    for key in sorted(counted.keys() | kept.keys(), key=str):
        if counted[key] != kept[key]:
            yield f"{key} {kept[key]}, not {counted[key]}"


def _history(connection: Connection, orders: Sequence[Counted]) -> Iterator[str]:
    entries: dict[int, list[Any]] = defaultdict(list)
    for row in rows(
        connection, "select order_id, seq, from_status, to_status from order_history order by order_id, seq"
    ):
        entries[row.order_id].append(row)
    for order in orders:
        mine = entries.pop(order.id, [])
        if [entry.seq for entry in mine] != list(range(1, order.version + 1)):
            yield f"{order.number} has version {order.version} and entries {[entry.seq for entry in mine]}"
        elif mine[-1].to_status != order.status.value:
            yield f"{order.number} is {order.status}, its history ends with {mine[-1].to_status}"
        for before, after in pairwise(mine):
            if after.from_status != before.to_status:
                yield f"{order.number} goes on from {after.from_status} after {before.to_status}"
    for order_id in entries:
        yield f"of no order: {order_id}"


def _amounts(connection: Connection) -> Iterator[str]:
    sql = (
        "select o.number from orders o left join (select order_id, sum(quantity * unit_price) goods, sum(quantity) n"
        " from order_lines group by 1) l on l.order_id = o.id"
        " where o.subtotal <> coalesce(l.goods, -1) or o.item_count <> coalesce(l.n, -1)"
        " or o.total <> o.subtotal + o.shipping_fee - o.discount"
    )
    for row in rows(connection, sql):
        yield f"{row.number} does not come to what its lines do"


def _payments(connection: Connection, orders: Sequence[Counted]) -> Iterator[str]:
    paid = Counter(row[0] for row in rows(connection, "select order_id from payments where state = 'paid'"))
    for order in orders:
        if paid[order.id] != (order.payment_status is PaymentStatus.PAID):
            yield f"{order.number} is {order.payment_status} with {paid[order.id]} payments"


def _copies(connection: Connection) -> Iterator[str]:
    """What facet tables repeat of their order so that filters page like the list."""
    for table in ("order_lines", "shipments", "order_tags", "payments", "order_search"):
        sql = (
            f"select o.id, x.order_id from {table} x left join orders o on o.id = x.order_id"
            " where o.id is null or x.account_id <> o.account_id or x.ordered_at <> o.ordered_at"
        )
        for row in rows(connection, sql):
            yield f"{table} of {row.order_id}"


def _search(connection: Connection) -> Iterator[str]:
    """Each order has one searched text, with the words that it would get if it were new."""
    skus, parcels = defaultdict(list), defaultdict(list)
    for order_id, sku in rows(connection, "select order_id, sku from order_lines order by order_id, line_no"):
        skus[order_id].append(sku)
    sql = "select order_id, tracking_number from shipments where tracking_number is not null"
    for order_id, number in rows(connection, sql):
        parcels[order_id].append(number)
    docs: dict[int, list[str]] = defaultdict(list)
    for order_id, doc in rows(connection, "select order_id, doc from order_search"):
        docs[order_id].append(doc)
    sql = (
        "select o.id, o.number, o.currency, h.channel_order_id, c.buyer_name, c.buyer_phone, c.buyer_email, c.country"
        " from orders o join order_contacts c on c.order_id = o.id left join order_channel h on h.order_id = o.id"
    )
    for order_id, number, currency, channel_id, name, phone, email, country in rows(connection, sql):
        buyer = Buyer(name, phone, email or "", country=country)
        key = phone_key_of(buyer, currency)
        wanted = order_doc(number, channel_id, (name, email or ""), key, skus[order_id], parcels[order_id])
        kept = docs.pop(order_id, [])
        if len(kept) != 1 or sorted(kept[0].split()) != sorted(wanted.split()):
            yield f"{number} has {kept}, not {wanted!r}"
    for order_id in docs:
        yield f"of no order: {order_id}"
