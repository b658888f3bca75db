"""Pick and pack on the page of one order: what the card shows, and the ticks and scans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from webapp.admin.base import expose
from webapp.admin.orders import order_page
from webapp.auth import needs
from webapp.domain.actors import Actor
from webapp.domain.errors import Code, Problem
from webapp.domain.order_acts import Outcome
from webapp.domain.packing import AT_THE_WAREHOUSE, PackingStep, PackLine, Tick, may_pack
from webapp.domain.permissions import Permission
from webapp.formats import integer, problem_text
from webapp.models import HistoryKind
from webapp.services.orders.detail import LineDetail, OrderDetail
from webapp.services.orders.pack_lines import PackResult, scan_piece, tick_line

PART = "packing"
"""What the page's script names in the header `Lapak-Part` when it wants only what a tick or a scan changes."""
_DIGITS = 10
"""A number of so many digits is beyond every quantity."""


@dataclass(frozen=True, slots=True)
class PackingCard:
    """The card: the lines that have something to pick, how many pieces they have, and how far they came."""

    lines: tuple[LineDetail, ...]
    pieces: int
    picked: int
    packed: int
    may: bool


def packing_card(order: OrderDetail, actor: Actor) -> PackingCard | None:
    """What the card shows; None when the order is not in the warehouse's hands, or has nothing to pick."""
    lines = tuple(line for line in order.lines if not line.digital)
    if order.status not in AT_THE_WAREHOUSE or not lines:
        return None
    return PackingCard(
        lines,
        sum(line.quantity for line in lines),
        sum(line.picked for line in lines),
        sum(line.packed for line in lines),
        may_pack(order_page.facts_of(order), actor),
    )


class PackingPages:
    """Routes of picking and packing; mixed into the orders' view. Without scripts they are plain forms."""

    get_url: Any
    render: Any
    _order: Any
    _page: Any
    _events: Any

    @expose("/<number>/packing", methods=("POST",))
    @needs(Permission.FULFILMENT_WORK)
    def tick_line(self, number: str) -> ResponseReturnValue:
        """Say how much of a line is picked or packed: `whole` 1 or 0, else `count` pieces."""
        form = request.form
        try:
            line, version, step = int(form["line"]), int(form["version"]), PackingStep(form["step"])
        except ValueError:
            abort(400)
        typed = form.get("count", "").strip()
        if "whole" in form:
            count = None if form["whole"] == "1" else 0
        elif typed.isdecimal() and len(typed) < _DIGITS:
            count = int(typed)
        else:
            problem = Problem(Code.BAD_VALUE if typed else Code.MISSING_VALUE, {"field": "quantity", "value": typed})
            return self._packed(number, PackResult(Outcome.FAILED, problem=problem), "")
        result = tick_line(current_user.actor, number, Tick(line, step, count, version))
        return self._packed(number, result, self.get_url(".order", number=number, history=_tab()) + "#packing")

    @expose("/<number>/scan", methods=("POST",))
    @needs(Permission.FULFILMENT_WORK)
    def scan(self, number: str) -> ResponseReturnValue:
        """Count the next piece of the scanned SKU; the field keeps the focus for the next one."""
        result = scan_piece(current_user.actor, number, request.form.get("sku", "").replace("\0", ""))
        # No anchor: browsers focus no field of a page that was opened at a place of its own.
        back = self.get_url(".order", number=number, history=_tab(), scan=1)
        return self._packed(number, result, back, scanned=True)

    def _packed(self, number: str, result: PackResult, back: str, *, scanned: bool = False) -> ResponseReturnValue:
        problem = result.problem
        if problem is not None and problem.code in (Code.NOT_FOUND, Code.AMBIGUOUS):
            abort(404)
        refusal = problem_text(problem) if problem is not None else ""
        if request.headers.get("Lapak-Part") == PART:
            order = self._order(number)
            pack = packing_card(order, current_user.actor)
            if refusal and pack is None:
                flash(refusal, "error")  # the script opens the page anew: the card has gone
            part: str = self.render(
                "admin/orders/order_packed.html",
                order=order,
                tz=order.timezone,
                pack=pack,
                packed_said=_said(result),
                packing_refusal=refusal,
                scanned=scanned,
                counted=result.outcome is Outcome.OK,
                **self._events(order),
            )
            return part, 422 if refusal else 200
        if not refusal:
            flash(_said(result), "success")
            return redirect(back)
        page: str = self._page(self._order(number), packing_refusal=refusal, scanned=scanned)
        return page, 422


def _tab() -> str | None:
    """The history that the page shows, where it is not the general one."""
    return HistoryKind.PACKING.value if request.args.get("history") == HistoryKind.PACKING else None


def _said(result: PackResult) -> str:
    """What a tick or a scan came to, in one sentence; nothing for a refusal."""
    line, step = result.line, result.step
    if line is None or step is None:
        return ""
    if result.outcome is Outcome.UNCHANGED:
        return _("Nothing to change: it already is so.")
    return _words(line, step)


def _words(line: PackLine, step: PackingStep) -> str:
    values = {"item": line.name, "count": integer(line.done(step)), "all": integer(line.quantity)}
    if step is PackingStep.PICKED:
        return _("%(item)s: %(count)s of %(all)s picked", **values)
    return _("%(item)s: %(count)s of %(all)s packed", **values)
