"""`/admin/orders/`: the list of orders, with the bulk actions, the download and the pages of one order."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import abort, current_app, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from flask_login import current_user

from webapp import clock
from webapp.admin.base import GuardedModelView, action, expose
from webapp.admin.orders.bulk_pages import BulkPages
from webapp.admin.orders.cells import cells
from webapp.admin.orders.columns import as_headers, more_of
from webapp.admin.orders.download_pages import DownloadPages
from webapp.admin.orders.entry_pages import EntryPages
from webapp.admin.orders.fragments import bulk_bar, density_form, filter_form, look, range_menus, row_kit, table_of
from webapp.admin.orders.fresh_pages import FreshPages, written
from webapp.admin.orders.listing import Listing, count_text, listing_of
from webapp.admin.orders.look_pages import LookPages
from webapp.admin.orders.mark_pages import MarkPages
from webapp.admin.orders.matching_pages import MatchingPages
from webapp.admin.orders.opening import Opening, read_opening
from webapp.admin.orders.order_pages import OrderPages
from webapp.admin.orders.overview_page import OverviewPage
from webapp.admin.orders.packing_page import PackingPages
from webapp.admin.orders.ranges import sort_label
from webapp.admin.orders.row_pages import RowPages
from webapp.admin.orders.view_pages import ViewPages
from webapp.auth import Identity, signed_in
from webapp.domain.days import local_day
from webapp.domain.permissions import Permission
from webapp.extensions import db
from webapp.formats import problem_text
from webapp.models import Order
from webapp.services.bulk_jobs.acts import NEEDED
from webapp.services.orders.cursors import cursor_from_params
from webapp.services.orders.fresh import mark_now
from webapp.services.orders.picture import Count
from webapp.services.orders.query import OrderPage, list_orders

ACTIONS: dict[str, Permission] = {kind.value: needed for kind, needed in NEEDED.items()}
"""The bulk actions, in the order of the bar, and what each one needs."""


class OrderView(
    BulkPages,
    MarkPages,
    MatchingPages,
    DownloadPages,
    EntryPages,
    OrderPages,
    PackingPages,
    RowPages,
    OverviewPage,
    FreshPages,
    LookPages,
    ViewPages,
    GuardedModelView,
):
    """Orders: Flask-Admin's menu, permissions and actions; our own query and template."""

    permission = Permission.ORDERS_VIEW
    action_disallowed_list = ()
    column_list = ("number", "status", "payment_status", "total", "ordered_at")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Order, **kwargs)

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """One page of the list. With the header `Lapak-Part` only what a search changes (`list`), or what a further
        step of a search adds to the `Lapak-Have` rows that are there (`further`)."""
        settings = current_app.config["SETTINGS"]
        reading, person = db.session(), signed_in()
        scope = person.actor.scope
        params = request.args.to_dict(flat=False)
        part = request.headers.get("Lapak-Part", "")
        if not (part or params) and person.default_view:
            return redirect(self.get_url(".index_view", view=person.default_view))
        opening = read_opening(reading, params)
        flt, listing = opening.flt, listing_of(opening.flt, opening.look)
        cursor, unreadable = cursor_from_params(
            params, settings.secret_key, listing.places.timezone, descending=flt.sort.descending
        )
        have = max(min(request.headers.get("Lapak-Have", 0, int), flt.limit - 1), 0) if part == "further" else 0
        if not part and "" in request.args.values():
            return redirect(listing.address(cursor=cursor))  # a form's empty fields: the address of a view is short
        now = clock.now()
        # Before the rows: what is committed in between is announced once too often rather than never.
        mark = None if part else mark_now(reading, scope, now)
        page = list_orders(
            reading,
            scope,
            flt.seen_by(person.email),
            cursor=cursor,
            now=now,
            limit=flt.limit - have,
            with_count=part != "further",
            whole_first=part != "further",
            more=more_of(opening.columns),
        )
        count = page.count
        whole = cursor is None
        if part == "further":
            whole = request.headers.get("Lapak-Whole") == "1"
            count = Count(have + len(page.rows), page.further is None) if whole else None
        # A view alone in the address stays there: it means whatever the view is by then.
        alone = opening.view is not None and len(params) == 1
        here = request.full_path if alone else listing.address(cursor=cursor)
        context = self._shown(listing, opening, page, now) | {
            "count": count_text(count), "number": count or 0, "have": have, "whole": whole, "here": here,
            "density_form": density_form(here),
            "problems": [problem_text(problem) for problem in (*opening.problems, *unreadable)],
        }  # fmt: skip
        if part == "further":
            return self.render("admin/orders/list_further.html", **context)
        if mark is None:
            return self.render("admin/orders/list_part.html", **context)
        return self.render(
            "admin/orders/list.html",
            **context,
            mark=written(mark),
            sort_label=sort_label(flt.sort),
            filter_form=filter_form(listing),
            bulk_bar=bulk_bar(may) if (may := _actions(person)) else "",
            selection_done=session.pop("selection_done", False),
        ), 404 if opening.gone else 200

    def _shown(self, listing: Listing, opening: Opening, page: OrderPage, now: datetime) -> dict[str, Any]:
        """What every answer shows of one page of the list, for its template."""
        person, columns = signed_in(), opening.columns
        shown = frozenset(row.number for row in page.rows)
        others = any((page.next, page.prev, page.further))
        return {
            "listing": listing, "flt": listing.flt, "page": page, "now": now, "places": listing.places,
            "tabs": listing.tabs(page), "halves": listing.halves(page), "pages": listing.pages(page),
            "detail_url": self.get_url(".index_view"),
            "further": listing.address(cursor=page.further) if page.further else None,
            "matching": self.get_url(".matching") + listing.query if others and _actions(person) else "",
            "kept_elsewhere": [n for n in person.selection if n not in shown],
            "overview_url": listing.overview_address(self.get_url(".overview")),
            "rows": cells(page.rows, person.selection, now, columns),
            "kit": row_kit(buyer_pages=not person.actor.scope.restricted),
            "table": table_of(listing, columns, dense=person.dense),
            "look": look(listing, opening.view.name if opening.view else "", dense=person.dense),
            "headers": as_headers(columns, person.actor.scope),
            "range_menus": range_menus(listing, local_day(now, listing.places.timezone)),
        }  # fmt: skip

    def is_action_allowed(self, name: str) -> bool:
        """Whether the signed-in person may use this bulk action."""
        needed = ACTIONS.get(name)
        return needed is not None and current_user.may(needed)

    @expose("/action/", methods=("POST",))
    def action_view(self) -> ResponseReturnValue:
        """A button of the bulk bar: the question that belongs to it, or 403 for what the person may not do."""
        if not self.is_action_allowed(request.form.get("action", "")):
            abort(403)
        answer: ResponseReturnValue = self.handle_action()
        return answer

    @action("change_status", lazy_gettext("Change status"))
    def action_change_status(self, numbers: list[str]) -> ResponseReturnValue:
        """Ask for the new status."""
        return self.ask_status(numbers)

    @action("add_history", lazy_gettext("Add history"))
    def action_add_history(self, numbers: list[str]) -> ResponseReturnValue:
        """Ask for the entry."""
        return self.ask_history(numbers)

    @action("mark_paid", lazy_gettext("Mark paid"))
    def action_mark_paid(self, numbers: list[str]) -> ResponseReturnValue:
        """Show which will be paid, and ask."""
        return self.ask_paid(numbers)

    @action("assign", lazy_gettext("Assign"))
    def action_assign(self, numbers: list[str]) -> ResponseReturnValue:
        """Ask to whom."""
        return self.ask_assign(numbers)

    @action("tag", lazy_gettext("Tag"))
    def action_tag(self, numbers: list[str]) -> ResponseReturnValue:
        """Ask which tags come on and which go."""
        return self.ask_tag(numbers)

    @action("delete", lazy_gettext("Delete"))
    def action_delete(self, numbers: list[str]) -> ResponseReturnValue:
        """Show which can be deleted, and ask."""
        return self.ask_delete(numbers)


def _actions(person: Identity) -> tuple[str, ...]:
    return tuple(name for name, needed in ACTIONS.items() if person.actor.may(needed))
