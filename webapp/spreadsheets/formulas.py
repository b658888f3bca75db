"""Cells that a spreadsheet would run as a formula, made harmless in a way that can be taken back.

Excel, LibreOffice and Google Sheets run a CSV cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line end
(OWASP, "CSV Injection"); in East Asian settings also the full-width ``＝＋－＠``. White space before the sign does
not protect.

Such a cell gets an apostrophe in front. So does one that already begins with apostrophes before such a sign: with that
`undefuse` gives back exactly what `defuse` was given, whatever it was, and a downloaded file says the same when it is
uploaded again. A file of someone else may hold ``'+62812…`` too, because people type the apostrophe to keep the sign;
there as well the number is meant, so taking it away is right.

Plain negative numbers (``-5``, ``-1250.50``) stay numbers: they run nothing, and sums must work. ``+62812…`` is
defused although it is harmless: as a number it would lose its plus, and ``-012`` its zero.
"""

from __future__ import annotations

import re

_DANGEROUS = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")
_NEGATIVE_NUMBER = re.compile(r"-(?:0|[1-9][0-9]{0,14})(?:[.,][0-9]{1,15})?")
_DEFUSED = re.compile(r"'+(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")


def defuse(value: str) -> str:
    """The cell as it can be written into a CSV file; most come back as they are."""
    if _DANGEROUS.match(value) is None or _NEGATIVE_NUMBER.fullmatch(value) is not None:
        return value
    return "'" + value


def undefuse(value: str) -> str:
    """What `defuse` was given: without the one apostrophe that it put in front."""
    return value[1:] if _DEFUSED.match(value) is not None else value


def guard(value: str) -> str:
    """For files whose text cells run nothing (XLSX): changed only where `undefuse` would change it when it is read."""
    return "'" + value if _DEFUSED.match(value) is not None else value
