"""What is in the database before the first order: stores with their accounts, warehouses, people, customers.

Each is looked for by its own key first, so that a database that already has people or these stores keeps them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from webapp.demo import places
from webapp.demo.forms import Row
from webapp.demo.world import Places, World, began_at
from webapp.models import ChannelAccount, Store, User, Warehouse, user_stores
from webapp.models.types import from_ms, to_ms

CUSTOMER_COLUMNS = ("id", "created_at", "store_id", "name", "phone_key", "email")


def settle(connection: Connection, began: datetime, password_hash: str, accounts_in_all: int) -> Places:
    """Write the places and people that are not there yet, as of `began`; returns all their ids."""
    shops = places.shops_of(accounts_in_all)
    warehouses = {
        plan.code: _find_or_add(
            connection, Warehouse, {"code": plan.code}, created_at=began, name=plan.name, address=plan.address
        )
        for plan in places.WAREHOUSES
    }
    stores: dict[str, int] = {}
    accounts: dict[tuple[str, str], tuple[int, ...]] = {}
    for plan in places.STORES:
        stores[plan.code] = store_id = _find_or_add(
            connection, Store, {"code": plan.code}, created_at=began, name=plan.name, timezone=plan.timezone,
            currency=plan.currency, locale=plan.locale, email=plan.email, ship_within_days=plan.ship_within_days,
        )  # fmt: skip
        for account in plan.accounts:
            of = (plan.code, account.channel.value)
            accounts[of] = tuple(_add_account(connection, account, n, store_id, began) for n in range(shops[of]))
    users: dict[str, int] = {}
    for user in places.USERS:
        users[user.email] = user_id = _find_or_add(
            connection, User, {"email": user.email}, created_at=began, name=user.name, password_hash=password_hash,
            locale=user.locale, role=user.role.value, all_stores=not user.stores,
            warehouse_id=warehouses[user.warehouse] if user.warehouse else None,
        )  # fmt: skip
        for code in user.stores:
            _find_or_add_link(connection, user_id, stores[code])
    return Places(stores, accounts, warehouses, users)


def _add_account(connection: Connection, account: places.AccountPlan, shop: int, store_id: int, began: datetime) -> int:
    """The account of one of its shops, from 0 on; further ones have their number behind name and outside id."""
    name, external_id = account.name, account.external_id
    if shop:
        name, external_id = f"{name} {shop + 1}", f"{external_id}-{shop + 1}"
    key = {"channel": account.channel.value, "external_id": external_id, "store_id": store_id}
    return _find_or_add(connection, ChannelAccount, key, created_at=began, name=name, settings={}, state="active")


def customer_rows(world: World) -> Iterator[Row]:
    """Rows of the customers, columns as in `CUSTOMER_COLUMNS`, in the form that `world` was made with."""
    form = world.form
    began = form.at(to_ms(began_at(from_ms(world.load.now_ms))))
    for buyer in world.buyers:
        key = form.text(buyer.phone_key) if buyer.phone_key else form.null
        yield form.big(buyer.id), began, form.big(buyer.store_id), form.text(buyer.name), key, form.text(buyer.email)


def _find_or_add(connection: Connection, model: Any, key: dict[str, Any], **values: Any) -> int:
    table: Table = model.__table__
    matches = [table.c[name].is_(None) if value is None else table.c[name] == value for name, value in key.items()]
    found = connection.scalar(select(table.c.id).where(*matches))
    if found is None:
        found = connection.scalar(insert(table).values(**key, **values).returning(table.c.id))
    return int(found or 0)


def _find_or_add_link(connection: Connection, user_id: int, store_id: int) -> None:
    link = {"user_id": user_id, "store_id": store_id}
    there = select(user_stores).where(user_stores.c.user_id == user_id, user_stores.c.store_id == store_id)
    if connection.execute(there).first() is None:
        connection.execute(insert(user_stores).values(**link))
