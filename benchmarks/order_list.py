"""The first page of the order list: a million orders against ten thousand, and against the barest page there is."""

from __future__ import annotations

from flask import Flask, render_template
from jinja2 import DictLoader
from sqlalchemy import create_engine

from benchmarks.measuring import interleave
from benchmarks.plans import plan_of, statements_of
from benchmarks.results import at_most
from benchmarks.running import Bench, Found
from benchmarks.site import Person, open_site
from webapp.database import configure_engine, engine_options
from webapp.extensions import db

LIST = "/admin/orders/"
NEWEST = (
    "select number, status, payment_status, item_count, currency, total, ordered_at from orders"
    " order by ordered_at desc, id desc limit 50"
)
TABLE = """<!doctype html><title>Orders</title>
<table><tr><th>Number<th>Status<th>Payment<th>Items<th>Currency<th>Total<th>Ordered</tr>
{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</table>
"""


def run(bench: Bench) -> Found:
    """Whole requests through the in-process client, signed in, in turn."""
    many, few = bench.sizes.orders, bench.sizes.few_orders
    urls = {count: bench.databases.loaded(count) for count in (many, few)}
    sites = {count: open_site(url) for count, url in urls.items()}
    people = {count: Person(app) for count, app in sites.items()}
    bare = bare_page(urls[many])
    bare_client = bare.test_client()
    # Each round's order is another: neither the caches nor the machine's moods belong to one of them.
    times = interleave(
        {
            "many": lambda: people[many].get(LIST),
            "few": lambda: people[few].get(LIST),
            "bare": lambda: bare_client.get("/"),
        },
        rounds=bench.sizes.rounds,
        warm_up=5,
    )
    with sites[many].app_context(), statements_of(db.engine) as sent:
        people[many].get(LIST)
    with bare.extensions["engine"].connect() as connection:
        driver = connection.connection.driver_connection
        bare_plan = plan_of(driver, NEWEST, sqlite=bench.sqlite)
    page = times["many"]
    figures = [
        at_most(
            f"first page, {many:,} orders against {few:,}", page.median / times["few"].median, 1.3,
            ours=str(page), against=str(times["few"]),
        ),
        at_most(
            f"first page, {many:,} orders, against a bare view of the same rows", page.median / times["bare"].median, 6,
            ours=str(page), against=str(times["bare"]),
        ),
        at_most(f"first page, {many:,} orders", page.median, 20, "ms", statements=len(sent)),
    ]  # fmt: skip
    for app in sites.values():
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose()
    bare.extensions["engine"].dispose()
    return Found(figures, {"list": sent, "bare": [bare_plan]})


def bare_page(url: str) -> Flask:
    """Flask with one view: one indexed SELECT of the list's newest 50 orders, and a plain table."""
    app = Flask("bare")
    app.jinja_loader = DictLoader({"table.html": TABLE})
    options = engine_options(url)
    options.pop("pool_pre_ping", None)  # a page as bare as this would not ask
    engine = create_engine(url, **options)
    configure_engine(engine)
    app.extensions["engine"] = engine

    @app.get("/")
    def table() -> str:
        with engine.connect() as connection:
            rows = connection.exec_driver_sql(NEWEST).all()
        return render_template("table.html", rows=rows)

    return app
