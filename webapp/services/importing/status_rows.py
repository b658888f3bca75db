"""One row of a status file: what it asks for, and which order it means. Shared by the preview and the running job."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy.orm import Session

from webapp.domain.actors import Scope
from webapp.domain.couriers import TrackingNumberError, clean_tracking_number, courier_from_words
from webapp.domain.damage import is_formula_error
from webapp.domain.errors import Code, Problem
from webapp.domain.order_acts import OrderAct
from webapp.domain.order_status import OrderStatus
from webapp.domain.order_texts import LONGEST_TOLD
from webapp.domain.payment import PaymentStatus
from webapp.domain.words import status_from_words, yes_no
from webapp.services.job_chunks import IdSet
from webapp.services.orders.resolve import resolve_numbers
from webapp.spreadsheets import Column, ColumnMap, Row

COLUMNS = (
    Column("order_number", required=True, aliases=("number", "order no", "nomor pesanan", "no pesanan", "주문번호")),
    Column("status", required=True, aliases=("order status", "status pesanan", "주문상태")),
    Column("comment", aliases=("note", "komentar", "catatan", "메모")),
    Column("notify", aliases=("notify customer", "notify buyer", "beri tahu", "알림")),
    Column("tracking_number", aliases=("tracking no", "awb", "resi", "no resi", "운송장번호", "송장번호")),
    Column("courier", aliases=("kurir", "ekspedisi", "택배사")),
    Column("paid", aliases=("dibayar", "lunas", "입금확인")),
)
"""What a status file may hold; order number and status it must."""


@dataclass(frozen=True, slots=True)
class StatusRow:
    """One row as read: the order it names as typed, and either the act it asks for or what is wrong with it."""

    row: Row
    number: str
    act: OrderAct | None
    problem: Problem | None


@dataclass(frozen=True, slots=True)
class AimedRow:
    """A row together with its order's id, or what is wrong with it."""

    row: Row
    number: str
    order_id: int | None
    act: OrderAct | None
    problem: Problem | None


def read_rows(columns: ColumnMap, rows: Iterable[Row]) -> list[StatusRow]:
    """What rows ask for. Nothing is guessed: a cell that can't be understood fails its row.

    Rows that ask for the same share one act, as most rows of a file do: it is read once, and decided on once for orders
    that stand alike.
    """
    read, act_of = columns.reader(_CELLS), cache(_act)
    return [_status_row(columns, row, act_of, *read(row)) for row in rows]


_CELLS = ("order_number", "status", "comment", "notify", "tracking_number", "courier", "paid")


def _status_row(
    columns: ColumnMap, row: Row, act_of: Callable[..., OrderAct | Problem], number: str, *cells: str
) -> StatusRow:
    act = act_of(*cells)
    if not number:
        act = Problem(Code.MISSING_VALUE, {"field": "order_number"})
    if row.unstored and (found := columns.unstored(row)) is not None:
        field, formula = found
        act = Problem(Code.BAD_VALUE, {"field": field, "value": formula[:100], "variant": "formula"})
    if isinstance(act, Problem):
        return StatusRow(row, number, None, act)
    return StatusRow(row, number, act, None)


def _too_long(field: str, text: str) -> Problem:
    limit = LONGEST_TOLD[field]
    return Problem(Code.BAD_VALUE, {"field": field, "value": text[:60] + "…", "variant": "long", "limit": limit})


def _act(status: str, comment: str, notify: str, tracking: str, courier: str, paid: str) -> OrderAct | Problem:
    to = status_from_words(status)
    if not status:
        return Problem(Code.MISSING_VALUE, {"field": "status"})
    if to is None:
        known = [member.value for member in OrderStatus]
        return Problem(Code.UNKNOWN_STATUS, {"value": status[:100], "known": known})
    for field, text in (("notify", notify), ("paid", paid)):
        if text and yes_no(text) is None:
            return Problem(Code.BAD_VALUE, {"field": field, "value": text[:100]})
    for field, text in (("comment", comment), ("tracking_number", tracking), ("courier", courier)):
        if is_formula_error(text):
            return Problem(Code.BAD_VALUE, {"field": field, "value": text, "variant": "formula_error"})
    for field, text in (("comment", comment), ("courier", courier)):
        if len(text) > LONGEST_TOLD[field]:
            return _too_long(field, text)
    try:
        number = clean_tracking_number(tracking) if tracking else None
    except TrackingNumberError as error:
        variant = {"variant": "rounded"} if error.code == "damaged_number" else {}
        return Problem(Code.BAD_VALUE, {"field": "tracking_number", "value": tracking[:100], **variant})
    return OrderAct(
        to=to,
        # In a file `paid: no` never un-pays.
        payment=PaymentStatus.PAID if paid and yes_no(paid) else None,
        courier=(courier_from_words(courier) or courier) if courier else None,
        tracking_number=number,
        comment=comment,
        notify=bool(notify and yes_no(notify)),
    )


def aim_rows(session: Session, scope: Scope, rows: Sequence[StatusRow], seen: IdSet) -> list[AimedRow]:
    """Find each row's order within `scope`. Of two rows for one order the first counts: later ones are `duplicate_row`.

    `seen` is what earlier rows named; the orders of these are added to it.
    """
    found = resolve_numbers(session, scope, list({row.number for row in rows if row.number}))
    aimed = []
    for row in rows:
        target = found.get(row.number)
        order_id = target if isinstance(target, int) else None
        problem = row.problem or (target if isinstance(target, Problem) else None)
        if order_id is not None and not seen.add(order_id):
            problem = Problem(Code.DUPLICATE_ROW, {"number": row.number})
            order_id = None
        aimed.append(AimedRow(row.row, row.number, order_id, row.act, problem))
    return aimed
