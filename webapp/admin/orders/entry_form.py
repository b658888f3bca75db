"""The form of an order that is added or edited by hand: what is typed, read into what the services take.

Amounts are read as people write them in the store's currency (`12.000`, `Rp 12.000`). Each refusal stands beside its
field, and what was typed stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import BooleanField, FieldList, Form, FormField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from webapp.admin.base import PageForm
from webapp.admin.forms import at_most, choices, cleaned, email_address, needed
from webapp.domain.errors import Problem
from webapp.domain.money import (
    LARGEST,
    AmbiguousAmountError,
    AmountError,
    AmountTooLargeError,
    CurrencyMismatchError,
    MoneyError,
    NegativeAmountError,
    minor_digits,
    parse_amount,
)
from webapp.domain.order_texts import LONGEST
from webapp.domain.payment import PaymentMethod
from webapp.domain.spelling import plain
from webapp.formats import amount, integer, payment_method_label, problem_text
from webapp.formats.numbers import decimal_mark
from webapp.formats.places import countries
from webapp.services.orders.contents import BUYER_PARTS
from webapp.services.orders.create import MOST_PIECES, Buyer, NewLine, goods_of
from webapp.services.orders.detail import OrderDetail
from webapp.services.orders.lookups import KnownBuyer, KnownItem

MOST_LINES = 200
"""Lines that one order can get by hand."""
EMPTY_ROWS = 3
"""Rows that stand ready to be filled in, for people without scripts too."""


def _text(label: Any, characters: int, *validators: Any) -> StringField:
    return StringField(label, [*validators, at_most(characters)], filters=[cleaned])


class LineForm(Form):
    """One row of the items."""

    sku = _text(lazy_gettext("SKU"), LONGEST["sku"])
    item_name = _text(lazy_gettext("Item name"), LONGEST["item_name"])
    quantity = _text(lazy_gettext("Qty"), 20)
    unit_price = _text(lazy_gettext("Price"), 60)
    digital = BooleanField(lazy_gettext("Digital"))

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed into the row; the quantity stands there from the start."""
        return not (self.sku.data or self.item_name.data or self.unit_price.data)


class EntryForm(PageForm):
    """An order by hand. `find` is the look-up of a buyer; `version` what the editor of an order saw; `once` tells one
    form from another, so that sending a form twice makes one order."""

    store = SelectField(lazy_gettext("Store"), validate_choice=False)
    find = _text(lazy_gettext("Look up a buyer"), 200)
    buyer_name = _text(lazy_gettext("Name"), LONGEST["buyer_name"], needed())
    buyer_phone = _text(lazy_gettext("Phone"), LONGEST["buyer_phone"])
    buyer_email = _text(lazy_gettext("E-mail"), LONGEST["buyer_email"], Optional(), email_address())
    address = TextAreaField(lazy_gettext("Address"), [at_most(LONGEST["address"])], filters=[cleaned])
    district = _text(lazy_gettext("District"), LONGEST["district"])
    city = _text(lazy_gettext("City"), LONGEST["city"])
    province = _text(lazy_gettext("Province"), LONGEST["province"])
    postal_code = _text(lazy_gettext("Postal code"), LONGEST["postal_code"])
    country = SelectField(lazy_gettext("Country"), validate_choice=False)
    payment_method = SelectField(lazy_gettext("Payment method"), validate_choice=False)
    lines = FieldList(FormField(LineForm))
    shipping_fee = _text(lazy_gettext("Shipping"), 60)
    discount = _text(lazy_gettext("Discount"), 60)
    note = TextAreaField(lazy_gettext("Note"), [at_most(LONGEST["notes"])], filters=[cleaned])
    version = HiddenField()
    once = HiddenField()

    def offer(self, stores: Mapping[str, str], country: str = "") -> None:
        """Set what can be chosen: stores by code, payment methods, countries and the order's own `country`."""
        self.store.choices = choices(stores.items())
        methods = [(method.value, payment_method_label(method.value)) for method in PaymentMethod]
        self.payment_method.choices = choices([("", payment_method_label(None)), *methods])
        known = [("", _("Not given")), *countries()]
        if country not in dict(known):
            known.append((country, country))  # as a file or a channel wrote it
        self.country.choices = choices(known)

    @property
    def rows(self) -> list[LineForm]:
        """The rows of the items."""
        return [entry.form for entry in self.lines]

    def add_rows(self, count: int = EMPTY_ROWS) -> None:
        """Put empty rows below the others, as far as an order may have more."""
        for _row in range(min(count, MOST_LINES - len(self.lines))):
            self.lines.append_entry({"quantity": "1"})

    def take_buyer(self, buyer: KnownBuyer) -> None:
        """Fill in somebody who bought before."""
        for field, value in buyer_fields(buyer).items():
            self[field].data = value

    def take_item(self, row: LineForm, item: KnownItem, currency: str) -> None:
        """Fill in what is known of an item, where nothing was typed."""
        row.sku.data = item.sku
        row.item_name.data = row.item_name.data or item.name
        row.unit_price.data = row.unit_price.data or amount(item.unit_price, currency)
        row.digital.data = row.digital.data or item.digital

    def read(self, currency: str) -> Entered | None:
        """What was typed, or None with the reasons beside the fields. Fields that the page left out are empty."""
        good = self._validate()
        method = self.payment_method.data or None
        if method is not None and method not in set(PaymentMethod):
            self.payment_method.errors = [_("Choose one of the list.")]
        lines = tuple(self._lines(currency))
        if all(row.is_blank for row in self.rows):
            self.lines.errors = [_("An order needs at least one item.")]
        fee = _read_amount(self.shipping_fee, currency)
        discount = _read_amount(self.discount, currency)
        if self._has_errors() or not good or fee is None or discount is None:
            return None
        rest = goods_of(lines) + fee
        if rest > LARGEST:
            self.lines.errors = [_("All this together is more than can be kept.")]
        elif discount > rest:
            self.discount.errors = [_("The discount is more than the rest of the order.")]
        if self._has_errors():
            return None
        return Entered(
            self._buyer(), PaymentMethod(method) if method else None, lines, fee, discount, self.note.data or ""
        )

    def read_buyer(self) -> Entered | None:
        """The same of a page that has neither items nor amounts."""
        if not self._validate():
            return None
        return Entered(self._buyer(), None, (), 0, 0, self.note.data or "")

    def _validate(self) -> bool:
        good: bool = self.validate()
        if (self.country.data or "") not in {choice.value for choice in self.country.choices}:
            self.country.errors = [_("Choose one of the list.")]
            return False
        return good

    @property
    def wrong(self) -> bool:
        """Whether something in the form was refused."""
        return self._has_errors() or bool(self.form_errors)

    @property
    def refused(self) -> list[tuple[str, str, str]]:
        """Every refusal as (id of its field, name of the field, words), from top to bottom."""
        fields = [field for field in self if field is not self.lines]
        found = [(field.id, field.label.text, text) for field in fields for text in field.errors]
        rows = [(field, f"{field.label.text} {n}") for n, row in enumerate(self.rows, 1) for field in row]
        found += [(field.id, name, text) for field, name in rows for text in field.errors]
        return found + [("lines", _("Items"), text) for text in self.lines.errors if isinstance(text, str)]

    def _buyer(self) -> Buyer:
        values = {name: self[field].data or "" for field, name in BUYER_PARTS.items()}
        return Buyer(**values)

    def _lines(self, currency: str) -> Iterator[NewLine]:
        for row in self.rows:
            if row.is_blank:
                continue
            if not (row.sku.data or row.item_name.data):
                row.item_name.errors = [_("Write what it is, or its SKU.")]
            quantity = _read_quantity(row.quantity)
            price = _read_amount(row.unit_price, currency, empty=None)
            if quantity is not None and price is not None:
                sku, name = row.sku.data or "", row.item_name.data or ""
                yield NewLine(name or sku, quantity, price, sku or None, row.digital.data)

    def _has_errors(self) -> bool:
        return any(field.errors for field in self) or any(field.errors for row in self.rows for field in row)

    def figures(self, currency: str) -> Figures:
        """What can be added up of what stands in the form now."""
        sums = []
        for row in self.rows:
            price, quantity = _amount_in(row.unit_price.data, currency), _quantity_in(row.quantity.data)
            sums.append(None if row.is_blank or price is None or quantity is None else price * quantity)
        fee, discount = (_amount_in(f.data or "0", currency) for f in (self.shipping_fee, self.discount))
        wrong = any(each is None and not row.is_blank for each, row in zip(sums, self.rows, strict=True))
        goods = None if wrong else sum(each or 0 for each in sums)
        total = None if goods is None or fee is None or discount is None else goods + fee - discount
        return Figures(tuple(sums), goods, fee, discount, total)

    def show_problem(self, problem: Problem) -> None:
        """Put a service's refusal beside its field, else above the form."""
        field = str(problem.params.get("field") or "")
        if field in self and field != "lines":
            self[field].errors = [problem_text(problem)]
        else:
            self.form_errors.append(problem_text(problem))


@dataclass(frozen=True, slots=True)
class Entered:
    """A form that was filled in well. Amounts in minor units."""

    buyer: Buyer
    payment_method: PaymentMethod | None
    lines: tuple[NewLine, ...]
    shipping_fee: int
    discount: int
    note: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums as far as they can be read, in minor units; None where something can't. `rows`: each row's sum."""

    rows: tuple[int | None, ...]
    goods: int | None
    shipping_fee: int | None
    discount: int | None
    total: int | None


def form_values(order: OrderDetail) -> dict[str, Any]:
    """What the form shows of an order that is edited or copied."""
    return buyer_fields(order.contact) | {
        "payment_method": order.payment_method.value if order.payment_method else "",
        "lines": [
            {
                "sku": line.sku or "", "item_name": line.name, "quantity": str(line.quantity),
                "unit_price": amount(line.unit_price or 0, order.currency), "digital": line.digital,
            }
            for line in order.lines
        ],
        "shipping_fee": _fee(order.shipping_fee, order.currency),
        "discount": _fee(order.discount, order.currency),
        "note": order.contact.note or "",
        "version": str(order.version),
    }  # fmt: skip


def buyer_fields(buyer: Any) -> dict[str, str]:
    """The form's fields of a buyer, from anything that has a buyer's attributes."""
    return {field: getattr(buyer, name) or "" for field, name in BUYER_PARTS.items()}


def _fee(minor: int | None, currency: str) -> str:
    return amount(minor, currency) if minor else ""


def _parse(typed: str, currency: str) -> int:
    try:
        return parse_amount(typed, currency)
    except AmbiguousAmountError:
        # With three decimals "1.234" is both; the reader's own mark says which.
        return parse_amount(typed, currency, decimal_mark())


def _amount_in(typed: str | None, currency: str) -> int | None:
    try:
        return _parse(typed or "", currency)
    except MoneyError:
        return None


def _read_amount(field: Any, currency: str, empty: int | None = 0) -> int | None:
    if not field.data:
        if empty is None:
            field.errors = [_("Write the price; 0 is fine.")]
        return empty
    try:
        return _parse(field.data, currency)
    except MoneyError as error:
        field.errors = [_amount_words(error, currency)]
        return None


def _amount_words(error: MoneyError, currency: str) -> str:
    match error:
        case CurrencyMismatchError():
            return _("This store counts in %(currency)s.", currency=currency)
        case NegativeAmountError():
            return _("Write it without a minus.")
        case AmountTooLargeError():
            return _("This is more than can be kept.")
        case AmbiguousAmountError():
            return _("This can be read in two ways. Write it without dots and commas.")
        case AmountError():
            example = amount(12_000 * 10 ** minor_digits(currency), currency)
            return _("This is no amount. It looks like %(example)s.", example=example)
    raise error


def _quantity_in(typed: str | None) -> int | None:
    digits = plain(typed or "").strip()
    if not digits.isdecimal() or len(digits) > 9:
        return None
    return int(digits) if 1 <= int(digits) <= MOST_PIECES else None


def _read_quantity(field: Any) -> int | None:
    quantity = _quantity_in(field.data)
    if quantity is None:
        field.errors = [_("Whole, 1 to %(most)s.", most=integer(MOST_PIECES))]
    return quantity
