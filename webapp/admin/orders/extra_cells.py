"""The cells of the columns that a list shows only to who asks for them, as markup; all texts are escaped here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from types import MappingProxyType
from typing import TypeAlias

from webapp.admin.orders.row_words import NONE, Words, escape, korean
from webapp.formats import channel_label
from webapp.services.orders.rows import OrderRow
from webapp.services.statements import maybe_moment

Writer: TypeAlias = Callable[[OrderRow, Words], str]

NO_EXTRA: MappingProxyType[str, str] = MappingProxyType({})
_NOTHING = f'<span class="none lp-muted">{NONE}</span>'


def _cut(first: str | None, second: str | None = None) -> str:
    """A text that is cut where the column ends, and maybe a second line below it."""
    if not first and not second:
        return _NOTHING
    first, second = (first, second) if first else (second, None)
    text = escape(first or "")
    cell = f'<div class="lp-cut" title="{text}"{korean(first or "")}>{text}</div>'
    return f'{cell}<div class="lp-l2 lp-cut"{korean(second)}>{escape(second)}</div>' if second else cell


def _when(at: datetime | None, row: OrderRow, words: Words) -> str:
    return _NOTHING if at is None else f'<div class="lp-num lp-cut">{words.moment(at, row.timezone)}</div>'


def _asked(row: OrderRow, name: str) -> str | None:
    """The first value of what the rows hold besides, None where it does not exist for the reader."""
    values = (row.more or {}).get(name)
    return values[0] if values else None


def _city(row: OrderRow) -> str:
    city, province = (row.more or {}).get("city", (None, None))
    return _cut(city, province)


EXTRA: dict[str, Writer] = {
    "store": lambda row, _words: _cut(row.store),
    "account": lambda row, _words: _cut(row.account, channel_label(row.channel)),
    "channel_order_id": lambda row, _words: _cut(_asked(row, "channel_order_id")),
    "ordered": lambda row, words: _when(row.ordered_at, row, words),
    "updated": lambda row, words: _when(maybe_moment(_asked(row, "updated")), row, words),
    "ship_by": lambda row, words: _when(row.ship_by, row, words),
    "phone": lambda row, _words: _cut(row.buyer_phone),
    "email": lambda row, _words: _cut(_asked(row, "email")),
    "city": lambda row, _words: _city(row),
    "method": lambda row, words: f'<div class="lp-cut">{words.method(row.payment_method)}</div>',
    "sku": lambda row, _words: _cut(_asked(row, "sku")),
    "tracking": lambda row, _words: _cut(row.tracking_number),
    "tags": lambda row, words: words.tags(row.tags) if row.tags else _NOTHING,
    "note": lambda row, _words: _cut(_asked(row, "note")),
    "assigned": lambda row, _words: _cut(_asked(row, "assigned")),
    "warehouse": lambda row, _words: _cut(_asked(row, "warehouse")),
}
"""What writes each of them."""
