"""`lapak doctor`: recompute what is kept twice, say the differences, and mend them."""

from __future__ import annotations

import sys

import click

from webapp.commands.running import application
from webapp.database import make_engine
from webapp.services.totals import recount, repair

CHECKS = ("totals",)


@click.command()
@click.argument("name", type=click.Choice(CHECKS), required=False)
@click.option("--repair", "mend", is_flag=True, help="Mend what differs.")
def doctor(name: str | None, mend: bool) -> None:
    """Check the database (all checks, or the one called NAME); exit 1 on a difference."""
    with application() as app:
        # Every order is read: without the time limits of web and worker.
        engine = make_engine(app.config["SETTINGS"].database_url, limits=False)
        found = 0
        for check in CHECKS if name is None else (name,):
            differences = repair(engine) if mend else recount(engine)
            found += len(differences)
            for difference in differences:
                click.echo(f"{check}: {difference}")
            click.echo(f"{check}: {len(differences)} differences{' mended' if mend and differences else ''}")
        engine.dispose()
        sys.exit(1 if found and not mend else 0)
