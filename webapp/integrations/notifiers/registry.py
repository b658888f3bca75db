"""Which notifier sends what: the one place that knows a concrete one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from webapp.integrations.errors import Misconfigured
from webapp.integrations.notifiers.base import Message, Notifier
from webapp.integrations.notifiers.smtp import SmtpNotifier


class _Unusable:
    """Stands for a notifier whose settings are wrong: each message learns why, and waits."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def send(self, message: Message) -> None:
        raise Misconfigured(self._reason)


@contextmanager
def mail_notifier(mail_url: str, mail_from: str) -> Iterator[Notifier]:
    """Whoever sends mails, by the settings of those names; its connection is kept within the block.

    Never raises itself: with settings that can't be used each `send` raises Misconfigured.
    """
    try:
        notifier = SmtpNotifier(mail_url, mail_from)
    except Misconfigured as error:
        yield _Unusable(error.reason)
        return
    with notifier:
        yield notifier
