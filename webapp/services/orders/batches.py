"""The row of a bulk change: history rows carry its id, and undo takes it back."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert

from webapp.domain.order_acts import ActKind
from webapp.domain.order_status import OrderStatus
from webapp.models import Batch
from webapp.services.unit_of_work import UnitOfWork

_INSERT = insert(Batch).returning(Batch.id)


def new_batch(
    work: UnitOfWork,
    kind: ActKind,
    order_ids: Sequence[int] | None,
    to: OrderStatus | None = None,
    *,
    job_id: int | None = None,
) -> int:
    """Write a batch by whoever acts and return its id. `order_ids` None: the orders are those of the job's rows."""
    values = {
        "created_at": work.now,
        "kind": kind.value,
        "to_status": to.value if to else None,
        "order_ids": None if order_ids is None else list(order_ids),
        "job_id": job_id,
        "undone_by": None,
        "actor_kind": work.actor.kind.value,
        "actor_id": work.actor.id,
        "actor_name": work.actor.name,
    }
    return work.session.connection().execute(_INSERT, values).scalar_one()
