"""Choosing the columns of the list: a page, and with scripts a dialog."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import current_app, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from webapp.admin.base import expose
from webapp.admin.orders.columns import DEFAULT, FIRST, labels_of, offered, own_columns
from webapp.admin.orders.listing import Listing, Look
from webapp.admin.orders.opening import Opening, read_opening
from webapp.extensions import db
from webapp.services import profile
from webapp.services.orders.places import NOWHERE


class LookPages:
    """Routes of the columns; mixed into the orders' view."""

    get_url: Any
    render: Any

    @expose("/columns")
    def columns(self) -> str:
        """All columns, those that are shown first and ticked."""
        opening = self._opening()
        return self._columns_page(opening, opening.columns, opening.columns)

    @expose("/columns", methods=("POST",))
    def choose_columns(self) -> ResponseReturnValue:
        """Keep the ticked columns in their order, or the usual ones; or only move one up or down on the page."""
        opening, form = self._opening(), request.form
        scope = current_user.actor.scope
        ticked = [name for name in form.getlist("shown") if name in offered(scope)]
        move = form.get("move", "")
        if move:
            order = _moved(form.getlist("order"), move)
            return self._columns_page(opening, ticked, order)
        reset = form.get("act") == "reset"
        if not reset and not any(name != FIRST for name in ticked):
            problem = _("Tick at least one more column.")
            return self._columns_page(opening, ticked, form.getlist("order"), problem), 422
        profile.save_profile(current_user.actor, columns=() if reset else own_columns(scope, ticked))
        return redirect(self._plain(opening).address())

    def _opening(self) -> Opening:
        return read_opening(db.session(), request.args.to_dict(flat=False))

    def _plain(self, opening: Opening) -> Listing:
        """The list of this address in the reader's own columns."""
        settings, look = current_app.config["SETTINGS"], Look(has_default=opening.look.has_default)
        return Listing(self.get_url(".index_view"), opening.flt, NOWHERE, settings.secret_key, look)

    def _columns_page(self, opening: Opening, ticked: Sequence[str], order: Sequence[str], problem: str = "") -> str:
        known = offered(current_user.actor.scope)
        names = [name for name in dict.fromkeys((*order, *known)) if name in known and name != FIRST]
        listing = self._plain(opening)
        page: str = self.render(
            "admin/orders/columns.html", names=names, ticked=frozenset(ticked), labels=labels_of(known), first=FIRST,
            usual=tuple(ticked) == DEFAULT, problem=problem, back=listing.address(),
            action=f"{self.get_url('.choose_columns')}{listing.query}",
        )  # fmt: skip
        return page


def _moved(order: Sequence[str], move: str) -> list[str]:
    """The order with one name a place up or down: `up:total`."""
    way, _colon, name = move.partition(":")
    names = list(dict.fromkeys(order))
    if name in names:
        at = names.index(name)
        to = min(max(at + (-1 if way == "up" else 1), 0), len(names) - 1)
        names.insert(to, names.pop(at))
    return names
