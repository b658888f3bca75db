"""Everything that can be refused: one table from code to HTTP status, words and field.

Rows and jobs store the code and its params. The text is made when it is shown, in the reader's language:
the messages here are the English msgids, marked for extraction with `N_`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


def N_(text: str) -> str:  # noqa: N802 -- the marker's name that catalogue extraction knows
    """Mark `text` for extraction without translating it."""
    return text


class Code(StrEnum):
    """Why something was refused. Part of the contract with files and the API."""

    NOT_FOUND = "not_found"
    AMBIGUOUS = "ambiguous"
    UNKNOWN_STATUS = "unknown_status"
    TRANSITION_NOT_ALLOWED = "transition_not_allowed"
    DIGITAL_ORDER = "digital_order"
    AWAITING_ACCEPTANCE = "awaiting_acceptance"
    UNSUPPORTED_BY_CHANNEL = "unsupported_by_channel"
    NOT_DELETABLE = "not_deletable"
    TRACKING_EXISTS = "tracking_exists"
    WRONG_SHIPMENT_STATE = "wrong_shipment_state"
    BAD_VALUE = "bad_value"
    MISSING_VALUE = "missing_value"
    DUPLICATE_ROW = "duplicate_row"
    ON_HOLD = "on_hold"
    ALREADY_PUSHED = "already_pushed"
    LOCKED = "locked"
    NO_PERMISSION = "no_permission"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """How one code is shown: HTTP status, msgid (with named params) and the field it belongs to."""

    status: int
    message: str
    field: str | None = None


ERRORS: dict[Code, ErrorKind] = {
    Code.NOT_FOUND: ErrorKind(404, N_("No order has the number %(number)s."), "order_number"),
    Code.AMBIGUOUS: ErrorKind(
        409, N_("%(count)s orders have the channel number %(number)s. Use our number."), "order_number"
    ),
    Code.UNKNOWN_STATUS: ErrorKind(422, N_("“%(value)s” is not a status. Use one of: %(known)s."), "status"),
    Code.TRANSITION_NOT_ALLOWED: ErrorKind(
        409, N_("%(number)s is %(from_status)s and can't become %(to_status)s."), "status"
    ),
    Code.DIGITAL_ORDER: ErrorKind(
        409, N_("%(number)s is digital: there is no parcel to ship. Set it to Completed."), "status"
    ),
    Code.AWAITING_ACCEPTANCE: ErrorKind(
        409, N_("%(number)s waits to be accepted at its channel. Accept it first."), "status"
    ),
    Code.UNSUPPORTED_BY_CHANNEL: ErrorKind(
        409, N_("%(number)s can't be canceled from here. Cancel it in its channel's seller centre."), "status"
    ),
    Code.NOT_DELETABLE: ErrorKind(
        409, N_("%(number)s is %(from_status)s. Only Created and Canceled orders can be deleted.")
    ),
    Code.TRACKING_EXISTS: ErrorKind(
        409, N_("%(number)s already has the tracking number %(tracking_number)s."), "tracking_number"
    ),
    Code.WRONG_SHIPMENT_STATE: ErrorKind(
        409, N_("%(number)s is %(from_status)s and can't take a courier or tracking number now."), "tracking_number"
    ),
    Code.BAD_VALUE: ErrorKind(422, N_("“%(value)s” can't be used as %(field)s.")),
    Code.MISSING_VALUE: ErrorKind(422, N_("%(field)s is empty.")),
    Code.DUPLICATE_ROW: ErrorKind(
        409, N_("This order is already on an earlier row. The first row counts."), "order_number"
    ),
    Code.ON_HOLD: ErrorKind(409, N_("%(number)s is on hold. Lift the hold before shipping it."), "status"),
    Code.ALREADY_PUSHED: ErrorKind(409, N_("%(number)s: the channel already has this change. It can't be undone.")),
    Code.LOCKED: ErrorKind(409, N_("Someone else is changing %(number)s. Try again.")),
    Code.NO_PERMISSION: ErrorKind(403, N_("Your role may not do this to %(number)s. Ask an admin.")),
    Code.INTERNAL: ErrorKind(
        500, N_("Something failed on our side, again and again. What is done stays done; report this job.")
    ),
}

VARIANTS: dict[tuple[Code, str], str] = {
    (Code.TRANSITION_NOT_ALLOWED, "final"): N_(
        "%(number)s is %(from_status)s and stays so: it can't become %(to_status)s."
    ),
    (Code.TRANSITION_NOT_ALLOWED, "ship_first"): N_(
        "%(number)s is %(from_status)s and can't become %(to_status)s. Ship it first."
    ),
    (Code.TRANSITION_NOT_ALLOWED, "ship_back"): N_(
        "%(number)s is %(from_status)s and can't become %(to_status)s. Set it to Shipped first."
    ),
    (Code.TRANSITION_NOT_ALLOWED, "payment"): N_(
        "The payment of %(number)s is %(from_payment)s and can't become %(to_payment)s."
    ),
    (Code.TRANSITION_NOT_ALLOWED, "edit"): N_("%(number)s is %(from_status)s and can't be edited any more."),
    (Code.TRANSITION_NOT_ALLOWED, "edit_paid"): N_(
        "The payment of %(number)s is %(from_payment)s: its total and its payment method have to stay as they are."
    ),
    (Code.UNSUPPORTED_BY_CHANNEL, "edit"): N_(
        "%(number)s belongs to its channel: lines, amounts and payment method can only be changed there."
    ),
    (Code.DIGITAL_ORDER, "edit"): N_("%(number)s has a parcel already: at least one line has to stay a parcel's."),
    (Code.UNSUPPORTED_BY_CHANNEL, "file"): N_(
        "%(number)s belongs to its channel: a file can't change it. Change it in the channel's seller centre."
    ),
    (Code.WRONG_SHIPMENT_STATE, "together"): N_(
        "%(number)s can't become %(to_status)s and take a courier or tracking number in one step. Leave them out."
    ),
    (Code.LOCKED, "changed_since"): N_("%(number)s was changed again since then, and stays as it is now."),
    (Code.LOCKED, "edited_meanwhile"): N_(
        "%(number)s was changed by somebody else meanwhile. Compare with how it is now, and save again."
    ),
    (Code.LOCKED, "packed_meanwhile"): N_(
        "%(number)s was changed by somebody else meanwhile. Look at how it is now, and tick again."
    ),
    (Code.LOCKED, "same_file"): N_("Job %(number)s is applying the same file now. Wait until it has ended."),
    (Code.NO_PERMISSION, "status"): N_(
        "Your role may not set %(number)s from %(from_status)s to %(to_status)s. Ask an admin."
    ),
    (Code.NO_PERMISSION, "payment"): N_("Your role may not confirm the payment of %(number)s. Ask an admin."),
    (Code.NO_PERMISSION, "tracking"): N_("Your role may not change the tracking number of %(number)s. Ask an admin."),
    (Code.NO_PERMISSION, "history"): N_("Your role may not add history to %(number)s. Ask an admin."),
    (Code.NO_PERMISSION, "packing"): N_("Your role may not pick and pack %(number)s. Ask an admin."),
    (Code.TRANSITION_NOT_ALLOWED, "packing"): N_(
        "%(number)s is %(from_status)s: orders are picked and packed while they are In process or Ready to ship."
    ),
    (Code.NOT_FOUND, "line"): N_("%(number)s has no such line to pick."),
    (Code.BAD_VALUE, "long"): N_("“%(value)s” is too long as %(field)s: shorten it to %(limit)s characters."),
    (Code.BAD_VALUE, "formula"): N_(
        "The file has the formula “%(value)s” as %(field)s, without its result. Open the file in your spreadsheet"
        " program, save it there and upload it again."
    ),
    (Code.BAD_VALUE, "rounded"): N_(
        "“%(value)s” as %(field)s was rounded by a spreadsheet program, which keeps 15 digits. Take the file as it was"
        " before, or make the column text and enter the whole number."
    ),
    (Code.BAD_VALUE, "formula_error"): N_(
        "“%(value)s” as %(field)s is the error of a formula. Mend the formula or empty the cell, and upload the file"
        " again."
    ),
    (Code.BAD_VALUE, "ahead"): N_(
        "“%(value)s” as %(field)s lies ahead by more than a day. Correct it, or choose whether the day or the month"
        " comes first."
    ),
    (Code.BAD_VALUE, "pieces"): N_("%(value)s pieces can't be counted here: it takes 0 to %(limit)s."),
    (Code.BAD_VALUE, "scan_unknown"): N_(
        "“%(value)s” is not in %(number)s. Put it back, and scan an item of this order."
    ),
    (Code.BAD_VALUE, "scan_done"): N_("“%(value)s” is picked and packed completely. This piece is one too many."),
    (Code.BAD_VALUE, "scan_digital"): N_("“%(value)s” is digital: there is nothing to pick or pack."),
    (Code.NO_PERMISSION, "marks"): N_("Your role may not assign or tag %(number)s. Ask an admin."),
    (Code.BAD_VALUE, "assignee"): N_("%(number)s can't be given to %(value)s: it is not in their stores."),
    (Code.BAD_VALUE, "tag_taken"): N_("There is a tag “%(value)s” already."),
    (Code.BAD_VALUE, "tag_long"): N_("“%(value)s” is too long for a tag: at most %(limit)s characters."),
    (Code.BAD_VALUE, "tag_many"): N_("There are %(limit)s tags already. Archive one that nobody needs."),
    (Code.BAD_VALUE, "view_taken"): N_(
        "You have a view “%(value)s” already. Choose another name, or replace that one."
    ),
    (Code.BAD_VALUE, "view_long"): N_("“%(value)s” is too long for a view: at most %(limit)s characters."),
    (Code.BAD_VALUE, "view_many"): N_("You have %(limit)s views already. Delete one that you no longer need."),
    (Code.BAD_VALUE, "view_wide"): N_(
        "The filter of “%(value)s” is too long to be saved. Take some of its values out."
    ),
    (Code.NOT_FOUND, "view"): N_("There is no such saved view, or it is not shared with you."),
    (Code.NO_PERMISSION, "view"): N_("Only its owner or an admin may change “%(number)s”. Save a view of your own."),
    (Code.NO_PERMISSION, "views"): N_("Your role may not see orders. Ask an admin."),
    (Code.NO_PERMISSION, "share"): N_("Your role may not share views. Keep it for yourself."),
    (Code.NO_PERMISSION, "delete"): N_("Your role may not delete %(number)s. Ask an admin."),
    (Code.NO_PERMISSION, "edit"): N_("Your role may not edit %(number)s. Ask an admin."),
    (Code.NO_PERMISSION, "create"): N_("Your role may not add orders. Ask an admin."),
    (Code.BAD_VALUE, "store_archived"): N_("“%(value)s” is archived and takes no new orders. Choose another store."),
    (Code.NOT_FOUND, "gone"): N_("This order no longer exists."),
    (Code.NOT_FOUND, "deleted"): N_("The order %(number)s was deleted here, and is not made again."),
    (Code.BAD_VALUE, "differs"): N_(
        "The rows of this order name different amounts as %(field)s, one of them “%(value)s”. Give it once for the"
        " whole order, have the rows added up, or choose no column for it."
    ),
    (Code.BAD_VALUE, "amount"): N_(
        "“%(value)s” can't be used as %(field)s. It takes an amount from 0 on, without words."
    ),
    (Code.BAD_VALUE, "whole"): N_(
        "“%(value)s” can't be used as %(field)s. It takes whole numbers from 1 to 1,000,000."
    ),
    (Code.BAD_VALUE, "moment"): N_(
        "“%(value)s” can't be used as %(field)s. Write it as 2026-11-21 09:42 or 2026-11-21, or choose whether the day"
        " or the month comes first."
    ),
    (Code.BAD_VALUE, "payment_method"): N_(
        "“%(value)s” can't be used as %(field)s. Write Bank transfer, QRIS, Virtual account, Card, E-wallet,"
        " Convenience store, COD or Other; or choose one of them as a text for all rows instead of the column."
    ),
    (Code.BAD_VALUE, "channel_status"): N_(
        "Orders with the status “%(value)s” are not taken from a file: only those that wait to be paid or shipped."
    ),
    (Code.BAD_VALUE, "other_row"): N_(
        "Another row of this order can't be used: “%(value)s” as %(field)s, row %(row)s."
    ),
    (Code.MISSING_VALUE, "other_row"): N_(
        "Another row of this order can't be used: %(field)s is empty in row %(row)s."
    ),
}
"""Closer words for a code, chosen by the param `variant`."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why one order or row was refused, as data."""

    code: Code
    params: Mapping[str, Any]

    def message(self) -> str:
        """The English msgid for this problem, its variant's where there is one."""
        variant = self.params.get("variant")
        if variant is not None:
            return VARIANTS.get((self.code, variant), ERRORS[self.code].message)
        return ERRORS[self.code].message


class Refused(Exception):
    """Something as a whole was refused: nothing has changed. `problem` says why."""

    def __init__(self, code: Code, **params: Any) -> None:
        super().__init__(code.value)
        self.problem = Problem(code, params)
