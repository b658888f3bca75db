"""Picking and packing decided: ticks, scans, refusals, and what an edit leaves of it."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest

from webapp.domain.actors import Actor, person
from webapp.domain.errors import Code
from webapp.domain.order_acts import OrderFacts, Outcome
from webapp.domain.order_status import OrderStatus
from webapp.domain.packing import (
    AT_THE_WAREHOUSE,
    Packed,
    PackingStep,
    PackLine,
    Tick,
    decide_scan,
    decide_tick,
    may_pack,
    shared_out,
)
from webapp.domain.payment import PaymentStatus
from webapp.domain.permissions import Role

KEEPER = person(1, "Wati", Role.WAREHOUSE)
PICKED, PACKED = PackingStep
SHIRT = PackLine(1, "RB-PRG-L", "Kemeja", 3)
CARD = PackLine(2, None, "Kartu ucapan", 1)
BOOK = PackLine(3, "EB-1", "E-book", 1, digital=True)


def facts(status: OrderStatus = OrderStatus.IN_PROCESS) -> OrderFacts:
    """An order in this status."""
    return OrderFacts("261101-ABCDEFGH", status, PaymentStatus.PAID)


def tick(
    line: PackLine, step: PackingStep, count: int | None = None, actor: Actor = KEEPER, version: int = 4
) -> Packed:
    """A tick on an order of version 4 with this line and two others."""
    return decide_tick(facts(), [line, CARD, BOOK], Tick(line.line_no, step, count, version), actor, version=4)


def counts(packed: Packed) -> tuple[int, int]:
    """How many pieces of the line are picked and packed after it."""
    assert packed.line is not None
    return packed.line.picked, packed.line.packed


def why(packed: Packed) -> tuple[Code, Any]:
    """The reason of a refusal."""
    assert packed.decision.outcome is Outcome.FAILED
    assert packed.line is None
    assert packed.decision.problem is not None
    return packed.decision.problem.code, packed.decision.problem.params.get("variant")


@pytest.mark.parametrize(
    ("picked", "packed", "step", "count", "after"),
    [
        (0, 0, PICKED, None, (3, 0)),
        (0, 0, PICKED, 2, (2, 0)),
        (3, 2, PICKED, 0, (0, 0)),  # what is put back is no longer packed
        (3, 2, PICKED, 1, (1, 1)),
        (0, 0, PACKED, None, (3, 3)),  # what is packed was taken from the shelf
        (2, 0, PACKED, 1, (2, 1)),
        (3, 3, PACKED, 0, (3, 0)),
    ],
)
def test_a_tick_counts(picked: int, packed: int, step: PackingStep, count: int | None, after: tuple[int, int]) -> None:
    line = SHIRT._replace(picked=picked, packed=packed)
    result = tick(line, step, count)
    assert (result.decision.outcome, result.decision.status) == (Outcome.OK, OrderStatus.IN_PROCESS)
    assert counts(result) == after
    told = {name: (a["count"], b["count"]) for name, (a, b) in result.decision.changes.items()}
    before = {"picked": picked, "packed": packed}
    now = dict(zip(("picked", "packed"), after, strict=True))
    assert told == {name: (before[name], now[name]) for name in now if before[name] != now[name]}


def test_history_tells_the_item_and_not_only_the_line() -> None:
    pair = tick(SHIRT, PICKED, 2).decision.changes["picked"]
    item = {"line": 1, "sku": "RB-PRG-L", "name": "Kemeja", "of": 3}
    assert pair == ({**item, "count": 0}, {**item, "count": 2})


def test_the_same_tick_again_changes_nothing() -> None:
    assert tick(SHIRT._replace(picked=3), PICKED).decision.outcome is Outcome.UNCHANGED


def test_what_a_tick_is_refused_for() -> None:
    assert why(tick(SHIRT, PICKED, 4)) == (Code.BAD_VALUE, "pieces")
    assert why(tick(SHIRT, PICKED, -1)) == (Code.BAD_VALUE, "pieces")
    assert why(tick(SHIRT, PICKED, version=3)) == (Code.LOCKED, "packed_meanwhile")
    assert why(tick(SHIRT, PICKED, actor=person(2, "Cici", Role.CS))) == (Code.NO_PERMISSION, "packing")
    for line_no in (BOOK.line_no, 9):
        missing = decide_tick(facts(), [SHIRT, BOOK], Tick(line_no, PICKED, None, 4), KEEPER, version=4)
        assert why(missing) == (Code.NOT_FOUND, "line")


@pytest.mark.parametrize("status", OrderStatus)
def test_only_while_the_warehouse_has_it(status: OrderStatus) -> None:
    order = facts(status)
    done = decide_scan(order, [SHIRT], "RB-PRG-L", KEEPER)
    assert (done.decision.outcome is Outcome.OK) is (status in AT_THE_WAREHOUSE) is may_pack(order, KEEPER)
    if done.decision.problem is not None:
        assert why(done) == (Code.TRANSITION_NOT_ALLOWED, "packing")


@pytest.mark.parametrize("role", Role)
def test_who_may(role: Role) -> None:
    may = role in (Role.OWNER, Role.ADMIN, Role.WAREHOUSE, Role.PROVIDER)
    assert may_pack(facts(), person(1, "X", role)) is may


def test_scans_count_pieces_first_as_picked_then_as_packed() -> None:
    first, second = PackLine(1, "A-1", "Kain", 1), PackLine(2, "a-1", "Kain", 2)
    lines = [first, second]
    steps = []
    for _piece in range(6):
        result = decide_scan(facts(), lines, " a-1 ", KEEPER)
        assert result.line is not None
        lines[result.line.line_no - 1] = result.line
        steps.append((result.step, result.line.line_no))
    assert steps == [(step, line) for step in (PICKED, PACKED) for line in (1, 2, 2)]
    assert why(decide_scan(facts(), lines, "A-1", KEEPER)) == (Code.BAD_VALUE, "scan_done")


def test_letters_are_the_same_however_they_are_composed() -> None:
    line = PackLine(1, unicodedata.normalize("NFD", "한글-É1"), "Kain", 1)
    assert decide_scan(facts(), [line], "한글-é1", KEEPER).line == line._replace(picked=1)
    edited = PackLine(1, "한글-É1", "Kain", 1)
    assert shared_out([line._replace(picked=1)], [edited]) == [edited._replace(picked=1)]


def test_what_a_scan_is_refused_for() -> None:
    lines = [SHIRT, CARD, BOOK]
    unknown = decide_scan(facts(), lines, "XX-9", KEEPER)
    assert why(unknown) == (Code.BAD_VALUE, "scan_unknown")
    assert unknown.decision.problem is not None
    assert unknown.decision.problem.params["value"] == "XX-9"
    assert why(decide_scan(facts(), lines, "eb-1", KEEPER)) == (Code.BAD_VALUE, "scan_digital")
    assert why(decide_scan(facts(), lines, "  ", KEEPER)) == (Code.MISSING_VALUE, None)
    assert why(decide_scan(facts(), lines, "RB-PRG-L", person(2, "Vi", Role.VIEWER))) == (Code.NO_PERMISSION, "packing")


def test_an_edit_keeps_what_still_belongs_to_the_order() -> None:
    before = [
        SHIRT._replace(picked=3, packed=1),
        CARD._replace(picked=1, packed=1),
        PackLine(3, "TN-1", "Kain", 2, 2, 2),
    ]
    after = shared_out(
        before,
        [
            PackLine(1, None, "kartu ucapan", 1),  # moved up
            PackLine(2, "rb-prg-l", "Kemeja batik", 2),  # fewer of it, and renamed
            PackLine(3, "RB-PRG-L", "Kemeja", 4),  # the rest of the same item
            PackLine(4, "TN-1", "Kain", 2, digital=True),
            PackLine(5, "NEW", "Pita", 1),
        ],
    )
    assert [(line.picked, line.packed) for line in after] == [(1, 1), (2, 1), (1, 0), (0, 0), (0, 0)]
