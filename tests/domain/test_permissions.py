"""The permission table as the domain page has it, written out, and the rules beside it."""

from __future__ import annotations

from itertools import product

import pytest

from webapp.domain.actors import EVERYTHING, SYSTEM, Actor, ActorKind, Scope, person
from webapp.domain.order_status import OrderStatus
from webapp.domain.permissions import (
    ROLE_PERMISSIONS,
    STATUS_TARGETS,
    Permission,
    Role,
    effective_permissions,
    may_manage,
)

ROLES = ["owner", "admin", "cs", "warehouse", "provider", "viewer"]
TABLE = {
    "orders.view": "owner admin cs warehouse provider viewer",
    "orders.create": "owner admin cs",
    "orders.edit": "owner admin cs",
    "orders.change_status": "owner admin cs warehouse provider",
    "orders.add_history": "owner admin cs warehouse",
    "orders.notify": "owner admin cs warehouse",
    "orders.delete": "owner admin",
    "orders.import": "owner admin cs",
    "orders.export": "owner admin cs warehouse provider viewer",
    "payments.confirm": "owner admin cs",
    "claims.decide": "owner admin cs",
    "fulfilment.work": "owner admin warehouse provider",
    "stock.adjust": "owner admin warehouse",
    "products.edit": "owner admin warehouse",
    "channels.manage": "owner admin",
    "settings.manage": "owner admin",
    "users.manage": "owner admin",
    "keys.manage": "owner admin",
    "audit.view": "owner admin",
}
PARCEL_WORK = {"in_process", "ready_to_ship", "shipped"}


def test_the_table_names_every_permission_and_role() -> None:
    assert list(TABLE) == [permission.value for permission in Permission]
    assert [role.value for role in Role] == ROLES


@pytest.mark.parametrize(("role", "permission"), list(product(Role, Permission)))
def test_a_role_may_what_the_table_says(role: Role, permission: Permission) -> None:
    allowed = role in TABLE[permission].split()
    assert (permission in ROLE_PERMISSIONS[role]) == allowed
    assert person(1, "Sari", role).may(permission) == allowed


@pytest.mark.parametrize(("role", "status"), list(product(Role, OrderStatus)))
def test_a_role_sets_only_the_statuses_of_its_work(role: Role, status: OrderStatus) -> None:
    expected = role in ("owner", "admin", "cs") or (role in ("warehouse", "provider") and status in PARCEL_WORK)
    assert person(1, "Sari", role).may_set(status) == expected


def test_statuses_that_limit_roles_are_statuses() -> None:
    assert {status for statuses in STATUS_TARGETS.values() for status in statuses} <= set(OrderStatus)


@pytest.mark.parametrize("role", Role)
def test_an_owner_changes_the_table_of_every_role_but_the_owners(role: Role) -> None:
    changed = effective_permissions(role, ["orders.view", "orders.delete", "orders.fly"])
    assert changed == (set(Permission) if role is Role.OWNER else {"orders.view", "orders.delete"})
    assert effective_permissions(role) == ROLE_PERMISSIONS[role]


def test_a_changed_table_is_what_counts() -> None:
    viewer = person(1, "Sari", Role.VIEWER, permissions=frozenset({Permission.ORDERS_DELETE}))
    assert viewer.may(Permission.ORDERS_DELETE)
    assert not viewer.may(Permission.ORDERS_VIEW)


@pytest.mark.parametrize(("manager", "other"), list(product(Role, Role)))
def test_owners_manage_everybody_and_admins_everybody_but_owners(manager: Role, other: Role) -> None:
    assert may_manage(manager, other) == (manager == "owner" or (manager == "admin" and other != "owner"))


def test_the_system_may_everything_and_an_actor_without_permissions_nothing() -> None:
    nobody = Actor(ActorKind.BUYER, "Siti")
    assert all(SYSTEM.may(permission) for permission in Permission)
    assert all(SYSTEM.may_set(status) for status in OrderStatus)
    assert not any(nobody.may(permission) for permission in Permission)
    assert not any(nobody.may_set(status) for status in OrderStatus)


@pytest.mark.parametrize(
    ("scope", "account", "warehouse", "inside"),
    [
        (EVERYTHING, 1, None, True),
        (EVERYTHING, 1, 7, True),
        (Scope(frozenset({1, 2})), 2, None, True),
        (Scope(frozenset({1, 2})), 3, None, False),
        (Scope(frozenset()), 1, None, False),
        (Scope(warehouse_id=7), 1, 7, True),
        (Scope(warehouse_id=7), 1, 8, False),
        (Scope(warehouse_id=7), 1, None, False),
        (Scope(frozenset({1}), 7), 1, 7, True),
        (Scope(frozenset({1}), 7), 2, 7, False),
        (Scope(frozenset({1}), 7), 1, 8, False),
    ],
)
def test_a_scope_holds_orders_of_its_accounts_and_warehouse(
    scope: Scope, account: int, warehouse: int | None, inside: bool
) -> None:
    assert scope.covers(account, warehouse) == inside
