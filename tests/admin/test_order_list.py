"""The list of orders: rows, tabs, search, filters, paging, and a selection without scripts."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask_babel import force_locale, gettext

from tests.admin.back_office import BackOffice, limited, of
from tests.admin.order_pages import LIST, link, numbers, tabs, words
from tests.factories import Shop, force, make_orders
from webapp import clock
from webapp.domain.order_status import Acceptance, OrderStatus
from webapp.domain.payment import PaymentStatus
from webapp.domain.permissions import Role
from webapp.services.orders import bulk
from webapp.services.orders.create import Buyer, NewLine

S = OrderStatus


def test_newest_first_with_what_a_seller_needs(app: Flask, shop: Shop) -> None:
    first, second = make_orders(shop.manual, 2)
    bulk.set_tracking(shop.actor(), second.number, "sicepat", "002912100777")
    page = of(app, shop).page(LIST)
    assert numbers(page) == [second.number, first.number]
    text = words(page)
    for shown in (
        "Siti Nurhaliza",
        "0812-8840-1127",
        "Kemeja Batik Parang",
        "2 pcs",
        "Rp 308,000",
        "Unpaid",
        "Pending",
    ):
        assert shown in text
    assert "SiCepat" in text
    assert "002912100777" in text
    assert f'href="/admin/orders/{first.number}"' in page


def test_what_people_typed_is_never_markup(app: Flask, shop: Shop) -> None:
    evil = "<script>alert(1)</script>\"'&"
    lines = (NewLine(evil, 1, 1000, "X"), NewLine(evil, 1, 1000, "Y"))
    (order,) = make_orders(shop.manual, buyer=Buyer(evil, "0812", "a@example.com", evil), lines=lines)
    bulk.set_tracking(shop.actor(), order.number, evil, "T-1")
    bulk.add_history(shop.actor(), [order.number], comment=evil)
    for path in (LIST, LIST + order.number, LIST + "?q=" + "%3Cscript%3E"):
        page = of(app, shop).page(path)
        assert "<script>alert" not in page
        assert "alert(1)" in page or "q=" in path


def test_tabs_count_and_choose(app: Flask, shop: Shop) -> None:
    for status, n in ((S.PENDING, 3), (S.CONFIRMED, 2), (S.SHIPPED, 1), (S.RTS, 1)):
        make_orders(shop.manual, n, status=status)
    person = of(app, shop)
    page = person.page(LIST)
    assert tabs(page) == {
        "All": "7", "New": "3", "To ship": "2", "In delivery": "1", "Completed": "0", "Returned": "1", "Canceled": "0",
    }  # fmt: skip
    to_ship = person.page(link(page, "To ship"))
    assert len(numbers(to_ship)) == 2
    assert "Confirmed" in words(to_ship)


def halves(page: str) -> list[str]:
    """What stands on the switch of To ship."""
    switch = re.search(r'id="order-halves".*?</div>', page, re.DOTALL)
    return re.findall(r"<a[^>]*>(.*?)</a>", re.sub(r"</?span[^>]*>", " ", switch[0])) if switch else []


def test_the_halves_of_to_ship_have_counts_and_go_along_with_a_search(app: Flask, shop: Shop) -> None:
    first, *_others = make_orders(shop.manual, 3, status=S.CONFIRMED)
    force([first.id], arranged_at=datetime(2026, 11, 2, tzinfo=UTC))
    person = of(app, shop)
    assert halves(person.page(LIST + "?tab=to_ship")) == ["All", "To process 2 ", "Processed 1 "]
    assert halves(person.page(LIST)) == []
    found = person.get(LIST + "?tab=to_ship&q=siti", headers={"Lapak-Part": "list"}).text
    assert halves(found) == ["All", "To process", "Processed"]
    assert "q=siti" in html.unescape(link(found, "To process"))


def test_tabs_say_no_number_that_their_lists_do_not_have(app: Flask, shop: Shop) -> None:
    """What the totals don't know (words, couriers …) is not counted by tab."""
    make_orders(shop.manual, 2, status=S.PENDING)
    make_orders(shop.onyu_manual, status=S.CONFIRMED)
    person = of(app, shop)
    for query in ("?q=budi", "?payment_method=cod", "?due=overdue", "?q=%25%25"):
        assert tabs(person.page(LIST + query)) == {}, query
    for query, wanted in (
        ("?store=rona", "2"),
        ("?payment_status=unpaid&tab=to_ship&arranged=no", "3"),
        ("?status=rts", "3"),
    ):
        assert tabs(person.page(LIST + query))["All"] == wanted, query


def test_a_tab_without_orders_says_so(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    assert "No orders yet" in words(person.page(LIST))
    make_orders(shop.manual)
    assert "No order is at this stage now" in words(person.page(LIST + "?tab=returned"))


def test_search_finds_says_how_many_and_offers_ways_on(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual, 2)
    (budi,) = make_orders(
        shop.manual, buyer=Buyer("Budi Santoso", "0857-1092-3345", "budi@example.com", "Jl. Melati 2")
    )
    person = of(app, shop)
    page = person.page(LIST + "?q=budi+sant")
    assert numbers(page) == [budi.number]
    assert 'value="budi sant"' in page
    assert numbers(person.page(LIST + f"?q={budi.number.lower()}")) == [budi.number]
    nothing = person.page(LIST + "?q=zzzzz&tab=new")
    assert "No order matches “zzzzz”" in words(nothing)
    assert link(nothing, "Search all orders") == LIST + "?q=zzzzz"


def test_a_live_search_answers_with_the_changing_parts_alone(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual, 3)
    person = of(app, shop)
    answer = person.get(LIST + "?q=siti", headers={"Lapak-Part": "list"})
    assert "<html" not in answer.text
    assert len(numbers(answer.text)) == 3
    assert 'id="order-rows"' in answer.text
    for part in ("order-rows", "order-tabs", "order-chips", "order-below", "order-download"):
        assert answer.text.count(f'id="{part}"') == 1
    assert f'name="url" value="{LIST}?q=siti"' in answer.text


def test_filters_stand_in_the_address_and_as_chips(app: Flask, shop: Shop) -> None:
    now = clock.now()
    (late,) = make_orders(shop.manual, status=S.CONFIRMED, ordered_at=now - timedelta(days=4))
    force([late.id], ship_by=now - timedelta(hours=5), payment_status=PaymentStatus.PAID)
    make_orders(shop.manual, 2, status=S.CONFIRMED)
    make_orders(shop.onyu_manual, 2)
    (channel,) = make_orders(shop.shopee)
    bulk.set_tracking(shop.actor(), channel.number, "jne", "J-1")
    person = of(app, shop)
    for query, found, chip in (
        ("status=confirmed&status=shipped", 3, "Status Confirmed, Shipped"),
        ("payment_status=paid", 1, "Payment Paid"),
        ("store=onyu", 2, "Store 온유상점"),
        ("channel=shopee", 1, "Channel Shopee"),
        ("courier=jne", 1, "Courier JNE"),
        (f"from={(now - timedelta(days=6)):%Y-%m-%d}", 1, "Ordered from"),
        ("from=2026-11-01&to=2026-11-01", 5, "Ordered 1 Nov"),
        ("due=overdue", 1, "Due overdue"),
    ):
        page = person.page(LIST + "?" + query)
        assert len(numbers(page)) == found, query
        assert chip in words(page), query
        assert len(numbers(person.page(link(page, f"Remove filter {chip.split()[0]}")))) == 6
    both = person.page(LIST + "?status=confirmed&store=onyu")
    assert "The filters above leave nothing" in words(both)
    assert link(both, "Clear all filters") == LIST


@pytest.mark.parametrize("locale", ["en", "id", "ko"])
def test_no_two_filters_have_one_name(app: Flask, shop: Shop, locale: str) -> None:
    person = of(app, shop)
    person.post("/preferences", {"locale": locale})
    with app.test_request_context(), force_locale(locale):
        names = [gettext(name) for name in ("Store", "Channel", "Channel account")]
    assert len(set(names)) == 3
    chips = words(person.page(LIST + "?store=rona&channel=manual&account=manual:rona"))
    assert all(f"{name} " in chips for name in names)


def test_empty_fields_of_the_filter_form_leave_the_address(app: Flask, shop: Shop) -> None:
    answer = of(app, shop).get(LIST + "?tab=new&q=&from=&to=&status=pending")
    assert answer.status_code == 302
    assert answer.location == LIST + "?tab=new&status=pending"


def test_what_no_filter_knows_is_said_and_left_out(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual)
    page = of(app, shop).page(LIST + "?status=nonsense&after=abc")
    assert len(numbers(page)) == 1
    assert "“nonsense” can't be used as status" in words(page)


def test_paging_goes_through_everything_and_back(app: Flask, shop: Shop) -> None:
    orders = [order.number for order in reversed(make_orders(shop.manual, 45))]
    person = of(app, shop)
    first = person.page(LIST + "?limit=20")
    assert numbers(first) == orders[:20]
    assert "45 orders" in words(first)
    second = person.page(link(first, "Next"))
    assert numbers(second) == orders[20:40]
    third = person.page(link(second, "Next"))
    assert numbers(third) == orders[40:]
    assert numbers(person.page(link(third, "Previous"))) == orders[20:40]
    assert numbers(person.page(link(first, "Last page")))[-1] == orders[-1]
    assert numbers(person.page(link(third, "First page"))) == orders[:20]


def test_a_day_to_jump_to(app: Flask, shop: Shop) -> None:
    (old,) = make_orders(shop.manual, ordered_at=datetime(2026, 10, 3, 4, tzinfo=UTC))
    (new,) = make_orders(shop.manual, ordered_at=datetime(2026, 11, 3, 4, tzinfo=UTC))
    person = of(app, shop)
    assert numbers(person.page(LIST)) == [new.number, old.number]
    assert numbers(person.page(LIST + "?at=2026-10-05")) == [old.number]


def test_tags_and_deadlines(app: Flask, shop: Shop) -> None:
    held, waiting, soon = make_orders(shop.shopee, 3, status=S.CONFIRMED)
    force([held.id], on_hold=True)
    force([waiting.id], acceptance=Acceptance.AWAITING, status=S.PENDING)
    force([soon.id], ship_by=clock.now() + timedelta(hours=2, minutes=30))
    text = words(of(app, shop).page(LIST))
    for shown in ("On hold", "To accept", "2 h left"):
        assert shown in text


def test_only_ones_own_stores(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual, 2)
    (own,) = make_orders(shop.onyu_manual)
    page = BackOffice(app, limited(shop, Role.CS)).page(LIST)
    assert numbers(page) == [own.number]
    assert tabs(page)["All"] == "1"
    assert "Rona" not in words(page)


def test_a_provider_sees_neither_prices_nor_other_warehouses(app: Flask, shop: Shop) -> None:
    mine, _other = make_orders(shop.manual, 2, status=S.CONFIRMED)
    force([mine.id], warehouse_id=shop.warehouse)
    page = of(app, shop, Role.PROVIDER).page(LIST)
    assert numbers(page) == [mine.number]
    assert "Rp" not in words(page)


@pytest.mark.parametrize(
    ("role", "offered"),
    [
        (Role.ADMIN, {"change_status", "add_history", "mark_paid", "delete"}),
        (Role.CS, {"change_status", "add_history", "mark_paid"}),
        (Role.WAREHOUSE, {"change_status", "add_history"}),
        (Role.PROVIDER, {"change_status"}),
        (Role.VIEWER, set()),
    ],
)
def test_the_bar_offers_what_the_role_may(app: Flask, shop: Shop, role: Role, offered: set[str]) -> None:
    page = of(app, shop, role).page(LIST)
    names = ("change_status", "add_history", "mark_paid", "delete")
    assert {name for name in names if f'name="action" value="{name}"' in page} == offered


def test_statements_do_not_grow_with_the_rows(app: Flask, shop: Shop, statements: list[str]) -> None:
    person = of(app, shop)
    counts = []
    for n in (1, 49):
        made = make_orders(shop.manual, n)
        force([order.id for order in made], created_at=clock.now() - timedelta(minutes=2))
        statements.clear()
        person.page(LIST)
        counts.append(len([s for s in statements if not s.lower().startswith("begin")]))
    assert counts == [6, 6]  # who asks, stores, what the page knows, tabs, its ids, its rows
    statements.clear()
    person.page(LIST + "?q=siti&status=pending&store=rona")
    assert len([s for s in statements if not s.lower().startswith("begin")]) <= 9


# --- A selection without scripts ------------------------------------------------------------------------------------


def test_a_selection_is_kept_through_pages_and_filters(app: Flask, shop: Shop) -> None:
    orders = [order.number for order in reversed(make_orders(shop.manual, 30))]
    person = of(app, shop)
    first = person.page(LIST + "?limit=20")
    assert "Keep selection" in first
    kept = person.post(
        LIST + "selection",
        {"rowid": orders[:2], "shown": " ".join(orders[:20]), "url": link(first, "Next")},
    )
    second = person.page(kept.location)
    assert numbers(second) == orders[20:]
    for number in orders[:2]:
        assert f'<input type="hidden" name="rowid" value="{number}">' in second
    person.post(LIST + "selection", {"rowid": [orders[25]], "shown": " ".join(orders[20:])})
    again = person.page(LIST + "?limit=20")
    assert again.count(' autocomplete="off" checked') == 2
    person.post(LIST + "selection", {"rowid": [orders[1]], "shown": " ".join(orders[:20])})
    assert person.page(LIST + "?limit=20").count(' autocomplete="off" checked') == 1


def test_at_most_a_hundred_are_kept(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    answer = person.post(LIST + "selection", {"rowid": [f"N-{i}" for i in range(120)]})
    assert "At most 100 orders are kept" in words(person.page(answer.location))
    assert person.page(LIST).count('<input type="hidden" name="rowid"') == 100


def test_a_search_by_signs_alone_says_so(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual, 3)
    person = of(app, shop)
    for typed in ("%25%25%25", "---"):
        page = person.page(f"{LIST}?q={typed}")
        assert numbers(page) == []
        assert "can't be searched for" in words(page)
        assert "There is no letter and no digit in it." in words(page)
