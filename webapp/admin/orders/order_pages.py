"""`/admin/orders/<number>`: the page of one order and what is done from there. Each act is a bulk act of one."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from webapp import clock
from webapp.admin.base import expose
from webapp.admin.orders import order_page
from webapp.admin.orders.follow_ups import chat_number
from webapp.admin.orders.forms import OVERRIDE, DeleteForm, HistoryForm, TrackingForm
from webapp.admin.orders.links import buyer_url
from webapp.admin.orders.outcome import Done, can_be_undone
from webapp.admin.orders.packing_page import packing_card
from webapp.auth import needs
from webapp.domain.couriers import (
    COURIERS,
    TrackingNumberError,
    clean_tracking_number,
    courier_from_words,
    courier_name,
    tracking_link,
)
from webapp.domain.errors import Code, Problem
from webapp.domain.order_acts import ActKind, Outcome
from webapp.domain.order_status import TO_SHIP, OrderStatus
from webapp.domain.order_texts import LONGEST_TOLD
from webapp.domain.permissions import Permission
from webapp.extensions import db
from webapp.formats import problem_text, status_label
from webapp.models import HistoryKind
from webapp.services.orders import bulk
from webapp.services.orders.change_orders import BulkResult
from webapp.services.orders.delete import delete_orders
from webapp.services.orders.detail import OrderDetail, get_order


class OrderPages:
    """Routes of one order; mixed into the orders' view. A number that does not exist for the person is 404."""

    get_url: Any
    render: Any
    _back: Any
    list_query: Any

    @expose("/<number>")
    def order(self, number: str) -> ResponseReturnValue:
        """The page."""
        order = self._order(number)
        if order.number != number:
            return redirect(self._url(order.number))
        return self._page(order)

    @expose("/<number>/status", methods=("POST",))
    @needs(Permission.ORDERS_CHANGE_STATUS)
    def set_status(self, number: str) -> ResponseReturnValue:
        """Set the order's status: the next act of the page's head."""
        try:
            to = OrderStatus(request.form.get("status", ""))
        except ValueError:
            abort(400)
        result = bulk.change_status(current_user.actor, [number], to)
        done = _("%(number)s is now %(status)s.", number=number, status=status_label(to))
        return self._answer(number, Done(ActKind.CHANGE_STATUS, result, to), done)

    @expose("/<number>/paid", methods=("POST",))
    @needs(Permission.PAYMENTS_CONFIRM)
    def set_paid(self, number: str) -> ResponseReturnValue:
        """Mark the order paid."""
        result = bulk.mark_paid(current_user.actor, [number])
        return self._answer(number, Done(ActKind.MARK_PAID, result), _("%(number)s is now paid.", number=number))

    @expose("/<number>/history", methods=("POST",))
    @needs(Permission.ORDERS_ADD_HISTORY)
    def write_history(self, number: str) -> ResponseReturnValue:
        """Add a history entry; what was typed stays in the form when it is refused."""
        form = HistoryForm()
        form.set_choices([])
        if form.says_nothing:
            form.comment.errors = [_("Write a comment, or choose a status.")]
        elif form.comment.validate(form) and form.notify.validate(form):
            try:
                to = OrderStatus(form.status.data) if form.status.data else None
            except ValueError:
                abort(400)
            result = bulk.add_history(
                current_user.actor, [number], to=to, comment=form.comment.data or "",
                notify=form.notify.data, override=OVERRIDE.get(form.override.data),
            )  # fmt: skip
            problem = self._problem(result)
            if problem is None:
                flash(_("The entry was added."), "success")
                return redirect(self._url(number) + "#history")
            form.comment.errors = [problem_text(problem)]
        return self._page(self._order(number), history_form=form), 422

    @expose("/<number>/tracking", methods=("POST",))
    @needs(Permission.ORDERS_VIEW)
    def set_tracking(self, number: str) -> ResponseReturnValue:
        """Put courier and tracking number on the order's parcel. Two permissions allow it: `decide` knows them."""
        if not (current_user.may(Permission.FULFILMENT_WORK) or current_user.may(Permission.ORDERS_EDIT)):
            abort(403)
        form = TrackingForm()
        typed = (form.courier.data or "").strip()
        courier = courier_from_words(typed) or typed or None
        try:
            tracking = clean_tracking_number(form.tracking_number.data or "")
        except TrackingNumberError as error:
            tracking = None
            if error.code != "missing_value":
                wrong = Problem(Code.BAD_VALUE, {"field": "tracking_number", "value": form.tracking_number.data})
                form.tracking_number.errors = [problem_text(wrong)]
        if not form.tracking_number.errors:
            if courier is None and tracking is None:
                form.tracking_number.errors = [_("Type the tracking number, or the courier.")]
            elif len(typed) > LONGEST_TOLD["courier"]:
                form.courier.errors = [problem_text(Problem(Code.BAD_VALUE, {"field": "courier", "value": typed}))]
            else:
                problem = self._problem(bulk.set_tracking(current_user.actor, number, courier, tracking))
                if problem is None:
                    flash(_("The shipment was saved."), "success")
                    return redirect(self._url(number))
                if not order_page.possible(self._order(number), current_user.actor).track:
                    flash(problem_text(problem), "error")  # somebody else was quicker: there is no field to say it at
                    return redirect(self._url(number))
                form.tracking_number.errors = [problem_text(problem)]
        return self._page(self._order(number), tracking_form=form), 422

    @expose("/<number>/delete", methods=("GET", "POST"))
    @needs(Permission.ORDERS_DELETE)
    def delete_one(self, number: str) -> ResponseReturnValue:
        """Ask, then delete the order. The question is also shown as a dialog."""
        if request.method == "GET":
            order = self._order(number)
            may = order_page.possible(order, current_user.actor)
            page: str = self.render("admin/orders/delete.html", order=order, may=may, form=DeleteForm())
            return page
        result = delete_orders(current_user.actor, [number])
        problem = self._problem(result)
        if problem is not None:
            flash(problem_text(problem), "error")
            return redirect(self._url(number))
        flash(_("%(number)s was deleted.", number=number), "success")
        return redirect(self.get_url(".index_view"))

    # --- Shared ----------------------------------------------------------------------------------------------------

    def _order(self, number: str) -> OrderDetail:
        order = get_order(db.session(), current_user.actor.scope, number)
        if order is None:
            abort(404)
        return order

    def _url(self, number: str) -> str:
        url: str = self.get_url(".order", number=number)
        return url

    def _page(
        self,
        order: OrderDetail,
        history_form: HistoryForm | None = None,
        tracking_form: TrackingForm | None = None,
        packing_refusal: str = "",
        *,
        scanned: bool = False,
    ) -> str:
        may = order_page.possible(order, current_user.actor)
        history_form = history_form or HistoryForm(formdata=None)
        keep = _("Keep %(status)s", status=status_label(order.status))
        history_form.set_choices([("", keep)] + [(to.value, status_label(to)) for to in may.targets])
        parcel = order.shipment
        tracking_form = tracking_form or TrackingForm(
            formdata=None, courier=_courier_text(parcel.courier if parcel else None)
        )
        page: str = self.render(
            "admin/orders/order.html",
            order=order,
            may=may,
            parcel=parcel,
            history_form=history_form,
            tracking_form=tracking_form,
            trail=order_page.trail(order),
            pack=packing_card(order, current_user.actor),
            packing_refusal=packing_refusal,
            scanned=scanned or "scan" in request.args,
            **self._events(order),
            waits=order.status in TO_SHIP,
            now=clock.now(),
            couriers=[courier.name for courier in COURIERS.values()],
            courier_name=courier_name,
            tracking_link=tracking_link,
            shipment_label=order_page.shipment_label,
            payment_state_label=order_page.payment_state_label,
            page_url=self._url(order.number),
            list_query=self.list_query(),
            buyer_url=buyer_url(order),
            can_chat=chat_number(order) is not None,
        )
        return page

    def _events(self, order: OrderDetail) -> dict[str, Any]:
        """The history that the address asks for, as templates take it."""
        kind = HistoryKind.PACKING if request.args.get("history") == HistoryKind.PACKING else HistoryKind.GENERAL
        return {"events": order_page.events(order, kind), "packing": kind is HistoryKind.PACKING}

    def _problem(self, result: BulkResult) -> Problem | None:
        """Why the act on one order was refused; 404 when it does not exist."""
        problem = result.results[0].problem
        if problem is not None and problem.code in (Code.NOT_FOUND, Code.AMBIGUOUS):
            abort(404)
        return problem

    def _answer(self, number: str, done: Done, words: str) -> ResponseReturnValue:
        """Say what came of it, on the list when it was asked there (`url`), else on the order's page."""
        problem = self._problem(done.result)
        if problem is not None:
            flash(problem_text(problem), "error")
        elif done.result.results[0].outcome is Outcome.UNCHANGED:
            flash(_("Nothing to change: it already is so."), "info")
        else:
            flash(words, f"success:{done.result.batch_id}" if can_be_undone(done) else "success")
        return redirect(self._back() if "url" in request.form else self._url(number))


def _courier_text(code: str | None) -> str:
    return COURIERS[code].name if code in COURIERS else code or ""
