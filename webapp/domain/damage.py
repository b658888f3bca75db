"""What spreadsheets do to cells: numbers that they have rounded, and errors of their formulas."""

from __future__ import annotations

import re

_ROUNDED = re.compile(r"[0-9](?:[.,][0-9]+)?E\+?[0-9]+", re.IGNORECASE)
_ERRORS = frozenset(
    (
        "#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!",
        "#CONNECT!", "#GETTING_DATA", "#ERROR!",
    )
)  # fmt: skip


def is_rounded(text: str) -> bool:
    """Whether `text` is a number of which a spreadsheet has kept the first digits only: `1.23E+11`."""
    return any(sign in text for sign in ".,+") and _ROUNDED.fullmatch(text) is not None


def is_formula_error(text: str) -> bool:
    """Whether `text` is what a spreadsheet shows for a formula that came to nothing: `#N/A`."""
    return text.startswith("#") and text.upper() in _ERRORS
