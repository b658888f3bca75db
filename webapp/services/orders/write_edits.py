"""Writing decided edits: one UPDATE or INSERT a table, for one order or a thousand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Dialect, TextClause, text

from webapp.domain.order_acts import Decision, OrderAct
from webapp.domain.order_edits import BUYER_FIELDS
from webapp.domain.packing import PackLine, shared_out
from webapp.domain.payment import PaymentMethod
from webapp.services.orders.create import LINE_COLUMNS, Buyer, NewLine, goods_of
from webapp.services.orders.facts import KnownOrder
from webapp.services.orders.write_changes import Change, Totals, add, append_totals, insert_history
from webapp.services.sets import RowSet, any_of, db_time, insert_rows, many
from webapp.services.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Edited:
    """A locked order, what was decided, and what it consists of from now on. Amounts in minor units."""

    order: KnownOrder
    decision: Decision
    buyer: Buyer
    note: str
    payment_method: PaymentMethod | None
    lines: tuple[NewLine, ...]
    shipping_fee: int
    discount: int
    digital: bool
    phone_key: str | None
    customer_id: int | None
    doc: str

    @property
    def total(self) -> int:
        """What the order comes to."""
        return goods_of(self.lines) + self.shipping_fee - self.discount


def write_edits(work: UnitOfWork, edited: Sequence[Edited]) -> None:
    """Write what was decided for the locked orders of `edited`, and everything that is derived from it."""
    edited = sorted(edited, key=lambda each: each.order.id)
    _update_orders(work, edited)
    insert_history(work, [Change(each.order, OrderAct(), each.decision) for each in edited], None)
    _append_totals(work, edited)
    _update_contacts(work, [e for e in edited if e.decision.changes.keys() & {*BUYER_FIELDS, "note"}])
    _replace_lines(work, [e for e in edited if "lines" in e.decision.changes])
    _update_search(work, [e for e in edited if e.decision.changes.keys() & _SEARCHED])


_SEARCHED = frozenset({"buyer_name", "buyer_phone", "buyer_email", "country", "lines"})
"""Fields that stand in the searched text, or decide how one of them is read."""

_ORDER = RowSet(
    "u", id="bigint", status="text", version="int", payment_method="text", digital="boolean", subtotal="bigint",
    shipping_fee="bigint", discount="bigint", total="bigint", item_count="int", customer_id="bigint",
)  # fmt: skip


@lru_cache(maxsize=4)
def _order_sql(dialect: Dialect) -> TextClause:
    sets = ", ".join(f"{name} = u.{name}" for name in _ORDER.columns if name != "id")
    return text(f"update orders set {sets}, updated_at = :now from {_ORDER.source(dialect)} where orders.id = u.id")


def _update_orders(work: UnitOfWork, edited: Sequence[Edited]) -> None:
    rows = [
        (
            e.order.id, e.decision.status.value, e.order.version + 1,
            e.payment_method.value if e.payment_method else None, e.digital, goods_of(e.lines), e.shipping_fee,
            e.discount, e.total, sum(line.quantity for line in e.lines), e.customer_id,
        )
        for e in edited
    ]  # fmt: skip
    now = {"now": db_time(work.dialect, work.now)}
    work.session.execute(_order_sql(work.dialect), _ORDER.params(work.dialect, rows) | now)


def _append_totals(work: UnitOfWork, edited: Sequence[Edited]) -> None:
    totals: Totals = {}
    for e in edited:
        order, facts = e.order, e.order.facts
        group = (order.local_date, order.account_id, facts.status, facts.payment_status, order.currency)
        add(totals, group, -1, -order.total)
        add(totals, (*group[:2], e.decision.status, *group[3:]), 1, e.total)
    append_totals(work, totals)


_CONTACT = RowSet("u", id="bigint", phone_key="text", note="text", **dict.fromkeys(BUYER_FIELDS, "text"))


@lru_cache(maxsize=4)
def _contact_sql(dialect: Dialect) -> TextClause:
    sets = ", ".join(f"{name} = u.{name}" for name in _CONTACT.columns if name != "id")
    return text(
        f"update order_contacts set {sets} from {_CONTACT.source(dialect)} where order_contacts.order_id = u.id"
    )


def _update_contacts(work: UnitOfWork, edited: Sequence[Edited]) -> None:
    if not edited:
        return
    rows = [
        (
            e.order.id, e.phone_key, e.note or None, e.buyer.name, e.buyer.phone, e.buyer.email or None,
            e.buyer.address, e.buyer.district, e.buyer.city, e.buyer.province, e.buyer.postal_code, e.buyer.country,
        )
        for e in edited
    ]  # fmt: skip
    work.session.execute(_contact_sql(work.dialect), _CONTACT.params(work.dialect, rows))


def _replace_lines(work: UnitOfWork, edited: Sequence[Edited]) -> None:
    if not edited:
        return
    ids = {"ids": many(work.dialect, [e.order.id for e in edited])}
    mine = any_of(work.dialect, "order_id", "ids")
    before = _begun(work, mine, ids)
    work.session.execute(text(f"delete from order_lines where {mine}"), ids)
    insert_rows(work.session.connection(), "order_lines", (*LINE_COLUMNS, "picked", "packed"), [
        (e.order.id, line.line_no, line.sku, line.name, line.quantity, new.unit_price, new.digital, e.order.account_id,
         e.order.ordered_at, line.picked, line.packed)
        for e in edited
        for line, new in zip(shared_out(before.get(e.order.id, ()), _numbered(e.lines)), e.lines, strict=True)
    ])  # fmt: skip


def _begun(work: UnitOfWork, mine: str, ids: dict[str, object]) -> dict[int, list[PackLine]]:
    """The lines, by order, of which the warehouse has taken pieces already."""
    sql = f"select order_id, line_no, sku, name, quantity, picked, packed from order_lines where {mine} and picked > 0"
    begun: dict[int, list[PackLine]] = {}
    for order_id, *line in work.session.execute(text(f"{sql} order by order_id, line_no"), ids):
        begun.setdefault(order_id, []).append(PackLine(*line))
    return begun


def _numbered(lines: Sequence[NewLine]) -> list[PackLine]:
    return [PackLine(n, line.sku, line.name, line.quantity, digital=line.digital) for n, line in enumerate(lines, 1)]


_DOC = RowSet("u", id="bigint", doc="text")


@lru_cache(maxsize=4)
def _search_sql(dialect: Dialect) -> TextClause:
    return text(f"update order_search set doc = u.doc from {_DOC.source(dialect)} where order_search.order_id = u.id")


def _update_search(work: UnitOfWork, edited: Sequence[Edited]) -> None:
    if edited:
        rows = [(e.order.id, e.doc) for e in edited]
        work.session.execute(_search_sql(work.dialect), _DOC.params(work.dialect, rows))
