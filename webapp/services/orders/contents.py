"""What an order consists of: read, compared field by field, judged, and written with everything that follows from it.

Orders edited by hand (edit_order) and changed by files (update_orders) both go this way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from webapp.domain.actors import Actor
from webapp.domain.errors import Refused
from webapp.domain.order_acts import Decision, Outcome
from webapp.domain.order_edits import Outlook, decide_edit
from webapp.domain.payment import PaymentMethod
from webapp.models import Store
from webapp.services.orders.create import (
    Buyer,
    NewLine,
    check_content,
    customers_of,
    goods_of,
    phone_key_of,
)
from webapp.services.orders.facts import KnownOrder
from webapp.services.orders.write_edits import Edited, write_edits
from webapp.services.orders.write_search import order_doc
from webapp.services.sets import any_of, many
from webapp.services.unit_of_work import UnitOfWork

BUYER_PARTS = {
    "buyer_name": "name", "buyer_phone": "phone", "buyer_email": "email", "address": "address", "district": "district",
    "city": "city", "province": "province", "postal_code": "postal_code", "country": "country",
}  # fmt: skip
"""The fields of a buyer: as history names them, and as `Buyer` does."""


@dataclass(frozen=True, slots=True)
class Content:
    """What an order consists of, as it is or shall be. Amounts in minor units."""

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
        """What the buyer pays."""
        return goods_of(self.lines) + self.shipping_fee - self.discount


def read_contents(session: Session, ids: Iterable[int]) -> dict[int, Content]:
    """What the orders with these ids consist of now: three statements."""
    lines: dict[int, list[NewLine]] = {order_id: [] for order_id in ids}
    if not lines:
        return {}
    dialect = session.get_bind().dialect
    bound = {"ids": many(dialect, lines)}
    mine = any_of(dialect, "order_id", "ids")
    sql = f"select order_id, name, quantity, unit_price, sku, digital from order_lines where {mine} order by 1, line_no"
    for order_id, name, quantity, price, sku, digital in session.execute(text(sql), bound):
        lines[order_id].append(NewLine(name, quantity, price, sku, bool(digital)))
    tracking: dict[int, list[str]] = {order_id: [] for order_id in lines}
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


def decide_content(order: KnownOrder, now: Content, wanted: Content, actor: Actor) -> Decision:
    """What it comes to that `order`, which consists of `now`, shall consist of `wanted`. Changes nothing."""
    facts = order.facts
    outlook = Outlook(order.total, wanted.total, _is_digital(wanted.lines), order.shipment_id is not None)
    decision = decide_edit(facts, _difference(now, wanted), outlook, actor)
    if decision.outcome is Outcome.OK:
        try:
            check_content(wanted.buyer, wanted.lines, wanted.shipping_fee, wanted.discount)
        except Refused as refused:
            return Decision(Outcome.FAILED, facts.status, facts.payment_status, refused.problem)
    return decision


def write_contents(work: UnitOfWork, edited: Sequence[tuple[KnownOrder, Decision, Content]]) -> None:
    """Write what was decided as ok for locked orders."""
    if edited:
        write_edits(work, _derived(work, edited))


def _difference(now: Content, wanted: Content) -> dict[str, tuple[Any, Any]]:
    """What differs, by field: (before, after), as history keeps it. A line is [sku, name, quantity, price, digital]."""
    before, after = _plain(now), _plain(wanted)
    return {field: (value, after[field]) for field, value in before.items() if value != after[field]}


def _plain(content: Content) -> dict[str, Any]:
    buyer = {field: getattr(content.buyer, name) for field, name in BUYER_PARTS.items()}
    return buyer | {
        "payment_method": content.payment_method.value if content.payment_method else None,
        "lines": [[line.sku, line.name, line.quantity, line.unit_price, line.digital] for line in content.lines],
        "shipping_fee": content.shipping_fee,
        "discount": content.discount,
        "note": content.note,
    }


def _is_digital(lines: Sequence[NewLine]) -> bool:
    return bool(lines) and all(line.digital for line in lines)


def _derived(work: UnitOfWork, edited: Sequence[tuple[KnownOrder, Decision, Content]]) -> list[Edited]:
    """Everything that follows from the new contents."""
    stores = {
        store.id: store
        for store in work.session.scalars(select(Store).where(Store.id.in_({order.store_id for order, *_ in edited})))
    }
    customers = _customers(work, edited, stores)
    made = []
    for order, decision, content in edited:
        phone = phone_key_of(content.buyer, order.currency)
        skus = [line.sku for line in content.lines]
        buyer = (content.buyer.name, content.buyer.email)
        doc = order_doc(order.facts.number, content.channel_order_id, buyer, phone, skus, content.tracking_numbers)
        made.append(
            Edited(
                order, decision, content.buyer, content.note, content.payment_method, content.lines,
                content.shipping_fee, content.discount, _is_digital(content.lines), phone,
                customers.get(order.id, content.customer_id), doc,
            )
        )  # fmt: skip
    return made


def _customers(
    work: UnitOfWork, edited: Sequence[tuple[KnownOrder, Decision, Content]], stores: Mapping[int, Store]
) -> dict[int, int | None]:
    """The customers of the orders whose buyer is known by something else now; of the others it stays."""
    moved = [
        (order, content)
        for order, decision, content in edited
        if decision.changes.keys() & {"buyer_phone", "buyer_email", "country"}
    ]
    found = customers_of(work, [
        (order.store_id, content.buyer, phone_key_of(content.buyer, stores[order.store_id].currency))
        for order, content in moved
    ])  # fmt: skip
    return {order.id: customer for (order, _content), customer in zip(moved, found, strict=True)}
