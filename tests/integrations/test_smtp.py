"""Mails over a real SMTP server: what arrives, and which of the five failures each refusal is."""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from webapp.integrations.errors import Misconfigured, Refused, Retryable, UnknownOutcome
from webapp.integrations.notifiers.base import Message
from webapp.integrations.notifiers.smtp import SmtpNotifier

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
MESSAGE = Message(
    to="buyer@lapak.test",
    subject="Pesanan 260304-7KQ2M9XA dikirim · 배송",
    text="Halo 김민수,\n.a line that begins with a dot\n",
    html="<p>Halo <b>김민수</b></p>",
    message_id="outbox-17",
)


@dataclass
class Server:
    """What a mail server got, and what it answers."""

    mails: list[EmailMessage] = field(default_factory=list)
    peers: list[object] = field(default_factory=list)
    on_mail: str = ""
    on_recipient: str = ""
    on_data: str = "250 taken"
    port: int = 0

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.on_mail:
            return self.on_mail
        self.peers.append(session.peer)
        envelope.mail_from = address
        return "250 ok"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.on_recipient:
            return self.on_recipient
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        mail = email.message_from_bytes(envelope.content, EmailMessage, policy=email.policy.default)
        self.mails.append(mail)
        if self.on_data == "hang up":
            assert server.transport is not None
            server.transport.abort()
            await asyncio.sleep(0)
        return self.on_data

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"


@pytest.fixture
def server() -> Iterator[Server]:
    handler = Server()
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        handler.port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port)
    controller.start()
    yield handler
    controller.stop()


def notifier(url: str, timeout: float = 5) -> SmtpNotifier:
    return SmtpNotifier(url, "Lapak <no-reply@lapak.test>", timeout, now=lambda: NOW)


def test_a_mail_arrives_whole(server: Server) -> None:
    notifier(server.url).send(replace(MESSAGE, reply_to="toko@lapak.test", from_name="Toko Batik, Yogyakarta"))
    (mail,) = server.mails
    assert mail["Subject"] == MESSAGE.subject
    assert mail["From"].addresses[0].display_name == "Toko Batik, Yogyakarta"
    assert mail["From"].addresses[0].addr_spec == "no-reply@lapak.test"
    assert (mail["To"], mail["Reply-To"]) == ("buyer@lapak.test", "toko@lapak.test")
    assert mail["Message-ID"] == "<outbox-17@lapak.test>"
    assert mail["Date"].datetime == NOW
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines() == MESSAGE.text.splitlines()
    assert html.get_content().strip() == MESSAGE.html


def test_a_batch_uses_one_connection(server: Server) -> None:
    with notifier(server.url) as batch:
        for _ in range(3):
            batch.send(MESSAGE)
    assert len(server.mails) == 3
    assert len(set(server.peers)) == 1


def test_a_batch_goes_on_after_a_refusal(server: Server) -> None:
    with notifier(server.url) as batch:
        server.on_recipient = "550 no such user"
        with pytest.raises(Refused, match="550 no such user"):
            batch.send(MESSAGE)
        server.on_recipient = ""
        batch.send(MESSAGE)
    assert len(server.mails) == 1


@pytest.mark.parametrize("text", ["x\r\nBcc: thief@lapak.test", "x\nBcc: thief@lapak.test", "x\r\rBcc: t@t", "x\0y"])
def test_no_text_becomes_a_header(server: Server, text: str) -> None:
    notifier(server.url).send(replace(MESSAGE, subject=text, from_name=text, message_id=text, reply_to=text))
    (mail,) = server.mails
    assert mail["Bcc"] is None
    assert mail["Reply-To"] is None
    assert mail["Message-ID"].endswith("@lapak.test>")


@pytest.mark.parametrize(
    "address",
    ["", "buyer", "a@b@c", "a b@lapak.test", "a@lapak.test\r\nRCPT TO:<t@t.test>", "<a@lapak.test>", "김@lapak.test"],
)
def test_what_is_no_address_is_refused_before_anybody_is_asked(server: Server, address: str) -> None:
    with pytest.raises(Refused):
        notifier(server.url).send(replace(MESSAGE, to=address))
    assert server.peers == []


@pytest.mark.parametrize(
    ("step", "answer", "failure"),
    [
        ("on_mail", "550 not from you", Misconfigured),
        ("on_mail", "451 later", Retryable),
        ("on_recipient", "550 no such user", Refused),
        ("on_recipient", "450 greylisted", Retryable),
        ("on_recipient", "530 sign in first", Misconfigured),
        ("on_data", "554 spam", Refused),
        ("on_data", "452 full", Retryable),
        ("on_data", "hang up", UnknownOutcome),
    ],
)
def test_each_answer_is_one_of_the_five(server: Server, step: str, answer: str, failure: type[Exception]) -> None:
    setattr(server, step, answer)
    with pytest.raises(failure):
        notifier(server.url).send(MESSAGE)


def test_nobody_there_is_worth_another_try() -> None:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(Retryable):
        notifier(f"smtp://127.0.0.1:{port}").send(MESSAGE)


@contextmanager
def talker(conversation: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that says what it is told to."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                conversation(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


def test_a_server_that_says_nothing_is_worth_another_try() -> None:
    with talker(lambda connection: connection.recv(1) and None) as port, pytest.raises(Retryable):
        notifier(f"smtp://127.0.0.1:{port}", timeout=0.2).send(MESSAGE)


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_server_without_the_encryption_asked_for_never_gets_the_mail(server: Server, scheme: str) -> None:
    with pytest.raises(Misconfigured):
        notifier(f"{scheme}://127.0.0.1:{server.port}").send(MESSAGE)
    assert server.mails == []


def test_wrong_settings_are_said_at_once(server: Server) -> None:
    with pytest.raises(Misconfigured):
        notifier("")
    with pytest.raises(Misconfigured):
        SmtpNotifier(server.url, "nobody")
    with pytest.raises(Misconfigured):  # this server has no sign-in
        notifier(f"smtp://user:pass@127.0.0.1:{server.port}").send(MESSAGE)
