"""The columns of the list: which there are, which one reader sees in which order, and the row that they make.

`row_lines.html` holds the usual columns, one cell on each line. Another choice is the same template with its lines in
another order, put together once and kept: a list with columns of one's own is drawn as fast.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from flask import current_app
from flask_login import current_user
from jinja2 import Environment, Template

from webapp.domain.actors import Scope
from webapp.domain.errors import N_, Code, Problem
from webapp.formats.languages import translated
from webapp.services.exporting.choice import columns_for
from webapp.services.orders.rows import MORE, PRIVATE


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in addresses, its head (a msgid), its width in pixels (set in `50-orders.css`, of those
    not usual in `58-look.css`).

    `sorts` is the column of `orders` by which an index lets the list be sorted.
    """

    name: str
    label: str
    width: int
    sorts: str = ""

    @property
    def cell(self) -> str:
        """The class of its cells."""
        return f"lp-c-{_CELLS.get(self.name, self.name)}"

    @property
    def right(self) -> bool:
        """Whether it is set to the right: amounts and spans of time."""
        return self.name in ("total", "due")


_CELLS = {
    "number": "no", "payment": "pay", "status": "st", "courier": "ship", "due": "sla", "channel_order_id": "chno",
    "ship_by": "by", "ordered": "at",
}  # fmt: skip
COLUMNS: dict[str, Column] = {
    column.name: column
    for column in (
        Column("number", N_("Order"), 170, "ordered_at"),
        Column("buyer", N_("Buyer"), 146),
        Column("items", N_("Items"), 220),
        Column("total", N_("Total"), 106),
        Column("payment", N_("Payment"), 108),
        Column("status", N_("Status"), 140),
        Column("courier", N_("Courier"), 136),
        Column("print", N_("Print"), 52),
        Column("due", N_("Due"), 98, "ship_by"),
        Column("store", N_("Store"), 130),
        Column("account", N_("Channel account"), 140),
        Column("channel_order_id", N_("Channel's number"), 160),
        Column("ordered", N_("Ordered"), 126, "ordered_at"),
        Column("updated", N_("Updated"), 126, "updated_at"),
        Column("ship_by", N_("Ship by"), 126, "ship_by"),
        Column("phone", N_("Phone"), 130),
        Column("email", N_("E-mail"), 190),
        Column("city", N_("City"), 140),
        Column("method", N_("Payment method"), 130),
        Column("sku", N_("SKU"), 130),
        Column("tracking", N_("Tracking number"), 150),
        Column("tags", N_("Tags"), 150),
        Column("note", N_("Buyer's note"), 180),
        Column("assigned", N_("Assigned to"), 130),
        Column("warehouse", N_("Warehouse"), 130),
    )
}
"""Every column, in the order in which they are offered."""
_HEADERS: dict[str, tuple[str, ...]] = {
    "number": ("order_number",),
    "buyer": ("buyer_name", "buyer_phone"),
    "items": ("item_count", "item_name", "quantity"),
    "total": ("currency", "total"),
    "payment": ("payment_status", "payment_method"),
    "status": ("status",),
    "courier": ("courier", "tracking_number"),
    "store": ("store",),
    "account": ("channel", "account"),
    "channel_order_id": ("channel_order_id",),
    "ordered": ("ordered_at",),
    "phone": ("buyer_phone",),
    "email": ("buyer_email",),
    "city": ("city", "province"),
    "method": ("payment_method",),
    "sku": ("sku",),
    "tracking": ("tracking_number",),
}
"""What of each column a download can hold."""
DEFAULT = ("number", "buyer", "items", "total", "payment", "status", "courier", "print", "due")
"""What the list shows to somebody who never chose."""
FIRST = "number"
"""The column that is always there, and always first: it stays while the others are scrolled."""
ROOM = 1060
"""Pixels beside the menu on the smallest screen that has it in full: what is wider is scrolled sideways."""
_ENDS = 44 + 46
"""Pixels of the ticks and of the row's menu."""


def offered(scope: Scope) -> tuple[str, ...]:
    """The columns that exist for somebody."""
    return tuple(name for name in COLUMNS if not (scope.restricted and name in PRIVATE))


def own_columns(scope: Scope, chosen: Sequence[str]) -> tuple[str, ...]:
    """A choice as it can be shown: without what does not exist, the order's number first. Nothing: the usual."""
    known = frozenset(offered(scope))
    kept = [name for name in dict.fromkeys(chosen) if name in known and name != FIRST]
    return (FIRST, *kept) if kept else DEFAULT


def columns_asked(params: Mapping[str, Sequence[str]], scope: Scope) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """The parameter `columns` of an address (names with commas between, or repeated), empty where there is none, and
    what in it is no column for somebody with this scope."""
    names = [name.strip() for text in params.get("columns", ()) for name in text.split(",")]
    asked = list(dict.fromkeys(name for name in names if name))
    known = frozenset(offered(scope))
    unknown = [name for name in asked if name not in known]
    problems = tuple(Problem(Code.BAD_VALUE, {"field": "columns", "value": name[:60]}) for name in unknown)
    if not any(name in known for name in asked):
        return (), problems
    return (FIRST, *(name for name in asked if name in known and name != FIRST)), problems


def as_headers(columns: Sequence[str], scope: Scope) -> tuple[str, ...]:
    """The headers of a download that holds what these columns show; none for the usual columns: then it holds all."""
    if columns == DEFAULT:
        return ()
    known = {column.name for column in columns_for(scope)}
    return tuple(dict.fromkeys(header for name in columns for header in _HEADERS.get(name, ()) if header in known))


def reader_columns() -> tuple[str, ...]:
    """The columns that the signed-in person chose for the list, or the usual ones."""
    return own_columns(current_user.actor.scope, current_user.columns) if current_user.columns else DEFAULT


def more_of(columns: Sequence[str]) -> tuple[str, ...]:
    """What the rows have to hold for these columns besides what they always do."""
    return () if columns == DEFAULT else tuple(name for name in columns if name in MORE)


def labels_of(columns: Sequence[str]) -> dict[str, str]:
    """The heads of these columns in the reader's language."""
    return {name: translated(COLUMNS[name].label) for name in columns}


def is_wide(columns: tuple[str, ...]) -> bool:
    """Whether these columns may need more room than there is."""
    return columns != DEFAULT and _ENDS + sum(COLUMNS[name].width for name in columns) > ROOM


def row_template(columns: tuple[str, ...]) -> str | Template:
    """The template of the rows with these columns."""
    return _ROWS if columns == DEFAULT else _row_template(current_app.jinja_env, columns)


_ROWS = "admin/orders/row_lines.html"


@lru_cache(maxsize=128)
def _row_template(env: Environment, columns: tuple[str, ...]) -> Template:
    return env.from_string(_with_cells(_source(env, _ROWS), [_cell(name) for name in columns]))


def _source(env: Environment, template: str) -> str:
    if env.loader is None:
        raise LookupError("templates come from files")
    return env.loader.get_source(env, template)[0]


def _cell(name: str) -> tuple[str, str]:
    """The class of a column's cell, and its line of the template where no template of ours has one."""
    css = COLUMNS[name].cell
    return css, f'<td class="lp-c-x {css}" data-l="{{{{ table.labels["{name}"] }}}}">{{{{ extra["{name}"] }}}}</td>'


def _with_cells(source: str, cells: Sequence[tuple[str, str]]) -> str:
    """`source` with its lines of usual cells replaced by `cells`. Lines of other cells (ticks, menu) stay in their
    places."""
    usual = {COLUMNS[name].cell for name in DEFAULT}
    lines: list[str] = []
    have: dict[str, str] = {}
    at: int | None = None
    for line in source.splitlines():
        css = line.removeprefix('<td class="').partition('"')[0].partition(" ")[0]
        if line.startswith("<td") and css in usual:
            have[css] = line
            at = len(lines) if at is None else at
        else:
            lines.append(line)
    lines[at or 0 : at or 0] = [have.get(css, line) for css, line in cells]
    return "\n".join(lines)
