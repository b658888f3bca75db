"""Adding an order by hand, once a form: whoever sends the same form twice is led to the order that it made."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import dataclass

from sqlalchemy import select

from webapp.domain.actors import Actor
from webapp.domain.errors import Code, Refused
from webapp.models import Order, OrderContact, UserPreference
from webapp.services.orders.create import NewOrder, insert_orders
from webapp.services.statements import ReadSession, Statement
from webapp.services.unit_of_work import unit_of_work

LAST_STORE = "entry_store"
"""The preference that names the store which somebody last added an order to."""
_FORM = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True, slots=True)
class EnteredOrder:
    """The number of the order that a form made; `new` is false when an earlier sending of it has made it."""

    number: str
    new: bool


def token_of(secret: str | bytes, actor: Actor, form: str) -> bytes | None:
    """The token of the buyer's page for the order of a form; `form` is the random text that the form carries.

    Known only to who knows `secret`, and another one for another person. None for a text that we never gave out.
    """
    if _FORM.fullmatch(form) is None:
        return None
    key = secret.encode() if isinstance(secret, str) else secret
    return hmac.digest(key, f"order form {actor.kind.value} {actor.id} {form}".encode(), hashlib.sha256)[:16]


def enter_order(actor: Actor, order: NewOrder, store: str) -> EnteredOrder:
    """Create the order, and remember `store` (a code) as the person's last one. With `order.token` only once: two
    orders can't have one token, in whatever process they are made. Raises Refused, as `create_orders`."""
    with unit_of_work(actor) as work:
        person = work.lock_person()
        if person is None:
            raise Refused(Code.NO_PERMISSION, number="", variant="create")
        if order.token is not None:
            made = select(Order.number).join(OrderContact, OrderContact.order_id == Order.id)
            number = work.session.scalar(made.where(OrderContact.public_token == order.token))
            if number is not None:
                return EnteredOrder(number, new=False)
        number = insert_orders(work, [order])[0].number
        work.session.merge(UserPreference(user_id=person.id, name=LAST_STORE, value=store))
    return EnteredOrder(number, new=True)


def last_store(session: ReadSession, actor: Actor) -> str | None:
    """The code of the store that the person last added an order to by hand."""
    st = Statement(session)
    rows = st.run(
        "select cast(value as text) from user_preferences"
        f" where user_id = {st.bind(actor.id)} and name = {st.bind(LAST_STORE)}"
    )
    return str(json.loads(rows[0][0])) if rows else None
