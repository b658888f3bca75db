"""What a download of the list holds: its format, its rows, and which of the columns that there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import TypeVar

from webapp.domain.actors import Scope
from webapp.domain.errors import Code, Problem


class Format(StrEnum):
    """What kind of file."""

    XLSX = "xlsx"
    CSV = "csv"


class Rows(StrEnum):
    """What one row of the file is."""

    ORDERS = "orders"
    LINES = "lines"


class Kind(Enum):
    """How a value of a column comes from the database, and what it becomes in a cell."""

    CODE = auto()
    """Text of ours, which no spreadsheet takes for a formula."""
    TEXT = auto()
    """Text of people and channels."""
    NUMBER = auto()
    MONEY = auto()
    """Minor units, written in major ones."""
    MOMENT = auto()
    """Written as the clock of the order's store shows it."""
    CHANNEL = auto()
    ACCOUNT = auto()
    STORE = auto()
    """The last three come from the order's account."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `sql` reads it; `table` is the alias of the table that has to be joined for it, besides orders.

    `private` columns don't exist for people who may see neither prices nor e-mail addresses.
    """

    name: str
    sql: str
    kind: Kind = Kind.TEXT
    private: bool = False

    @property
    def table(self) -> str:
        """The alias of the table that holds it."""
        return self.sql.partition(".")[0]

    @property
    def of_line(self) -> bool:
        """Whether only rows of lines have it."""
        return self.table == "l"


COLUMNS: tuple[Column, ...] = (
    Column("order_number", "o.number", Kind.CODE),
    Column("channel", "o.account_id", Kind.CHANNEL),
    Column("account", "o.account_id", Kind.ACCOUNT),
    Column("store", "o.account_id", Kind.STORE),
    Column("channel_order_id", "x.channel_order_id"),
    Column("status", "o.status", Kind.CODE),
    Column("payment_status", "o.payment_status", Kind.CODE),
    Column("payment_method", "o.payment_method", Kind.CODE),
    Column("ordered_at", "o.ordered_at", Kind.MOMENT),
    Column("buyer_name", "c.buyer_name"),
    Column("buyer_phone", "c.buyer_phone"),
    Column("buyer_email", "c.buyer_email", private=True),
    Column("address", "c.address"),
    Column("district", "c.district"),
    Column("city", "c.city"),
    Column("province", "c.province"),
    Column("postal_code", "c.postal_code"),
    Column("courier", "p.courier"),
    Column("tracking_number", "p.tracking_number"),
    Column("currency", "o.currency", Kind.CODE),
    Column("subtotal", "o.subtotal", Kind.MONEY, private=True),
    Column("shipping_fee", "o.shipping_fee", Kind.MONEY, private=True),
    Column("discount", "o.discount", Kind.MONEY, private=True),
    Column("total", "o.total", Kind.MONEY, private=True),
    Column("line_count", "(select count(*) from order_lines n where n.order_id = o.id)", Kind.NUMBER),
    Column("item_count", "o.item_count", Kind.NUMBER),
    Column("sku", "l.sku"),
    Column("item_name", "l.name"),
    Column("quantity", "l.quantity", Kind.NUMBER),
    Column("unit_price", "l.unit_price", Kind.MONEY, private=True),
)
"""Every column, in the order of the file. Their names are part of the contract."""


REPORT_DAYS = 90
REPORT = (
    "order_number", "channel_order_id", "ordered_at", "status", "payment_status", "store", "buyer_name", "courier",
    "tracking_number", "line_count", "item_count", "total", "currency",
)  # fmt: skip
"""The columns of the report on the last `REPORT_DAYS` days."""


def columns_for(scope: Scope) -> tuple[Column, ...]:
    """The columns that exist for somebody."""
    return tuple(column for column in COLUMNS if not (column.private and scope.restricted))


@dataclass(frozen=True, slots=True)
class Choice:
    """What a file holds. `named` are the columns that were asked for, in the order of the file; none means all."""

    format: Format = Format.XLSX
    rows: Rows = Rows.ORDERS
    named: tuple[str, ...] = ()

    def columns(self, scope: Scope) -> tuple[Column, ...]:
        """The file's columns for somebody: never one that does not exist for them."""
        return tuple(
            column
            for column in columns_for(scope)
            if (not self.named or column.name in self.named) and (self.rows is Rows.LINES or not column.of_line)
        )

    @classmethod
    def from_params(cls, params: Mapping[str, Sequence[str]], scope: Scope) -> tuple[Choice, tuple[Problem, ...]]:
        """Read `format`, `rows` and `columns` (repeated, or with commas between) as an address has them.

        What is not known, or not for somebody with this scope, is left out and named in the problems.
        """
        problems: list[Problem] = []
        known = {column.name for column in columns_for(scope)}
        asked = [name.strip() for text in params.get("columns", ()) for name in text.split(",") if name.strip()]
        problems += [_bad("columns", name) for name in asked if name not in known]
        named = tuple(column.name for column in COLUMNS if column.name in asked and column.name in known)
        choice = cls(
            _one(Format, "format", params, problems) or Format.XLSX,
            _one(Rows, "rows", params, problems) or Rows.ORDERS,
            named,
        )
        if asked and not choice.columns(scope):
            problems.append(Problem(Code.MISSING_VALUE, {"field": "columns"}))
        return choice, tuple(problems)

    def to_params(self) -> list[tuple[str, str]]:
        """The parameters that lead back to this choice."""
        return [("format", self.format.value), ("rows", self.rows.value), *(("columns", name) for name in self.named)]


S = TypeVar("S", bound=StrEnum)


def _one(kind: type[S], name: str, params: Mapping[str, Sequence[str]], problems: list[Problem]) -> S | None:
    text = next(iter(params.get(name, ())), "")
    if not text:
        return None
    try:
        return kind(text)
    except ValueError:
        problems.append(_bad(name, text))
        return None


def _bad(field: str, value: str) -> Problem:
    return Problem(Code.BAD_VALUE, {"field": field, "value": value[:60]})
