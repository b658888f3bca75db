"""The words with which follow-up messages begin, until a store writes its own."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import force_locale

from webapp.domain.errors import N_
from webapp.domain.follow_up import FollowUp
from webapp.formats.languages import translated

_DEFAULTS: Mapping[FollowUp, str] = {
    FollowUp.UNPAID: N_(
        "Hello {buyer}, thank you for your order {number} at {store}.\n"
        "{items}\nTotal: {total}\nYou can pay and follow it here: {link}"
    ),
    FollowUp.COD: N_(
        "Hello {buyer}, thank you for your order {number} at {store}.\n"
        "{items}\nTotal: {total}, paid on delivery. May we send it to you? {link}"
    ),
    FollowUp.PREPARING: N_(
        "Hello {buyer}, we are preparing your order {number} at {store}.\n{items}\nYou can follow it here: {link}"
    ),
    FollowUp.SHIPPED: N_(
        "Hello {buyer}, your order {number} from {store} is on its way.\n{courier} {tracking}\n"
        "You can follow it here: {link}"
    ),
    FollowUp.DONE: N_(
        "Hello {buyer}, has your order {number} from {store} arrived well? Thank you for shopping with us. {link}"
    ),
    FollowUp.OTHER: N_("Hello {buyer}, this is about your order {number} at {store}. {link}"),
}
_NAMES: Mapping[FollowUp, str] = {
    FollowUp.UNPAID: N_("Waiting for payment"),
    FollowUp.COD: N_("Cash on delivery, to be agreed"),
    FollowUp.PREPARING: N_("Paid, being prepared"),
    FollowUp.SHIPPED: N_("On its way"),
    FollowUp.DONE: N_("Completed"),
    FollowUp.OTHER: N_("Returned, closed or canceled"),
}


def default_follow_up(event: FollowUp, locale: str) -> str:
    """The words of a message in a language, with their placeholders."""
    with force_locale(locale):
        return translated(_DEFAULTS[event])


def follow_up_name(event: FollowUp) -> str:
    """When a message is sent, for people who write it."""
    return translated(_NAMES[event])
