"""The message that a person sends to one buyer from their own phone, filled in for the order."""

from __future__ import annotations

from urllib.parse import quote

from flask_babel import force_locale
from sqlalchemy.orm import Session

from webapp.admin.orders.links import buyer_url
from webapp.domain.couriers import courier_name
from webapp.domain.follow_up import fill, follow_up_of
from webapp.domain.words import home_country, international_phone
from webapp.formats import money
from webapp.formats.follow_ups import default_follow_up
from webapp.services.message_templates import own_words
from webapp.services.orders.detail import OrderDetail

_LINES = 5
"""Items that a message lists; what is beyond them is counted."""


def chat_number(order: OrderDetail) -> str | None:
    """The buyer's number as a messenger takes it; None without one, or where it may not be known."""
    country = home_country(order.contact.country, order.currency)
    return international_phone(order.contact.phone, country) if order.token else None


def whatsapp_link(session: Session, order: OrderDetail) -> str | None:
    """The address that opens the chat with the buyer, with the message filled in; None without a `chat_number`."""
    number = chat_number(order)
    return f"https://wa.me/{number}?text={quote(follow_up_text(session, order))}" if number else None


def follow_up_text(session: Session, order: OrderDetail) -> str:
    """The message in the buyer's language, the store's own words before the program's."""
    event = follow_up_of(order.status, order.payment_status, order.payment_method)
    language, own = own_words(session, order.store_code, event, order.contact.locale)
    parcel = order.shipment
    with force_locale(language):
        total = money(order.total or 0, order.currency)
    values = {
        "buyer": order.contact.name,
        "number": order.number,
        "store": order.store,
        "items": _items(order),
        "total": total,
        "courier": courier_name(parcel.courier) if parcel and parcel.courier else "",
        "tracking": (parcel.tracking_number if parcel else None) or "",
        "link": buyer_url(order),
    }
    return fill(own or default_follow_up(event, language), values)


def _items(order: OrderDetail) -> str:
    named = [f"• {line.quantity} × {line.name}" for line in order.lines[:_LINES]]
    more = len(order.lines) - _LINES
    return "\n".join([*named, f"• + {more}"] if more > 0 else named)
