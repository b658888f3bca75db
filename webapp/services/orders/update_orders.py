"""Updates of orders from files: given cells take the place of what an order has, given lines of its lines.

Lock, decide each, write all at once. Only before shipping, and never on a channel's orders. Totals, search text and the
customer follow in the same transaction; one history row holds the difference, by field, as [before, after].
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, TextClause, select, text
from sqlalchemy.orm import Session

from webapp.domain.actors import Actor
from webapp.domain.errors import Code, Problem, Refused
from webapp.domain.order_acts import Outcome
from webapp.domain.order_status import FINAL, OrderStatus
from webapp.domain.payment import PaymentMethod, PaymentStatus
from webapp.domain.permissions import Permission
from webapp.models import HistoryKind, Store
from webapp.services.orders.create import (
    LINE_COLUMNS,
    Buyer,
    NewLine,
    check_content,
    customers_of,
    goods_of,
    order_doc,
    phone_key_of,
)
from webapp.services.orders.facts import KnownOrder
from webapp.services.orders.write_changes import Totals, add, append_totals
from webapp.services.sets import RowSet, any_of, db_time, insert_rows, many
from webapp.services.unit_of_work import UnitOfWork

AFTER_SHIPPING = FINAL | {OrderStatus.SHIPPED, OrderStatus.COMPLETED, OrderStatus.RTS}
"""Statuses in which an order stays as it is."""


@dataclass(frozen=True, slots=True)
class OrderUpdate:
    """What an order gets; what is None, empty or absent stays. Amounts in minor units.

    `texts` by the names of history: those of the buyer (`buyer_name` …) and `note`. Given lines replace the lines.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    payment_method: PaymentMethod | None = None
    lines: tuple[NewLine, ...] = ()
    shipping_fee: int | None = None
    discount: int | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What an order consists of: as it is, or as it shall be."""

    buyer: Buyer
    note: str
    payment_method: PaymentMethod | None
    lines: tuple[NewLine, ...]
    shipping_fee: int
    discount: int
    channel_order_id: str | None
    tracking_numbers: tuple[str, ...]
    customer_id: int | None

    @property
    def total(self) -> int:
        """What the buyer pays, in minor units."""
        return goods_of(self.lines) + self.shipping_fee - self.discount


@dataclass(frozen=True, slots=True)
class UpdateDecision:
    """What an update comes to: its outcome, why it was refused, what the order would be and what differs."""

    outcome: Outcome
    problem: Problem | None = None
    content: Content | None = None
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


_BUYER = {
    "buyer_name": "name", "buyer_phone": "phone", "buyer_email": "email", "address": "address", "district": "district",
    "city": "city", "province": "province", "postal_code": "postal_code", "country": "country",
}  # fmt: skip
"""The fields of a buyer: as history names them, and as `Buyer` does."""


def refused_update(order: KnownOrder, actor: Actor) -> Problem | None:
    """Why a file can't change `order` at all, whatever it asks for."""
    facts = order.facts
    params = {"number": facts.number, "from_status": facts.status.value}
    if not actor.may(Permission.ORDERS_EDIT):
        return Problem(Code.NO_PERMISSION, {"number": facts.number, "variant": "edit"})
    if facts.channel_rules:
        return Problem(Code.UNSUPPORTED_BY_CHANNEL, params | {"variant": "file"})
    if facts.status in AFTER_SHIPPING:
        return Problem(Code.TRANSITION_NOT_ALLOWED, params | {"variant": "edit"})
    return None


def decide_update(order: KnownOrder, now: Content, update: OrderUpdate, actor: Actor) -> UpdateDecision:
    """What `update` comes to for `order`, whose content is `now`: ok, unchanged, or failed. Changes nothing."""
    problem = refused_update(order, actor)
    if problem is not None:
        return UpdateDecision(Outcome.FAILED, problem)
    wanted = _wanted(now, update)
    before, after = _plain(now), _plain(wanted)
    changes = {name: (value, after[name]) for name, value in before.items() if value != after[name]}
    if not changes:
        return UpdateDecision(Outcome.UNCHANGED)
    if now.total != wanted.total:
        changes["total"] = (now.total, wanted.total)
    settled = order.facts.payment_status is not PaymentStatus.UNPAID
    if settled and changes.keys() & {"total", "payment_method"}:
        facts = {"number": order.facts.number, "from_payment": order.facts.payment_status.value}
        return UpdateDecision(Outcome.FAILED, Problem(Code.TRANSITION_NOT_ALLOWED, {**facts, "variant": "edit_paid"}))
    try:
        check_content(wanted.buyer, wanted.lines, wanted.shipping_fee, wanted.discount)
    except Refused as refused:
        return UpdateDecision(Outcome.FAILED, refused.problem)
    return UpdateDecision(Outcome.OK, None, wanted, changes)


def read_contents(session: Session, ids: Sequence[int]) -> dict[int, Content]:
    """What the orders with these ids consist of now: three statements."""
    if not ids:
        return {}
    dialect = session.get_bind().dialect
    bound = {"ids": many(dialect, ids)}
    mine = any_of(dialect, "order_id", "ids")
    lines: dict[int, list[NewLine]] = {order_id: [] for order_id in ids}
    sql = f"select order_id, name, quantity, unit_price, sku, digital from order_lines where {mine} order by 1, line_no"
    for order_id, name, quantity, price, sku, digital in session.execute(text(sql), bound):
        lines[order_id].append(NewLine(name, quantity, price, sku, bool(digital)))
    tracking: dict[int, list[str]] = {order_id: [] for order_id in ids}
    sql = f"select order_id, tracking_number from shipments where {mine} and tracking_number is not null order by id"
    for order_id, number in session.execute(text(sql), bound):
        tracking[order_id].append(number)
    sql = (
        "select o.id, o.payment_method, o.shipping_fee, o.discount, o.customer_id, h.channel_order_id, c.note,"
        " c.buyer_name, c.buyer_phone, c.buyer_email, c.address, c.district, c.city, c.province, c.postal_code,"
        " c.country, c.locale from orders o join order_contacts c on c.order_id = o.id"
        f" left join order_channel h on h.order_id = o.id where {any_of(dialect, 'o.id', 'ids')}"
    )
    return {
        row[0]: Content(
            Buyer(*[part or "" for part in row[7:]]), row[6] or "", PaymentMethod(row[1]) if row[1] else None,
            tuple(lines[row[0]]), row[2], row[3], row[5], tuple(tracking[row[0]]), row[4],
        )
        for row in session.execute(text(sql), bound)
    }  # fmt: skip


def _wanted(now: Content, update: OrderUpdate) -> Content:
    texts = dict(update.texts)
    note = texts.pop("note", now.note)
    buyer = replace(now.buyer, **{_BUYER[name]: value.strip() for name, value in texts.items()})
    return replace(
        now,
        buyer=replace(buyer, email=buyer.email.lower()),
        note=note,
        payment_method=update.payment_method or now.payment_method,
        lines=update.lines or now.lines,
        shipping_fee=now.shipping_fee if update.shipping_fee is None else update.shipping_fee,
        discount=now.discount if update.discount is None else update.discount,
    )


def _plain(content: Content) -> dict[str, Any]:
    """As history keeps it. A line is [sku, name, quantity, unit price, digital]."""
    return {name: getattr(content.buyer, place) for name, place in _BUYER.items()} | {
        "payment_method": content.payment_method.value if content.payment_method else None,
        "lines": [[line.sku, line.name, line.quantity, line.unit_price, line.digital] for line in content.lines],
        "shipping_fee": content.shipping_fee,
        "discount": content.discount,
        "note": content.note,
    }


_ORDERS = RowSet(
    "u", id="bigint", status="text", version="int", payment_method="text", digital="boolean", subtotal="bigint",
    shipping_fee="bigint", discount="bigint", total="bigint", item_count="int", customer_id="bigint",
)  # fmt: skip
_CONTACTS = RowSet(
    "u", id="bigint", buyer_name="text", buyer_phone="text", phone_key="text", buyer_email="text", address="text",
    district="text", city="text", province="text", postal_code="text", country="text", note="text", doc="text",
)  # fmt: skip
_HISTORY = RowSet("u", id="bigint", seq="int", old="text", new="text", changes="jsonb")


@lru_cache(maxsize=4)
def _statements(dialect: Dialect) -> tuple[TextClause, TextClause, TextClause, TextClause]:
    orders = ", ".join(f"{name} = u.{name}" for name in _ORDERS.columns if name != "id")
    contacts = ", ".join(f"{name} = u.{name}" for name in _CONTACTS.columns if name not in ("id", "doc"))
    source = _CONTACTS.source(dialect)
    return (
        text(f"update orders set {orders}, updated_at = :now from {_ORDERS.source(dialect)} where orders.id = u.id"),
        text(f"update order_contacts set {contacts} from {source} where order_contacts.order_id = u.id"),
        text(f"update order_search set doc = u.doc from {source} where order_search.order_id = u.id"),
        text(
            "insert into order_history (order_id, seq, kind, from_status, to_status, comment, notify, changes,"
            " actor_kind, actor_id, actor_name, batch_id, at) select u.id, u.seq, :kind, u.old, u.new, '', false,"
            f" u.changes, :actor_kind, :actor_id, :actor_name, :batch, :now from {_HISTORY.source(dialect)} where true"
        ),
    )


def write_updates(
    work: UnitOfWork, decided: Sequence[tuple[KnownOrder, UpdateDecision]], *, batch_id: int | None
) -> None:
    """Write what was decided as ok for locked orders. An order in `created` that gets a payment method is `pending`."""
    chosen = [(order, d.content, d.changes, _status(order, d.content)) for order, d in decided if d.content is not None]
    if not chosen:
        return
    now = db_time(work.dialect, work.now)
    customers = _customers(work, [(order, content) for order, content, *_rest in chosen])
    orders, contacts, history = [], [], []
    totals: Totals = {}
    for (order, content, changes, status), customer in zip(chosen, customers, strict=True):
        buyer, phone = content.buyer, phone_key_of(content.buyer, order.currency)
        orders.append((
            order.id, status.value, order.version + 1, content.payment_method.value if content.payment_method else None,
            all(line.digital for line in content.lines), goods_of(content.lines), content.shipping_fee,
            content.discount, content.total, sum(line.quantity for line in content.lines), customer,
        ))  # fmt: skip
        doc = order_doc(
            order.facts.number, content.channel_order_id, buyer, phone, [line.sku for line in content.lines],
            content.tracking_numbers,
        )  # fmt: skip
        contacts.append((
            order.id, buyer.name, buyer.phone, phone, buyer.email or None, buyer.address, buyer.district, buyer.city,
            buyer.province, buyer.postal_code, buyer.country, content.note or None, doc,
        ))  # fmt: skip
        differing = {name: list(pair) for name, pair in changes.items()}
        history.append((order.id, order.version + 1, order.facts.status.value, status.value, differing))
        if "total" in changes or status is not order.facts.status:
            facts = order.facts
            group = (order.local_date, order.account_id, facts.status, facts.payment_status, order.currency)
            add(totals, group, -1, -order.total)
            add(totals, (*group[:2], status, *group[3:]), 1, content.total)
    update, contact, search, entry = _statements(work.dialect)
    work.session.execute(update, _ORDERS.params(work.dialect, orders) | {"now": now})
    bound = _CONTACTS.params(work.dialect, contacts)
    work.session.execute(contact, bound)
    work.session.execute(search, bound)
    _replace_lines(work, [(order, content) for order, content, changes, _ in chosen if "lines" in changes])
    actor = work.actor
    work.session.execute(
        entry,
        _HISTORY.params(work.dialect, history)
        | {"kind": HistoryKind.GENERAL.value, "batch": batch_id, "now": now, "actor_kind": actor.kind.value}
        | {"actor_id": actor.id, "actor_name": actor.name},
    )
    append_totals(work, totals)


def _status(order: KnownOrder, content: Content | None) -> OrderStatus:
    status = order.facts.status
    gets_method = content is not None and content.payment_method is not None
    return OrderStatus.PENDING if status is OrderStatus.CREATED and gets_method else status


def _customers(work: UnitOfWork, updated: Sequence[tuple[KnownOrder, Content]]) -> list[int | None]:
    ids = {order.store_id for order, _content in updated}
    stores = {store.id: store for store in work.session.scalars(select(Store).where(Store.id.in_(ids)))}
    return customers_of(work, [(stores[order.store_id], content.buyer) for order, content in updated])


def _replace_lines(work: UnitOfWork, updated: Sequence[tuple[KnownOrder, Content]]) -> None:
    if not updated:
        return
    gone = text(f"delete from order_lines where {any_of(work.dialect, 'order_id', 'ids')}")
    work.session.execute(gone, {"ids": many(work.dialect, [order.id for order, _content in updated])})
    insert_rows(
        work.session.connection(),
        "order_lines",
        LINE_COLUMNS,
        [
            (order.id, n, line.sku, line.name, line.quantity, line.unit_price, line.digital, order.account_id,
             order.ordered_at)
            for order, content in updated
            for n, line in enumerate(content.lines, 1)
        ],
    )  # fmt: skip
