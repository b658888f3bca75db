"""The list's filter as it stands in an address: read, checked, written back. A view is a link."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date as Day  # noqa: N812 -- `date` is a parameter of the address
from enum import StrEnum
from typing import Any, TypeVar

from webapp.domain.errors import Code, Problem
from webapp.domain.order_status import TABS, TO_SHIP, OrderStatus
from webapp.domain.payment import PaymentMethod, PaymentStatus


class Printed(StrEnum):
    """Whether label and invoice were printed."""

    LABEL = "label"
    NO_LABEL = "no_label"
    INVOICE = "invoice"
    NO_INVOICE = "no_invoice"


class DateKind(StrEnum):
    """Which moment of an order a range of days is about."""

    ORDERED = "ordered"
    PAID = "paid"
    SHIPPED = "shipped"
    UPDATED = "updated"


class Sort(StrEnum):
    """The order of the list; a minus puts the latest on top. There is none that no index serves."""

    NEWEST = "-ordered_at"
    OLDEST = "ordered_at"
    CHANGED_LAST = "-updated_at"
    CHANGED_FIRST = "updated_at"
    SHIP_BY = "ship_by"

    @property
    def column(self) -> str:
        """The column of `orders` by which, and then by id, the list is sorted."""
        return self.value.lstrip("-")

    @property
    def descending(self) -> bool:
        """Whether the latest stands on top."""
        return self.value.startswith("-")


ME, NOBODY = "me", "none"
"""Values of `assigned` besides e-mail addresses: who looks at the list, and that nobody is assigned."""
DEFAULT_SORT = Sort.NEWEST
DEFAULT_LIMIT = 50
LIMITS = (20, 50, 100)
_MOST_VALUES = 60
_LONGEST_VALUE = 200
_EARLIEST, _LATEST = Day(1970, 1, 1), Day(2199, 12, 31)


@dataclass(frozen=True, slots=True)
class ListFilter:
    """Which orders the list shows. Several values of one field mean *or*, different fields *and*.

    `store` holds store codes, `account` `channel:external id` (built-in accounts: `channel:store code`), `warehouse`
    warehouse codes, `tag` tag codes, `assigned` e-mail addresses of people, `me` or `none`. `sku`
    finds what is written so or in capitals. `first_day` and `last_day` are local days of the order's store, both
    included, on which it was ordered or what else `date` says. `arranged` is False for *to process*, True for
    *processed*. `q` is the search box as typed.
    """

    tab: str | None = None
    q: str = ""
    status: tuple[OrderStatus, ...] = ()
    payment_status: tuple[PaymentStatus, ...] = ()
    payment_method: tuple[PaymentMethod, ...] = ()
    store: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    account: tuple[str, ...] = ()
    courier: tuple[str, ...] = ()
    warehouse: tuple[str, ...] = ()
    printed: tuple[Printed, ...] = ()
    sku: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    assigned: tuple[str, ...] = ()
    arranged: bool | None = None
    overdue: bool = False
    awaiting: bool = False
    date: DateKind = DateKind.ORDERED
    first_day: Day | None = None
    last_day: Day | None = None
    sort: Sort = DEFAULT_SORT
    limit: int = DEFAULT_LIMIT

    @property
    def statuses(self) -> frozenset[OrderStatus] | None:
        """The statuses that tab and status filter leave together; None: any."""
        chosen = frozenset(self.status) if self.status else None
        if self.tab is None:
            return chosen
        return TABS[self.tab] if chosen is None else TABS[self.tab] & chosen

    @property
    def narrowed(self) -> bool:
        """Whether anything but the tab limits the list: then an empty list offers to clear the filters."""
        return any(name not in ("tab", "date", "sort", "limit") for name, _ in self.to_params())

    @property
    def only_to_ship(self) -> bool:
        """Whether every order of the list waits for shipping: only those can be sorted by when they have to leave."""
        return self.overdue or (self.statuses is not None and self.statuses <= TO_SHIP)

    @property
    def sorts(self) -> tuple[Sort, ...]:
        """The sorts that this list can have."""
        return tuple(sort for sort in Sort if sort is not Sort.SHIP_BY or self.only_to_ship)

    def moved(self, **changes: Any) -> ListFilter:
        """This filter with other values; a sort that the new list can't have becomes the usual one."""
        changed = replace(self, **changes)
        return changed if changed.sort in changed.sorts else replace(changed, sort=DEFAULT_SORT)

    def seen_by(self, email: str) -> ListFilter:
        """This filter with `me` as the person with this address: what the database is asked, never an address."""
        if ME not in self.assigned:
            return self
        return replace(self, assigned=tuple(dict.fromkeys(email if one == ME else one for one in self.assigned)))

    @classmethod
    def from_params(cls, params: Mapping[str, Sequence[str]]) -> tuple[ListFilter, tuple[Problem, ...]]:
        """Read the parameters of an address (contracts: `/admin/orders/`), each name with its list of values.

        What is not known is left out and named in the problems (`bad_value` with `field` and `value`).
        """
        if not params:  # the address of all orders, which is asked for most
            return cls(), ()
        reader = _Reader(params)
        known = cls(
            tab=reader.one("tab", _code_of(TABS)),
            q=" ".join(" ".join(params.get("q", ())).replace("\0", " ").split())[:_LONGEST_VALUE],
            status=reader.several("status", OrderStatus),
            payment_status=reader.several("payment_status", PaymentStatus),
            payment_method=reader.several("payment_method", PaymentMethod),
            store=reader.several("store", _plain),
            channel=reader.several("channel", _plain),
            account=reader.several("account", _plain),
            courier=reader.several("courier", _plain),
            warehouse=reader.several("warehouse", _plain),
            printed=reader.several("printed", Printed),
            sku=reader.several("sku", _trimmed),
            tag=reader.several("tag", _plain),
            assigned=reader.several("assigned", _person),
            arranged=reader.one("arranged", {"yes": True, "no": False}.__getitem__),
            overdue=reader.one("due", _code_of(["overdue"])) is not None,
            awaiting=reader.one("acceptance", _code_of(["awaiting"])) is not None,
            date=reader.one("date", DateKind) or DateKind.ORDERED,
            first_day=reader.one("from", _day),
            last_day=reader.one("to", _day),
            sort=reader.one("sort", Sort) or DEFAULT_SORT,
            limit=reader.one("limit", {str(n): n for n in LIMITS}.__getitem__) or DEFAULT_LIMIT,
        )
        for name in _READ_ELSEWHERE:
            reader.one(name, _code_of([]))
        if known.sort not in known.sorts:
            reader.problems.append(Problem(Code.BAD_VALUE, {"field": "sort", "value": known.sort.value}))
        return known.moved(), tuple(reader.problems)

    def to_params(self) -> list[tuple[str, str]]:
        """The parameters that lead back to this filter, in one fixed order; what is default is left out."""
        params: list[tuple[str, str]] = []
        for name in ("tab", "q", "status", "payment_status", "payment_method", "store", "channel", "account"):
            params += [(name, text) for text in _texts(getattr(self, name))]
        for name in ("courier", "warehouse", "printed", "sku", "tag", "assigned"):
            params += [(name, text) for text in _texts(getattr(self, name))]
        if self.arranged is not None:
            params.append(("arranged", "yes" if self.arranged else "no"))
        if self.overdue:
            params.append(("due", "overdue"))
        if self.awaiting:
            params.append(("acceptance", "awaiting"))
        if self.date is not DateKind.ORDERED:
            params.append(("date", self.date.value))
        if self.first_day:
            params.append(("from", self.first_day.isoformat()))
        if self.last_day:
            params.append(("to", self.last_day.isoformat()))
        if self.sort != DEFAULT_SORT:
            params.append(("sort", self.sort.value))
        if self.limit != DEFAULT_LIMIT:
            params.append(("limit", str(self.limit)))
        return params


_READ_ELSEWHERE = ("view",)
"""Parameters that the list's page reads itself; where it doesn't, leaving one out would show other orders."""

T = TypeVar("T")


class _Reader:
    """Reads parameters one by one and remembers what it could not read."""

    def __init__(self, params: Mapping[str, Sequence[str]]) -> None:
        self._params = params
        self.problems: list[Problem] = []

    def several(self, name: str, read: Callable[[str], T]) -> tuple[T, ...]:
        """Every known value of a parameter, once each."""
        values: dict[T, None] = {}
        for text in self._params.get(name, ())[:_MOST_VALUES]:
            if text == "":
                continue  # an empty field of a form
            try:
                values[read(text)] = None
            except (ValueError, KeyError):
                self.problems.append(Problem(Code.BAD_VALUE, {"field": name, "value": text[:_LONGEST_VALUE]}))
        return tuple(values)

    def one(self, name: str, read: Callable[[str], T]) -> T | None:
        """The first known value of a parameter that has only one."""
        return next(iter(self.several(name, read)), None)


def _code_of(codes: Iterable[str]) -> Callable[[str], str]:
    return {code: code for code in codes}.__getitem__


def _plain(text: str) -> str:
    if "\0" in text or len(text) > _LONGEST_VALUE:
        raise ValueError("not a code")
    return text


def _trimmed(text: str) -> str:
    if not (text := _plain(text).strip()):
        raise ValueError("nothing")
    return text


def _person(text: str) -> str:
    return _trimmed(text).lower()


def _day(text: str) -> Day:
    day = Day.fromisoformat(text)
    if not _EARLIEST <= day <= _LATEST:
        raise ValueError("no day that an order could have")
    return day


def _texts(value: Any) -> list[str]:
    if isinstance(value, tuple):
        return [str(item) for item in value]
    return [str(value)] if value else []
