"""What a row of the list leads to: the menu of quick actions and the buyer's page."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from webapp.admin.base import expose
from webapp.admin.orders import order_page
from webapp.admin.orders.follow_ups import chat_number, whatsapp_link
from webapp.admin.orders.links import buyer_url
from webapp.admin.orders.opening import read_opening
from webapp.auth import needs
from webapp.domain.order_status import has_way_back
from webapp.domain.permissions import Permission
from webapp.extensions import db
from webapp.services.orders.cursors import Way
from webapp.services.orders.detail import OrderDetail
from webapp.services.orders.query import order_beside


class RowPages:
    """Routes of the row menu; mixed into the orders' view."""

    get_url: Any
    render: Any
    _order: Any

    @expose("/<number>/actions")
    @needs(Permission.ORDERS_VIEW)
    def row_actions(self, number: str) -> ResponseReturnValue:
        """What this person may do to the order now. Scripts show it as a menu at the row."""
        order: OrderDetail = self._order(number)
        may = order_page.possible(order, current_user.actor)
        page: str = self.render(
            "admin/orders/row_actions.html",
            order=order,
            may=may,
            back=self._list_before(),
            buyer_url=buyer_url(order),
            can_chat=chat_number(order) is not None,
            quick=[to for to in may.targets if has_way_back(order.status, to, digital=order.digital)],
            final=[to for to in may.targets if not has_way_back(order.status, to, digital=order.digital)],
        )
        return page

    @expose("/<number>/buyer")
    @needs(Permission.ORDERS_VIEW)
    def buyer_page(self, number: str) -> ResponseReturnValue:
        """To the order's page for its buyer; 404 for people who may not see what stands there."""
        url = buyer_url(self._order(number))
        return redirect(url) if url else abort(404)

    @expose("/<number>/whatsapp")
    @needs(Permission.ORDERS_VIEW)
    def whatsapp(self, number: str) -> ResponseReturnValue:
        """To the chat with the buyer, the message filled in for the order as it is now; 404 without a number."""
        link = whatsapp_link(db.session(), self._order(number))
        return redirect(link) if link else abort(404)

    @expose("/<number>/<any(next, previous):where>")
    @needs(Permission.ORDERS_VIEW)
    def beside(self, number: str, where: str) -> ResponseReturnValue:
        """To the next or previous order of the list `list`; at its end back to this one, which says so."""
        order: OrderDetail = self._order(number)
        query = request.args.get("list", "")
        flt = read_opening(db.session(), parse_qs(query)).flt.seen_by(current_user.email)
        way = Way.AFTER if where == "next" else Way.BEFORE
        found = order_beside(db.session(), current_user.actor.scope, flt, order.number, way)
        if found is None:
            flash(
                _("This is the last order of the list.") if where == "next" else _("This is the first order."), "info"
            )
        return redirect(self.get_url(".order", number=found or order.number, list=query))

    def list_query(self) -> str | None:
        """The filters of the list from which the order's page was opened, as they stand in its address; None when it
        was opened from elsewhere."""
        if "list" in request.args:
            return request.args["list"]
        came = urlsplit(request.referrer or "")
        if came.netloc != request.host or came.path != self.get_url(".index_view"):
            return None
        return urlencode([pair for pair in parse_qsl(came.query) if pair[0] not in _PLACES])

    def _list_before(self) -> str:
        """The list on which the menu was opened, with its filters; the whole list when it was opened elsewhere."""
        start: str = self.get_url(".index_view")
        came = urlsplit(request.referrer or "")
        if came.netloc != request.host or came.path != start:
            return start
        return f"{came.path}?{came.query}" if came.query else came.path


_PLACES = frozenset({"after", "before", "at"})
"""Parameters that say where in a list somebody is, not which list it is."""
