"""Picking and packing written: counts, one history row of its own kind, and nothing else of the order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.factories import Shop, count_rows, force, history_of, make_orders, totals_recounted
from tests.services.at_once import at_once
from webapp.domain.actors import SYSTEM, Scope
from webapp.domain.errors import Code
from webapp.domain.order_acts import Outcome
from webapp.domain.order_status import OrderStatus
from webapp.domain.packing import PackingStep, Tick
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.models import Order, OrderLine, OutboxMessage
from webapp.services.orders import bulk
from webapp.services.orders.create import CreatedOrder, NewLine
from webapp.services.orders.detail import get_order
from webapp.services.orders.edit_order import OrderEdit, edit_order
from webapp.services.orders.pack_lines import PackResult, scan_piece, tick_line

S = OrderStatus
PICKED, PACKED = PackingStep
SHIRT = NewLine("Kemeja Batik Parang", 2, 145_000, "RB-PRG-L")
CARD = NewLine("Kartu ucapan", 1, 0)


def make(shop: Shop, status: OrderStatus = S.IN_PROCESS, lines: tuple[NewLine, ...] = (SHIRT, CARD)) -> CreatedOrder:
    """An order at the warehouse."""
    (order,) = make_orders(shop.manual, status=status, lines=lines)
    force([order.id], warehouse_id=shop.warehouse)
    return order


def counts(order: CreatedOrder) -> list[tuple[int, int]]:
    """How many pieces of each line are picked and packed."""
    db.session.rollback()
    lines = select(OrderLine.picked, OrderLine.packed).where(OrderLine.order_id == order.id)
    return [tuple(line) for line in db.session.execute(lines.order_by(OrderLine.line_no))]


def columns(order: CreatedOrder) -> dict[str, Any]:
    """The order's own row."""
    db.session.rollback()
    return dict(db.session.execute(select(*Order.__table__.c).where(Order.id == order.id)).one()._mapping)


def tick(shop: Shop, order: CreatedOrder, line: int, step: PackingStep, count: int | None = None) -> PackResult:
    """The warehouse ticks a line on a page of now."""
    return tick_line(shop.actor(Role.WAREHOUSE), order.number, Tick(line, step, count, columns(order)["version"]))


def why(result: PackResult) -> tuple[Code, Any]:
    """The reason of a refusal."""
    assert result.outcome is Outcome.FAILED
    assert result.problem is not None
    return result.problem.code, result.problem.params.get("variant")


def test_a_tick_writes_the_line_the_version_and_one_row_of_its_own_history(app: Flask, shop: Shop) -> None:
    order = make(shop)
    before = columns(order)
    assert tick(shop, order, 1, PICKED).outcome is Outcome.OK
    assert counts(order) == [(2, 0), (0, 0)]
    after = columns(order)
    assert after == before | {"version": 2, "updated_at": after["updated_at"]}
    assert after["updated_at"] > before["updated_at"]
    entry = history_of(order.number)[-1]
    assert (entry.seq, entry.kind, entry.from_status, entry.to_status) == (2, "packing", "in_process", "in_process")
    assert (entry.actor_name, entry.comment, entry.notify, entry.batch_id) == ("Warehouse", "", False, None)
    item = {"line": 1, "sku": "RB-PRG-L", "name": "Kemeja Batik Parang", "of": 2}
    assert entry.changes == {"picked": [{**item, "count": 0}, {**item, "count": 2}]}
    assert totals_recounted() == []
    assert count_rows(OutboxMessage) == 0


def test_unticking_is_written_too_and_the_same_again_is_not(app: Flask, shop: Shop) -> None:
    order = make(shop, S.READY_TO_SHIP)
    assert tick(shop, order, 1, PACKED).outcome is Outcome.OK
    assert tick(shop, order, 1, PACKED).outcome is Outcome.UNCHANGED
    assert tick(shop, order, 1, PICKED, 1).outcome is Outcome.OK
    assert counts(order) == [(1, 1), (0, 0)]
    _created, first, second = history_of(order.number)
    assert {name: (a["count"], b["count"]) for name, (a, b) in (first.changes or {}).items()} == {
        "picked": (0, 2),
        "packed": (0, 2),
    }
    assert {name: (a["count"], b["count"]) for name, (a, b) in (second.changes or {}).items()} == {
        "picked": (2, 1),
        "packed": (2, 1),
    }
    assert columns(order)["status"] == "ready_to_ship"


def test_scans_count_piece_by_piece(app: Flask, shop: Shop) -> None:
    order = make(shop)
    keeper = shop.actor(Role.WAREHOUSE)
    steps = [scan_piece(keeper, order.number, sku).step for sku in ("RB-PRG-L", "rb-prg-l", " RB-PRG-L", "RB-PRG-L")]
    assert steps == [PICKED, PICKED, PACKED, PACKED]
    assert counts(order) == [(2, 2), (0, 0)]
    assert why(scan_piece(keeper, order.number, "RB-PRG-L")) == (Code.BAD_VALUE, "scan_done")
    assert why(scan_piece(keeper, order.number, "TN-1")) == (Code.BAD_VALUE, "scan_unknown")
    assert [entry.kind for entry in history_of(order.number)] == ["general"] + ["packing"] * 4


def test_refusals_change_nothing(app: Flask, shop: Shop) -> None:
    order, confirmed = make(shop), make(shop, S.CONFIRMED)
    keeper = shop.actor(Role.WAREHOUSE)
    elsewhere = replace(keeper, scope=Scope(warehouse_id=shop.warehouse + 1))
    for result, code in (
        (scan_piece(shop.actor(Role.CS), order.number, "RB-PRG-L"), Code.NO_PERMISSION),
        (scan_piece(shop.actor(Role.VIEWER), order.number, "RB-PRG-L"), Code.NO_PERMISSION),
        (scan_piece(keeper, confirmed.number, "RB-PRG-L"), Code.TRANSITION_NOT_ALLOWED),
        (scan_piece(elsewhere, order.number, "RB-PRG-L"), Code.NOT_FOUND),
        (scan_piece(keeper, "261101-00000000", "RB-PRG-L"), Code.NOT_FOUND),
        (tick_line(keeper, order.number, Tick(1, PICKED, 3, 1)), Code.BAD_VALUE),
        (tick_line(keeper, order.number, Tick(7, PICKED, 1, 1)), Code.NOT_FOUND),
        (tick_line(keeper, order.number, Tick(1, PICKED, None, 9)), Code.LOCKED),
    ):
        assert why(result)[0] is code
    assert (counts(order), counts(confirmed)) == ([(0, 0), (0, 0)], [(0, 0), (0, 0)])
    assert [len(history_of(o.number)) for o in (order, confirmed)] == [1, 1]


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN, Role.WAREHOUSE, Role.PROVIDER])
def test_who_picks_and_packs(app: Flask, shop: Shop, role: Role) -> None:
    order = make(shop)
    assert scan_piece(shop.actor(role), order.number, "RB-PRG-L").outcome is Outcome.OK


def test_a_provider_works_in_its_own_warehouse_only(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, status=S.IN_PROCESS)
    assert why(scan_piece(shop.actor(Role.PROVIDER), order.number, "RB-PRG-L"))[0] is Code.NOT_FOUND


def test_two_scanners_never_count_one_piece_for_two(app: Flask, shop: Shop) -> None:
    order = make(shop, lines=(replace(SHIRT, quantity=8),))
    keeper = shop.actor(Role.WAREHOUSE)

    def scan() -> None:
        for _piece in range(4):
            scan_piece(keeper, order.number, "RB-PRG-L")

    at_once(app, scan, scan)
    assert counts(order) == [(8, 0)]
    assert columns(order)["version"] == len(history_of(order.number)) == 9


def test_an_edit_of_the_lines_keeps_what_is_picked_of_what_stays(app: Flask, shop: Shop) -> None:
    order = make(shop)
    tick(shop, order, 1, PACKED)
    tick(shop, order, 2, PICKED)
    lines = (CARD, replace(SHIRT, quantity=1, unit_price=290_000), NewLine("Pita", 2, 0))
    result = edit_order(shop.actor(), order.number, OrderEdit(lines=lines))
    assert result.outcome is Outcome.OK
    assert counts(order) == [(1, 0), (1, 1), (0, 0)]
    assert edit_order(shop.actor(), order.number, OrderEdit(note="Cepat")).outcome is Outcome.OK
    assert counts(order) == [(1, 0), (1, 1), (0, 0)]


def test_a_tick_from_before_an_edit_is_refused(app: Flask, shop: Shop) -> None:
    order = make(shop)
    edit_order(shop.actor(), order.number, OrderEdit(lines=(CARD, SHIRT)))
    old = tick_line(shop.actor(Role.WAREHOUSE), order.number, Tick(1, PICKED, None, 1))
    assert why(old) == (Code.LOCKED, "packed_meanwhile")


def test_what_is_picked_stays_when_the_status_moves(app: Flask, shop: Shop) -> None:
    order = make(shop)
    tick(shop, order, 1, PICKED)
    bulk.change_status(SYSTEM, [order.number], S.CONFIRMED)
    bulk.change_status(SYSTEM, [order.number], S.IN_PROCESS)
    assert counts(order) == [(2, 0), (0, 0)]
    detail = get_order(db.session(), SYSTEM.scope, order.number)
    assert detail is not None
    assert [(line.picked, line.packed) for line in detail.lines] == [(2, 0), (0, 0)]
