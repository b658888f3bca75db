"""What an order must be to be listed: scope and filter together, each part as SQL."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from webapp.domain.actors import Scope
from webapp.domain.days import widened_bounds
from webapp.domain.order_status import TO_SHIP
from webapp.services.orders.filters import ListFilter, Printed
from webapp.services.orders.search import NO_WORDS, SearchQuery, doc_matches, read_query
from webapp.services.statements import ReadSession, Statement
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
    COURIER = "courier"
    WORDS = "words"


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
    Part.COURIER: (),
    Part.WORDS: (),
}
"""The columns of `orders` that a part looks at, besides the id."""

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
    """Everything that is asked of an order. None and empty ask nothing, but `statuses` and `warehouses` when they are
    empty and not None ask for what cannot be."""

    accounts: AccountChoice
    statuses: frozenset[str] | None = None
    payments: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    warehouses: frozenset[int] | None = None
    methods: tuple[str, ...] = ()
    arranged: bool | None = None
    printed: tuple[Printed, ...] = ()
    overdue_at: datetime | None = None
    awaiting: bool = False
    couriers: tuple[str, ...] = ()
    query: SearchQuery = NO_WORDS

    @property
    def impossible(self) -> bool:
        """Whether no order can be like this."""
        return self.statuses == frozenset() or self.warehouses == frozenset() or self.accounts.ids == frozenset()

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
            Part.COURIER: self.couriers,
            Part.WORDS: self.query.words,
        }
        return frozenset(part for part, yes in asked.items() if yes)

    @property
    def bounds(self) -> tuple[datetime | None, datetime | None]:
        """A range of `ordered_at` (`low <= moment < high`, None for open) that holds every order of the days."""
        low = widened_bounds(self.first, self.first)[0] if self.first else None
        high = widened_bounds(self.last, self.last)[1] if self.last else None
        return low, high

    def sql(self, parts: Collection[Part], st: Statement, alias: str) -> str:
        """These parts as one condition on the columns of `alias`, which also has the order's `id`."""
        return " and ".join(self._part(part, st, alias) for part in sorted(parts)) or "1 = 1"

    def _part(self, part: Part, st: Statement, alias: str) -> str:  # noqa: C901 -- one line for each part
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
            case Part.COURIER:
                return (
                    f"exists (select 1 from shipments x where x.order_id = {alias}.id and x.state <> 'canceled'"
                    f" and {st.among('x.courier', self.couriers)})"
                )
            case Part.WORDS:
                # OFFSET 0 keeps PostgreSQL from turning this look by key into a join with all that the words hit.
                return (
                    f"exists (select 1 from order_search x where x.order_id = {alias}.id"
                    f" and {doc_matches(st, 'x.doc', self.query)}{'' if st.sqlite else ' offset 0'})"
                )


def conditions_of(session: ReadSession, scope: Scope, flt: ListFilter, now: datetime) -> Conditions:
    """What `flt` asks for within `scope`. `now` says what is overdue."""
    statuses = flt.statuses
    if flt.overdue:
        statuses = TO_SHIP if statuses is None else statuses & TO_SHIP
    return Conditions(
        accounts=AccountChoice(scope.account_ids, flt.store, flt.channel, flt.account),
        statuses=None if statuses is None else frozenset(status.value for status in statuses),
        payments=tuple(status.value for status in flt.payment_status),
        first=flt.first_day,
        last=flt.last_day,
        warehouses=_warehouses(session, scope, flt.warehouse),
        methods=tuple(method.value for method in flt.payment_method),
        arranged=flt.arranged,
        printed=flt.printed,
        overdue_at=now if flt.overdue else None,
        awaiting=flt.awaiting,
        couriers=flt.courier,
        query=read_query(flt.q, by_email=not scope.restricted),
    )


def _warehouses(session: ReadSession, scope: Scope, codes: tuple[str, ...]) -> frozenset[int] | None:
    own = None if scope.warehouse_id is None else frozenset({scope.warehouse_id})
    if not codes:
        return own
    st = Statement(session)
    named = frozenset(row[0] for row in st.run(f"select id from warehouses where {st.among('code', codes)}"))
    return named if own is None else own & named
