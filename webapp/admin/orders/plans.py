"""What a bulk action would come to, before anybody agrees to it: decided by the same function that will decide then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from webapp.admin.typed import TYPED_FROM, typed_word
from webapp.domain.actors import Actor
from webapp.domain.errors import Code, Problem
from webapp.domain.order_acts import Decision, OrderAct, OrderFacts, Outcome, decide, decide_deletion
from webapp.domain.order_status import ONE_WAY, OrderStatus, has_way_back
from webapp.domain.payment import PaymentStatus
from webapp.formats import payment_label, status_label
from webapp.services.orders.bulk import check_selection
from webapp.services.orders.facts import read_orders
from webapp.services.orders.resolve import resolve_numbers


@dataclass(frozen=True, slots=True)
class Selected:
    """The selected orders as they are now; `missing` are the numbers that no order within the scope has (any more)."""

    numbers: tuple[str, ...]
    orders: tuple[OrderFacts, ...]
    missing: tuple[str, ...]

    @property
    def parts(self) -> str:
        """`20 Pending, 3 Confirmed`, in the order of an order's life."""
        counts = Counter(order.status for order in self.orders)
        return ", ".join(f"{counts[status]} {status_label(status)}" for status in OrderStatus if counts[status])


@dataclass(frozen=True, slots=True)
class Plan:
    """What one act would do to the selected orders."""

    ok: tuple[OrderFacts, ...]
    unchanged: tuple[OrderFacts, ...]
    refused: tuple[tuple[OrderFacts, Problem], ...]

    @property
    def size(self) -> int:
        """How many orders were asked about."""
        return len(self.ok) + len(self.unchanged) + len(self.refused)


@dataclass(frozen=True, slots=True)
class Target:
    """One status that at least one selected order may take. `word` must be typed first where it is not empty."""

    status: OrderStatus
    plan: Plan
    why: str
    word: str

    @property
    def typed(self) -> str:
        """What has to be typed: the word and the number, `CANCEL 25`."""
        return f"{self.word} {len(self.plan.ok)}" if self.word else ""


def read_selected(session: Session, actor: Actor, numbers: Sequence[str]) -> Selected:
    """The orders with these numbers, unlocked. Raises NothingSelected and TooManySelected."""
    wanted = check_selection(numbers)
    found = resolve_numbers(session, actor.scope, wanted)
    known = read_orders(session, actor.scope, [order_id for order_id in found.values() if isinstance(order_id, int)])
    orders, missing = [], []
    for number in wanted:
        order_id = found[number]
        order = known.get(order_id) if isinstance(order_id, int) else None
        if order is None:
            missing.append(number)
        else:
            orders.append(order.facts)
    return Selected(tuple(wanted), tuple(orders), tuple(missing))


def plan(selected: Selected, judge: Callable[[OrderFacts], Decision]) -> Plan:
    """Sort the selected orders by what `judge` decides."""
    ok, unchanged, refused = [], [], []
    for order in selected.orders:
        decision = judge(order)
        if decision.problem is not None:
            refused.append((order, decision.problem))
        elif decision.outcome is Outcome.UNCHANGED:
            unchanged.append(order)
        else:
            ok.append(order)
    return Plan(tuple(ok), tuple(unchanged), tuple(refused))


def status_targets(selected: Selected, actor: Actor) -> list[Target]:
    """The statuses that at least one selected order may take, in the order of an order's life."""
    targets = []
    for status in OrderStatus:
        planned = plan(selected, lambda order, to=status: decide(order, OrderAct(to=to), actor))  # type: ignore[misc]
        if planned.ok:
            final = sum(not has_way_back(order.status, status, digital=order.digital) for order in planned.ok)
            word = typed_word(status) if final >= TYPED_FROM else ""
            targets.append(Target(status, planned, why_not(planned, status), word))
    return targets


def paid_plan(selected: Selected, actor: Actor) -> Plan:
    """What marking the selected orders paid would do."""
    return plan(selected, lambda order: decide(order, OrderAct(payment=PaymentStatus.PAID), actor))


def deletion_plan(selected: Selected, actor: Actor) -> Plan:
    """What deleting the selected orders would do."""
    return plan(selected, lambda order: decide_deletion(order, actor))


def may_need_word(to: OrderStatus, numbers: Sequence[str]) -> bool:
    """Whether setting these orders to `to` could ask for a typed word: only then must they be looked at before."""
    return to in ONE_WAY and len(numbers) >= TYPED_FROM


def why_not(planned: Plan, to: OrderStatus) -> str:
    """Why fewer than all would change to `to`: `3 already are Confirmed, 2 digital orders have no parcel`."""
    if not planned.unchanged and not planned.refused:
        return _("All can take it")
    reasons = []
    if planned.unchanged:
        n = len(planned.unchanged)
        label = status_label(to)
        reasons.append(ngettext("%(num)d already is %(status)s", "%(num)d already are %(status)s", n, status=label))
    return ", ".join(reasons + refusals(planned))


def refusals(planned: Plan) -> list[str]:
    """The reasons of the refused orders, each with how many it holds for."""
    by_code: dict[Code, list[Problem]] = {}
    for _order, problem in planned.refused:
        by_code.setdefault(problem.code, []).append(problem)
    return [_reason(code, problems) for code, problems in by_code.items()]


def _reason(code: Code, problems: list[Problem]) -> str:
    n = len(problems)
    match code:
        case Code.DIGITAL_ORDER:
            return ngettext("%(num)d digital order has no parcel", "%(num)d digital orders have no parcel", n)
        case Code.AWAITING_ACCEPTANCE:
            return ngettext("%(num)d waits to be accepted", "%(num)d wait to be accepted", n)
        case Code.ON_HOLD:
            return ngettext("%(num)d is on hold", "%(num)d are on hold", n)
        case Code.UNSUPPORTED_BY_CHANNEL:
            return ngettext(
                "%(num)d can only be canceled at its channel", "%(num)d can only be canceled at their channels", n
            )
        case Code.NO_PERMISSION:
            return ngettext("%(num)d is not for your role", "%(num)d are not for your role", n)
    return ngettext("%(num)d can't (%(from)s)", "%(num)d can't (%(from)s)", n, **{"from": _kinds(problems)})


def _kinds(problems: list[Problem]) -> str:
    """The statuses (or payment statuses) that the refused orders have now, each once."""
    words = []
    for problem in problems:
        if "from_payment" in problem.params:
            words.append(payment_label(problem.params["from_payment"]))
        else:
            words.append(status_label(problem.params.get("from_status", "")))
    return ", ".join(dict.fromkeys(words))
