"""What an order must be to be listed: scope and filter together, each part as SQL."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from webapp.domain.actors import Scope
from webapp.domain.order_status import TO_SHIP
from webapp.services.orders.cursors import Way
from webapp.services.orders.filters import DEFAULT_SORT, NOBODY, DateKind, ListFilter, Printed, Sort
from webapp.services.orders.moments import Moments, ordered_within, read_moments
from webapp.services.orders.search import NO_WORDS, SearchQuery, doc_matches, read_query, seen_matches, whole_matches
from webapp.services.statements import ReadSession, Statement, exists_by_key
from webapp.services.totals import EARLIEST, LATEST, AccountChoice


class Part(StrEnum):
    """One thing that is asked of an order."""

    ACCOUNTS = "accounts"
    STATUS = "status"
    PAYMENT = "payment"
    DAYS = "days"
    WAREHOUSE = "warehouse"
    METHOD = "method"
    ARRANGED = "arranged"
    PRINTED = "printed"
    OVERDUE = "overdue"
    AWAITING = "awaiting"
    ASSIGNED = "assigned"
    MOMENTS = "moments"
    COURIER = "courier"
    SKU = "sku"
    TAG = "tag"
    WHOLE = "whole"
    WORDS = "words"
    WORDS_SEEN = "words_seen"


IN_TOTALS = frozenset({Part.ACCOUNTS, Part.STATUS, Part.PAYMENT, Part.DAYS})
"""What the totals know of an order: of these alone, counts are exact and cost nothing."""

COLUMNS: dict[Part, tuple[str, ...]] = {
    Part.ACCOUNTS: ("account_id",),
    Part.STATUS: ("status",),
    Part.PAYMENT: ("payment_status",),
    Part.DAYS: ("local_date",),
    Part.WAREHOUSE: ("warehouse_id",),
    Part.METHOD: ("payment_method",),
    Part.ARRANGED: ("arranged_at",),
    Part.PRINTED: ("label_printed_at", "invoice_printed_at"),
    Part.OVERDUE: ("ship_by", "status"),
    Part.AWAITING: ("acceptance",),
    Part.ASSIGNED: ("assigned_to",),
    Part.MOMENTS: ("account_id", "ordered_at", "updated_at"),
    Part.COURIER: (),
    Part.SKU: (),
    Part.TAG: (),
    Part.WHOLE: (),
    Part.WORDS: (),
    Part.WORDS_SEEN: ("number",),
}
"""The columns of `orders` that a part looks at, besides the id."""

BESIDE = frozenset({Part.MOMENTS, Part.COURIER, Part.SKU, Part.TAG, Part.WHOLE, Part.WORDS, Part.WORDS_SEEN})
"""Parts that look into other tables: only for orders that pass the rest."""

TO_SHIP_SQL = "('confirmed', 'in_process', 'ready_to_ship')"
"""As the partial index on `ship_by` says it, word for word: else it is not used."""

_PRINTED = {
    Printed.LABEL: "label_printed_at is not null",
    Printed.NO_LABEL: "label_printed_at is null",
    Printed.INVOICE: "invoice_printed_at is not null",
    Printed.NO_INVOICE: "invoice_printed_at is null",
}


@dataclass(frozen=True, slots=True)
class Conditions:
    """Everything that is asked of an order, and the `sort` of what is found. None and empty ask nothing, but what is
    empty where it could be None asks for what cannot be. `ordered` holds the days `first` … `last` of every zone.
    `people` are who may be assigned; with `unassigned`, orders without anybody are wanted too. `by_email` says whether
    words may be found in the buyer's e-mail address."""

    accounts: AccountChoice
    sort: Sort = DEFAULT_SORT
    statuses: frozenset[str] | None = None
    payments: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    ordered: tuple[datetime | None, datetime | None] = (None, None)
    warehouses: frozenset[int] | None = None
    methods: tuple[str, ...] = ()
    arranged: bool | None = None
    printed: tuple[Printed, ...] = ()
    overdue_at: datetime | None = None
    awaiting: bool = False
    moments: Moments | None = None
    couriers: tuple[str, ...] = ()
    skus: tuple[str, ...] = ()
    tags: frozenset[int] | None = None
    people: frozenset[int] | None = None
    unassigned: bool = False
    query: SearchQuery = NO_WORDS
    by_email: bool = True

    @property
    def impossible(self) -> bool:
        """Whether no order can be like this."""
        nobody = self.people == frozenset() and not self.unassigned
        return (
            nobody
            or self.query.unsearchable
            or frozenset() in (self.statuses, self.warehouses, self.accounts.ids, self.tags)
        )

    @property
    def parts(self) -> frozenset[Part]:
        """The parts that ask for something."""
        asked = {
            Part.ACCOUNTS: self.accounts.limited,
            Part.STATUS: self.statuses is not None,
            Part.PAYMENT: self.payments,
            Part.DAYS: self.first or self.last,
            Part.WAREHOUSE: self.warehouses is not None,
            Part.METHOD: self.methods,
            Part.ARRANGED: self.arranged is not None,
            Part.PRINTED: self.printed,
            Part.OVERDUE: self.overdue_at,
            Part.AWAITING: self.awaiting,
            Part.ASSIGNED: self.people is not None,
            Part.MOMENTS: self.moments,
            Part.COURIER: self.couriers,
            Part.SKU: self.skus,
            Part.TAG: self.tags is not None,
            Part.WHOLE: self.query.alone,
            Part.WORDS: self.query.words,
            Part.WORDS_SEEN: self.query.words and not self.by_email,
        }
        return frozenset(part for part, yes in asked.items() if yes)

    def downward(self, way: Way) -> bool:
        """Whether a page that goes this way reads from late to early."""
        return self.sort.descending is (way is Way.AFTER)

    @property
    def bounds(self) -> tuple[datetime | None, datetime | None]:
        """A range of the moment by which is sorted (`low <= moment < high`, None for open) that holds every order."""
        if self.sort.column == "ship_by":
            return None, self.overdue_at
        if self.sort.column == "updated_at":
            if self.moments is None:
                return None, None
            return self.moments.changed_from, self.moments.high if self.moments.kind is DateKind.UPDATED else None
        low, high = self.ordered
        return low, self.moments.ordered_before if self.moments else high

    def sql(self, parts: Collection[Part], st: Statement, alias: str) -> str:
        """These parts as one condition on the columns of `alias`, which also has the order's `id`."""
        in_order = sorted(parts, key=lambda part: (part in BESIDE, part))  # SQLite asks for them in this order
        return " and ".join(self._part(part, st, alias) for part in in_order) or "1 = 1"

    def _part(self, part: Part, st: Statement, alias: str) -> str:  # noqa: C901, PLR0912 -- a line for each part
        match part:
            case Part.ACCOUNTS:
                return self.accounts.predicate(st, f"{alias}.account_id")
            case Part.STATUS:
                return st.among(f"{alias}.status", self.statuses or ())
            case Part.PAYMENT:
                return st.among(f"{alias}.payment_status", self.payments)
            case Part.DAYS:
                first, last = st.day(self.first or EARLIEST), st.day(self.last or LATEST)
                return f"{alias}.local_date between {first} and {last}"
            case Part.WAREHOUSE:
                return st.among(f"{alias}.warehouse_id", self.warehouses or ())
            case Part.METHOD:
                return st.among(f"{alias}.payment_method", self.methods)
            case Part.ARRANGED:
                return f"{alias}.arranged_at is {'not null' if self.arranged else 'null'}"
            case Part.PRINTED:
                return f"({' or '.join(f'{alias}.{_PRINTED[printed]}' for printed in self.printed)})"
            case Part.OVERDUE:
                late = f"{alias}.ship_by < {st.moment(self.overdue_at)}" if self.overdue_at else "1 = 1"
                return f"{alias}.status in {TO_SHIP_SQL} and {late}"
            case Part.AWAITING:
                return f"{alias}.acceptance = 'awaiting'"
            case Part.ASSIGNED:
                somebody = st.among(f"{alias}.assigned_to", self.people or ())
                return f"({alias}.assigned_to is null or {somebody})" if self.unassigned else somebody
            case Part.MOMENTS:
                return self.moments.sql(st, alias) if self.moments else "1 = 1"
            case Part.COURIER:
                wanted = f"x.state <> 'canceled' and {st.among('x.courier', self.couriers)}"
                return exists_by_key(st, "shipments", alias, wanted)
            case Part.SKU:
                return exists_by_key(st, "order_lines", alias, st.among("x.sku", self.skus))
            case Part.TAG:
                return exists_by_key(st, "order_tags", alias, st.among("x.tag_id", self.tags or ()))
            case Part.WHOLE:
                return whole_matches(st, alias, self.query.alone) if self.query.alone else "1 = 1"
            case Part.WORDS:
                return exists_by_key(st, "order_search", alias, doc_matches(st, "x.doc", self.query))
            case Part.WORDS_SEEN:
                return seen_matches(st, alias, self.query)


def conditions_of(session: ReadSession, scope: Scope, flt: ListFilter, now: datetime) -> Conditions:
    """What `flt` asks for within `scope`. `now` says what is overdue."""
    statuses = flt.statuses
    if flt.overdue or flt.sort is Sort.SHIP_BY:
        statuses = TO_SHIP if statuses is None else statuses & TO_SHIP
    ordered = flt.date is DateKind.ORDERED
    return Conditions(
        accounts=AccountChoice(scope.account_ids, flt.store, flt.channel, flt.account),
        sort=flt.sort,
        statuses=None if statuses is None else frozenset(status.value for status in statuses),
        payments=tuple(status.value for status in flt.payment_status),
        first=flt.first_day if ordered else None,
        last=flt.last_day if ordered else None,
        ordered=ordered_within(session, flt.first_day, flt.last_day) if ordered else (None, None),
        warehouses=_warehouses(session, scope, flt.warehouse),
        methods=tuple(method.value for method in flt.payment_method),
        arranged=flt.arranged,
        printed=flt.printed,
        overdue_at=now if flt.overdue else None,
        awaiting=flt.awaiting,
        moments=None if ordered else read_moments(session, flt.date, flt.first_day, flt.last_day),
        couriers=flt.courier,
        skus=tuple(dict.fromkeys(form for sku in flt.sku for form in (sku, sku.upper()))),
        tags=_named(session, "tags", "code", flt.tag),
        people=_people(session, scope, flt.assigned),
        unassigned=NOBODY in flt.assigned,
        query=read_query(flt.q, by_email=not scope.restricted),
        by_email=not scope.restricted,
    )


def _warehouses(session: ReadSession, scope: Scope, codes: tuple[str, ...]) -> frozenset[int] | None:
    own = None if scope.warehouse_id is None else frozenset({scope.warehouse_id})
    named = _named(session, "warehouses", "code", codes)
    if named is None:
        return own
    return named if own is None else own & named


def _people(session: ReadSession, scope: Scope, asked: tuple[str, ...]) -> frozenset[int] | None:
    emails = tuple(one for one in asked if one != NOBODY)
    if not emails:
        return frozenset() if asked else None
    # Who may not know the others' addresses asks for people of their own warehouse: no list tells a guess from a hit.
    among = {"warehouse_id": scope.warehouse_id or 0} if scope.restricted else {}
    return _named(session, "users", "email", emails, **among)


def _named(
    session: ReadSession, table: str, column: str, names: tuple[str, ...], **among: int
) -> frozenset[int] | None:
    """The ids of the rows with these names, `among` those with these values; None for no names."""
    if not names:
        return None
    st = Statement(session)
    where = " and ".join([st.among(column, names), *(f"{name} = {st.bind(value)}" for name, value in among.items())])
    return frozenset(row[0] for row in st.run(f"select id from {table} where {where}"))
