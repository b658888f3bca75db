"""The forms of the order pages. Each carries its CSRF token; what is chosen from is set by the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from webapp.admin.base import PageForm
from webapp.admin.forms import cleaned
from webapp.domain.order_texts import LONGEST_TOLD

OVERRIDE: Mapping[str, bool | None] = {"": None, "withdraw": True, "allow": False}
"""What the three ways of *override* mean: leave it, withdraw the buyer's right to ask for a return, allow it again."""


def _comment() -> Any:
    short = Length(max=LONGEST_TOLD["comment"], message=lazy_gettext("Shorten the comment to %(max)d characters."))
    return TextAreaField(lazy_gettext("Comment"), [short], filters=[cleaned])


def _notify() -> Any:
    return BooleanField(lazy_gettext("Notify buyers"))


class StatusForm(PageForm):
    """Change the status of the selected orders."""

    status = RadioField(lazy_gettext("New status"), validate_choice=False)
    comment = _comment()
    notify = _notify()
    typed = StringField()


class HistoryForm(PageForm):
    """Write a history entry; the status stays unless one is chosen."""

    comment = _comment()
    status = SelectField(lazy_gettext("Status"), default="", validate_choice=False)
    notify = _notify()
    override = SelectField(lazy_gettext("Returns"), default="")
    typed = StringField()

    def set_choices(self, statuses: Sequence[tuple[str, str]]) -> None:
        """Offer these statuses (code, words), the first of them staying as it is, and the three ways of override."""
        self.status.choices = list(statuses)
        self.override.choices = [
            ("", _("Leave as it is")),
            ("withdraw", _("Withdraw the right to return")),
            ("allow", _("Allow returns again")),
        ]

    @property
    def says_nothing(self) -> bool:
        """Whether the entry would have neither a comment nor anything else."""
        return not (self.comment.data or self.status.data or self.override.data)


class PaidForm(PageForm):
    """Mark the selected orders paid."""

    comment = _comment()
    notify = _notify()


class DeleteForm(PageForm):
    """Delete the selected orders."""

    typed = StringField()


class TrackingForm(PageForm):
    """Courier and tracking number of one order's parcel."""

    courier = StringField(lazy_gettext("Courier"), [Length(max=LONGEST_TOLD["courier"])])
    tracking_number = StringField(lazy_gettext("Tracking number"), [Length(max=100)])
