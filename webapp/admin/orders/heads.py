"""The heads of the list's columns; those by which an index sorts are links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jinja2 import Template
from markupsafe import Markup

from webapp.admin.orders.columns import COLUMNS
from webapp.admin.orders.listing import Listing
from webapp.formats.languages import translated
from webapp.services.orders.filters import DEFAULT_SORT


@dataclass(frozen=True, slots=True)
class Table:
    """The table of the rows as one reader sees it: `columns` with their `labels`, the drawn `head`, the `template` of
    the rows. `wide`: it may have to be scrolled sideways; `dense`: rows of one line."""

    columns: tuple[str, ...]
    labels: Mapping[str, str]
    head: Markup
    template: str | Template
    wide: bool
    dense: bool


@dataclass(frozen=True, slots=True)
class Head:
    """One head. `href` leads to the list sorted by it, or the other way round; `sorted` is a value of `aria-sort`,
    empty where the list is sorted by something else."""

    label: str
    cell: str
    right: bool
    href: str = ""
    sorted: str = ""


def heads(listing: Listing, columns: Sequence[str]) -> list[Head]:
    """The heads of these columns."""
    return [_head(listing, columns, name) for name in columns]


def _head(listing: Listing, columns: Sequence[str], name: str) -> Head:
    column, flt = COLUMNS[name], listing.flt
    sorts = [sort for sort in flt.sorts if sort.column == column.sorts]
    # The moment itself is the better head to sort by than the number or how far it is.
    better = any(other != name and COLUMNS[other].sorts == column.sorts for other in _MOMENTS if other in columns)
    if not sorts or better:
        return Head(translated(column.label), column.cell, column.right)
    if flt.sort not in sorts:
        return Head(translated(column.label), column.cell, column.right, listing.address(flt.moved(sort=sorts[0])))
    other = next((sort for sort in sorts if sort is not flt.sort), DEFAULT_SORT)
    way = "descending" if flt.sort.descending else "ascending"
    return Head(translated(column.label), column.cell, column.right, listing.address(flt.moved(sort=other)), way)


_MOMENTS = ("ordered", "updated", "ship_by")
