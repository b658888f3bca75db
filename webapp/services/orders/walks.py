"""Reading the list in its own order through indexes: one branch for each combination of values, merged.

Data model, section 4. `status in (…) order by ordered_at` must not be used: it sorts everything. What no index serves
is looked for in bounded steps, and the answer says how far back it has looked.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from webapp.models.types import to_ms
from webapp.services.orders.conditions import BESIDE, COLUMNS, Conditions, Part
from webapp.services.orders.cursors import Key, Way
from webapp.services.orders.search import full_text
from webapp.services.statements import ReadSession, Statement, ms_of

FIRST_STEP = 5_000
"""Orders that the first step of a bounded walk looks at: enough for common cases."""
WHOLE_STEP = 18_000
"""Orders that one page looks at before it shows what it has."""
BESIDE_STEP = 10_000
"""The same where other tables are walked or asked too: each entry leads to more rows."""
MANY_BRANCHES, LIKELY_STEP = 20, 1_500
"""Of more branches by account than this the accounts are first looked for in so many orders of all: those who name
many accounts mostly name the busy ones too."""
COUNT_CAP = 10_000
"""Above this a count that totals do not know is shown as "10,000+"; nor are more orders looked at for it."""

_NUMBERS = frozenset({"account_id", "assigned_to", "tag_id", "warehouse_id"})
FACETS = frozenset({"shipments", "order_lines", "order_tags"})
"""Tables of which an order may have several rows, each with a copy of when it was ordered."""


@dataclass(frozen=True, slots=True)
class Source:
    """What drives a walk: the branches of an index, and the parts of the conditions that these branches hold already.

    `table` is `orders`, one of `FACETS`, or (SQLite) `order_fts`; all but `orders` only know when an order was ordered.
    `values` has one tuple for each branch, in the order of
    `columns`; `fixed` is said in each branch besides.
    """

    table: str = "orders"
    columns: tuple[str, ...] = ()
    values: tuple[tuple[int | str, ...], ...] = ((),)
    covers: frozenset[Part] = field(default=frozenset({Part.DAYS}))
    fixed: str = "1 = 1"


@dataclass(frozen=True, slots=True)
class Walked:
    """What a walk found, in the order in which it walked, and where it stopped looking (None: at the end)."""

    keys: list[Key]
    edge: Key | None


def walk(
    session: ReadSession, conditions: Conditions, source: Source, way: Way, start: Key | None, need: int
) -> Walked:
    """The first `need` orders after (or before) `start` that meet the conditions, or all that two steps came upon."""
    if len(source.values) > MANY_BRANCHES and not conditions.parts - source.covers and "account_id" in source.columns:
        keys, _edge = _step(session, conditions, _of_all_accounts(source), way, start, need, LIKELY_STEP)
        if len(keys) >= need:
            return Walked(keys, None)
    found: list[Key] = []
    edge: Key | None = start
    alone = source.table == "orders" and not (conditions.parts - source.covers) & BESIDE
    whole = WHOLE_STEP if alone else min(WHOLE_STEP, BESIDE_STEP)
    for step in (FIRST_STEP, whole - FIRST_STEP):
        keys, edge = _step(session, conditions, source, way, edge, need - len(found), step)
        found += keys
        if edge is None or len(found) >= need:
            return Walked(found[:need], None)
    return Walked(found, edge)


def _of_all_accounts(source: Source) -> Source:
    at = source.columns.index("account_id")
    values = dict.fromkeys(value[:at] + value[at + 1 :] for value in source.values)
    columns = source.columns[:at] + source.columns[at + 1 :]
    return replace(source, columns=columns, values=tuple(values), covers=source.covers - {Part.ACCOUNTS})


def _step(
    session: ReadSession, conditions: Conditions, source: Source, way: Way, start: Key | None, need: int, step: int
) -> tuple[list[Key], Key | None]:
    st = Statement(session)
    branches = _Branches(st, conditions, source, way, start)
    sql = branches.merged(need, max(step // len(source.values), need))
    keys: list[Key] = []
    edges: list[Key] = []
    for order_id, at, is_edge in st.run(sql):
        (edges if is_edge else keys).append(Key(ms_of(at), order_id))
    down = conditions.downward(way)
    keys = sorted(set(keys), reverse=down)
    if not edges:
        return keys[:need], None
    # A branch that stopped at its edge has not seen what lies beyond: there the others' orders may not be shown yet.
    edge = max(edges) if down else min(edges)
    seen = [key for key in keys if (key >= edge if down else key <= edge)]
    return seen[:need], edge


def count_walk(
    session: ReadSession, conditions: Conditions, source: Source, *, each: int | None = None
) -> tuple[int, bool]:
    """How many of the newest orders of the source meet the conditions, and whether that is all; it looks at
    `COUNT_CAP`, or at `FIRST_STEP` where each leads to rows of other tables, or at `each` in each branch."""
    st = Statement(session)
    branches = _Branches(st, conditions, source, Way.AFTER, None)
    cap = branches.count_cap
    value, everything = st.run(branches.counted(each or max((cap + 1) // len(source.values), 200)))[0]
    return (int(value), bool(everything)) if value <= cap else (cap, False)


class _Branches:
    """The SQL of all branches of one walk."""

    def __init__(self, st: Statement, conditions: Conditions, source: Source, way: Way, start: Key | None) -> None:
        self._st = st
        self._conditions = conditions
        self._source = source
        self._rest = conditions.parts - source.covers
        if source.table == "orders":
            self._tables, self._id, self._at = "orders t", "t.id", f"t.{conditions.sort.column}"
        elif source.table in FACETS:
            self._tables, self._id, self._at = f"{source.table} t", "t.order_id", "t.ordered_at"
        else:
            self._tables = "order_fts f cross join order_search t on t.sort_key = f.rowid"
            self._id, self._at = "t.order_id", "t.ordered_at"
        self._down = conditions.downward(way)
        self._direction = "desc" if self._down else "asc"
        self._where = self._range(way, start) + self._fixed()

    def merged(self, need: int, step: int) -> str:
        """Rows (id, at, is_edge) of every branch: its first `need` orders that meet the conditions, and, where
        it had to stop after `step` orders, the last that it looked at."""
        values = self._source.values
        if len(values) == 1:
            return self._branch(self._named(values[0]), need, step)
        if self._st.sqlite:
            branches = " union all ".join(self._branch(self._named(value), need, step) for value in values)
        else:
            lateral = self._branch(self._unnested(), need, step)
            branches = f"select p.* from {self._unnest()} cross join lateral ({lateral}) p"
        # The sort of a merged set is cheap: at most `need` rows a branch.
        order = f"order by at {self._direction}, id {self._direction} limit"
        return (
            f"with p as materialized ({branches})"
            f" select * from (select distinct id, at, is_edge from p where not is_edge {order} {need}) k"
            f" union all select * from (select id, at, is_edge from p where is_edge {order} 1) e"
        )

    @property
    def count_cap(self) -> int:
        """How many orders are looked at to count those that meet the conditions."""
        alone = not self._rest & BESIDE if self._source.table == "orders" else not self._rest
        return COUNT_CAP if alone else FIRST_STEP

    def counted(self, step: int) -> str:
        """One row: how many of the first `step` orders of each branch meet the conditions, and whether every branch was
        counted to its end."""
        values = self._source.values
        if self._source.table in FACETS:
            return self._counted_once(step)
        if self._source.table == "order_fts" and not self._rest:
            match = f"f.order_fts match {self._st.bind(full_text(self._conditions.query))}"
            return f"select count(*), count(*) < {step} from (select 1 from order_fts f where {match} limit {step}) x"
        if self._st.sqlite or len(values) == 1:
            branches = " union all ".join(self._counted(self._named(value), step) for value in values)
        else:
            lateral = self._counted(self._unnested(), step)
            branches = f"select p.* from {self._unnest()} cross join lateral ({lateral}) p"
        return f"select coalesce(sum(n), 0), coalesce(min(whole), 1) from ({branches}) x"

    def _counted_once(self, step: int) -> str:
        # An order may stand in two branches: it had parcels of both couriers, has both tags.
        windows = " union all ".join(
            f"select * from ({self._window(self._named(value), step, None)}) b" for value in self._source.values
        )
        meets = f"where {self._meets('d')}" if self._rest else ""
        account = ", account_id" if Part.ACCOUNTS in self._rest else ""
        return (
            f"with w as materialized ({windows}), d as (select distinct id{account} from w)"
            f" select (select count(*) from d {meets}), case when (select count(*) from w) < {step} then 1 else 0 end"
        )

    def _branch(self, keys: str, need: int, step: int) -> str:
        order = f"order by {self._order()}"
        if not self._rest:
            return f"select * from ({self._window(keys, need, 'false')}) w"
        edge = f"{self._select()}, true as is_edge from {self._tables} where {keys} and {self._where}"
        window = self._window(keys, step, None)
        meets = self._meets("w")
        # No ORDER BY outside the window: SQLite would sort all of it first instead of stopping at the last needed.
        sort = "" if self._st.sqlite else f" order by w.at {self._direction}, w.id {self._direction}"
        # The edge is looked for only where it is needed. As a condition SQLite would ask for each order of the table.
        needed = f"(select count(*) < {need} from m)"
        last = f"{order} limit {needed}" if self._st.sqlite else f"and {needed} {order} limit 1"
        return (
            "select * from ("
            f"with m as materialized (select w.id, w.at from ({window}) w where {meets}{sort} limit {need})"
            f" select id, at, false as is_edge from m union all select * from ({edge} {last} offset {step - 1}) e) b"
        )

    def _window(self, keys: str, limit: int, is_edge: str | None) -> str:
        columns = f", {is_edge} as is_edge" if is_edge else self._columns()
        return (
            f"{self._select()}{columns} from {self._tables} where {keys} and {self._where}"
            f" order by {self._order()} limit {limit}"
        )

    def _counted(self, keys: str, step: int) -> str:
        meets = f"case when {self._meets('w')} then 1 else 0 end" if self._rest else "1"
        window = (
            f"{self._select()}{self._columns()} from {self._tables} where {keys} and {self._where}"
            f" order by {self._order()} limit {step}"
        )
        whole = f"case when count(*) < {step} then 1 else 0 end"
        return f"select coalesce(sum({meets}), 0) as n, {whole} as whole from ({window}) w"

    def _select(self) -> str:
        # An order may have had two parcels of one courier, or have two lines of one SKU.
        distinct = "distinct " if self._source.table in ("shipments", "order_lines") else ""
        return f"select {distinct}{self._id} as id, {self._at} as at"

    def _columns(self) -> str:
        if self._source.table != "orders":
            return ", t.account_id" if Part.ACCOUNTS in self._rest else ""
        return "".join(f", t.{name}" for name in sorted({name for part in self._rest for name in COLUMNS[part]}))

    def _order(self) -> str:
        if self._source.table == "order_fts":
            return f"f.rowid {self._direction}"
        return f"{self._at} {self._direction}, {self._id} {self._direction}"

    def _meets(self, alias: str) -> str:
        if self._source.table == "orders":
            return self._conditions.sql(self._rest, self._st, alias)
        # Each of the other tables has the order's account as a copy: only who passes is looked up.
        meets = [self._conditions.sql({Part.ACCOUNTS}, self._st, alias)] if Part.ACCOUNTS in self._rest else []
        if others := self._rest - {Part.ACCOUNTS}:
            condition = f"{self._conditions.sql(others, self._st, 'o')}{self._st.always_by_key}"
            meets.append(f"exists (select 1 from orders o where o.id = {alias}.id and {condition})")
        return " and ".join(meets)

    def _fixed(self) -> str:
        source, days = self._source, Part.DAYS in self._conditions.parts & self._source.covers
        exact_days = f" and {self._conditions.sql([Part.DAYS], self._st, 't')}" if days else ""
        if source.table == "order_fts":
            return f" and order_fts match {self._st.bind(full_text(self._conditions.query))}"
        return f"{exact_days} and {source.fixed}"

    def _named(self, value: tuple[int | str, ...]) -> str:
        named = zip(self._source.columns, value, strict=True)
        return " and ".join(f"t.{column} = {self._st.bind(item)}" for column, item in named) or "1 = 1"

    def _unnested(self) -> str:
        return " and ".join(f"t.{column} = b.{column}" for column in self._source.columns)

    def _unnest(self) -> str:
        columns = zip(self._source.columns, zip(*self._source.values, strict=True), strict=True)
        arrays = ", ".join(self._st.array(items, "bigint" if name in _NUMBERS else "text") for name, items in columns)
        return f"unnest({arrays}) b({', '.join(self._source.columns)})"

    def _range(self, way: Way, start: Key | None) -> str:
        """From `start` on, within the days. Of two bounds on the same side only the nearer is said: SQLite would take
        the other for its index and read everything between."""
        low, high = self._conditions.bounds
        bounds: list[str] = []
        above = _Bound("<", start if self._down else None, None if high is None else to_ms(high))
        below = _Bound(">", None if self._down else start, None if low is None else to_ms(low))
        for bound in (above, below):
            bounds += bound.sql(self._st, self._at, self._id, full_text=self._source.table == "order_fts")
        return " and ".join(bounds) or "1 = 1"


@dataclass(frozen=True, slots=True)
class _Bound:
    """One end of a range of the list: beyond a key, or at a moment (milliseconds), whichever is nearer."""

    sign: str
    key: Key | None
    ms: int | None

    def sql(self, st: Statement, at: str, order_id: str, *, full_text: bool) -> Collection[str]:
        nearer = self.key is not None and (
            self.ms is None or (self.key.ms < self.ms if self.sign == "<" else self.key.ms >= self.ms)
        )
        if nearer and self.key is not None:
            row = f"({at}, {order_id}) {self.sign} ({st.moment_ms(self.key.ms)}, {st.bind(self.key.id)})"
            return [row, self._row_id(st, self.key)] if full_text else [row]
        if self.ms is None:
            return []
        if full_text:
            return [f"f.rowid {'<' if self.sign == '<' else '>='} {st.bind(self.ms << 20)}"]
        return [f"{at} {'<' if self.sign == '<' else '>='} {st.moment_ms(self.ms)}"]

    def _row_id(self, st: Statement, key: Key) -> str:
        # The order at the cursor may be gone: then from its millisecond on, the exact condition beside this one.
        beyond = (key.ms + 1) << 20 if self.sign == "<" else (key.ms << 20) - 1
        of_key = f"(select sort_key from order_search where order_id = {st.bind(key.id)})"
        return f"f.rowid {self.sign} coalesce({of_key}, {st.bind(beyond)})"
