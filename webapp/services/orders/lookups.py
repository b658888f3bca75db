"""What somebody who enters an order by hand looks up: the stores, buyers who bought before, items sold before.

Buyers are found by the list's own search; items by the beginning of their SKU, over the index of the lines. Neither
grows with the number of orders.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from webapp.domain.actors import Scope
from webapp.domain.numbers import prefix_range
from webapp.domain.words import search_doc, search_words
from webapp.services.orders.filters import ListFilter
from webapp.services.orders.query import list_orders
from webapp.services.statements import ReadSession, Statement, json_of, moment_of

MOST_BUYERS = 8
MOST_ITEMS = 20
"""How many are offered."""
_ORDERS_LOOKED_AT = 60
"""Orders that the search brings; a buyer with more of them hides others, and more words find those."""
_SKUS_LOOKED_AT = 30
"""Different SKUs that a beginning may have; those of other stores only are among them."""
_NO_SKU = {0: None, 0x10FFFF: None}
"""What no SKU has: PostgreSQL takes no NUL, and after the last character there is no end of a range."""
_BETWEEN_DIGITS = re.compile(r"[\s().-]+")
_CALLING = re.compile(r"\+(?:62|82)")
_LINES_LOOKED_AT = 100
"""The latest lines of one SKU among which one of the store's is looked for."""


@dataclass(frozen=True, slots=True)
class EntryStore:
    """A store that orders can be added to; `account_id` is its built-in account for orders by hand."""

    code: str
    name: str
    currency: str
    account_id: int


@dataclass(frozen=True, slots=True)
class KnownBuyer:
    """A buyer as their latest order in the store has them; `number` is that order's."""

    number: str
    name: str
    phone: str
    email: str
    address: str
    district: str
    city: str
    province: str
    postal_code: str
    country: str
    ordered_at: datetime


@dataclass(frozen=True, slots=True)
class KnownItem:
    """An item as the store's latest line of this SKU has it; `unit_price` in minor units."""

    sku: str
    name: str
    unit_price: int
    digital: bool


def entry_stores(session: ReadSession, scope: Scope) -> tuple[EntryStore, ...]:
    """The stores within `scope` that take orders by hand, by name: those that are not archived."""
    st = Statement(session)
    mine = "1 = 1" if scope.account_ids is None else st.among("a.id", scope.account_ids)
    rows = st.run(
        "select s.code, s.name, s.currency, a.id from stores s join channel_accounts a on a.store_id = s.id"
        " where a.channel = 'manual' and a.external_id is null and s.archived_at is null and a.archived_at is null"
        f" and {mine} order by s.name, s.code"
    )
    return tuple(EntryStore(*row) for row in rows)


def archived_store(session: ReadSession, scope: Scope, code: str) -> str | None:
    """The name of the store with this code, if it is archived and exists within `scope`."""
    if "\0" in code:
        return None
    st = Statement(session)
    mine = "1 = 1" if scope.account_ids is None else st.among("a.id", scope.account_ids)
    rows = st.run(
        "select s.name from stores s join channel_accounts a on a.store_id = s.id"
        f" where s.code = {st.bind(code)} and s.archived_at is not null and {mine} limit 1"
    )
    return rows[0][0] if rows else None


def find_buyers(session: ReadSession, scope: Scope, store: str, words: str) -> list[KnownBuyer]:
    """Buyers of the store (by code) whose name, phone or e-mail has these words, who bought last first.

    One buyer is one customer; who left neither phone nor e-mail is known by the name. Words under three letters find
    nothing. For people who may know e-mail addresses only.
    """
    words = _as_kept(words)
    wanted = [word.forms for word in search_words(words) if not word.too_short]
    if not wanted or scope.restricted:
        return []
    flt = ListFilter(q=words, store=(store,))
    page = list_orders(session, scope, flt, limit=_ORDERS_LOOKED_AT, with_count=False)
    found: dict[object, KnownBuyer] = {}
    for customer_id, phone_key, buyer in _buyers(session, [row.number for row in page.rows]):
        # The search also looks through SKUs and numbers, which say nothing of a buyer.
        doc = search_doc(buyer.name, phone_key, buyer.email, buyer.phone)
        if all(any(form in doc for form in forms) for forms in wanted):
            found.setdefault(customer_id or buyer.name.casefold(), buyer)
    return list(found.values())[:MOST_BUYERS]


def _as_kept(words: str) -> str:
    """A phone number, or its beginning, as it is kept: national digits without the leading 0; other words as typed.

    The list's search leaves the 0 of a few digits, because they may stand anywhere in a number.
    """
    digits = _BETWEEN_DIGITS.sub("", words)
    abroad = _CALLING.match(digits)
    national = digits[abroad.end() :] if abroad else digits
    return national.lstrip("0") or words if national.isdecimal() else words


def buyer_of(session: ReadSession, scope: Scope, store: str, number: str) -> KnownBuyer | None:
    """The buyer of the store's order with this number, or None if there is none within `scope`."""
    if scope.restricted:
        return None
    st = Statement(session)
    rows = st.run(
        "select o.account_id, o.warehouse_id from orders o join stores s on s.id = o.store_id"
        f" where o.number = {st.bind(number)} and s.code = {st.bind(store)}"
    )
    if not rows or not scope.covers(*rows[0]):
        return None
    return next(buyer for *_keys, buyer in _buyers(session, [number]))


def _buyers(session: ReadSession, numbers: list[str]) -> Iterable[tuple[int | None, str | None, KnownBuyer]]:
    """(customer, phone as it is looked up, buyer) of these orders, the latest first."""
    if not numbers:
        return []
    st = Statement(session)
    rows = st.run(
        "select o.customer_id, c.phone_key, o.number, c.buyer_name, c.buyer_phone, coalesce(c.buyer_email, ''),"
        " c.address, c.district, c.city, c.province, c.postal_code, c.country, o.ordered_at"
        " from orders o join order_contacts c on c.order_id = o.id"
        f" where {st.among('o.number', numbers)} order by o.ordered_at desc, o.id desc"
    )
    return [(row[0], row[1], KnownBuyer(*(*row[2:12], moment_of(row[12])))) for row in rows]


def find_items(session: ReadSession, account_ids: frozenset[int], typed: str) -> list[KnownItem]:
    """Items whose SKU begins with what was typed (as it is, or in capitals), as these accounts sold them last, by SKU.

    Only the latest lines of each SKU are looked at: what these accounts sold long before others did is not found.
    """
    typed = typed.strip().translate(_NO_SKU)
    if not typed or not account_ids:
        return []
    found: dict[str, KnownItem] = {}
    for beginning in dict.fromkeys((typed, typed.upper())):
        found |= {item.sku: item for item in _items(session, account_ids, beginning)}
    return sorted(found.values(), key=lambda item: item.sku)[:MOST_ITEMS]


def _items(session: ReadSession, account_ids: frozenset[int], beginning: str) -> Iterable[KnownItem]:
    st = Statement(session)
    low, high = prefix_range(beginning)
    array = "json_array" if st.sqlite else "json_build_array"
    # From one SKU to the next over the index: the lines of a SKU may be millions.
    rows = st.run(
        "with recursive k(sku, n) as (select (select l.sku from order_lines l"
        f" where l.sku >= {st.bind(low)} and l.sku < {st.bind(high)} order by l.sku limit 1), 1"
        " union all select (select l.sku from order_lines l"
        f" where l.sku > k.sku and l.sku < {st.bind(high)} order by l.sku limit 1), k.n + 1"
        f" from k where k.sku is not null and k.n < {_SKUS_LOOKED_AT})"
        f" select k.sku, (select {array}(x.name, x.unit_price, x.digital) from ("
        "select l.name, l.unit_price, l.digital, l.account_id, l.ordered_at, l.order_id from order_lines l"
        f" where l.sku = k.sku order by l.ordered_at desc, l.order_id desc limit {_LINES_LOOKED_AT}) x"
        f" where {st.among('x.account_id', account_ids)} order by x.ordered_at desc, x.order_id desc limit 1)"
        " from k where k.sku is not null"
    )
    for sku, found in rows:
        if found is not None:
            name, unit_price, digital = json_of(found)
            yield KnownItem(sku, name, unit_price, bool(digital))


def store_accounts(session: ReadSession, scope: Scope, store: str) -> frozenset[int]:
    """The accounts of the store with this code that exist within `scope`."""
    st = Statement(session)
    rows = st.run(
        f"select a.id from channel_accounts a join stores s on s.id = a.store_id where s.code = {st.bind(store)}"
    )
    return frozenset(row[0] for row in rows if scope.account_ids is None or row[0] in scope.account_ids)
