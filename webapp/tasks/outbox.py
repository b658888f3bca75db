"""Sending what waits in the outbox."""

from __future__ import annotations

from flask import current_app

from webapp.extensions import db
from webapp.integrations.notifiers.registry import mail_notifier
from webapp.services.notices import BuyerMails
from webapp.services.outbox import BUYER_MAIL, send_due


def send() -> None:
    """Send everything that is due. Safe to run twice, and in several workers at once."""
    settings = current_app.config["SETTINGS"]
    with mail_notifier(settings.mail_url, settings.mail_from) as notifier:
        send_due({BUYER_MAIL: BuyerMails(db.session(), notifier, settings.base_url)})
