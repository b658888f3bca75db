"""What an address of the list asks for, read together: filter, saved view and columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_login import current_user

from webapp.admin.orders.columns import columns_asked, own_columns, reader_columns
from webapp.admin.orders.listing import Look
from webapp.domain.errors import Code, Problem
from webapp.services.orders.filters import ListFilter
from webapp.services.orders.saved_views import ALL, View, find_view
from webapp.services.statements import ReadSession


@dataclass(frozen=True, slots=True)
class Opening:
    """The list that an address opens. `view` is the saved view that it names, `gone` whether it names one that does not
    exist for the reader. `columns` are those shown; `problems` name what was not understood."""

    flt: ListFilter
    columns: tuple[str, ...]
    look: Look
    view: View | None
    gone: bool
    problems: tuple[Problem, ...]


def read_opening(session: ReadSession, params: Mapping[str, Sequence[str]]) -> Opening:
    """Read an address. Of a view's filter, what the address says itself takes the place."""
    actor, given = current_user.actor, dict(params)
    code = next(iter(given.pop("view", ())), "")
    asked, problems = columns_asked(given, actor.scope)
    view = find_view(session, actor, code) if code not in ("", ALL) else None
    gone = view is None and code not in ("", ALL)
    if view is not None:
        given = _params(view.flt) | given
        asked = asked or columns_of(view)
    flt, wrong = ListFilter.from_params(given)
    if gone:
        problems = (Problem(Code.NOT_FOUND, {"number": code, "variant": "view"}), *problems)
    look = Look(asked, bool(current_user.default_view))
    return Opening(flt, asked or reader_columns(), look, view, gone, (*problems, *wrong))


def columns_of(view: View) -> tuple[str, ...]:
    """The columns that a view has for the reader; none where it leaves them to each one's own choice."""
    return own_columns(current_user.actor.scope, view.columns) if view.columns else ()


def _params(flt: ListFilter) -> dict[str, Sequence[str]]:
    named: dict[str, list[str]] = {}
    for name, value in flt.to_params():
        named.setdefault(name, []).append(value)
    return dict(named)
