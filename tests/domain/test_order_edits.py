"""What may be edited of an order, in a table, and what an edit comes to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from webapp.domain.actors import Scope, person
from webapp.domain.errors import Code
from webapp.domain.order_acts import OrderFacts, Outcome
from webapp.domain.order_edits import PART_OF, Changes, Outlook, Part, decide_edit, editable_parts, may_edit
from webapp.domain.order_status import OrderStatus
from webapp.domain.payment import PaymentMethod, PaymentStatus
from webapp.domain.permissions import Permission, Role

S, P, M = OrderStatus, PaymentStatus, PaymentMethod
ADMIN = person(1, "Sari", Role.ADMIN)
SAME = Outlook(300_000, 300_000, digital=False, has_parcel=False)
ALL = {"buyer", "payment_method", "lines", "amounts", "note"}
OURS = {"buyer", "note"}

TABLE: list[tuple[str, bool, str, set[str]]] = [
    # status, a channel's own, payment status, what may be edited
    ("created", False, "unpaid", ALL),
    ("pending", False, "unpaid", ALL),
    ("pending", False, "under_review", ALL - {"payment_method"}),
    ("confirmed", False, "unpaid", ALL),
    ("confirmed", False, "paid", ALL - {"payment_method"}),
    ("confirmed", False, "refunded", ALL - {"payment_method"}),
    ("in_process", False, "unpaid", ALL),
    ("in_process", False, "paid", ALL - {"payment_method"}),
    ("ready_to_ship", False, "unpaid", ALL),
    ("pending", True, "unpaid", OURS),
    ("confirmed", True, "paid", OURS),
    ("ready_to_ship", True, "paid", OURS),
    ("shipped", False, "unpaid", set()),
    ("shipped", True, "paid", set()),
    ("completed", False, "paid", set()),
    ("rts", False, "paid", set()),
    ("closed", False, "unpaid", set()),
    ("canceled", False, "unpaid", set()),
]


def facts(status: str = "pending", *, channel: bool = False, payment: str = "unpaid", **more: Any) -> OrderFacts:
    """An order of one parcel, paid by bank transfer."""
    values = {"payment_method": M.BANK_TRANSFER, "channel_rules": channel} | more
    return OrderFacts(number="261121-7KX39TBM", status=S(status), payment_status=P(payment), **values)


@pytest.mark.parametrize(("status", "channel", "payment", "parts"), TABLE)
def test_the_table(status: str, channel: bool, payment: str, parts: set[str]) -> None:
    order = facts(status, channel=channel, payment=payment)
    assert editable_parts(order) == {Part(part) for part in parts}
    for field, part in PART_OF.items():
        decision = decide_edit(order, {field: ("a", "b")}, SAME, ADMIN)
        assert (decision.outcome is Outcome.OK) is (part in parts), field


def test_every_status_stands_in_the_table() -> None:
    assert {status for status, *_rest in TABLE} == set(S)


@pytest.mark.parametrize(
    ("order", "changes", "outlook", "code", "variant"),
    [
        (facts("shipped"), {"note": ("", "x")}, SAME, Code.TRANSITION_NOT_ALLOWED, "edit"),
        (facts(channel=True), {"lines": ([], [])}, SAME, Code.UNSUPPORTED_BY_CHANNEL, "edit"),
        (
            facts("confirmed", payment="paid"), {"lines": ([], [])}, replace(SAME, total_after=300_001),
            Code.TRANSITION_NOT_ALLOWED, "edit_paid",
        ),
        (facts(payment="paid"), {"payment_method": ("qris", "cod")}, SAME, Code.TRANSITION_NOT_ALLOWED, "edit_paid"),
        (facts(), {"lines": ([], [])}, replace(SAME, digital=True, has_parcel=True), Code.DIGITAL_ORDER, "edit"),
        (facts("ready_to_ship"), {"lines": ([], [])}, replace(SAME, digital=True), Code.DIGITAL_ORDER, "edit"),
    ],
)  # fmt: skip
def test_refusals(order: OrderFacts, changes: Changes, outlook: Outlook, code: Code, variant: str) -> None:
    decision = decide_edit(order, changes, outlook, ADMIN)
    assert decision.problem is not None
    assert (decision.outcome, decision.problem.code, decision.problem.params["variant"]) == (
        Outcome.FAILED,
        code,
        variant,
    )
    assert (decision.status, dict(decision.changes)) == (order.status, {})


def test_lines_of_a_paid_order_may_be_exchanged_while_the_total_stays() -> None:
    decision = decide_edit(facts("confirmed", payment="paid"), {"lines": (["L"], ["XL"])}, SAME, ADMIN)
    assert (decision.outcome, dict(decision.changes)) == (Outcome.OK, {"lines": (["L"], ["XL"])})


def test_an_order_may_become_digital_while_nothing_is_packed() -> None:
    assert decide_edit(facts(), {"lines": ([], [])}, replace(SAME, digital=True), ADMIN).outcome is Outcome.OK


@pytest.mark.parametrize(
    ("status", "change", "expected"),
    [
        ("created", (None, "qris"), S.PENDING),
        ("created", (None, "cod"), S.PENDING),
        ("pending", ("qris", None), S.PENDING),
        ("confirmed", ("cod", "qris"), S.CONFIRMED),
    ],
)
def test_a_payment_method_makes_a_lead_pending(
    status: str, change: tuple[str | None, str | None], expected: OrderStatus
) -> None:
    assert decide_edit(facts(status), {"payment_method": change}, SAME, ADMIN).status is expected


def test_a_lead_stays_one_when_something_else_is_edited() -> None:
    assert decide_edit(facts("created", payment_method=None), {"note": ("", "x")}, SAME, ADMIN).status is S.CREATED


def test_the_new_total_is_part_of_the_difference() -> None:
    decision = decide_edit(facts(), {"discount": (0, 5_000)}, replace(SAME, total_after=295_000), ADMIN)
    assert dict(decision.changes) == {"discount": (0, 5_000), "total": (300_000, 295_000)}


def test_nothing_different_is_unchanged() -> None:
    for status in S:
        assert decide_edit(facts(status.value), {}, SAME, ADMIN).outcome is Outcome.UNCHANGED


@pytest.mark.parametrize("role", Role)
def test_who_may_edit(role: Role) -> None:
    somebody = person(2, "Budi", role)
    decision = decide_edit(facts(), {"note": ("", "x")}, SAME, somebody)
    assert (decision.outcome is Outcome.OK) is may_edit(somebody) is (role in (Role.OWNER, Role.ADMIN, Role.CS))


def test_who_sees_no_prices_edits_nothing_even_with_the_permission() -> None:
    everything = frozenset(Permission)
    provider = person(2, "Budi", Role.PROVIDER, scope=Scope(restricted=True), permissions=everything)
    assert decide_edit(facts(), {"note": ("", "x")}, SAME, provider).outcome is Outcome.FAILED
