"""Totals of freshly loaded orders, straight from the orders: day after day, as they come to be in a shop."""

from __future__ import annotations

from sqlalchemy import Connection

_DAYS = """
insert into order_totals (grain, account_id, period, status, payment_status, currency, orders, total)
select 'day', account_id, local_date, status, payment_status, currency, count(*), sum(total)
from orders group by account_id, local_date, status, payment_status, currency
order by local_date, account_id, status, payment_status, currency
"""
_WIDER = """
insert into order_totals (grain, account_id, period, status, payment_status, currency, orders, total)
select '{grain}', account_id, {period}, status, payment_status, currency, sum(orders), sum(total)
from order_totals where grain = 'day' group by 2, 3, 4, 5, 6 order by 3, 2, 4, 5, 6
"""
_PERIODS = {
    "postgresql": {"month": "date_trunc('month', period)::date", "all": "date '1970-01-01'"},
    "sqlite": {"month": "substr(period, 1, 7) || '-01'", "all": "'1970-01-01'"},
}


def fold_totals(connection: Connection) -> None:
    """Replace all totals by those of the orders that are there."""
    connection.exec_driver_sql("delete from order_totals_changes")
    connection.exec_driver_sql("delete from order_totals")
    connection.exec_driver_sql(_DAYS)
    for grain, period in _PERIODS[connection.dialect.name].items():
        connection.exec_driver_sql(_WIDER.format(grain=grain, period=period))
