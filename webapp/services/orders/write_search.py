"""The text in which an order is searched: what it is made of, and putting that of new orders in (write_changes and
write_edits change it)."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from webapp.domain.numbers import random_part
from webapp.domain.words import search_doc
from webapp.services.sets import Write
from webapp.services.unit_of_work import UnitOfWork


def order_doc(
    number: str,
    channel_order_id: str | None,
    buyer: tuple[str, str],
    phone: str | None,
    skus: Sequence[str | None],
    tracking_numbers: Sequence[str] = (),
) -> str:
    """What the search looks through for one order; `buyer` is name and e-mail, `phone` as it is looked up
    (`phone_key_of`)."""
    name, email = buyer
    local_part = email.strip().lower().partition("@")[0]
    parts = (random_part(number), channel_order_id, name, phone, local_part)
    return search_doc(*parts, *dict.fromkeys(skus), *dict.fromkeys(tracking_numbers))


def insert_search(work: UnitOfWork, write: Write, rows: Sequence[tuple[int, int, Any, str]]) -> None:
    """Search text of new orders: (order id, account id, ordered at as `row_time` has it, doc)."""
    if work.dialect.name == "postgresql":
        write("order_search", ("order_id", "account_id", "ordered_at", "doc"), rows)
        return
    # The row id is the sort order: the moment, and a count within it, because bare dates share one millisecond.
    one = (
        "insert into order_search (sort_key, order_id, account_id, ordered_at, doc) values"
        " (coalesce((select max(sort_key) + 1 from order_search where sort_key between ? and ?), ?), ?, ?, ?, ?)"
    )
    work.session.connection().exec_driver_sql(
        one,
        [
            ((first := at << 20), first | 0xFFFFF, first, order_id, account_id, at, doc)
            # In the order of the row ids: one that goes back makes FTS5 write out what it has gathered.
            for order_id, account_id, at, doc in sorted(rows, key=itemgetter(2))
        ],
    )
