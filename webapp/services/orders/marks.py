"""Whom orders are given to and which tags they carry, as decisions need it: read only for acts that touch it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import text
from sqlalchemy.orm import Session

from webapp.domain.order_acts import Named, OrderAct
from webapp.services.orders.facts import KnownOrder
from webapp.services.sets import any_of, many


def with_marks(
    session: Session, known: Mapping[int, KnownOrder], acts: Mapping[int, OrderAct]
) -> Mapping[int, KnownOrder]:
    """The orders with their `assigned` and `tags`, where some act touches them; one statement for each of the two."""
    assigns = any(act.assign is not None for act in acts.values())
    tags = any(act.tag or act.untag for act in acts.values())
    if not known or not (assigns or tags):
        return known
    assigned = read_assigned(session, known) if assigns else {}
    tagged = _tag_ids(session, known) if tags else {}
    return {
        order_id: order._replace(
            facts=order.facts._replace(assigned=assigned.get(order_id), tags=frozenset(tagged.get(order_id, ())))
        )
        for order_id, order in known.items()
    }


def read_assigned(session: Session, ids: Iterable[int]) -> dict[int, Named]:
    """Whom each of these orders is given to; those of nobody are left out."""
    dialect = session.get_bind().dialect
    sql = (
        "select o.id, u.id, u.name from orders o join users u on u.id = o.assigned_to"
        f" where {any_of(dialect, 'o.id', 'ids')}"
    )
    return {row[0]: Named(row[1], row[2]) for row in session.execute(text(sql), {"ids": many(dialect, ids)})}


def _tag_ids(session: Session, ids: Iterable[int]) -> dict[int, list[int]]:
    dialect = session.get_bind().dialect
    sql = text(f"select order_id, tag_id from order_tags where {any_of(dialect, 'order_id', 'ids')}")
    found: dict[int, list[int]] = defaultdict(list)
    for order_id, tag_id in session.execute(sql, {"ids": many(dialect, ids)}):
        found[order_id].append(tag_id)
    return found
