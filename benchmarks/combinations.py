"""Two hundred random lists of a million orders: no statement may read more than 50,000 rows or last longer than 100 ms.

On PostgreSQL the rows are those of EXPLAIN (ANALYZE): what every scan read, kept or not. SQLite has no such count: its
machine's steps are counted, and divided by what a row takes where each row leads to another one by its key.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import Engine, text

from benchmarks.databases import NOW, connect
from benchmarks.plans import heard, plan_of
from benchmarks.results import Figure, at_most, for_orientation
from benchmarks.running import Bench, Found
from benchmarks.site import open_site
from webapp.demo.words_id import GIVEN_NAMES, OLD_GIVEN_NAME, SECOND_NAMES
from webapp.domain.actors import EVERYTHING, Scope
from webapp.domain.order_status import TABS, OrderStatus
from webapp.domain.payment import PaymentMethod, PaymentStatus
from webapp.extensions import db
from webapp.services.orders.cursors import FIRST, LAST, Cursor, Key, Way
from webapp.services.orders.filters import DateKind, ListFilter, Printed, Sort
from webapp.services.orders.query import list_orders

MOST_ROWS, MOST_MS = 50_000, 100
STEPS = 100
"""So many steps of SQLite's machine are counted at once."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One statement of one list, what it read and how long it took."""

    flt: str
    statement: str
    params: Any
    rows: float
    ms: float


def run(bench: Bench) -> Found:
    """Each list once as a page would ask for it; every statement is then run again by itself, twice, and counted."""
    url = bench.databases.loaded(bench.sizes.orders)
    app, connection, chance = open_site(url), connect(url), Random(200)
    asked: list[Asked] = []
    with app.app_context():
        world = _World(db.engine, chance)
        meter = _Meter(connection, sqlite=bench.sqlite)
        for _ in range(bench.sizes.combinations):
            scope, flt, cursor = world.scope(), world.filter(), world.cursor()
            with _sent(db.engine) as sent:
                list_orders(db.session(), scope, flt, cursor=cursor, now=NOW)
            db.session.rollback()
            told = " ".join(f"{name}={value}" for name, value in flt.to_params()) or "everything"
            asked += [Asked(told, sql, params, *meter(sql, params)) for sql, params in sent]
        for engine in db.engines.values():
            engine.dispose()
    greediest, slowest = max(asked, key=lambda each: each.rows), max(asked, key=lambda each: each.ms)
    worst = {
        name: [{"filter": each.flt} | plan_of(connection, each.statement, each.params, sqlite=bench.sqlite)]
        for name, each in (("greediest", greediest), ("slowest", slowest))
    }
    connection.close()
    return Found(_figures(asked, greediest, slowest), worst)


def _figures(asked: list[Asked], greediest: Asked, slowest: Asked) -> list[Figure]:
    by_time = sorted(each.ms for each in asked)
    return [
        at_most(f"rows read by the greediest of {len(asked):,} statements", greediest.rows, MOST_ROWS, "rows",
                list=greediest.flt),
        at_most(f"the slowest of {len(asked):,} statements", slowest.ms, MOST_MS, "ms", list=slowest.flt),
        for_orientation("19 of 20 statements stay below", by_time[len(by_time) * 19 // 20], "ms"),
    ]  # fmt: skip


class _World:
    """What there is to filter by, and the dice."""

    def __init__(self, engine: Engine, chance: Random) -> None:
        self._chance = chance
        with engine.connect() as connection:

            def column(sql: str) -> list[Any]:
                return list(connection.execute(text(sql)).scalars())

            self._stores = column("select code from stores")
            self._accounts = column("select id from channel_accounts")
            self._channels = column("select distinct channel from channel_accounts")
            self._warehouses = column("select id from warehouses")
            self._couriers = column("select courier from shipments where courier is not null limit 400")
            self._people = column("select email from users")
            some = column("select max(id) from orders")[0]
            ids = ", ".join(str(chance.randrange(1, some)) for _ in range(60))
            self._skus = column(f"select sku from order_lines where order_id in ({ids}) and sku is not null")
            self._names = column(f"select buyer_name from order_contacts where order_id in ({ids})")
            self._phones = column(f"select phone_key from order_contacts where order_id in ({ids})")
            self._numbers = column(f"select number from orders where id in ({ids})")
            self._keys = [
                Key(int((NOW - timedelta(days=chance.randrange(700))).timestamp() * 1000), chance.randrange(some))
                for _ in range(40)
            ]

    def scope(self) -> Scope:
        """Whose list it is: mostly everybody's, sometimes some accounts', sometimes a provider's."""
        dice = self._chance.random()
        if dice < 0.6:
            return EVERYTHING
        if dice < 0.85:
            return Scope(frozenset(self._chance.sample(self._accounts, self._chance.randrange(1, len(self._accounts)))))
        return Scope(warehouse_id=self._chance.choice(self._warehouses), restricted=True)

    def cursor(self) -> Cursor:
        """The first page, the last, or one from anywhere."""
        dice = self._chance.random()
        if dice < 0.5:
            return FIRST
        if dice < 0.65:
            return LAST
        return Cursor(self._chance.choice(list(Way)), self._chance.choice(self._keys))

    def filter(self) -> ListFilter:
        """Up to four fields at once."""
        chance, first = self._chance, (NOW - timedelta(days=self._chance.randrange(700))).date()
        last = first + timedelta(days=chance.randrange(120))
        fields: list[dict[str, Any]] = [
            {"tab": chance.choice(tuple(TABS))},
            {"status": tuple(chance.sample(tuple(OrderStatus), chance.randrange(1, 4)))},
            {"payment_status": tuple(chance.sample(tuple(PaymentStatus), chance.randrange(1, 3)))},
            {"payment_method": (chance.choice(tuple(PaymentMethod)),)},
            {"store": tuple(chance.sample(self._stores, chance.randrange(1, 4)))},
            {"channel": (chance.choice(self._channels),)},
            {"courier": (chance.choice(self._couriers),)},
            {"printed": (chance.choice(tuple(Printed)),)},
            {"arranged": chance.random() < 0.5, "tab": "to_ship"},
            {"overdue": True},
            {"awaiting": True},
            {"sku": (chance.choice(self._skus),)},
            {"assigned": (chance.choice([*self._people, "none"]),)},
            {"first_day": first, "last_day": last},
            {"date": chance.choice(tuple(DateKind)), "first_day": first, "last_day": last},
            {"q": self._words()},
            {"q": self._words()},
        ]
        chosen: dict[str, Any] = {}
        for some in chance.sample(fields, chance.randrange(0, 5)):
            chosen |= some
        flt = ListFilter(**chosen)
        return flt.moved(sort=chance.choice((Sort.NEWEST, Sort.NEWEST, *flt.sorts)))

    def _words(self) -> str:
        chance = self._chance
        return chance.choice(
            (
                chance.choice(GIVEN_NAMES),
                f"{chance.choice(GIVEN_NAMES)} {chance.choice(SECOND_NAMES)}",
                OLD_GIVEN_NAME,
                chance.choice(self._names),
                chance.choice(self._names)[:4],
                (chance.choice(self._phones) or "81288401127")[-chance.choice((4, 6)) :],
                chance.choice(self._numbers)[-chance.choice((4, 6, 8)) :],
                chance.choice(self._skus)[:6],
                "tidakadasamasekali",
            )
        )


@contextmanager
def _sent(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """Every reading statement that is sent while the block runs, with its values."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if statement.lstrip().lower().startswith(("select", "with")):
            sent.append((statement, parameters))

    with heard(engine, note):
        yield sent


class _Meter:
    """Runs a statement by itself: the rows that it reads, and the quicker of two times in milliseconds."""

    def __init__(self, connection: Any, *, sqlite: bool) -> None:
        self._connection = connection
        self._sqlite = sqlite
        self._steps = 0
        self._a_row = self._steps_of_a_row() if sqlite else 1.0

    def __call__(self, statement: str, params: Any) -> tuple[float, float]:
        times = []
        for _ in range(2):
            began = time.perf_counter()
            self._connection.execute(statement, params).fetchall()
            times.append((time.perf_counter() - began) * 1000)
        rows = self._steps_taken(statement, params) / self._a_row if self._sqlite else self._rows(statement, params)
        if not self._sqlite:
            self._connection.rollback()
        return rows, min(times)

    def _rows(self, statement: str, params: Any) -> float:
        found = self._connection.execute(f"explain (analyze, timing off, format json) {statement}", params)
        return _read(found.fetchone()[0][0]["Plan"])

    def _steps_of_a_row(self) -> float:
        read = f"from (select order_id from order_contacts limit {MOST_ROWS // 2}) w"
        rows = 2 * self._connection.execute(f"select count(*) {read}").fetchone()[0]
        beside = "exists (select 1 from orders o where o.id = w.order_id and o.payment_method = 'nothing')"
        return self._steps_taken(f"select count(*) {read} where {beside}", ()) / rows

    def _steps_taken(self, statement: str, params: Any) -> int:
        self._steps = 0
        self._connection.set_progress_handler(self._count, STEPS)
        self._connection.execute(statement, params).fetchall()
        self._connection.set_progress_handler(None, 0)
        return self._steps

    def _count(self) -> int:
        self._steps += STEPS
        return 0


def _read(node: dict[str, Any]) -> float:
    """What the scans of a plan read, kept or thrown away."""
    rows = sum(_read(child) for child in node.get("Plans", ()))
    if "Relation Name" in node or node["Node Type"] == "Bitmap Index Scan":
        passed = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")
        rows += float(sum(node.get(name, 0) for name in passed) * node["Actual Loops"])
    return float(rows)
