"""The cells of the list's rows, ready to be written.

Fifty rows have some thousand values. Looking each up, formatting and escaping it in the template takes longer than all
statements together, so a row comes as one tuple of finished texts, and what many rows say is made once a page.
Everything that people typed is escaped here: the template of the rows writes the texts as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from webapp.admin.orders.extra_cells import EXTRA, NO_EXTRA, Writer
from webapp.admin.orders.row_words import NONE, Words, escape, korean
from webapp.domain.couriers import courier_name
from webapp.domain.order_status import TO_SHIP, Acceptance
from webapp.services.orders.rows import OrderRow


class Cells(NamedTuple):
    """One row, in the order in which the template unpacks it. `account`, `buyer` and `item` begin with the attribute
    `lang` where they are Korean. `level` is late, soon or empty."""

    number: str
    kept: bool
    status: str
    channel: str
    account_lang: str
    account: str
    buyer_lang: str
    buyer: str
    phone: str
    item_lang: str
    item: str
    pieces: str
    more: str
    tags: str
    total: str
    payment: str
    method: str
    awaiting: bool
    on_hold: bool
    digital: bool
    courier: str
    tracking: str
    label_printed: bool
    invoice_printed: bool
    level: str
    due: str
    extra: Mapping[str, str]
    """What stands in the cells of columns that are not the usual ones, by their names, as markup."""


def cells(rows: Iterable[OrderRow], kept: Iterable[str], now: datetime, columns: Sequence[str] = ()) -> list[Cells]:
    """The cells of these rows; `kept` are the numbers that are ticked already, `columns` the names of those shown."""
    ticked = frozenset(kept)
    words = Words(now)
    writers = [(name, EXTRA[name]) for name in columns if name in EXTRA]
    return [_cells(row, ticked, words, writers) for row in rows]


def _cells(row: OrderRow, ticked: frozenset[str], words: Words, writers: Sequence[tuple[str, Writer]]) -> Cells:
    waits = row.status in TO_SHIP and row.ship_by is not None
    text, level = words.due(row.ship_by) if waits and row.ship_by else (words.age(row.ordered_at), "")
    return Cells(
        row.number,
        row.number in ticked,
        row.status.value,
        row.channel,
        korean(row.account),
        words.escaped(row.account),
        korean(row.buyer_name),
        escape(row.buyer_name),
        escape(row.buyer_phone),
        korean(row.first_line),
        words.escaped(row.first_line),
        words.pieces(row.item_count),
        words.more(row.line_count - 1) if row.line_count > 1 else "",
        words.tags(row.tags) if row.tags else "",
        NONE if row.total is None else words.money(row.total, row.currency),
        row.payment_status.value,
        words.method(row.payment_method),
        row.acceptance is Acceptance.AWAITING,
        row.on_hold,
        row.digital,
        words.escaped(courier_name(row.courier)) if row.courier else "",
        escape(row.tracking_number) if row.tracking_number else "",
        row.label_printed_at is not None,
        row.invoice_printed_at is not None,
        level,
        text,
        {name: write(row, words) for name, write in writers} if writers else NO_EXTRA,
    )
