"""The bell: it never harms who rings, and workers outlive the server that carries it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest
from structlog.testing import capture_logs

from tests.processes import environment, is_gone, key_value_server, running, wait_until
from tests.queue_worker import application
from webapp import queues
from webapp.queues import Bell
from webapp.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_env({"LAPAK_INSTANCE": str(tmp_path / "instance")})


@contextmanager
def worker(settings: Settings, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = ["-m", "tests.queue_worker", settings.queue_url, str(folder)]
    with running(command, environment(settings.instance_dir), folder / "worker.log") as process:
        yield process


@pytest.fixture
def bell(settings: Settings) -> Iterator[Bell]:
    bell = Bell(settings.queue_url)
    yield bell
    bell.connection.close()


@contextmanager
def deadline(seconds: float = 30.0) -> Iterator[None]:
    """What is done inside ends by itself, long before a connection without limits would."""
    begin = time.monotonic()
    yield
    assert time.monotonic() - begin < seconds


def ring_until(bell: Bell, path: Path, task: str = "tests.queue_worker.note", *more: str) -> list[str]:
    """Ring as the scheduler's sweep does, until the task has noted itself; its words."""

    def answered() -> bool:
        bell.ring(task, str(path), *more)
        end = time.monotonic() + 1
        while not path.exists() and time.monotonic() < end:
            time.sleep(0.02)
        return path.exists()

    wait_until(answered, f"{path.name} was noted")
    return path.read_text(encoding="utf-8").split()


def test_a_ring_is_answered_inside_the_application(settings: Settings, bell: Bell, tmp_path: Path) -> None:
    with key_value_server(settings), worker(settings, tmp_path) as process:
        app = application(settings.queue_url, tmp_path)
        with app.app_context():
            queues.ring("tests.queue_worker.note", str(tmp_path / "one"))
            assert queues.answers()
        wait_until((tmp_path / "one").exists, "the task ran")
        name, pid, parent = (tmp_path / "one").read_text(encoding="utf-8").split()
        assert (name, int(parent)) == ("worker_under_test", process.pid)
        assert int(pid) != process.pid
        wait_until(lambda: bell.connection.keys("rq:job:*") == [], "nothing is kept of a task that is done")
        app.extensions["bell"].connection.close()


def test_a_server_that_is_away_is_said_once_and_never_raised(bell: Bell) -> None:
    with capture_logs() as logs:
        assert [bell.ring("tests.queue_worker.fail") for _ in range(5)] == [False] * 5
        assert not bell.answers()
    assert [entry["event"] for entry in logs] == ["queue_away"]


def test_a_server_that_hangs_holds_nobody_up(settings: Settings, bell: Bell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "PAUSE", 600.0)
    with key_value_server(settings) as server, capture_logs() as logs:
        assert bell.ring("tests.queue_worker.fail")
        server.send_signal(signal.SIGSTOP)
        with deadline():
            assert not bell.ring("tests.queue_worker.fail")
        with patch.object(bell.queue, "enqueue", side_effect=AssertionError("it is not asked again so soon")):
            assert not bell.ring("tests.queue_worker.fail")
        server.send_signal(signal.SIGCONT)
        wait_until(bell.answers, "the server answers again")
        assert bell.ring("tests.queue_worker.fail")
    assert [entry["event"] for entry in logs] == ["queue_away", "queue_back"]


def test_an_address_where_nobody_answers_holds_nobody_up() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(0)
        bell = Bell(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        with deadline():
            assert not bell.ring("tests.queue_worker.fail")
        bell.connection.close()


def test_a_worker_outlives_a_server_that_is_killed_and_loses_its_data(
    settings: Settings, bell: Bell, tmp_path: Path
) -> None:
    with worker(settings, tmp_path) as process:  # begins before there is a server
        with key_value_server(settings) as server:
            assert int(ring_until(bell, tmp_path / "one")[2]) == process.pid
            server.kill()
            server.wait()
        shutil.rmtree(settings.valkey_dir)
        with key_value_server(settings):
            assert int(ring_until(bell, tmp_path / "two")[2]) == process.pid


def test_a_worker_whose_server_goes_during_a_task_works_on(settings: Settings, bell: Bell, tmp_path: Path) -> None:
    go = tmp_path / "go"
    with worker(settings, tmp_path) as process:
        with key_value_server(settings) as server:
            ring_until(bell, tmp_path / "long", "tests.queue_worker.wait_for", str(go))
            server.kill()
            server.wait()
        go.touch()
        wait_until((tmp_path / "long.done").exists, "the running task was finished without the server")
        with key_value_server(settings):
            assert int(ring_until(bell, tmp_path / "next")[2]) == process.pid


def test_a_task_that_fails_harms_no_other(settings: Settings, bell: Bell, tmp_path: Path) -> None:
    with key_value_server(settings), worker(settings, tmp_path):
        bell.ring("tests.queue_worker.fail")
        bell.ring("tests.queue_worker.there_is_no_such_task")
        ring_until(bell, tmp_path / "after")
        assert "as asked" in (tmp_path / "worker.log").read_text(encoding="utf-8")


def test_no_task_outlives_a_worker_that_was_killed(settings: Settings, bell: Bell, tmp_path: Path) -> None:
    with key_value_server(settings), worker(settings, tmp_path) as process:
        horse = int(ring_until(bell, tmp_path / "stuck", "tests.queue_worker.ignore_all_signals")[1])
        process.kill()
        wait_until(lambda: is_gone(horse), "the task's process is gone")


def test_a_stop_lets_the_running_task_finish_and_a_second_one_does_not(
    settings: Settings, bell: Bell, tmp_path: Path
) -> None:
    with key_value_server(settings):
        with worker(settings, tmp_path) as process:
            ring_until(bell, tmp_path / "first", "tests.queue_worker.wait_for", str(tmp_path / "go"))
            process.terminate()
            (tmp_path / "go").touch()
            assert process.wait(30) == 0
            assert (tmp_path / "first.done").exists()
        with worker(settings, tmp_path) as process:
            horse = int(ring_until(bell, tmp_path / "second", "tests.queue_worker.ignore_all_signals")[1])
            process.terminate()
            begin = time.monotonic()
            while process.poll() is None and time.monotonic() - begin < 30:
                time.sleep(1.1)  # RQ takes a second signal within a second for the same one
                os.kill(process.pid, signal.SIGTERM)
            wait_until(lambda: is_gone(horse), "the task was ended with its worker")
