"""`lapak demo`: fill a database that has no orders."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any, Self

import click

from webapp import clock
from webapp.demo.loading import DEFAULT_ORDERS, DEFAULT_SEED, FEWEST_ORDERS, CannotLoad, load_demo
from webapp.demo.places import FEWEST_ACCOUNTS, MOST_ACCOUNTS
from webapp.demo.scatter import MOST_ORDERS
from webapp.demo.sign_in import demo_sign_in
from webapp.settings import Settings

_STEPS = {
    "orders": "Loading orders",
    "copies": "Multiplying orders",
    "totals": "Adding up totals",
    "indexes": "Building indexes",
    "statistics": "Gathering statistics",
}


class Refused(click.ClickException):
    """Ends the command with status 2: this database can't take demo data."""

    exit_code = 2


@click.command()
@click.option(
    "--orders",
    type=click.IntRange(FEWEST_ORDERS, MOST_ORDERS - 1),
    default=DEFAULT_ORDERS,
    show_default=True,
    help="How many orders.",
)
@click.option(
    "--accounts",
    type=click.IntRange(FEWEST_ACCOUNTS, MOST_ACCOUNTS),
    default=FEWEST_ACCOUNTS,
    show_default=True,
    help="At how many channel accounts they arrive.",
)
@click.option("--seed", type=int, default=DEFAULT_SEED, show_default=True, help="The same seed gives the same orders.")
def demo(orders: int, accounts: int, seed: int) -> None:
    """Fill a database that has no orders with demo stores, people and orders of the last two years."""
    settings = Settings.from_env()
    began = time.monotonic()
    try:
        with _Shown() as shown:
            loaded = load_demo(
                settings.database_url,
                now=clock.now(),
                orders=orders,
                accounts=accounts,
                seed=seed,
                progress=shown.progress,
            )
    except CannotLoad as error:
        raise Refused(str(error)) from error
    seconds = time.monotonic() - began
    click.echo(f"Loaded {loaded.orders:,} orders of {loaded.customers:,} customers in {seconds:.1f} s.")
    click.echo(demo_sign_in())


class _Shown:
    """Shows progress: a bar on a terminal, one line a step elsewhere."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._step = ""
        self._bar: Any = None
        self._done = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def progress(self, step: str, done: int, total: int) -> None:
        """What a load reports (`loading.Progress`)."""
        if step != self._step:
            self._close()
            self._step, self._done = step, 0
            if self._terminal:
                label = f"{_STEPS[step]:22}"
                self._bar = click.progressbar(length=total, label=label, show_eta=False, file=sys.stderr)
                self._bar.__enter__()
            else:
                click.echo(_STEPS[step], err=True)
        if self._bar is not None:
            self._bar.update(done - self._done)
            self._done = done

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
            self._bar = None
