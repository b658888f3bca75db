"""`lapak run` with real processes: whatever is killed comes back, and when the supervisor goes, nothing stays."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.processes import descendants, environment, is_gone, running, wait_until
from webapp.integrations.notifiers.base import Message
from webapp.integrations.notifiers.smtp import SmtpNotifier
from webapp.queues import Bell
from webapp.settings import Settings
from webapp.supervisor import valkey

PARTS = {
    "web": "-m webapp web",
    "worker": "-m webapp worker",
    "scheduler": "-m webapp scheduler",
    "inbox": "webapp.demo.mail_inbox",
    "key-value server": "valkey-server",
}
STOP_SECONDS = 10


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError):
        return False


@dataclass
class House:
    """A running supervisor and what is known of it."""

    process: subprocess.Popen[bytes]
    settings: Settings
    output: Path

    def part(self, name: str) -> int | None:
        """The process that the supervisor started for a part."""
        for child in psutil.Process(self.process.pid).children():
            try:
                if PARTS[name] in " ".join(child.cmdline()) and child.status() != psutil.STATUS_ZOMBIE:
                    return child.pid
            except psutil.NoSuchProcess:
                continue
        return None

    def alive(self, name: str) -> bool:
        """Whether the part does its work, as far as it can be asked."""
        if self.part(name) is None:
            return False
        if name == "web":
            return answers(f"http://127.0.0.1:{self.settings.port}/healthz")
        if name == "inbox":
            return answers(self.inbox)
        return name != "key-value server" or valkey.answers(self.settings)

    @property
    def inbox(self) -> str:
        found = re.search(r"Mail inbox +http://localhost:(\d+)/", self.output.read_text(encoding="utf-8"))
        return f"http://127.0.0.1:{found[1]}/" if found else "http://127.0.0.1:1/"

    def everybody(self) -> list[int]:
        return [self.process.pid, *descendants(self.process.pid)]

    def wait_for_all(self) -> None:
        for name in PARTS:
            wait_until(lambda name=name: self.alive(name), f"{name} works; output: {self.output.read_text()}")


@contextmanager
def house(instance: Path, port: int | None = None) -> Iterator[House]:
    port = port or free_port()
    environ = environment(instance, PORT=str(port))
    output = instance.with_suffix(".log")
    with running(["-m", "webapp", "run"], environ, output) as process:
        settings = Settings.from_env({"LAPAK_INSTANCE": str(instance), "PORT": str(port)})
        yield House(process, settings, output)


def assert_gone(pids: list[int]) -> None:
    for pid in pids:
        wait_until(lambda pid=pid: is_gone(pid), f"process {pid} is gone", STOP_SECONDS)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("shared") / "instance") as one:
        one.wait_for_all()
        yield one


def test_it_says_where_everything_is(shared: House) -> None:
    text = shared.output.read_text(encoding="utf-8")
    assert f"http://localhost:{shared.settings.port}/" in text
    assert "Mail inbox" in text


@pytest.mark.parametrize("name", PARTS)
def test_a_part_that_is_killed_comes_back_and_leaves_nothing(shared: House, name: str) -> None:
    shared.wait_for_all()
    before = shared.part(name)
    assert before is not None
    family = [before, *descendants(before)]
    psutil.Process(before).kill()
    wait_until(lambda: shared.part(name) not in (None, before), f"{name} is started again")
    assert_gone(family)
    shared.wait_for_all()


def test_one_process_of_the_web_server_may_die(shared: House) -> None:
    shared.wait_for_all()
    server = shared.part("web")
    assert server is not None
    victim = descendants(server)[0]
    psutil.Process(victim).kill()
    wait_until(lambda: is_gone(victim), "it is gone")
    wait_until(lambda: len(descendants(server)) >= 2, "the server replaced it")
    assert shared.part("web") == server
    shared.wait_for_all()


def test_a_key_value_server_whose_folder_is_deleted_is_replaced(shared: House) -> None:
    shared.wait_for_all()
    shutil.rmtree(shared.settings.valkey_dir)
    wait_until(lambda: shared.alive("key-value server"), "it answers again")


def test_a_key_value_server_that_cannot_read_its_data_begins_without(shared: House) -> None:
    shared.wait_for_all()
    before = shared.part("key-value server")
    for path in (shared.settings.valkey_dir / "appendonlydir").iterdir():
        path.write_bytes(b"*9\r\nrubbish\r\n" * 100)
    psutil.Process(before).kill()
    wait_until(lambda: shared.part("key-value server") not in (None, before), "it is started again")
    wait_until(lambda: shared.alive("key-value server"), "it answers again")


def test_mails_of_the_others_arrive_in_the_inbox(shared: House) -> None:
    shared.wait_for_all()
    worker = shared.part("worker")
    url = psutil.Process(worker).environ()["LAPAK_MAIL_URL"]
    SmtpNotifier(url, "Lapak <shop@lapak.test>").send(
        Message(to="buyer@lapak.test", subject="Sent!", text="Hello", html="<p>Hello</p>", message_id="1")
    )
    with urllib.request.urlopen(shared.inbox, timeout=5) as response:
        assert "Sent!" in response.read().decode()


def test_a_second_one_says_why_it_does_not_start(shared: House, tmp_path: Path) -> None:
    port, instance = str(shared.settings.port), shared.settings.instance_dir
    for environ, words in (
        (environment(tmp_path / "other", PORT=port), f"PORT: {port} is taken"),
        (environment(instance, PORT=str(free_port())), "LAPAK_INSTANCE: lapak runs in"),
    ):
        output = tmp_path / "output"
        output.unlink(missing_ok=True)
        with running(["-m", "webapp", "run"], environ, output) as process:
            assert process.wait(30) == 2
        assert words in output.read_text(encoding="utf-8")
        assert len(output.read_text(encoding="utf-8").splitlines()) == 1
    shared.wait_for_all()


def test_nothing_outlives_a_supervisor_that_was_killed_and_the_next_one_starts(tmp_path: Path) -> None:
    with house(tmp_path / "instance") as first:
        first.wait_for_all()
        bell = Bell(first.settings.queue_url)
        stuck = tmp_path / "stuck"
        bell.ring("tests.queue_worker.ignore_all_signals", str(stuck))
        bell.connection.close()
        wait_until(stuck.exists, "a task runs")
        pids = first.everybody()
        first.process.kill()
        first.process.wait()
        with house(tmp_path / "instance", first.settings.port) as second:
            second.wait_for_all()
        assert_gone(pids)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_ends_everything_within_ten_seconds(tmp_path: Path, number: signal.Signals) -> None:
    with house(tmp_path / "instance") as one:
        one.wait_for_all()
        bell = Bell(one.settings.queue_url)
        stuck = tmp_path / "stuck"
        bell.ring("tests.queue_worker.ignore_all_signals", str(stuck))
        bell.connection.close()
        wait_until(stuck.exists, "a task runs")
        pids = one.everybody()
        begin = time.monotonic()
        one.process.send_signal(number)
        assert one.process.wait(30) == 0
        assert time.monotonic() - begin < STOP_SECONDS
        assert_gone(pids)


def test_a_stop_during_the_start_is_heeded(tmp_path: Path) -> None:
    with house(tmp_path / "instance") as one:
        wait_until(lambda: len(one.everybody()) > 1, "something was started")
        pids = one.everybody()
        one.process.terminate()
        assert one.process.wait(30) == 0
        assert_gone(pids)
