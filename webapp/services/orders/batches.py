"""The row of a bulk change: history rows carry its id, and undo takes it back."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import text

from webapp.domain.order_acts import ActKind
from webapp.domain.order_status import OrderStatus
from webapp.services.sets import db_time
from webapp.services.unit_of_work import UnitOfWork

_INSERT = text(
    "insert into batches (created_at, kind, to_status, order_ids, job_id, actor_kind, actor_id, actor_name)"
    " values (:now, :kind, :to, :order_ids, :job_id, :actor_kind, :actor_id, :actor_name) returning id"
)


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
        "now": db_time(work.dialect, work.now),
        "kind": kind.value,
        "to": to.value if to else None,
        "order_ids": None if order_ids is None else json.dumps(list(order_ids)),
        "job_id": job_id,
        "actor_kind": work.actor.kind.value,
        "actor_id": work.actor.id,
        "actor_name": work.actor.name,
    }
    [(batch_id,)] = work.read(_INSERT, values)
    return int(batch_id)
