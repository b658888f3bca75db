"""Rows of an orders file that belong together, read into the order that they ask for. Shared by preview and run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from webapp.domain.errors import Code, Problem
from webapp.domain.money import LARGEST, DecimalMark
from webapp.domain.numbers import normalize_order_number
from webapp.domain.order_status import Acceptance, OrderStatus
from webapp.domain.payment import PaymentMethod, PaymentStatus
from webapp.domain.payment_words import payment_method_from_words
from webapp.domain.typed_days import DayError, read_moment
from webapp.services.importing.channel_files import Standing
from webapp.services.importing.order_cells import BadCell, cell_amount, cell_country, cell_email, cell_pieces, cell_text
from webapp.services.importing.order_columns import LINE, NAMES, PER_ORDER
from webapp.services.importing.order_mapping import OrderMapping
from webapp.services.importing.order_places import Place, Places
from webapp.services.importing.templates import parse_template
from webapp.services.orders.create import ARRIVED_PAID, MOST_IN_ALL, Arrival, Buyer, NewLine, NewOrder, goods_of
from webapp.services.orders.update_orders import OrderUpdate
from webapp.spreadsheets import Row

AHEAD = timedelta(days=1)
"""How far after its file's upload an order may be: clocks and zones differ."""
_AT = {name: place for place, name in enumerate(NAMES)}
_NUMBER, _STORE, _ACCOUNT, _CHANNEL_ID = (_AT[n] for n in ("order_number", "store", "account", "channel_order_id"))
_LINE = tuple(_AT[name] for name in LINE)
_ORDER = tuple(at for at in range(len(NAMES)) if at not in _LINE)
_BUYER = ("buyer_phone", "address", "district", "city", "province", "postal_code", "notes")
_ARRIVALS = {
    Standing.UNPAID: Arrival(OrderStatus.PENDING),
    Standing.AWAITING: Arrival(OrderStatus.PENDING, PaymentStatus.PAID, Acceptance.AWAITING),
    Standing.TO_SHIP: ARRIVED_PAID,
}


Members = Sequence[tuple[Row, Sequence[str]]]
"""The rows of one order, each with its cells by our columns."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an update asks for as far as it can be read without its order: amounts of its `rows` wait for its currency.
    `lines` are the rows that hold a line."""

    texts: Mapping[str, str]
    payment_method: PaymentMethod | None
    rows: Members
    lines: Members


@dataclass(slots=True)
class OrderGroup:
    """The rows of one order: what they ask for, or why nothing can come of them.

    `problem` is the whole order's; `bad` are rows whose line can't be used. `key` tells new orders apart.
    """

    rows: Sequence[Row]
    number: str = ""
    key: tuple[int, str] | None = None
    new: NewOrder | None = None
    asked: Asked | None = None
    problem: Problem | None = None
    bad: dict[int, Problem] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What people know the order by."""
        return self.number or (self.key[1] if self.key else "")

    @property
    def has_good_line(self) -> bool:
        """Whether there is a line that can be used."""
        return len(self.bad) < len(self.rows if self.asked is None else self.asked.lines)


class OrderReader:
    """Reads the rows of one file as its mapping says. `readings`: decimal marks and the order of days, by column.
    `uploaded`: when the file came; the check and the run then refuse the same orders as lying ahead."""

    def __init__(
        self,
        mapping: OrderMapping,
        header: Sequence[str],
        places: Places,
        readings: Mapping[str, str],
        uploaded: datetime,
    ) -> None:
        self.mapping = mapping
        self._places = places
        self._readings = readings
        self._latest = uploaded + AHEAD
        self._file = mapping.file
        self._sums = mapping.sums | (self._file.sums if self._file else frozenset())
        self._whole: list[int] = []
        self._sources: list[tuple[int, ...]] = []
        self._joined: list[tuple[int, Any]] = []
        for at, name in enumerate(NAMES):
            template = parse_template(mapping.columns[name], header) if mapping.columns.get(name) else None
            self._sources.append(template.places if template is not None else ())
            simple = template is not None and template.texts == ("", "")
            self._whole.append(template.places[0] if template is not None and simple else -1)
            if template is not None and not simple:
                self._joined.append((at, template.reader()))

    def values(self, row: Row) -> list[str]:
        """The row's cells by our columns (`NAMES`)."""
        cells = row.cells
        values = ["" if place < 0 else cells[place].strip() for place in self._whole]
        for at, read in self._joined:
            values[at] = read(cells)
        return values

    def stored(self, row: Row, values: list[str]) -> list[str]:
        """The row's values without those that hold a formula: its signs say nothing of how its column is written."""
        if not row.unstored:
            return values
        formulas = set(row.unstored)
        return ["" if formulas.intersection(self._sources[at]) else value for at, value in enumerate(values)]

    def key(self, values: Sequence[str]) -> str:
        """The same for all rows of one order; empty for a row that is an order of its own."""
        if number := values[_NUMBER]:
            return f"n{normalize_order_number(number) or number}"
        if channel_id := values[_CHANNEL_ID]:
            place = self._places.find(values[_STORE], values[_ACCOUNT])
            whose = place.account_id if isinstance(place, Place) else f"{values[_STORE]}/{values[_ACCOUNT]}"
            return f"c{whose}/{channel_id}"
        return ""

    def is_placeless(self, values: Sequence[str]) -> bool:
        """Whether the row is of a new order and names neither store nor account."""
        return not (values[_NUMBER] or values[_STORE] or values[_ACCOUNT])

    def groups(self, rows: Iterable[Row]) -> Iterator[OrderGroup]:
        """The orders of rows that stand together already."""
        read = ((row, self.values(row)) for row in rows)
        alone = 0

        def key(pair: tuple[Row, list[str]]) -> object:
            nonlocal alone
            alone += 1
            return self.key(pair[1]) or alone

        for _key, members in groupby(read, key):
            yield self.group(list(members))

    def group(self, members: Sequence[tuple[Row, list[str]]]) -> OrderGroup:
        """One order from its rows."""
        rows = [row for row, _values in members]
        values = members[0][1] if len(members) == 1 else self._merged([each for _row, each in members])
        group = OrderGroup(rows, values[_NUMBER])
        try:
            for row in rows:
                if row.unstored:
                    self._need_results(row, _ORDER)
            if group.number:
                self._read_update(group, values, members)
            else:
                self._read_new(group, values, members)
        except BadCell as bad:
            group.problem = bad.problem
            if bad.problem.params["field"] == "order_number":
                group.number = ""  # a formula: it names no order
        return group

    def _need_results(self, row: Row, columns: Sequence[int]) -> None:
        """Raises BadCell where one of these columns is a formula whose result is not in the file."""
        for at in columns:
            for place in self._sources[at]:
                if place in row.unstored:
                    raise BadCell(Code.BAD_VALUE, NAMES[at], row.cells[place], variant="formula")

    def _merged(self, rows: Sequence[list[str]]) -> list[str]:
        """The order's own cells: of each column the first that is filled."""
        return [next(filter(None, cells), "") for cells in zip(*rows, strict=True)]

    def _read_new(self, group: OrderGroup, values: list[str], members: Sequence[tuple[Row, list[str]]]) -> None:
        channel_id = cell_text(values[_CHANNEL_ID], "channel_order_id")
        place = self._place(values)
        if channel_id:
            group.key = (place.account_id, channel_id)
        get = self._getter(values)
        arrival, method = self._arrival(get, place)
        lines = self._lines(group, members, place.currency)
        name = cell_text(get("buyer_name"), "buyer_name")
        if not name:
            raise BadCell(Code.MISSING_VALUE, "buyer_name")
        if not lines:
            return
        amounts = self._order_amounts(group, members, place.currency)
        shipping, discount = (amounts.get(name, 0) for name in PER_ORDER)
        goods = goods_of(lines)
        if discount > goods + shipping:
            raise BadCell(Code.BAD_VALUE, "discount", " + ".join(self._given(group, members, "discount")))
        if goods + shipping > LARGEST or sum(line.quantity for line in lines) > MOST_IN_ALL:
            raise BadCell(Code.BAD_VALUE, "unit_price", get("unit_price"))
        phone, address, district, city, province, postal_code, notes = (cell_text(get(n), n) for n in _BUYER)
        buyer = Buyer(
            name, phone, cell_email(get("buyer_email")), address, district, city, province, postal_code,
            cell_country(get("country")),
        )  # fmt: skip
        group.new = NewOrder(
            place.account_id, buyer, tuple(lines), payment_method=method, ordered_at=self._moment(get, place),
            shipping_fee=shipping, discount=discount, note=notes or None, channel_order_id=channel_id or None,
            arrival=arrival,
        )  # fmt: skip

    def _read_update(self, group: OrderGroup, values: list[str], members: Sequence[tuple[Row, list[str]]]) -> None:
        get = self._getter(values)
        with_lines = [(row, cells) for row, cells in members if any(cells[at] for at in _LINE)]
        texts = {n: text for n in ("buyer_name", *_BUYER) if (text := cell_text(get(n), n))}
        if email := cell_email(get("buyer_email")):
            texts["buyer_email"] = email
        if country := cell_country(get("country")):
            texts["country"] = country
        if notes := texts.pop("notes", ""):
            texts["note"] = notes
        typed = get("payment_method")
        group.asked = Asked(texts, self._method(typed) if typed else None, members, with_lines)

    def update(self, group: OrderGroup, currency: str) -> OrderUpdate:
        """What an update asks for, in the currency of its order; bad lines go to `group.bad`. Raises BadCell."""
        asked = group.asked
        if asked is None:
            raise ValueError("not an update")
        lines = self._lines(group, asked.lines, currency)
        amounts = self._order_amounts(group, asked.rows, currency)
        return OrderUpdate(asked.texts, asked.payment_method, tuple(lines), **amounts)

    def _lines(self, group: OrderGroup, members: Sequence[tuple[Row, Sequence[str]]], currency: str) -> list[NewLine]:
        lines = []
        for row, values in members:
            try:
                if row.unstored:
                    self._need_results(row, _LINE)
                lines.append(self._line(values, currency))
            except BadCell as bad:
                group.bad[row.number] = bad.problem
        return lines

    def _line(self, values: Sequence[str], currency: str) -> NewLine:
        sku, name, quantity, price = (values[at] for at in _LINE)
        if not quantity:
            raise BadCell(Code.MISSING_VALUE, "quantity")
        if not price:
            raise BadCell(Code.MISSING_VALUE, "unit_price")
        if not sku and not name:
            raise BadCell(Code.MISSING_VALUE, "item_name")
        amount = cell_amount(price, "unit_price", currency, self._mark("unit_price"))
        return NewLine(
            cell_text(name, "item_name") or sku, cell_pieces(quantity), amount, cell_text(sku, "sku") or None
        )

    def _order_amounts(self, group: OrderGroup, members: Members, currency: str) -> dict[str, int]:
        """Shipping fee and discount where they are given: added up where they stand at each line, else given once.
        Raises BadCell."""
        found = {}
        for name in PER_ORDER:
            if not self._sources[_AT[name]]:
                continue
            cells = self._given(group, members, name)
            amounts = [cell_amount(cell, name, currency, self._mark(name)) for cell in cells]
            if self._file is None and name not in self._sums and len(set(amounts)) > 1:
                other = next(cell for cell, amount in zip(cells, amounts, strict=True) if amount != amounts[0])
                raise BadCell(Code.BAD_VALUE, name, other, variant="differs")
            if amounts:
                found[name] = sum(amounts) if name in self._sums else amounts[0]
        return found

    def _given(self, group: OrderGroup, members: Members, name: str) -> list[str]:
        """An order's cells in this column; of what is added up without those at lines that are left out."""
        at, summed = _AT[name], name in self._sums
        return [cells[at] for row, cells in members if cells[at] and not (summed and row.number in group.bad)]

    def _place(self, values: Sequence[str]) -> Place:
        place = self._places.find(values[_STORE], values[_ACCOUNT])
        if isinstance(place, Problem):
            told = {name: value for name, value in place.params.items() if name not in ("field", "value")}
            raise BadCell(place.code, place.params["field"], place.params.get("value", ""), **told)
        return place

    def _arrival(self, get: Any, place: Place) -> tuple[Arrival | None, PaymentMethod | None]:
        """How a new order arrives: one of a channel's file as it stands there, any other by its payment method."""
        typed = get("payment_method")
        if self._file is None:
            return None, self._method(typed) if typed else None
        method = payment_method_from_words(typed)
        cod = method is PaymentMethod.COD
        method = PaymentMethod.COD if cod else PaymentMethod.CHANNEL
        status = get("channel_status")
        standing = self._file.standing(status) if status else None
        if standing is None:
            if not status:
                raise BadCell(Code.MISSING_VALUE, "status")
            raise BadCell(Code.BAD_VALUE, "status", status, variant="channel_status")
        arrival = _ARRIVALS[standing]
        if cod and standing is not Standing.UNPAID:
            arrival = Arrival(arrival.status, PaymentStatus.UNPAID, arrival.acceptance)
        if not place.has_rules and arrival.acceptance is Acceptance.AWAITING:
            arrival = ARRIVED_PAID  # nobody could accept it here
        return arrival, method

    def _method(self, typed: str) -> PaymentMethod:
        method = payment_method_from_words(typed)
        if method is None:
            raise BadCell(Code.BAD_VALUE, "payment_method", typed, variant="payment_method")
        return method

    def _moment(self, get: Any, place: Place) -> datetime | None:
        typed = get("ordered_at")
        if not typed:
            return None
        try:
            moment = read_moment(typed, "mdy" if self._readings.get("ordered_at") == "mdy" else "dmy", place.timezone)
        except DayError:
            raise BadCell(Code.BAD_VALUE, "ordered_at", typed, variant="moment") from None
        if moment > self._latest:
            raise BadCell(Code.BAD_VALUE, "ordered_at", typed, variant="ahead")
        return moment

    def _mark(self, name: str) -> DecimalMark | None:
        way = self._readings.get(name)
        return "." if way == "." else "," if way == "," else None

    @staticmethod
    def _getter(values: Sequence[str]) -> Any:
        return lambda name: values[_AT[name]]
