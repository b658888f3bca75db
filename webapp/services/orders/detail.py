"""Everything that the order page shows of one order: five statements, each by key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from webapp.domain.actors import ActorKind, Scope
from webapp.domain.numbers import OrderNumber, encode_token, normalize_order_number
from webapp.domain.order_edits import HIDDEN_FROM_PROVIDERS
from webapp.domain.order_status import Acceptance, OrderStatus
from webapp.domain.payment import PaymentMethod, PaymentState, PaymentStatus
from webapp.domain.shipping import ShipmentMethod, ShipmentState
from webapp.models import HistoryKind
from webapp.services.orders.rows import split_names, tag_names
from webapp.services.statements import ReadSession, Statement, by_key, day_of, json_of, maybe_moment, moment_of


@dataclass(frozen=True, slots=True)
class ContactDetail:
    """Who bought and where it goes. `email` is None for people who may not know it."""

    name: str
    phone: str
    email: str | None
    address: str
    district: str
    city: str
    province: str
    postal_code: str
    country: str
    note: str | None
    locale: str


@dataclass(frozen=True, slots=True)
class LineDetail:
    """One item. `unit_price` and `total` in minor units, None for people who may not see prices; of its pieces `picked`
    are taken from the shelf and `packed` in the parcel."""

    line_no: int
    sku: str | None
    name: str
    quantity: int
    unit_price: int | None
    total: int | None
    digital: bool
    picked: int
    packed: int


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One act on the order, made by `actor_name` at `at`. `changes` holds [before, after] by field."""

    seq: int
    kind: HistoryKind
    from_status: OrderStatus | None
    to_status: OrderStatus | None
    comment: str
    notify: bool
    override: bool | None
    changes: Mapping[str, tuple[Any, Any]]
    actor_kind: ActorKind
    actor_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ShipmentDetail:
    """One parcel."""

    state: ShipmentState
    method: ShipmentMethod
    courier: str | None
    tracking_number: str | None
    arranged_at: datetime | None
    label_printed_at: datetime | None
    dispatched_at: datetime | None
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class PaymentDetail:
    """One payment. `amount` in minor units, None for people who may not see prices."""

    method: PaymentMethod
    state: PaymentState
    amount: int | None
    currency: str
    provider_ref: str | None
    paid_at: datetime | None


@dataclass(frozen=True, slots=True)
class OrderDetail:
    """One order whole. Amounts in minor units of `currency`, None for people who may not see prices.

    `token` leads to the buyer's page (None for people who may not see what stands there). `history` is newest first,
    both kinds; `shipments` newest first, `shipment` the one that counts: the latest that was not canceled. `tags` are
    names.
    """

    number: str
    status: OrderStatus
    payment_status: PaymentStatus
    payment_method: PaymentMethod | None
    digital: bool
    acceptance: Acceptance
    on_hold: bool
    returns_withdrawn: bool
    currency: str
    subtotal: int | None
    shipping_fee: int | None
    discount: int | None
    total: int | None
    item_count: int
    ordered_at: datetime
    local_date: date
    created_at: datetime
    updated_at: datetime
    version: int
    ship_by: datetime | None
    arranged_at: datetime | None
    label_printed_at: datetime | None
    invoice_printed_at: datetime | None
    store: str
    store_code: str
    timezone: str
    channel: str
    account: str
    channel_order_id: str | None
    channel_status: str | None
    warehouse: str | None
    assigned_to: str | None
    tags: tuple[str, ...]
    token: str | None
    contact: ContactDetail
    lines: tuple[LineDetail, ...]
    history: tuple[HistoryEntry, ...]
    shipments: tuple[ShipmentDetail, ...]
    payments: tuple[PaymentDetail, ...]

    @property
    def shipment(self) -> ShipmentDetail | None:
        """The parcel that counts."""
        return next((s for s in self.shipments if s.state is not ShipmentState.CANCELED), None)


_ORDER = (
    "select o.id, o.account_id, o.warehouse_id, o.number, o.status, o.payment_status, o.payment_method, o.digital,"
    " o.acceptance, o.on_hold, o.returns_withdrawn, o.currency, o.subtotal, o.shipping_fee, o.discount, o.total,"
    " o.item_count, o.ordered_at, o.local_date, o.created_at, o.updated_at, o.version, o.ship_by, o.arranged_at,"
    " o.label_printed_at, o.invoice_printed_at, s.name, s.code, s.timezone, a.channel, a.name, h.channel_order_id,"
    " h.channel_status, w.name, u.name, c.public_token, c.buyer_name, c.buyer_phone, c.buyer_email, c.address,"
    " c.district, c.city, c.province, c.postal_code, c.country, c.note, c.locale, {tags}"
    " from orders o join stores s on s.id = o.store_id join channel_accounts a on a.id = o.account_id"
    " join order_contacts c on c.order_id = o.id left join order_channel h on h.order_id = o.id"
    " left join warehouses w on w.id = o.warehouse_id left join users u on u.id = o.assigned_to where o.number = "
)


def get_order(session: ReadSession, scope: Scope, number: str) -> OrderDetail | None:
    """The order with this number as people type it, or None if there is none within `scope`."""
    normalized = normalize_order_number(number)
    if normalized is None:
        return None
    return by_key(lambda reading: _read(reading, scope, normalized), session)


def _read(session: ReadSession, scope: Scope, normalized: OrderNumber) -> OrderDetail | None:
    st = Statement(session)
    found = st.run(_ORDER.replace("{tags}", tag_names(st, "o.id")) + st.bind(normalized))
    if not found or not scope.covers(found[0][1], found[0][2]):
        return None
    r = found[0]
    hidden = scope.restricted
    email = None if hidden else r[38]
    subtotal, shipping_fee, discount, total = (None if hidden else amount for amount in r[12:16])
    return OrderDetail(
        r[3], OrderStatus(r[4]), PaymentStatus(r[5]), PaymentMethod(r[6]) if r[6] else None, bool(r[7]),
        Acceptance(r[8]), bool(r[9]), bool(r[10]), r[11], subtotal, shipping_fee, discount, total, r[16],
        moment_of(r[17]), day_of(r[18]), moment_of(r[19]), moment_of(r[20]), r[21], maybe_moment(r[22]),
        maybe_moment(r[23]), maybe_moment(r[24]), maybe_moment(r[25]), r[26], r[27], r[28], r[29], r[30], r[31], r[32],
        r[33], r[34], split_names(r[47]), None if hidden else encode_token(bytes(r[35])),
        ContactDetail(r[36], r[37], email, r[39], r[40], r[41], r[42], r[43], r[44], r[45], r[46]),
        _lines(session, r[0], hidden=hidden), _history(session, r[0], hidden=hidden), _shipments(session, r[0]),
        _payments(session, r[0], hidden=hidden),
    )  # fmt: skip


def _lines(session: ReadSession, order_id: int, *, hidden: bool) -> tuple[LineDetail, ...]:
    st = Statement(session)
    rows = st.run(
        "select line_no, sku, name, quantity, unit_price, digital, picked, packed from order_lines"
        f" where order_id = {st.bind(order_id)} order by line_no"
    )
    return tuple(
        LineDetail(
            no,
            sku,
            name,
            quantity,
            None if hidden else price,
            None if hidden else quantity * price,
            bool(digital),
            picked,
            packed,
        )
        for no, sku, name, quantity, price, digital, picked, packed in rows
    )


def _history(session: ReadSession, order_id: int, *, hidden: bool) -> tuple[HistoryEntry, ...]:
    st = Statement(session)
    rows = st.run(
        "select seq, kind, from_status, to_status, comment, notify, override, changes, actor_kind, actor_name, at"
        f" from order_history where order_id = {st.bind(order_id)} order by seq desc"
    )
    return tuple(
        HistoryEntry(
            r[0], HistoryKind(r[1]), OrderStatus(r[2]) if r[2] else None, OrderStatus(r[3]) if r[3] else None, r[4],
            bool(r[5]), None if r[6] is None else bool(r[6]), _changes(r[7], hidden=hidden), ActorKind(r[8]), r[9],
            moment_of(r[10]),
        )
        for r in rows
    )  # fmt: skip


def _changes(value: Any, *, hidden: bool) -> Mapping[str, tuple[Any, Any]]:
    kept = json_of(value) or {}
    if not hidden:
        return {name: (pair[0], pair[1]) for name, pair in kept.items()}
    told = {name: pair for name, pair in kept.items() if name not in HIDDEN_FROM_PROVIDERS}
    if "lines" in told:
        told["lines"] = [[[*line[:3], None, *line[4:]] for line in lines] for lines in told["lines"]]
    return {name: (pair[0], pair[1]) for name, pair in told.items()}


def _shipments(session: ReadSession, order_id: int) -> tuple[ShipmentDetail, ...]:
    st = Statement(session)
    rows = st.run(
        "select state, method, courier, tracking_number, arranged_at, label_printed_at, dispatched_at, delivered_at"
        f" from shipments where order_id = {st.bind(order_id)} order by id desc"
    )
    return tuple(
        ShipmentDetail(ShipmentState(r[0]), ShipmentMethod(r[1]), r[2], r[3], *map(maybe_moment, r[4:])) for r in rows
    )


def _payments(session: ReadSession, order_id: int, *, hidden: bool) -> tuple[PaymentDetail, ...]:
    st = Statement(session)
    rows = st.run(
        "select method, state, amount, currency, provider_ref, paid_at from payments"
        f" where order_id = {st.bind(order_id)} order by id desc"
    )
    return tuple(
        PaymentDetail(PaymentMethod(r[0]), PaymentState(r[1]), None if hidden else r[2], r[3], r[4], maybe_moment(r[5]))
        for r in rows
    )
