"""What tests of the orders upload share: a file taken, mapped and applied, and what came of it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from webapp.domain.actors import Actor
from webapp.extensions import db
from webapp.integrations.storage.local import LocalStorage
from webapp.models import Job, JobRow, Order, OrderChannel, OrderContact, OrderLine
from webapp.services.files import receive
from webapp.services.importing.order_mapping import OrderMapping
from webapp.services.importing.order_upload import start_order_upload
from webapp.services.jobs import confirm_job, map_job, run_job


def csv(header: str, *rows: str) -> bytes:
    """A CSV file."""
    return "\n".join([header, *rows]).encode()


def job(job_id: int) -> Job:
    """The job as the database has it now."""
    db.session.rollback()
    return db.session.get_one(Job, job_id, populate_existing=True)


def upload(actor: Actor, storage: LocalStorage, data: bytes, name: str = "orders.csv", **mapping: Any) -> Job:
    """Take a file and check it; with `mapping` it is read so."""
    how = OrderMapping(**mapping) if mapping else None
    job_id = start_order_upload(actor, receive(storage, io.BytesIO(data)), name, mapping=how)
    assert run_job(job_id, storage)
    return job(job_id)


def remap(actor: Actor, storage: LocalStorage, job_id: int, *, again: bool = False, **mapping: Any) -> Job:
    """Read a checked file in another way."""
    map_job(actor, job_id, OrderMapping(**mapping), again=again)
    assert run_job(job_id, storage)
    return job(job_id)


def run(actor: Actor, storage: LocalStorage, job_id: int) -> Job:
    """Confirm a checked file and work on it to its end."""
    confirm_job(actor, job_id)
    while not run_job(job_id, storage):
        pass
    return job(job_id)


def apply(actor: Actor, storage: LocalStorage, data: bytes, **mapping: Any) -> Job:
    """Upload, confirm and run a file to its end."""
    checked = upload(actor, storage, data, **mapping)
    assert checked.state == "ready", checked.error_code
    assert (checked.preview or {})["stage"] == "checked", checked.preview
    return run(actor, storage, checked.id)


def outcomes(job_id: int) -> list[tuple[str, str | None]]:
    """Outcome and code of each row, in the order of the file."""
    db.session.rollback()
    query = select(JobRow.outcome, JobRow.code).where(JobRow.job_id == job_id).order_by(JobRow.row_no)
    return [(row.outcome, row.code) for row in db.session.execute(query)]


def params(job_id: int, row: int) -> dict[str, Any]:
    """What is kept about why a row failed."""
    db.session.rollback()
    return db.session.scalars(select(JobRow.params).where(JobRow.job_id == job_id, JobRow.row_no == row)).one() or {}


def orders() -> Sequence[Order]:
    """All orders, oldest first."""
    db.session.rollback()
    return db.session.scalars(select(Order).order_by(Order.id)).all()


def lines(order_id: int) -> list[tuple[str | None, str, int, int]]:
    """The lines of an order: SKU, name, quantity, unit price."""
    query = select(OrderLine).where(OrderLine.order_id == order_id).order_by(OrderLine.line_no)
    return [(line.sku, line.name, line.quantity, line.unit_price) for line in db.session.scalars(query)]


def contact(order_id: int) -> OrderContact:
    """The buyer of an order."""
    return db.session.scalars(select(OrderContact).where(OrderContact.order_id == order_id)).one()


def channel_id(order_id: int) -> str | None:
    """The number that an order has elsewhere."""
    return db.session.scalar(select(OrderChannel.channel_order_id).where(OrderChannel.order_id == order_id))
