"""The outbox: what must leave later is a row, written in the transaction that made it due.

Claim, commit, send outside of any transaction, then mark. A message leaves at least once: when a sender dies between
the other side's answer and the mark, its lease runs out and the message leaves again with the same key. A claim counts
an attempt, and every later write names the attempt that it belongs to, so a sender that comes back late changes
nothing of the one who took over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Select, and_, case, exists, func, or_, select, text, update
from sqlalchemy.orm import Session, aliased

from webapp import clock
from webapp.domain.actors import SYSTEM
from webapp.integrations.errors import IntegrationError, Misconfigured, Refused, Retryable, Unreadable
from webapp.models import ChannelAccount, OutboxMessage, OutboxState
from webapp.services.sets import any_of, db_time, many
from webapp.services.unit_of_work import UnitOfWork, unit_of_work

TASK = "webapp.tasks.outbox.send"
"""What the bell and the sweep ring when something is due."""
BUYER_MAIL = "buyer_mail"
"""Kind of a mail to the buyer; payload `{"notice": Notice, "seq": seq of the history row}`."""

LEASE = timedelta(seconds=60)
"""How long a sender that has claimed a message may be silent before it is taken for dead."""
CLAIM = 20
"""Messages claimed at once: few enough that one sender's slow server keeps little from the others."""
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 360))
"""Waits between tries; when they are used up the message is stuck, and a person decides."""
ATTEMPTS = len(BACKOFF) + 1
MISCONFIGURED_PAUSE = timedelta(minutes=5)
"""Our own settings are wrong: no attempt is counted, and nothing is lost until somebody mends them."""
FAILURES_IN_A_ROW = 3
"""After so many the other side is taken for away, and the rest of the claim waits instead of timing out one by one."""
BUDGET = timedelta(minutes=4)
"""A call claims nothing more after this, far below the queue's time limit; it rings for the rest."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One claimed message, detached from the database. `attempt` counts from 1."""

    id: int
    kind: str
    attempt: int
    leased_until: datetime
    payload: Mapping[str, Any]
    order_id: int | None
    account_id: int | None


Sender = Callable[[Delivery], "str | None"]
"""Sends one message outside of any transaction and returns a note to keep, or None.

Raises an IntegrationError: Retryable and UnknownOutcome are tried again (a repeat is harmless), Misconfigured waits,
Refused and Unreadable are stuck.
"""


@dataclass(slots=True)
class SendReport:
    """What became of the messages of one call."""

    sent: int = 0
    retried: int = 0
    stuck: int = 0
    lost: int = 0
    """Messages that somebody else had taken over, because this sender was too slow."""

    @property
    def handled(self) -> int:
        return self.sent + self.retried + self.stuck + self.lost


def send_due(
    senders: Mapping[str, Sender], *, limit: int = 1000, now: Callable[[], datetime] = clock.now
) -> SendReport:
    """Send what is due, at most `limit` messages, each by the sender of its kind; rings again when more are due.

    Kinds without a sender are left alone: a newer version has one. May run in any number of processes at once.
    """
    report = SendReport()
    failures: Counter[str] = Counter()
    end = now() + BUDGET
    while report.handled < limit and now() < end:
        kinds = [kind for kind in senders if failures[kind] < FAILURES_IN_A_ROW]
        with unit_of_work(SYSTEM) as work:
            report.stuck += _take_back(work, now())
            deliveries = _claim(work, kinds, min(CLAIM, limit - report.handled), now()) if kinds else []
        if not deliveries:
            return report
        _send_all(deliveries, senders, report, failures, now)
    with unit_of_work(SYSTEM) as work:
        if anything_due(work.session, now(), list(senders)):
            work.later(TASK)
    return report


def anything_due(session: Session, now: datetime, kinds: Sequence[str] = (BUYER_MAIL,)) -> bool:
    """Whether a call of `send_due` would find something of these kinds: for the sweep, which rings `TASK` then."""
    row = OutboxMessage
    waiting = select(row.id).where(row.state == OutboxState.WAITING, row.due_at <= now, row.kind.in_(kinds)).limit(1)
    abandoned = select(row.id).where(row.state == OutboxState.TAKEN, row.leased_until < now).limit(1)
    return session.scalar(waiting) is not None or session.scalar(abandoned) is not None


def withdraw(work: UnitOfWork, order_ids: Collection[int], batch_id: int | None = None) -> None:
    """Withdraw the messages about these orders that still wait; with `batch_id` those of one bulk change alone. What is
    taken leaves."""
    # The state stands in the statement as the partial index has it: bound, SQLite would not use it.
    of_batch = "" if batch_id is None else " and batch_id = :batch"
    waiting = f"state = 0 and {any_of(work.dialect, 'order_id', 'ids')}{of_batch}"
    bound = {"ids": many(work.dialect, order_ids), "now": db_time(work.dialect, work.now), "batch": batch_id}
    changed = f"state = {OutboxState.WITHDRAWN:d}, done_at = :now"
    work.session.execute(text(f"update outbox set {changed} where {waiting}"), bound)


def _take_back(work: UnitOfWork, now: datetime) -> int:
    """Messages whose sender died wait again; one that kills every sender is stuck. How many got stuck."""
    gone = and_(OutboxMessage.state == OutboxState.TAKEN, OutboxMessage.leased_until < now)
    if work.session.scalar(select(OutboxMessage.id).where(gone).limit(1)) is None:
        return 0
    used_up = OutboxMessage.attempts >= ATTEMPTS
    stuck = work.session.scalar(select(func.count()).where(gone, used_up)) or 0
    work.session.execute(
        update(OutboxMessage)
        .where(gone)
        .values(
            state=case((used_up, int(OutboxState.STUCK)), else_=int(OutboxState.WAITING)),
            last_error=case((used_up, "the sender died while sending it"), else_=OutboxMessage.last_error),
            leased_until=None,
        )
        .execution_options(synchronize_session=False)
    )
    return stuck


def _due(kinds: Sequence[str], limit: int, now: datetime) -> Select[int]:
    waiting, earlier = aliased(OutboxMessage, name="q"), aliased(OutboxMessage, name="p")
    blocked = exists().where(
        earlier.lane == waiting.lane,
        earlier.state.in_((OutboxState.WAITING, OutboxState.TAKEN)),
        earlier.id < waiting.id,
    )
    paused = exists().where(ChannelAccount.id == waiting.account_id, ChannelAccount.paused_until > now)
    return (
        select(waiting.id)
        .where(
            waiting.state == OutboxState.WAITING,
            waiting.due_at <= now,
            waiting.kind.in_(kinds),
            or_(waiting.lane.is_(None), ~blocked),
            # A paused shop is not called; its buyers may still get mails.
            or_(waiting.account_id.is_(None), waiting.kind == BUYER_MAIL, ~paused),
        )
        .order_by(waiting.due_at, waiting.id)
        .limit(limit)
        .with_for_update(of=waiting, skip_locked=True)
    )


def _claim(work: UnitOfWork, kinds: Sequence[str], limit: int, now: datetime) -> list[Delivery]:
    """Data model, section 9: one statement; other senders skip what is locked. In the order in which they are due."""
    row = OutboxMessage
    # Materialized: left to the planner PostgreSQL may ask for them anew for each row, and take more than the limit.
    due = _due(kinds, limit, now).cte("due").prefix_with("MATERIALIZED", dialect="postgresql")
    rows = work.session.execute(
        update(row)
        .where(row.id.in_(select(due.c.id)))
        .values(state=OutboxState.TAKEN, attempts=row.attempts + 1, leased_until=now + LEASE)
        .returning(
            row.due_at, row.id, row.kind, row.attempts, row.leased_until, row.payload, row.order_id, row.account_id
        )
        .execution_options(synchronize_session=False)
    ).all()
    return [
        Delivery(r.id, r.kind, r.attempts, r.leased_until, r.payload, r.order_id, r.account_id)
        for r in sorted(rows, key=lambda r: (r.due_at, r.id))
    ]


def _send_all(
    deliveries: Sequence[Delivery],
    senders: Mapping[str, Sender],
    report: SendReport,
    failures: Counter[str],
    now: Callable[[], datetime],
) -> None:
    for delivery in deliveries:
        if failures[delivery.kind] >= FAILURES_IN_A_ROW:
            _mark(delivery, report, state=OutboxState.WAITING, due_at=now() + BACKOFF[0], attempts=delivery.attempt - 1)
        elif now() > delivery.leased_until - LEASE / 2 and not _renew(delivery, now()):
            report.lost += 1
        else:
            failed = _send_one(delivery, senders[delivery.kind], report, now)
            failures[delivery.kind] = failures[delivery.kind] + 1 if failed else 0


def _send_one(delivery: Delivery, sender: Sender, report: SendReport, now: Callable[[], datetime]) -> bool:
    """Send and mark; whether the other side seems to be away."""
    try:
        note = sender(delivery)
    except Misconfigured as error:
        log.warning("outbox_misconfigured", outbox_id=delivery.id, kind=delivery.kind, reason=error.reason)
        wait = now() + MISCONFIGURED_PAUSE
        _mark(
            delivery, report, state=OutboxState.WAITING, due_at=wait, attempts=delivery.attempt - 1,
            last_error=error.reason,
        )  # fmt: skip
        return True
    except (Refused, Unreadable) as error:
        log.warning("outbox_refused", outbox_id=delivery.id, kind=delivery.kind, reason=error.reason)
        _mark(delivery, report, state=OutboxState.STUCK, last_error=error.reason)
        return False
    except IntegrationError as error:
        asked = error.retry_after if isinstance(error, Retryable) else None
        _try_again(delivery, report, error.reason, now(), asked)
        return True
    except Exception as error:
        # A bug of ours must not stop the messages behind it, nor pass in silence.
        log.exception("outbox_failed", outbox_id=delivery.id, kind=delivery.kind)
        _try_again(delivery, report, f"internal: {type(error).__name__}", now(), None)
        return False
    _mark(delivery, report, state=OutboxState.DONE, done_at=now(), last_error=note)
    return False


def _try_again(delivery: Delivery, report: SendReport, reason: str, now: datetime, asked: float | None) -> None:
    if delivery.attempt >= ATTEMPTS:
        log.warning("outbox_stuck", outbox_id=delivery.id, kind=delivery.kind, reason=reason)
        _mark(delivery, report, state=OutboxState.STUCK, last_error=reason)
        return
    wait = max(BACKOFF[delivery.attempt - 1], timedelta(seconds=min(asked or 0, 86_400)))
    _mark(delivery, report, state=OutboxState.WAITING, due_at=now + wait, last_error=reason)


def _mark(delivery: Delivery, report: SendReport, *, state: OutboxState, **values: Any) -> None:
    """Write what became of a message, unless somebody took it over meanwhile."""
    with unit_of_work(SYSTEM) as work:
        marked = _run(work, _ours(delivery).values(state=state, leased_until=None, **values))
    if not marked:
        report.lost += 1
    elif state is OutboxState.DONE:
        report.sent += 1
    elif state is OutboxState.STUCK:
        report.stuck += 1
    else:
        report.retried += 1


def _renew(delivery: Delivery, now: datetime) -> bool:
    """Keep a message whose turn comes late; False when somebody took it over."""
    with unit_of_work(SYSTEM) as work:
        return bool(_run(work, _ours(delivery).values(leased_until=now + LEASE)))


def _ours(delivery: Delivery) -> Any:
    return update(OutboxMessage).where(
        OutboxMessage.id == delivery.id,
        OutboxMessage.state == OutboxState.TAKEN,
        OutboxMessage.attempts == delivery.attempt,
    )


def _run(work: UnitOfWork, statement: Any) -> int:
    result: Any = work.session.execute(statement.execution_options(synchronize_session=False))
    return int(result.rowcount)
