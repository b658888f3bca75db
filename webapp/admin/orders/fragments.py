"""Parts of the list that are the same for everybody who asks the same: drawn once for each language and kept.

The filter form alone has sixty fields; drawing it anew took as long as the rows. Nothing that belongs to one person
or one sign-in may stand in a fragment: no token, no selection, no name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from flask import url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

from webapp.admin.orders.columns import is_wide, labels_of, row_template
from webapp.admin.orders.heads import Table, heads
from webapp.admin.orders.listing import DAY_FIELDS, FORM_FIELDS, Listing, Look, date_labels
from webapp.admin.orders.ranges import preset_choices, sort_choices, sort_label
from webapp.admin.shell import draw
from webapp.domain.errors import N_
from webapp.domain.order_status import OrderStatus
from webapp.domain.payment import PaymentStatus
from webapp.formats import language, status_label
from webapp.formats.jinja import macros
from webapp.formats.languages import translated
from webapp.services.orders.bulk import LIMIT
from webapp.services.orders.filters import ListFilter
from webapp.services.orders.places import NOWHERE, Places


def filter_form(listing: Listing) -> Markup:
    """All filters in one form, as the present ones set them."""
    return _filter_form(language(), listing.url, listing.flt, listing.places, listing.look)


def table_of(listing: Listing, columns: tuple[str, ...], *, dense: bool) -> Table:
    """The table with these columns; in its head, what can be sorted is a link."""
    labels = _labels(language(), columns)
    head = _rows_head(language(), listing.url, listing.flt, listing.look, columns)
    return Table(columns, labels, head, row_template(columns), is_wide(columns), dense)


def range_menus(listing: Listing, today: date) -> Markup:
    """The menus of the days, as they lie seen from `today`, and of the sort."""
    return _range_menus(language(), listing.url, listing.flt, listing.places, today, listing.look)


def look(listing: Listing, view: str, *, dense: bool) -> Markup:
    """The tools for how the list looks; `view` is the name of the saved view that is open, or empty."""
    return _look(language(), listing.whole_query, view, dense)


def density_form(here: str) -> Markup:
    """What the switch of the rows' height sends, to come back to `here`."""
    filled = str(_density_form(language())).replace(_TOKEN, generate_csrf()).replace(_NEXT, str(escape(here)))
    return Markup(filled)  # noqa: S704 -- escaped above


def bulk_bar(may: tuple[str, ...]) -> Markup:
    """The bar with the bulk actions `may`, in their order."""
    return _bulk_bar(language(), may)


class Marks(dict[str, str]):
    """Channel marks, drawn when a row first shows one."""

    def __missing__(self, channel: str) -> str:
        self[channel] = macros("ui").channel_mark(channel)
        return self[channel]


@dataclass(frozen=True, slots=True)
class RowKit:
    """What the rows show over and over, as markup: by code, by (not yet, done), or one for all."""

    pills: dict[str, str]
    dots: dict[str, str]
    marks: Marks
    labels_printed: tuple[str, str]
    invoices_printed: tuple[str, str]
    tag_awaiting: str
    tag_hold: str
    tag_digital: str
    icon_late: str
    select_before: str
    select_after: str
    buyer_link: tuple[str, str] | None
    menu_link: tuple[str, str]


def row_kit(*, buyer_pages: bool) -> RowKit:
    """The pieces of the rows in the reader's language; `buyer_pages`: whether the reader may open those."""
    return _row_kit(language(), buyer_pages)


@lru_cache(maxsize=16)
def _row_kit(_language: str, buyer_pages: bool) -> RowKit:
    ui = macros("ui")
    before, after = escape(_("Select %(name)s", name="|")).split("|")
    label = translated(N_("Label not printed")), translated(N_("Label printed"))
    invoice = translated(N_("Invoice not printed")), translated(N_("Invoice printed"))
    return RowKit(
        pills={status.value: ui.status_pill(status.value) for status in OrderStatus},
        dots={status.value: ui.payment_dot(status.value) for status in PaymentStatus},
        marks=Marks(),
        labels_printed=(_printed("tag", label[0]), _printed("tag", label[1], done=True)),
        invoices_printed=(_printed("file-invoice", invoice[0]), _printed("file-invoice", invoice[1], done=True)),
        tag_awaiting=ui.tag("info", translated(N_("To accept")), "hand-click"),
        tag_hold=ui.tag("warn", translated(N_("On hold")), "player-pause"),
        tag_digital=ui.tag("", translated(N_("Digital")), "download"),
        icon_late=ui.icon("clock-exclamation"),
        select_before=before,
        select_after=after,
        buyer_link=_row_link("external-link", _("Buyer's page of %(number)s", number="|")) if buyer_pages else None,
        menu_link=_row_link("dots", _("Actions for %(number)s", number="|")),
    )


def _row_link(icon: str, words: str) -> tuple[str, str]:
    """What stands in a link before and after the order's number: its icon, and its name for screen readers."""
    before, after = escape(words).split("|")
    return f'{macros("ui").icon(icon)}<span class="lp-sr">{before}', f"{after}</span></a>"


def _printed(icon: str, words: str, *, done: bool = False) -> str:
    drawn = macros("ui").icon(icon, "done" if done else "")
    return Markup('<span title="{}">{}<span class="lp-sr"> {}</span></span>').format(words, drawn, words)


@lru_cache(maxsize=256)
def _filter_form(_language: str, url: str, flt: ListFilter, places: Places, look: Look) -> Markup:
    listing = Listing(url, flt, places, "", look)
    return draw("admin/orders/filters.html", listing=listing, flt=flt, form_fields=FORM_FIELDS)


@lru_cache(maxsize=256)
def _labels(_language: str, columns: tuple[str, ...]) -> dict[str, str]:
    return labels_of(columns)


@lru_cache(maxsize=256)
def _rows_head(_language: str, url: str, flt: ListFilter, look: Look, columns: tuple[str, ...]) -> Markup:
    listing = Listing(url, flt, NOWHERE, "", look)
    return draw("admin/orders/rows_head.html", heads=heads(listing, columns), label=sort_label(flt.sort))


@lru_cache(maxsize=256)
def _range_menus(_language: str, url: str, flt: ListFilter, places: Places, today: date, look: Look) -> Markup:
    listing = Listing(url, flt, places, "", look)
    return draw(
        "admin/orders/ranges.html", listing=listing, flt=flt, day_fields=DAY_FIELDS, kinds=date_labels(),
        presets=preset_choices(listing, today), sorts=sort_choices(listing),
    )  # fmt: skip


_TOKEN, _NEXT = "@token@", "@next@"


@lru_cache(maxsize=256)
def _look(_language: str, query: str, view: str, dense: bool) -> Markup:
    places = {"views": f"{url_for('orders.views')}{query}", "columns": f"{url_for('orders.columns')}{query}"}
    return draw("admin/orders/look.html", view=view, dense=dense, **places)


@lru_cache(maxsize=8)
def _density_form(_language: str) -> Markup:
    return draw("admin/orders/density.html", token=_TOKEN, next=_NEXT)


@lru_cache(maxsize=64)
def _bulk_bar(_language: str, may: tuple[str, ...]) -> Markup:
    statuses = [(status.value, status_label(status)) for status in OrderStatus]
    return draw("admin/orders/bulk_bar.html", may=may, statuses=statuses, limit=LIMIT)
