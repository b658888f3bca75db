"""The rows of the list: everything that it shows of an order, read by key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from webapp.domain.order_status import Acceptance, OrderStatus
from webapp.domain.payment import PaymentMethod, PaymentStatus
from webapp.services.orders.codes import ACCEPTANCE, METHOD, PAYMENT, STATUS
from webapp.services.statements import ReadSession, Statement, by_key, maybe_moment, moment_of

MORE: dict[str, tuple[str, ...]] = {
    "updated": ("o.updated_at",),
    "channel_order_id": ("(select x.channel_order_id from order_channel x where x.order_id = o.id)",),
    "email": ("c.buyer_email",),
    "city": ("c.city", "c.province"),
    "sku": ("l.sku",),
    "note": ("c.note",),
    "assigned": ("(select x.name from users x where x.id = o.assigned_to)",),
    "warehouse": ("(select x.name from warehouses x where x.id = o.warehouse_id)",),
}
"""What only some lists show of an order, each read by key within the one statement of the rows."""
PRIVATE = frozenset({"email", "assigned"})
"""What of it does not exist for people who may see neither prices nor e-mail addresses."""


class OrderRow(NamedTuple):
    """One order as the list shows it. `total` in minor units of `currency`, None for people who may not see prices.

    `item_count` is pieces, `line_count` lines; `first_line` the name of the first. `courier` and `tracking_number` are
    the latest shipment's that was not canceled, `tags` the names of its tags. `channel` is a code, `account` the shop's
    name there. `more` holds what was asked for besides, by its name in `MORE`, as the driver gives it.
    """

    number: str
    status: OrderStatus
    payment_status: PaymentStatus
    payment_method: PaymentMethod | None
    digital: bool
    acceptance: Acceptance
    on_hold: bool
    currency: str
    total: int | None
    item_count: int
    ordered_at: datetime
    ship_by: datetime | None
    arranged_at: datetime | None
    label_printed_at: datetime | None
    invoice_printed_at: datetime | None
    version: int
    store: str
    timezone: str
    channel: str
    account: str
    buyer_name: str
    buyer_phone: str
    first_line: str
    first_quantity: int
    line_count: int
    courier: str | None
    tracking_number: str | None
    tags: tuple[str, ...]
    more: Mapping[str, tuple[Any, ...]] | None = None


_BETWEEN = "\x1f"
"""Between the names of an order's tags where they come as one text: no name has it."""


def tag_names(st: Statement, order_id: str) -> str:
    """An order's tags as an expression; `split_names` reads it."""
    names = "group_concat(g.name, char(31))" if st.sqlite else "string_agg(g.name, chr(31))"
    return f"(select {names} from order_tags x join tags g on g.id = x.tag_id where x.order_id = {order_id})"


def split_names(names: str | None) -> tuple[str, ...]:
    """What `tag_names` gave, in the order of the names."""
    return tuple(sorted(names.split(_BETWEEN), key=str.casefold)) if names else ()


_SQL = (
    "select o.id, o.number, o.status, o.payment_status, o.payment_method, o.digital, o.acceptance, o.on_hold,"
    " o.currency, o.total, o.item_count, o.ordered_at, o.ship_by, o.arranged_at, o.label_printed_at,"
    " o.invoice_printed_at, o.version,"
    " s.name, s.timezone, a.channel, a.name, c.buyer_name, c.buyer_phone, l.name, l.quantity,"
    " (select count(*) from order_lines n where n.order_id = o.id), p.courier, p.tracking_number, {tags}{more}"
    " from orders o join channel_accounts a on a.id = o.account_id join stores s on s.id = o.store_id"
    " left join order_contacts c on c.order_id = o.id left join order_lines l on l.order_id = o.id and l.line_no = 1"
    " left join shipments p on p.id ="
    " (select max(x.id) from shipments x where x.order_id = o.id and x.state <> 'canceled') where "
)


def _found(session: ReadSession, ids: Sequence[int], more: Sequence[str]) -> list[Any]:
    st = Statement(session)
    asked = "".join(f", {sql}" for name in more for sql in MORE[name])
    sql = _SQL.replace("{tags}", tag_names(st, "o.id")).replace("{more}", asked)
    return st.run(sql + (st.among("o.id", ids) if st.sqlite else f"o.id = any({st.array(ids, 'bigint')})"))


def read_rows(
    session: ReadSession, ids: Sequence[int], *, restricted: bool = False, more: Sequence[str] = ()
) -> list[OrderRow]:
    """The rows of these orders, in this order, in one statement. `restricted` leaves prices and what is private out.

    `more` are names of `MORE` that the rows should hold too.
    """
    if not ids:
        return []
    by_id = {}
    if restricted:
        more = [name for name in more if name not in PRIVATE]
    for row in by_key(lambda reading: _found(reading, ids, more), session):
        by_id[row[0]] = OrderRow(
            row[1], STATUS[row[2]], PAYMENT[row[3]], METHOD[row[4]], bool(row[5]), ACCEPTANCE[row[6]], bool(row[7]),
            row[8], None if restricted else row[9], row[10], moment_of(row[11]), maybe_moment(row[12]),
            maybe_moment(row[13]), maybe_moment(row[14]), maybe_moment(row[15]), row[16], row[17], row[18], row[19],
            row[20], row[21] or "", row[22] or "", row[23] or "", row[24] or 0, row[25], row[26], row[27],
            split_names(row[28]), _more(row[_FIRST_MORE:], more) if more else None,
        )  # fmt: skip
    return [by_id[order_id] for order_id in ids if order_id in by_id]


_FIRST_MORE = 29
"""Where in a row of the statement the columns begin that were asked for besides."""


def _more(values: Sequence[Any], names: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    left = iter(values)
    return {name: tuple(islice(left, len(MORE[name]))) for name in names}
