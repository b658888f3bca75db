"""A file of a hundred thousand new orders with their lines: checked, and then made by one worker."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import select

from benchmarks.plans import statements_of
from benchmarks.results import at_least, for_orientation
from benchmarks.running import Bench, Found
from benchmarks.site import PERSON, open_site
from benchmarks.uploads import Ended, all_changed, work_off
from webapp import clock
from webapp.extensions import db
from webapp.models import Store, User
from webapp.services.files import receive
from webapp.services.identities import actor_of
from webapp.services.importing.order_upload import start_order_upload

EXPLAINED = 500
"""Orders of one more file, run for its plans and not timed."""
HEADER = (
    "store", "channel_order_id", "ordered_at", "buyer_name", "buyer_phone", "buyer_email", "address", "city",
    "province", "postal_code", "payment_method", "sku", "item_name", "quantity", "unit_price", "shipping_fee", "notes",
)  # fmt: skip
LINES = (1, 1, 1, 2, 2, 3)
"""How many lines orders have, each as often: 1.7 on average."""


def run(bench: Bench) -> Found:
    """Parsing, deciding, customers, orders, contacts, lines, history, search text, totals, outcomes: the whole job."""
    count = bench.sizes.upload_rows
    with bench.databases.scratch(bench.sizes.orders) as url:
        app = open_site(url)
        with app.app_context():
            store = db.session.scalars(select(Store.code).order_by(Store.id).limit(1)).one()
            ended = upload(app, store, count, "a")
            with statements_of(db.engine) as sent:
                upload(app, store, EXPLAINED, "b")
            db.session.remove()
            db.engine.dispose()
    told = {"rows": ended.rows, "seconds": f"{ended.job:.1f}"}
    aim = 1_000 if bench.sqlite else 2_500
    rate = at_least(f"{count:,} new orders with lines, in a second", count / ended.job, aim, "/s", **told)
    both = count / (ended.check + ended.job)
    whole = for_orientation("the same with the check before", both, "/s", check=f"{ended.check:.1f} s")
    return Found([rate, whole], {f"job of {EXPLAINED} orders": sent})


def upload(app: Flask, store: str, count: int, name: str) -> Ended:
    """Check and run a file of `count` new orders. Raises RuntimeError unless every row went through."""
    data = io.BytesIO("".join(_lines(store, count, name)).encode())
    actor = actor_of(db.session(), db.session.scalars(select(User).where(User.email == PERSON)).one())
    job_id = start_order_upload(actor, receive(app.extensions["storage"], data), f"{name}.csv")
    return all_changed(work_off(actor, job_id))


def _lines(store: str, count: int, name: str) -> Iterator[str]:
    chance = random.Random(count)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER)
    began = clock.now() - timedelta(days=90)
    for n in range(count):
        writer.writerows(_order(chance, store, f"{name}-{n:07d}", began + timedelta(minutes=n % 129_600)))
        if n % 1_000 == 999 or n == count - 1:
            yield text.getvalue()
            text.seek(0)
            text.truncate()


def _order(chance: random.Random, store: str, number: str, at: datetime) -> Iterator[tuple[object, ...]]:
    buyer = chance.randrange(1_000_000)
    yield from (
        (
            store, number, f"{at:%Y-%m-%d %H:%M}", f"Pembeli {buyer} Santoso", f"0812{buyer:08d}",
            f"pembeli{buyer}@example.com", f"Jl. Melati No. {buyer % 300}", "Bandung", "Jawa Barat", "40115",
            "bank_transfer", f"SKU-{chance.randrange(5_000)}", f"Barang {line}", chance.randint(1, 4),
            f"{chance.randint(10, 400)}.000", "18.000", "",
        )
        for line in range(chance.choice(LINES))
    )  # fmt: skip
