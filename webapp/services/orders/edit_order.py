"""Editing what orders consist of: buyer, payment method, lines, amounts, note. Lock, judge each, write all at once.

Everything that is derived from these follows in the same transaction: totals, search text, the lines' copies, the
customer, and the step from `created` to `pending`. One history row holds the difference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from sqlalchemy import select, text

from webapp.domain.actors import Actor
from webapp.domain.errors import Code, Problem, Refused
from webapp.domain.order_acts import Decision, Outcome
from webapp.domain.order_edits import Outlook, decide_edit, may_edit
from webapp.domain.payment import PaymentMethod
from webapp.models import Store
from webapp.services.orders.change_orders import OrderResult, in_one_transaction
from webapp.services.orders.create import (
    Buyer,
    NewLine,
    check_content,
    customers_of,
    goods_of,
    order_doc,
    phone_key_of,
)
from webapp.services.orders.facts import KnownOrder, lock_orders
from webapp.services.orders.resolve import resolve_numbers
from webapp.services.orders.write_edits import Edited, write_edits
from webapp.services.sets import any_of, many
from webapp.services.unit_of_work import LockNotHad, UnitOfWork


class Keep(Enum):
    """Stands for a value that an edit leaves as it is, where None is a value of its own."""

    KEEP = "keep"


KEEP = Keep.KEEP


@dataclass(frozen=True, slots=True)
class OrderEdit:
    """What an order shall consist of; what is None (KEEP for the payment method) stays. Amounts in minor units.

    `version` is the version of the order that the editor saw: of another one the edit is refused (`locked`, variant
    `edited_meanwhile`). None edits whatever there is. Given lines replace the lines; a note of "" takes the note away.
    """

    version: int | None = None
    buyer: Buyer | None = None
    payment_method: PaymentMethod | Keep | None = KEEP
    lines: tuple[NewLine, ...] | None = None
    shipping_fee: int | None = None
    discount: int | None = None
    note: str | None = None


def edit_order(actor: Actor, number: str, edit: OrderEdit) -> OrderResult:
    """Edit the order with this number, in one transaction: ok, unchanged (nothing is written), or failed with why."""

    def do(work: UnitOfWork, skip_locked: bool) -> OrderResult:
        found = resolve_numbers(work.session, actor.scope, [number])[number]
        if isinstance(found, Problem):
            return OrderResult(0, number, Outcome.FAILED, None, None, found)
        result = edit_orders(work, {found: edit}, skip_locked=skip_locked)[0]
        if result.number or result.problem is None:
            return result
        return result._replace(number=number, problem=Problem(result.problem.code, {"number": number}))

    try:
        return in_one_transaction(actor, do)
    except LockNotHad:
        return OrderResult(0, number, Outcome.FAILED, None, None, Problem(Code.LOCKED, {"number": number}))


def edit_orders(work: UnitOfWork, edits: Mapping[int, OrderEdit], *, skip_locked: bool = False) -> list[OrderResult]:
    """Edit orders by id within the running transaction; the answer for each, in this order."""
    known = lock_orders(work.session, work.actor.scope, edits, skip_locked=skip_locked)
    work.restart_clock()
    contents = _contents(work, known)
    results, edited = [], []
    for order_id, edit in edits.items():
        order = known.get(order_id)
        if order is None:
            gone = Problem(Code.NOT_FOUND, {"variant": "gone"})
            problem = Problem(Code.LOCKED, {"number": ""}) if skip_locked else gone
            results.append(OrderResult(order_id, "", Outcome.FAILED, None, None, problem))
            continue
        wanted = _wanted(contents[order_id], edit)
        decision = _decide(order, edit, contents[order_id], wanted, work.actor)
        status = order.facts.status
        answer = (order_id, order.facts.number, decision.outcome, status, decision.status, decision.problem)
        results.append(OrderResult(*answer))
        if decision.outcome is Outcome.OK:
            edited.append((order, decision, wanted))
    if edited:
        write_edits(work, _derived(work, edited))
    return results


@dataclass(frozen=True, slots=True)
class _Content:
    """What an order consists of, as it is or shall be."""

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
        return goods_of(self.lines) + self.shipping_fee - self.discount


def _contents(work: UnitOfWork, known: Mapping[int, KnownOrder]) -> dict[int, _Content]:
    """What the locked orders consist of now."""
    if not known:
        return {}
    ids = {"ids": many(work.dialect, known)}
    lines: dict[int, list[NewLine]] = {order_id: [] for order_id in known}
    mine = any_of(work.dialect, "order_id", "ids")
    sql = f"select order_id, name, quantity, unit_price, sku, digital from order_lines where {mine} order by 1, line_no"
    for order_id, name, quantity, price, sku, digital in work.session.execute(text(sql), ids):
        lines[order_id].append(NewLine(name, quantity, price, sku, bool(digital)))
    tracking: dict[int, list[str]] = {order_id: [] for order_id in known}
    sql = f"select order_id, tracking_number from shipments where {mine} and tracking_number is not null order by id"
    for order_id, tracking_number in work.session.execute(text(sql), ids):
        tracking[order_id].append(tracking_number)
    sql = (
        "select o.id, o.payment_method, o.shipping_fee, o.discount, o.customer_id, h.channel_order_id, c.note,"
        " c.buyer_name, c.buyer_phone, c.buyer_email, c.address, c.district, c.city, c.province, c.postal_code,"
        " c.country, c.locale from orders o join order_contacts c on c.order_id = o.id"
        f" left join order_channel h on h.order_id = o.id where {any_of(work.dialect, 'o.id', 'ids')}"
    )
    return {
        row[0]: _Content(
            Buyer(*[part or "" for part in row[7:]]), row[6] or "", PaymentMethod(row[1]) if row[1] else None,
            tuple(lines[row[0]]), row[2], row[3], row[5], tuple(tracking[row[0]]), row[4],
        )
        for row in work.session.execute(text(sql), ids)
    }  # fmt: skip


def _wanted(now: _Content, edit: OrderEdit) -> _Content:
    """The content after the edit, written as creation would write it."""
    wanted = now
    if edit.buyer is not None:
        given = {name: getattr(edit.buyer, name).strip() for name in _BUYER.values()}
        given["email"] = given["email"].lower()
        wanted = replace(wanted, buyer=replace(now.buyer, **given))
    if edit.lines is not None:
        tidy = tuple(
            replace(x, name=x.name.strip() or x.sku or "", sku=(x.sku or "").strip() or None) for x in edit.lines
        )
        wanted = replace(wanted, lines=tidy)
    if not isinstance(edit.payment_method, Keep):
        wanted = replace(wanted, payment_method=edit.payment_method)
    return replace(
        wanted,
        shipping_fee=now.shipping_fee if edit.shipping_fee is None else edit.shipping_fee,
        discount=now.discount if edit.discount is None else edit.discount,
        note=now.note if edit.note is None else edit.note.strip(),
    )


_BUYER = {
    "buyer_name": "name", "buyer_phone": "phone", "buyer_email": "email", "address": "address", "district": "district",
    "city": "city", "province": "province", "postal_code": "postal_code", "country": "country",
}  # fmt: skip
"""The fields of a buyer: as history names them, and as `Buyer` does."""


def _difference(now: _Content, wanted: _Content) -> dict[str, tuple[Any, Any]]:
    """What differs, by field: (before, after), as history keeps it. A line is [sku, name, quantity, price, digital]."""
    before, after = _plain(now), _plain(wanted)
    return {field: (value, after[field]) for field, value in before.items() if value != after[field]}


def _plain(content: _Content) -> dict[str, Any]:
    buyer = {field: getattr(content.buyer, name) for field, name in _BUYER.items()}
    return buyer | {
        "payment_method": content.payment_method.value if content.payment_method else None,
        "lines": [[line.sku, line.name, line.quantity, line.unit_price, line.digital] for line in content.lines],
        "shipping_fee": content.shipping_fee,
        "discount": content.discount,
        "note": content.note,
    }


def _decide(order: KnownOrder, edit: OrderEdit, now: _Content, wanted: _Content, actor: Actor) -> Decision:
    facts = order.facts
    if may_edit(actor) and edit.version is not None and edit.version != order.version:
        problem = Problem(Code.LOCKED, {"number": facts.number, "variant": "edited_meanwhile"})
        return Decision(Outcome.FAILED, facts.status, facts.payment_status, problem)
    changes = _difference(now, wanted)
    outlook = Outlook(order.total, wanted.total, _is_digital(wanted.lines), order.shipment_id is not None)
    decision = decide_edit(facts, changes, outlook, actor)
    if decision.outcome is Outcome.OK:
        try:
            check_content(wanted.buyer, wanted.lines, wanted.shipping_fee, wanted.discount)
        except Refused as refused:
            return Decision(Outcome.FAILED, facts.status, facts.payment_status, refused.problem)
    return decision


def _is_digital(lines: Sequence[NewLine]) -> bool:
    return bool(lines) and all(line.digital for line in lines)


def _derived(work: UnitOfWork, edited: Sequence[tuple[KnownOrder, Decision, _Content]]) -> list[Edited]:
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
        doc = order_doc(
            order.facts.number, content.channel_order_id, content.buyer, phone, skus, content.tracking_numbers
        )
        made.append(
            Edited(
                order, decision, content.buyer, content.note, content.payment_method, content.lines,
                content.shipping_fee, content.discount, _is_digital(content.lines), phone,
                customers.get(order.id, content.customer_id), doc,
            )
        )  # fmt: skip
    return made


def _customers(
    work: UnitOfWork, edited: Sequence[tuple[KnownOrder, Decision, _Content]], stores: Mapping[int, Store]
) -> dict[int, int | None]:
    """The customers of the orders whose buyer is known by something else now; of the others it stays."""
    moved = [
        (order, content)
        for order, decision, content in edited
        if decision.changes.keys() & {"buyer_phone", "buyer_email", "country"}
    ]
    found = customers_of(work, [(stores[order.store_id], content.buyer) for order, content in moved])
    return {order.id: customer for (order, _content), customer in zip(moved, found, strict=True)}
