"""Random orders for the tests of the list, and what they are in plain Python, against which its answers are held."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, insert, text

from webapp.domain.actors import Scope
from webapp.domain.days import local_day
from webapp.domain.numbers import new_order_number, random_part
from webapp.domain.order_status import TABS, TO_SHIP, OrderStatus
from webapp.domain.payment import PaymentMethod, PaymentStatus
from webapp.domain.words import phone_key, search_doc, search_words
from webapp.models import (
    ChannelAccount,
    Order,
    OrderChannel,
    OrderContact,
    OrderHistory,
    OrderLine,
    OrderTag,
    OrderTotalChange,
    Payment,
    Shipment,
    Store,
    Tag,
    User,
    Warehouse,
)
from webapp.models.types import to_ms
from webapp.services.orders.filters import DateKind, ListFilter, Printed, Sort
from webapp.services.totals import fold

NOW = datetime(2026, 11, 21, 6, 50, tzinfo=UTC)
ORDERS = 700
S, P, M = OrderStatus, PaymentStatus, PaymentMethod

STORES = (
    ("rona", "Rona Batik", "Asia/Jakarta", "IDR",
     (("manual", None), ("form", None), ("shopee", "7001"), ("tokopedia", "88"))),
    ("onyu", "온유상점", "Asia/Seoul", "KRW", (("manual", None), ("naver_smartstore", "n1"))),
    ("kecil", "Toko Kecil", "Asia/Jakarta", "IDR", (("manual", None),)),
)  # fmt: skip
_WEIGHTS = (30, 20, 25, 10, 10, 8, 2)
_NAMES = (
    "Siti Nurhaliza",
    "Budi Santoso",
    "Dewi Lestari",
    "김민수",
    "박지훈",
    "Siti Santoso",
    "Agus 100%_\\",
    "Ketut Ayu",
)
PEOPLE = ("sari@example.com", "joko@example.com")
TAGS = ("vip", "fragile", "선물")
_COURIERS = ("jne", "sicepat", "cj_logistics", None)
_STATUSES = {
    S.CREATED: 5, S.PENDING: 15, S.CONFIRMED: 8, S.IN_PROCESS: 6, S.READY_TO_SHIP: 4, S.SHIPPED: 15, S.COMPLETED: 40,
    S.RTS: 1, S.CLOSED: 2, S.CANCELED: 10,
}  # fmt: skip


@dataclass(slots=True)
class Known:
    """One order as the tests know it."""

    id: int
    number: str
    account_id: int
    store: str
    channel: str
    account: str
    status: OrderStatus
    payment_status: PaymentStatus
    payment_method: PaymentMethod | None
    ordered_at: datetime
    local_date: date
    ship_by: datetime | None
    arranged: bool
    label: bool
    invoice: bool
    awaiting: bool
    warehouse: str | None
    warehouse_id: int | None
    total: int
    currency: str
    buyer: str
    phone: str
    email: str
    couriers: set[str]
    doc: str
    token: bytes
    channel_order_id: str | None
    tracking: str | None
    zone: str
    updated_at: datetime
    assigned: str | None = None
    tags: set[str] = field(default_factory=set)
    skus: set[str] = field(default_factory=set)
    shipped_at: list[datetime] = field(default_factory=list)
    paid_at: datetime | None = None

    @property
    def place(self) -> tuple[datetime, int]:
        """Where it stands in the list."""
        return self.ordered_at, self.id


@dataclass(slots=True)
class Listing:
    """The database and what is in it, newest first."""

    engine: Engine
    orders: list[Known]
    accounts: dict[tuple[str, str], int] = field(default_factory=dict)
    warehouses: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    tags: dict[str, int] = field(default_factory=dict)


def matching(listing: Listing, scope: Scope, flt: ListFilter) -> list[Known]:
    """The orders that the filter asks for, by looking at each of them."""
    words = [word for word in search_words(flt.q) if not word.too_short]
    # None of the people is of a warehouse, so restricted readers can't ask for them.
    assigned = {"none"} & set(flt.assigned) if scope.restricted else set(flt.assigned)
    asks: list[Callable[[Known], bool]] = [
        lambda o: scope.covers(o.account_id, o.warehouse_id),
        lambda o: flt.tab is None or o.status in TABS[flt.tab],
        lambda o: not flt.status or o.status in flt.status,
        lambda o: not flt.payment_status or o.payment_status in flt.payment_status,
        lambda o: not flt.payment_method or o.payment_method in flt.payment_method,
        lambda o: not flt.store or o.store in flt.store,
        lambda o: not flt.channel or o.channel in flt.channel,
        lambda o: not flt.account or o.account in flt.account,
        lambda o: not flt.courier or bool(o.couriers & set(flt.courier)),
        lambda o: not flt.warehouse or o.warehouse in flt.warehouse,
        lambda o: not flt.printed or any(printed(o, p) for p in flt.printed),
        lambda o: flt.arranged is None or o.arranged is flt.arranged,
        lambda o: not flt.overdue or (o.status in TO_SHIP and o.ship_by is not None and o.ship_by < NOW),
        lambda o: not flt.awaiting or o.awaiting,
        lambda o: not flt.sku or bool(o.skus & {sku.upper() for sku in flt.sku}),
        lambda o: not flt.tag or bool(o.tags & set(flt.tag)),
        lambda o: not flt.assigned or (o.assigned or "none") in assigned,
        lambda o: (
            (flt.first_day is None and flt.last_day is None) or any(within(flt, day) for day in days(o, flt.date))
        ),
        lambda o: all(any(form in o.doc for form in word.forms) for word in words),
    ]
    found = [order for order in listing.orders if all(ask(order) for ask in asks)]
    return sorted(found, key=lambda order: place(order, flt.sort), reverse=flt.sort.descending)


def place(order: Known, sort: Sort) -> tuple[datetime, int]:
    moment = {"ordered_at": order.ordered_at, "updated_at": order.updated_at, "ship_by": order.ship_by}[sort.column]
    assert moment is not None
    return moment, order.id


def days(order: Known, kind: DateKind) -> list[date]:
    moments = {
        DateKind.PAID: [order.paid_at] if order.paid_at else [],
        DateKind.SHIPPED: order.shipped_at,
        DateKind.UPDATED: [order.updated_at],
    }
    if kind is DateKind.ORDERED:
        return [order.local_date]
    return [local_day(moment, order.zone) for moment in moments[kind]]


def within(flt: ListFilter, day: date) -> bool:
    return (flt.first_day is None or day >= flt.first_day) and (flt.last_day is None or day <= flt.last_day)


def printed(order: Known, wanted: Printed) -> bool:
    return {
        Printed.LABEL: order.label,
        Printed.NO_LABEL: not order.label,
        Printed.INVOICE: order.invoice,
        Printed.NO_INVOICE: not order.invoice,
    }[wanted]


def fill(engine: Engine) -> Listing:
    """Put the orders into an empty database."""
    chance = random.Random(7)
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        listing = Listing(engine, [])
        places = _places(connection, listing)
        for order_id in range(1, ORDERS + 1):
            listing.orders.append(_order(chance, order_id, *chance.choices(places, _WEIGHTS)[0], listing))
        _mark(random.Random(8), listing.orders)
        _insert(connection, chance, listing)
        _insert_totals(connection, listing.orders[: ORDERS // 2])
    fold(engine)
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        _insert_totals(connection, listing.orders[ORDERS // 2 :])  # these stay unfolded
        connection.execute(text("analyze"))
    listing.orders.sort(key=lambda order: order.place, reverse=True)
    return listing


def _places(connection: Connection, listing: Listing) -> list[tuple[int, str, str, str | None]]:
    places = []
    for code in ("cakung", "bekasi"):
        made = (
            insert(Warehouse).values(created_at=NOW, name=code.title(), code=code, address="").returning(Warehouse.id)
        )
        listing.warehouses[code] = connection.execute(made).scalar_one()
    for email in PEOPLE:
        person = insert(User).values(
            created_at=NOW, email=email, name=email.partition("@")[0].title(), password_hash="", locale="id",
            role="admin", all_stores=True,
        )  # fmt: skip
        listing.people[email] = connection.execute(person.returning(User.id)).scalar_one()
    for code in TAGS:
        tag = insert(Tag).values(created_at=NOW, code=code, name=code.title()).returning(Tag.id)
        listing.tags[code] = connection.execute(tag).scalar_one()
    for code, name, zone, currency, accounts in STORES:
        store = insert(Store).values(
            created_at=NOW, name=name, code=code, timezone=zone, currency=currency, locale="id",
            email=f"{code}@example.com", ship_within_days=2,
        )  # fmt: skip
        store_id = connection.execute(store.returning(Store.id)).scalar_one()
        for channel, external in accounts:
            account = insert(ChannelAccount).values(
                created_at=NOW, store_id=store_id, channel=channel, name=f"{name} {channel}", external_id=external,
                settings={}, state="active",
            )  # fmt: skip
            account_id = connection.execute(account.returning(ChannelAccount.id)).scalar_one()
            listing.accounts[code, channel] = account_id
            places.append((account_id, code, channel, external))
    return places


def _order(
    chance: random.Random, order_id: int, account_id: int, store: str, channel: str, external: str | None,
    listing: Listing,
) -> Known:  # fmt: skip
    zone, currency = next((z, c) for code, _, z, c, _ in STORES if code == store)
    # Many orders of files with bare dates share one millisecond; ids do not follow time.
    ordered_at = NOW - timedelta(days=chance.choice((chance.random() * 3, chance.random() * 70)))
    ordered_at = ordered_at.replace(microsecond=0)
    if chance.random() < 0.3:
        ordered_at = ordered_at.replace(hour=0, minute=0, second=0)
    status = chance.choices(tuple(_STATUSES), tuple(_STATUSES.values()))[0]
    paid = (
        P.PAID
        if status in (S.SHIPPED, S.COMPLETED, S.RTS)
        else chance.choice((P.UNPAID, P.UNPAID, P.UNDER_REVIEW, P.PAID))
    )
    warehouse = chance.choice(("cakung", "bekasi", None, None))
    buyer = chance.choice(_NAMES)
    phone = f"08{chance.choice((12, 21, 78))}{chance.randrange(10**7, 10**8)}"
    number = new_order_number(local_day(ordered_at, zone), chance.getrandbits(40))
    channel_order_id = f"INV/2026/{order_id:05}" if external else None
    tracking = f"JP{chance.randrange(10**9, 10**10)}" if status in (S.SHIPPED, S.COMPLETED, S.RTS) else None
    email = f"buyer{order_id}@example.com" if chance.random() < 0.8 else ""
    key = phone_key(phone, "ID")
    return Known(
        id=order_id, number=number, account_id=account_id, store=store, channel=channel,
        account=f"{channel}:{external or store}", status=status, payment_status=paid,
        payment_method=None if status is S.CREATED else chance.choice((M.BANK_TRANSFER, M.QRIS, M.COD)),
        ordered_at=ordered_at, local_date=local_day(ordered_at, zone),
        ship_by=ordered_at + timedelta(days=2) if status in TO_SHIP else None,
        arranged=status in TO_SHIP and chance.random() < 0.5, label=chance.random() < 0.3,
        invoice=chance.random() < 0.2,
        awaiting=status is S.PENDING and chance.random() < 0.3, warehouse=warehouse,
        warehouse_id=listing.warehouses[warehouse] if warehouse else None, total=chance.randrange(10, 900) * 1000,
        currency=currency, buyer=buyer, phone=phone, email=email, couriers=set(),
        doc=search_doc(random_part(number), channel_order_id, buyer, key, email, tracking, f"SKU-{order_id % 17}"),
        token=chance.randbytes(16), channel_order_id=channel_order_id, tracking=tracking, zone=zone,
        updated_at=ordered_at,
    )  # fmt: skip


def _mark(chance: random.Random, orders: list[Known]) -> None:
    """Whom each order is assigned to, its tags, its second item, and what happened to it when."""
    for o in orders:
        since = NOW - o.ordered_at
        o.updated_at = (o.ordered_at + since * chance.random()).replace(microsecond=0)
        o.assigned = chance.choice((*PEOPLE, None, None, None))
        o.tags = set(chance.sample(TAGS, chance.choice((0, 0, 0, 1, 1, 2))))
        o.skus = {f"SKU-{o.id % 17}", f"SKU-{chance.choice((o.id, o.id + 5)) % 17}"}
        if o.payment_status is P.PAID:
            o.paid_at = o.ordered_at + since * chance.random() / 3


def _insert(connection: Connection, chance: random.Random, listing: Listing) -> None:
    orders = listing.orders
    stores = {code: n for n, (code, *_) in enumerate(STORES, 1)}
    rows: dict[Any, list[dict[str, Any]]] = {
        model: [] for model in (Order, OrderContact, OrderChannel, OrderLine, OrderHistory, Shipment, Payment, OrderTag)
    }
    for o in orders:
        copied = {"account_id": o.account_id, "ordered_at": o.ordered_at}
        rows[Order].append(
            {
                "id": o.id, "created_at": o.ordered_at, **copied, "store_id": stores[o.store], "number": o.number,
                "status": o.status.value, "payment_status": o.payment_status.value,
                "payment_method": o.payment_method.value if o.payment_method else None, "digital": False,
                "currency": o.currency, "subtotal": o.total, "shipping_fee": 0, "discount": 0, "total": o.total,
                "item_count": 3, "local_date": o.local_date, "updated_at": o.updated_at, "version": 2,
                "acceptance": "awaiting" if o.awaiting else "not_needed", "on_hold": False, "ship_by": o.ship_by,
                "arranged_at": NOW if o.arranged else None, "label_printed_at": NOW if o.label else None,
                "invoice_printed_at": NOW if o.invoice else None, "warehouse_id": o.warehouse_id,
                "returns_withdrawn": False, "assigned_to": listing.people[o.assigned] if o.assigned else None,
            }
        )  # fmt: skip
        rows[OrderContact].append(
            {
                "order_id": o.id, "public_token": o.token, "buyer_name": o.buyer, "buyer_phone": o.phone,
                "phone_key": phone_key(o.phone, "ID"), "buyer_email": o.email or None,
                "address": "Jl. Kemang Raya No. 12A",
                "district": "Mampang", "city": "Jakarta Selatan", "province": "DKI Jakarta", "postal_code": "12730",
                "country": "ID", "note": None, "locale": "id",
            }
        )  # fmt: skip
        if o.channel_order_id:
            rows[OrderChannel].append(
                {"order_id": o.id, "account_id": o.account_id, "channel_order_id": o.channel_order_id}
            )
        rows[OrderTag] += [{"tag_id": listing.tags[code], "order_id": o.id, **copied} for code in o.tags]
        for no, (name, quantity) in enumerate((("Kemeja Batik", 2), ("Kain Tenun", 1)), 1):
            rows[OrderLine].append(
                {
                    "order_id": o.id, "line_no": no, "sku": (min(o.skus), max(o.skus))[no - 1], "name": name,
                    "quantity": quantity,
                    "unit_price": 1000, "digital": False, **copied,
                }
            )  # fmt: skip
        for seq, comment, notify, kind in ((1, "", False, "general"), (2, "Sudah dikemas", o.id % 2 == 0, "general"),
                                           (3, "rak 7", True, "packing")):  # fmt: skip
            rows[OrderHistory].append(
                {
                    "order_id": o.id, "seq": seq, "kind": kind, "from_status": None, "comment": comment,
                    "notify": notify,
                    "to_status": {1: "created", 2: o.status.value, 3: None}[seq], "override": None,
                    "changes": {"payment_status": ["unpaid", "paid"]} if seq == 2 else None, "actor_kind": "person",
                    "actor_name": "Sari", "at": o.ordered_at + timedelta(hours=seq),
                }
            )  # fmt: skip
        parcels = _parcels(chance, o)
        rows[Shipment] += [
            {**parcel, **copied, "order_id": o.id, "created_at": NOW, "method": "manual"} for parcel in parcels
        ]
        if o.payment_status is P.PAID:
            rows[Payment].append(
                {
                    "created_at": NOW, "order_id": o.id, "method": "qris", "provider_ref": f"ref-{o.id}",
                    "amount": o.total, "currency": o.currency, "state": "paid", "paid_at": o.paid_at, **copied,
                }
            )  # fmt: skip
    for model, listed in rows.items():
        connection.execute(insert(model), listed)
    _insert_search(connection, orders)


def _parcels(chance: random.Random, order: Known) -> list[dict[str, Any]]:
    """None, one, or an earlier one that came back or was canceled and the one that counts."""
    if order.status not in (S.SHIPPED, S.COMPLETED, S.RTS, S.READY_TO_SHIP):
        return []
    parcels: list[dict[str, Any]] = []
    courier = chance.choice(_COURIERS)
    if chance.random() < 0.2:
        state = chance.choice(("returned", "canceled"))
        parcels.append({"state": state, "courier": courier, "tracking_number": f"OLD{order.id}"})
        if state == "returned" and courier:
            order.couriers.add(courier)
        courier = chance.choice((courier, *_COURIERS))
    state = {S.RTS: "returned", S.READY_TO_SHIP: "label_printed"}.get(order.status, "dispatched")
    parcels.append({"state": state, "courier": courier, "tracking_number": order.tracking})
    if courier:
        order.couriers.add(courier)
    for n, parcel in enumerate(parcels):
        left = state != "label_printed" or n < len(parcels) - 1
        parcel["dispatched_at"] = (
            order.ordered_at + (NOW - order.ordered_at) * (order.id % 7 + n) / 10 if left else None
        )
        if left and parcel["state"] != "canceled":
            order.shipped_at.append(parcel["dispatched_at"])
    return parcels


def _insert_search(connection: Connection, orders: list[Known]) -> None:
    if connection.dialect.name == "postgresql":
        sql = "insert into order_search (order_id, account_id, ordered_at, doc) values (:id, :account, :at, :doc)"
        rows = [{"id": o.id, "account": o.account_id, "at": o.ordered_at, "doc": o.doc} for o in orders]
        connection.execute(text(sql), rows)
        return
    sql = (
        "insert into order_search (sort_key, order_id, account_id, ordered_at, doc) values (coalesce((select"
        " max(sort_key) + 1 from order_search where sort_key between :key and :key + 1048575), :key), :id, :account,"
        " :at, :doc)"
    )
    for o in orders:
        ms = to_ms(o.ordered_at)
        values = {"key": ms << 20, "id": o.id, "account": o.account_id, "at": ms, "doc": o.doc}
        connection.execute(text(sql), values)


def _insert_totals(connection: Connection, orders: list[Known]) -> None:
    rows = [
        {
            "local_date": o.local_date, "account_id": o.account_id, "status": o.status.value,
            "payment_status": o.payment_status.value, "currency": o.currency, "orders": 1, "total": o.total,
        }
        for o in orders
    ]  # fmt: skip
    connection.execute(insert(OrderTotalChange), rows)
