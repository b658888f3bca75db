"""What becomes of each order of a file: made, changed, there already, or refused. Shared by preview and run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from webapp.domain.actors import Actor, Scope
from webapp.domain.errors import Code, Problem
from webapp.domain.order_acts import Decision, Outcome
from webapp.domain.permissions import Permission
from webapp.models import JobRow, Order
from webapp.services.importing.order_cells import BadCell
from webapp.services.importing.order_rows import OrderGroup, OrderReader
from webapp.services.job_chunks import IdSet
from webapp.services.orders.contents import Content
from webapp.services.orders.create import NewOrder
from webapp.services.orders.facts import KnownOrder
from webapp.services.orders.resolve import resolve_numbers
from webapp.services.orders.update_orders import decide_update, refused_update
from webapp.services.sets import any_of, many
from webapp.spreadsheets import Row


class RowOutcome(NamedTuple):
    """What becomes of one row. `number` is what its file calls its order."""

    row: Row
    order_id: int | None
    outcome: Outcome
    problem: Problem | None
    number: str


@dataclass(slots=True)
class Decided:
    """One order of the file and what comes of it: `new` is made, `update` is written to `known`."""

    group: OrderGroup
    outcome: Outcome
    problem: Problem | None = None
    order_id: int | None = None
    new: NewOrder | None = None
    known: KnownOrder | None = None
    update: tuple[Decision, Content] | None = None

    def rows(self) -> Iterator[RowOutcome]:
        """What becomes of each of its rows."""
        group = self.group
        for row in group.rows:
            problem = group.bad.get(row.number) or self.problem
            outcome = Outcome.FAILED if problem else self.outcome
            yield RowOutcome(row, self.order_id, outcome, problem, group.name)


@dataclass(slots=True)
class Aimed:
    """A group of rows and the order that it names, if it names one that exists."""

    group: OrderGroup
    order_id: int | None = None
    problem: Problem | None = None


def aim_groups(session: Session, scope: Scope, groups: Sequence[OrderGroup], seen: IdSet) -> list[Aimed]:
    """Find the orders that updates name, within `scope`; an order named again is `duplicate_row`.

    `seen` is what earlier rows of the file named; these are added to it.
    """
    numbers = list({group.number for group in groups if group.number})
    found = resolve_numbers(session, scope, numbers) if numbers else {}
    aimed = []
    for group in groups:
        target = found.get(group.number) if group.number else None
        if not isinstance(target, int):
            aimed.append(Aimed(group, None, target))
        elif seen.add(target):
            aimed.append(Aimed(group, target))
        else:
            aimed.append(Aimed(group, None, Problem(Code.DUPLICATE_ROW, {"number": group.number})))
    return aimed


@dataclass(frozen=True, slots=True)
class Existing:
    """What is there already of a new order: by (account, channel order number), and by (account, row) of the same file.

    `deleted` were deleted here.
    """

    orders: Mapping[tuple[int, str], int]
    deleted: frozenset[tuple[int, str]]
    rows: Mapping[tuple[int, int], int]


def find_existing(session: Session, groups: Sequence[OrderGroup], twins: Sequence[int]) -> Existing:
    """Look up what would be made twice. `twins` are jobs that applied the same bytes: a row without a number of its own
    is known by its place in them."""
    dialect = session.get_bind().dialect
    keys = {group.key for group in groups if group.key}
    orders: dict[tuple[int, str], int] = {}
    deleted: set[tuple[int, str]] = set()
    if keys:
        bound = {"ids": many(dialect, [channel_id for _account, channel_id in keys])}
        mine = any_of(dialect, "channel_order_id", "ids")
        there = f"select account_id, channel_order_id, order_id from order_channel where {mine}"
        for account, channel_id, order_id in session.execute(text(there), bound):
            orders[account, channel_id] = order_id
        bound |= {"accounts": many(dialect, sorted({account for account, _channel_id in keys}))}
        gone = (
            "select account_id, channel_order_id from deleted_orders"
            f" where {any_of(dialect, 'account_id', 'accounts')} and {mine}"
        )
        deleted = {(account, channel_id) for account, channel_id in session.execute(text(gone), bound)}
    alone = [group.rows[0].number for group in groups if not group.key and not group.number] if twins else []
    rows: dict[tuple[int, int], int] = {}
    if alone:
        made = (
            select(Order.account_id, JobRow.row_no, Order.id)
            .join(Order, Order.id == JobRow.order_id)
            .where(JobRow.job_id.in_(twins), JobRow.row_no.in_(alone), JobRow.outcome == Outcome.OK.value)
        )
        rows = {(account, row_no): order_id for account, row_no, order_id in session.execute(made)}
    return Existing(orders, frozenset(deleted), rows)


def decide_groups(
    aimed: Sequence[Aimed],
    existing: Existing,
    known: Mapping[int, KnownOrder],
    contents: Mapping[int, Content],
    reader: OrderReader,
    actor: Actor,
    *,
    absent: Code = Code.NOT_FOUND,
) -> list[Decided]:
    """What comes of each group. `known` and `contents` are of the orders that were aimed at, read one after the other:
    one that is missing in either is `absent`, gone meanwhile or held by somebody else."""
    decided = []
    for each in aimed:
        group = each.group
        if each.order_id is not None or group.number:
            done = _decide_update(each, known, contents, reader, actor, absent)
        else:
            done = _decide_new(group, existing, actor)
        _fail_together(done, good_lines=reader.mapping.good_lines)
        decided.append(done)
    return decided


def _decide_new(group: OrderGroup, existing: Existing, actor: Actor) -> Decided:
    if group.problem is not None:
        return Decided(group, Outcome.FAILED, group.problem)
    there = existing.orders.get(group.key) if group.key else None
    if group.new is not None and not group.key:
        there = existing.rows.get((group.new.account_id, group.rows[0].number))
    if there is not None:
        return Decided(group, Outcome.UNCHANGED, None, there)
    if group.key in existing.deleted:
        return Decided(group, Outcome.FAILED, Problem(Code.NOT_FOUND, {"number": group.name, "variant": "deleted"}))
    if not actor.may(Permission.ORDERS_CREATE):
        return Decided(group, Outcome.FAILED, Problem(Code.NO_PERMISSION, {"number": "", "variant": "create"}))
    return Decided(group, Outcome.OK, new=group.new)


def _decide_update(
    each: Aimed,
    known: Mapping[int, KnownOrder],
    contents: Mapping[int, Content],
    reader: OrderReader,
    actor: Actor,
    absent: Code,
) -> Decided:
    group = each.group
    if each.problem is not None or group.problem is not None:
        return Decided(group, Outcome.FAILED, each.problem or group.problem)
    order = known.get(each.order_id) if each.order_id is not None else None
    content = contents.get(order.id) if order is not None else None
    if order is None or content is None:
        variant = {"variant": "gone"} if absent is Code.NOT_FOUND else {}
        return Decided(group, Outcome.FAILED, Problem(absent, {"number": group.number, **variant}))
    try:
        update = reader.update(group, order.currency)
    except BadCell as bad:
        return Decided(group, Outcome.FAILED, refused_update(order, actor) or bad.problem, order.id)
    decision, changed_content = decide_update(order, content, update, actor)
    changed = (decision, changed_content) if decision.outcome is Outcome.OK else None
    return Decided(group, decision.outcome, decision.problem, order.id, None, order, changed)


def _fail_together(decided: Decided, *, good_lines: bool) -> None:
    """One bad line fails its order, unless the good ones are taken; an order without any good line is not made."""
    bad = decided.group.bad
    if not bad or decided.problem is not None:
        return
    if good_lines and decided.group.has_good_line:
        return
    number, first = next(iter(sorted(bad.items())))
    facts = {**first.params, "row": number, "variant": "other_row"}
    decided.problem = Problem(first.code, facts)
    decided.outcome, decided.new, decided.update = Outcome.FAILED, None, None
