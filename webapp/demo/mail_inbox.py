"""`python -m webapp.demo.mail_inbox SMTP_PORT PAGE_PORT FOLDER`: a mailbox for development that takes every mail.

Mails stay on this machine: an SMTP server on the loopback address keeps the newest 500 as files, and a small web page
shows them.
"""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from webapp.demo.mailbox import Mailbox
from webapp.demo.mailbox_pages import PageServer

LOOPBACK = "127.0.0.1"
LARGEST = 10 * 1024 * 1024
"""Bytes of a mail."""


class Receiver:
    """aiosmtpd's handler."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox

    async def handle_DATA(  # noqa: N802 — the name that aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        self.mailbox.add(list(envelope.rcpt_tos), envelope.content if isinstance(envelope.content, bytes) else b"")
        return "250 kept"


def main(arguments: list[str]) -> None:
    smtp_port, page_port, folder = int(arguments[0]), int(arguments[1]), Path(arguments[2])
    mailbox = Mailbox(folder)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    receiver = Controller(Receiver(mailbox), hostname=LOOPBACK, port=smtp_port, data_size_limit=LARGEST)
    receiver.start()
    pages = PageServer((LOOPBACK, page_port), mailbox)
    threading.Thread(target=pages.serve_forever, name="pages", daemon=True).start()
    stop.wait()
    receiver.stop()
    pages.shutdown()


if __name__ == "__main__":
    main(sys.argv[1:])
