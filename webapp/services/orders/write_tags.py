"""Writing what was decided about the tags of locked orders."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import Dialect, TextClause, text

from webapp.domain.order_acts import Decision
from webapp.services.orders.facts import KnownOrder
from webapp.services.sets import RowSet
from webapp.services.unit_of_work import UnitOfWork

_NEW = RowSet("u", tag="bigint", id="bigint", account="bigint", ordered_at="timestamptz")
_GONE = RowSet("u", tag="bigint", id="bigint")


@lru_cache(maxsize=4)
def _insert_sql(dialect: Dialect) -> TextClause:
    return text(
        "insert into order_tags (tag_id, order_id, account_id, ordered_at)"
        f" select u.tag, u.id, u.account, u.ordered_at from {_NEW.source(dialect)} where true on conflict do nothing"
    )


@lru_cache(maxsize=4)
def _delete_sql(dialect: Dialect) -> TextClause:
    return text(f"delete from order_tags where (tag_id, order_id) in (select u.tag, u.id from {_GONE.source(dialect)})")


def write_tags(work: UnitOfWork, changes: Sequence[tuple[KnownOrder, Decision]]) -> None:
    """Put on and take off the tags that the decisions name: at most two statements."""
    pairs = [(order, decision.changes["tags"]) for order, decision in changes if "tags" in decision.changes]
    new = [(tag.id, order.id, order.account_id, order.ordered_at) for order, (_, came) in pairs for tag in came]
    gone = [(tag.id, order.id) for order, (went, _) in pairs for tag in went]
    if gone:
        work.session.execute(_delete_sql(work.dialect), _GONE.params(work.dialect, gone))
    if new:
        work.session.execute(_insert_sql(work.dialect), _NEW.params(work.dialect, new))
