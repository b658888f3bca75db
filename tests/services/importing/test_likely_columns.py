"""What other programs call our columns: offered to a person who looks at them."""

from __future__ import annotations

import pytest

from webapp.services.importing.order_mapping import as_new_orders, likely_columns


def test_name_is_the_orders_number_where_the_item_has_a_name_of_its_own() -> None:
    header = ["Name", "Email", "Shipping Name", "Lineitem name", "Lineitem quantity"]
    assert likely_columns(header, {"buyer_email": "{Email}"}) == {
        "channel_order_id": "{Name}", "buyer_name": "{Shipping Name}", "item_name": "{Lineitem name}",
        "quantity": "{Lineitem quantity}",
    }  # fmt: skip
    assert likely_columns(["Name", "Price"], {"unit_price": "{Price}"}) == {"buyer_name": "{Name}"}


@pytest.mark.parametrize("whose", ["Shipping", "Billing"])
def test_a_name_in_two_columns_is_joined(whose: str) -> None:
    header = [f"Last Name ({whose})", f"First Name ({whose})", "Quantity (- Refund)", "Item Cost"]
    assert likely_columns(header, {}) == {
        "buyer_name": f"{{First Name ({whose})}} {{Last Name ({whose})}}", "quantity": "{Quantity (- Refund)}",
        "unit_price": "{Item Cost}",
    }  # fmt: skip
    assert likely_columns(header[1:], {}).keys() == {"quantity", "unit_price"}, "half a name is none"


def test_a_column_that_is_filled_goes_before_an_empty_one() -> None:
    header = ["Phone", "Shipping Phone", "Billing Phone", "Shipping Name", "Billing Name"]
    known = {"buyer_phone": "{Phone}"}
    empty = likely_columns(header, known, [["", "", "", "", ""]])
    assert empty == {"buyer_name": "{Shipping Name}"}
    filled = likely_columns(header, known, [["", "", "0812", "", "Alba"]])
    assert filled == {"buyer_name": "{Billing Name}", "buyer_phone": "{Billing Phone}"}
    assert likely_columns(header, known, [["0811", "", "0812", "", "Alba"]]).keys() == {"buyer_name"}
    assert likely_columns(header, known, [["", "0812"]])["buyer_phone"] == "{Shipping Phone}", "a short row"


def test_somebody_elses_numbers_tell_new_orders_apart() -> None:
    assert as_new_orders({"order_number": "{Order Number}", "sku": "{SKU}"}) == {
        "channel_order_id": "{Order Number}", "sku": "{SKU}",
    }  # fmt: skip
