"""Which language the reader has: their own choice, else the browser's, else the store's or the installation's."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale
from flask import g, has_request_context, request
from flask_babel import get_locale, get_translations
from flask_login import current_user
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from webapp.settings import LOCALES

NAMES = {"en": "English", "id": "Bahasa Indonesia", "ko": "한국어"}
"""Each language in its own words: what a switch shows."""

_OLD_CODES = {"in": "id"}
"""Some phones still send the code that Indonesian had until 1989."""
_PUBLIC = "/o/"


def language() -> str:
    """The language of the text being made: `en`, `id` or `ko`; English outside an application."""
    try:
        # Where Flask-Babel keeps what it has found. Asked several times a row, its own way in takes five times as long.
        code: str = g._flask_babel.babel_locale.language  # noqa: SLF001
    except (AttributeError, RuntimeError):
        locale = get_locale()
        return locale.language if locale is not None else "en"
    return code


def language_name(code: str) -> str:
    """A language in its own words."""
    return NAMES.get(code, code)


@lru_cache(maxsize=2048)
def in_language(code: str, msgid: str) -> str:  # noqa: ARG001 -- it is half of the key
    """The translation of `msgid`; `code` must be the current language. Kept, so that a list of 50 rows asks once."""
    translated: str = get_translations().ugettext(msgid)
    return translated


def translated(msgid: str) -> str:
    """The translation of `msgid` in the reader's language, without filling its placeholders."""
    return in_language(language(), msgid)


@lru_cache(maxsize=2048)
def _counted(code: str, singular: str, plural: str, number: int) -> str:  # noqa: ARG001 -- as in `in_language`
    counted: str = get_translations().ungettext(singular, plural, number)
    return counted


def counted(singular: str, plural: str, number: int) -> str:
    """The form of a text for `number` of something in the reader's language, without filling its placeholders."""
    return _counted(language(), singular, plural, number)


def ngettext(singular: str, plural: str, number: int, /, **variables: object) -> str:
    """Flask-Babel's `ngettext` for what one page says over and over: the look-up in the catalogue is kept."""
    return counted(singular, plural, number) % {"num": number, **variables}


@lru_cache(maxsize=512)
def best_language(accept_language: str) -> str | None:
    """The best of our languages for a browser's `Accept-Language`, or None when it wants none of them."""
    if not accept_language:
        return None
    # A comma-separated header of thousands of languages is nobody's browser.
    wanted = parse_accept_header(accept_language[:500], LanguageAccept)
    best: tuple[float, str] | None = None
    for tag, quality in wanted:
        code = tag.replace("_", "-").partition("-")[0].lower()
        code = _OLD_CODES.get(code, code)
        if code in LOCALES and quality > 0 and (best is None or quality > best[0]):
            best = (quality, code)
    return best[1] if best else None


def select_locale() -> str | None:
    """The locale of this request for Flask-Babel; None means the installation's.

    The buyer's page never asks who is signed in: that would read the session. There, and for whoever has not signed in
    yet, `?lang=` goes before the browser, and `g.fallback_locale` (the store's) after it.
    """
    if not has_request_context():
        return None
    if not request.path.startswith(_PUBLIC) and current_user and current_user.is_authenticated:
        if current_user.locale in LOCALES:
            return str(current_user.locale)
    elif (chosen := request.args.get("lang")) in LOCALES:
        return chosen
    browser = best_language(request.headers.get("Accept-Language", ""))
    fallback: str | None = g.get("fallback_locale")
    return browser or (fallback if fallback in LOCALES else None)


@lru_cache(maxsize=8)
def locale_of(code: str) -> Locale:
    """Babel's data of a language."""
    return Locale.parse(code)
