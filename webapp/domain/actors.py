"""Who acts, and what exists for them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

from webapp.domain.permissions import ROLE_PERMISSIONS, STATUS_TARGETS, Permission, Role


class ActorKind(StrEnum):
    """What sort of somebody made a change."""

    PERSON = "person"
    API_KEY = "api_key"
    CHANNEL = "channel"
    BUYER = "buyer"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Scope:
    """What exists for somebody: `account_ids` and `warehouse_id` limit the orders, None means all of them.

    `restricted` hides the buyer's e-mail and prices (fulfilment providers).
    """

    account_ids: frozenset[int] | None = None
    warehouse_id: int | None = None
    restricted: bool = False

    @property
    def limited(self) -> bool:
        """Whether there are orders that don't exist for its owner."""
        return self.account_ids is not None or self.warehouse_id is not None

    @property
    def mark(self) -> str:
        """A short text by which the same scope is known again, without saying what it is."""
        accounts = None if self.account_ids is None else sorted(self.account_ids)
        return hashlib.sha256(repr((accounts, self.warehouse_id, self.restricted)).encode()).hexdigest()

    def covers(self, account_id: int, warehouse_id: int | None) -> bool:
        """Whether an order of this account and warehouse exists for its owner."""
        if self.account_ids is not None and account_id not in self.account_ids:
            return False
        return self.warehouse_id is None or self.warehouse_id == warehouse_id


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. Services take one as an argument; nothing below the edges reads the request."""

    kind: ActorKind
    name: str
    id: int | None = None
    role: Role | None = None
    permissions: frozenset[Permission] = frozenset()
    status_targets: frozenset[str] | None = None
    scope: Scope = field(default=EVERYTHING)

    def may(self, permission: Permission) -> bool:
        """Whether this actor has `permission`."""
        return permission in self.permissions

    def may_set(self, status: str) -> bool:
        """Whether this actor may set orders to `status` (its permission and its role's list of statuses)."""
        if Permission.ORDERS_CHANGE_STATUS not in self.permissions:
            return False
        return self.status_targets is None or status in self.status_targets


def person(
    user_id: int,
    name: str,
    role: Role,
    *,
    scope: Scope = EVERYTHING,
    permissions: frozenset[Permission] | None = None,
) -> Actor:
    """A signed-in person (or the one whom the command line acts for)."""
    return Actor(
        ActorKind.PERSON, name, user_id, role,
        ROLE_PERMISSIONS[role] if permissions is None else permissions,
        STATUS_TARGETS.get(role), scope,
    )  # fmt: skip


SYSTEM = Actor(ActorKind.SYSTEM, "Lapak", permissions=frozenset(Permission))
