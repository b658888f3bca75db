"""Ten million orders out of a few: the server copies what was made, with ids, moments and unique numbers moved on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Table

from webapp.demo import places
from webapp.demo.orders import COLUMNS
from webapp.demo.parcels import SHOPEE_DIGITS
from webapp.demo.scatter import TAILS, random_symbols_sql, tail_step
from webapp.demo.world import Load
from webapp.domain.channels import Channel
from webapp.extensions import Base
from webapp.models.types import UtcTime

SHIFT = "interval '7907133 milliseconds'"
"""How much earlier than its original each copy lies: a few hours, so that statuses still fit their age."""

# What reads the originals' numbers comes before what copies them.
_ORDER = (
    "orders", "order_contacts", "order_search", "order_history", "order_lines", "payments", "order_channel",
    "shipments",
)  # fmt: skip


def multiply(
    connection: Connection, made: Load, orders: int, salt: int, progress: Callable[[str, int, int], None]
) -> None:
    """Add copies of the orders of `made` until there are `orders` of them; the small store's are not copied."""
    small = made.places.stores[places.SMALL_STORE]
    base, first = made.orders, made.first_order_id
    sources = connection.exec_driver_sql(f"select count(*) from orders where store_id <> {small}").scalar_one()
    copies, rest = divmod(orders - base, sources)
    cut = 0
    if rest:
        copies += 1
        cut = connection.exec_driver_sql(
            f"select id from orders where store_id <> {small} order by id limit 1 offset {rest - 1}"
        ).scalar_one()
    # Whole copies of everything, and of the last one only the beginning.
    within = f"(k < {copies} or b.{{key}} <= {cut})" if rest else "true"
    not_small = f"b.account_id not in (select id from channel_accounts where store_id = {small})"
    for number, table in enumerate(_ORDER):
        progress("copies", number, len(_ORDER))
        model = Base.metadata.tables[table]
        key = "id" if table == "orders" else "order_id"
        values = {name: _moved(model, name, base) for name in COLUMNS[table]} | _special(table, base, first, salt)
        joins = _JOINS.get(table, "")
        where = not_small if "account_id" in COLUMNS[table] else _NOT_SMALL_BY_ORDER.format(small=small)
        connection.exec_driver_sql(
            f"insert into {table} ({', '.join(values)}) select {', '.join(values.values())}"
            f" from {table} b cross join generate_series(1, {copies}) k {joins}"
            f" where {where} and {within.format(key=key)}"
        )
    progress("copies", len(_ORDER), len(_ORDER))


_NOT_SMALL_BY_ORDER = "not exists (select 1 from orders o where o.id = b.order_id and o.store_id = {small})"
_JOINS = {
    "orders": "join stores p on p.id = b.store_id",
    "order_channel": "join channel_accounts a on a.id = b.account_id",
    "order_history": "left join shipments s on s.order_id = b.order_id",
    "order_search": (
        "join channel_accounts a on a.id = b.account_id"
        " left join order_channel c on c.order_id = b.order_id left join shipments s on s.order_id = b.order_id"
    ),
}


def _moved(table: Table, column: str, base: int) -> str:
    """The value of a copy's column: keys moved on, moments moved back, all else as it is."""
    if column in ("id", "order_id"):
        return f"b.{column} + k * {base}"
    if isinstance(table.c[column].type, UtcTime):
        return f"b.{column} - k * {SHIFT}"
    return f"b.{column}"


def _special(table: str, base: int, first: int, salt: int) -> dict[str, Any]:
    """What must be unique again, and what follows from that or from the store's day."""
    day = f"((b.ordered_at - k * {SHIFT}) at time zone p.timezone)"
    symbols = random_symbols_sql(f"{{id}} + k::bigint * {base} - {first}", salt)
    tracking = _later_tail("s.tracking_number", "tracking", base)
    match table:
        case "orders":
            number = f"to_char({day}, 'YYMMDD') || '-' || {symbols.format(id='b.id')}"
            return {"number": number, "local_date": f"{day}::date"}
        case "order_contacts":
            return {"public_token": "substring(sha256(b.public_token || int4send(k)) for 16)"}
        case "order_channel":
            return {"channel_order_id": _channel_number("b.channel_order_id", base)}
        case "shipments":
            return {"tracking_number": _later_tail("b.tracking_number", "tracking", base)}
        case "payments":
            return {"provider_ref": _later_tail("b.provider_ref", "payment", base)}
        case "order_history":
            # A comment or a change that names the parcel names the copy's.
            known = "s.tracking_number is not null and"
            return {
                "comment": f"case when {known} b.comment <> '' then replace(b.comment, s.tracking_number, {tracking})"
                " else b.comment end",
                "changes": f"case when {known} b.changes ? 'tracking_number'"
                f" then replace(b.changes::text, s.tracking_number, {tracking})::jsonb else b.changes end",
            }
        case "order_search":
            doc = f"overlay(b.doc placing lower({symbols.format(id='b.order_id')}) from 1 for 8)"
            for column, later in (
                ("c.channel_order_id", _channel_number("c.channel_order_id", base)),
                ("s.tracking_number", tracking),
            ):
                doc = f"replace({doc}, coalesce(lower({column}), ''), coalesce(lower({later}), ''))"
            return {"doc": doc}
        case _:
            return {}


def _later_tail(column: str, kind: str, base: int) -> str:
    """`column` with its last eight digits moved on by the tails of `k` times `base` orders."""
    step = tail_step(base, kind)
    later = f"mod(right({column}, 8)::bigint + k::bigint * {step}, {TAILS})"
    return f"left({column}, -8) || lpad({later}::text, 8, '0')"


def _channel_number(column: str, base: int) -> str:
    """The same for a channel's order number; Shopee's digits are letters."""
    digits, letters = SHOPEE_DIGITS
    plain = f"left({column}, -8) || translate(right({column}, 8), '{letters}', '{digits}')"
    shopee = _later_tail(f"({plain})", "channel", base)
    shopee = f"left({shopee}, -8) || translate(right({shopee}, 8), '{digits}', '{letters}')"
    return f"case a.channel when '{Channel.SHOPEE.value}' then {shopee} else {_later_tail(column, 'channel', base)} end"
