"""The buyer's page, requests a second, against a bare Flask view that returns the same bytes."""

from __future__ import annotations

from itertools import cycle

from flask import Flask, Response
from sqlalchemy import text

from benchmarks.measuring import interleave
from benchmarks.plans import statements_of
from benchmarks.results import at_least, at_most, for_orientation
from benchmarks.running import Bench, Found
from benchmarks.site import open_site
from webapp.domain.numbers import encode_token
from webapp.extensions import db

BURST = 20
"""Requests of one turn, each for another order."""
MANY = 1_500
"""More orders than pages are kept of: asked for in turn, none is there already."""


def run(bench: Bench) -> Found:
    """Both behind the same in-process client, without a server between: what is compared is only the work."""
    app = open_site(bench.databases.loaded(bench.sizes.orders))
    with app.app_context():
        paths, many = some_orders(BURST), some_orders(MANY)
    client = app.test_client()
    pages = {path: client.get(path) for path in paths}
    if any(page.status_code != 200 for page in pages.values()):
        raise RuntimeError("a buyer's page is missing")
    bare = bare_view({path: page.data for path, page in pages.items()})
    bare_client = bare.test_client()
    ours, new, theirs = cycle(paths), cycle(many), cycle(paths)
    times = interleave(
        {
            "ours": lambda: client.get(next(ours)),
            "new": lambda: client.get(next(new)),
            "bare": lambda: bare_client.get(next(theirs)),
        },
        rounds=bench.sizes.rounds,
        warm_up=3,
        times=BURST,
    )
    with app.app_context(), statements_of(db.engine) as sent:
        client.get(paths[0])
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()
    rate, new_rate, bare_rate = (1000 / times[name].median for name in ("ours", "new", "bare"))
    size = sum(len(page.data) for page in pages.values()) // len(pages)
    return Found(
        [
            at_least(
                "requests a second, against a bare view of the same bytes", rate / bare_rate, 0.2,
                ours=f"{rate:,.0f}/s", against=f"{bare_rate:,.0f}/s",
            ),
            at_most("queries of a page", len(sent), 2, ""),
            for_orientation(
                "the same, each order for the first time", new_rate / bare_rate, "×", ours=f"{new_rate:,.0f}/s"
            ),
            for_orientation("one page", times["ours"].median, "ms", bytes=size, first=times["new"].median),
        ],
        {"page": sent},
    )  # fmt: skip


def some_orders(count: int) -> list[str]:
    """Addresses of orders from all over the table."""
    with db.engine.connect() as connection:
        last = connection.execute(text("select max(order_id) from order_contacts")).scalar_one()
        found = text("select public_token from order_contacts where order_id >= :id order by order_id limit 1")
        tokens = [connection.execute(found, {"id": last * n // count + 1}).scalar_one() for n in range(count)]
    return [f"/o/{encode_token(bytes(token))}" for token in tokens]


def bare_view(pages: dict[str, bytes]) -> Flask:
    """Flask with one view that has the bytes at hand."""
    app = Flask("bare")

    @app.get("/o/<token>")
    def page(token: str) -> Response:
        return Response(pages[f"/o/{token}"], mimetype="text/html")

    return app
