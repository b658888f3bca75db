"""The difference that an edit made, in words: one sentence for each field, and for each line that is another now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from webapp.domain.order_edits import PART_OF
from webapp.formats import amount, integer, payment_method_label
from webapp.formats.places import country_name


def is_edit(changes: Mapping[str, Any]) -> bool:
    """Whether an entry of the history tells of an edit."""
    return not changes.keys().isdisjoint(PART_OF)


def edit_details(changes: Mapping[str, tuple[Any, Any]], currency: str) -> Iterator[str]:
    """What was edited, in the order of the form; amounts in minor units of `currency`."""
    for field, name in _names().items():
        if field not in changes:
            continue
        if field == "lines":
            yield from _line_details(*changes["lines"], currency)
        else:
            before, after = (_value(field, value, currency) for value in changes[field])
            yield _("%(field)s: %(before)s to %(after)s", field=name, before=before, after=after)


def _names() -> dict[str, str]:
    return {
        "buyer_name": _("Name"),
        "buyer_phone": _("Phone"),
        "buyer_email": _("E-mail"),
        "address": _("Address"),
        "district": _("District"),
        "city": _("City"),
        "province": _("Province"),
        "postal_code": _("Postal code"),
        "country": _("Country"),
        "note": _("Note"),
        "lines": _("Items"),
        "payment_method": _("Payment method"),
        "shipping_fee": _("Shipping"),
        "discount": _("Discount"),
        "total": _("Total"),
    }


def _value(field: str, value: Any, currency: str) -> str:
    if field == "payment_method":
        return payment_method_label(value)
    if isinstance(value, int):
        return amount(value, currency)
    if field == "country" and value:
        return country_name(value)
    return " ".join(str(value).split()) if value else "–"


def _line_details(before: Sequence[Any], after: Sequence[Any], currency: str) -> Iterator[str]:
    """Lines are [sku, name, quantity, unit price (None: not for this reader), digital]; SKU and name tell an item."""
    gone = list(before)
    come = []
    for line in after:
        same = next((old for old in gone if old == line), None)
        if same is not None:
            gone.remove(same)
        else:
            come.append(line)
    changed = False
    for line in come:
        old = next((old for old in gone if old[:2] == line[:2]), None)
        if old is None:
            changed = True
            yield _("Added: %(line)s", line=_line(line, currency))
            continue
        gone.remove(old)
        if (words := _line(old, currency)) != _line(line, currency):
            changed = True
            yield _("Changed: %(before)s to %(after)s", before=words, after=_line(line, currency))
    for old in gone:
        changed = True
        yield _("Removed: %(line)s", line=_line(old, currency))
    if not changed:
        yield _("Items: changed in order or kind")


def _line(line: Sequence[Any], currency: str) -> str:
    sku, name, quantity, price, _digital = line
    item = f"{integer(quantity)} × {name}" + (f" ({sku})" if sku and sku != name else "")
    return item if price is None else _("%(item)s at %(price)s", item=item, price=amount(price, currency))
