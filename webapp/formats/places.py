"""Names of countries in the reader's language."""

from __future__ import annotations

from functools import lru_cache

from webapp.formats.languages import language, locale_of


def country_name(code: str) -> str:
    """The country with this ISO 3166 code; what is no such code stays as it is."""
    return dict(countries()).get(code, code)


def countries() -> tuple[tuple[str, str], ...]:
    """Every country: (code, name), by name."""
    return _countries(language())


@lru_cache(maxsize=8)
def _countries(code: str) -> tuple[tuple[str, str], ...]:
    names = locale_of(code).territories
    real = {code: name for code, name in names.items() if len(code) == 2 and code.isalpha() and code not in _NONE}
    return tuple(sorted(real.items(), key=lambda pair: pair[1]))


_NONE = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})
"""Codes of the list that are no country's."""
