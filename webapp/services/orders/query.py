"""The list of orders: a page by cursor, its tabs and its count. Reads only; every function begins with the scope.

Data model, section 4: the ids of one page by keyset, then its rows by key. Nothing here grows with the number of
orders, only with what is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TypeAlias

from webapp import clock
from webapp.domain.actors import Scope
from webapp.models.types import from_ms
from webapp.services.orders import hits
from webapp.services.orders.conditions import IN_TOTALS, Conditions, Part, conditions_of
from webapp.services.orders.cursors import FIRST, Cursor, Key, Way, page_cursors
from webapp.services.orders.filters import DateKind, ListFilter
from webapp.services.orders.moments import Moments
from webapp.services.orders.overdue import count_overdue, few_overdue
from webapp.services.orders.picture import Count, Picture, read_picture, warehouse_tabs
from webapp.services.orders.rows import OrderRow, read_rows
from webapp.services.orders.search import expected_hits
from webapp.services.orders.sources import choose_source, counted_by_totals, known_empty
from webapp.services.orders.walks import MANY_BRANCHES, Source, count_walk, walk
from webapp.services.statements import ReadSession, Statement, is_sqlite, ms_of
from webapp.services.totals import AccountChoice, tally

__all__ = [
    "Count",
    "ListFilter",
    "OrderPage",
    "OrderRow",
    "count_orders",
    "list_orders",
    "order_beside",
    "tab_counts",
    "walk_orders",
    "walk_steps",
]

_Find: TypeAlias = Callable[[ReadSession, Conditions, Way, "Key | None", int], hits.Hits]

FEW = 500
"""So many orders, as totals tell, are looked at one by one for the words without asking how common these are."""
SMALL = 5_000
"""The same on SQLite, which cannot be asked."""
MOST_WHOLE = 25_000
"""So many orders of some accounts and statuses are read whole beside the hits of words."""
AS_MANY = 8
"""Up to so many of them for each hit that is expected: one is read in a fifth of the time in which a hit is looked up,
and there may be three times as many hits as expected."""
MOST_HALVED = 1_000
"""Orders of the tab To ship that are looked at to tell how many of them are still to be processed."""
MOST_STEPS = 5
"""So many steps of a walk are taken at once for the order beside another one."""


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One page of the list. A cursor is None where there is nothing to go to.

    `searched_back_to` is set when a filter that no index serves was looked for only so far back (or forward, for a
    page before a cursor): `further`, which is `next` (or `prev`), goes on from there. `tabs` counts each tab under the
    filters that totals know (accounts, days, payment status), `all` among them; `tabs_true` says that nothing else is
    asked, so that each tab holds so many. `too_short` are words that were not searched; `unsearchable`: nothing of what
    was typed can be, so nothing is found. `halves` of the tab To ship, where the totals know the rest and accounts are
    not too many: how many are to process, and how many are processed (None: more than were looked at).
    """

    rows: list[OrderRow]
    count: Count | None
    tabs: dict[str, Count]
    first: Cursor | None = None
    prev: Cursor | None = None
    next: Cursor | None = None
    last: Cursor | None = None
    searched_back_to: datetime | None = None
    further: Cursor | None = None
    too_short: tuple[str, ...] = ()
    unsearchable: bool = False
    tabs_true: bool = True
    halves: tuple[Count, Count | None] | None = None


def list_orders(
    session: ReadSession,
    scope: Scope,
    flt: ListFilter,
    *,
    cursor: Cursor | None = None,
    limit: int | None = None,
    now: datetime | None = None,
    with_count: bool = True,
    more: Sequence[str] = (),
    whole_first: bool = True,
) -> OrderPage:
    """The page of orders at `cursor` (None: the first) in the filter's sort, `limit` of them (else the filter's).

    Three statements, one more where a count or a search needs it, three where many orders are overdue. `now` decides
    what is overdue. `with_count=False` leaves out a count that would need a statement of its own. A page before a
    cursor that comes to the beginning is the first page, whole, unless `whole_first` is False. `more` is what the rows
    hold besides (`rows.MORE`).
    """
    conditions = conditions_of(session, scope, flt, now or clock.now())
    picture = read_picture(session, conditions)
    tabs = warehouse_tabs(session, conditions) if picture is None else picture.tabs(conditions.payments)
    query, true = conditions.query, _tabs_true(conditions)
    if known_empty(conditions, picture):
        return OrderPage([], Count(0), tabs, too_short=query.too_short, unsearchable=query.unsearchable, tabs_true=true)
    if picture is not None and conditions.accounts.named:
        # The totals have told the ids: no statement looks the names up again.
        conditions = replace(conditions, accounts=AccountChoice(frozenset(picture.accounts(None, ()))))
    size = limit or flt.limit
    cursor = cursor or FIRST
    taken = _take(session, conditions, picture, cursor, size + 1)
    if whole_first and cursor.way is Way.BEFORE and cursor.key and taken.edge is None and len(taken.keys) < size:
        cursor = FIRST  # back at the beginning: a whole page, not the few before the cursor
        taken = _take(session, conditions, picture, cursor, size + 1)
    if true and picture is None and taken.count is None and not flt.status and flt.arranged is None:
        taken = replace(taken, count=tabs[flt.tab or "all"])  # of a warehouse they are counted already
    free = taken.count is not None or counted_by_totals(conditions, picture) is not None
    halves = _halves(session, conditions, picture) if true and with_count and flt.tab == "to_ship" else None
    count = _count(session, conditions, picture, taken) if with_count or free else None
    page = page_cursors(cursor, taken.keys, taken.edge, size)
    rows = read_rows(session, [key.id for key in page.keys], restricted=scope.restricted, more=more)
    return OrderPage(
        rows, count, tabs, page.first, page.prev, page.next, page.last,
        None if taken.edge is None else from_ms(taken.edge.ms),
        None if taken.edge is None else Cursor(cursor.way, taken.edge), query.too_short, tabs_true=true,
        halves=halves,
    )  # fmt: skip


def _tabs_true(conditions: Conditions) -> bool:
    beside = conditions.parts - IN_TOTALS - {Part.WAREHOUSE, Part.ARRANGED}  # a tab drops the switch inside To ship
    return not beside and not conditions.query.unsearchable


def _halves(session: ReadSession, conditions: Conditions, picture: Picture | None) -> tuple[Count, Count | None] | None:
    if picture is None:
        return None
    orders = picture.orders(conditions.statuses, conditions.payments)
    to_process = replace(conditions, arranged=False)
    source = choose_source(to_process, picture)
    if orders > MOST_HALVED and len(source.values) > MANY_BRANCHES:
        return None  # a few of each tell too little
    # Of few orders all of each branch are looked at: together these are no more.
    each = orders + 1 if orders <= MOST_HALVED else MOST_HALVED // len(source.values)
    waiting, everything = count_walk(session, to_process, source, each=each)
    return Count(waiting, everything), Count(max(orders - waiting, 0)) if everything else None


def tab_counts(session: ReadSession, scope: Scope, flt: ListFilter) -> dict[str, Count]:
    """How many orders each tab, and `all`, holds under the filter's accounts, days and payment status."""
    conditions = conditions_of(session, scope, flt, clock.now())
    picture = read_picture(session, conditions)
    return warehouse_tabs(session, conditions) if picture is None else picture.tabs(conditions.payments)


def count_orders(session: ReadSession, scope: Scope, flt: ListFilter, *, now: datetime | None = None) -> Count:
    """How many orders the list has. Exact where totals know it; else up to 10,000, or over one step of a walk."""
    conditions = conditions_of(session, scope, flt, now or clock.now())
    picture = read_picture(session, conditions)
    if known_empty(conditions, picture):
        return Count(0)
    known = counted_by_totals(conditions, picture)
    if known is not None:
        return Count(known)
    taken = _take(session, conditions, picture, FIRST, flt.limit + 1)
    return _count(session, conditions, picture, taken)


def walk_orders(
    session: ReadSession, scope: Scope, flt: ListFilter, *, now: datetime | None = None, step: int = 2_000
) -> Iterator[list[int]]:
    """The ids of every order of the list, in its order, at most `step` at a time; a step may be empty.

    Each step goes on from the last order of the one before: `session` should see one state of the database throughout.
    """
    for ids, _last in walk_steps(session, scope, flt, now=now, step=step):
        yield ids


def walk_steps(
    session: ReadSession,
    scope: Scope,
    flt: ListFilter,
    *,
    now: datetime | None = None,
    step: int = 2_000,
    start: Key | None = None,
) -> Iterator[tuple[list[int], Key | None]]:
    """The same, each step with how far the walk has looked: from there, as `start`, another walk goes on."""
    conditions = conditions_of(session, scope, flt, now or clock.now())
    picture = read_picture(session, conditions)
    if known_empty(conditions, picture):
        return
    while True:
        taken = _take(session, conditions, picture, Cursor(Way.AFTER, start), step)
        ended = taken.edge is None and len(taken.keys) < step
        start = taken.edge or (taken.keys[-1] if taken.keys else start)
        if taken.keys or not ended:
            yield [key.id for key in taken.keys], start
        if ended:
            return


def order_beside(
    session: ReadSession, scope: Scope, flt: ListFilter, number: str, way: Way, *, now: datetime | None = None
) -> str | None:
    """The number of the order that stands after (or before) this one in the list, also when this one itself is no
    longer in it; None at the end. Where no index serves the filter, it is looked for in `MOST_STEPS` steps."""
    st = Statement(session)
    place = f"select {flt.sort.column}, id, account_id, warehouse_id from orders where number = {st.bind(number)}"
    found = st.run(place)
    if not found or found[0][0] is None or not scope.covers(found[0][2], found[0][3]):
        return None
    conditions = conditions_of(session, scope, flt, now or clock.now())
    picture = read_picture(session, conditions)
    if known_empty(conditions, picture):
        return None
    start: Key | None = Key(ms_of(found[0][0]), found[0][1])
    for _ in range(MOST_STEPS):
        taken = _take(session, conditions, picture, Cursor(way, start), 1)
        if taken.keys:
            st = Statement(session)
            if there := st.run(f"select number from orders where id = {st.bind(taken.keys[0].id)}"):
                return str(there[0][0])
        start = taken.keys[0] if taken.keys else taken.edge  # of one that was deleted meanwhile the one beyond it
        if start is None:
            break
    return None


@dataclass(frozen=True, slots=True)
class _Taken:
    """Keys in the order of the way, where a walk stopped, and the count if it came along; else what is counted, by
    which source, and how many there are at `least`."""

    keys: list[Key]
    edge: Key | None
    conditions: Conditions
    count: Count | None = None
    source: Source | None = None
    least: int = 0


def _take(session: ReadSession, conditions: Conditions, picture: Picture | None, cursor: Cursor, need: int) -> _Taken:
    way, start, least = cursor.way, cursor.key, 0
    if conditions.query.whole is not None:
        found = hits.whole_value_hits(session, conditions, way, start, need)
        if found.overflow:
            # Words would let in what has them elsewhere: of two addresses they know one part.
            conditions = replace(conditions, query=replace(conditions.query, words=()))
            least = found.count
        elif found.count or not conditions.query.words:
            return _Taken(found.keys, None, conditions, Count(found.count))
        # Else nothing has this as a whole; it may be a part of something.
    for find in _sets(session, conditions, picture):
        found = find(session, conditions, way, start, need)
        if not found.overflow:
            return _Taken(found.keys, None, conditions, Count(found.count))
    source = _source(session, conditions, picture)
    walked = walk(session, conditions, source, way, start, need)
    count = None
    if start is None and (walked.edge is not None or len(walked.keys) < need):
        count = Count(max(len(walked.keys), least), walked.edge is None)
    return _Taken(walked.keys, walked.edge, conditions, count, source, least)


def _sets(session: ReadSession, conditions: Conditions, picture: Picture | None) -> Iterator[_Find]:
    """The small sets that may hold the answer, in the order in which to ask them."""
    if conditions.query.words and is_sqlite(session):
        # Its full-text index walks in the order of the list, but only in the usual one.
        if conditions.sort.column != "ordered_at":
            yield hits.word_hits
    elif conditions.query.words:
        expected = _rare(session, conditions, picture)
        if expected is not None:
            yield partial(hits.word_hits, few=_few(conditions, picture, expected))
    elif conditions.overdue_at is not None:
        if few_overdue(session, conditions):
            yield hits.overdue_hits
    elif conditions.awaiting:
        yield hits.awaiting_hits
    elif conditions.sort.column == "updated_at" and _has_facet(conditions):
        yield hits.facet_hits
    elif conditions.moments is not None and _rare_moments(session, conditions, conditions.moments):
        yield hits.moment_hits


def _rare(session: ReadSession, conditions: Conditions, picture: Picture | None) -> int | None:
    """How many orders the words are expected to hit, where fetching all of these costs less than looking for the words
    in the orders as they come."""
    orders = hits.MOST_HITS if picture is None else picture.orders(conditions.statuses, conditions.payments)
    if orders <= FEW:
        return None
    expected = expected_hits(session, conditions.query)
    return expected if expected <= min(orders, hits.MOST_HITS) else None


def _few(conditions: Conditions, picture: Picture | None, expected: int) -> frozenset[Part]:
    """The accounts and statuses, if they hold for so few orders, as the totals tell, that reading these costs less than
    looking up each of the `expected` hits."""
    parts = conditions.parts & {Part.ACCOUNTS, Part.STATUS}
    if picture is None or Part.DAYS in conditions.parts:
        return frozenset()
    whole = picture.orders(conditions.statuses, ())
    return parts if whole <= min(MOST_WHOLE, AS_MANY * expected) else frozenset()


def _has_facet(conditions: Conditions) -> bool:
    people = conditions.people and not conditions.unassigned
    return bool(conditions.tags or conditions.skus or people or conditions.couriers)


def _rare_moments(session: ReadSession, conditions: Conditions, moments: Moments) -> bool:
    """Whether fetching all that was paid, shipped or changed on these days may cost less than walking the list: about
    as many orders as were ordered on them. The list of changes has an index of its own."""
    if conditions.sort.column == "updated_at" and moments.kind is DateKind.UPDATED:
        return False
    ordered = tally(session, AccountChoice(), ["status"], first=moments.first, last=moments.last)
    return sum(int(row[-1]) for row in ordered) <= hits.MOST_HITS


def _source(session: ReadSession, conditions: Conditions, picture: Picture | None) -> Source:
    if conditions.query.words and conditions.sort.column == "ordered_at" and is_sqlite(session):
        # The full-text index walks newest first; where a filter leaves little, its orders are fewer than the hits.
        few = picture is not None and picture.orders(conditions.statuses, conditions.payments) <= SMALL
        if not few:
            return Source("order_fts", covers=frozenset({Part.WORDS}))
    return choose_source(conditions, picture)


def _count(session: ReadSession, conditions: Conditions, picture: Picture | None, taken: _Taken) -> Count:
    known = counted_by_totals(conditions, picture)
    if known is not None:
        return Count(known)
    if taken.count is not None:
        return taken.count
    conditions = taken.conditions
    if conditions.overdue_at is not None and not conditions.query.words:
        counted, exact = count_overdue(session, conditions, picture)
    else:
        counted, exact = count_walk(session, conditions, taken.source or Source())
    return Count(max(counted, len(taken.keys), taken.least), exact)  # what is shown may lie beyond what was counted
