"""`lapak orders export`: what the list's download does, on the command line and at any size."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import click

from webapp import formats
from webapp.commands.running import act_as, application
from webapp.domain.errors import Code, Problem
from webapp.domain.permissions import Permission
from webapp.extensions import db
from webapp.services.exporting.choice import Choice, Format, Rows
from webapp.services.exporting.order_files import Download, Told, csv_pieces, xlsx_file
from webapp.services.orders.filters import ListFilter
from webapp.services.orders.query import Count, count_orders
from webapp.services.unit_of_work import end_reading
from webapp.spreadsheets.writing import SheetFull

FILTERS = (
    "tab", "q", "status", "payment_status", "payment_method", "store", "channel", "account", "courier", "warehouse",
    "printed", "arranged", "due", "acceptance", "sku", "tag", "assigned", "date", "from", "to", "sort",
)  # fmt: skip
"""The list's parameters, each an option; all of them can be repeated, as in an address."""
SAID_EVERY = 20_000
"""Orders between two lines of progress where there is no terminal."""


def _list_options(command: Callable[..., None]) -> Callable[..., None]:
    for name in reversed(FILTERS):
        option = click.option(f"--{name.replace('_', '-')}", name, multiple=True, help="As in the list's address.")
        command = option(command)
    return command


@click.command()
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Where to; else to the output.")
@click.option("--format", "kind", type=click.Choice([f.value for f in Format]), help="Else by the name of the file.")
@click.option("--rows", type=click.Choice([r.value for r in Rows]), default=Rows.ORDERS.value, help="What a row is.")
@click.option("--columns", help="Names with commas between. Else all.")
@click.option("--as", "email", metavar="EMAIL", help="What this person may see. Else everything.")
@_list_options
def export(
    output: Path | None, kind: str | None, rows: str, columns: str | None, email: str | None, **flt: Any
) -> None:
    """Write the orders that the list shows into a file, in its order."""
    kind = kind or (output.suffix.lstrip(".").lower() if output is not None else "") or Format.CSV.value
    if output is None and kind == Format.XLSX:
        raise click.UsageError("an XLSX file needs a place: -o FILE")
    if output is not None and not output.absolute().parent.is_dir():
        raise click.BadParameter(f"there is no folder {output.absolute().parent}", param_hint="--output")
    with application():
        actor = act_as(email)
        if not actor.may(Permission.ORDERS_EXPORT):
            _give_up([Problem(Code.NO_PERMISSION, {"number": output.name if output else "orders"})])
        asked, unknown = ListFilter.from_params({name: list(values) for name, values in flt.items()})
        asked = asked.seen_by(email.lower() if email else "")
        named = [columns] if columns else []
        choice, wrong = Choice.from_params({"format": [kind], "rows": [rows], "columns": named}, actor.scope)
        if unknown or wrong:
            _give_up([*unknown, *wrong])
        count = count_orders(db.session(), actor.scope, asked)
        end_reading()
        with _progress(count) as told:
            _write(Download(actor.scope, asked, choice), output, told)


def _give_up(problems: list[Problem]) -> None:
    for problem in problems:
        click.echo(formats.problem_text(problem), err=True)
    sys.exit(2)


def _write(download: Download, output: Path | None, told: Told) -> None:
    if download.choice.format is Format.CSV:
        with _place(output) as stream:
            for piece in csv_pieces(download, told):
                stream.write(piece)
    elif output is not None:
        try:
            xlsx_file(output, download, told)
        except SheetFull as full:
            raise click.UsageError(f"{full}: use CSV, or fewer orders") from full


@contextmanager
def _place(output: Path | None) -> Iterator[BinaryIO]:
    if output is None:
        yield sys.stdout.buffer
        return
    with output.open("wb") as stream:
        yield stream


@contextmanager
def _progress(count: Count) -> Iterator[Told]:
    """What tells of the orders done: a bar on a terminal, one line a step elsewhere."""
    total = count.value if count.exact else None
    if sys.stderr.isatty():
        with click.progressbar(length=total or count.value, label="Writing orders", file=sys.stderr) as bar:

            def move(done: int) -> None:
                bar.update(done - bar.pos)

            yield move
        return
    said = 0

    def say(done: int) -> None:
        nonlocal said
        if done - said >= SAID_EVERY:
            click.echo(f"{done} orders" if total is None else f"{done} of {total} orders", err=True)
            said = done

    yield say
