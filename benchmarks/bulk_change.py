"""Changing the status of a hundred orders: the whole request against one UPDATE and one INSERT in SQL, committed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from benchmarks.databases import connect
from benchmarks.measuring import Times, interleave
from benchmarks.plans import plan_of, statements_of
from benchmarks.results import Figure, at_most, for_orientation
from benchmarks.running import Bench, Found
from benchmarks.site import Person, open_site
from webapp import clock
from webapp.extensions import db
from webapp.models.types import to_ms

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

CHANGE = "/admin/orders/status"
SIZE = 100
WARM_UP = 2
AT_WORK = 15
"""Changes there and back before anything is timed: a server has answered before."""
FROM, TO = "confirmed", "in_process"
Block = Sequence[tuple[int, str]]
"""Ids and numbers of orders that are changed together."""

_SELECTED = (
    f"select id, number from orders where status = '{FROM}' and acceptance <> 'awaiting' and not on_hold"
    " order by ordered_at desc, id desc"
)


def run(bench: Bench) -> Found:
    """Blocks of orders as they stand one after the other in the list; each is changed once, ours and bare in turn."""
    rounds = bench.sizes.bulk_rounds
    with bench.databases.scratch(bench.sizes.orders) as url:
        app = open_site(url)
        with app.app_context(), db.engine.connect() as connection:
            orders = [(row.id, row.number) for row in connection.execute(text(_SELECTED))]
        needed = 2 * (rounds + WARM_UP) + 1
        size = min(SIZE, len(orders) // needed)
        blocks = [orders[n * size : (n + 1) * size] for n in range(needed)]
        ours, bare = _Ours(Person(app)), _Bare(connect(url), sqlite=bench.sqlite)
        for _ in range(AT_WORK):
            for to in (TO, FROM):
                ours.change(ours.form(blocks[0], to))
        *forms, last = [ours.form(block, TO) for block in blocks[::2]]
        to_send, to_change = iter(forms), iter(blocks[1::2])
        times = interleave(
            {"ours": lambda: ours.change(next(to_send)), "bare": lambda: bare.change(next(to_change))},
            rounds=rounds,
            warm_up=WARM_UP,
        )
        plans = {"bare": bare.plans(blocks[-1])}
        bare.connection.close()
        with app.app_context(), statements_of(db.engine) as sent:
            ours.change(last)
        back = iter([ours.form(block, FROM, notify=True) for block in blocks[::2]])
        mailed = interleave({"ours": lambda: ours.change(next(back))}, rounds=rounds)["ours"]
        with app.app_context():
            db.engine.dispose()
    return Found(_figures(size, times["ours"], times["bare"], len(sent), mailed), {"request": sent} | plans)


def _figures(size: int, ours: Times, bare: Times, statements: int, mailed: Times) -> list[Figure]:
    return [
        at_most(
            f"{size} orders, the whole request, against UPDATE and INSERT", ours.median / bare.median, 3,
            ours=str(ours), against=str(bare),
        ),
        at_most("statements of the request", statements, 10, ""),
        for_orientation(f"{size} orders, with a message to every buyer", mailed.median, "ms", p95=mailed.p95),
    ]  # fmt: skip


class _Ours:
    """The form of the list's bulk action, sent by a signed-in person."""

    def __init__(self, person: Person) -> None:
        self._person = person

    def form(self, block: Block, to: str, *, notify: bool = False) -> WSGIEnvironment:
        """What the server gets for a block."""
        fields: dict[str, str | Sequence[str]] = {"rowid": [number for _id, number in block], "status": to}
        return self._person.form(CHANGE, fields | {"notify": "y"} if notify else fields)

    def change(self, form: WSGIEnvironment) -> None:
        """Send it; raises RuntimeError when a single order was refused."""
        status = self._person.post(form)
        if not status.startswith("302"):
            raise RuntimeError(f"the change was refused: {status}")


class _Bare:
    """The same for the database alone, on a connection of its own with the same settings."""

    def __init__(self, connection: Any, *, sqlite: bool) -> None:
        self.connection = connection
        self._sqlite = sqlite
        mark = "?" if sqlite else "%s"
        these = "id in (select value from json_each(?))" if sqlite else "id = any(%s)"
        self._update = f"update orders set status = '{TO}', version = version + 1, updated_at = {mark} where {these}"
        self._insert = (
            "insert into order_history (order_id, seq, kind, from_status, to_status, comment, notify, actor_kind,"
            f" actor_id, actor_name, at) select id, version, 'general', '{FROM}', '{TO}', '', false, 'person', 1,"
            f" 'Bench', {mark} from orders where {these}"
        )

    def change(self, block: Block) -> None:
        """UPDATE, INSERT, COMMIT."""
        bound = self._bound(block)
        if self._sqlite:
            self.connection.execute("begin immediate")
        self.connection.execute(self._update, bound)
        self.connection.execute(self._insert, bound)
        self.connection.execute("commit")

    def plans(self, block: Block) -> list[dict[str, Any]]:
        """The plans of both, changing nothing."""
        bound = self._bound(block)
        made = [plan_of(self.connection, self._update, bound, sqlite=self._sqlite)]
        # Not run: without the UPDATE its rows are there already.
        made.append(plan_of(self.connection, self._insert, bound, sqlite=self._sqlite, run=False))
        self.connection.rollback()
        return made

    def _bound(self, block: Block) -> tuple[Any, Any]:
        ids, now = [order_id for order_id, _number in block], clock.now()
        return (to_ms(now), json.dumps(ids)) if self._sqlite else (now, ids)
