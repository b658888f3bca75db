"""`lapak run`: everything on one machine, started and stopped together."""

from __future__ import annotations

import fcntl
import http.client
import os
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import click

from webapp.demo.sign_in import demo_sign_in
from webapp.settings import Settings, SettingsError, read_dotenv
from webapp.supervisor import ports, valkey
from webapp.supervisor.prepared import is_prepared
from webapp.supervisor.processes import Program, Supervisor

SMTP_PORT = 1025
INBOX_PORT = 8025


def healthy(port: int) -> bool:
    """Whether the web server answers on this machine."""
    with closing(http.client.HTTPConnection(ports.LOOPBACK, port, timeout=1)) as connection:
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False


def only_one(settings: Settings) -> int:
    """Take the instance for this process; the answer must stay open as long as it is used.

    The kernel holds the lock, so none is ever left behind. Raises SettingsError when another one has it.
    """
    settings.instance_dir.mkdir(parents=True, exist_ok=True)
    lock = os.open(settings.instance_dir / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise SettingsError(f"LAPAK_INSTANCE: lapak runs in {settings.instance_dir} already") from None
    return lock


def lapak(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "webapp", *arguments]


def pages(settings: Settings, environ: Mapping[str, str], inbox: tuple[int, int] | None) -> list[Program]:
    """What a person looks at. `inbox`: ports of the mail inbox, for mails and for its page."""
    found = [
        Program(
            name="The web server",
            command=lapak("web"),
            environ=environ,
            answers=lambda: healthy(settings.port),
        )
    ]
    if inbox:
        smtp_port, page_port = inbox
        command = [sys.executable, "-m", "webapp.demo.mail_inbox", str(smtp_port), str(page_port)]
        command.append(str(settings.instance_dir / "inbox"))
        found.append(Program(name="The mail inbox", command=command, environ=environ, last=True))
    return found


def background(environ: Mapping[str, str]) -> list[Program]:
    """What works unseen; started once the pages are there, so that nobody waits for it."""
    return [
        Program(name="The worker", command=lapak("worker"), environ=environ),
        Program(name="The scheduler", command=lapak("scheduler"), environ=environ),
    ]


def key_value_server(settings: Settings, environ: Mapping[str, str]) -> Program:
    return Program(
        name="The key-value server",
        command=[sys.executable, "-m", "webapp.supervisor.valkey_server"],
        environ=environ,
        answers=lambda: valkey.answers(settings),
        watched=True,
        mend=lambda: valkey.forget(settings),
        last=True,
    )


def announcement(settings: Settings, inbox: tuple[int, int] | None, demo: bool) -> str:
    lines = ["", f"  Lapak            http://localhost:{settings.port}/"]
    if inbox:
        lines.append(f"  Mail inbox       http://localhost:{inbox[1]}/")
    if demo:
        lines += ["", *(f"  {line}" for line in demo_sign_in().splitlines())]
    else:
        lines += ["", "  Nobody can sign in yet? lapak user add EMAIL"]
    return "\n".join([*lines, "", "  Ctrl-C stops everything.", ""])


@click.command()
@click.option("--demo", is_flag=True, help="Fill an empty database with demo data and show the demo sign-in.")
def run(demo: bool) -> None:
    """Start web, worker, scheduler and, where the settings name none, key-value server and mail inbox."""
    settings = Settings.from_env()
    ports.check_web_port(settings)
    lock = only_one(settings)
    inbox = None
    environ = {**read_dotenv(Path(".env")), **os.environ, "PYTHONUNBUFFERED": "1"}
    if not settings.mail_url and not settings.production:
        smtp_port = ports.first_free(SMTP_PORT)
        inbox = (smtp_port, ports.first_free(max(INBOX_PORT, smtp_port + 1)))
        environ["LAPAK_MAIL_URL"] = f"smtp://{ports.LOOPBACK}:{smtp_port}"
    supervisor = Supervisor(lambda text: click.echo(text, err=True))
    try:
        if not settings.redis_url:
            supervisor.start(key_value_server(settings, environ))
        status = 0
        if not is_prepared(settings, with_orders=demo):
            prepare = Program(name="init", command=lapak("init", *(["--demo"] if demo else [])), environ=environ)
            status = supervisor.run_once(prepare)
        if status == 0:
            for program in pages(settings, environ, inbox):
                supervisor.start(program)

            def on_ready() -> None:
                click.echo(announcement(settings, inbox, demo))
                for program in background(environ):
                    supervisor.start(program)

            status = supervisor.keep(on_ready)
    finally:
        supervisor.stop()
        os.close(lock)
    sys.exit(max(status, 0))
