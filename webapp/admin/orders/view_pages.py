"""Saved views: the menu that opens them, the page that keeps them, and the names for the palette."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import abort, flash, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from webapp import clock
from webapp.admin.base import expose
from webapp.admin.orders.columns import DEFAULT, labels_of, reader_columns
from webapp.admin.orders.listing import Listing, count_text, listing_of
from webapp.admin.orders.opening import Opening, columns_of, read_opening
from webapp.admin.orders.ranges import sort_label
from webapp.domain.errors import Code, Problem, Refused
from webapp.extensions import db
from webapp.formats import problem_text
from webapp.services.orders import saved_views
from webapp.services.orders.filters import DEFAULT_SORT, ListFilter
from webapp.services.orders.saved_views import ALL, LONGEST_NAME, View


@dataclass(frozen=True, slots=True)
class Entry:
    """A view as the menu has it: its address, its orders in words (None: not counted), and whether it is the list that
    the menu was opened from."""

    view: View
    href: str
    count: str | None
    current: bool


class ViewPages:
    """Routes of saved views; mixed into the orders' view. Their addresses carry the list that they were opened from."""

    get_url: Any
    render: Any

    @expose("/views")
    def views(self) -> str:
        """The views with their counts, and what can be done with each. Scripts show the upper part as a menu."""
        return self._views_page()

    @expose("/views/names")
    def view_names(self) -> ResponseReturnValue:
        """The views as the palette offers them."""
        views = saved_views.read_views(db.session(), current_user.actor)
        return jsonify([{"name": view.name, "href": self._address(view.code)} for view in views])

    @expose("/views/new")
    def new_view(self) -> str:
        """Ask for the name under which to save the list."""
        return self._new_page("", shared=False, default=False)

    @expose("/views/new", methods=("POST",))
    def save_new_view(self) -> ResponseReturnValue:
        """Save the list of this address under a name, and open it."""
        form, opening = request.form, self._opening()
        shared, default = "shared" in form, "default" in form
        try:
            code = saved_views.save_view(
                current_user.actor, form.get("name", ""), opening.flt, _kept(opening), shared=shared, default=default
            )
        except Refused as refused:
            return self._new_page(form.get("name", ""), shared=shared, default=default, problem=refused.problem), 422
        flash(_("The view was saved."), "success")
        return redirect(self._address(code))

    @expose("/views/delete")
    def ask_view(self) -> str:
        """Ask before a view is deleted. The question is also shown as a dialog."""
        params = request.args.to_dict(flat=False)
        code = (params.pop("view", None) or [""])[0]
        view = saved_views.find_view(db.session(), current_user.actor, code)
        if view is None:
            abort(404)
        if not view.changeable:
            abort(403)
        opening = read_opening(db.session(), params)
        back = f"{self.get_url('.views')}{listing_of(opening.flt, opening.look).whole_query}"
        page: str = self.render("admin/orders/delete_view.html", view=view, action=back, back=back)
        return page

    @expose("/views", methods=("POST",))
    def change_view(self) -> ResponseReturnValue:
        """Rename, replace, share, delete a view, or let it open with the list."""
        form, actor, opening = request.form, current_user.actor, self._opening()
        code, act = form.get("view", ""), form.get("act", "")
        try:
            match act:
                case "rename":
                    saved_views.rename_view(actor, code, form.get("name", ""))
                case "replace":
                    saved_views.replace_view(actor, code, opening.flt, _kept(opening))
                case "share" | "keep":
                    saved_views.share_view(actor, code, shared=act == "share")
                case "default" | "no_default":
                    saved_views.choose_default(actor, code if act == "default" else None)
                case "delete":
                    saved_views.delete_view(actor, code)
                case _:
                    abort(400)
        except Refused as refused:
            if refused.problem.code is Code.NOT_FOUND:
                abort(404)
            if refused.problem.code is Code.NO_PERMISSION:
                abort(403)
            return self._views_page(code, form.get("name", ""), problem_text(refused.problem)), 422
        flash(_("The views were saved."), "success")
        return redirect(f"{self.get_url('.views')}{listing_of(opening.flt, opening.look).whole_query}")

    def _opening(self) -> Opening:
        return read_opening(db.session(), request.args.to_dict(flat=False))

    def _address(self, code: str) -> str:
        address: str = self.get_url(".index_view", view=code)
        return address

    def _views_page(self, code: str = "", typed: str = "", problem: str = "") -> str:
        reading, actor = db.session(), current_user.actor
        opening = self._opening()
        listing = listing_of(opening.flt, opening.look)
        views = saved_views.read_views(reading, actor)
        counts = saved_views.count_views(reading, actor, views, clock.now(), current_user.email)
        here, own = (opening.flt, opening.columns), reader_columns()
        entries = [
            Entry(
                view,
                self._address(view.code),
                count_text(counts.get(view.code)),
                here == (view.flt, columns_of(view) or own),
            )
            for view in views
        ]
        page: str = self.render(
            "admin/orders/views.html", entries=entries, listing=listing, all_orders=self._address(ALL),
            wrong={"code": code, "typed": typed, "problem": problem} if problem else None, longest=LONGEST_NAME,
            may_share=saved_views.may_share(actor), present=_present(listing, opening),
        )  # fmt: skip
        return page

    def _new_page(self, name: str, *, shared: bool, default: bool, problem: Problem | None = None) -> str:
        opening = self._opening()
        listing = listing_of(opening.flt, opening.look)
        page: str = self.render(
            "admin/orders/new_view.html", name=name, shared=shared, default=default, longest=LONGEST_NAME,
            problem=problem_text(problem) if problem else "", may_share=saved_views.may_share(current_user.actor),
            present=_present(listing, opening), back=listing.address(),
            action=f"{self.get_url('.save_new_view')}{listing.whole_query}",
        )  # fmt: skip
        return page


def _kept(opening: Opening) -> tuple[str, ...]:
    """The columns that a view of this list keeps: who has the usual ones leaves them to each reader."""
    return () if opening.columns == DEFAULT else opening.columns


def _present(listing: Listing, opening: Opening) -> list[tuple[str, str]]:
    """The list of this address in words: what a view of it would hold."""
    flt: ListFilter = opening.flt
    words = [(_("Tab"), label) for label in [listing.tab_label] if label]
    if flt.q:
        words.append((_("Search"), flt.q))
    words += [(chip.name, chip.value) for chip in listing.chips]
    if listing.tab_label and listing.half_label:
        words.append((_("Shipment"), listing.half_label))
    if flt.sort is not DEFAULT_SORT:
        words.append((_("Sort"), sort_label(flt.sort)))
    if opening.columns != DEFAULT:
        words.append((_("Columns"), ", ".join(labels_of(opening.columns).values())))
    return words or [(_("Orders"), _("all of them"))]
