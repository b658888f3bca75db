"""Tags and persons: asked for the selected orders, done through the services; and the page of the tags themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user
from wtforms import SelectField, StringField

from webapp.admin.base import PageForm, expose
from webapp.admin.orders.outcome import Done
from webapp.auth import needs
from webapp.domain.errors import Code, Refused
from webapp.domain.order_acts import ActKind
from webapp.domain.permissions import Permission
from webapp.extensions import db
from webapp.formats import problem_text
from webapp.services.orders.assign import Colleague, assign_orders, read_colleagues
from webapp.services.orders.bulk import check_selection
from webapp.services.orders.filters import ME, NOBODY
from webapp.services.orders.tag import (
    LONGEST_NAME,
    archive_tag,
    create_tag,
    read_tags,
    rename_tag,
    tag_orders,
    tags_of,
)


class AssignForm(PageForm):
    """To whom the selected orders are given."""

    assigned = SelectField(lazy_gettext("Assigned to"), validate_choice=False)

    def is_chosen(self) -> bool:
        """Whether a person, or nobody, was chosen; else the form says so."""
        if not self.assigned.data:
            self.assigned.errors = [_("Choose a person, or nobody.")]
        return bool(self.assigned.data)

    @property
    def email(self) -> str | None:
        """The chosen person's address; None for nobody."""
        chosen: str = self.assigned.data
        return {ME: current_user.email, NOBODY: None}.get(chosen, chosen)


class TagForm(PageForm):
    """A tag that does not exist yet, beside those that are ticked."""

    new = StringField()


def person_choices() -> list[tuple[str, str]]:
    """To whom the signed-in person can give orders, for a field of a form."""
    return [
        ("", _("Choose")),
        (ME, _("Me (%(name)s)", name=current_user.name)),
        (NOBODY, _("Nobody")),
        *((one.email, one.name) for one in _colleagues() if one.email != current_user.email),
    ]


def _colleagues() -> list[Colleague]:
    return read_colleagues(db.session(), current_user.actor.scope)


class MarkPages:
    """Routes of tags and persons; mixed into the orders' view."""

    get_url: Any
    render: Any
    _selected: Any
    _ask: Any
    _finish: Any

    # --- Assign ----------------------------------------------------------------------------------------------------

    def ask_assign(self, numbers: Sequence[str]) -> ResponseReturnValue:
        """The people to whom the selected orders can be given."""
        return self._assign_page(numbers, AssignForm(formdata=None))

    @expose("/assign", methods=("POST",))
    @needs(Permission.ORDERS_EDIT)
    def assign(self) -> ResponseReturnValue:
        """Give the selected orders to the chosen person, or to nobody."""
        numbers, form = request.form.getlist("rowid"), AssignForm()
        if not form.is_chosen():
            return self._assign_page(numbers, form), 422
        email = form.email
        try:
            result = assign_orders(current_user.actor, numbers, email)
        except Refused as refused:
            form.assigned.errors = [problem_text(refused.problem)]
            return self._assign_page(numbers, form), 422
        name = next((one.name for one in _colleagues() if one.email == email), email or "")
        finished: ResponseReturnValue = self._finish(Done(ActKind.ASSIGN, result, name=name))
        return finished

    def _assign_page(self, numbers: Sequence[str], form: AssignForm) -> str:
        form.assigned.choices = person_choices()
        page: str = self._ask("bulk_assign", self._selected(numbers), form)
        return page

    # --- Tag -------------------------------------------------------------------------------------------------------

    def ask_tag(self, numbers: Sequence[str]) -> ResponseReturnValue:
        """The tags to put on the selected orders, and those to take off."""
        return self._tag_page(numbers, TagForm(formdata=None))

    @expose("/tag", methods=("POST",))
    @needs(Permission.ORDERS_EDIT)
    def tag(self) -> ResponseReturnValue:
        """Put tags on the selected orders and take others off; a new one is made first."""
        numbers, form = request.form.getlist("rowid"), TagForm()
        add, remove = request.form.getlist("add"), request.form.getlist("remove")
        if not (add or remove or (form.new.data or "").strip()):
            form.new.errors = [_("Choose a tag, or type a new one.")]
            return self._tag_page(numbers, form, add, remove), 422
        check_selection(numbers)  # before a tag is made for nothing
        try:
            if (form.new.data or "").strip():
                add = [*add, create_tag(current_user.actor, form.new.data)]
            result = tag_orders(current_user.actor, numbers, add, [code for code in remove if code not in add])
        except Refused as refused:
            form.new.errors = [problem_text(refused.problem)]
            return self._tag_page(numbers, form, add, remove), 422
        finished: ResponseReturnValue = self._finish(Done(ActKind.TAG, result))
        return finished

    def _tag_page(
        self, numbers: Sequence[str], form: TagForm, add: Sequence[str] = (), remove: Sequence[str] = ()
    ) -> str:
        selected = self._selected(numbers)
        carried = tags_of(db.session(), [order.number for order in selected.orders])
        tags = read_tags(db.session(), archived=True)
        every = len(selected.orders)
        page: str = self._ask(
            "bulk_tag", selected, form, carried=carried, every=every, add=add, remove=remove, longest=LONGEST_NAME,
            offered=[tag for tag in tags if not tag.archived and carried.get(tag.code, 0) < every],
            on=[tag for tag in tags if tag.code in carried],
        )  # fmt: skip
        return page

    # --- The tags themselves ---------------------------------------------------------------------------------------

    @expose("/tags")
    @needs(Permission.ORDERS_EDIT)
    def tags(self) -> str:
        """All tags, each with its name to change."""
        return self._tags_page()

    @expose("/tags", methods=("POST",))
    @needs(Permission.ORDERS_EDIT)
    def change_tags(self) -> ResponseReturnValue:
        """Make, rename, archive or bring back one tag."""
        code, name = request.form.get("code", ""), request.form.get("name", "")
        actor = current_user.actor
        try:
            match request.form.get("act"):
                case "create":
                    create_tag(actor, name)
                case "rename":
                    rename_tag(actor, code, name)
                case "archive" | "restore" as act:
                    archive_tag(actor, code, archived=act == "archive")
                case _:
                    abort(400)
        except Refused as refused:
            if refused.problem.code is Code.NOT_FOUND:
                abort(404)
            return self._tags_page(code, name, problem_text(refused.problem)), 422
        flash(_("The tags were saved."), "success")
        return redirect(self.get_url(".tags"))

    def _tags_page(self, code: str = "", typed: str = "", problem: str = "") -> str:
        page: str = self.render(
            "admin/orders/tags.html", tags=read_tags(db.session(), archived=True), longest=LONGEST_NAME,
            wrong={"code": code, "typed": typed, "problem": problem} if problem else None,
        )  # fmt: skip
        return page
