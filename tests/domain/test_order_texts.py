"""E-mail addresses as every door reads them, and texts of a file that are too long."""

from __future__ import annotations

import pytest

from webapp.domain.errors import Code
from webapp.domain.order_texts import EMAIL, LONGEST
from webapp.services.importing.order_cells import BadCell, cell_email, cell_text


@pytest.mark.parametrize("text", ["a@b.co", "siti.n+toko@mail.example.co.id", "김@온유.한국"])
def test_an_address(text: str) -> None:
    assert EMAIL.fullmatch(text)
    assert cell_email(text) == text


@pytest.mark.parametrize(
    "text", ["siti", "siti@", "@b.co", "siti@localhost", "a b@c.co", "a@b.co,c@d.co", "<a@b.co>", "a@b.co\n"]
)
def test_no_address(text: str) -> None:
    assert not EMAIL.fullmatch(text)
    with pytest.raises(BadCell) as refused:
        cell_email(text)
    assert refused.value.problem.code is Code.BAD_VALUE


@pytest.mark.parametrize("field", LONGEST)
def test_a_file_refuses_what_is_longer(field: str) -> None:
    assert cell_text("x" * LONGEST[field], field)
    with pytest.raises(BadCell):
        cell_text("x" * (LONGEST[field] + 1), field)
