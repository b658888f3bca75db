"""The list: its statements, its plans, what a row shows and to whom, and what the search box finds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.factories import Shop, make_orders
from tests.services.orders.listing import NOW, PEOPLE, Known, Listing
from webapp.domain.actors import EVERYTHING, Scope
from webapp.domain.order_status import TO_SHIP, OrderStatus
from webapp.domain.payment import PaymentMethod, PaymentStatus
from webapp.extensions import db
from webapp.services.orders import hits, overdue, picture, query, walks
from webapp.services.orders.create import Buyer
from webapp.services.orders.cursors import LAST
from webapp.services.orders.filters import DateKind, ListFilter, Sort
from webapp.services.orders.overview import read_overview
from webapp.services.orders.query import Count, count_orders, list_orders, tab_counts, walk_orders
from webapp.services.orders.rows import read_rows
from webapp.services.statements import Statement

LATELY = NOW.date() - timedelta(days=9)
FILTERS = (
    ListFilter(),
    ListFilter(tab="to_ship"),
    ListFilter(tab="new", store=("rona", "onyu")),
    ListFilter(payment_status=(PaymentStatus.UNPAID, PaymentStatus.UNDER_REVIEW)),
    ListFilter(first_day=NOW.date() - timedelta(days=20), last_day=NOW.date() - timedelta(days=3)),
    ListFilter(courier=("jne", "sicepat")),
    ListFilter(overdue=True),
    ListFilter(awaiting=True),
    ListFilter(payment_method=(PaymentMethod.QRIS,)),
    ListFilter(sku=("SKU-3", "SKU-5")),
    ListFilter(sku=("sku-3",)),
    ListFilter(tag=("vip",)),
    ListFilter(assigned=("sari@example.com", "none")),
    ListFilter(sort=Sort.CHANGED_LAST),
    ListFilter(tab="to_ship", sort=Sort.SHIP_BY),
    ListFilter(q="siti"),
    ListFilter(q="siti", tab="completed", store=("rona",)),
    ListFilter(q="buyer12@example.com"),
)


@pytest.mark.parametrize("flt", FILTERS, ids=lambda flt: str(flt.to_params()))
def test_a_page_with_tabs_and_count_takes_four_statements(
    session: Session, sent: list[str], flt: ListFilter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query, "FEW", 50)
    monkeypatch.setattr(query, "SMALL", 100)
    for cursor in (None, LAST):
        session.connection()
        sent.clear()
        page = list_orders(session, EVERYTHING, flt, cursor=cursor, now=NOW)
        assert page.count is not None
        assert len(sent) <= 4 + bool(flt.tag or flt.assigned)  # one more finds out whom the address names


def test_a_page_of_many_overdue_orders_takes_six_statements(
    session: Session, sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One tells that they are many, two count them: what is in time, then what is late."""
    monkeypatch.setattr(overdue, "MOST_OVERDUE", 1)
    session.connection()
    sent.clear()
    assert list_orders(session, EVERYTHING, ListFilter(overdue=True), now=NOW).rows
    assert len(sent) == 6


def test_a_warehouse_list_takes_four_statements(session: Session, listing: Listing, sent: list[str]) -> None:
    page = list_orders(session, Scope(warehouse_id=listing.warehouses["cakung"]), ListFilter(tab="to_ship"), now=NOW)
    assert page.rows
    assert len(sent) <= 4


def test_contradictions_ask_the_orders_nothing(session: Session, sent: list[str]) -> None:
    flt = ListFilter(tab="new", status=(OrderStatus.SHIPPED,))
    page = list_orders(session, EVERYTHING, flt, now=NOW)
    assert (page.rows, page.count, page.next, page.last) == ([], 0, None, None)
    nobody = list_orders(session, Scope(frozenset()), ListFilter(), now=NOW)
    assert (nobody.rows, nobody.count, nobody.tabs["all"]) == ([], 0, 0)
    assert not any("from orders" in statement for statement in sent)


def test_a_row_shows_what_the_list_needs(session: Session, listing: Listing) -> None:
    order = next(o for o in listing.orders if o.status is OrderStatus.SHIPPED and o.channel == "shopee")
    [row] = read_rows(session, [order.id])
    assert (row.number, row.status, row.payment_status) == (order.number, OrderStatus.SHIPPED, PaymentStatus.PAID)
    assert (row.store, row.timezone, row.channel) == ("Rona Batik", "Asia/Jakarta", "shopee")
    assert (row.account, row.currency, row.total) == ("Rona Batik shopee", "IDR", order.total)
    assert (row.buyer_name, row.buyer_phone) == (order.buyer, order.phone)
    assert (row.first_line, row.first_quantity, row.line_count, row.item_count) == ("Kemeja Batik", 2, 2, 3)
    assert (row.ordered_at, row.tracking_number, row.version) == (order.ordered_at, order.tracking, 2)
    assert row.courier in {*order.couriers, None}


def test_restricted_people_see_no_prices(session: Session, listing: Listing) -> None:
    scope = Scope(warehouse_id=listing.warehouses["cakung"], restricted=True)
    page = list_orders(session, scope, ListFilter(), now=NOW)
    assert page.rows
    assert {row.total for row in page.rows} == {None}


def test_nothing_outside_the_scope_is_found_counted_or_searched(session: Session, listing: Listing) -> None:
    mine = Scope(frozenset({listing.accounts["kecil", "manual"]}))
    others = [order for order in listing.orders if order.store != "kecil"]
    order = next(o for o in others if o.channel_order_id and o.email)
    for q in (order.number, order.phone, order.email, order.channel_order_id or "", order.buyer):
        page = list_orders(session, mine, ListFilter(q=q), now=NOW)
        assert order.number not in {row.number for row in page.rows}
    for flt in (
        ListFilter(),
        ListFilter(store=("rona",)),
        ListFilter(account=("shopee:7001",)),
        ListFilter(overdue=True),
        ListFilter(sku=("SKU-3", "SKU-4")),
        ListFilter(tag=("vip", "fragile")),
        ListFilter(assigned=PEOPLE, sort=Sort.OLDEST),
        ListFilter(date=DateKind.PAID, first_day=LATELY),
        ListFilter(sort=Sort.CHANGED_LAST),
        ListFilter(tab="to_ship", sort=Sort.SHIP_BY),
    ):
        page = list_orders(session, mine, flt, now=NOW)
        assert {row.store for row in page.rows} <= {"Toko Kecil"}
        assert count_orders(session, mine, flt, now=NOW) == len(page.rows)
    assert tab_counts(session, mine, ListFilter(store=("rona", "onyu"))) == dict.fromkeys(
        tab_counts(session, mine, ListFilter()), 0
    )


def found(session: Session, q: str, scope: Scope = EVERYTHING) -> list[str]:
    page = list_orders(session, scope, ListFilter(q=q), now=NOW, limit=200)
    assert page.next is None
    return [row.number for row in page.rows]


def having(listing: Listing, **values: object) -> list[Known]:
    return [o for o in listing.orders if all(getattr(o, name) == value for name, value in values.items())]


@pytest.mark.parametrize("small", [0, 2_000])
def test_what_the_search_box_finds(
    session: Session, listing: Listing, small: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through the text index, and order by order where totals say that there are few."""
    monkeypatch.setattr(query, "FEW", small)
    monkeypatch.setattr(query, "SMALL", small)
    order = next(o for o in listing.orders if o.channel_order_id and o.tracking and o.email)
    digits = order.phone[1:]
    for q in (
        order.phone,
        f"+62{digits}",
        f"62{digits}",
        f"+62 {digits[:3]}-{digits[3:7]}-{digits[7:]}",
        digits,
        digits[-6:],
    ):
        assert order.number in found(session, q), q
    number = order.number
    for q in (number, number.lower(), number.replace("-", ""), f" {number} ", number[7:], number[9:], number[:10]):
        assert order.number in found(session, q), q
    assert order.channel_order_id
    assert order.tracking
    parts = (
        order.channel_order_id,
        order.channel_order_id[4:],
        order.tracking,
        order.tracking.lower(),
        order.tracking[4:],
    )
    for q in (*parts, order.email, order.email.partition("@")[0], order.email.upper()):
        assert order.number in found(session, q), q
    assert found(session, order.number) == [order.number]
    assert found(session, order.tracking) == [order.number]
    assert found(session, order.email) == [order.number]
    assert sorted(found(session, "민수")) == sorted(o.number for o in having(listing, buyer="김민수"))
    assert sorted(found(session, "santoso SITI")) == sorted(o.number for o in having(listing, buyer="Siti Santoso"))
    assert sorted(found(session, "100%_\\")) == sorted(o.number for o in having(listing, buyer="Agus 100%_\\"))
    assert found(session, "nobody") == []


@pytest.mark.parametrize("typed", ["%%%", "_", "--- ...", "#", "\\%_", "😀"])
@pytest.mark.parametrize("tab", [None, "to_ship"])
def test_signs_without_a_letter_or_digit_find_nothing(session: Session, typed: str, tab: str | None) -> None:
    flt = ListFilter(q=typed, tab=tab)
    page = list_orders(session, EVERYTHING, flt)
    assert (page.rows, page.count, page.unsearchable) == ([], Count(0), True)
    assert count_orders(session, EVERYTHING, flt) == Count(0)
    assert list(walk_orders(session, EVERYTHING, flt)) == []
    assert read_overview(session, EVERYTHING, flt, now=NOW, today=NOW.date()).orders == 0
    assert not list_orders(session, EVERYTHING, ListFilter(q="\u200b", tab=tab)).unsearchable


def test_words_that_are_too_short_are_named(session: Session) -> None:
    page = list_orders(session, EVERYTHING, ListFilter(q="si 김민수 a"), now=NOW)
    assert page.too_short == ("si", "a")
    assert {row.buyer_name for row in page.rows} == {"김민수"}


@pytest.mark.usefixtures("app")
def test_an_address_is_looked_up_also_where_its_name_is_too_short_for_a_word(shop: Shop) -> None:
    jo = make_orders(shop.manual, buyer=Buyer("Jo", "", "jo@example.com", ""))[0]
    make_orders(shop.manual, 2)
    for q, wanted in (("jo@example.com", [jo.number]), ("Jo@Exa", [jo.number]), ("ja@example.com", [])):
        flt = ListFilter(q=q)
        page = list_orders(db.session, EVERYTHING, flt)
        assert ([row.number for row in page.rows], page.count, page.too_short) == (wanted, Count(len(wanted)), ()), q
        assert count_orders(db.session, EVERYTHING, flt) == Count(len(wanted)), q
        assert read_overview(db.session, EVERYTHING, flt, now=NOW, today=NOW.date()).orders == len(wanted), q
        assert sum(map(len, walk_orders(db.session, EVERYTHING, flt))) == len(wanted), q


@pytest.mark.usefixtures("app")
def test_a_short_address_holds_also_where_more_orders_have_it_than_are_fetched(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hits, "MOST_HITS", 2)
    nobody = make_orders(shop.manual, 5, buyer=Buyer("Siti", "", "a@a.com", ""))
    make_orders(shop.manual, 3, buyer=Buyer("Siti", "", "b@a.com", ""))
    flt = ListFilter(q="a@a.com")
    page = list_orders(db.session, EVERYTHING, flt)
    assert ({row.number for row in page.rows}, page.count) == ({order.number for order in nobody}, Count(5))
    assert count_orders(db.session, EVERYTHING, flt) == Count(5)
    assert read_overview(db.session, EVERYTHING, flt, now=NOW, today=NOW.date()).orders == 5
    walked = [order_id for step in walk_orders(db.session, EVERYTHING, flt, step=2) for order_id in step]
    assert sorted(walked) == sorted(order.id for order in nobody)


@pytest.mark.usefixtures("app")
def test_of_a_placeholder_address_that_very_many_orders_have_no_others_are_shown(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first part is a word, and other addresses begin with it too."""
    monkeypatch.setattr(hits, "MOST_HITS", 4)
    ours = make_orders(shop.manual, 5, buyer=Buyer("Siti", "", "noreply@a.com", ""))
    make_orders(shop.manual, 5, buyer=Buyer("Siti", "", "noreply@b.com", ""))
    flt = ListFilter(q="noreply@a.com", limit=2)
    page = list_orders(db.session, EVERYTHING, flt)
    assert {row.number for row in page.rows} < {order.number for order in ours}
    assert page.count == count_orders(db.session, EVERYTHING, flt)
    assert page.count is not None
    assert 3 <= page.count <= 5
    walked = [order_id for step in walk_orders(db.session, EVERYTHING, flt) for order_id in step]
    assert sorted(walked) == sorted(order.id for order in ours)
    narrowed = list_orders(db.session, EVERYTHING, ListFilter(q="noreply@a.com", store=("onyu",)))
    assert (narrowed.rows, narrowed.count) == ([], Count(0))


@pytest.mark.usefixtures("app")
def test_a_number_in_pieces_holds_also_where_more_orders_have_it_than_are_fetched(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None of its pieces is long enough for a word."""
    monkeypatch.setattr(hits, "MOST_HITS", 2)
    make_orders(shop.manual, 2, ordered_at=NOW - timedelta(days=9))
    that_day = {order.number for order in make_orders(shop.manual, 4, ordered_at=NOW)}
    day = min(that_day)[:6]
    flt = ListFilter(q=f"{day[:2]} {day[2:4]} {day[4:]}-")
    page = list_orders(db.session, EVERYTHING, flt)
    assert ({row.number for row in page.rows}, page.count, page.too_short) == (that_day, Count(4), ())
    assert count_orders(db.session, EVERYTHING, flt) == Count(4)


def test_restricted_people_look_no_address_up(session: Session, listing: Listing, sent: list[str]) -> None:
    order = next(o for o in listing.orders if o.email and o.warehouse == "cakung")
    scope = Scope(warehouse_id=listing.warehouses["cakung"], restricted=True)
    list_orders(session, scope, ListFilter(q=order.email), now=NOW)
    assert not any("buyer_email >=" in statement for statement in sent)
    list_orders(session, EVERYTHING, ListFilter(q=order.email), now=NOW)
    assert any("buyer_email >=" in statement for statement in sent)


def test_more_overdue_orders_than_are_counted_are_told_from_the_few_that_are_not(
    session: Session, listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = [order for order in listing.orders if order.status in TO_SHIP]
    late = [order for order in waiting if order.ship_by and order.ship_by < NOW]
    in_time = len(waiting) - len(late)
    assert 1 < in_time < len(late)
    assert len(late) > 25
    flt = ListFilter(overdue=True, limit=20)
    for most, cap in ((in_time, 25), (1, 25), (1, len(late))):
        monkeypatch.setattr(overdue, "MOST_OVERDUE", most)
        monkeypatch.setattr(overdue, "COUNT_CAP", cap)
        exact = most > 1 or cap >= len(late)
        count = count_orders(session, EVERYTHING, flt, now=NOW)
        assert (count, count.exact) == (len(late) if exact else cap, exact), (most, cap)
    monkeypatch.setattr(overdue, "MOST_OVERDUE", in_time)
    rona = [order for order in late if order.store == "rona" and order.status is OrderStatus.CONFIRMED]
    narrowed = ListFilter(overdue=True, store=("rona",), status=(OrderStatus.CONFIRMED,))
    assert count_orders(session, EVERYTHING, narrowed, now=NOW) == Count(len(rona))


def test_no_count_is_less_than_what_is_shown(
    session: Session, listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list is walked from its newest order on, and the longest overdue are counted first."""
    monkeypatch.setattr(overdue, "MOST_OVERDUE", 3)
    monkeypatch.setattr(overdue, "FIRST_STEP", 3)
    flt = ListFilter(overdue=True, tag=("vip", "fragile"))
    late = [
        o for o in listing.orders if o.status in TO_SHIP and o.ship_by and o.ship_by < NOW and o.tags & set(flt.tag)
    ]
    assert len(late) > 6
    page = list_orders(session, EVERYTHING, flt, now=NOW, limit=5)
    assert page.count is not None
    assert (len(page.rows), page.count, page.count.exact) == (5, 6, False)


def test_the_halves_of_to_ship_are_counted(session: Session, listing: Listing, monkeypatch: pytest.MonkeyPatch) -> None:
    for store in ((), ("rona",)):
        waiting = [o for o in listing.orders if o.status in TO_SHIP and (not store or o.store in store)]
        to_process = sum(not o.arranged for o in waiting)
        for arranged in (None, False, True):
            page = list_orders(session, EVERYTHING, ListFilter(tab="to_ship", store=store, arranged=arranged), now=NOW)
            assert page.halves == (to_process, len(waiting) - to_process)
    for flt in (ListFilter(), ListFilter(tab="new"), ListFilter(tab="to_ship", courier=("jne",))):
        assert list_orders(session, EVERYTHING, flt, now=NOW).halves is None
    monkeypatch.setattr(query, "MOST_HALVED", 10)
    newest = [
        order
        for status in TO_SHIP
        for order in sorted(having(listing, status=status), key=lambda o: o.place, reverse=True)[:3]
    ]
    many = list_orders(session, EVERYTHING, ListFilter(tab="to_ship"), now=NOW).halves
    assert many is not None
    assert (many[0], many[0].exact, many[1]) == (sum(not o.arranged for o in newest), False, None)
    monkeypatch.setattr(query, "MANY_BRANCHES", 2)
    assert list_orders(session, EVERYTHING, ListFilter(tab="to_ship"), now=NOW).halves is None


def test_counts_stop(session: Session, listing: Listing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walks, "COUNT_CAP", 25)
    monkeypatch.setattr(walks, "WHOLE_STEP", 50)
    monkeypatch.setattr(picture, "TAB_CAP", 4)
    count = count_orders(session, EVERYTHING, ListFilter(courier=("jne",), limit=20), now=NOW)
    assert (count.value, count.exact) == (25, False)
    by_warehouse = tab_counts(session, Scope(warehouse_id=listing.warehouses["cakung"]), ListFilter())
    assert (by_warehouse["new"], by_warehouse["new"].exact) == (8, False)
    assert repr(Count(8, exact=False)) == "Count(8, exact=False)"
    plain = list_orders(session, EVERYTHING, ListFilter(courier=("jne",)), now=NOW, with_count=False)
    assert plain.count is None


def plan(session: Session, monkeypatch: pytest.MonkeyPatch, flt: ListFilter, scope: Scope = EVERYTHING) -> str:
    """How the database reads the page's ids."""
    asked: list[tuple[str, dict[str, object]]] = []
    run = Statement.run

    def note(statement: Statement, sql: str) -> list[object]:
        asked.append((sql, statement.params))
        return run(statement, sql)

    monkeypatch.setattr(Statement, "run", note)
    list_orders(session, scope, flt, now=NOW, with_count=False)
    monkeypatch.undo()
    [(sql, params)] = [(s, p) for s, p in asked if "is_edge" in s or "as found" in s]
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        # Small tables are read whole however good an index is.
        connection.execute(text("set local enable_seqscan = off"))
        rows = connection.exec_driver_sql(f"explain {sql}", params).all()
    else:
        rows = connection.exec_driver_sql(f"explain query plan {sql}", params).all()
    return "\n".join(str(row[-1]) for row in rows)


@pytest.mark.parametrize(
    ("flt", "index"),
    [
        (ListFilter(), "ix_orders_ordered_at"),
        (ListFilter(tab="to_ship"), "ix_orders_status"),
        (ListFilter(store=("rona",)), "ix_orders_account_id"),
        (ListFilter(store=("rona",), tab="to_ship"), "ix_orders_account_id_status"),
        (ListFilter(payment_status=(PaymentStatus.UNDER_REVIEW,)), "ix_orders_payment_status"),
        (ListFilter(courier=("jne", "sicepat")), "ix_shipments_courier"),
        (ListFilter(warehouse=("cakung",), status=(OrderStatus.PENDING,)), "ix_orders_warehouse_id"),
        (ListFilter(overdue=True), "ix_orders_ship_by"),
        (ListFilter(awaiting=True), "ix_orders_acceptance"),
        (ListFilter(payment_method=(PaymentMethod.QRIS,)), "ix_orders_ordered_at"),
        (ListFilter(q="buyer12@example.com"), "ix_order_contacts_buyer_email"),
        (ListFilter(sku=("SKU-3",)), "ix_order_lines_sku"),
        (ListFilter(tag=("vip",)), "ix_order_tags_tag_id"),
        (ListFilter(tag=("vip", "fragile")), "ix_order_tags_tag_id"),
        (ListFilter(assigned=("sari@example.com",)), "ix_orders_assigned_to"),
        (ListFilter(assigned=PEOPLE), "ix_orders_assigned_to"),
        (ListFilter(assigned=("none",)), "ix_orders_ordered_at"),
        (ListFilter(date=DateKind.SHIPPED, first_day=LATELY), "ix_shipments_dispatched_at"),
        (ListFilter(date=DateKind.PAID, first_day=LATELY, last_day=LATELY), "ix_payments_paid_at"),
        (ListFilter(date=DateKind.UPDATED, first_day=LATELY), "ix_orders_updated_at"),
        (ListFilter(sort=Sort.OLDEST), "ix_orders_ordered_at"),
        (ListFilter(sort=Sort.CHANGED_LAST, sku=("SKU-3",)), "ix_order_lines_sku"),
        (ListFilter(sort=Sort.CHANGED_LAST, tag=("vip",)), "ix_order_tags_tag_id"),
        (ListFilter(sort=Sort.CHANGED_FIRST, assigned=PEOPLE), "ix_orders_assigned_to"),
        (ListFilter(sort=Sort.CHANGED_FIRST, courier=("jne",)), "ix_shipments_courier"),
        (ListFilter(tab="completed", sort=Sort.OLDEST), "ix_orders_status"),
        (ListFilter(sort=Sort.CHANGED_LAST), "ix_orders_updated_at"),
        (ListFilter(sort=Sort.CHANGED_FIRST, date=DateKind.UPDATED, first_day=LATELY), "ix_orders_updated_at"),
        (ListFilter(tab="to_ship", sort=Sort.SHIP_BY), "ix_orders_ship_by"),
        (ListFilter(tab="to_ship", sort=Sort.SHIP_BY, store=("rona",)), "ix_orders_ship_by"),
    ],
    ids=lambda value: value if isinstance(value, str) else str(value.to_params()),
)
def test_each_kind_of_list_has_its_index(
    session: Session, flt: ListFilter, index: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = plan(session, monkeypatch, flt)
    assert index in read
    if session.get_bind().dialect.name == "sqlite":
        assert "SCAN t" not in read.replace("SCAN t USING", "")
        collected = "MATERIALIZE h" in read  # a small set, fetched whole and sorted
        branches = max(map(len, (flt.courier, flt.tag, flt.sku, flt.assigned)), default=0) > 1 or flt.tab or flt.store
        assert collected or branches or "TEMP B-TREE FOR ORDER BY" not in read
        assert flt.sort is not Sort.SHIP_BY or "TEMP B-TREE" not in read


def test_the_text_index_is_used(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query, "FEW", 0)
    monkeypatch.setattr(query, "SMALL", 0)
    read = plan(session, monkeypatch, ListFilter(q="santoso siti"))
    if session.get_bind().dialect.name == "sqlite":
        assert "order_fts" in read or "VIRTUAL TABLE" in read
    else:
        assert "ix_order_search_doc" in read
