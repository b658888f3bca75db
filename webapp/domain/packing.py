"""Picking and packing: how many pieces of each line have been taken from the shelf, and how many are in the parcel.

Lines are ticked, or their SKUs scanned, while the warehouse has the order. A piece that is packed counts as picked too,
and one that is put back is no longer packed: `packed <= picked <= quantity` always holds. The status stays as it is.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from webapp.domain.actors import Actor
from webapp.domain.errors import Code, Problem
from webapp.domain.order_acts import Decision, OrderFacts, Outcome
from webapp.domain.order_status import OrderStatus
from webapp.domain.permissions import Permission

AT_THE_WAREHOUSE = frozenset({OrderStatus.IN_PROCESS, OrderStatus.READY_TO_SHIP})
"""Statuses in which an order is picked and packed."""


class PackingStep(StrEnum):
    """The two steps of a line. The codes are the columns that count, and the fields that history names."""

    PICKED = "picked"
    PACKED = "packed"


class PackLine(NamedTuple):
    """A line as the warehouse has it: of its pieces `picked` are off the shelf, `packed` in the parcel."""

    line_no: int
    sku: str | None
    name: str
    quantity: int
    picked: int = 0
    packed: int = 0
    digital: bool = False

    def done(self, step: PackingStep) -> int:
        """How many pieces came this far."""
        return self.picked if step is PackingStep.PICKED else self.packed


@dataclass(frozen=True, slots=True)
class Tick:
    """`count` pieces of a line came as far as `step`; None: all of them. Fewer than before: some are put back.

    `version` is the version of the order that the person saw: line numbers mean something in that one only.
    """

    line_no: int
    step: PackingStep
    count: int | None
    version: int


@dataclass(frozen=True, slots=True)
class Packed:
    """What a tick or a scan comes to: the decision, the line as it shall be (None: nothing is written), and for a
    scan the step that counted the piece."""

    decision: Decision
    line: PackLine | None = None
    step: PackingStep | None = None


def may_pack(order: OrderFacts, actor: Actor) -> bool:
    """Whether `actor` may tick and scan lines of `order` now."""
    return actor.may(Permission.FULFILMENT_WORK) and order.status in AT_THE_WAREHOUSE


def decide_tick(order: OrderFacts, lines: Sequence[PackLine], tick: Tick, actor: Actor, *, version: int) -> Packed:
    """What ticking a line comes to: ok, unchanged, or failed with the reason. Changes nothing.

    `version` is the order's own: what was ticked on an older page is refused (`locked`), as its lines may be others.
    """
    problem = _refused(order, actor)
    if problem is None and tick.version != version:
        problem = Problem(Code.LOCKED, {"number": order.number, "variant": "packed_meanwhile"})
    if problem is not None:
        return _failed(order, problem)
    line = next((line for line in lines if line.line_no == tick.line_no and not line.digital), None)
    if line is None:
        return _failed(order, Problem(Code.NOT_FOUND, {"number": order.number, "variant": "line"}))
    count = line.quantity if tick.count is None else tick.count
    if not 0 <= count <= line.quantity:
        params = {"field": "quantity", "value": count, "limit": line.quantity, "variant": "pieces"}
        return _failed(order, Problem(Code.BAD_VALUE, params))
    return _written(order, line, tick.step, count)


def decide_scan(order: OrderFacts, lines: Sequence[PackLine], sku: str, actor: Actor) -> Packed:
    """What scanning a SKU comes to: the next piece of it that is not picked is counted, else the next not packed."""
    problem = _refused(order, actor)
    typed = sku.strip()
    if problem is None and not typed:
        problem = Problem(Code.MISSING_VALUE, {"field": "sku"})
    if problem is not None:
        return _failed(order, problem)
    meant = [line for line in lines if line.sku is not None and _key(line.sku) == _key(typed)]
    goods = [line for line in meant if not line.digital]
    for step in PackingStep:
        for line in goods:
            if line.done(step) < line.quantity:
                return _written(order, line, step, line.done(step) + 1)
    variant = "scan_done" if goods else "scan_digital" if meant else "scan_unknown"
    params = {"number": order.number, "field": "sku", "value": typed, "variant": variant}
    return _failed(order, Problem(Code.BAD_VALUE, params))


def shared_out(before: Sequence[PackLine], after: Sequence[PackLine]) -> list[PackLine]:
    """The lines `after` an edit, with what of them had been picked and packed `before`.

    The same SKU (without one the same name) is the same item, whichever line it stands in now. What is more than the
    new quantity, or of an item that is gone, has to go back to the shelf.
    """
    picked: dict[str, int] = {}
    packed: dict[str, int] = {}
    for line in before:
        picked[_item(line)] = picked.get(_item(line), 0) + line.picked
        packed[_item(line)] = packed.get(_item(line), 0) + line.packed
    kept = []
    for line in after:
        item = _item(line)
        take = 0 if line.digital else min(line.quantity, picked.get(item, 0))
        into = min(take, packed.get(item, 0))
        if take:
            picked[item] -= take
            packed[item] -= into
        kept.append(line._replace(picked=take, packed=into))
    return kept


def _item(line: PackLine) -> str:
    return f"sku {_key(line.sku)}" if line.sku else f"name {_key(line.name)}"


def _key(text: str) -> str:
    """What is the same for the same letters, large or small, and however a computer composes them."""
    return unicodedata.normalize("NFC", text).casefold()


def _refused(order: OrderFacts, actor: Actor) -> Problem | None:
    if not actor.may(Permission.FULFILMENT_WORK):
        return Problem(Code.NO_PERMISSION, {"number": order.number, "variant": "packing"})
    if order.status not in AT_THE_WAREHOUSE:
        params = {"number": order.number, "from_status": order.status.value, "variant": "packing"}
        return Problem(Code.TRANSITION_NOT_ALLOWED, params)
    return None


def _written(order: OrderFacts, line: PackLine, step: PackingStep, count: int) -> Packed:
    if step is PackingStep.PICKED:
        after = line._replace(picked=count, packed=min(line.packed, count))
    else:
        after = line._replace(picked=max(line.picked, count), packed=count)
    if after == line:
        return Packed(Decision(Outcome.UNCHANGED, order.status, order.payment_status), line, step)
    changes = {
        each.value: (_told(line, line.done(each)), _told(line, after.done(each)))
        for each in PackingStep
        if line.done(each) != after.done(each)
    }
    return Packed(Decision(Outcome.OK, order.status, order.payment_status, changes=changes), after, step)


def _told(line: PackLine, count: int) -> Mapping[str, Any]:
    """How history keeps a count: with the item that it is of, because lines may be others later."""
    return {"line": line.line_no, "sku": line.sku, "name": line.name, "count": count, "of": line.quantity}


def _failed(order: OrderFacts, problem: Problem) -> Packed:
    return Packed(Decision(Outcome.FAILED, order.status, order.payment_status, problem))
