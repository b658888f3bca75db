"""E-mail through an SMTP server (RFC 5321): text and HTML part, one connection for a batch."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, localtime, parseaddr
from types import TracebackType
from typing import Self
from urllib.parse import SplitResult, unquote, urlsplit

from webapp.integrations.errors import Misconfigured, Refused, Retryable, UnknownOutcome
from webapp.integrations.notifiers.base import Message

DEFAULT_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_ADDRESS = re.compile(r"[^@\s<>,;:\"()\[\]\\\x00-\x1f\x7f]+@[^@\s<>,;:\"()\[\]\\\x00-\x1f\x7f]+")


class SmtpNotifier:
    """Sends mails; keeps its connection within `with`, else opens one for each mail.

    `url` is `smtp://`, `smtp+starttls://` or `smtps://[user:password@]host[:port]`, `timeout` seconds for each step,
    `now` the clock, `tls` the certificates to trust instead of the system's.
    Not for use by two threads at once.
    """

    def __init__(
        self,
        url: str,
        mail_from: str,
        timeout: float = 10.0,
        *,
        now: Callable[[], datetime] = localtime,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._url = _server(url)
        self._name, self._address = parseaddr(mail_from)
        if not _ADDRESS.fullmatch(self._address):
            raise Misconfigured(f"{mail_from!r} is not an address that mails can come from")
        self._timeout = timeout
        self._now = now
        self._tls = tls
        self._client: smtplib.SMTP | None = None
        self._batch = False

    def __enter__(self) -> Self:
        self._batch = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._batch = False
        self._close()

    def send(self, message: Message) -> None:
        """Hand one mail to the server; when this returns, the server has taken it.

        Raises Refused (this recipient or mail, for good), Retryable, Misconfigured, or UnknownOutcome when the mail
        was handed over and no answer came; it may then be sent again, with the same Message-ID.
        """
        built = build(message, self._name, self._address, self._now())
        reused = self._client is not None
        client = self._connect()
        try:
            if reused and not _alive(client):
                self._close()
                client = self._connect()
            _hand_over(client, self._address, built)
        except BaseException:
            self._close()
            raise
        if not self._batch:
            self._close()

    def _connect(self) -> smtplib.SMTP:
        if self._client is None:
            self._client = _open(self._url, self._timeout, self._tls)
        return self._client

    def _close(self) -> None:
        client, self._client = self._client, None
        if client is None:
            return
        try:
            client.quit()
        except (smtplib.SMTPException, OSError):
            client.close()


def build(message: Message, from_name: str, from_address: str, sent_at: datetime) -> EmailMessage:
    """The mail as it goes over the wire. Line breaks in what becomes a header are taken out, so none can be added.

    Raises Refused for an address that is none.
    """
    if not _ADDRESS.fullmatch(message.to):
        raise Refused("not an e-mail address")
    mail = EmailMessage(policy=SMTP.clone(cte_type="7bit"))  # every server takes it
    mail["Subject"] = _one_line(message.subject)
    own = _ADDRESS.fullmatch(message.from_address) is not None and message.from_address != from_address
    shown = message.from_address if own else from_address
    mail["From"] = _address(_one_line(message.from_name or from_name), shown)
    if own:
        mail["Sender"] = _address(_one_line(from_name), from_address)  # RFC 5322, 3.6.2: who really sends it
    mail["To"] = _address("", message.to)
    mail["Date"] = format_datetime(sent_at)
    domain = from_address.rpartition("@")[2]
    mail["Message-ID"] = f"<{re.sub(r'[^A-Za-z0-9._-]', '-', message.message_id)}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    if message.reply_to and _ADDRESS.fullmatch(message.reply_to):
        mail["Reply-To"] = _address("", message.reply_to)
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    return mail


def _one_line(text: str) -> str:
    return _CONTROL.sub(" ", text).strip()


def _address(name: str, address: str) -> Address:
    user, _, domain = address.rpartition("@")
    try:
        user.encode("ascii")  # other letters need SMTPUTF8, which most servers refuse
        return Address(name, user, domain.encode("idna").decode("ascii"))
    except (ValueError, UnicodeError):
        raise Refused("not an e-mail address") from None


def _server(url: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise Misconfigured("no mail server is set (LAPAK_MAIL_URL)")
    return parts


def _open(url: SplitResult, timeout: float, tls: ssl.SSLContext | None) -> smtplib.SMTP:
    host, port = url.hostname or "", url.port or DEFAULT_PORTS[url.scheme]
    context = tls or ssl.create_default_context()
    client: smtplib.SMTP | None = None
    try:
        if url.scheme == "smtps":
            client = smtplib.SMTP_SSL(host, port, timeout=timeout, context=context)
        else:
            client = smtplib.SMTP(host, port, timeout=timeout)
        client.ehlo()
        if url.scheme == "smtp+starttls":
            client.starttls(context=context)
        if url.username:
            client.login(unquote(url.username), unquote(url.password or ""))
    except BaseException as error:
        if client is not None:
            client.close()
        raise _connection_failure(error, f"{host}:{port}") from error
    return client


def _connection_failure(error: BaseException, server: str) -> BaseException:
    """Nothing was handed over yet, so nothing is unknown."""
    match error:
        case ssl.SSLCertVerificationError():
            return Misconfigured(f"{server}: its certificate is not accepted: {error.verify_message}")
        case smtplib.SMTPAuthenticationError() if error.smtp_code >= 500:
            return Misconfigured(f"{server}: user name or password is not accepted")
        case smtplib.SMTPNotSupportedError() | ssl.SSLError():
            return Misconfigured(f"{server}: does not speak as the address says (encryption, sign-in)")
        case socket.gaierror():
            return Retryable(f"{server}: host is not found")
        case smtplib.SMTPResponseException() if error.smtp_code >= 500:
            return Misconfigured(f"{server}: {error.smtp_code} {_text(error.smtp_error)}")
        case smtplib.SMTPException() | OSError():
            return Retryable(f"{server}: {error}")
    return error


def _alive(client: smtplib.SMTP) -> bool:
    """Servers close a connection that was idle; asking also forgets a mail that was refused halfway."""
    try:
        return client.rset()[0] == 250
    except (smtplib.SMTPException, OSError):
        return False


def _hand_over(client: smtplib.SMTP, sender: str, mail: EmailMessage) -> None:
    """MAIL, RCPT and DATA one by one: only what fails after DATA began has an unknown outcome."""
    recipient = str(mail["To"].addresses[0].addr_spec)
    content = mail.as_bytes()
    try:
        _expect(client.mail(sender, ()), sender_fault=True)
        _expect(client.rcpt(recipient, ()))
    except (smtplib.SMTPException, OSError) as error:
        raise Retryable(f"the mail server went away: {error}") from error
    try:
        code, answer = client.data(content)
    except smtplib.SMTPDataError as error:  # refused before the mail was sent
        _expect((error.smtp_code, error.smtp_error))
        raise Retryable(f"{error.smtp_code} {_text(error.smtp_error)}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise UnknownOutcome(f"the mail server took the mail and gave no answer: {error}") from error
    _expect((code, answer))


def _expect(answer: tuple[int, bytes | str], *, sender_fault: bool = False) -> None:
    """RFC 5321, 4.2.1: 2yz done, 4yz not now, 5yz never. A sender that is refused is our setting, not this mail."""
    code, text = answer
    if 200 <= code < 300:
        return
    words = f"{code} {_text(text)}"
    if code >= 500:
        raise Misconfigured(words) if sender_fault or code == 530 else Refused(words)
    raise Retryable(words)


def _text(answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return _one_line(text)[:200]
