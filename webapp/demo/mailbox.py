"""Mails kept as files in a folder, and what can be read from one."""

from __future__ import annotations

import re
import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import default
from pathlib import Path

KEPT = 500
_NAME = re.compile(r"\d{8}T\d{12}-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Summary:
    """One line of the list."""

    name: str
    """Also its file's name; sorts by arrival."""
    sender: str
    recipients: str
    """Those that the server was told, which is where the mail would have gone."""
    subject: str
    arrived_at: datetime

    def has(self, words: str) -> bool:
        text = f"{self.sender} {self.recipients} {self.subject}".lower()
        return all(word in text for word in words.lower().split())


class Mailbox:
    """The newest mails in a folder, oldest thrown away. Safe to use from several threads."""

    def __init__(self, folder: Path, kept: int = KEPT) -> None:
        self.folder = folder
        self.kept = kept
        self._lock = threading.Lock()
        self._mails: OrderedDict[str, Summary] = OrderedDict()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in sorted(folder.glob("*.eml")):
            if _NAME.fullmatch(path.stem):
                self._mails[path.stem] = _summary(path.stem, path.read_bytes())
        self._forget()

    def add(self, recipients: list[str], content: bytes) -> None:
        """Keep a mail. Who it was for stands in a header of its own, as blind copies are in no other."""
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
        to = re.sub(r"[\x00-\x1f\x7f]", "", ", ".join(recipients))
        content = f"X-Delivered-To: {to}\r\n".encode("utf-8", "replace") + content
        path = self.folder / f"{name}.eml"
        partial = path.with_suffix(".part")
        partial.write_bytes(content)
        partial.rename(path)
        with self._lock:
            self._mails[name] = _summary(name, content)
            self._forget()

    def _forget(self) -> None:
        while len(self._mails) > self.kept:
            name, _ = self._mails.popitem(last=False)
            (self.folder / f"{name}.eml").unlink(missing_ok=True)

    def find(self, words: str = "") -> list[Summary]:
        """Newest first; those that hold every word in sender, recipient or subject."""
        with self._lock:
            return [mail for mail in reversed(self._mails.values()) if mail.has(words)]

    def read(self, name: str) -> tuple[Summary, bytes] | None:
        """One mail and its bytes; None for one that is not (or no longer) there."""
        with self._lock:
            summary = self._mails.get(name)
        if summary is None:
            return None
        try:
            return summary, (self.folder / f"{name}.eml").read_bytes()
        except FileNotFoundError:
            return None


def part(content: bytes, kind: str) -> str | None:
    """The text (`plain`) or the HTML (`html`) of a mail."""
    mail = message_from_bytes(content, _class=EmailMessage, policy=default)
    body = mail.get_body((kind,))
    if body is None:
        return None
    try:
        return str(body.get_content())
    except (LookupError, ValueError, KeyError):
        return None


def headers(content: bytes) -> list[tuple[str, str]]:
    """Name and value of each header, as far as it can be read."""
    found = BytesHeaderParser(policy=default).parsebytes(content)
    return [(name, str(value)) for name, value in found.items()]


def _summary(name: str, content: bytes) -> Summary:
    values = {key.lower(): value for key, value in reversed(headers(content))}
    arrived_at = datetime.strptime(name.partition("-")[0], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
    return Summary(
        name=name,
        sender=values.get("from", ""),
        recipients=values.get("x-delivered-to", values.get("to", "")),
        subject=values.get("subject", ""),
        arrived_at=arrived_at,
    )
