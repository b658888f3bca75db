"""The outbox on both databases: at least once, in order within a lane, retried, and never lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, event, select, update

from tests.factories import Shop
from tests.services.plans import look_up_row_by_row
from webapp.domain.actors import SYSTEM
from webapp.extensions import db
from webapp.integrations.errors import IntegrationError, Misconfigured, Refused, Retryable, UnknownOutcome
from webapp.models import ChannelAccount, OutboxMessage, OutboxState
from webapp.services import outbox
from webapp.services.outbox import Delivery, anything_due, send_due, withdraw
from webapp.services.unit_of_work import unit_of_work

START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


class Clock:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def put(count: int = 1, **columns: Any) -> list[int]:
    """Write messages that are due at START."""
    values: dict[str, Any] = {"created_at": START, "kind": "push", "due_at": START, "payload": {}, **columns}
    with unit_of_work(SYSTEM) as work:
        rows = [OutboxMessage(**values) for _ in range(count)]
        work.session.add_all(rows)
        work.session.flush()
        return [row.id for row in rows]


def read(outbox_id: int) -> OutboxMessage:
    db.session.rollback()
    query = select(OutboxMessage).where(OutboxMessage.id == outbox_id).execution_options(populate_existing=True)
    return db.session.scalars(query).one()


def state_of(outbox_id: int) -> OutboxState:
    return OutboxState(read(outbox_id).state)


class Recorder:
    """A sender that remembers what it sent and fails as told."""

    def __init__(self, *failures: BaseException | None, note: str | None = None) -> None:
        self.sent: list[int] = []
        self.tries = 0
        self._failures = list(failures)
        self._note = note

    def __call__(self, delivery: Delivery) -> str | None:
        self.tries += 1
        failure = self._failures.pop(0) if self._failures else None
        if failure is not None:
            raise failure
        self.sent.append(delivery.id)
        return self._note


def test_sends_what_is_due_in_the_order_in_which_it_is_due(app: Flask, clock: Clock) -> None:
    later, first = put(due_at=START - timedelta(seconds=1))[0], put(due_at=START - timedelta(seconds=9))[0]
    tomorrow = put(due_at=START + timedelta(days=1))[0]
    sender = Recorder(note="fine")
    report = send_due({"push": sender}, now=clock)
    assert sender.sent == [first, later]
    assert (report.sent, report.retried, report.stuck) == (2, 0, 0)
    done = read(first)
    assert (done.state, done.done_at, done.last_error, done.leased_until) == (OutboxState.DONE, START, "fine", None)
    assert (state_of(tomorrow), read(tomorrow).attempts) == (OutboxState.WAITING, 0)
    assert send_due({"push": sender}, now=clock).handled == 0


def test_withdrawn_messages_and_unknown_kinds_are_left_alone(app: Flask, clock: Clock) -> None:
    later = START + timedelta(hours=1)
    withdrawn = put(batch_id=7, order_id=1)[0]
    other_order = put(batch_id=7, order_id=2, due_at=later)[0]
    other_batch = put(batch_id=8, order_id=1, due_at=later)[0]
    unknown = put(kind="from_a_newer_version")[0]
    with unit_of_work(SYSTEM) as work:
        withdraw(work, [1], batch_id=7)
    sender = Recorder()
    send_due({"push": sender}, now=clock)
    assert sender.sent == []
    assert state_of(withdrawn) is OutboxState.WITHDRAWN
    assert (state_of(other_batch), state_of(other_order)) == (OutboxState.WAITING, OutboxState.WAITING)
    assert (state_of(unknown), read(unknown).attempts) == (OutboxState.WAITING, 0)
    assert not anything_due(db.session(), clock(), ["push"])


def test_a_failure_waits_longer_each_time_and_is_stuck_in_the_end(app: Flask, clock: Clock) -> None:
    message = put()[0]
    for attempt, wait in enumerate(outbox.BACKOFF, 1):
        send_due({"push": Recorder(Retryable("the server is away"))}, now=clock)
        row = read(message)
        assert (row.state, row.attempts, row.last_error) == (OutboxState.WAITING, attempt, "the server is away")
        assert row.due_at == clock() + wait
        clock.at = row.due_at - timedelta(milliseconds=1)
        assert send_due({"push": Recorder()}, now=clock).handled == 0
        clock.forward(milliseconds=1)
    assert send_due({"push": Recorder(UnknownOutcome("no answer"))}, now=clock).stuck == 1
    assert state_of(message) is OutboxState.STUCK


def test_the_other_side_may_ask_for_a_longer_wait(app: Flask, clock: Clock) -> None:
    message = put()[0]
    send_due({"push": Recorder(Retryable("slow down", retry_after=900))}, now=clock)
    assert read(message).due_at == START + timedelta(minutes=15)


def test_a_refusal_is_stuck_at_once_and_holds_nobody_up(app: Flask, clock: Clock) -> None:
    refused, fine = put(2)
    report = send_due({"push": Recorder(Refused("550 no such mailbox"), None)}, now=clock)
    assert (report.stuck, report.sent) == (1, 1)
    assert (state_of(refused), read(refused).last_error) == (OutboxState.STUCK, "550 no such mailbox")
    assert state_of(fine) is OutboxState.DONE


def test_our_own_wrong_settings_use_up_no_attempts(app: Flask, clock: Clock) -> None:
    message = put()[0]
    for _ in range(outbox.ATTEMPTS + 2):
        send_due({"push": Recorder(Misconfigured("password is not accepted"))}, now=clock)
        row = read(message)
        assert (row.state, row.attempts, row.last_error) == (OutboxState.WAITING, 0, "password is not accepted")
        clock.at = row.due_at
    assert send_due({"push": Recorder()}, now=clock).sent == 1


def test_a_bug_of_ours_is_tried_again_and_does_not_stop_the_next(app: Flask, clock: Clock) -> None:
    broken, fine = put(2)
    send_due({"push": Recorder(KeyError("seq"), None)}, now=clock)
    assert (state_of(broken), read(broken).last_error) == (OutboxState.WAITING, "internal: KeyError")
    assert state_of(fine) is OutboxState.DONE


@pytest.mark.parametrize("failure", [Retryable("away"), Misconfigured("wrong address")])
def test_a_server_that_is_away_is_not_asked_for_every_message(
    app: Flask, clock: Clock, failure: IntegrationError
) -> None:
    messages = put(50)
    sender = Recorder(*[failure] * 50)
    report = send_due({"push": sender}, now=clock)
    assert sender.tries == outbox.FAILURES_IN_A_ROW
    assert report.handled == outbox.CLAIM
    untried = read(messages[10])
    assert (untried.state, untried.attempts) == (OutboxState.WAITING, 0)
    clock.forward(hours=1)
    assert send_due({"push": Recorder()}, now=clock).sent == 50


def test_a_lane_keeps_its_order(app: Flask, clock: Clock) -> None:
    first, second = put(2, lane="order 1")
    other = put(lane="order 2")[0]
    sender = Recorder(Retryable("away"))
    send_due({"push": sender}, now=clock)
    assert sender.sent == [other]
    assert (state_of(first), state_of(second)) == (OutboxState.WAITING, OutboxState.WAITING)
    clock.forward(minutes=1)
    send_due({"push": sender}, now=clock)
    assert sender.sent == [other, first, second]


def test_a_stuck_message_lets_its_lane_go_on(app: Flask, clock: Clock) -> None:
    first, second = put(2, lane="order 1")
    sender = Recorder(Refused("no"))
    send_due({"push": sender}, now=clock)
    assert (state_of(first), sender.sent) == (OutboxState.STUCK, [second])


def test_a_paused_shop_is_not_called_but_its_buyers_get_their_mails(app: Flask, shop: Shop, clock: Clock) -> None:
    with unit_of_work(SYSTEM) as work:
        paused = update(ChannelAccount).where(ChannelAccount.id == shop.shopee)
        work.session.execute(paused.values(paused_until=START + timedelta(hours=1)))
    push, mail = put(account_id=shop.shopee)[0], put(account_id=shop.shopee, kind="buyer_mail")[0]
    sender = Recorder()
    send_due({"push": sender, "buyer_mail": sender}, now=clock)
    assert sender.sent == [mail]
    clock.forward(hours=1)
    send_due({"push": sender, "buyer_mail": sender}, now=clock)
    assert sender.sent == [mail, push]


def test_a_dead_senders_message_leaves_again_after_its_lease(app: Flask, clock: Clock) -> None:
    message = put()[0]
    with pytest.raises(SystemExit):
        send_due({"push": Recorder(SystemExit(9))}, now=clock)
    assert (state_of(message), read(message).attempts) == (OutboxState.TAKEN, 1)
    assert send_due({"push": Recorder()}, now=clock).handled == 0
    clock.forward(seconds=outbox.LEASE.total_seconds() + 0.001)
    assert anything_due(db.session(), clock(), ["push"])
    sender = Recorder()
    assert send_due({"push": sender}, now=clock).sent == 1
    assert (sender.sent, read(message).attempts) == ([message], 2)


def test_a_message_that_kills_every_sender_is_stuck(app: Flask, clock: Clock) -> None:
    message = put()[0]
    for _ in range(outbox.ATTEMPTS):
        with pytest.raises(SystemExit):
            send_due({"push": Recorder(SystemExit(9))}, now=clock)
        clock.forward(minutes=2)
    assert send_due({"push": Recorder()}, now=clock).stuck == 1
    assert (state_of(message), read(message).last_error) == (OutboxState.STUCK, "the sender died while sending it")


def test_a_sender_that_comes_back_late_changes_nothing(app: Flask, clock: Clock) -> None:
    message = put()[0]
    second = Recorder(Retryable("away"))

    def slow(_delivery: Delivery) -> None:
        clock.forward(minutes=2)
        send_due({"push": second}, now=clock)

    report = send_due({"push": slow}, now=clock)
    assert (report.sent, report.lost) == (0, 1)
    assert (state_of(message), read(message).attempts) == (OutboxState.WAITING, 2)


def test_a_message_that_waited_long_in_its_claim_is_still_ours_or_left(app: Flask, clock: Clock) -> None:
    put(3)
    sent: list[int] = []

    def slow(delivery: Delivery) -> None:
        sent.append(delivery.id)
        clock.forward(seconds=50)

    report = send_due({"push": slow}, now=clock)
    assert len(sent) == len(set(sent)) == 3
    assert (report.sent, report.lost) == (3, 0)


@pytest.mark.parametrize("plan", [None, look_up_row_by_row])
def test_no_more_is_claimed_than_asked_for(
    app: Flask, clock: Clock, monkeypatch: pytest.MonkeyPatch, plan: Callable[[Connection], None] | None
) -> None:
    put(25)
    if plan is not None:
        event.listen(db.engine, "begin", plan)
    rung: list[str] = []
    monkeypatch.setattr("webapp.queues.ring", lambda task, *_args: rung.append(task))
    assert send_due({"push": Recorder()}, limit=22, now=clock).sent == 22
    assert rung == [outbox.TASK]
    assert send_due({"push": Recorder()}, limit=22, now=clock).sent == 3
    assert rung == [outbox.TASK]


def test_several_senders_send_each_message_once(app: Flask, clock: Clock) -> None:
    messages = put(120)
    lanes = put(30, lane="order 1")
    sent: list[int] = []
    lock = threading.Lock()

    def note(delivery: Delivery) -> None:
        with lock:
            sent.append(delivery.id)

    def work() -> None:
        with app.app_context():
            # One in the lane is due only after the one before it left, so look again a few times.
            while send_due({"push": note}, now=clock).handled:
                pass
            db.session.remove()

    _in_threads(4, work)
    while send_due({"push": note}, now=clock).handled:
        pass
    assert sorted(sent) == sorted(messages + lanes)
    assert [each for each in sent if each in set(lanes)] == lanes


def _in_threads(count: int, work: Callable[[], None]) -> None:
    failures: list[BaseException] = []

    def guarded() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 -- raised again by the test
            failures.append(error)

    threads = [threading.Thread(target=guarded) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
