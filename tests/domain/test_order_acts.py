"""What an act comes to: the one function that menus, previews, jobs, pages and the command line ask."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.test_order_status import ALLOWED
from webapp.domain import order_acts
from webapp.domain.actors import SYSTEM, Actor, ActorKind, person
from webapp.domain.errors import Code
from webapp.domain.order_acts import (
    Decision,
    Decisions,
    Label,
    OrderAct,
    OrderFacts,
    Outcome,
    decide,
    decide_deletion,
    decide_undo,
    offered_targets,
)
from webapp.domain.order_status import PARCEL_ONLY, Acceptance, Notice, OrderStatus
from webapp.domain.payment import PaymentMethod, PaymentStatus
from webapp.domain.permissions import Permission, Role
from webapp.domain.shipping import ShipmentState

S, P, M, A, OK = OrderStatus, PaymentStatus, PaymentMethod, Acceptance, Outcome.OK
ADMIN = person(1, "Sari", Role.ADMIN)
SHOPEE = Actor(ActorKind.CHANNEL, "Shopee", permissions=frozenset(Permission))
NUMBER = "261121-7KX39TBM"


def order(status: OrderStatus = S.PENDING, **facts: Any) -> OrderFacts:
    """A bank transfer order that nobody has paid yet, and whatever else is said of it."""
    values: dict[str, Any] = {"payment_status": P.UNPAID, "payment_method": M.BANK_TRANSFER} | facts
    return OrderFacts(number=NUMBER, status=status, **values)


def code_of(decision: Decision) -> Code | None:
    return decision.problem.code if decision.problem else None


def assert_refused(decision: Decision, code: Code, facts: OrderFacts, **params: Any) -> None:
    """Refused for this reason with these params, and nothing would change."""
    assert (decision.outcome, code_of(decision)) == (Outcome.FAILED, code)
    assert (decision.status, decision.payment_status) == (facts.status, facts.payment_status)
    assert (decision.changes, decision.notice) == ({}, None)
    assert decision.problem is not None
    assert decision.problem.params.items() >= params.items()


# --- Statuses ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("start", "to", "digital"), list(product(S, S, (False, True))))
def test_every_change_of_the_matrix(start: OrderStatus, to: OrderStatus, digital: bool) -> None:
    facts = order(start, digital=digital)
    decision = decide(facts, OrderAct(to=to), ADMIN)
    if to is start:
        assert (decision.outcome, decision.status, decision.changes) == (Outcome.UNCHANGED, start, {})
    elif to in ALLOWED[digital][start].split():
        assert (decision.outcome, decision.status, decision.payment_status) == (OK, to, P.UNPAID)
    else:
        code = Code.DIGITAL_ORDER if digital and to in PARCEL_ONLY else Code.TRANSITION_NOT_ALLOWED
        assert_refused(decision, code, facts, number=NUMBER, from_status=start.value, to_status=to.value)


@pytest.mark.parametrize(
    ("start", "to", "digital", "variant"),
    [
        (S.CANCELED, S.PENDING, False, "final"),
        (S.CLOSED, S.SHIPPED, False, "final"),
        (S.CANCELED, S.CONFIRMED, True, "final"),
        (S.COMPLETED, S.CONFIRMED, False, "ship_back"),
        (S.RTS, S.CLOSED, False, "ship_back"),
        (S.COMPLETED, S.PENDING, True, None),
        (S.CONFIRMED, S.COMPLETED, False, "ship_first"),
        (S.PENDING, S.RTS, False, "ship_first"),
        (S.READY_TO_SHIP, S.CLOSED, False, "ship_first"),
        (S.PENDING, S.COMPLETED, True, None),
        (S.CREATED, S.COMPLETED, False, None),
        (S.CREATED, S.CONFIRMED, False, None),
        (S.SHIPPED, S.CANCELED, False, None),
    ],
)
def test_a_refused_change_says_what_to_do_where_something_can_be_done(
    start: OrderStatus, to: OrderStatus, digital: bool, variant: str | None
) -> None:
    decision = decide(order(start, digital=digital), OrderAct(to=to), ADMIN)
    assert decision.problem is not None
    assert decision.problem.params.get("variant") == variant


@pytest.mark.parametrize("status", S)
def test_the_same_status_again_is_unchanged_whatever_is_said_with_it(status: OrderStatus) -> None:
    decision = decide(order(status), OrderAct(to=status, comment="again", notify=True), ADMIN)
    assert (decision.outcome, decision.notice) == (Outcome.UNCHANGED, None)


@pytest.mark.parametrize("status", S)
def test_add_history_always_writes(status: OrderStatus) -> None:
    decision = decide(order(status), OrderAct(comment="Called the buyer", always_record=True), ADMIN)
    assert (decision.outcome, decision.status, decision.changes) == (OK, status, {})


@pytest.mark.parametrize(
    ("start", "to", "notice"),
    [
        (S.READY_TO_SHIP, S.SHIPPED, Notice.ORDER_SHIPPED),
        (S.PENDING, S.CANCELED, Notice.ORDER_CANCELED),
        (S.PENDING, S.CONFIRMED, Notice.ORDER_UPDATED),
        (S.SHIPPED, None, Notice.ORDER_UPDATED),
    ],
)
def test_a_buyer_is_told_only_when_asked_for(start: OrderStatus, to: OrderStatus | None, notice: Notice) -> None:
    act = OrderAct(to=to, comment="Terima kasih", always_record=True)
    assert decide(order(start), act, ADMIN).notice is None
    assert decide(order(start), replace(act, notify=True), ADMIN).notice is notice


# --- Channels, acceptance, holds --------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", [S.CONFIRMED, S.IN_PROCESS, S.READY_TO_SHIP, S.SHIPPED, S.CANCELED])
def test_an_order_that_awaits_acceptance_is_not_changed_by_hand(to: OrderStatus) -> None:
    facts = order(channel_rules=True, can_cancel=True, acceptance=A.AWAITING, payment_status=P.PAID)
    assert_refused(decide(facts, OrderAct(to=to), ADMIN), Code.AWAITING_ACCEPTANCE, facts, number=NUMBER)
    assert decide(facts._replace(acceptance=A.ACCEPTED), OrderAct(to=to), ADMIN).outcome is OK


@pytest.mark.parametrize(
    ("channel_rules", "can_cancel", "code"),
    [(True, False, Code.UNSUPPORTED_BY_CHANNEL), (True, True, None), (False, False, None), (False, True, None)],
)
def test_an_order_is_canceled_here_only_if_its_channel_hears_of_it(
    channel_rules: bool, can_cancel: bool, code: Code | None
) -> None:
    facts = order(S.CONFIRMED, channel_rules=channel_rules, can_cancel=can_cancel)
    assert code_of(decide(facts, OrderAct(to=S.CANCELED), ADMIN)) is code
    assert decide(facts, OrderAct(to=S.SHIPPED), ADMIN).outcome is OK


@pytest.mark.parametrize(("start", "to"), list(product(S, S)))
def test_a_channel_sets_any_status_of_its_own_orders(start: OrderStatus, to: OrderStatus) -> None:
    facts = order(start, channel_rules=True, acceptance=A.AWAITING, on_hold=True, digital=True)
    decision = decide(facts, OrderAct(to=to), SHOPEE)
    assert (decision.outcome, decision.status) == (Outcome.UNCHANGED if to is start else OK, to)


@pytest.mark.parametrize(
    ("start", "to", "code"),
    [
        (S.CONFIRMED, S.READY_TO_SHIP, Code.ON_HOLD),
        (S.READY_TO_SHIP, S.SHIPPED, Code.ON_HOLD),
        (S.RTS, S.SHIPPED, Code.ON_HOLD),
        (S.CONFIRMED, S.IN_PROCESS, None),
        (S.READY_TO_SHIP, S.PENDING, None),
        (S.CONFIRMED, S.CANCELED, None),
        (S.SHIPPED, S.RTS, None),
        (S.SHIPPED, S.COMPLETED, None),
    ],
)
def test_an_order_on_hold_may_come_back_but_not_leave(start: OrderStatus, to: OrderStatus, code: Code | None) -> None:
    assert code_of(decide(order(start, on_hold=True), OrderAct(to=to), ADMIN)) is code
    assert decide(order(start), OrderAct(to=to), ADMIN).outcome is OK


# --- Payment ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "to", "code"),
    [
        (P.UNPAID, P.PAID, None),
        (P.UNPAID, P.UNDER_REVIEW, Code.TRANSITION_NOT_ALLOWED),
        (P.UNPAID, P.REFUNDED, Code.TRANSITION_NOT_ALLOWED),
        (P.UNDER_REVIEW, P.PAID, None),
        (P.UNDER_REVIEW, P.UNPAID, None),
        (P.UNDER_REVIEW, P.REFUNDED, Code.TRANSITION_NOT_ALLOWED),
        (P.PAID, P.UNPAID, None),
        (P.PAID, P.REFUNDED, None),
        (P.PAID, P.UNDER_REVIEW, Code.TRANSITION_NOT_ALLOWED),
        (P.REFUNDED, P.UNPAID, Code.TRANSITION_NOT_ALLOWED),
        (P.REFUNDED, P.PAID, Code.TRANSITION_NOT_ALLOWED),
        (P.REFUNDED, P.UNDER_REVIEW, Code.TRANSITION_NOT_ALLOWED),
    ],
)
def test_payments_by_hand(start: PaymentStatus, to: PaymentStatus, code: Code | None) -> None:
    facts = order(S.CONFIRMED, payment_status=start)
    decision = decide(facts, OrderAct(payment=to, comment="Seen on the statement"), ADMIN)
    if code is None:
        assert (decision.outcome, decision.payment_status) == (OK, to)
        assert decision.changes == {"payment_status": (start.value, to.value)}
    else:
        params = {"variant": "payment", "from_payment": start.value, "to_payment": to.value}
        assert_refused(decision, code, facts, number=NUMBER, **params)


@pytest.mark.parametrize("start", [P.PAID, P.UNDER_REVIEW])
@pytest.mark.parametrize("comment", ["", "  \n"])
def test_a_payment_is_not_taken_back_without_a_reason(start: PaymentStatus, comment: str) -> None:
    facts = order(payment_status=start)
    decision = decide(facts, OrderAct(payment=P.UNPAID, comment=comment), ADMIN)
    assert_refused(decision, Code.MISSING_VALUE, facts, number=NUMBER, field="reason")


@pytest.mark.parametrize("payment", P)
def test_a_payment_that_is_so_already_is_unchanged(payment: PaymentStatus) -> None:
    decision = decide(order(S.CONFIRMED, payment_status=payment), OrderAct(payment=payment), ADMIN)
    assert decision.outcome is Outcome.UNCHANGED


@pytest.mark.parametrize("start", S)
def test_mark_paid_confirms_a_pending_order_and_moves_no_other(start: OrderStatus) -> None:
    decision = decide(order(start), OrderAct(payment=P.PAID), ADMIN)
    assert (decision.outcome, decision.payment_status) == (OK, P.PAID)
    assert decision.status is (S.CONFIRMED if start is S.PENDING else start)


@pytest.mark.parametrize(
    ("facts", "to", "status"),
    [
        ({"acceptance": A.AWAITING, "channel_rules": True}, None, S.PENDING),
        ({"acceptance": A.ACCEPTED, "channel_rules": True}, None, S.CONFIRMED),
        ({}, S.IN_PROCESS, S.IN_PROCESS),
        ({}, S.PENDING, S.PENDING),
        ({"payment_status": P.UNDER_REVIEW}, None, S.CONFIRMED),
    ],
)
def test_mark_paid_leaves_the_status_to_acceptance_and_to_the_act(
    facts: dict[str, Any], to: OrderStatus | None, status: OrderStatus
) -> None:
    decision = decide(order(S.PENDING, **facts), OrderAct(to=to, payment=P.PAID), ADMIN)
    assert (decision.outcome, decision.status, decision.payment_status) == (OK, status, P.PAID)


def test_money_that_comes_after_cancellation_leaves_the_order_canceled() -> None:
    decision = decide(order(S.CANCELED), OrderAct(payment=P.PAID), ADMIN)
    assert (decision.outcome, decision.status, decision.payment_status) == (OK, S.CANCELED, P.PAID)


@pytest.mark.parametrize(
    ("start", "paid", "act", "after"),
    [
        (S.SHIPPED, P.UNPAID, OrderAct(to=S.COMPLETED), P.PAID),
        (S.SHIPPED, P.PAID, OrderAct(to=S.COMPLETED), P.PAID),
        (S.SHIPPED, P.REFUNDED, OrderAct(to=S.COMPLETED), P.REFUNDED),
        (S.PENDING, P.UNPAID, OrderAct(to=S.CONFIRMED), P.UNPAID),
        (S.READY_TO_SHIP, P.UNPAID, OrderAct(to=S.SHIPPED), P.UNPAID),
        (S.SHIPPED, P.UNPAID, OrderAct(to=S.RTS), P.UNPAID),
        (S.COMPLETED, P.UNPAID, OrderAct(comment="Courier still owes it", always_record=True), P.UNPAID),
        (S.COMPLETED, P.UNPAID, OrderAct(to=S.COMPLETED), P.UNPAID),
    ],
)
def test_cash_on_delivery_is_paid_by_the_step_to_completed(
    start: OrderStatus, paid: PaymentStatus, act: OrderAct, after: PaymentStatus
) -> None:
    facts = order(start, payment_method=M.COD, payment_status=paid)
    assert decide(facts, act, ADMIN).payment_status is after


@pytest.mark.parametrize(("paid_by_completion", "after"), [(True, P.UNPAID), (False, P.PAID)])
def test_leaving_completed_takes_back_what_completing_set(paid_by_completion: bool, after: PaymentStatus) -> None:
    facts = order(S.COMPLETED, payment_method=M.COD, payment_status=P.PAID, paid_by_completion=paid_by_completion)
    assert decide(facts, OrderAct(to=S.SHIPPED), ADMIN).payment_status is after
    assert decide(facts, OrderAct(to=S.COMPLETED), ADMIN).outcome is Outcome.UNCHANGED


@pytest.mark.parametrize("method", [method for method in M if method is not M.COD] + [None])
def test_only_cash_on_delivery_is_paid_by_completion(method: PaymentMethod | None) -> None:
    assert decide(order(S.SHIPPED, payment_method=method), OrderAct(to=S.COMPLETED), ADMIN).payment_status is P.UNPAID


# --- Tracking ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "act", "outcome"),
    [
        (order(S.CONFIRMED), OrderAct(tracking_number="JNE1", courier="jne"), OK),
        (order(S.READY_TO_SHIP), OrderAct(to=S.SHIPPED, tracking_number="JNE1"), OK),
        (order(S.READY_TO_SHIP), OrderAct(to=S.SHIPPED), OK),
        (order(S.SHIPPED), OrderAct(to=S.SHIPPED, tracking_number="JNE1"), OK),
        (order(S.SHIPPED, tracking_number="JNE1"), OrderAct(tracking_number="JNE1"), Outcome.UNCHANGED),
        (order(S.SHIPPED, tracking_number="JNE1"), OrderAct(tracking_number="JNE2"), Code.TRACKING_EXISTS),
        (order(S.CANCELED, tracking_number="JNE1"), OrderAct(tracking_number="JNE2"), Code.TRACKING_EXISTS),
        (order(S.CONFIRMED, tracking_number="JNE1", courier="jne"), OrderAct(courier="sicepat"), OK),
        (order(S.CONFIRMED, courier="jne"), OrderAct(courier="jne"), Outcome.UNCHANGED),
        (order(S.CREATED), OrderAct(tracking_number="JNE1"), Code.WRONG_SHIPMENT_STATE),
        (order(S.CANCELED), OrderAct(courier="jne"), Code.WRONG_SHIPMENT_STATE),
        (order(S.COMPLETED), OrderAct(tracking_number="JNE1"), Code.WRONG_SHIPMENT_STATE),
        (order(S.CONFIRMED), OrderAct(to=S.CANCELED, tracking_number="JNE1"), Code.WRONG_SHIPMENT_STATE),
        (order(S.COMPLETED), OrderAct(to=S.SHIPPED, tracking_number="JNE1"), OK),
        (order(S.CONFIRMED, digital=True), OrderAct(tracking_number="JNE1"), Code.DIGITAL_ORDER),
        (order(S.CONFIRMED, digital=True), OrderAct(courier="jne"), Code.DIGITAL_ORDER),
        (
            order(S.SHIPPED, tracking_number="JNE1", courier="jne", shipment_state=ShipmentState.IN_TRANSIT),
            OrderAct(courier="sicepat"),
            Code.WRONG_SHIPMENT_STATE,
        ),
        (
            order(S.SHIPPED, courier="jne", shipment_state=ShipmentState.IN_TRANSIT),
            OrderAct(tracking_number="JNE1"),
            OK,
        ),
    ],
)
def test_courier_and_tracking_number(facts: OrderFacts, act: OrderAct, outcome: Outcome | Code) -> None:
    decision = decide(facts, act, ADMIN)
    if isinstance(outcome, Code):
        assert_refused(decision, outcome, facts, number=NUMBER)
    else:
        assert decision.outcome is outcome


def test_what_changes_beside_the_status_is_kept_as_it_was_before() -> None:
    facts = order(S.READY_TO_SHIP, courier="jne", returns_withdrawn=True)
    act = OrderAct(to=S.SHIPPED, payment=P.PAID, tracking_number="SC1", courier="sicepat", override=False)
    assert decide(facts, act, ADMIN).changes == {
        "payment_status": ("unpaid", "paid"),
        "courier": ("jne", "sicepat"),
        "tracking_number": (None, "SC1"),
        "returns_withdrawn": (True, False),
    }


@pytest.mark.parametrize(
    ("withdrawn", "override", "changes"),
    [
        (False, True, {"returns_withdrawn": (False, True)}),
        (True, False, {"returns_withdrawn": (True, False)}),
        (True, None, {}),
        (True, True, {}),
        (False, None, {}),
    ],
)
def test_the_right_to_return_is_withdrawn_until_it_is_given_back(
    withdrawn: bool, override: bool | None, changes: dict[str, tuple[bool, bool]]
) -> None:
    facts = order(S.COMPLETED, returns_withdrawn=withdrawn)
    assert decide(facts, OrderAct(override=override, always_record=True), ADMIN).changes == changes


# --- Permissions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "roles", "variant"),
    [
        (OrderAct(to=S.CONFIRMED), "owner admin cs", "status"),
        (OrderAct(to=S.SHIPPED), "owner admin cs warehouse provider", "status"),
        (OrderAct(payment=P.PAID), "owner admin cs", "payment"),
        (OrderAct(tracking_number="JNE1"), "owner admin cs warehouse provider", "tracking"),
        (OrderAct(courier="jne"), "owner admin cs warehouse provider", "tracking"),
        (OrderAct(always_record=True), "owner admin cs warehouse", "history"),
        (OrderAct(to=S.SHIPPED, always_record=True), "owner admin cs warehouse", "history"),
        (OrderAct(to=S.SHIPPED, comment="Gone at noon"), "owner admin cs warehouse", "history"),
        (OrderAct(to=S.SHIPPED, notify=True), "owner admin cs warehouse", "history"),
        (OrderAct(to=S.SHIPPED, override=True), "owner admin cs warehouse", "history"),
        (OrderAct(to=S.SHIPPED, payment=P.PAID), "owner admin cs", "payment"),
    ],
)
@pytest.mark.parametrize("role", Role)
def test_each_part_of_an_act_needs_its_permission(act: OrderAct, roles: str, variant: str, role: Role) -> None:
    facts = order(S.PENDING)
    decision = decide(facts, act, person(1, "Sari", role))
    if role in roles.split():
        assert decision.outcome is OK
    else:
        assert_refused(decision, Code.NO_PERMISSION, facts, number=NUMBER)
        # Who may not set the status at all is told that first.
        assert decision.problem is not None
        assert decision.problem.params["variant"] in (variant, "status")


# --- Deleting and taking back -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "role"), list(product(S, Role)))
def test_deletion(status: OrderStatus, role: Role) -> None:
    facts = order(status)
    decision = decide_deletion(facts, person(1, "Sari", role))
    if role not in ("owner", "admin"):
        assert_refused(decision, Code.NO_PERMISSION, facts, number=NUMBER, variant="delete")
    elif status in ("created", "canceled"):
        assert (decision.outcome, decision.problem) == (OK, None)
    else:
        assert_refused(decision, Code.NOT_DELETABLE, facts, number=NUMBER, from_status=status.value)


@pytest.mark.parametrize(
    ("now", "back", "latest", "pushed", "code"),
    [
        (S.SHIPPED, S.READY_TO_SHIP, True, False, None),
        (S.COMPLETED, S.SHIPPED, True, False, None),
        (S.SHIPPED, S.READY_TO_SHIP, False, False, Code.LOCKED),
        (S.SHIPPED, S.READY_TO_SHIP, True, True, Code.ALREADY_PUSHED),
        (S.SHIPPED, S.READY_TO_SHIP, False, True, Code.ALREADY_PUSHED),
        (S.CANCELED, S.PENDING, True, False, Code.TRANSITION_NOT_ALLOWED),
        (S.CLOSED, S.SHIPPED, True, False, Code.TRANSITION_NOT_ALLOWED),
        (S.PENDING, S.CREATED, True, False, Code.TRANSITION_NOT_ALLOWED),
    ],
)
def test_undo(now: OrderStatus, back: OrderStatus, latest: bool, pushed: bool, code: Code | None) -> None:
    facts = order(now)
    decision = decide_undo(facts, OrderAct(to=back), ADMIN, latest=latest, pushed=pushed)
    if code is None:
        assert (decision.outcome, decision.status) == (OK, back)
    else:
        assert_refused(decision, code, facts, number=NUMBER)


@pytest.mark.parametrize(
    ("role", "now", "back", "allowed"),
    [
        (Role.WAREHOUSE, S.IN_PROCESS, S.CONFIRMED, True),
        (Role.PROVIDER, S.SHIPPED, S.PENDING, True),
        (Role.WAREHOUSE, S.SHIPPED, S.COMPLETED, True),
        (Role.WAREHOUSE, S.CONFIRMED, S.IN_PROCESS, False),
        (Role.VIEWER, S.IN_PROCESS, S.CONFIRMED, False),
    ],
)
def test_who_may_set_a_status_may_take_that_back(
    role: Role, now: OrderStatus, back: OrderStatus, allowed: bool
) -> None:
    facts, act = order(now), OrderAct(to=back, takes_back=True)
    decision = decide_undo(facts, act, person(1, "Sari", role), latest=True, pushed=False)
    if allowed:
        assert (decision.outcome, decision.status) == (OK, back)
    else:
        assert_refused(decision, Code.NO_PERMISSION, facts, number=NUMBER, variant="status")


@pytest.mark.parametrize(
    ("role", "state", "code"),
    [
        (Role.CS, ShipmentState.DISPATCHED, None),
        (Role.WAREHOUSE, ShipmentState.LABEL_PRINTED, None),
        (Role.CS, ShipmentState.DELIVERED, Code.WRONG_SHIPMENT_STATE),
        (Role.VIEWER, ShipmentState.LABEL_PRINTED, Code.NO_PERMISSION),
    ],
)
def test_what_stood_on_the_parcel_comes_back(role: Role, state: ShipmentState, code: Code | None) -> None:
    facts = order(S.SHIPPED, shipment_state=state, courier="jne", tracking_number="A1")
    act = OrderAct(takes_back=True, label=Label("jne", None))
    decision = decide_undo(facts, act, person(1, "Sari", role), latest=True, pushed=False)
    if code is None:
        assert (decision.outcome, decision.changes) == (OK, {"tracking_number": ("A1", None)})
    else:
        assert_refused(decision, code, facts, number=NUMBER)


# --- Whatever the order and the act -----------------------------------------------------------------------------------

FACTS = st.builds(
    OrderFacts,
    number=st.just(NUMBER),
    status=st.sampled_from(S),
    payment_status=st.sampled_from(P),
    payment_method=st.none() | st.sampled_from(M),
    digital=st.booleans(),
    acceptance=st.sampled_from(A),
    on_hold=st.booleans(),
    channel_rules=st.booleans(),
    can_cancel=st.booleans(),
    shipment_state=st.none() | st.sampled_from(ShipmentState),
    courier=st.none() | st.sampled_from(["jne", "sicepat"]),
    tracking_number=st.none() | st.sampled_from(["A1", "B2"]),
    returns_withdrawn=st.booleans(),
    paid_by_completion=st.booleans(),
)
ACTS = st.builds(
    OrderAct,
    to=st.none() | st.sampled_from(S),
    payment=st.none() | st.sampled_from(P),
    courier=st.none() | st.sampled_from(["jne", "sicepat"]),
    tracking_number=st.none() | st.sampled_from(["A1", "B2"]),
    comment=st.sampled_from(["", " ", "Sudah dicek"]),
    notify=st.booleans(),
    override=st.none() | st.booleans(),
    always_record=st.booleans(),
)
ACTORS = st.sampled_from([*(person(1, "Sari", role) for role in Role), SYSTEM, SHOPEE])


@given(FACTS, ACTORS)
def test_what_is_offered_is_what_is_done(facts: OrderFacts, actor: Actor) -> None:
    offered = offered_targets(facts, actor)
    done = [to for to in S if decide(facts, OrderAct(to=to), actor).outcome is OK]
    assert set(offered) <= set(done)
    if actor.kind is not ActorKind.CHANNEL:  # a channel has no menu, and may do what none offers
        assert list(offered) == done


@given(FACTS, ACTS, ACTORS)
def test_only_a_change_that_is_ok_has_effects(facts: OrderFacts, act: OrderAct, actor: Actor) -> None:
    decision = decide(facts, act, actor)
    same = (decision.status, decision.payment_status) == (facts.status, facts.payment_status)
    if decision.outcome is OK:
        assert decision.problem is None
        assert not same or decision.changes or act.always_record
        assert ("payment_status" in decision.changes) == (decision.payment_status is not facts.payment_status)
        assert (decision.notice is not None) == act.notify
    else:
        assert same
        assert (decision.changes, decision.notice) == ({}, None)
        assert (decision.problem is not None) == (decision.outcome is Outcome.FAILED)


@given(FACTS, ACTS, ACTORS)
def test_every_refusal_can_be_put_into_words(facts: OrderFacts, act: OrderAct, actor: Actor) -> None:
    for decision in (
        decide(facts, act, actor),
        decide_deletion(facts, actor),
        decide_undo(facts, act, actor, latest=False, pushed=False),
        decide_undo(facts, act, actor, latest=True, pushed=True),
    ):
        if decision.problem is not None:
            assert decision.problem.message() % decision.problem.params
            assert decision.problem.params["number"] == NUMBER


@given(FACTS, ACTS, ACTORS)
def test_the_same_act_again_changes_nothing(facts: OrderFacts, act: OrderAct, actor: Actor) -> None:
    act = replace(act, always_record=False)
    first = decide(facts, act, actor)
    if first.outcome is OK:
        after = facts._replace(
            status=first.status,
            payment_status=first.payment_status,
            courier=act.courier or facts.courier,
            tracking_number=act.tracking_number or facts.tracking_number,
            returns_withdrawn=facts.returns_withdrawn if act.override is None else act.override,
        )
        assert decide(after, act, actor).outcome is Outcome.UNCHANGED


@given(st.lists(FACTS, min_size=2, max_size=6), st.lists(ACTS, min_size=1, max_size=2), ACTORS)
def test_many_orders_come_to_what_each_comes_to_alone(
    several: list[OrderFacts], acts: list[OrderAct], actor: Actor
) -> None:
    alike = [
        facts._replace(number=f"{NUMBER[:-1]}{n}", account_id=n, tracking_number=tracking)
        for facts in several
        for n, tracking in enumerate((None, "JP1", "JP2"))
    ]
    decisions = Decisions(actor)
    for facts, act in product(alike, acts):
        assert decisions.of(facts, act) == decide(facts, act, actor)


def test_orders_that_differ_in_what_is_decided_on_are_decided_on_apart() -> None:
    """A fact that is new belongs either here or into what `Decisions` compares."""
    own = {"number", "courier", "tracking_number", "account_id", "warehouse_id", "assigned", "tags"}
    facts = order()
    for name in set(OrderFacts._fields) - own:
        assert order_acts._standing(facts._replace(**{name: "another"})) != order_acts._standing(facts), name
    for name in own:
        assert order_acts._standing(facts._replace(**{name: "another"})) == order_acts._standing(facts), name
