"""A hundred thousand orders as CSV against COPY … TO of the same columns, and how soon a download begins."""

from __future__ import annotations

import csv
import io
import tempfile
import time
from datetime import timedelta
from typing import Any, BinaryIO

from benchmarks.databases import NOW, connect
from benchmarks.measuring import interleave
from benchmarks.plans import plan_of, statements_of
from benchmarks.results import at_least, at_most, for_orientation
from benchmarks.running import Bench, Found
from benchmarks.site import Person, open_site
from webapp.domain.actors import EVERYTHING
from webapp.extensions import db
from webapp.services.exporting.choice import Choice, Format
from webapp.services.exporting.order_files import Download, csv_pieces
from webapp.services.orders.filters import ListFilter

WHOLE = Download(EVERYTHING, ListFilter(), Choice(Format.CSV))
DAYS = 7
"""So many days' orders are few enough to be downloaded while somebody waits."""
BARE = """select o.number order_number, a.channel, a.name account, s.name store, x.channel_order_id, o.status,
 o.payment_status, o.payment_method, {ordered_at} ordered_at, c.buyer_name, c.buyer_phone, c.buyer_email, c.address,
 c.district, c.city, c.province, c.postal_code, p.courier, p.tracking_number, o.currency, o.subtotal, o.shipping_fee,
 o.discount, o.total, o.item_count
 from orders o join channel_accounts a on a.id = o.account_id join stores s on s.id = o.store_id
 left join order_contacts c on c.order_id = o.id left join order_channel x on x.order_id = o.id
 left join shipments p on p.id =
 (select max(y.id) from shipments y where y.order_id = o.id and y.state <> 'canceled')
 order by o.ordered_at desc, o.id desc"""
BARE_SQLITE = BARE.format(ordered_at="strftime('%Y-%m-%d %H:%M', o.ordered_at / 1000, 'unixepoch', '+7 hours')")
BARE_POSTGRESQL = BARE.format(ordered_at="to_char(o.ordered_at at time zone s.timezone, 'YYYY-MM-DD HH24:MI')")


def run(bench: Bench) -> Found:
    """The whole file, as the job and the command line write it, in this process; both sides into a file."""
    orders = bench.sizes.export_orders
    url = bench.databases.loaded(orders)
    app = open_site(url)
    connection = connect(url)
    bare = _bare_sqlite if bench.sqlite else _bare_postgresql
    with app.app_context():
        times = interleave(
            {"ours": lambda: _into_file(_ours), "bare": lambda: _into_file(lambda file: bare(connection, file))},
            rounds=bench.sizes.export_rounds,
            warm_up=1,
        )
        with statements_of(db.engine) as sent:
            for _ in csv_pieces(Download(EVERYTHING, _days(), Choice(Format.CSV))):
                pass
        plan = plan_of(connection, BARE_SQLITE if bench.sqlite else BARE_POSTGRESQL, sqlite=bench.sqlite)
    ours, against = times["ours"], times["bare"]
    first, row = _first_bytes(Person(app), bench.sizes.rounds // 2)
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()
    connection.close()
    what = "csv module over one SELECT" if bench.sqlite else "COPY … TO"
    figures = [
        at_least(
            f"CSV of {orders:,} orders, whole, speed against {what}", against.median / ours.median, 0.2,
            ours=str(ours), against=str(against),
        ),
        at_most(f"download of {DAYS} days, first byte", first, 300, "ms"),
        for_orientation(f"download of {DAYS} days, first order", row, "ms"),
        for_orientation(f"CSV of {orders:,} orders, whole", ours.median / 1000, "s"),
    ]  # fmt: skip
    return Found(figures, {"download of some days": sent, "bare": [plan]})


def _days() -> ListFilter:
    return ListFilter(first_day=(NOW - timedelta(days=DAYS)).date())


def _first_bytes(person: Person, rounds: int) -> tuple[float, float]:
    """Milliseconds until the first byte of a download, and until its first order; the slowest of some."""
    address = f"/admin/orders/download?format=csv&from={_days().first_day}"
    firsts, rows = [], []
    for _ in range(max(rounds, 3)):
        began = time.perf_counter()
        answer = person.client.get(address)
        if answer.mimetype != "text/csv":
            raise RuntimeError(f"{address} answered {answer.status} with {answer.mimetype}")
        pieces = iter(answer.iter_encoded())
        next(pieces)
        firsts.append(time.perf_counter() - began)
        next(pieces)
        rows.append(time.perf_counter() - began)
        answer.close()
    return max(firsts) * 1000, max(rows) * 1000


def _into_file(write: Any) -> None:
    with tempfile.TemporaryFile() as file:
        write(file)


def _ours(file: BinaryIO) -> None:
    file.writelines(csv_pieces(WHOLE))


def _bare_postgresql(connection: Any, file: BinaryIO) -> None:
    with connection.cursor().copy(f"copy ({BARE_POSTGRESQL}) to stdout (format csv, header true)") as copy:
        file.writelines(copy)
    connection.rollback()


def _bare_sqlite(connection: Any, file: BinaryIO) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    found = connection.execute(BARE_SQLITE)
    writer = csv.writer(text)
    writer.writerow([column[0] for column in found.description])
    writer.writerows(found)
    text.detach()
