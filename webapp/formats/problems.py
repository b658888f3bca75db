"""Sentences for refusals: what happened, to which order or where in the file, and what to do.

Rows and jobs store a code and params; a row that an older or newer version wrote must still be readable, so neither
an unknown code nor a missing param raises.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from webapp.domain.errors import ERRORS, N_, VARIANTS, Code, Problem
from webapp.formats.labels import field_label, payment_label, status_label
from webapp.formats.languages import translated
from webapp.formats.numbers import file_size, integer

_LONGEST = 80
"""Characters of a value from a file that are repeated in a sentence."""

FILE_PROBLEMS: Mapping[str, str] = {
    "empty_file": N_("The file is empty. It needs a header row and at least one row below it."),
    "no_rows": N_("The file has a header row and nothing below it. Put one row below the header for each order."),
    "too_large": N_("The file has %(size)s, and at most %(limit)s are read. Split it in two."),
    "too_large.unzipped": N_(
        "Unpacked, the file has %(size)s, and at most %(limit)s are read. Save it as CSV or split it in two."
    ),
    "too_many_rows": N_("The file has more than %(limit)s rows. Split it in two."),
    "too_many_columns": N_("Line %(line)s has more than %(limit)s columns. Delete the columns that are not needed."),
    "not_a_table": N_("The file is %(kind)s, not a table. Save the table as CSV or XLSX and upload that."),
    "not_a_table.line": N_(
        "From line %(line)s on the file is %(kind)s, not a table. Save the table as CSV or XLSX and upload that."
    ),
    "missing_columns": N_(
        "The header row lacks %(missing)s. It has: %(found)s. Name the columns as in the sample file. They are looked"
        " for in the first rows, and of an Excel file on the first sheet that is not hidden."
    ),
    "missing_columns.guesses": N_("The header row lacks %(missing)s. It has: %(found)s. Rename %(guesses)s."),
    "duplicate_column": N_("Several columns mean “%(column)s”: %(found)s. Keep one of them."),
    "bad_encoding": N_(
        "Line %(line)s has letters that no known encoding explains. Save the file as “CSV UTF-8” and upload it again."
    ),
    "bad_encoding.known": N_(
        "Line %(line)s can't be read as %(encoding)s (byte %(byte)s). Save the file as “CSV UTF-8” and upload it again."
    ),
    "nul_character": N_(
        "Line %(line)s has a character that no text has (NUL). Delete the line and type it again, or open the file"
        " in your spreadsheet program and save it as “CSV UTF-8”."
    ),
    "cell_too_large": N_(
        "A cell on line %(line)s has more than %(limit)s characters. Look for a quotation mark that is not closed."
    ),
    "line_too_long": N_(
        "Line %(line)s is longer than %(limit)s. Look for a quotation mark that is not closed, or missing line breaks."
    ),
    "unclosed_quote": N_("The quotation mark opened on line %(line)s is never closed. Close it or delete it."),
    "bad_xlsx": N_("The XLSX file is damaged. Open it in your spreadsheet program, save it again and upload that."),
    "bad_xlsx.part": N_(
        "The XLSX file is damaged (in %(part)s). Open it in your spreadsheet program, save it again and upload that."
    ),
    "no_sheet": N_("The XLSX file has no visible sheet. Show the sheet with the table, save and upload it again."),
    "encrypted_xlsx": N_("The XLSX file has a password. Save it without one and upload that."),
    "old_excel": N_("The file is an old Excel format (.%(kind)s). Save it as XLSX or CSV and upload that."),
    "xlsx_memory": N_("The XLSX file needs more than %(limit)s of memory. Save it as CSV and upload that."),
    "xlsx_time": N_("Reading the XLSX file took longer than %(limit)s seconds. Save it as CSV and upload that."),
}
"""What is wrong with a file as a whole, by the codes of the spreadsheets package; `code.variant` where words differ."""

_KINDS: Mapping[str, str] = {
    "binary": N_("not text"),
    "pdf": N_("a PDF"),
    "image": N_("a picture"),
    "archive": N_("an archive"),
    "html": N_("a web page"),
    "xml": N_("XML"),
    "json": N_("JSON"),
}


def problem_text(problem: Problem | tuple[str, Mapping[str, Any] | None]) -> str:
    """The sentence for a refusal, in the reader's language: a `Problem`, or a code with its params as stored."""
    code, params = (problem.code, problem.params) if isinstance(problem, Problem) else (problem[0], problem[1] or {})
    if code in FILE_PROBLEMS:
        return _file_sentence(code, params)
    try:
        kind = ERRORS[Code(code)]
    except ValueError:
        return translated(N_("This was refused for a reason that has no words yet (%(code)s).")) % {"code": code}
    message = VARIANTS.get((Code(code), str(params.get("variant"))), kind.message)
    return _fill(message, {name: _shown(name, value) for name, value in params.items()})


class _Given(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "?"


def _fill(msgid: str, params: Mapping[str, str]) -> str:
    return translated(msgid) % _Given(params)


def _shown(name: str, value: Any) -> str:
    """A param as a reader sees it; its name says what it is."""
    if name.endswith("_status"):
        return status_label(str(value))
    if name.endswith("_payment"):
        return payment_label(str(value))
    if name == "field":
        return field_label(str(value))
    if name == "known" and isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(status_label(str(each)) for each in value)
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int):
        return integer(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_cut(str(each)) for each in value)
    return _cut(str(value))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


_SIZES = ("too_large", "line_too_long", "xlsx_memory")


def _file_sentence(code: str, params: Mapping[str, Any]) -> str:
    shown = {name: _shown(name, value) for name, value in params.items()}
    for name in ("size", "limit"):
        if code in _SIZES and isinstance(params.get(name), int):
            shown[name] = file_size(params[name])
    if code == "not_a_table":
        kind = str(params.get("kind", "binary"))
        shown["kind"] = translated(_KINDS[kind]) if kind in _KINDS else kind
    if guesses := params.get("guesses"):
        pattern = translated(N_("“%(found)s” to “%(wanted)s”"))
        renames = [pattern % {"found": _cut(str(found)), "wanted": wanted} for wanted, found in guesses.items()]
        shown["guesses"] = ", ".join(renames)
    variant = next((f"{code}.{name}" for name, chosen in _VARIANTS.get(code, {}).items() if chosen(params)), code)
    return _fill(FILE_PROBLEMS[variant], shown)


_VARIANTS: Mapping[str, Mapping[str, Callable[[Mapping[str, Any]], bool]]] = {
    "too_large": {"unzipped": lambda params: bool(params.get("unzipped"))},
    "not_a_table": {"line": lambda params: bool(params.get("line"))},
    "missing_columns": {"guesses": lambda params: bool(params.get("guesses"))},
    "bad_encoding": {"known": lambda params: bool(params.get("encoding"))},
    "bad_xlsx": {"part": lambda params: bool(params.get("part"))},
}
