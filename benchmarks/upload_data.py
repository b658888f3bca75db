"""Orders that wait to be changed by a file, and the files that change them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import BinaryIO

from flask import Flask
from sqlalchemy import Engine, select, text

from benchmarks.site import PERSON
from webapp import clock
from webapp.database import make_engine
from webapp.demo.folding import fold_totals
from webapp.domain.actors import Actor
from webapp.extensions import db
from webapp.models import User
from webapp.models.types import to_ms
from webapp.services.files import receive
from webapp.services.identities import actor_of
from webapp.services.importing.status_upload import start_status_upload

FROM, TO = "confirmed", "in_process"
SHUFFLED = "(id * 2654435761) % 4294967296"
"""An order that has nothing to do with how rows lie on disk: files come sorted by anything."""
_MAY_CHANGE = "status = 'completed' and not digital and not on_hold and acceptance <> 'awaiting'"


def prepare(url: str, count: int) -> list[str]:
    """Put the newest `count` orders that can be changed into one status, as if they had always been there; returns
    their numbers, newest first. Most demo orders were completed long ago, and a file changes those that were not."""
    engine = make_engine(url, limits=False)
    sqlite = engine.dialect.name == "sqlite"
    now = clock.now()
    bound = {"now": to_ms(now) if sqlite else now}
    with engine.execution_options(write=True).begin() as connection:
        connection.execute(
            text(
                f"update orders set status = '{FROM}', ship_by = :now where id in"
                f" (select id from orders where {_MAY_CHANGE} order by ordered_at desc, id desc limit {count})"
            ),
            bound,
        )
        fold_totals(connection)
        mine = text(
            f"select number from orders where status = '{FROM}' and ship_by = :now order by ordered_at desc, id desc"
        )
        numbers = list(connection.execute(mine, bound).scalars())
    settle(engine)
    engine.dispose()
    return numbers


def settle(engine: Engine) -> None:
    """Leave no trace of the preparation: no dead rows, nothing that waits to be written."""
    sqlite = engine.dialect.name == "sqlite"
    steps = ("pragma wal_checkpoint(truncate)",) if sqlite else ("vacuum (full, analyze) orders", "checkpoint")
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        for step in steps:
            connection.exec_driver_sql(step)


def as_file(rows: Iterable[tuple[str, str, str]]) -> bytes:
    """Numbers, statuses and comments as the CSV that a shop would send."""
    text_ = io.StringIO()
    writer = csv.writer(text_)
    writer.writerow(["order_number", "status", "comment"])
    writer.writerows(rows)
    return text_.getvalue().encode()


def start(app: Flask, file: BinaryIO, name: str) -> tuple[int, Actor]:
    """Take a file as a new job of the demo's owner; its id, and who asked."""
    user = db.session.scalars(select(User).where(User.email == PERSON)).one()
    actor = actor_of(db.session(), user)
    return start_status_upload(actor, receive(app.extensions["storage"], file), name), actor
