"""What the list shows around its rows: tabs, chips, the filter form, the pager. All of it are addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from urllib.parse import urlencode

from flask import current_app, url_for
from flask_babel import gettext as _

from webapp.auth import signed_in
from webapp.domain.couriers import COURIERS, courier_name
from webapp.domain.errors import N_
from webapp.domain.order_status import TABS, OrderStatus
from webapp.domain.payment import PaymentMethod, PaymentStatus
from webapp.extensions import db
from webapp.formats import channel_label, day, integer, language, payment_label, payment_method_label, status_label
from webapp.formats.languages import in_language
from webapp.services.orders.cursors import Cursor, write_cursor
from webapp.services.orders.filters import ME, NOBODY, DateKind, ListFilter, Printed
from webapp.services.orders.picture import Count
from webapp.services.orders.places import Places, read_places
from webapp.services.orders.query import OrderPage
from webapp.services.orders.saved_views import ALL


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter that is on: its name, its values in words, and the list without it."""

    name: str
    value: str
    without: str


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab: its list, its name, whether it is the present one, and its count as it is shown."""

    href: str
    label: str
    current: bool
    count: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """One field of the filter form: its values with their labels, and which are chosen."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    chosen: frozenset[str]


@dataclass(frozen=True, slots=True)
class Look:
    """What an address says of the list besides its filter: `columns`, if it names any. `has_default`: the bare address
    opens a view of the reader's, and not all orders."""

    columns: tuple[str, ...] = ()
    has_default: bool = False

    @property
    def query(self) -> str:
        """The columns as part of an address, or empty."""
        return f"columns={','.join(self.columns)}" if self.columns else ""


USUAL_LOOK = Look()


class Listing:
    """The list at one address: `flt` read from it, and the address of every list that can be reached from there.

    `look.columns` are columns that the address names and every other one has to name too; none: the reader's own.
    """

    def __init__(self, url: str, flt: ListFilter, places: Places, secret: str | bytes, look: Look = USUAL_LOOK) -> None:
        self.url = url
        self.flt = flt
        self.places = places
        self.look = look
        self._secret = secret
        self._params = flt.to_params()
        self._query = urlencode(self._params)

    def address(self, flt: ListFilter | None = None, cursor: Cursor | None = None) -> str:
        """The list with this filter (the present one by default), at this cursor."""
        query = self._query if flt is None else urlencode(flt.to_params())
        place = f"{cursor.param}={write_cursor(cursor, self._secret)}" if cursor is not None else ""
        return self._at(query, place)

    @property
    def query(self) -> str:
        """The filter as the end of an address: empty, or from the question mark on."""
        return f"?{self._query}" if self._query else ""

    def download_query(self, headers: Sequence[str]) -> str:
        """As `query`, with the headers that a download should hold; none: all."""
        query = "&".join(filter(None, (self._query, f"columns={','.join(headers)}" if headers else "")))
        return f"?{query}" if query else ""

    @property
    def whole_query(self) -> str:
        """As `query`, with what the address says of columns: for pages that come back to exactly this list."""
        query = "&".join(filter(None, (self._query, self.look.query)))
        return f"?{query}" if query else ""

    @property
    def tab_label(self) -> str:
        """The name of the present tab; empty in the one of all orders."""
        return tab_labels()[self.flt.tab] if self.flt.tab else ""

    def _at(self, *parts: str) -> str:
        query = "&".join(filter(None, (*parts, self.look.query)))
        return f"{self.url}?{query}" if query else self.home

    @property
    def home(self) -> str:
        """All orders, in the reader's own columns; also for somebody with whom a view opens instead."""
        return f"{self.url}?view={ALL}" if self.look.has_default else self.url

    def overview_address(self, url: str) -> str:
        """Where the overview of exactly this view is, below `url`."""
        return f"{url}{self.whole_query}"

    def tabs(self, page: OrderPage) -> list[Tab]:
        """The tabs, with their counts where these are true of the filters that stay on. A tab says which statuses, so
        changing it drops the filter on them."""
        rest = urlencode(self.flt.moved(tab=None, status=(), arranged=None).to_params())
        return [
            Tab(
                self._at(f"tab={tab}" if tab else "", rest),
                label,
                self.flt.tab == tab,
                count_text(page.tabs.get(tab or "all")) if page.tabs_true else None,
            )
            for tab, label in tab_labels().items()
        ]

    def pages(self, page: OrderPage) -> tuple[str | None, ...]:
        """First, previous, next and last page, None where there is none."""
        cursors = (page.first, page.prev, page.next, page.last)
        return tuple(None if cursor is None else self.address(cursor=cursor) for cursor in cursors)

    def kept(self, *without: str) -> list[tuple[str, str]]:
        """What a form that sets the fields `without` has to carry along."""
        carried = [("columns", ",".join(self.look.columns))] if self.look.columns else []
        return [(name, value) for name, value in (*self._params, *carried) if name not in without]

    def halves(self, page: OrderPage) -> list[Tab] | None:
        """The switch of the tab To ship: everything, to process, processed."""
        if self.flt.tab != "to_ship":
            return None
        to_process, processed = page.halves or (None, None)
        choices = (None, None), (False, to_process), (True, processed)
        return [
            Tab(self.address(replace(self.flt, arranged=yes)), _half(yes), self.flt.arranged is yes, count_text(count))
            for yes, count in choices
        ]

    @property
    def half_label(self) -> str:
        """The name of the chosen half of the tab To ship; empty where both are shown."""
        return "" if self.flt.arranged is None else _half(self.flt.arranged)

    @property
    def chips(self) -> list[Chip]:
        """The filters that are on, but for tab and search, which have places of their own."""
        flt, chips = self.flt, []
        for name, label, word in _NAMED:
            values = getattr(flt, name)
            if values:
                words = ", ".join(word(self.places)(str(value)) for value in values)
                chips.append(Chip(label(), words, self.address(flt.moved(**{name: ()}))))
        if flt.first_day or flt.last_day:
            without = self.address(flt.moved(first_day=None, last_day=None, date=DateKind.ORDERED))
            chips.append(Chip(date_labels()[flt.date], _days(flt.first_day, flt.last_day), without))
        if flt.overdue:
            chips.append(Chip(_("Due"), _("overdue"), self.address(flt.moved(overdue=False))))
        if flt.awaiting:
            chips.append(Chip(_("Acceptance"), _("waiting"), self.address(replace(flt, awaiting=False))))
        return chips

    @property
    def groups(self) -> list[tuple[str, list[Group]]]:
        """The fields of the filter form that are lists of values, by what they are about."""
        flt, places = self.flt, self.places
        chosen_tab = TABS[flt.tab] if flt.tab else frozenset(OrderStatus)
        statuses = [(s.value, status_label(s)) for s in OrderStatus if s in chosen_tab]
        payments = [(s.value, payment_label(s)) for s in PaymentStatus]
        methods = [(m.value, payment_method_label(m)) for m in PaymentMethod]
        channels = [(code, channel_label(code)) for code in places.channels]
        people = [(ME, _("Me")), (NOBODY, _("Nobody")), *places.people]
        return [
            (_("Order"), [
                _group("status", _("Status"), statuses, flt.status),
                _group("tag", _("Tag"), _besides(places.tags, flt.tag), flt.tag),
                _group("assigned", _("Assigned to"), _besides(people, flt.assigned), flt.assigned),
            ]),
            (_("Payment"), [
                _group("payment_status", _("Payment status"), payments, flt.payment_status),
                _group("payment_method", _("Payment method"), methods, flt.payment_method),
            ]),
            (_("Where from"), [
                _group("store", _("Store"), places.stores, flt.store),
                _group("channel", _("Channel"), channels, flt.channel),
                _group("account", _("Channel account"), _besides(places.accounts, flt.account), flt.account),
            ]),
            (_("Delivery"), [
                _group("courier", _("Courier"), _couriers(flt.courier), flt.courier),
                _group("warehouse", _("Warehouse"), places.warehouses, flt.warehouse),
                _group("printed", _("Printed"), [(p.value, _printed(p)) for p in Printed], flt.printed),
            ]),
        ]  # fmt: skip

    @property
    def cleared(self) -> str:
        """The list of this tab without filters and search."""
        return self.address(ListFilter(tab=self.flt.tab, limit=self.flt.limit).moved(sort=self.flt.sort))

    @property
    def everywhere(self) -> str:
        """The same search in every tab and without filters."""
        return self.address(ListFilter(q=self.flt.q, limit=self.flt.limit))


def listing_of(flt: ListFilter, look: Look = USUAL_LOOK) -> Listing:
    """The list with this filter, among the stores and warehouses that exist for the signed-in person."""
    settings = current_app.config["SETTINGS"]
    places = read_places(db.session(), signed_in().actor.scope, settings.timezone)
    return Listing(url_for("orders.index_view"), flt, places, settings.secret_key, look)


FORM_FIELDS = (
    "status", "tag", "assigned", "payment_status", "payment_method", "store", "channel", "account", "courier",
    "warehouse", "printed", "sku", "due", "acceptance",
)  # fmt: skip
"""What the filter form sets."""
DAY_FIELDS = ("date", "from", "to")
"""What the form of the days sets."""


def date_labels() -> dict[DateKind, str]:
    """What a range of days can be about."""
    return {
        DateKind.ORDERED: _("Ordered"),
        DateKind.PAID: _("Paid"),
        DateKind.SHIPPED: _("Shipped"),
        DateKind.UPDATED: _("Changed"),
    }


_TABS: dict[str | None, str] = {
    None: N_("All"),
    "new": N_("New"),
    "to_ship": N_("To ship"),
    "in_delivery": N_("In delivery"),
    "completed": N_("Completed"),
    "returned": N_("Returned"),
    "canceled": N_("Canceled"),
}


def tab_labels() -> dict[str | None, str]:
    """The tabs' names; None is the tab of all orders."""
    return _tab_labels(language())


@lru_cache(maxsize=8)
def _tab_labels(code: str) -> dict[str | None, str]:
    return {tab: in_language(code, name) for tab, name in _TABS.items()}


def _half(arranged: bool | None) -> str:
    return {None: _("All"), False: _("To process"), True: _("Processed")}[arranged]


def count_text(count: Count | None) -> str | None:
    """A count as it is shown: `1,284`, or `10,000+` where counting stopped."""
    return None if count is None else f"{integer(count)}{'' if count.exact else '+'}"


def _group(name: str, label: str, options: Iterable[tuple[str, str]], chosen: Sequence[object]) -> Group:
    return Group(name, label, tuple(options), frozenset(str(value) for value in chosen))


def _besides(options: Iterable[tuple[str, str]], chosen: Sequence[str]) -> list[tuple[str, str]]:
    """The options, and what is chosen all the same: an archived tag, somebody who left."""
    listed = list(options)
    known = {code for code, _name in listed}
    return [*listed, *((code, code) for code in chosen if code not in known)]


def _couriers(chosen: Sequence[str]) -> list[tuple[str, str]]:
    typed = [(code, code) for code in chosen if code not in COURIERS]
    return [(code, courier.name) for code, courier in COURIERS.items()] + typed


def _days(first: date | None, last: date | None) -> str:
    if first and last:
        return day(first) if first == last else f"{day(first)} – {day(last)}"
    if first:
        return _("from %(day)s", day=day(first))
    return _("until %(day)s", day=day(last)) if last else ""


def _printed(code: str) -> str:
    return {
        Printed.LABEL.value: _("label printed"),
        Printed.NO_LABEL.value: _("label not printed"),
        Printed.INVOICE.value: _("invoice printed"),
        Printed.NO_INVOICE.value: _("invoice not printed"),
    }.get(code, code)


def _account(places: Places) -> Callable[[str], str]:
    def word(code: str) -> str:
        channel, name = channel_label(code.partition(":")[0]), places.account_name(code)
        return name if f"{name} ".startswith(f"{channel} ") else f"{channel} {name}"

    return word


def _assigned(places: Places) -> Callable[[str], str]:
    return lambda code: {ME: _("me"), NOBODY: _("nobody")}.get(code) or places.person_name(code)


Words = Callable[[Places], Callable[[str], str]]


def _always(word: Callable[[str], str]) -> Words:
    return lambda _places: word


_NAMED: tuple[tuple[str, Callable[[], str], Words], ...] = (
    ("status", lambda: _("Status"), _always(status_label)),
    ("payment_status", lambda: _("Payment"), _always(payment_label)),
    ("payment_method", lambda: _("Method"), _always(payment_method_label)),
    ("store", lambda: _("Store"), lambda places: places.store_name),
    ("channel", lambda: _("Channel"), _always(channel_label)),
    ("account", lambda: _("Channel account"), _account),
    ("courier", lambda: _("Courier"), _always(courier_name)),
    ("warehouse", lambda: _("Warehouse"), lambda places: places.warehouse_name),
    ("printed", lambda: _("Printed"), _always(_printed)),
    ("sku", lambda: _("SKU"), _always(str)),
    ("tag", lambda: _("Tag"), lambda places: places.tag_name),
    ("assigned", lambda: _("Assigned to"), _assigned),
)
