"""Giving orders to a person: one order or up to a hundred selected ones, in one act with its history rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.actors import Actor, ActorKind, Scope
from webapp.domain.errors import Code, Refused
from webapp.domain.order_acts import ActKind, Assignee, Named, OrderAct
from webapp.extensions import db
from webapp.models import User
from webapp.services.identities import actor_by_id
from webapp.services.orders.bulk import act_on_orders
from webapp.services.orders.change_orders import BulkResult
from webapp.services.statements import ReadSession, Statement


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody to whom orders can be given."""

    email: str
    name: str


def assign_orders(actor: Actor, numbers: Sequence[str], email: str | None) -> BulkResult:
    """Give the orders with these numbers to the person with this address, None: to nobody.

    An order that does not exist for that person is refused, the others go through. Raises Refused (`bad_value`) for an
    address that is nobody's, or of somebody who was archived; NothingSelected and TooManySelected.
    """
    return act_on_orders(actor, ActKind.ASSIGN, numbers, OrderAct(assign=find_assignee(db.session(), email)))


def read_colleagues(session: ReadSession, scope: Scope) -> list[Colleague]:
    """Active people to whom somebody with this scope can give orders, by name: those who may see at least one of its
    channel accounts. Nobody, for a fulfilment provider."""
    st = Statement(session)
    rows = st.run(f"select u.email, u.name from users u where {colleagues(st, scope)} order by u.name, u.id")
    return [Colleague(*row) for row in rows]


def colleagues(st: Statement, scope: Scope) -> str:
    """The condition on users `u` that `read_colleagues` asks."""
    if scope.restricted:
        return "1 = 0"
    if scope.account_ids is None:
        return "u.archived_at is null"
    return (
        "u.archived_at is null and (u.all_stores or exists (select 1 from user_stores m join channel_accounts a"
        f" on a.store_id = m.store_id where m.user_id = u.id and {st.among('a.id', scope.account_ids)}))"
    )


def find_assignee(session: Session, email: str | None) -> Assignee:
    """The active person with this address and what exists for them; None is nobody. Raises Refused (`bad_value`)."""
    if email is None:
        return Assignee(None)
    found = session.scalar(select(User).where(User.email == email.strip().lower(), User.archived_at.is_(None)))
    actor = actor_by_id(session, ActorKind.PERSON, found.id) if found else None
    if found is None or actor is None:
        raise Refused(Code.BAD_VALUE, field="assigned", value=email)
    return Assignee(Named(found.id, found.name), actor.scope)
