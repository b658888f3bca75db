"""Loading the demo data into a database without orders.

One transaction holds all of it, indexes included: a load that is broken off anywhere has changed nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import OperationalError

from webapp.auth.passwords import hash_password
from webapp.clock import cut_to_ms
from webapp.database import make_engine
from webapp.demo import load_postgresql, load_sqlite
from webapp.demo.places import FEWEST_ACCOUNTS, MOST_ACCOUNTS
from webapp.demo.scatter import MOST_ORDERS
from webapp.demo.settling import settle
from webapp.demo.sign_in import DEMO_PASSWORD
from webapp.demo.world import Load, began_at
from webapp.models.types import to_ms

Progress = Callable[[str, int, int], None]
"""Called with the name of a step, how much of it is done, and of how much."""


def silent(_step: str, _done: int, _total: int) -> None:
    """Progress that nobody looks at."""


FEWEST_ORDERS = 10
DEFAULT_ORDERS = 3_000
DEFAULT_SEED = 2026


class CannotLoad(Exception):
    """The demo data cannot go into this database; the text says why in one line."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load brought."""

    orders: int
    customers: int


def load_demo(
    database: Engine | str,
    *,
    now: datetime,
    orders: int = DEFAULT_ORDERS,
    accounts: int = FEWEST_ACCOUNTS,
    seed: int = DEFAULT_SEED,
    progress: Progress = silent,
) -> Loaded:
    """Fill a database that has no orders with `orders` demo orders of the two years that end at `now`.

    They arrive at `accounts` channel accounts; more than the demo's own are further shops on its marketplaces.

    The same seed and `now` give the same rows (the salt of the password's hash aside); what is already there (people,
    stores) stays. Public tokens follow from the seed, so this is not for a shop with true buyers. Of more than
    250,000 orders PostgreSQL makes the rest itself from the first ones. Raises CannotLoad.
    """
    if not FEWEST_ORDERS <= orders < MOST_ORDERS:
        raise CannotLoad(f"{orders} orders can't be made: from {FEWEST_ORDERS} to {MOST_ORDERS - 1:,}")
    if not FEWEST_ACCOUNTS <= accounts <= MOST_ACCOUNTS:
        raise CannotLoad(f"{accounts} accounts can't be made: from {FEWEST_ACCOUNTS} to {MOST_ACCOUNTS}")
    engine = make_engine(database, limits=False) if isinstance(database, str) else database
    try:
        return _load(engine, cut_to_ms(now), orders, accounts, seed, progress)
    except OperationalError as error:
        if "lock" not in str(error.orig):  # "canceling statement due to lock timeout", "database is locked"
            raise
        raise CannotLoad("somebody is using the orders: stop the program first, then load") from error
    finally:
        if engine is not database:
            engine.dispose()


def has_orders(connection: Connection) -> bool:
    """Whether there is any order."""
    return connection.exec_driver_sql("select 1 from orders limit 1").first() is not None


def _load(engine: Engine, now: datetime, orders: int, accounts: int, seed: int, progress: Progress) -> Loaded:
    if not inspect(engine).has_table("orders"):
        raise CannotLoad("the database has no tables yet: run `lapak init` first")
    password_hash = hash_password(DEMO_PASSWORD)  # takes long: before the transaction
    loader = load_postgresql if engine.dialect.name == "postgresql" else load_sqlite
    with engine.execution_options(write=True).begin() as connection:
        loader.begin(connection)
        if has_orders(connection):
            raise CannotLoad("the database already has orders: demo data goes only into one without")
        places = settle(connection, began_at(now), password_hash, accounts)
        first_order, first_customer = loader.first_ids(connection)
        load = Load(orders, seed, to_ms(now), first_order, first_customer, places)
        customers = loader.load(connection, load, progress)
    progress("statistics", 0, 1)
    loader.analyze(engine, load)
    progress("statistics", 1, 1)
    return Loaded(orders, customers)
