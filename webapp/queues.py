"""The bell: RQ tells a worker that there is something to do.

What there is to do stands in the database; a nudge that is lost costs a few seconds, until the scheduler's sweep
finds the work there. So nothing here raises when the key-value server is away, and nothing waits for it long. Tasks
are named by their dotted path and never imported here.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Any

import redis
import structlog
from flask import Flask, current_app
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue, Worker
from rq.exceptions import StopRequested
from rq.executions import Execution
from rq.job import Job
from rq.serializers import JSONSerializer

from webapp.extensions import db
from webapp.lifeline import die_with_parent

QUEUE = "lapak"
"""The only queue: RQ takes a job out of a single queue in one step that a crash cannot split."""
JOB_TIMEOUT = 600
"""Seconds. Work is sliced far below it; it ends what hangs."""
NUDGE_TTL = 600
"""Seconds until a nudge nobody took is forgotten; the sweep rings again long before."""
FAILURE_TTL = 3600
"""Seconds that RQ remembers a failed nudge. Why it failed is in the log."""
PATIENCE = 0.2
"""Seconds to wait for the key-value server to accept a connection, and again for each answer."""
PAUSE = 1.0
"""Seconds in which nobody tries again after a failure, so that a hanging server is not waited for at every ring."""

log = structlog.get_logger(__name__)


class Bell:
    """One application's way to the queue. Safe to share between threads and across fork."""

    def __init__(self, url: str) -> None:
        self.connection = redis.Redis.from_url(
            url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=Retry(NoBackoff(), 0)
        )
        self.queue = Queue(QUEUE, connection=self.connection, serializer=JSONSerializer)
        self._lock = threading.Lock()
        self._away = False
        self._silent_until = 0.0

    def ring(self, task: str, *args: Any) -> bool:
        """Nudge a worker to call `task(*args)`; whether the nudge was taken. Never raises for a server that is away."""
        if time.monotonic() < self._silent_until:
            return False
        try:
            self.queue.enqueue(
                task,
                args=args,
                job_timeout=JOB_TIMEOUT,
                ttl=NUDGE_TTL,
                result_ttl=0,
                failure_ttl=FAILURE_TTL,
                description=task,
            )
        except (redis.RedisError, OSError) as error:
            self._failed(error)
            return False
        self._answered()
        return True

    def answers(self) -> bool:
        """Whether the key-value server answers now (for `/readyz`)."""
        try:
            self.connection.ping()
        except (redis.RedisError, OSError) as error:
            self._failed(error)
            return False
        self._answered()
        return True

    def _failed(self, error: Exception) -> None:
        with self._lock:
            first, self._away = not self._away, True
            self._silent_until = time.monotonic() + PAUSE
        if first:
            log.warning("queue_away", error=str(error), meaning="work is found by the scheduler's sweep instead")

    def _answered(self) -> None:
        with self._lock:
            back, self._away = self._away, False
            self._silent_until = 0.0
        if back:
            log.info("queue_back")


def init(app: Flask, url: str) -> None:
    """Give the application its bell. Nothing connects before the first ring."""
    app.extensions["bell"] = Bell(url)


def ring(task: str, *args: Any) -> None:
    """Nudge a worker to call `task(*args)`: a dotted path, and arguments that JSON can hold.

    Call it after the commit that wrote the work. Never raises when the key-value server is away.
    """
    bell: Bell = current_app.extensions["bell"]
    bell.ring(task, *args)


def answers() -> bool:
    """Whether the current application's key-value server answers now."""
    bell: Bell = current_app.extensions["bell"]
    return bell.answers()


class FlaskWorker(Worker):
    """Runs each nudge in a forked child, inside the application's context.

    The intervals are far below RQ's own, with which a killed worker's job was not found within twelve minutes.
    """

    max_connection_wait_time = 2.0

    def __init__(self, app: Flask, connection: redis.Redis) -> None:
        self.app = app
        self.stopping = False
        super().__init__(
            [QUEUE],
            connection=connection,
            serializer=JSONSerializer,
            maintenance_interval=30,
            job_monitoring_interval=10,
            worker_ttl=60,
            log_job_description=False,
        )

    def subscribe(self) -> None:
        """No remote commands are used, so no thread listens for them (and none is there when it forks)."""

    def request_stop(self, signum: Any, frame: Any) -> None:
        self.stopping = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def fork_work_horse(self, job: Job, queue: Queue) -> None:
        self.pid_before_fork = os.getpid()
        super().fork_work_horse(job, queue)

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        """In the child: never outlive the worker, and forget the parent's database connections without closing them."""
        die_with_parent(self.pid_before_fork)
        with self.app.app_context():
            for engine in db.engines.values():
                engine.dispose(close=False)
        super().main_work_horse(job, queue)

    def perform_job(self, job: Job, queue: Queue, execution: Execution) -> bool:
        with self.app.app_context():
            return super().perform_job(job, queue, execution)


def run_worker(app: Flask, url: str) -> None:
    """Work until SIGTERM or SIGINT, which let the running job finish; the second one ends it.

    RQ's worker gives up when the key-value server goes away while it runs a job; then a new one begins, as often as
    needed.
    """
    away = False
    while True:
        try:
            connection = redis.Redis.from_url(url, retry=Retry(NoBackoff(), 0))
            worker = FlaskWorker(app, connection)
        except (redis.RedisError, OSError) as error:
            if not away:
                log.warning("worker_waits_for_queue", error=str(error))
            away = True
            time.sleep(1)
            continue
        away = False
        try:
            worker.work(logging_level="WARNING")
        except StopRequested:
            return
        except (redis.RedisError, OSError) as error:
            log.warning("worker_lost_queue", error=str(error))
        finally:
            connection.close()
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
        if worker.stopping:
            return
        time.sleep(1)
