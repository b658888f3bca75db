"""What a buyer sees of an order: two statements into one frozen summary, personal data masked on the way."""

from __future__ import annotations

from typing import Any, TypeAlias

from webapp.domain.order_status import OrderStatus
from webapp.domain.order_summary import OrderSummary, SummaryEvent, SummaryLine, mask_phone, mask_street
from webapp.domain.payment import PaymentMethod, PaymentStatus
from webapp.services.statements import ReadSession, Statement, moment_of

_ORDER = (
    "select o.id, o.number, o.status, o.payment_status, o.payment_method, o.digital, o.currency, o.subtotal,"
    " o.shipping_fee, o.discount, o.total, o.ordered_at, o.returns_withdrawn, s.timezone, c.locale, s.name, s.email,"
    " c.buyer_name, c.buyer_phone, c.address, c.district, c.city, c.province, c.postal_code"
    " from order_contacts c join orders o on o.id = c.order_id join stores s on s.id = o.store_id"
    " where c.public_token = "
)


def summary_by_token(session: ReadSession, token: bytes) -> OrderSummary | None:
    """The order behind a public token as its buyer may see it, or None. Two statements at most.

    Of the history only the general entries that were sent to the buyer are there; a comment that was not never leaves
    the database.
    """
    st = Statement(session)
    found = st.run(_ORDER + st.bind(token))
    if not found:
        return None
    row = found[0]
    lines, events, (courier, tracking_number) = _belongings(session, row[0])
    name, phone, street, district, city, province, postal_code = (part or "" for part in row[17:24])
    return OrderSummary(
        number=row[1],
        status=OrderStatus(row[2]),
        payment_status=PaymentStatus(row[3]),
        payment_method=PaymentMethod(row[4]) if row[4] else None,
        digital=bool(row[5]),
        currency=row[6],
        subtotal=row[7],
        shipping_fee=row[8],
        discount=row[9],
        total=row[10],
        ordered_at=moment_of(row[11]),
        timezone=row[13],
        locale=row[14],
        store_name=row[15],
        store_email=row[16],
        buyer_name=mask_name(name),
        phone=mask_phone(phone),
        address=_address(street, district, city, province, postal_code),
        lines=lines,
        events=events,
        courier=courier,
        tracking_number=tracking_number,
        returns_withdrawn=bool(row[12]),
    )


_Belongings: TypeAlias = tuple[tuple[SummaryLine, ...], tuple[SummaryEvent, ...], tuple[str | None, str | None]]


def _belongings(session: ReadSession, order_id: int) -> _Belongings:
    """Lines, told entries, and courier with tracking number of the newest parcel.

    Parcels are here and not joined to the order: PostgreSQL took longer to plan that join than to do everything else.
    """
    st = Statement(session)
    key = st.bind(order_id)
    rows = st.run(
        "select 0 as part, line_no as n, name as words, quantity, unit_price, null as status, null as at"
        f" from order_lines where order_id = {key}"
        " union all select 1, seq, case when notify then comment else '' end, case when notify then 1 else 0 end, null,"
        f" to_status, at from order_history where order_id = {key} and kind = 'general'"
        " union all select 2, id, courier, null, null, tracking_number, null"
        f" from shipments where order_id = {key} and state <> 'canceled' order by part, n"
    )
    lines = tuple(SummaryLine(r[2], r[3], r[4], r[3] * r[4]) for r in rows if r[0] == 0)
    parcels = [(r[2], r[5]) for r in rows if r[0] == 2]
    return lines, tuple(_events([r for r in rows if r[0] == 1])), parcels[-1] if parcels else (None, None)


def _events(history: list[Any]) -> list[SummaryEvent]:
    events = []
    status = OrderStatus.CREATED
    for _, _, comment, told, _, to_status, at in history:
        status = OrderStatus(to_status) if to_status else status  # an entry without one leaves the order as it was
        if told:
            events.append(SummaryEvent(status, comment, moment_of(at)))
    return events


def _address(street: str, district: str, city: str, province: str, postal_code: str) -> tuple[str, ...]:
    hidden = postal_code[:3] + "•" * len(postal_code[3:])
    parts = (mask_street(street), district, city, " ".join(part for part in (province, hidden) if part))
    return tuple(part for part in parts if part)


def mask_name(name: str) -> str:
    """Keep the beginning of each word of a name: its owner knows it, somebody else learns little."""
    return " ".join(word[: (kept := (len(word) * 2 + 4) // 5)] + "•" * (len(word) - kept) for word in name.split())
