"""The table of changes against the rules as the domain page has them, written out whole."""

from __future__ import annotations

from itertools import product

import pytest

from webapp.domain.order_status import (
    DELETABLE,
    FINAL,
    PARCEL_ONLY,
    SHIPPING,
    TABS,
    TO_SHIP,
    TRANSITIONS,
    Notice,
    OrderStatus,
    find_transition,
    has_way_back,
    may_be_deleted,
    targets,
)
from webapp.domain.permissions import Permission

CODES = [
    "created",
    "pending",
    "confirmed",
    "in_process",
    "ready_to_ship",
    "shipped",
    "completed",
    "rts",
    "closed",
    "canceled",
]

PARCEL = {
    "created": "pending canceled",
    "pending": "confirmed in_process ready_to_ship shipped canceled",
    "confirmed": "pending in_process ready_to_ship shipped canceled",
    "in_process": "pending confirmed ready_to_ship shipped canceled",
    "ready_to_ship": "pending confirmed in_process shipped canceled",
    "shipped": "pending confirmed in_process ready_to_ship completed rts closed",
    "completed": "shipped",
    "rts": "shipped",
    "closed": "",
    "canceled": "",
}
DIGITAL = {
    "created": "pending canceled",
    "pending": "confirmed in_process canceled",
    "confirmed": "pending in_process completed canceled",
    "in_process": "pending confirmed completed canceled",
    "ready_to_ship": "pending confirmed in_process canceled",
    "shipped": "pending confirmed in_process completed closed",
    "completed": "confirmed",
    "rts": "",
    "closed": "",
    "canceled": "",
}
"""The last rows but one begin where only a channel puts a digital order; it can be led out of there."""

ALLOWED = {False: PARCEL, True: DIGITAL}
PAIRS = list(product(OrderStatus, OrderStatus, (False, True)))

NO_WAY_BACK = {
    False: {
        ("created", "pending"), ("created", "canceled"), ("pending", "canceled"), ("confirmed", "canceled"),
        ("in_process", "canceled"), ("ready_to_ship", "canceled"), ("shipped", "closed"),
    },
    True: {
        ("created", "pending"), ("created", "canceled"), ("pending", "canceled"), ("confirmed", "canceled"),
        ("in_process", "canceled"), ("in_process", "completed"),
        ("ready_to_ship", "canceled"), ("ready_to_ship", "pending"), ("ready_to_ship", "confirmed"),
        ("ready_to_ship", "in_process"), ("shipped", "pending"), ("shipped", "confirmed"), ("shipped", "in_process"),
        ("shipped", "completed"), ("shipped", "closed"),
    },
}  # fmt: skip


def test_the_statuses_are_these_in_the_order_of_an_orders_life() -> None:
    assert [status.value for status in OrderStatus] == CODES
    assert list(PARCEL) == list(DIGITAL) == CODES


@pytest.mark.parametrize(("start", "to", "digital"), PAIRS)
def test_a_change_is_allowed_if_the_table_has_it(start: OrderStatus, to: OrderStatus, digital: bool) -> None:
    assert (find_transition(start, to, digital=digital) is not None) == (to in ALLOWED[digital][start].split())


@pytest.mark.parametrize("digital", [False, True])
@pytest.mark.parametrize("start", OrderStatus)
def test_targets_stand_in_the_order_of_an_orders_life(start: OrderStatus, digital: bool) -> None:
    allowed = ALLOWED[digital][start].split()
    assert [to.value for to in targets(start, digital=digital)] == [code for code in CODES if code in allowed]


def test_every_step_of_the_table_is_for_somebody() -> None:
    for (start, to), step in TRANSITIONS.items():
        kinds = {digital for digital in (False, True) if to in ALLOWED[digital][start].split()}
        assert kinds == ({False, True} if step.digital is None else {step.digital})


def test_no_step_stays_where_it_is() -> None:
    assert not [start for start, to in TRANSITIONS if start is to]


def test_every_step_needs_the_permission_to_change_statuses() -> None:
    assert {step.permission for step in TRANSITIONS.values()} == {Permission.ORDERS_CHANGE_STATUS}


@pytest.mark.parametrize(
    ("to", "notice"),
    [(OrderStatus.SHIPPED, Notice.ORDER_SHIPPED), (OrderStatus.CANCELED, Notice.ORDER_CANCELED)]
    + [(to, Notice.ORDER_UPDATED) for to in OrderStatus if to not in ("shipped", "canceled")],
)
def test_the_notice_of_a_step_follows_from_where_it_leads(to: OrderStatus, notice: Notice) -> None:
    assert {step.notice for (_, end), step in TRANSITIONS.items() if end is to} <= {notice}


@pytest.mark.parametrize(("start", "to", "digital"), PAIRS)
def test_a_change_without_a_way_back_is_known(start: OrderStatus, to: OrderStatus, digital: bool) -> None:
    if find_transition(start, to, digital=digital) is not None:
        assert has_way_back(start, to, digital=digital) != ((start.value, to.value) in NO_WAY_BACK[digital])


def test_only_leads_and_canceled_orders_may_be_deleted() -> None:
    assert {status.value for status in OrderStatus if may_be_deleted(status)} == {"created", "canceled"} == DELETABLE


def test_final_statuses_lead_nowhere_and_no_others_do_so_for_a_parcel() -> None:
    assert {status for status in OrderStatus if not targets(status, digital=False)} == FINAL == {"closed", "canceled"}


def test_groups_of_statuses() -> None:
    assert {"confirmed", "in_process", "ready_to_ship"} == TO_SHIP
    assert {"ready_to_ship", "shipped", "rts"} == PARCEL_ONLY
    assert {"ready_to_ship", "shipped"} == SHIPPING


def test_each_status_stands_in_one_tab() -> None:
    assert {tab: {status.value for status in statuses} for tab, statuses in TABS.items()} == {
        "new": {"created", "pending"},
        "to_ship": {"confirmed", "in_process", "ready_to_ship"},
        "in_delivery": {"shipped"},
        "completed": {"completed", "closed"},
        "returned": {"rts"},
        "canceled": {"canceled"},
    }
    assert list(TABS) == ["new", "to_ship", "in_delivery", "completed", "returned", "canceled"]
    assert sorted(status for statuses in TABS.values() for status in statuses) == sorted(OrderStatus)
