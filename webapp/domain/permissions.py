"""Who may do what: one table of roles and permissions, which owners may change per installation."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    """The part a person plays."""

    OWNER = "owner"
    ADMIN = "admin"
    CS = "cs"
    WAREHOUSE = "warehouse"
    PROVIDER = "provider"
    VIEWER = "viewer"


class Permission(StrEnum):
    """`<subject>.<action>`; never a bare string in a view."""

    ORDERS_VIEW = "orders.view"
    ORDERS_CREATE = "orders.create"
    ORDERS_EDIT = "orders.edit"
    ORDERS_CHANGE_STATUS = "orders.change_status"
    ORDERS_ADD_HISTORY = "orders.add_history"
    ORDERS_NOTIFY = "orders.notify"
    ORDERS_DELETE = "orders.delete"
    ORDERS_IMPORT = "orders.import"
    ORDERS_EXPORT = "orders.export"
    PAYMENTS_CONFIRM = "payments.confirm"
    CLAIMS_DECIDE = "claims.decide"
    FULFILMENT_WORK = "fulfilment.work"
    STOCK_ADJUST = "stock.adjust"
    PRODUCTS_EDIT = "products.edit"
    CHANNELS_MANAGE = "channels.manage"
    SETTINGS_MANAGE = "settings.manage"
    USERS_MANAGE = "users.manage"
    KEYS_MANAGE = "keys.manage"
    AUDIT_VIEW = "audit.view"


P = Permission
_ALL = frozenset(Permission)

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: _ALL,
    Role.ADMIN: _ALL,
    Role.CS: frozenset(
        {
            P.ORDERS_VIEW, P.ORDERS_CREATE, P.ORDERS_EDIT, P.ORDERS_CHANGE_STATUS, P.ORDERS_ADD_HISTORY,
            P.ORDERS_NOTIFY, P.ORDERS_IMPORT, P.ORDERS_EXPORT, P.PAYMENTS_CONFIRM, P.CLAIMS_DECIDE,
        }
    ),
    Role.WAREHOUSE: frozenset(
        {
            P.ORDERS_VIEW, P.ORDERS_CHANGE_STATUS, P.ORDERS_ADD_HISTORY, P.ORDERS_NOTIFY, P.ORDERS_EXPORT,
            P.FULFILMENT_WORK, P.STOCK_ADJUST, P.PRODUCTS_EDIT,
        }
    ),
    Role.PROVIDER: frozenset({P.ORDERS_VIEW, P.ORDERS_CHANGE_STATUS, P.ORDERS_EXPORT, P.FULFILMENT_WORK}),
    Role.VIEWER: frozenset({P.ORDERS_VIEW, P.ORDERS_EXPORT}),
}  # fmt: skip
"""Admins have every permission; that they may not touch owners is a rule of its own (`may_manage`)."""

STATUS_TARGETS: dict[Role, frozenset[str]] = {
    Role.WAREHOUSE: frozenset({"in_process", "ready_to_ship", "shipped"}),
    Role.PROVIDER: frozenset({"in_process", "ready_to_ship", "shipped"}),
}
"""Roles that may set only some statuses (codes of `OrderStatus`, which imports this module); others may set all."""


def effective_permissions(role: Role, rows: Iterable[str] | None = None) -> frozenset[Permission]:
    """What `role` may do: the rows that an owner saved for it, else the table above. Owners always have all."""
    if rows is None or role is Role.OWNER:
        return ROLE_PERMISSIONS[role]
    known = {p.value for p in Permission}
    return frozenset(Permission(row) for row in rows if row in known)


def may_manage(manager: Role, other: Role) -> bool:
    """Whether a person of role `manager` may create, change or archive a user of role `other`."""
    return manager is Role.OWNER or (manager is Role.ADMIN and other is not Role.OWNER)
