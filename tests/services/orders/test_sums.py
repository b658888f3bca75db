"""Whatever eight people do at once: what is shown is what a plain recount of the orders gives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from tests.factories import Shop, make_orders, totals_recounted
from tests.services.at_once import at_once
from tests.services.orders.recount import differences
from tests.services.orders.writers import Board, Writer
from webapp import clock
from webapp.domain.actors import EVERYTHING, Scope
from webapp.domain.order_acts import Outcome
from webapp.domain.order_status import OrderStatus
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.services.orders.bulk import change_status, set_tracking
from webapp.services.orders.tag import create_tag, tag_orders
from webapp.services.totals import fold, recount

OPERATIONS = 10_000
WRITERS = (Role.ADMIN, Role.OWNER, Role.CS, Role.ADMIN, Role.CS, Role.OWNER, Role.WAREHOUSE, Role.PROVIDER)
ALWAYS = frozenset(
    {"create", "move", "pay", "delete", "edit", "undo", "assign", "tag", "track", "tell", "status upload",
     "orders upload", "undo of a job"}
)  # fmt: skip
"""What the writers do, each of which has to succeed now and then, or the test would try nothing."""


def scopes(shop: Shop) -> Sequence[Scope]:
    """Everything, one store, one account of it, a fulfilment provider, and nothing."""
    return (
        EVERYTHING,
        Scope(frozenset({shop.onyu_manual})),
        Scope(frozenset({shop.shopee})),
        Scope(warehouse_id=shop.warehouse, restricted=True),
        Scope(frozenset()),
    )


def told(shop: Shop) -> list[str]:
    """What is not as a recount says."""
    db.session.rollback()
    with db.engine.connect() as connection:
        return differences(connection, scopes(shop), clock.now())


def deadlocks() -> int:
    """How often PostgreSQL had to end somebody's transaction so that others get on; on SQLite that can't happen."""
    if db.engine.dialect.name == "sqlite":
        return 0
    db.session.rollback()
    db.session.execute(text("select pg_stat_force_next_flush()"))
    db.session.rollback()
    seen = db.session.scalar(text("select deadlocks from pg_stat_database where datname = current_database()"))
    return int(seen or 0)


@pytest.mark.usefixtures("rung")
def test_sums_hold_after_ten_thousand_changes_by_eight_writers(app: Flask, shop: Shop) -> None:
    actor = shop.actor()
    for name in ("VIP", "Fragile"):
        create_tag(actor, name)
    board = Board(shop, app.extensions["storage"], (shop.manual, shop.shopee, shop.onyu_manual))
    board.numbers.extend(order.number for order in make_orders(shop.manual, 60))
    writers = [
        Writer(board, shop.actor(role), seed, OPERATIONS // len(WRITERS)) for seed, role in enumerate(WRITERS, 10)
    ]
    tangled = deadlocks()
    tried = at_once(app, *(writer.work for writer in writers))
    assert sum(tried) >= OPERATIONS
    assert deadlocks() == tangled
    writers[0].take_back_a_job_alone()
    came_to = board.came_to()
    assert {kind for kind, outcomes in came_to.items() if outcomes[Outcome.OK]} == ALWAYS, came_to
    assert told(shop) == []
    fold(db.engine)
    assert told(shop) == []
    assert recount(db.engine) == []
    assert totals_recounted() == []


SPOILT: dict[str, tuple[str, str]] = {
    "a folded sum": ("update order_totals set total = total + 1 where grain = 'all'", "totals"),
    "a folded count": ("update order_totals set orders = orders - 1 where grain = 'all'", "tabs"),
    "a folded day": ("update order_totals set orders = orders + 1 where grain = 'day'", "overview days"),
    "a change that waits": ("delete from order_totals_changes where orders > 0", "overview worth"),
    "an order past the totals": ("update orders set status = 'closed' where status = 'canceled'", "overview statuses"),
    "a history row": ("delete from order_history where seq = 2", "history"),
    "a searched text": ("update order_search set doc = doc || ' batik'", "search"),
    "a copy in a facet table": ("update order_tags set account_id = account_id + 1", "copies"),
    "a parcel's copy": ("update shipments set account_id = account_id + 1", "copies"),
    "an amount": ("update orders set total = total + 1", "amounts"),
}


def test_the_recount_finds_what_is_wrong(app: Flask, shop: Shop) -> None:
    actor = shop.actor()
    create_tag(actor, "VIP")
    at = datetime(2026, 11, 18, 3, 0, tzinfo=UTC)
    numbers = [order.number for order in make_orders(shop.manual, 6, ordered_at=at)]
    fold(db.engine)
    change_status(actor, numbers[:2], OrderStatus.CANCELED)
    set_tracking(actor, numbers[3], "jne", "JP1234567890")
    tag_orders(actor, numbers[3:], ["vip"])
    make_orders(shop.onyu_manual, 2, ordered_at=at + timedelta(days=1))
    assert told(shop) == []
    for what, (spoil, named) in SPOILT.items():
        with db.engine.execution_options(write=True).connect() as connection:
            assert connection.execute(text(spoil)).rowcount
            found = differences(connection, [EVERYTHING], clock.now())
            connection.rollback()
        assert any(named in each for each in found), (what, found)
    assert told(shop) == []
