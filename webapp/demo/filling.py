"""Demo data for a database that has nothing in it yet."""

from __future__ import annotations

from datetime import datetime

import click
from flask import Flask
from sqlalchemy import Engine

from webapp import clock
from webapp.demo.loading import DEFAULT_ORDERS, DEFAULT_SEED, Progress, has_orders, load_demo, silent
from webapp.extensions import db


def fill_if_empty(app: Flask) -> None:
    """Fill a database that has neither orders nor people with the demo data; leave any other alone."""
    with app.app_context():
        if ensure_demo(db.engine):
            click.echo(f"Loaded {DEFAULT_ORDERS:,} demo orders.")


def ensure_demo(
    engine: Engine,
    *,
    orders: int = DEFAULT_ORDERS,
    seed: int = DEFAULT_SEED,
    now: datetime | None = None,
    progress: Progress = silent,
) -> bool:
    """Load the demo data if the database has neither orders nor users; returns whether it did."""
    with engine.connect() as connection:
        users = connection.exec_driver_sql("select 1 from users limit 1").first()
        if users is not None or has_orders(connection):
            return False
    load_demo(engine, orders=orders, seed=seed, now=now or clock.now(), progress=progress)
    return True
