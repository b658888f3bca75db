"""Single cells of an orders file."""

from __future__ import annotations

import pytest

from webapp.services.importing.order_cells import BadCell, cell_amount, cell_pieces, cell_text


def test_the_apostrophe_that_keeps_zeros_is_no_part_of_a_postal_code() -> None:
    assert cell_text("'04101", "postal_code") == "04101"
    assert cell_text("'+1 207 555 0100", "buyer_phone") == "+1 207 555 0100"
    assert cell_text("'s-Gravenweg 4", "address") == "'s-Gravenweg 4"
    assert cell_text("'1001", "channel_order_id") == "'1001"


def test_a_cell_that_is_refused_says_what_it_takes() -> None:
    for read, variant in (
        (lambda: cell_pieces("0"), "whole"),
        (lambda: cell_amount("ten", "unit_price", "IDR", None), "amount"),
    ):
        with pytest.raises(BadCell) as refused:
            read()
        assert refused.value.problem.params["variant"] == variant
