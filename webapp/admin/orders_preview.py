"""What the check of an orders file found, in the reader's words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from webapp.domain.typed_days import DayError, read_moment
from webapp.formats import field_label, moment, money
from webapp.models.types import from_ms
from webapp.services.importing.order_columns import DAYS
from webapp.services.importing.order_readings import shown_amount


@dataclass(frozen=True, slots=True)
class ReadColumn:
    """How a column of amounts or days is read: in words, whether that is sure, and a cell with what it comes to."""

    label: str
    way: str
    sure: bool
    cell: str
    means: str


@dataclass(frozen=True, slots=True)
class FirstOrder:
    """One of the first orders that would be made."""

    number: str
    channel: str
    place: str
    buyer: str
    items: str
    ordered: str
    total: str


def orders_preview(preview: dict[str, Any]) -> dict[str, Any]:
    """The parts of the page that need words: columns as they are read, and the first new orders."""
    first = preview.get("first", ())
    currency = first[0]["currency"] if first else preview.get("known_in") or preview.get("currency") or "IDR"
    timezone = first[0]["timezone"] if first else preview.get("timezone") or "UTC"
    sums = preview.get("mapping", {}).get("sums", ())
    return {
        "readings": [_reading(each, currency, timezone, sums) for each in preview.get("readings", ())],
        "first": [_order(each) for each in first],
        "orders": preview.get("orders", {}),
    }


def _reading(each: dict[str, Any], currency: str, timezone: str, sums: Collection[str]) -> ReadColumn:
    name, way, sample = each["column"], each["way"], each["sample"]
    label = field_label(name)
    sure = each["by"] in ("found", "chosen", "plain")
    if name == DAYS:
        if each["by"] == "plain":
            return ReadColumn(label, _("as written"), sure, sample, _shown_day(sample, way, timezone))
        words = _("day before month") if way == "dmy" else _("month before day")
        return ReadColumn(label, words, sure, sample, _shown_day(sample, way, timezone))
    words = {".": _("decimal point"), ",": _("decimal comma")}.get(way, _("whole amounts"))
    if name in sums:
        words = _("%(mark)s, added up over an order's rows", mark=words)
    amount = shown_amount(sample, way, currency)
    means = money(amount, currency) if amount is not None else _("can't be read")
    # Without a mark anywhere nothing can be read in two ways.
    return ReadColumn(label, words, sure or each["by"] == "assumed", sample, means)


def _shown_day(sample: str, way: str, timezone: str) -> str:
    try:
        return moment(read_moment(sample, "mdy" if way == "mdy" else "dmy", timezone), timezone)
    except DayError:
        return _("can't be read")


def _order(each: dict[str, Any]) -> FirstOrder:
    items = ", ".join(each["items"]) + (f" +{each['more']}" if each["more"] else "")
    ordered = moment(from_ms(each["ordered_ms"]), each["timezone"]) if each["ordered_ms"] else _("now")
    total = money(each["total"], each["currency"])
    return FirstOrder(each["number"], each["channel"], each["place"], each["buyer"], items, ordered, total)
