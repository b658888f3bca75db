"""`/admin/orders/new` and `/admin/orders/<number>/edit`: orders by hand. Without scripts every help is a submit button
(`do`) that keeps what was typed; nothing is written before *save*."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from typing import Any

from flask import abort, current_app, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from webapp.admin.base import expose
from webapp.admin.orders import order_page
from webapp.admin.orders.entry_form import EMPTY_ROWS, MOST_LINES, Entered, EntryForm, buyer_fields, form_values
from webapp.auth import needs
from webapp.auth.kept_forms import KEPT
from webapp.domain.errors import Code, Problem, Refused
from webapp.domain.money import minor_digits
from webapp.domain.numbers import normalize_order_number
from webapp.domain.order_acts import Outcome
from webapp.domain.order_edits import Part, editable_parts
from webapp.domain.permissions import Permission
from webapp.extensions import db
from webapp.formats import amount, money, payment_method_label, problem_text
from webapp.formats.places import country_name
from webapp.models import HistoryKind
from webapp.services.orders.contents import BUYER_PARTS
from webapp.services.orders.create import NewOrder
from webapp.services.orders.detail import OrderDetail
from webapp.services.orders.edit_order import KEEP, OrderEdit, edit_order
from webapp.services.orders.enter_order import EnteredOrder, enter_order, last_store, token_of
from webapp.services.orders.lookups import (
    EntryStore,
    KnownBuyer,
    archived_store,
    buyer_of,
    entry_stores,
    find_buyers,
    find_items,
    store_accounts,
)
from webapp.services.unit_of_work import end_reading

_FILLED_AT_ONCE = 20
"""Rows that one press of *Fill in by SKU* looks up."""
_SAVE = "save"
_ROW = re.compile(r"lines-[0-9]{1,9}-")
"""How the names of a row's fields begin; other numbers are beyond what the forms' library reads."""


class EntryPages:
    """Routes of adding and editing; mixed into the orders' view."""

    get_url: Any
    render: Any
    _order: Any
    _url: Any

    @expose("/new", methods=("GET", "POST"))
    @needs(Permission.ORDERS_CREATE)
    def add_order(self) -> ResponseReturnValue:
        """Add an order; `?like=<number>` begins with the content of another one of the same store."""
        _with_prices_only()
        stores = entry_stores(db.session(), current_user.actor.scope)
        like = self._order(request.args["like"]) if request.args.get("like") else None
        if like is not None and like.store_code not in {store.code for store in stores}:
            flash(_("Orders can't be added to %(store)s: it is archived.", store=like.store), "error")
            return redirect(self._url(like.number))
        if not stores:
            page: str = self.render("admin/orders/entry_none.html")
            return page
        form = _posted() if request.method == "POST" else _blank(like)
        store = _chosen(form, stores)
        form.store.data = store.code if store is not None else ""
        form.offer({"": _("Choose the store")} | {store.code: store.name for store in stores})
        if request.method == "POST" and request.form.get("do", _SAVE) == _SAVE:
            made = None
            if store is None:  # amounts are read in its currency
                form.store.errors = [_not_chosen(request.form.get("store", ""))]
            elif (entered := form.read(store.currency)) is not None:
                made = _add(form, store, entered)
            if made is not None:
                if made.new:
                    flash(_("%(number)s was added.", number=made.number), "success")
                else:
                    flash(_("This form has added %(number)s already; nothing was added again.", number=made.number))
                return redirect(self._url(made.number))
        code = store.code if store is not None else ""
        return self._entry(form, code, (store or stores[0]).currency, stores=stores, like=like)

    @expose("/new/buyers")
    @needs(Permission.ORDERS_CREATE)
    def known_buyers(self) -> ResponseReturnValue:
        """Buyers of a store who have the words of `q`, as a part of the page."""
        _with_prices_only()
        store = _asked("store")
        buyers = find_buyers(db.session(), current_user.actor.scope, store, _asked("q"))
        page: str = self.render("admin/orders/entry_buyers.html", buyers=buyers, fields=buyer_fields, store=store)
        return page

    @expose("/new/items")
    @needs(Permission.ORDERS_VIEW)
    def known_items(self) -> ResponseReturnValue:
        """Items of a store whose SKU begins with `q`, as options. Who adds and who edits orders may ask."""
        if not (current_user.may(Permission.ORDERS_CREATE) or current_user.may(Permission.ORDERS_EDIT)):
            abort(403)
        _with_prices_only()
        reading, scope = db.session(), current_user.actor.scope
        items = find_items(reading, store_accounts(reading, scope, _asked("store")), _asked("q"))
        currency = request.args.get("currency", "IDR")
        try:
            minor_digits(currency)
        except ValueError:
            abort(400)
        page: str = self.render("admin/orders/entry_items.html", items=items, currency=currency)
        return page

    @expose("/<number>/edit", methods=("GET", "POST"))
    @needs(Permission.ORDERS_EDIT)
    def edit(self, number: str) -> ResponseReturnValue:
        """Edit what the order consists of, as far as its status and its channel let people do that."""
        _with_prices_only()
        order = self._order(number)
        parts = editable_parts(order_page.facts_of(order))
        if request.method == "GET":
            if not parts:
                params = {"number": order.number, "from_status": order.status.value, "variant": "edit"}
                flash(problem_text(Problem(Code.TRANSITION_NOT_ALLOWED, params)), "error")
                return redirect(self._url(order.number))
            form = EntryForm(formdata=None, data=form_values(order))
            form.offer({}, order.contact.country)
            return self._entry(form, order.store_code, order.currency, order=order, parts=parts)
        form = _posted()
        form.offer({}, order.contact.country)
        shown = frozenset(part for part, field in _SHOWN_BY.items() if field in request.form)
        problem = None
        if request.form.get("do", _SAVE) == _SAVE:
            entered = form.read(order.currency) if Part.LINES in shown else form.read_buyer()
            if entered is not None:
                end_reading()
                result = edit_order(current_user.actor, order.number, _edit(form, entered, shown))
                problem = result.problem
                if problem is None:
                    unchanged = result.outcome is Outcome.UNCHANGED
                    if unchanged:
                        flash(_("Nothing to change: it already is so."), "info")
                    else:
                        flash(_("%(number)s was saved.", number=order.number), "success")
                    return redirect(self._url(order.number))
                if problem.code is Code.NOT_FOUND:
                    abort(404)
                form.show_problem(problem)
                order = self._order(number)
        return self._entry(form, order.store_code, order.currency, order=order, parts=shown, problem=problem)

    # --- Shared ----------------------------------------------------------------------------------------------------

    def _entry(
        self,
        form: EntryForm,
        store: str,
        currency: str,
        *,
        stores: Sequence[EntryStore] = (),
        order: OrderDetail | None = None,
        like: OrderDetail | None = None,
        parts: frozenset[Part] = frozenset(Part),
        problem: Problem | None = None,
    ) -> ResponseReturnValue:
        buyers = _help(form, store, currency) if request.method == "POST" else None
        meanwhile: list[order_page.Event] = []
        if order is not None and problem is not None and problem.code is Code.LOCKED:
            meanwhile = [e for e in order_page.events(order, *HistoryKind) if e.entry.seq > _seen(form)]
            form.version.data = str(order.version)  # the next save is made in knowledge of this
        if Part.LINES in parts and not any(row.is_blank for row in form.rows):
            form.add_rows(1 if order is not None else EMPTY_ROWS)
        page: str = self.render(
            "admin/orders/entry.html",
            form=form, order=order, like=like, parts=parts, stores=stores, store=store, currency=currency,
            figures=form.figures(currency), buyers=buyers, fields=buyer_fields, meanwhile=meanwhile,
            now_is=_differing(form, order) if meanwhile and order is not None else {},
            currencies={store: _currency(currency)} | {s.code: _currency(s.currency) for s in stores},
            most_lines=MOST_LINES, blank=EntryForm(formdata=None, data={"lines": [{"quantity": "1"}]}).rows[0],
            keeps_total=order is not None and order.payment_status != "unpaid",
            given_back=request.form.get("do") == KEPT,
        )  # fmt: skip
        return page, 422 if form.wrong else 200


_SHOWN_BY = {
    Part.BUYER: "buyer_name",
    Part.PAYMENT_METHOD: "payment_method",
    Part.LINES: "shipping_fee",
    Part.AMOUNTS: "shipping_fee",
    Part.NOTE: "note",
}
"""A field by which a sent form tells that it had this part."""


def _with_prices_only() -> None:
    # Who sees neither e-mail nor prices has nothing to fill in here.
    if current_user.actor.scope.restricted:
        abort(403)


def _asked(name: str) -> str:
    return request.args.get(name, "").replace("\0", "")  # PostgreSQL takes no NUL


def _posted() -> EntryForm:
    """The form as it was sent. More rows than an order may have were not typed on our page."""
    if any(_ROW.match(name) is None for name in request.form if name.startswith("lines-")):
        abort(400)
    if len(_sent_rows()) > MOST_LINES:
        abort(413)
    return EntryForm()


def _sent_rows() -> list[str]:
    """The rows that were sent, as their fields are numbered, in order."""
    numbers = {name.split("-")[1] for name in request.form if name.startswith("lines-")}
    return sorted(numbers, key=int)


def _blank(like: OrderDetail | None) -> EntryForm:
    once = {"once": secrets.token_urlsafe(16)}
    if like is None:
        return EntryForm(formdata=None, data={"lines": [{"quantity": "1"}] * EMPTY_ROWS} | once)
    return EntryForm(formdata=None, data=form_values(like) | {"store": like.store_code} | once)


def _chosen(form: EntryForm, stores: Sequence[EntryStore]) -> EntryStore | None:
    """The store of the form. A new one begins with the one asked for, the only one, or the one that the person last
    added an order to; None: the person has to choose."""
    by_code = {store.code: store for store in stores}
    asked = form.store.data or request.args.get("store", "")
    if asked or request.method == "POST":
        return by_code.get(asked)
    if len(stores) == 1:
        return stores[0]
    return by_code.get(last_store(db.session(), current_user.actor) or "")


def _not_chosen(typed: str) -> str:
    """Why the store that was sent can't be used."""
    if typed and (name := archived_store(db.session(), current_user.actor.scope, typed)) is not None:
        return problem_text(Problem(Code.BAD_VALUE, {"field": "store", "value": name, "variant": "store_archived"}))
    return _("Choose one of the list.")


def _add(form: EntryForm, store: EntryStore, entered: Entered) -> EnteredOrder | None:
    """Create the order; None with the reason in the form."""
    secret = current_app.config["SECRET_KEY"]
    order = NewOrder(
        store.account_id, entered.buyer, entered.lines, entered.payment_method, shipping_fee=entered.shipping_fee,
        discount=entered.discount, note=entered.note or None,
        token=token_of(secret, current_user.actor, form.once.data or ""),
    )  # fmt: skip
    end_reading()
    try:
        return enter_order(current_user.actor, order, store.code)
    except Refused as refused:
        form.show_problem(refused.problem)
        return None


def _edit(form: EntryForm, entered: Entered, parts: frozenset[Part]) -> OrderEdit:
    return OrderEdit(
        version=_seen(form),
        buyer=entered.buyer if Part.BUYER in parts else None,
        payment_method=entered.payment_method if Part.PAYMENT_METHOD in parts else KEEP,
        lines=entered.lines if Part.LINES in parts else None,
        shipping_fee=entered.shipping_fee if Part.AMOUNTS in parts else None,
        discount=entered.discount if Part.AMOUNTS in parts else None,
        note=entered.note if Part.NOTE in parts else None,
    )


def _seen(form: EntryForm) -> int:
    """The version of the order that its editor saw; 0, which no order has, where the page did not say it."""
    typed = form.version.data or ""
    return int(typed) if typed.isdecimal() and len(typed) < 10 else 0


def _help(form: EntryForm, store: str, currency: str) -> list[KnownBuyer] | None:
    """Do what a button other than *save* asks for; the buyers that were looked up, or None."""
    do, _colon, what = request.form.get("do", _SAVE).partition(":")
    reading, scope = db.session(), current_user.actor.scope
    if do == "find":
        return find_buyers(reading, scope, store, form.find.data or "")
    number = normalize_order_number(what) if do == "take" else None
    if number is not None and (buyer := buyer_of(reading, scope, store, number)) is not None:
        form.take_buyer(buyer)
        form.find.data = ""
    elif do == "rows":
        form.add_rows()
    elif do == "remove":
        sent = _sent_rows()  # the form has them under numbers without gaps
        if what in sent:
            del form.lines.entries[sent.index(what)]
    elif do == "items":
        accounts = store_accounts(reading, scope, store)
        lacking = [row for row in form.rows if row.sku.data and not (row.item_name.data and row.unit_price.data)]
        for row in lacking[:_FILLED_AT_ONCE]:
            items = find_items(reading, accounts, row.sku.data)
            exact = [item for item in items if item.sku.casefold() == row.sku.data.casefold()] or items
            if len(exact) == 1:
                form.take_item(row, exact[0], currency)
            else:
                row.sku.errors = [_("No single item is known by this.")]
    return None


def _currency(currency: str) -> dict[str, Any]:
    """How the page's script writes amounts of a currency: its code, its decimals, and the form with its sign."""
    shape = money(0, currency).replace(amount(0, currency), "{n}")
    return {"code": currency, "digits": minor_digits(currency), "money": shape}


def _differing(form: EntryForm, order: OrderDetail) -> dict[str, str]:
    """How the order is now, in words, by the field in which something else was typed."""
    now = form_values(order)
    typed_lines = [{name: row[name].data for name in ("sku", "item_name", "quantity", "unit_price", "digital")}
                   for row in form.rows if not row.is_blank]  # fmt: skip
    told = {}
    for field in (*BUYER_PARTS, "payment_method", "shipping_fee", "discount", "note"):
        if field in request.form and (form[field].data or "") != now[field]:
            told[field] = _("Now: %(value)s", value=_words(field, now[field]) or "–")
    if "shipping_fee" in request.form and typed_lines != now["lines"]:
        lines = [f"{x['quantity']} × {x['item_name']} ({x['unit_price']})" for x in now["lines"]]
        told["lines"] = _("Now: %(value)s", value=", ".join(lines))
    return told


def _words(field: str, value: str) -> str:
    if field == "payment_method":
        return payment_method_label(value or None)
    return country_name(value) if field == "country" and value else value
