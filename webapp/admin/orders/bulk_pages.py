"""The bulk actions' pages: ask (scripts show the page as a dialog), do it through the service, say what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext
from flask_login import current_user

from webapp import clock
from webapp.admin.base import expose, own_zone
from webapp.admin.orders import plans
from webapp.admin.orders.forms import OVERRIDE, DeleteForm, HistoryForm, PaidForm, StatusForm
from webapp.admin.orders.outcome import Done, can_be_undone, outcome
from webapp.admin.typed import TYPED_FROM, same_words
from webapp.auth import needs
from webapp.domain.order_acts import ActKind, Outcome
from webapp.domain.order_status import OrderStatus
from webapp.domain.permissions import Permission
from webapp.extensions import db
from webapp.formats import status_label
from webapp.models import Batch
from webapp.services import accounts
from webapp.services.bulk_jobs.take_back import start_undo
from webapp.services.orders import bulk
from webapp.services.orders.bulk import LIMIT, NothingSelected, TooManySelected
from webapp.services.orders.delete import delete_orders
from webapp.services.orders.undo import TIME as UNDO_TIME
from webapp.services.orders.undo import CannotUndo, Why, recent_changes, undo


class BulkPages:
    """Routes and questions of the bulk actions; mixed into the orders' view."""

    get_url: Any
    render: Any

    def create_blueprint(self, admin: Any) -> Any:
        """Say in words, for every route, that nothing or too much is selected."""
        blueprint = super().create_blueprint(admin)  # type: ignore[misc]
        blueprint.register_error_handler(NothingSelected, self._nothing_selected)
        blueprint.register_error_handler(TooManySelected, self._too_many_selected)
        return blueprint

    # --- Change status ---------------------------------------------------------------------------------------------

    def ask_status(self, numbers: Sequence[str]) -> ResponseReturnValue:
        """The form with the statuses that the selected orders may take."""
        return self._status_page(self._selected(numbers), StatusForm(formdata=None))

    @expose("/status", methods=("POST",))
    @needs(Permission.ORDERS_CHANGE_STATUS)
    def change_status(self) -> ResponseReturnValue:
        """Set the selected orders to the chosen status."""
        numbers, form = request.form.getlist("rowid"), StatusForm()
        to = _status(form.status.data)
        again = None
        if to is None or not form.validate() or plans.may_need_word(to, numbers):
            again = self._ask_status_again(numbers, form, to)
        if to is None or again is not None:
            return again or "", 422
        result = bulk.change_status(
            current_user.actor, numbers, to, comment=form.comment.data or "", notify=form.notify.data
        )
        return self._finish(Done(ActKind.CHANGE_STATUS, result, to, notified=form.notify.data))

    def _ask_status_again(self, numbers: Sequence[str], form: StatusForm, to: OrderStatus | None) -> str | None:
        """The form once more, with what is wrong or missing in it; None when the typed word was the only question."""
        selected = self._selected(numbers)
        targets = plans.status_targets(selected, current_user.actor)
        typed = next((target.typed for target in targets if target.status is to), "")
        if to is None:
            form.status.errors = [_("Choose the new status.")]
        if typed and not same_words(form.typed.data, typed):
            form.typed.errors = [_("Type %(words)s to go on.", words=typed)]
        return self._status_page(selected, form) if form.errors else None

    def _status_page(self, selected: plans.Selected, form: StatusForm) -> str:
        targets = plans.status_targets(selected, current_user.actor)
        offered = {target.status for target in targets}
        left_out = [status_label(s) for s in OrderStatus if s not in offered and current_user.actor.may_set(s)]
        return self._ask("bulk_status", selected, form, targets=targets, left_out=left_out)

    # --- Add history -----------------------------------------------------------------------------------------------

    def ask_history(self, numbers: Sequence[str]) -> ResponseReturnValue:
        """The form of a history entry for the selected orders."""
        return self._history_page(self._selected(numbers), HistoryForm(formdata=None))

    @expose("/history", methods=("POST",))
    @needs(Permission.ORDERS_ADD_HISTORY)
    def add_history(self) -> ResponseReturnValue:
        """Write the entry for each selected order."""
        selected, form = self._selected(request.form.getlist("rowid")), HistoryForm()
        targets = self._offer_statuses(selected, form)
        to = _status(form.status.data)
        typed = next((target.typed for target in targets if target.status is to), "")
        valid = form.validate()
        if form.says_nothing:
            form.comment.errors = [_("Write a comment, or choose a status.")]
        if typed and not same_words(form.typed.data, typed):
            form.typed.errors = [_("Type %(words)s to go on.", words=typed)]
        if not valid or form.comment.errors or form.typed.errors:
            return self._history_page(selected, form), 422
        result = bulk.add_history(
            current_user.actor, selected.numbers, to=to, comment=form.comment.data or "", notify=form.notify.data,
            override=OVERRIDE.get(form.override.data),
        )  # fmt: skip
        return self._finish(Done(ActKind.ADD_HISTORY, result, to, notified=form.notify.data))

    def _offer_statuses(self, selected: plans.Selected, form: HistoryForm) -> list[plans.Target]:
        targets = plans.status_targets(selected, current_user.actor)
        all_of = len(selected.orders)
        choices = [("", _("Keep as it is"))] + [
            (
                t.status.value,
                _("%(status)s, %(n)s of %(all)s", status=status_label(t.status), n=len(t.plan.ok), all=all_of),
            )
            for t in targets
        ]
        form.set_choices(choices)
        return targets

    def _history_page(self, selected: plans.Selected, form: HistoryForm) -> str:
        targets = self._offer_statuses(selected, form)
        return self._ask("bulk_history", selected, form, targets=targets)

    # --- Mark paid -------------------------------------------------------------------------------------------------

    def ask_paid(self, numbers: Sequence[str]) -> ResponseReturnValue:
        """Which of the selected orders will be paid."""
        return self._paid_page(self._selected(numbers), PaidForm(formdata=None))

    @expose("/paid", methods=("POST",))
    @needs(Permission.PAYMENTS_CONFIRM)
    def mark_paid(self) -> ResponseReturnValue:
        """Mark the selected orders paid."""
        selected, form = self._selected(request.form.getlist("rowid")), PaidForm()
        if not form.validate():
            return self._paid_page(selected, form), 422
        result = bulk.mark_paid(
            current_user.actor, selected.numbers, comment=form.comment.data or "", notify=form.notify.data
        )
        return self._finish(Done(ActKind.MARK_PAID, result, notified=form.notify.data))

    def _paid_page(self, selected: plans.Selected, form: PaidForm) -> str:
        return self._ask("bulk_paid", selected, form, plan=plans.paid_plan(selected, current_user.actor))

    # --- Delete ----------------------------------------------------------------------------------------------------

    def ask_delete(self, numbers: Sequence[str]) -> ResponseReturnValue:
        """Which of the selected orders can be deleted, and which can't and why."""
        return self._delete_page(self._selected(numbers), DeleteForm(formdata=None))

    @expose("/delete", methods=("POST",))
    @needs(Permission.ORDERS_DELETE)
    def delete(self) -> ResponseReturnValue:
        """Delete those of the selected orders that may be deleted."""
        selected, form = self._selected(request.form.getlist("rowid")), DeleteForm()
        typed = self._words_to_delete(plans.deletion_plan(selected, current_user.actor))
        valid = form.validate()
        if typed and not same_words(form.typed.data, typed):
            form.typed.errors = [_("Type %(words)s to go on.", words=typed)]
        if not valid or form.typed.errors:
            return self._delete_page(selected, form), 422
        return self._finish(Done(ActKind.DELETE, delete_orders(current_user.actor, selected.numbers)))

    def _delete_page(self, selected: plans.Selected, form: DeleteForm) -> str:
        plan = plans.deletion_plan(selected, current_user.actor)
        return self._ask("bulk_delete", selected, form, plan=plan, typed=self._words_to_delete(plan))

    def _words_to_delete(self, plan: plans.Plan) -> str:
        word = _("DELETE")  # not inside an f-string: catalogues are not extracted from there
        return f"{word} {len(plan.ok)}" if len(plan.ok) >= TYPED_FROM else ""

    # --- Undo ------------------------------------------------------------------------------------------------------

    @expose("/undo", methods=("POST",))
    @needs(Permission.ORDERS_VIEW)
    def undo(self) -> ResponseReturnValue:
        """Take one's own bulk change back; what each order may is decided as for any other change. The change of a job
        is taken back by a job."""
        typed = request.form.get("batch", "")
        batch_id = int(typed) if typed.isdecimal() and len(typed) < 19 else 0
        batch = db.session.get(Batch, batch_id)
        try:
            if batch is not None and batch.job_id is not None:
                return redirect(url_for("jobs.details", job_id=start_undo(current_user.actor, batch_id)))
            result = undo(current_user.actor, batch_id)
        except CannotUndo as error:
            flash(_CANNOT_UNDO[error.why], "warning")
            return redirect(self._back())
        return self._finish(Done(ActKind.UNDO, result))

    @expose("/changes")
    @needs(Permission.ORDERS_VIEW)
    def changes(self) -> str:
        """One's latest bulk changes, each with its way back while there is one."""
        found = recent_changes(db.session(), current_user.actor, clock.now())
        page: str = self.render("admin/orders/changes.html", changes=found, back=self._back(), tz=own_zone())
        return page

    # --- Selection without scripts ---------------------------------------------------------------------------------

    @expose("/selection", methods=("POST",))
    @needs(Permission.ORDERS_VIEW)
    def keep_selection(self) -> ResponseReturnValue:
        """Remember what is ticked, for people without scripts; `shown` are the orders of the page that they left."""
        shown = set(" ".join(request.form.getlist("shown")).split())
        ticked = request.form.getlist("rowid")
        numbers = list(dict.fromkeys([n for n in current_user.selection if n not in shown] + ticked))
        if len(numbers) > LIMIT:
            flash(_("At most %(limit)d orders are kept. The first %(limit)d are.", limit=LIMIT), "warning")
        accounts.keep_selection(current_user.token, [n[:40] for n in numbers[:LIMIT]])
        return redirect(self._back())

    # --- Shared ----------------------------------------------------------------------------------------------------

    def _selected(self, numbers: Sequence[str]) -> plans.Selected:
        return plans.read_selected(db.session(), current_user.actor, numbers)

    def _ask(self, template: str, selected: plans.Selected, form: Any, **context: Any) -> str:
        page: str = self.render(
            f"admin/orders/{template}.html", selected=selected, form=form, back=self._back(), **context
        )
        return page

    def _finish(self, done: Done) -> ResponseReturnValue:
        """A toast on the list when nothing was refused, else a page that names what was."""
        # An act from an order's own page is none of the list's selection.
        of_list = self._back().partition("?")[0] == self.get_url(".index_view")
        if of_list and current_user.selection:
            accounts.keep_selection(current_user.token, [])
        told, undoable = outcome(db.session(), current_user.actor.scope, done), can_be_undone(done)
        if done.result.refused:
            until = clock.now() + UNDO_TIME if undoable else None
            page: str = self.render(
                "admin/orders/outcome.html", told=told, done=done, back=self._back(), undo_until=until, tz=own_zone(),
                of_list=of_list,
            )  # fmt: skip
            return page
        changed = done.result.count(Outcome.OK)
        kind = f"success:{done.result.batch_id}" if undoable else "success"
        flash(f"{told.title} {told.lead}".strip(), kind if changed else "info")
        if of_list:
            session["selection_done"] = True
        return redirect(self._back())

    def _back(self) -> str:
        """The list that the person came from: an address of ours below the list, else the list itself."""
        start: str = self.get_url(".index_view")
        address = request.values.get("url", "")
        return address if address.startswith(start) and address.isprintable() else start

    def _nothing_selected(self, _error: NothingSelected) -> ResponseReturnValue:
        flash(_("Nothing was changed: no order is selected."), "warning")
        return redirect(self._back())

    def _too_many_selected(self, _error: TooManySelected) -> ResponseReturnValue:
        flash(
            ngettext(
                "Nothing was changed: at most %(num)d order at a time.",
                "Nothing was changed: at most %(num)d orders at a time. Select fewer.",
                LIMIT,
            ),
            "warning",
        )
        return redirect(self._back())


_CANNOT_UNDO = {
    Why.GONE: lazy_gettext("This change can't be undone."),
    Why.LATE: lazy_gettext("Nothing was undone: a change can be undone for ten minutes."),
    Why.DONE: lazy_gettext("Nothing was undone: this change was undone already."),
    Why.RUNNING: lazy_gettext("Nothing was undone: the job still goes on. Stop it, or wait for its end."),
    Why.BUSY: lazy_gettext("Nothing was undone: someone else is changing these orders. Try again."),
}


def _status(value: str | None) -> OrderStatus | None:
    try:
        return OrderStatus(value) if value else None
    except ValueError:
        return None
