"""What has to be there before anything runs: the instance folder, and the database with the newest schema."""

from __future__ import annotations

from pathlib import Path

import click
from flask_migrate import upgrade
from sqlalchemy import make_url

from webapp import logs
from webapp.app import create_app
from webapp.database import check_server, make_engine
from webapp.demo.filling import fill_if_empty
from webapp.settings import Settings


def prepare_database(settings: Settings) -> None:
    """Bring the database to the newest schema. Called within the application's context.

    Raises UnsuitableDatabase when it cannot carry this program; it is asked again after the migration, which brings
    what search needs.
    """
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = make_engine(settings.database_url, limits=False)
    try:
        check_server(engine)
        upgrade()
        check_server(engine)
    finally:
        engine.dispose()


@click.command()
@click.option("--demo", is_flag=True, help="Fill an empty database with demo data.")
def init(demo: bool) -> None:
    """Bring the database to the newest schema. Safe to repeat."""
    settings = Settings.from_env()
    logs.setup(settings)
    app = create_app(settings)
    with app.app_context():
        prepare_database(settings)
        if demo:
            fill_if_empty(app)
