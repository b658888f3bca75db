"""What a buyer sees of an order: one statement into one frozen summary, personal data masked on the way."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from webapp.domain.order_status import OrderStatus
from webapp.domain.order_summary import OrderSummary, SummaryEvent, SummaryLine, mask_phone, mask_street
from webapp.domain.payment import PaymentMethod, PaymentStatus
from webapp.models.types import from_ms
from webapp.services.statements import ReadSession, Statement, json_of, moment_of

_ORDER = (
    "select o.number, o.status, o.payment_status, o.payment_method, o.digital, o.currency, o.subtotal, o.shipping_fee,"
    " o.discount, o.total, o.ordered_at, o.returns_withdrawn, s.timezone, c.locale, s.name, s.email,"
    " (select {all}({row}(line_no, name, quantity, unit_price)) from order_lines where order_id = o.id),"
    " (select {all}({row}(seq, case when notify then comment else '' end, notify, to_status, at))"
    " from order_history where order_id = o.id and kind = 'general'),"
    " (select {all}({row}(id, courier, tracking_number)) from shipments"
    " where order_id = o.id and state <> 'canceled'),"
    " c.buyer_name, c.buyer_phone, c.address, c.district, c.city, c.province, c.postal_code"
    " from order_contacts c join orders o on o.id = c.order_id join stores s on s.id = o.store_id"
    " where c.public_token = "
)
_POSTGRESQL = _ORDER.format(all="json_agg", row="json_build_array")
_SQLITE = _ORDER.format(all="json_group_array", row="json_array")


def summary_by_token(session: ReadSession, token: bytes) -> OrderSummary | None:
    """The order behind a public token as its buyer may see it, or None. One statement.

    What belongs to the order comes as lists within its row: a statement of its own would be another way to the server
    and back. Of the history only the general entries that were sent to the buyer are there; a comment that was not
    never leaves the database.
    """
    st = Statement(session)
    found = st.run((_SQLITE if st.sqlite else _POSTGRESQL) + st.bind(token))
    if not found:
        return None
    row = found[0]
    lines, history, parcels = (_in_order(each) for each in row[16:19])
    courier, tracking_number = parcels[-1][1:] if parcels else (None, None)
    name, phone, street, district, city, province, postal_code = (part or "" for part in row[19:26])
    return OrderSummary(
        number=row[0],
        status=OrderStatus(row[1]),
        payment_status=PaymentStatus(row[2]),
        payment_method=PaymentMethod(row[3]) if row[3] else None,
        digital=bool(row[4]),
        currency=row[5],
        subtotal=row[6],
        shipping_fee=row[7],
        discount=row[8],
        total=row[9],
        ordered_at=moment_of(row[10]),
        timezone=row[12],
        locale=row[13],
        store_name=row[14],
        store_email=row[15],
        buyer_name=mask_name(name),
        phone=mask_phone(phone),
        address=_address(street, district, city, province, postal_code),
        lines=tuple(SummaryLine(words, count, price, count * price) for _no, words, count, price in lines),
        events=tuple(_events(history)),
        courier=courier,
        tracking_number=tracking_number,
        returns_withdrawn=bool(row[11]),
    )


def _in_order(listed: Any) -> list[Any]:
    """Rows within a row, by the number that each begins with; PostgreSQL gives nothing for none."""
    return sorted(json_of(listed) or [])


def _events(history: list[Any]) -> list[SummaryEvent]:
    events = []
    status = OrderStatus.CREATED
    for _seq, comment, told, to_status, at in history:
        status = OrderStatus(to_status) if to_status else status  # an entry without one leaves the order as it was
        if told:
            at_ = from_ms(at) if isinstance(at, int) else datetime.fromisoformat(at)
            events.append(SummaryEvent(status, comment, at_))
    return events


def _address(street: str, district: str, city: str, province: str, postal_code: str) -> tuple[str, ...]:
    hidden = postal_code[:3] + "•" * len(postal_code[3:])
    parts = (mask_street(street), district, city, " ".join(part for part in (province, hidden) if part))
    return tuple(part for part in parts if part)


def mask_name(name: str) -> str:
    """Keep the beginning of each word of a name: its owner knows it, somebody else learns little."""
    return " ".join(word[: (kept := (len(word) * 2 + 4) // 5)] + "•" * (len(word) - kept) for word in name.split())
