"""A small shop to test on, and orders in any state: made through the services wherever they can make it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text

from webapp import clock
from webapp.domain.actors import SYSTEM, Actor
from webapp.domain.order_status import TO_SHIP, OrderStatus
from webapp.domain.payment import PaymentMethod
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.models import ChannelAccount, Order, OrderHistory, Store, User, Warehouse
from webapp.services.identities import actor_of
from webapp.services.orders.create import Buyer, CreatedOrder, NewLine, NewOrder, create_orders
from webapp.services.unit_of_work import unit_of_work

PASSWORD = "correct horse battery"


@dataclass(frozen=True, slots=True)
class Shop:
    """Ids and actors of the test shop: `rona` (Jakarta, IDR) with `accounts`, `onyu` (Seoul, KRW) with others."""

    rona: int
    onyu: int
    manual: int
    shopee: int
    onyu_manual: int
    warehouse: int
    people: dict[Role, int]

    def actor(self, role: Role = Role.ADMIN) -> Actor:
        """The actor of the person with this role."""
        user = db.session.get(User, self.people[role])
        assert user is not None
        actor = actor_of(db.session(), user)
        db.session.rollback()
        return actor


def make_shop(now: datetime | None = None) -> Shop:
    """Make the test shop. Everybody's password is PASSWORD, e-mail `<role>@example.com`."""
    now = now or clock.now()
    with unit_of_work(SYSTEM) as work:
        stores = [
            Store(
                created_at=now, name="Rona", code="rona", timezone="Asia/Jakarta", currency="IDR", locale="id",
                email="toko@rona.example",
            ),
            Store(
                created_at=now, name="온유상점", code="onyu", timezone="Asia/Seoul", currency="KRW", locale="ko",
                email="shop@onyu.example",
            ),
        ]  # fmt: skip
        for store in stores:
            store.accounts = [
                ChannelAccount(created_at=now, channel=channel, name=store.name, settings={}, state="active")
                for channel in ("manual", "form", "api")
            ]
        stores[0].accounts.append(
            ChannelAccount(
                created_at=now, channel="shopee", name="Rona di Shopee", external_id="7001", settings={}, state="active"
            )
        )
        warehouse = Warehouse(created_at=now, name="Gudang Cakung", code="cakung", address="")
        work.session.add_all([*stores, warehouse])
        work.session.flush()
        people = {}
        for role in Role:
            user = User(
                created_at=now, email=f"{role.value}@example.com", name=role.value.title(), role=role.value,
                locale="en", password_hash=password_hash(), all_stores=True,
                warehouse_id=warehouse.id if role is Role.PROVIDER else None,
            )  # fmt: skip
            work.session.add(user)
            work.session.flush()
            people[role] = user.id
        by_channel = {account.channel: account.id for account in stores[0].accounts}
        return Shop(
            stores[0].id, stores[1].id, by_channel["manual"], by_channel["shopee"], stores[1].accounts[0].id,
            warehouse.id, people,
        )  # fmt: skip


_hash: list[str] = []


def password_hash() -> str:
    """A true hash of PASSWORD, made once and cheaply."""
    if not _hash:
        from argon2 import PasswordHasher  # noqa: PLC0415

        _hash.append(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD))
    return _hash[0]


def new_order(account_id: int, **changes: Any) -> NewOrder:
    """An order of one shirt for Siti; any field of NewOrder can be given."""
    values: dict[str, Any] = {
        "account_id": account_id,
        "buyer": Buyer("Siti Nurhaliza", "0812-8840-1127", "siti@example.com", "Jl. Kemang Raya No. 12A"),
        "lines": (NewLine("Kemeja Batik Parang", 2, 145_000, "RB-PRG-L"),),
        "payment_method": PaymentMethod.BANK_TRANSFER,
        "shipping_fee": 18_000,
    }  # fmt: skip
    return NewOrder(**{**values, **changes})


def make_orders(
    account_id: int, count: int = 1, *, status: OrderStatus | None = None, actor: Actor = SYSTEM, **changes: Any
) -> list[CreatedOrder]:
    """Create orders and put them into `status` as if they had always been there (totals included)."""
    base = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)
    orders = [new_order(account_id, **{"ordered_at": base + timedelta(minutes=i), **changes}) for i in range(count)]
    created = create_orders(actor, orders)
    if status is not None:
        force([order.id for order in created], status=status)
    return created


def force(ids: Sequence[int], **columns: Any) -> None:
    """Set columns of orders past every rule, and let the totals follow."""
    with unit_of_work(SYSTEM) as work:
        for order in work.session.scalars(select(Order).where(Order.id.in_(ids))):
            for name, value in columns.items():
                setattr(order, name, getattr(value, "value", value))
            if order.status in TO_SHIP and order.ship_by is None:
                order.ship_by = work.now + timedelta(days=2)
        work.session.flush()
        work.session.execute(text("delete from order_totals_changes"))
        work.session.execute(text("delete from order_totals"))
        work.session.execute(
            text(
                "insert into order_totals_changes"
                " (local_date, account_id, status, payment_status, currency, orders, total)"
                " select local_date, account_id, status, payment_status, currency, count(*), sum(total) from orders"
                " group by 1, 2, 3, 4, 5"
            )
        )


def status_of(number: str) -> str:
    """The stored status of an order."""
    db.session.rollback()
    return db.session.scalars(select(Order.status).where(Order.number == number)).one()


def history_of(number: str) -> list[OrderHistory]:
    """An order's history, oldest first."""
    db.session.rollback()
    query = select(OrderHistory).join(Order, Order.id == OrderHistory.order_id).where(Order.number == number)
    return list(db.session.scalars(query.order_by(OrderHistory.seq)))


def count_rows(model: Any) -> int:
    """How many rows a table has."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def totals_recounted() -> list[str]:
    """Differences between the totals (with what is not folded) and a recount from the orders: none if all is well."""
    db.session.rollback()
    query = text(
        "select account_id, status, payment_status, currency, sum(n), sum(t) from ("
        " select account_id, status, payment_status, currency, count(*) n, sum(total) t from orders group by 1, 2, 3, 4"
        " union all select account_id, status, payment_status, currency, -orders, -total"
        " from order_totals where grain = 'all'"
        " union all select account_id, status, payment_status, currency, -orders, -total from order_totals_changes"
        ") x group by 1, 2, 3, 4 having sum(n) <> 0 or sum(t) <> 0"
    )
    return [str(tuple(row)) for row in db.session.execute(query)]
