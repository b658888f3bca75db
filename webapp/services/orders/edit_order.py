"""Editing what orders consist of: buyer, payment method, lines, amounts, note. Lock, judge each, write all at once.

Everything that is derived from these follows in the same transaction: totals, search text, the lines' copies, the
customer, and the step from `created` to `pending`. One history row holds the difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from webapp.domain.actors import Actor
from webapp.domain.errors import Code, Problem
from webapp.domain.order_acts import Decision, Outcome
from webapp.domain.order_edits import may_edit
from webapp.domain.payment import PaymentMethod
from webapp.services.orders.change_orders import OrderResult, in_one_transaction
from webapp.services.orders.contents import BUYER_PARTS, Content, decide_content, read_contents, write_contents
from webapp.services.orders.create import Buyer, NewLine
from webapp.services.orders.facts import KnownOrder, lock_orders
from webapp.services.orders.resolve import resolve_numbers
from webapp.services.unit_of_work import LockNotHad, UnitOfWork


class Keep(Enum):
    """Stands for a value that an edit leaves as it is, where None is a value of its own."""

    KEEP = "keep"


KEEP = Keep.KEEP


@dataclass(frozen=True, slots=True)
class OrderEdit:
    """What an order shall consist of; what is None (KEEP for the payment method) stays. Amounts in minor units.

    `version` is the version of the order that the editor saw: of another one the edit is refused (`locked`, variant
    `edited_meanwhile`). None edits whatever there is. Given lines replace the lines; a note of "" takes the note away.
    """

    version: int | None = None
    buyer: Buyer | None = None
    payment_method: PaymentMethod | Keep | None = KEEP
    lines: tuple[NewLine, ...] | None = None
    shipping_fee: int | None = None
    discount: int | None = None
    note: str | None = None


def edit_order(actor: Actor, number: str, edit: OrderEdit) -> OrderResult:
    """Edit the order with this number, in one transaction: ok, unchanged (nothing is written), or failed with why."""

    def do(work: UnitOfWork, skip_locked: bool) -> OrderResult:
        found = resolve_numbers(work.session, actor.scope, [number])[number]
        if isinstance(found, Problem):
            return OrderResult(0, number, Outcome.FAILED, None, None, found)
        result = edit_orders(work, {found: edit}, skip_locked=skip_locked)[0]
        if result.number or result.problem is None:
            return result
        return result._replace(number=number, problem=Problem(result.problem.code, {"number": number}))

    try:
        return in_one_transaction(actor, do)
    except LockNotHad:
        return OrderResult(0, number, Outcome.FAILED, None, None, Problem(Code.LOCKED, {"number": number}))


def edit_orders(work: UnitOfWork, edits: Mapping[int, OrderEdit], *, skip_locked: bool = False) -> list[OrderResult]:
    """Edit orders by id within the running transaction; the answer for each, in this order."""
    known = lock_orders(work.session, work.actor.scope, edits, skip_locked=skip_locked)
    work.restart_clock()
    contents = read_contents(work.session, known)
    results, edited = [], []
    for order_id, edit in edits.items():
        order = known.get(order_id)
        if order is None:
            gone = Problem(Code.NOT_FOUND, {"variant": "gone"})
            problem = Problem(Code.LOCKED, {"number": ""}) if skip_locked else gone
            results.append(OrderResult(order_id, "", Outcome.FAILED, None, None, problem))
            continue
        wanted = _wanted(contents[order_id], edit)
        decision = _decide(order, edit, contents[order_id], wanted, work.actor)
        status = order.facts.status
        answer = (order_id, order.facts.number, decision.outcome, status, decision.status, decision.problem)
        results.append(OrderResult(*answer))
        if decision.outcome is Outcome.OK:
            edited.append((order, decision, wanted))
    write_contents(work, edited)
    return results


def _wanted(now: Content, edit: OrderEdit) -> Content:
    """The content after the edit, written as creation would write it."""
    wanted = now
    if edit.buyer is not None:
        given = {name: getattr(edit.buyer, name).strip() for name in BUYER_PARTS.values()}
        given["email"] = given["email"].lower()
        wanted = replace(wanted, buyer=replace(now.buyer, **given))
    if edit.lines is not None:
        tidy = tuple(
            replace(x, name=x.name.strip() or x.sku or "", sku=(x.sku or "").strip() or None) for x in edit.lines
        )
        wanted = replace(wanted, lines=tidy)
    if not isinstance(edit.payment_method, Keep):
        wanted = replace(wanted, payment_method=edit.payment_method)
    return replace(
        wanted,
        shipping_fee=now.shipping_fee if edit.shipping_fee is None else edit.shipping_fee,
        discount=now.discount if edit.discount is None else edit.discount,
        note=now.note if edit.note is None else edit.note.strip(),
    )


def _decide(order: KnownOrder, edit: OrderEdit, now: Content, wanted: Content, actor: Actor) -> Decision:
    facts = order.facts
    if may_edit(actor) and edit.version is not None and edit.version != order.version:
        problem = Problem(Code.LOCKED, {"number": facts.number, "variant": "edited_meanwhile"})
        return Decision(Outcome.FAILED, facts.status, facts.payment_status, problem)
    return decide_content(order, now, wanted, actor)
