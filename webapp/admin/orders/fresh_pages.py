"""The banner of new orders: a quiet question every some seconds, and the rows once somebody wants them."""

from __future__ import annotations

from typing import Any

from flask import current_app, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from webapp import clock
from webapp.admin.base import expose
from webapp.admin.orders.cells import cells
from webapp.admin.orders.columns import more_of
from webapp.admin.orders.fragments import row_kit, table_of
from webapp.admin.orders.listing import Listing, count_text
from webapp.admin.orders.opening import read_opening
from webapp.extensions import db
from webapp.services.orders.fresh import Mark, look_again, mark_now, new_rows, read_mark, write_mark
from webapp.services.orders.picture import Count
from webapp.services.orders.places import NOWHERE


def written(mark: Mark) -> str:
    """The mark as the page carries it."""
    return write_mark(mark, current_app.config["SETTINGS"].secret_key)


class FreshPages:
    """Routes of the banner; mixed into the orders' view. `since` is what the page knows, opaque to it."""

    get_url: Any
    render: Any

    @expose("/fresh")
    def fresh(self) -> ResponseReturnValue:
        """How many orders the page does not know yet, in words, and what it knows from now on."""
        mark = look_again(db.session(), current_user.actor.scope, self._since(), clock.now())
        return jsonify(since=written(mark), count=mark.count, words=_words(mark) if mark.count else "")

    @expose("/fresh/rows")
    def fresh_rows(self) -> ResponseReturnValue:
        """Those orders as rows, the latest first, whatever day they were ordered on."""
        mark, now, scope = self._since(), clock.now(), current_user.actor.scope
        opening = read_opening(db.session(), request.args.to_dict(flat=False))
        rows = new_rows(db.session(), scope, mark, more_of(opening.columns))
        listing = Listing(self.get_url(".index_view"), opening.flt, NOWHERE, "", opening.look)
        words = _words(mark)
        if len(rows) < mark.count:
            words = _("%(shown)s of %(words)s", shown=len(rows), words=words)
        return self.render(
            "admin/orders/fresh_rows.html",
            rows=cells(rows, current_user.selection, now, opening.columns),
            kit=row_kit(buyer_pages=not scope.restricted),
            detail_url=self.get_url(".index_view"), words=words, mark=written(mark.shown),
            table=table_of(listing, opening.columns, dense=current_user.dense),
        )  # fmt: skip

    def _since(self) -> Mark:
        """What the page knows; a page from before a new secret knows what there is now."""
        mark = read_mark(request.args.get("since", ""), current_app.config["SETTINGS"].secret_key)
        return mark or mark_now(db.session(), current_user.actor.scope, clock.now())


def _words(mark: Mark) -> str:
    count = count_text(Count(mark.count, mark.exact))
    return ngettext("%(count)s new order", "%(count)s new orders", mark.count, count=count)
