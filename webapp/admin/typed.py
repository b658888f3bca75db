"""Words that a person types before many orders change for good."""

from __future__ import annotations

from flask_babel import gettext as _

from webapp.domain.order_status import OrderStatus

TYPED_FROM = 20
"""From so many orders on, what can't be undone asks for typed words."""


def same_words(typed: str | None, wanted: str) -> bool:
    """Whether somebody typed what was asked for; case and spaces don't matter."""
    return "".join((typed or "").split()).casefold() == "".join(wanted.split()).casefold()


def typed_word(status: OrderStatus) -> str:
    """The word that setting many orders to `status` asks for."""
    return {OrderStatus.CANCELED: _("CANCEL"), OrderStatus.CLOSED: _("CLOSE")}.get(status, _("CHANGE"))
