"""What WTForms says about a field, in our catalogue: the library brings no Indonesian.

A form uses it through its `Meta`:

    class Meta:
        def get_translations(self, form: BaseForm) -> FormWords:
            return FormWords()
"""

from __future__ import annotations

from webapp.domain.errors import N_
from webapp.formats.languages import translated

MESSAGES = (
    N_("CSRF failed."),
    N_("CSRF token expired."),
    N_("CSRF token missing."),
    N_("Choices cannot be None."),
    N_("Date must be at least %(min)s."),
    N_("Date must be at most %(max)s."),
    N_("Date must be between %(min)s and %(max)s."),
    N_("Field must be between %(min)d and %(max)d characters long."),
    N_("Field must be equal to %(other_name)s."),
    N_("Invalid CSRF Token."),
    N_("Invalid Choice: could not coerce."),
    N_("Invalid IP address."),
    N_("Invalid Mac address."),
    N_("Invalid URL."),
    N_("Invalid UUID."),
    N_("Invalid choice(s): one or more data inputs could not be coerced."),
    N_("Invalid email address."),
    N_("Invalid field name '%s'."),
    N_("Invalid input."),
    N_("Invalid value, can't be any of: %(values)s."),
    N_("Invalid value, must be one of: %(values)s."),
    N_("Not a valid choice."),
    N_("Not a valid date value."),
    N_("Not a valid datetime value."),
    N_("Not a valid decimal value."),
    N_("Not a valid float value."),
    N_("Not a valid integer value."),
    N_("Not a valid time value."),
    N_("Not a valid week value."),
    N_("Number must be at least %(min)s."),
    N_("Number must be at most %(max)s."),
    N_("Number must be between %(min)s and %(max)s."),
    N_("This field cannot be edited."),
    N_("This field is disabled and cannot have a value."),
    N_("This field is required."),
    # Plurals there; a word that fits any number here.
    N_("'%(value)s' is not a valid choice for this field."),
    N_("Field cannot be longer than %(max)d character."),
    N_("Field must be at least %(min)d character long."),
    N_("Field must be exactly %(max)d character long."),
)
"""WTForms' own texts, so that they are collected for the translators; a test compares them with the library."""


class FormWords:
    """As WTForms asks for it."""

    def gettext(self, string: str) -> str:
        """The text in the reader's language."""
        return translated(string)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """The same for a number: only English has two forms among our languages."""
        words = translated(singular)
        return words if words != singular or n == 1 else plural
