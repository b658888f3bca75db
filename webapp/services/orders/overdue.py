"""How many orders are overdue to ship: told by the index on `ship_by`, and by the totals where little else waits."""

from __future__ import annotations

from webapp.domain.order_status import TO_SHIP
from webapp.services.orders.conditions import BESIDE, COLUMNS, IN_TOTALS, TO_SHIP_SQL, Conditions, Part
from webapp.services.orders.picture import Picture
from webapp.services.orders.walks import COUNT_CAP, FIRST_STEP
from webapp.services.statements import ReadSession, Statement

MOST_OVERDUE = 2_000
"""Above this so much of what waits for shipping is overdue that a walk soon comes upon it."""


def few_overdue(session: ReadSession, conditions: Conditions) -> bool:
    """Whether so few orders are overdue, whatever else is asked of them, that all of these may be fetched."""
    looked, _ = _count(session, conditions, _LATE, frozenset(), MOST_OVERDUE)
    return looked <= MOST_OVERDUE


def count_overdue(session: ReadSession, conditions: Conditions, picture: Picture | None) -> tuple[int, bool]:
    """How many orders are overdue and meet the rest, and whether that is all.

    Exact, however many, where the totals know the rest and little of what waits is still in time: then that is counted,
    a moment after the totals were read. Else of the first `COUNT_CAP` that are overdue, or `FIRST_STEP` where the rest
    leads to other tables.
    """
    rest = beside_overdue(conditions)
    if picture is not None and rest <= IN_TOTALS:
        looked, in_time = _count(session, conditions, _IN_TIME, rest, MOST_OVERDUE)
        if looked <= MOST_OVERDUE:
            return max(picture.orders(conditions.statuses, conditions.payments) - in_time, 0), True
    most = FIRST_STEP if rest & BESIDE else COUNT_CAP
    looked, late = _count(session, conditions, _LATE, rest, most)
    return min(late, most), looked <= most


def ids_in_time(session: ReadSession, conditions: Conditions) -> list[int] | None:
    """What waits for shipping and is not overdue yet but meets the rest: by this the overdue orders are fewer than what
    the totals know. None where totals don't know the rest, or there are too many to be fetched."""
    rest = beside_overdue(conditions)
    if Part.OVERDUE not in conditions.parts or conditions.warehouses is not None or not rest <= IN_TOTALS:
        return None
    st = Statement(session)
    kept = conditions.sql(rest, st, "w") if rest else "1 = 1"
    waiting = _waiting(st, conditions, _IN_TIME, rest, MOST_OVERDUE)
    rows = st.run(f"select w.id, case when {kept} then 1 else 0 end from ({waiting}) w")
    return [int(row[0]) for row in rows if row[1]] if len(rows) <= MOST_OVERDUE else None


def beside_overdue(conditions: Conditions) -> frozenset[Part]:
    """What is asked of orders besides that they are overdue."""
    implied = {Part.STATUS} if conditions.statuses == TO_SHIP else frozenset()
    return conditions.parts - implied - {Part.OVERDUE}


_LATE, _IN_TIME = "<", ">="
"""Of the moment by which to ship, which every order that waits for it has."""


def _count(
    session: ReadSession, conditions: Conditions, sign: str, rest: frozenset[Part], most: int
) -> tuple[int, int]:
    """At most one more than `most` of what waits for shipping, late or in time, and how many of those meet the rest."""
    st = Statement(session)
    kept = f"coalesce(sum(case when {conditions.sql(rest, st, 'w')} then 1 else 0 end), 0)" if rest else "count(*)"
    rows = st.run(f"select count(*), {kept} from ({_waiting(st, conditions, sign, rest, most)}) w")
    return int(rows[0][0]), int(rows[0][1])


def _waiting(st: Statement, conditions: Conditions, sign: str, rest: frozenset[Part], most: int) -> str:
    now = st.moment(conditions.overdue_at) if conditions.overdue_at else "null"
    columns = ", ".join(["o.id", *sorted({f"o.{name}" for part in rest for name in COLUMNS[part]})])
    waiting = f"select {columns} from orders o where o.status in {TO_SHIP_SQL} and o.ship_by {sign} {now}"
    return f"{waiting} limit {most + 1}"
