"""Mails to buyers: from an order and one entry of its history to a message in the buyer's language.

Everything is read when the mail leaves, not when it was asked for, so that courier and tracking number are those of
now; the status and the comment are the entry's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from webapp.domain.couriers import courier_name, tracking_link
from webapp.domain.numbers import encode_token
from webapp.domain.order_status import Notice
from webapp.domain.shipping import CLOSED
from webapp.integrations.notifiers.base import Message, Notifier
from webapp.models import Order, OrderContact, OrderHistory, OrderLine, Shipment, Store
from webapp.services.outbox import Delivery
from webapp.services.unit_of_work import end_reading

NO_ADDRESS = "no e-mail address"
"""Note on a message that needed no sending: its buyer has the order page only."""
ORDER_GONE = "the order was deleted"


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One item as the mail lists it; amounts in minor units."""

    name: str
    quantity: int
    total: int


@dataclass(frozen=True, slots=True)
class OrderNotice:
    """What the mail's templates get, and nothing else. Amounts in minor units, times in UTC."""

    notice: str
    number: str
    status: str
    status_changed: bool
    comment: str
    at: datetime
    timezone: str
    buyer_name: str
    store_name: str
    currency: str
    lines: tuple[NoticeLine, ...]
    subtotal: int
    shipping_fee: int
    discount: int
    total: int
    payment_status: str
    courier: str
    tracking_number: str
    tracking_url: str
    url: str


class BuyerMails:
    """The outbox's sender of buyer mails: reads in a read transaction, closes it, then hands the mail over.

    `base_url` is where buyers find the site. Raises what the notifier raises.
    """

    def __init__(self, session: Session, notifier: Notifier, base_url: str) -> None:
        self._session = session
        self._notifier = notifier
        self._base_url = base_url

    def __call__(self, delivery: Delivery) -> str | None:
        try:
            built = build_mail(self._session, delivery, self._base_url)
        finally:
            end_reading()
        if isinstance(built, str):
            return built
        self._notifier.send(built)
        return None


def build_mail(session: Session, delivery: Delivery, base_url: str) -> Message | str:
    """The mail of one message, or the reason (a note) why there is none to send. Needs an application's context."""
    row = _read(session, delivery)
    if row is None:
        return ORDER_GONE
    order, contact, store = row.Order, row.OrderContact, row.Store
    if not contact.buyer_email:
        return NO_ADDRESS
    notice = _notice(row, _lines(session, order.id), str(delivery.payload["notice"]), base_url)
    with force_locale(contact.locale or store.locale):
        return Message(
            to=contact.buyer_email,
            subject=" ".join(_render("order_notice_subject.txt", notice).split()),
            text=_render("order_notice.txt", notice),
            html=_render("order_notice.html", notice),
            message_id=message_id(delivery.id, base_url),
            from_name=store.name,
            from_address=store.email,
            reply_to=store.email,
        )


def message_id(outbox_id: int, base_url: str) -> str:
    """The left side of the Message-ID: the same whenever this message leaves, and no other installation's."""
    return f"outbox-{outbox_id}-{urlsplit(base_url).hostname or 'localhost'}"


def _read(session: Session, delivery: Delivery) -> Row[Order, OrderContact, Store, OrderHistory, Shipment] | None:
    seq = int(delivery.payload["seq"])
    open_shipment = (Shipment.order_id == Order.id) & Shipment.state.not_in([state.value for state in CLOSED])
    return session.execute(
        select(Order, OrderContact, Store, OrderHistory, Shipment)
        .join(OrderContact, OrderContact.order_id == Order.id)
        .join(Store, Store.id == Order.store_id)
        .join(OrderHistory, (OrderHistory.order_id == Order.id) & (OrderHistory.seq == seq))
        .outerjoin(Shipment, open_shipment)
        .where(Order.id == delivery.order_id)
        # The session may have seen this order before; a mail tells what is true now.
        .execution_options(populate_existing=True)
    ).first()


def _lines(session: Session, order_id: int) -> tuple[NoticeLine, ...]:
    rows = session.execute(
        select(OrderLine.name, OrderLine.quantity, OrderLine.unit_price)
        .where(OrderLine.order_id == order_id)
        .order_by(OrderLine.line_no)
    )
    return tuple(NoticeLine(r.name, r.quantity, r.quantity * r.unit_price) for r in rows)


def _notice(
    row: Row[Order, OrderContact, Store, OrderHistory, Shipment],
    lines: tuple[NoticeLine, ...],
    notice: str,
    base_url: str,
) -> OrderNotice:
    order, contact, store, entry, shipment = row.Order, row.OrderContact, row.Store, row.OrderHistory, row.Shipment
    courier = (shipment.courier if shipment else None) or ""
    number = (shipment.tracking_number if shipment else None) or ""
    return OrderNotice(
        notice=notice if notice in set(Notice) else Notice.ORDER_UPDATED.value,
        number=order.number,
        status=entry.to_status or order.status,
        status_changed=entry.to_status is not None and entry.to_status != entry.from_status,
        comment=entry.comment.strip(),
        at=entry.at,
        timezone=store.timezone,
        buyer_name=contact.buyer_name,
        store_name=store.name,
        currency=order.currency,
        lines=lines,
        subtotal=order.subtotal,
        shipping_fee=order.shipping_fee,
        discount=order.discount,
        total=order.total,
        payment_status=order.payment_status,
        courier=courier_name(courier) if courier else "",
        tracking_number=number,
        tracking_url=(tracking_link(courier, number) if courier and number else None) or "",
        url=f"{base_url}/o/{encode_token(contact.public_token)}",
    )


def _render(name: str, notice: OrderNotice) -> str:
    # Not render_template: its context processors ask who is signed in, and nobody is.
    return current_app.jinja_env.get_template(f"mail/{name}").render(notice=notice)
