"""Small sets that an index finds at once, in no order: fetched whole, narrowed, sorted."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.services.orders.conditions import Conditions, Part
from webapp.services.orders.cursors import Key, Way
from webapp.services.orders.overdue import beside_overdue
from webapp.services.orders.search import doc_matches, full_text, whole_hits
from webapp.services.statements import ReadSession, Statement, ms_of

MOST_HITS = 10_000
"""Above this a set is not fetched whole: each order of it is looked up in up to three tables. SQLite, which takes more
steps for each, stops at four fifths."""


@dataclass(frozen=True, slots=True)
class Hits:
    """One page of a set, in the order of its way, and how many orders of the set meet the conditions.

    `overflow`: the set was too large to be fetched whole, and nothing of it is here; there are at least `count`.
    """

    keys: list[Key]
    count: int
    overflow: bool


def overdue_hits(session: ReadSession, conditions: Conditions, way: Way, start: Key | None, need: int) -> Hits:
    """Orders whose `ship_by` is over, by its index."""
    st = Statement(session)
    late = conditions.sql([Part.OVERDUE], st, "o")
    found = f"select o.id, o.{conditions.sort.column} as at from orders o where {late}"
    return _take(st, conditions, found, beside_overdue(conditions), way, start, need)


def awaiting_hits(session: ReadSession, conditions: Conditions, way: Way, start: Key | None, need: int) -> Hits:
    """Orders that wait for acceptance, by their index."""
    st = Statement(session)
    accounts = conditions.accounts.predicate(st, "o.account_id")
    at = f"o.{conditions.sort.column} as at"
    found = f"select o.id, {at} from orders o where o.acceptance = 'awaiting' and {accounts}"
    rest = conditions.parts - {Part.AWAITING, Part.ACCOUNTS}
    return _take(st, conditions, found, rest, way, start, need)


def whole_value_hits(session: ReadSession, conditions: Conditions, way: Way, start: Key | None, need: int) -> Hits:
    """Orders that have what looks whole in the search box, by the btrees."""
    st = Statement(session)
    if conditions.query.whole is None:
        return Hits([], 0, False)
    ids = whole_hits(st, conditions.query.whole, MOST_HITS + 1)
    found = f"select o.id, o.{conditions.sort.column} as at from ({ids}) l join orders o on o.id = l.id"
    rest = conditions.parts - {Part.WHOLE, Part.WORDS, Part.WORDS_SEEN}
    return _take(st, conditions, found, rest, way, start, need)


def word_hits(
    session: ReadSession,
    conditions: Conditions,
    way: Way,
    start: Key | None,
    need: int,
    *,
    few: frozenset[Part] = frozenset(),
) -> Hits:
    """Orders whose searched text has all words: by the trigram index, on SQLite by the full-text index.

    `few` are parts (PostgreSQL only) that an index has in one piece, and that hold for so few orders that this piece is
    read whole: looking up each hit for them takes six times as long as reading an order there.
    """
    st = Statement(session)
    if st.sqlite:
        match = f"order_fts match {st.bind(full_text(conditions.query))}"
        source = f"order_fts f cross join order_search s on s.sort_key = f.rowid where {match}"
    else:
        source = f"order_search s where {doc_matches(st, 's.doc', conditions.query)}"
    found = f"select s.order_id as id, s.ordered_at as at from {source}"
    rest = conditions.parts - {Part.WORDS}
    return _take(st, conditions, found, rest, way, start, need, ordered=True, few=few)


def moment_hits(session: ReadSession, conditions: Conditions, way: Way, start: Key | None, need: int) -> Hits:
    """Orders that were paid, shipped or changed on some days, by the index on that moment."""
    st = Statement(session)
    if conditions.moments is None:
        return Hits([], 0, False)
    rest = conditions.parts - {Part.MOMENTS}
    found = conditions.moments.found(st)
    return _take(st, conditions, found, rest, way, start, need, ordered=True, doubled=True)


def facet_hits(session: ReadSession, conditions: Conditions, way: Way, start: Key | None, need: int) -> Hits:
    """Orders with one of the tags, SKUs, people or couriers, by its index: for a sort in which that index is not."""
    st = Statement(session)
    if conditions.tags:
        part, found = Part.TAG, f"order_tags x where {st.among('x.tag_id', conditions.tags)}"
    elif conditions.skus:
        part, found = Part.SKU, f"order_lines x where {st.among('x.sku', conditions.skus)}"
    elif conditions.people and not conditions.unassigned:
        people = st.among("x.assigned_to", conditions.people)
        part, found = Part.ASSIGNED, f"orders x where x.assigned_to is not null and {people}"
    else:
        wanted = st.among("x.courier", conditions.couriers)
        part, found = Part.COURIER, f"shipments x where x.state <> 'canceled' and {wanted}"
    order_id = "x.id" if part is Part.ASSIGNED else "x.order_id"
    found = f"select {order_id} as id, x.ordered_at as at from {found}"
    return _take(st, conditions, found, conditions.parts - {part}, way, start, need, ordered=True, doubled=True)


def _take(
    st: Statement,
    conditions: Conditions,
    found: str,
    rest: frozenset[Part],
    way: Way,
    start: Key | None,
    need: int,
    *,
    ordered: bool = False,
    doubled: bool = False,
    few: frozenset[Part] = frozenset(),
) -> Hits:
    """`found` selects (id, at); `ordered` says that its `at` is when an order was ordered, whatever the list's sort,
    `doubled` that an order may be there twice; `few` as `word_hits` has it."""
    most = MOST_HITS * 4 // 5 if st.sqlite else MOST_HITS
    those, kept, column, rest = "", "h", conditions.sort.column, rest - few
    if few:
        those = f" t as materialized (select o.id from orders o where {conditions.sql(few, st, 'o')}),"
        kept = "(select h.id, h.at from h join t on t.id = h.id)"
    if rest or (ordered and column != "ordered_at"):
        condition = conditions.sql(rest, st, "o")
        if st.sqlite:
            # Not a join: for one that is narrowed SQLite may first read all orders, to make a Bloom filter of them.
            kept = f"(select h.id, (select o.{column} from orders o where o.id = h.id and {condition}) as at from h)"
        else:
            # OFFSET 0: always by key. The planner would rather read all orders once than so many of them by key.
            one = f"select o.{column} as at from orders o where o.id = h.id and {condition} offset 0"
            kept = f"(select h.id, o.at from {kept} h cross join lateral ({one}) o)"
    direction, sign = ("desc", "<") if conditions.downward(way) else ("asc", ">")
    beyond = f" and (at, id) {sign} ({st.moment_ms(start.ms)}, {st.bind(start.id)})" if start else ""
    rows = st.run(
        f"with h as materialized ({found} limit {most + 1}),{those}"
        f" k as materialized (select {'distinct ' if doubled else ''}id, at from {kept} x"
        f" where (select count(*) from h) <= {most})"  # of a set that is too large nothing more is read
        " select c.found, c.kept, p.id, p.at"
        " from (select (select count(*) from h) as found, (select count(at) from k) as kept) c left join"
        f" (select id, at from k where at is not null{beyond}"
        f" order by at {direction}, id {direction} limit {need}) p on true"
    )
    down = conditions.downward(way)
    keys = sorted((Key(ms_of(at), order_id) for _, _, order_id, at in rows if order_id), reverse=down)
    if rows[0][0] > most:
        return Hits([], 0 if rest or few or doubled else most, overflow=True)
    return Hits(keys, int(rows[0][1]), overflow=False)
