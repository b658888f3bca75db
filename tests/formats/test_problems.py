"""Every refusal has its sentence in each language, and none fails to be made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from webapp.domain.errors import ERRORS, VARIANTS, Code, Problem
from webapp.formats import problem_text, register
from webapp.formats.problems import FILE_PROBLEMS
from webapp.spreadsheets.errors import FileProblem

LANGUAGES = ("en", "id", "ko")
NO_BREAK = "\u00a0"
FACTS: dict[str, Any] = {
    "number": "261121-7KQ3F9AB", "from_status": "confirmed", "to_status": "completed", "from_payment": "paid",
    "to_payment": "unpaid", "count": 2, "value": "Shiped", "known": ["created", "shipped"], "field": "tracking_number",
    "tracking_number": "JX77", "row": 12, "limit": 40,
}  # fmt: skip
FILE_FACTS: dict[str, dict[str, Any]] = {
    "empty_file": {},
    "no_rows": {},
    "too_large": {"limit": 200_000_000, "size": 212_345_678},
    "too_many_rows": {"limit": 1_000_000},
    "too_many_columns": {"limit": 500, "line": 3},
    "not_a_table": {"kind": "pdf"},
    "missing_columns": {"missing": ["status"], "found": ["no", "state"], "guesses": {"status": "state"}},
    "duplicate_column": {"column": "status", "found": ["Status", "STATUS"]},
    "bad_encoding": {"encoding": "UTF-8", "byte": 70_000, "line": 12},
    "nul_character": {"line": 12},
    "cell_too_large": {"limit": 32_767, "line": 9},
    "line_too_long": {"limit": 1_000_000, "line": 9},
    "unclosed_quote": {"line": 41},
    "bad_xlsx": {"part": "xl/workbook.xml"},
    "no_sheet": {},
    "encrypted_xlsx": {},
    "old_excel": {"kind": "xls"},
    "xlsx_memory": {"limit": 400_000_000},
    "xlsx_time": {"limit": 60},
}


@pytest.fixture
def app() -> Iterator[Flask]:
    application = Flask("webapp")
    Babel(application)
    register(application)
    with application.app_context():
        yield application


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_and_variant_has_a_whole_sentence(app: Flask, language: str) -> None:
    variants: list[tuple[Code, str | None]] = [*((code, None) for code in ERRORS), *VARIANTS]
    with force_locale(language):
        for code, variant in variants:
            text = problem_text(Problem(code, FACTS | ({"variant": variant} if variant else {})))
            assert text.endswith((".", "다.")), text
            assert not re.search(r"[%?{]", text), text
            for raw in ("to_status", "confirmed,", "tracking_number"):
                assert raw not in text, text


def test_names_both_statuses_in_the_readers_language(app: Flask) -> None:
    problem = Problem(Code.TRANSITION_NOT_ALLOWED, FACTS | {"variant": "ship_first"})
    assert problem_text(problem) == "261121-7KQ3F9AB is Confirmed and can't become Completed. Ship it first."
    with force_locale("id"):
        assert problem_text(problem) == (
            "261121-7KQ3F9AB berstatus Dikonfirmasi, belum bisa menjadi Selesai. Kirim dulu."
        )


def test_takes_a_code_with_its_params_as_they_are_stored(app: Flask) -> None:
    assert problem_text(("unknown_status", {"value": "Shiped", "known": ["created", "ready_to_ship"]})) == (
        "“Shiped” is not a status. Use one of: Created, Ready to ship."
    )
    assert problem_text(("missing_value", {"field": "order_number"})) == "order number is empty."
    assert problem_text(("locked", None)) == "Someone else is changing ?. Try again."


def test_survives_what_another_version_wrote(app: Flask) -> None:
    assert "no_such_code" in problem_text(("no_such_code", {"a": 1}))
    assert problem_text(("not_found", {})) == "No order has the number ?."
    assert problem_text(("not_found", {"number": "X", "variant": "unheard_of"})) == "No order has the number X."


def test_long_and_odd_values_stay_short_and_literal(app: Flask) -> None:
    text = problem_text(("not_found", {"number": "9" * 500}))
    assert len(text) < 120
    assert "…" in text
    assert "100%(x)s" in problem_text(("not_found", {"number": "100%(x)s"}))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", list(FileProblem))
def test_every_problem_of_a_file_has_a_sentence(app: Flask, code: FileProblem, language: str) -> None:
    assert code in FILE_PROBLEMS
    facts = FILE_FACTS[code]
    with force_locale(language):
        for given in (facts, {**facts, "unzipped": 1, "line": 5}, {**facts, "guesses": {}, "encoding": "", "part": ""}):
            text = problem_text((code, given))
            assert text.endswith((".", "다.")), text
            assert not re.search(r"%\(|\?", text), text


def test_a_files_problem_says_where_and_what_to_do(app: Flask) -> None:
    assert problem_text((FileProblem.TOO_LARGE, FILE_FACTS["too_large"])).replace(NO_BREAK, " ") == (
        "The file has 212 MB, and at most 200 MB are read. Split it in two."
    )
    assert problem_text((FileProblem.MISSING_COLUMNS, FILE_FACTS["missing_columns"])) == (
        "The header row lacks status. It has: no, state. Rename “state” to “status”."
    )
    assert "byte 70,000" in problem_text((FileProblem.BAD_ENCODING, FILE_FACTS["bad_encoding"]))
