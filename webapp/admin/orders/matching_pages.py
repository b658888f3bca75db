"""A bulk action for every order that the list shows, also for those on other pages: asked here, done by a job.

First which action, then its form. What is sent freezes the list; its exact number is confirmed on the job's page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import abort, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from webapp.admin.base import PageForm, expose
from webapp.admin.orders.forms import OVERRIDE, DeleteForm, HistoryForm, PaidForm, StatusForm
from webapp.admin.orders.listing import count_text, listing_of
from webapp.admin.orders.mark_pages import AssignForm, person_choices
from webapp.auth import needs
from webapp.domain.errors import Problem, Refused
from webapp.domain.order_acts import ActKind
from webapp.domain.order_status import OrderStatus
from webapp.domain.permissions import Permission
from webapp.extensions import db
from webapp.formats import problem_text, status_label
from webapp.services.bulk_jobs.acts import NEEDED, BulkAct
from webapp.services.bulk_jobs.freeze import start_bulk_change
from webapp.services.orders.filters import ListFilter
from webapp.services.orders.query import count_orders
from webapp.services.orders.tag import read_tags

_FORMS: dict[ActKind, type[PageForm]] = {
    ActKind.CHANGE_STATUS: StatusForm,
    ActKind.ADD_HISTORY: HistoryForm,
    ActKind.MARK_PAID: PaidForm,
    ActKind.ASSIGN: AssignForm,
    ActKind.TAG: PageForm,
    ActKind.DELETE: DeleteForm,
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """The list that an address means, the action, and what could not be read in it."""

    flt: ListFilter
    kind: ActKind | None
    problems: tuple[Problem, ...]


class MatchingPages:
    """Routes of the bulk actions for a whole list; mixed into the orders' view."""

    get_url: Any
    render: Any

    @expose("/matching")
    @needs(Permission.ORDERS_VIEW)
    def matching(self) -> ResponseReturnValue:
        """The choice of the action, or with `act` in the address its form.

        What is not understood in the address is said instead of changing other orders than were meant.
        """
        asked = _read(request.args.to_dict(flat=False))
        form = self._matching_form(asked.kind, filled=False) if asked.kind else None
        return self._matching_page(asked, form), 422 if asked.problems else 200

    @expose("/matching", methods=("POST",))
    @needs(Permission.ORDERS_VIEW)
    def start_matching(self) -> ResponseReturnValue:
        """Freeze the list for the action, and go to the page of the job."""
        asked = _read(request.form.to_dict(flat=False), prefix="list-")
        if asked.kind is None:
            abort(400)
        if not current_user.may(NEEDED[asked.kind]):
            abort(403)
        form = self._matching_form(asked.kind, filled=True)
        act = _act(asked.kind, form) if form.validate() and not asked.problems else None
        if act is None or form.errors:
            return self._matching_page(asked, form), 422
        try:
            job_id = start_bulk_change(current_user.actor, asked.flt.seen_by(current_user.email), act)
        except Refused as refused:
            form.form_errors.append(problem_text(refused.problem))
            return self._matching_page(asked, form), 422
        return redirect(self.get_url("jobs.details", job_id=job_id))

    def _matching_form(self, kind: ActKind, *, filled: bool) -> Any:
        form = _FORMS[kind]() if filled else _FORMS[kind](formdata=None)
        if isinstance(form, HistoryForm):
            statuses = [(status.value, status_label(status)) for status in _targets()]
            form.set_choices([("", _("Keep as it is")), *statuses])
        elif isinstance(form, AssignForm):
            form.assigned.choices = person_choices()
        return form

    def _matching_page(self, asked: _Asked, form: Any) -> str:
        listing = listing_of(asked.flt)
        count = count_orders(db.session(), current_user.actor.scope, asked.flt.seen_by(current_user.email))
        page: str = self.render(
            "admin/orders/matching.html",
            kind=asked.kind,
            kinds=[kind for kind in NEEDED if current_user.may(NEEDED[kind])],
            form=form,
            carried=asked.flt.to_params(),
            listing=listing,
            count=count,
            count_text=count_text(count),
            targets=_targets(),
            tags=read_tags(db.session(), archived=True) if asked.kind is ActKind.TAG else [],
            chosen=frozenset(request.form.getlist("add")),
            taken_off=frozenset(request.form.getlist("remove")),
            back=listing.address(),
            problems=[problem_text(problem) for problem in asked.problems],
        )
        return page


def _read(params: dict[str, list[str]], prefix: str = "") -> _Asked:
    """What an address or a form asks for; a form's own fields must not be taken for the list's (`status`, `tag`)."""
    of_list = {name.removeprefix(prefix): values for name, values in params.items() if name.startswith(prefix)}
    flt, problems = ListFilter.from_params(of_list)
    wanted = params.get("act", [""])[0]
    kind = next((kind for kind in NEEDED if kind == wanted), None)
    if kind is not None and not prefix and not current_user.may(NEEDED[kind]):
        kind = None  # the page then offers what the person may do; a form is refused
    return _Asked(flt, kind, problems)


def _targets() -> list[OrderStatus]:
    return [
        status for status in OrderStatus if current_user.actor.may_set(status) and status is not OrderStatus.CREATED
    ]


def _act(kind: ActKind, form: Any) -> BulkAct | None:
    """What the form asks for; None, with the reason in the form, when something is missing."""
    comment = ("comment" in form and form.comment.data) or ""
    notify = bool("notify" in form and form.notify.data)
    match kind:
        case ActKind.CHANGE_STATUS:
            to = next((status for status in _targets() if status == form.status.data), None)
            if to is None:
                form.status.errors = [_("Choose the new status.")]
                return None
            return BulkAct(kind, to=to, comment=comment, notify=notify)
        case ActKind.ADD_HISTORY:
            if form.says_nothing:
                form.comment.errors = [_("Write a comment, or choose a status.")]
                return None
            to = next((status for status in _targets() if status == form.status.data), None)
            override = OVERRIDE.get(form.override.data)
            return BulkAct(kind, to=to, comment=comment, notify=notify, override=override)
        case ActKind.MARK_PAID:
            return BulkAct(kind, comment=comment, notify=notify)
        case ActKind.ASSIGN:
            return BulkAct(kind, assigned=form.email) if form.is_chosen() else None
        case ActKind.TAG:
            add, remove = request.form.getlist("add"), request.form.getlist("remove")
            if not add and not remove:
                form.form_errors.append(_("Choose a tag."))
                return None
            return BulkAct(kind, tag=tuple(add), untag=tuple(code for code in remove if code not in add))
    return BulkAct(kind)
