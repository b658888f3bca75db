"""Saved views: a filter, a sort and columns of the list under a name, for oneself or for everybody who sees orders."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlencode

from sqlalchemy import func, select, update

from webapp.domain.actors import Actor
from webapp.domain.errors import Code, Refused
from webapp.domain.permissions import Permission, Role
from webapp.domain.spelling import fold, plain
from webapp.models import SavedView, User
from webapp.services.orders.filters import ListFilter
from webapp.services.orders.picture import Count
from webapp.services.orders.query import count_orders
from webapp.services.statements import ReadSession, Statement, json_of
from webapp.services.unit_of_work import UnitOfWork, unit_of_work

ALL = "all"
"""What stands in an address instead of a view's code: all orders, also for somebody who has a default view."""
LONGEST_NAME = 40
MOST_VIEWS = 50
"""Views of one person."""
MOST_SHOWN = 200
"""Views of others that a menu holds."""
COUNTED = 8
"""Views whose orders are counted: those on top."""
_LONGEST_QUERY = 4_000
_CODE_BYTES = 6


@dataclass(frozen=True, slots=True)
class View:
    """A saved view as one reader has it. `flt` holds only what the list still understands; without `columns` each
    reader has their own; `owner` is empty for one's own. `changeable` says whether the reader may change it."""

    code: str
    name: str
    flt: ListFilter
    columns: tuple[str, ...]
    shared: bool
    is_default: bool
    owner: str
    changeable: bool


def read_views(session: ReadSession, actor: Actor) -> list[View]:
    """The person's own views by name, and after them those that others share, in one statement."""
    st = Statement(session)
    # One's own are never those that the limit leaves out.
    own_first = f"order by case when w.owner_id = {st.bind(actor.id)} then 0 else 1 end, lower(w.name), w.code"
    rows = st.run(f"{_SQL}{_visible(st, actor)} {own_first} limit {MOST_VIEWS + MOST_SHOWN}")
    return sorted(
        (_view(actor, row) for row in rows),
        key=lambda view: (bool(view.owner), view.name.casefold(), view.code),
    )


def find_view(session: ReadSession, actor: Actor, code: str) -> View | None:
    """The view with this code, if it is the person's own or shared with them."""
    st = Statement(session)
    if "\0" in code:
        return None
    rows = st.run(f"{_SQL}({_visible(st, actor)}) and w.code = {st.bind(code)}")
    return _view(actor, rows[0]) if rows else None


def count_views(
    session: ReadSession, actor: Actor, views: Sequence[View], now: datetime, email: str
) -> dict[str, Count]:
    """How many orders the first views hold for this reader, by code: exact where totals know it, else capped."""
    return {view.code: count_orders(session, actor.scope, view.flt.seen_by(email), now=now) for view in views[:COUNTED]}


def may_share(actor: Actor) -> bool:
    """Whether views go from and to others: a fulfilment provider is another house, and names and filters tell of it."""
    return not actor.scope.restricted


def save_view(
    actor: Actor,
    name: str,
    flt: ListFilter,
    columns: Sequence[str],
    *,
    shared: bool = False,
    default: bool = False,
) -> str:
    """Keep a view of one's own; returns its code.

    Raises Refused: no permission; no name, one too long or that one of one's own views has; too many views.
    """
    with unit_of_work(actor) as work:
        owner = _self(work)
        name = _checked(work, owner.id, name)
        have = work.session.scalar(select(func.count()).where(SavedView.owner_id == owner.id)) or 0
        if have >= MOST_VIEWS:
            raise Refused(Code.BAD_VALUE, field="view", value=name, variant="view_many", limit=MOST_VIEWS)
        view = SavedView(
            created_at=work.now, code=secrets.token_hex(_CODE_BYTES), owner_id=owner.id, name=name,
            query=_query(flt, name), columns=list(columns), shared=_shared(actor, shared), is_default=False,
        )  # fmt: skip
        work.session.add(view)
        work.session.flush()
        if default:
            _set_default(work, owner.id, view)
        if view.shared:
            work.audit("view.shared", view, data={"shared": True})
    return view.code


def rename_view(actor: Actor, code: str, name: str) -> None:
    """Give a view another name. Raises Refused, as `save_view`, and when there is none that the person may change."""
    with unit_of_work(actor) as work:
        view = _changeable(work, code)
        before, view.name = view.name, _checked(work, view.owner_id, name, besides=code)
        if view.shared and view.name != before:
            work.audit("view.renamed", view, data={"before": before, "after": view.name})


def replace_view(actor: Actor, code: str, flt: ListFilter, columns: Sequence[str]) -> None:
    """Let a view show another list from now on. Raises Refused when there is none that the person may change."""
    with unit_of_work(actor) as work:
        view = _changeable(work, code)
        view.query, view.columns = _query(flt, view.name), list(columns)
        if view.shared:
            work.audit("view.changed", view, data={})


def share_view(actor: Actor, code: str, *, shared: bool = True) -> None:
    """Let everybody who sees orders use a view, or its owner alone. Raises Refused, as `rename_view`."""
    with unit_of_work(actor) as work:
        view = _changeable(work, code)
        if view.shared is not _shared(actor, shared):
            view.shared = shared
            work.audit("view.shared", view, data={"shared": shared})


def choose_default(actor: Actor, code: str | None) -> None:
    """Let one of one's own views open with the list; None: all orders. Raises Refused when it is not one's own."""
    with unit_of_work(actor) as work:
        owner = _self(work)
        view = None
        if code is not None:
            view = work.session.scalar(select(SavedView).where(SavedView.code == code, SavedView.owner_id == owner.id))
            if view is None:
                raise Refused(Code.NOT_FOUND, number=code, variant="view")
        _set_default(work, owner.id, view)


def delete_view(actor: Actor, code: str) -> None:
    """Delete a view. Raises Refused when there is none that the person may change."""
    with unit_of_work(actor) as work:
        view = _changeable(work, code)
        if view.shared:
            work.audit("view.deleted", view, data={})
        work.session.delete(view)


_SQL = (
    "select w.code, w.name, w.query, w.columns, w.shared, w.is_default, w.owner_id, u.name"
    " from saved_views w join users u on u.id = w.owner_id where "
)


def _visible(st: Statement, actor: Actor) -> str:
    mine = f"w.owner_id = {st.bind(actor.id)}"
    # Of somebody who left or changed the house nothing is offered any more.
    others = f"w.shared and u.archived_at is null and u.role <> {st.bind(Role.PROVIDER.value)}"
    return f"({mine} or ({others}))" if may_share(actor) else mine


def _view(actor: Actor, row: Any) -> View:
    code, name, query, columns, shared, is_default, owner_id, owner = row
    flt, _unknown = ListFilter.from_params(parse_qs(query))
    own = owner_id == actor.id
    return View(
        code, name, flt, tuple(json_of(columns)), bool(shared),
        own and bool(is_default), "" if own else owner, own or _runs(actor),
    )  # fmt: skip


def _runs(actor: Actor) -> bool:
    return actor.may(Permission.SETTINGS_MANAGE)


def _shared(actor: Actor, shared: bool) -> bool:
    if shared and not may_share(actor):
        raise Refused(Code.NO_PERMISSION, number=actor.name, variant="share")
    return shared


def _self(work: UnitOfWork) -> User:
    """The acting person, locked: of two changes to their views the second sees the first."""
    if work.actor.may(Permission.ORDERS_VIEW) and (user := work.lock_person()) is not None:
        return user
    raise Refused(Code.NO_PERMISSION, number=work.actor.name, variant="views")


def _changeable(work: UnitOfWork, code: str) -> SavedView:
    _self(work)
    view = work.session.scalar(select(SavedView).where(SavedView.code == code).with_for_update())
    if view is not None:
        if view.owner_id == work.actor.id:
            return view
        if view.shared and may_share(work.actor):
            if _runs(work.actor):
                return view
            raise Refused(Code.NO_PERMISSION, number=view.name, variant="view")
    raise Refused(Code.NOT_FOUND, number=code, variant="view")


def _checked(work: UnitOfWork, owner_id: int, name: str, besides: str | None = None) -> str:
    """The name as it is kept. Raises Refused."""
    name = " ".join(plain(name).split())
    if not name:
        raise Refused(Code.MISSING_VALUE, field="view")
    if len(name) > LONGEST_NAME:
        cut = name[:LONGEST_NAME] + "…"
        raise Refused(Code.BAD_VALUE, field="view", value=cut, variant="view_long", limit=LONGEST_NAME)
    own = work.session.execute(select(SavedView.code, SavedView.name).where(SavedView.owner_id == owner_id))
    if any(fold(other) == fold(name) and code != besides for code, other in own):
        raise Refused(Code.BAD_VALUE, field="view", value=name, variant="view_taken")
    return name


def _query(flt: ListFilter, name: str) -> str:
    query = urlencode(flt.to_params())
    if len(query) > _LONGEST_QUERY:
        raise Refused(Code.BAD_VALUE, field="view", value=name, variant="view_wide")
    return query


def _set_default(work: UnitOfWork, owner_id: int, view: SavedView | None) -> None:
    old = update(SavedView).where(SavedView.owner_id == owner_id, SavedView.is_default)
    work.session.execute(old.values(is_default=False))
    if view is not None:
        work.session.execute(update(SavedView).where(SavedView.id == view.id).values(is_default=True))
