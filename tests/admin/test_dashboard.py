"""The start page: counters that lead to their lists, the chart and its table, the latest orders, each in scope."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from flask import Flask

from tests.admin.back_office import BackOffice, limited, of
from tests.admin.order_pages import words
from tests.factories import Shop, force, make_orders
from webapp import clock
from webapp.admin.chart import draw_chart, nice_scale
from webapp.admin.dashboard import LOOKS
from webapp.domain.order_status import OrderStatus
from webapp.domain.payment import PaymentStatus
from webapp.domain.permissions import Role
from webapp.services.orders.dashboard import Task


def counters(page: str) -> dict[str, tuple[str, str, str]]:
    """Each counter by its words: number, address, class."""
    found = re.findall(
        r'<a(?: class="(\w+)")? href="([^"]*)"><b>([^<]*)</b>.*?<span class="lp-what">([^<]*)</span>', page, re.DOTALL
    )
    return {what: (number, href.replace("&amp;", "&"), level) for level, href, number, what in found}


def test_counters_stand_in_order_of_urgency_and_lead_to_their_lists(app: Flask, shop: Shop) -> None:
    now = clock.now()
    late, review, _fresh = make_orders(shop.manual, 3, ordered_at=now - timedelta(days=3))
    force([late.id], status=OrderStatus.CONFIRMED, ship_by=now - timedelta(hours=5))
    force([review.id], payment_status=PaymentStatus.UNDER_REVIEW)
    person = of(app, shop, Role.ADMIN)
    found = counters(person.page("/admin/"))
    assert list(found) == [
        "Overdue to ship", "To accept", "Payments to review", "To ship", "Unpaid since yesterday", "New today",
        "Failed jobs",
    ]  # fmt: skip
    assert found["Overdue to ship"] == ("1", "/admin/orders/?tab=to_ship&due=overdue", "late")
    assert found["Payments to review"][::2] == ("1", "soon")
    assert found["To ship"][0] == "1"
    assert found["To accept"][2] == "zero"
    for what, (number, href, _) in found.items():
        if what != "Failed jobs" and number != "0":
            assert person.page(href).count("data-number=") == int(number), what


def test_every_task_has_its_look() -> None:
    assert set(LOOKS) == set(Task)


def test_only_who_sees_all_jobs_is_told_of_failed_ones(app: Flask, shop: Shop) -> None:
    assert "Failed jobs" in of(app, shop, Role.OWNER).page("/admin/")
    assert "Failed jobs" not in of(app, shop, Role.CS).page("/admin/")


def test_the_chart_has_a_table_behind_it(app: Flask, shop: Shop) -> None:
    now = clock.now()
    make_orders(shop.manual, 3, ordered_at=now - timedelta(days=2))
    page = of(app, shop).page("/admin/")
    assert 'role="img"' in page
    assert "Between 0 and 3 orders a day." in page
    table = re.search(r"<details.*?</details>", page, re.DOTALL)
    assert table is not None
    rows = re.findall(r'<tr><td>(.*?)</td><td class="lp-num lp-num-r">(\d+)</td>', table[0])
    assert len(rows) == 30
    assert "so far" in rows[0][0]
    assert [int(number) for _, number in rows][:4] == [0, 0, 3, 0]


def test_latest_orders_link_to_their_pages(app: Flask, shop: Shop) -> None:
    orders = make_orders(shop.manual, 12)
    page = of(app, shop).page("/admin/")
    assert f'href="/admin/orders/{orders[-1].number}"' in page
    assert "Siti Nurhaliza" in page
    assert "308,000" in page
    assert orders[0].number not in page


def test_a_new_installation_says_that_nothing_is_there_yet(app: Flask, shop: Shop) -> None:
    assert "No orders yet" in of(app, shop).page("/admin/")


def test_a_person_of_some_stores_sees_only_these(app: Flask, shop: Shop) -> None:
    mine = make_orders(shop.onyu_manual)[0]
    others = make_orders(shop.manual, 4)
    page = BackOffice(app, limited(shop, Role.CS)).page("/admin/")
    assert mine.number in page
    assert not any(order.number in page for order in others)


def test_a_fulfilment_provider_sees_its_warehouse_without_prices_or_totals(app: Flask, shop: Shop) -> None:
    own, other = make_orders(shop.manual, 2)
    force([own.id], status=OrderStatus.CONFIRMED, warehouse_id=shop.warehouse)
    page = of(app, shop, Role.PROVIDER).page("/admin/")
    assert own.number in page
    assert other.number not in page
    assert "Rp" not in words(page)
    assert "Orders, 30 days" not in page
    assert list(counters(page)) == ["Overdue to ship", "To ship"]


def test_it_needs_few_statements(app: Flask, shop: Shop, statements: list[str]) -> None:
    make_orders(shop.manual, 30)
    person = of(app, shop)
    statements.clear()
    person.page("/admin/")
    asked = [s for s in statements if not s.startswith(("select pg_catalog", "show"))]
    assert len(asked) <= 11, asked


@dataclass(frozen=True)
class Day:
    """A day of a chart."""

    day: date
    orders: int


def days(*numbers: int) -> list[Day]:
    """Days with these numbers, today last."""
    first = date(2026, 11, 22) - timedelta(days=len(numbers) - 1)
    return [Day(first + timedelta(days=n), orders) for n, orders in enumerate(numbers)]


@pytest.mark.parametrize(
    ("most", "scale"), [(1, (1, 1)), (4, (1, 4)), (5, (2, 6)), (22, (10, 30)), (331, (100, 400)), (4000, (1000, 4000))]
)
def test_the_scale_has_round_steps(most: int, scale: tuple[int, int]) -> None:
    assert nice_scale(most) == scale
    step, top = scale
    assert top >= most
    assert top // step <= 5


def test_the_chart_names_the_day_that_stands_out_but_never_today() -> None:
    usual = [10] * 29
    assert draw_chart(days(*usual, 12), days(*[9] * 30)).top is None
    assert draw_chart(days(*usual, 90), days(*[9] * 30)).top is None
    peak = draw_chart(days(*usual[:19], 90, *usual[:9], 3), days(*[9] * 30)).top
    assert peak is not None
    assert (peak.value, peak.day) == (90, date(2026, 11, 12))


def test_the_chart_draws_today_apart_and_stays_in_its_box() -> None:
    chart = draw_chart(days(*range(30)), days(*[0] * 30))
    assert chart.line.count(" L") == 28
    assert chart.today.count(" L") == 1
    assert chart.line.split(" L")[-1] == chart.today[1:].split(" L")[0]
    numbers = [float(n) for n in re.findall(r"[\d.]+", chart.line + chart.before + chart.area)]
    assert all(0 <= n <= 760 for n in numbers)
    assert (chart.least, chart.most) == (0, 29)


def test_a_chart_without_orders_is_a_line_at_the_bottom() -> None:
    chart = draw_chart(days(*[0] * 30), days(*[0] * 30))
    assert chart.top is None
    assert len(set(re.findall(r"[\d.]+ ([\d.]+)", chart.line))) == 1
