"""Creating orders: by hand, from files, the API and channels alike. Ids first, then one write per table."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from webapp.domain.actors import Actor
from webapp.domain.days import cut_ms, local_day
from webapp.domain.errors import Code, Refused
from webapp.domain.money import LARGEST
from webapp.domain.numbers import RANDOM_BITS, TOKEN_BYTES, new_order_number
from webapp.domain.order_status import TO_SHIP, Acceptance, OrderStatus
from webapp.domain.payment import PaymentMethod, PaymentState, PaymentStatus
from webapp.domain.permissions import Permission
from webapp.domain.words import home_country, phone_key
from webapp.models import ChannelAccount, HistoryKind, Store
from webapp.services.orders.write_changes import Totals, add, append_totals
from webapp.services.orders.write_search import insert_search, order_doc
from webapp.services.sets import RowSet, any_of, db_time, many, row_time, rows_beside, take_ids
from webapp.services.unit_of_work import UnitOfWork, unit_of_work

MOST_PIECES = 1_000_000
"""The largest quantity of one line."""
MOST_IN_ALL = 2**31 - 1
"""The largest quantity of all lines together: its column is a 32-bit integer."""


@dataclass(frozen=True, slots=True)
class NewLine:
    """One item to order; `unit_price` in minor units of the store's currency."""

    name: str
    quantity: int
    unit_price: int
    sku: str | None = None
    digital: bool = False


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys and where it goes. Phone and e-mail as typed."""

    name: str
    phone: str = ""
    email: str = ""
    address: str = ""
    district: str = ""
    city: str = ""
    province: str = ""
    postal_code: str = ""
    country: str = ""
    locale: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a channel's order stands when it arrives, where that does not follow from its payment method."""

    status: OrderStatus
    payment_status: PaymentStatus = PaymentStatus.UNPAID
    acceptance: Acceptance = Acceptance.NOT_NEEDED


ARRIVED_PAID = Arrival(OrderStatus.CONFIRMED, PaymentStatus.PAID)
"""A channel's order that is paid and needs no acceptance."""


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order to create on a channel account. Amounts in minor units of the store's currency.

    Without `payment_method` it is a lead (`created`), with one `pending`; `arrival` says otherwise.
    `token` (16 bytes that nobody can guess) is the one of the buyer's page where it was made beforehand.
    """

    account_id: int
    buyer: Buyer
    lines: tuple[NewLine, ...]
    payment_method: PaymentMethod | None = None
    ordered_at: datetime | None = None
    shipping_fee: int = 0
    discount: int = 0
    note: str | None = None
    channel_order_id: str | None = None
    warehouse_id: int | None = None
    arrival: Arrival | None = None
    token: bytes | None = None


@dataclass(frozen=True, slots=True)
class CreatedOrder:
    """What became of a new order: its number, and the token of its buyer's page."""

    id: int
    number: str
    token: bytes
    status: OrderStatus


def create_orders(actor: Actor, orders: Sequence[NewOrder]) -> list[CreatedOrder]:
    """Create `orders`, all or none, in one transaction.

    Raises Refused: `no_permission`; `not_found` for an account outside the actor's scope; `missing_value` without
    lines; `bad_value` for an archived store, a quantity or an amount out of its bounds, or a discount above the rest.
    """
    with unit_of_work(actor) as work:
        return insert_orders(work, orders)


def insert_orders(
    work: UnitOfWork, orders: Sequence[NewOrder], *, meanwhile: Callable[[], None] | None = None
) -> list[CreatedOrder]:
    """`create_orders` within a running transaction. `meanwhile` is called once the database has much to write."""
    if not work.actor.may(Permission.ORDERS_CREATE):
        raise Refused(Code.NO_PERMISSION, number="", variant="create")
    accounts = _accounts(work, orders)
    for order in orders:
        check_content(order.buyer, order.lines, order.shipping_fee, order.discount)
    ids = take_ids(work.session, "orders", len(orders))
    stores = [accounts[order.account_id] for order in orders]
    phones = [phone_key_of(order.buyer, store.currency) for order, store in zip(orders, stores, strict=True)]
    buyers = [(store.id, o.buyer, phone) for o, store, phone in zip(orders, stores, phones, strict=True)]
    customers = customers_of(work, buyers)
    tokens = _random(len(orders), TOKEN_BYTES)
    drafts = [_draft(work, *parts) for parts in zip(ids, orders, stores, phones, customers, tokens, strict=True)]
    _number(work.session, drafts)
    _insert(work, drafts, meanwhile)
    return [CreatedOrder(d.id, d.number, d.token, d.status) for d in drafts]


@dataclass(slots=True)
class _Draft:
    """One order with everything that is derived from it."""

    id: int
    order: NewOrder
    store: Store
    at: int | str
    """When it was ordered, as rows hold it."""
    day: str
    arrival: Arrival
    subtotal: int
    token: bytes
    phone_key: str | None
    customer_id: int | None
    number: str = ""

    @property
    def status(self) -> OrderStatus:
        return self.arrival.status

    def ship_by(self, now: datetime) -> datetime | None:
        return now + timedelta(days=self.store.ship_within_days) if self.status in TO_SHIP else None

    @property
    def total(self) -> int:
        return self.subtotal + self.order.shipping_fee - self.order.discount

    @property
    def digital(self) -> bool:
        return all(line.digital for line in self.order.lines)


def _accounts(work: UnitOfWork, orders: Sequence[NewOrder]) -> dict[int, Store]:
    wanted = {order.account_id for order in orders}
    joined = select(ChannelAccount.id, ChannelAccount.archived_at, Store).join(
        Store, Store.id == ChannelAccount.store_id
    )
    rows = work.session.execute(joined.where(ChannelAccount.id.in_(wanted))).all()
    found = {row.id: row.Store for row in rows}
    for account_id in wanted:
        if account_id not in found or not work.actor.scope.covers(account_id, work.actor.scope.warehouse_id):
            raise Refused(Code.NOT_FOUND, number=str(account_id))
    for row in rows:
        if row.archived_at is not None or row.Store.archived_at is not None:
            raise Refused(Code.BAD_VALUE, field="store", value=row.Store.name, variant="store_archived")
    return found


def check_content(buyer: Buyer, lines: Sequence[NewLine], shipping_fee: int, discount: int) -> None:
    """Check what holds for every order, however it arises; amounts in minor units.

    Raises Refused: `missing_value` or `bad_value`, naming the field.
    """
    if not lines:
        raise Refused(Code.MISSING_VALUE, field="lines")
    if not buyer.name.strip():
        raise Refused(Code.MISSING_VALUE, field="buyer_name")
    for line in lines:
        if not 1 <= line.quantity <= MOST_PIECES:
            raise Refused(Code.BAD_VALUE, field="quantity", value=line.quantity)
        if line.unit_price < 0:
            raise Refused(Code.BAD_VALUE, field="unit_price", value=line.unit_price)
        if not (line.name.strip() or line.sku):
            raise Refused(Code.MISSING_VALUE, field="item_name")
    pieces = sum(line.quantity for line in lines)
    if pieces > MOST_IN_ALL:
        raise Refused(Code.BAD_VALUE, field="quantity", value=pieces)
    goods = goods_of(lines)
    if not 0 <= shipping_fee <= LARGEST - goods:
        raise Refused(Code.BAD_VALUE, field="shipping_fee", value=shipping_fee)
    if not 0 <= discount <= goods + shipping_fee:
        raise Refused(Code.BAD_VALUE, field="discount", value=discount)


def goods_of(lines: Sequence[NewLine]) -> int:
    """What the lines come to, in minor units."""
    return sum(line.quantity * line.unit_price for line in lines)


def _draft(
    work: UnitOfWork,
    order_id: int,
    order: NewOrder,
    store: Store,
    phone: str | None,
    customer_id: int | None,
    token: bytes,
) -> _Draft:
    arrival = order.arrival or (_LEAD if order.payment_method is None else _WAITS)
    subtotal = goods_of(order.lines)
    ordered_at = cut_ms(order.ordered_at or work.now)
    at, day = row_time(work.dialect, ordered_at), local_day(ordered_at, store.timezone).isoformat()
    return _Draft(order_id, order, store, at, day, arrival, subtotal, order.token or token, phone, customer_id)


_LEAD, _WAITS = Arrival(OrderStatus.CREATED), Arrival(OrderStatus.PENDING)


def phone_key_of(buyer: Buyer, currency: str) -> str | None:
    """The buyer's phone as it is looked up; without a country it is read as in the store's, told by its currency."""
    country = home_country(buyer.country, currency)
    return phone_key(buyer.phone, country) if buyer.phone else None


def _random(count: int, size: int) -> list[bytes]:
    """`count` times `size` bytes that nobody can guess, asked for together: at each asking another thread may go on,
    and the one that reads a file ahead does."""
    drawn = secrets.token_bytes(count * size)
    return [drawn[at : at + size] for at in range(0, len(drawn), size)]


def _number(session: Session, drafts: Sequence[_Draft]) -> None:
    """Give each order a number that no other has; the few that collide get another."""
    dialect = session.get_bind().dialect
    open_drafts = list(drafts)
    while open_drafts:
        for draft, bits in zip(open_drafts, _random(len(open_drafts), RANDOM_BITS // 8), strict=True):
            draft.number = new_order_number(date.fromisoformat(draft.day), int.from_bytes(bits))
        sql = text(f"select number from orders where {any_of(dialect, 'number', 'numbers')}")
        taken = set(session.scalars(sql, {"numbers": many(dialect, [d.number for d in open_drafts])}))
        seen: set[str] = set()
        again = []
        for draft in open_drafts:
            if draft.number in taken or draft.number in seen:
                again.append(draft)
            seen.add(draft.number)
        open_drafts = again


def customers_of(work: UnitOfWork, buyers: Sequence[tuple[int, Buyer, str | None]]) -> list[int | None]:
    """The customer that each buyer is, known by phone, else e-mail, within the store; new ones are added. `buyers` are
    ids of stores with their buyers and these' phones as they are looked up (`phone_key_of`)."""
    keys: list[tuple[int, str, str] | None] = []
    for store_id, buyer, phone in buyers:
        email = buyer.email.strip().lower()
        keys.append((store_id, "phone", phone) if phone else (store_id, "email", email) if email else None)
    known: dict[tuple[int, str, str], int] = {}
    for kind, column in (("phone", "phone_key"), ("email", "email")):
        wanted = sorted({key[2] for key in keys if key and key[1] == kind})
        if not wanted:
            continue
        here, mine = any_of(work.dialect, "store_id", "stores"), any_of(work.dialect, column, "wanted")
        # Of several customers with this phone or address the oldest is the one.
        sql = text(f"select store_id, {column}, id from customers where {here} and {mine} order by id desc")
        stores = {key[0] for key in keys if key and key[1] == kind}
        bound = {"stores": many(work.dialect, sorted(stores)), "wanted": many(work.dialect, wanted)}
        known |= {(store_id, kind, value): id_ for store_id, value, id_ in work.session.execute(sql, bound)}
    added = {
        key: (key[0], buyer.name.strip(), key[2] if key[1] == "phone" else None, buyer.email.strip().lower() or None)
        for (_store, buyer, _phone), key in reversed(list(zip(buyers, keys, strict=True)))
        if key and key not in known
    }
    if added:
        work.writes_many(len(added))
        new = text(
            "insert into customers (created_at, store_id, name, phone_key, email)"
            f" select :now, u.store_id, u.name, u.phone_key, u.email from {_CUSTOMERS.source(work.dialect)} where true"
            " returning id, store_id, phone_key, email"
        )
        bound = _CUSTOMERS.params(work.dialect, list(added.values())) | {"now": db_time(work.dialect, work.now)}
        for id_, store_id, phone, email in work.session.execute(new, bound):
            known[(store_id, "phone", phone) if phone else (store_id, "email", email)] = id_
    return [known[key] if key else None for key in keys]


_CUSTOMERS = RowSet("u", store_id="bigint", name="text", phone_key="text", email="text")


def _insert(work: UnitOfWork, drafts: Sequence[_Draft], meanwhile: Callable[[], None] | None) -> None:
    work.writes_many(len(drafts))
    now, actor = row_time(work.dialect, work.now), work.actor
    with rows_beside(work.session.connection()) as write:
        write("orders", _ORDER, [
            (d.id, now, d.order.account_id, d.store.id, d.number, d.status.value, d.arrival.payment_status.value,
             d.order.payment_method.value if d.order.payment_method else None, d.digital, d.store.currency, d.subtotal,
             d.order.shipping_fee, d.order.discount, d.total, sum(line.quantity for line in d.order.lines), d.at,
             d.day, now, 1, d.arrival.acceptance.value, False, d.order.warehouse_id, d.customer_id, False,
             d.ship_by(work.now))
            for d in drafts
        ])  # fmt: skip
        if meanwhile is not None:
            meanwhile()
        # What takes the database longest goes first: the rest is put together meanwhile.
        insert_search(work, write, [(d.id, d.order.account_id, d.at, _doc(d)) for d in drafts])
        write("order_contacts", _CONTACT, [_contact(d) for d in drafts])
        write("order_lines", LINE_COLUMNS, [
            (d.id, n, line.sku, line.name.strip() or line.sku, line.quantity, line.unit_price, line.digital,
             d.order.account_id, d.at)
            for d in drafts for n, line in enumerate(d.order.lines, 1)
        ])  # fmt: skip
        write("order_channel", ("order_id", "account_id", "channel_order_id"), [
            (d.id, d.order.account_id, d.order.channel_order_id) for d in drafts if d.order.channel_order_id
        ])  # fmt: skip
        write("payments", _PAYMENT, [
            (now, d.id, (d.order.payment_method or PaymentMethod.OTHER).value, d.total, d.store.currency,
             PaymentState.PAID.value, now, d.order.account_id, d.at)
            for d in drafts if d.arrival.payment_status is PaymentStatus.PAID
        ])  # fmt: skip
        write("order_history", _HISTORY, [
            (d.id, 1, HistoryKind.GENERAL.value, None, d.status.value, "", False, actor.kind.value, actor.id,
             actor.name, now)
            for d in drafts
        ])  # fmt: skip
        totals = _totals(drafts)
    append_totals(work, totals)


def _totals(drafts: Sequence[_Draft]) -> Totals:
    totals: Totals = {}
    for d in drafts:
        group = (d.day, d.order.account_id, d.status, d.arrival.payment_status, d.store.currency)
        add(totals, group, 1, d.total)
    return totals


_ORDER = (
    "id", "created_at", "account_id", "store_id", "number", "status", "payment_status", "payment_method", "digital",
    "currency", "subtotal", "shipping_fee", "discount", "total", "item_count", "ordered_at", "local_date", "updated_at",
    "version", "acceptance", "on_hold", "warehouse_id", "customer_id", "returns_withdrawn", "ship_by",
)  # fmt: skip
_CONTACT = (
    "order_id", "public_token", "buyer_name", "buyer_phone", "phone_key", "buyer_email", "address", "district", "city",
    "province", "postal_code", "country", "note", "locale",
)  # fmt: skip
LINE_COLUMNS = ("order_id", "line_no", "sku", "name", "quantity", "unit_price", "digital", "account_id", "ordered_at")
_PAYMENT = (
    "created_at", "order_id", "method", "amount", "currency", "state", "paid_at", "account_id", "ordered_at",
)  # fmt: skip
_HISTORY = (
    "order_id", "seq", "kind", "from_status", "to_status", "comment", "notify", "actor_kind", "actor_id", "actor_name",
    "at",
)  # fmt: skip


def _contact(draft: _Draft) -> tuple[Any, ...]:
    buyer = draft.order.buyer
    return (
        draft.id, draft.token, buyer.name.strip(), buyer.phone.strip(), draft.phone_key,
        buyer.email.strip().lower() or None, buyer.address, buyer.district, buyer.city, buyer.province,
        buyer.postal_code, buyer.country, draft.order.note, buyer.locale or draft.store.locale,
    )  # fmt: skip


def _doc(draft: _Draft) -> str:
    order = draft.order
    buyer = (order.buyer.name, order.buyer.email)
    return order_doc(draft.number, order.channel_order_id, buyer, draft.phone_key, [x.sku for x in order.lines])
