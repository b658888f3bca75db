"""What templates may call."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import Flask, current_app
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from webapp.formats import icons, labels, languages, numbers, problems, times
from webapp.formats.languages import counted, translated


def register(app: Flask) -> None:
    """Give the application's templates every format, as functions (`money(total, currency)`) and as filters."""
    names = {
        function.__name__: function
        for function in (
            labels.channel_label,
            labels.field_label,
            labels.job_kind_label,
            labels.job_state_label,
            labels.outcome_label,
            labels.payment_label,
            labels.payment_method_label,
            labels.role_label,
            labels.status_label,
            languages.language,
            languages.language_name,
            numbers.amount,
            numbers.file_size,
            numbers.integer,
            numbers.money,
            problems.problem_text,
            times.age,
            times.day,
            times.due,
            times.long_day,
            times.moment,
            times.time_of_day,
        )
    }
    app.jinja_env.globals.update(names, _=_gettext, gettext=_gettext, ngettext=_ngettext)
    app.jinja_env.filters.update(names)
    app.jinja_env.globals["macros"] = macros
    icons.register(app)


def macros(name: str) -> Any:
    """What `{% import "macros/<name>.html" as … %}` gives, for Python and for the templates of hot pages: an import
    compares all names that templates know on every page."""
    return current_app.jinja_env.get_template(f"macros/{name}.html").module


@pass_eval_context
def _gettext(context: EvalContext, msgid: str, /, **variables: Any) -> str:
    """What `_("…")` is in templates: like Jinja's own (variables are escaped, `%%` is a percent sign), but kept.

    A page asks for dozens of texts, and looking up the catalogue for each cost more than the rest of the page.
    """
    text = translated(msgid)
    if not context.autoescape:
        return text % variables
    return Markup(text) % variables if variables else _marked(text)  # noqa: S704 -- our own catalogue


@pass_eval_context
def _ngettext(context: EvalContext, singular: str, plural: str, number: int, /, **variables: Any) -> str:
    """The same for texts that say how many; `%(num)s` is the number unless the variables say otherwise."""
    text = counted(singular, plural, number)
    return (Markup(text) if context.autoescape else text) % {"num": number, **variables}  # noqa: S704 -- our catalogue


@lru_cache(maxsize=2048)
def _marked(text: str) -> Markup:
    return Markup(text) % {}  # noqa: S704 -- our own catalogue
