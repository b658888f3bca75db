"""The list of orders against the one that Flask-Admin makes of the same table by itself, as its manual shows it.

The same people, orders and rows a page, in turn: what of the speed is ours, and what the library's.
"""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_admin import Admin
from flask_admin.contrib.sqla import ModelView
from flask_babel import Babel
from sqlalchemy import ForeignKey, Text, create_engine, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, scoped_session, sessionmaker

from benchmarks.measuring import Times, interleave
from benchmarks.results import Figure, at_most
from benchmarks.running import Bench, Found
from benchmarks.site import Person, open_site
from webapp.database import configure_engine, engine_options
from webapp.demo.words_id import GIVEN_NAMES
from webapp.extensions import db
from webapp.models.types import UtcTime

LIST, STOCK = "/admin/orders/", "/stock/order/"
ROWS = 50


def run(bench: Bench) -> Found:
    """Whole requests through the in-process client."""
    url, orders = bench.databases.loaded(bench.sizes.orders), bench.sizes.orders
    ours, stock = open_site(url), stock_site(url)
    person, client = Person(ours), stock.test_client()
    number = _number(ours)
    deep = f"?page={orders // ROWS * 9 // 10}"
    asked = {
        "first page": ("", ""),
        "deep page": (_deep(ours, orders), deep),
        "one status": ("?status=shipped", "?flt0_0=shipped"),
        "an order's number": (f"?q={number}", f"?search={number}"),
        "a name": (f"?q={GIVEN_NAMES[1]}", f"?search={GIVEN_NAMES[1]}"),
    }
    pages: dict[str, Any] = {}
    for name, (here, there) in asked.items():
        pages[f"{name}|ours"] = lambda address=LIST + here: person.get(address)
        pages[f"{name}|stock"] = lambda address=STOCK + there: _get(client, address)
    times = interleave(pages, rounds=max(bench.sizes.rounds // 4, 2), warm_up=1)
    figures = [_figure(name, times[f"{name}|ours"], times[f"{name}|stock"], orders) for name in asked]
    with ours.app_context():
        for engine in db.engines.values():
            engine.dispose()
    stock.extensions["engine"].dispose()
    return Found(figures, {})


def _figure(name: str, ours: Times, stock: Times, orders: int) -> Figure:
    what = f"{name} of {orders:,} orders, against Flask-Admin's own list"
    return at_most(what, ours.median / stock.median, 1, ours=str(ours), against=str(stock))


def stock_site(url: str) -> Flask:
    """Flask-Admin with one view of `orders` and their buyers: searched, filtered and sorted by what it offers."""

    class Base(DeclarativeBase):
        pass

    class OrderContact(Base):
        __tablename__ = "order_contacts"

        order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), primary_key=True)
        buyer_name: Mapped[str] = mapped_column(Text)
        buyer_email: Mapped[str | None] = mapped_column(Text)

    class Order(Base):
        __tablename__ = "orders"

        id: Mapped[int] = mapped_column(primary_key=True)
        number: Mapped[str] = mapped_column(Text)
        status: Mapped[str] = mapped_column(Text)
        payment_status: Mapped[str] = mapped_column(Text)
        currency: Mapped[str] = mapped_column(Text)
        total: Mapped[int] = mapped_column()
        item_count: Mapped[int] = mapped_column()
        ordered_at: Mapped[Any] = mapped_column(UtcTime)
        contact: Mapped[OrderContact] = relationship(uselist=False)

    class Orders(ModelView):
        page_size = ROWS
        column_list = (
            "number", "contact.buyer_name", "status", "payment_status", "item_count", "currency", "total", "ordered_at"
        )  # fmt: skip
        column_searchable_list = ("number", "contact.buyer_name", "contact.buyer_email")
        column_filters = ("status", "payment_status")
        column_default_sort = ("ordered_at", True)
        column_select_related_list = (Order.contact,)
        can_export = True

    app = Flask("stock")
    app.secret_key = "benchmark"  # noqa: S105 -- nobody signs in
    Babel(app)  # where it is installed Flask-Admin asks it
    engine = create_engine(url, **engine_options(url))
    configure_engine(engine)
    app.extensions["engine"] = engine
    session = scoped_session(sessionmaker(engine))
    app.teardown_appcontext(lambda _error: session.remove())
    Admin(app, name="stock", url="/stock").add_view(Orders(Order, session, endpoint="order", url="/stock/order"))
    return app


def _get(client: Any, address: str) -> None:
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status}")


def _number(app: Flask) -> str:
    with app.app_context(), db.engine.connect() as connection:
        sql = "select number from orders order by ordered_at desc limit 1 offset 1000"
        return str(connection.execute(text(sql)).scalar_one())


def _deep(app: Flask, orders: int) -> str:
    """The address of the page at nine tenths of the list."""
    with app.app_context(), db.engine.connect() as connection:
        sql = f"select local_date from orders order by ordered_at desc limit 1 offset {orders // 10 * 9}"
        return f"?at={connection.execute(text(sql)).scalar_one()}"
