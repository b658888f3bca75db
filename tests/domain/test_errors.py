"""The table of refusals: every code has a status, words, and params for each place in the words."""

from __future__ import annotations

import re

import pytest

from webapp.domain.errors import ERRORS, N_, VARIANTS, Code, Problem, Refused

PARAMS = {
    "not_found": "number",
    "ambiguous": "number count",
    "unknown_status": "value known",
    "transition_not_allowed": "number from_status to_status",
    "digital_order": "number",
    "awaiting_acceptance": "number from_status to_status",
    "unsupported_by_channel": "number from_status to_status",
    "not_deletable": "number from_status",
    "tracking_exists": "number tracking_number",
    "wrong_shipment_state": "number from_status",
    "bad_value": "field value",
    "missing_value": "field",
    "duplicate_row": "number",
    "on_hold": "number from_status to_status",
    "already_pushed": "number",
    "locked": "number",
    "no_permission": "number",
    "internal": "",
}
"""What every problem with this code carries at least."""

VARIANT_PARAMS = {
    ("locked", "changed_since"): "number",
    ("locked", "edited_meanwhile"): "number",
    ("transition_not_allowed", "edit"): "number from_status",
    ("transition_not_allowed", "edit_paid"): "number from_payment",
    ("unsupported_by_channel", "edit"): "number",
    ("digital_order", "edit"): "number",
    ("no_permission", "edit"): "number",
    ("no_permission", "create"): "",
    ("locked", "packed_meanwhile"): "number",
    ("locked", "same_file"): "number",
    ("no_permission", "packing"): "number",
    ("transition_not_allowed", "packing"): "number from_status",
    ("not_found", "line"): "number",
    ("bad_value", "long"): "field value limit",
    ("bad_value", "formula"): "field value",
    ("bad_value", "rounded"): "field value",
    ("bad_value", "formula_error"): "field value",
    ("bad_value", "ahead"): "field value",
    ("bad_value", "pieces"): "field value limit",
    ("bad_value", "scan_unknown"): "number field value",
    ("bad_value", "scan_done"): "number field value",
    ("bad_value", "scan_digital"): "number field value",
    ("wrong_shipment_state", "together"): "number from_status to_status",
    ("transition_not_allowed", "final"): "number from_status to_status",
    ("transition_not_allowed", "ship_first"): "number from_status to_status",
    ("transition_not_allowed", "ship_back"): "number from_status to_status",
    ("transition_not_allowed", "payment"): "number from_payment to_payment",
    ("no_permission", "status"): "number from_status to_status",
    ("no_permission", "payment"): "number from_status",
    ("no_permission", "tracking"): "number from_status",
    ("no_permission", "history"): "number from_status",
    ("no_permission", "marks"): "number from_status",
    ("bad_value", "assignee"): "number field value",
    ("bad_value", "tag_taken"): "field value",
    ("bad_value", "tag_long"): "field value limit",
    ("bad_value", "tag_many"): "field value limit",
    ("bad_value", "view_taken"): "field value",
    ("bad_value", "view_long"): "field value limit",
    ("bad_value", "view_many"): "field value limit",
    ("bad_value", "view_wide"): "field value",
    ("not_found", "view"): "number",
    ("no_permission", "view"): "number",
    ("no_permission", "views"): "number",
    ("no_permission", "share"): "number",
    ("no_permission", "delete"): "number",
    ("bad_value", "store_archived"): "field value",
    ("not_found", "gone"): "",
    ("not_found", "deleted"): "number",
    ("unsupported_by_channel", "file"): "number from_status",
    ("bad_value", "differs"): "field value",
    ("bad_value", "amount"): "field value",
    ("bad_value", "whole"): "field value",
    ("bad_value", "moment"): "field value",
    ("bad_value", "payment_method"): "field value",
    ("bad_value", "channel_status"): "field value",
    ("bad_value", "other_row"): "field value row",
    ("missing_value", "other_row"): "field row",
}
STATUSES = {
    "not_found": 404,
    "no_permission": 403,
    "unknown_status": 422,
    "bad_value": 422,
    "missing_value": 422,
    "internal": 500,
}
"""HTTP statuses that are not 409, a conflict with how the order stands."""


def places(message: str) -> set[str]:
    """The named places of a message."""
    return set(re.findall(r"%\((\w+)\)s", message))


def test_the_codes_are_those_of_the_contract() -> None:
    assert [code.value for code in Code] == list(PARAMS)
    assert list(ERRORS) == list(Code)


@pytest.mark.parametrize("code", Code)
def test_a_code_has_a_status_and_a_sentence(code: Code) -> None:
    kind = ERRORS[code]
    assert kind.status == STATUSES.get(code, 409)
    assert kind.message.endswith(".")
    assert "%" not in re.sub(r"%\(\w+\)s", "", kind.message)


@pytest.mark.parametrize("code", Code)
def test_a_sentence_names_only_what_its_problems_carry(code: Code) -> None:
    params = PARAMS[code].split()
    assert places(ERRORS[code].message) <= set(params)
    assert Problem(code, {}).message() % dict.fromkeys(params, "x")


@pytest.mark.parametrize(("code", "variant"), VARIANTS)
def test_closer_words_name_only_what_their_problems_carry(code: Code, variant: str) -> None:
    params = dict.fromkeys(VARIANT_PARAMS[code, variant].split(), "x")
    problem = Problem(code, params | {"variant": variant})
    assert problem.message() == VARIANTS[code, variant]
    assert places(problem.message()) <= params.keys()


def test_every_variant_is_listed_here() -> None:
    assert {(code.value, variant) for code, variant in VARIANTS} == VARIANT_PARAMS.keys()


def test_a_refused_change_names_the_order_and_both_statuses() -> None:
    for (code, variant), message in VARIANTS.items():
        if code is Code.TRANSITION_NOT_ALLOWED and variant not in ("payment", "edit", "edit_paid", "packing"):
            assert places(message) == {"number", "from_status", "to_status"}
    assert places(ERRORS[Code.TRANSITION_NOT_ALLOWED].message) == {"number", "from_status", "to_status"}


def test_a_variant_that_has_no_words_falls_back_to_the_code() -> None:
    assert Problem(Code.LOCKED, {"variant": "of a newer version"}).message() == ERRORS[Code.LOCKED].message


def test_a_refusal_carries_its_problem() -> None:
    refused = Refused(Code.BAD_VALUE, field="discount", value=7)
    assert refused.problem == Problem(Code.BAD_VALUE, {"field": "discount", "value": 7})
    assert str(refused) == "bad_value"


def test_marking_a_text_does_not_change_it() -> None:
    assert N_("100 % (sure)") == "100 % (sure)"
