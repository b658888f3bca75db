"""What every way to tell a person something has in common: the message, and somebody who takes it away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One mail to one person."""

    to: str
    """The address alone."""
    subject: str
    text: str
    html: str
    message_id: str
    """Left side of the Message-ID, made from the outbox row: a mail that is sent twice has the same."""
    reply_to: str = ""
    from_name: str = ""
    """Replaces the sender's display name, so that a buyer reads the store's name."""
    from_address: str = ""
    """Replaces the address that the mail says it is from; the server is still told our own, where returns go."""


class Notifier(Protocol):
    """Takes messages away. `send` raises one of the failures in `webapp.integrations.errors`."""

    def send(self, message: Message) -> None:
        """Hand one message over; when this returns, it has been taken."""
        ...
