"""What spreadsheets do to cells."""

from __future__ import annotations

import pytest

from webapp.domain.damage import is_formula_error, is_rounded


@pytest.mark.parametrize("text", ["5.76461E+17", "5,76461E+17", "1.2e15", "5E+17", "8.82E15"])
def test_a_rounded_number_is_known(text: str) -> None:
    assert is_rounded(text)


@pytest.mark.parametrize("text", ["", "576461413038785752", "12E5", "E+17", "JX1.2E+17", "1.5", "2611-7KX39TBM"])
def test_what_was_not_rounded_is_not_taken_for_it(text: str) -> None:
    assert not is_rounded(text)


@pytest.mark.parametrize("text", ["#N/A", "#n/a", "#REF!", "#DIV/0!", "#NAME?", "#VALUE!"])
def test_the_error_of_a_formula_is_known(text: str) -> None:
    assert is_formula_error(text)


@pytest.mark.parametrize("text", ["", "#", "#12", "N/A", "# N/A", "#N/A Jalan Kemang", "see #REF!"])
def test_other_texts_are_no_errors(text: str) -> None:
    assert not is_formula_error(text)
