"""Parts of the list that are the same for everybody who asks the same: drawn once for each language and kept.

The filter form alone has sixty fields; drawing it anew took as long as the rows. Nothing that belongs to one person
or one sign-in may stand in a fragment: no token, no selection, no name.
"""

from __future__ import annotations

from functools import lru_cache

from markupsafe import Markup

from webapp.admin.orders.listing import FORM_FIELDS, Listing
from webapp.admin.orders.places import Places
from webapp.admin.shell import draw
from webapp.domain.order_status import OrderStatus
from webapp.formats import language, status_label
from webapp.services.orders.bulk import LIMIT
from webapp.services.orders.filters import ListFilter


def filter_form(listing: Listing) -> Markup:
    """All filters in one form, as the present ones set them."""
    return _filter_form(language(), listing.url, listing.flt, listing.places)


def bulk_bar(may: tuple[str, ...]) -> Markup:
    """The bar with the bulk actions `may`, in their order."""
    return _bulk_bar(language(), may)


@lru_cache(maxsize=256)
def _filter_form(_language: str, url: str, flt: ListFilter, places: Places) -> Markup:
    listing = Listing(url, flt, places, "")
    return draw("admin/orders/filters.html", listing=listing, flt=flt, form_fields=FORM_FIELDS)


@lru_cache(maxsize=64)
def _bulk_bar(_language: str, may: tuple[str, ...]) -> Markup:
    statuses = [(status.value, status_label(status)) for status in OrderStatus]
    return draw("admin/orders/bulk_bar.html", may=may, statuses=statuses, limit=LIMIT)
