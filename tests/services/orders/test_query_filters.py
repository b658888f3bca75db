"""The address of a view: read, written back, and never trusted."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode

from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.errors import Code
from webapp.domain.order_status import TABS, OrderStatus
from webapp.domain.payment import PaymentMethod, PaymentStatus
from webapp.services.orders.cursors import (
    FIRST,
    LAST,
    Cursor,
    Key,
    Way,
    cursor_from_params,
    page_cursors,
    read_cursor,
    write_cursor,
)
from webapp.services.orders.filters import DateKind, ListFilter, Printed, Sort

SECRET = "of tests"
codes = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=20)
days = st.none() | st.dates(date(1970, 1, 1), date(2199, 12, 31))


def some(values: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(values, max_size=4, unique=True).map(tuple)


def built(**fields: Any) -> ListFilter:
    return ListFilter(**fields).moved()


filters = st.builds(
    built,
    tab=st.none() | st.sampled_from(tuple(TABS)),
    q=codes.map(lambda text: " ".join(text.split())),
    status=some(st.sampled_from(OrderStatus)),
    payment_status=some(st.sampled_from(PaymentStatus)),
    payment_method=some(st.sampled_from(PaymentMethod)),
    store=some(codes),
    channel=some(codes),
    account=some(codes),
    courier=some(codes),
    warehouse=some(codes),
    printed=some(st.sampled_from(Printed)),
    sku=some(codes.map(str.strip).filter(bool)),
    tag=some(codes),
    assigned=some(st.sampled_from(("me", "none", "sari@example.com"))),
    date=st.sampled_from(DateKind),
    sort=st.sampled_from(Sort),
    arranged=st.none() | st.booleans(),
    overdue=st.booleans(),
    awaiting=st.booleans(),
    first_day=days,
    last_day=days,
    limit=st.sampled_from((20, 50, 100)),
)


@given(filters)
def test_an_address_leads_back_to_its_filter(flt: ListFilter) -> None:
    params = parse_qs(urlencode(flt.to_params()), keep_blank_values=True)
    assert ListFilter.from_params(params) == (flt, ())


def test_what_is_not_known_is_left_out_and_named() -> None:
    params = {
        "status": ["shipped", "sent", "shipped"], "tab": ["gone"], "from": ["yesterday"], "to": ["9999-12-31"],
        "limit": ["51"], "store": ["ro\0na", "rona"], "sort": ["total"], "view": ["mine"], "date": ["due"],
        "payment_status": [""], "q": ["  siti \0 "], "after": ["x"], "utm_source": ["y"],
    }  # fmt: skip
    flt, problems = ListFilter.from_params(params)
    assert flt == ListFilter(status=(OrderStatus.SHIPPED,), store=("rona",), q="siti")
    assert {problem.code for problem in problems} == {Code.BAD_VALUE}
    named = [problem.params["field"] for problem in problems]
    assert sorted(named) == ["date", "from", "limit", "sort", "status", "store", "tab", "to", "view"]


def test_only_what_waits_for_shipping_is_sorted_by_its_deadline() -> None:
    for params in ({"tab": ["to_ship"]}, {"due": ["overdue"]}, {"status": ["confirmed"]}):
        flt, problems = ListFilter.from_params({**params, "sort": ["ship_by"]})
        assert (flt.sort, problems) == (Sort.SHIP_BY, ())
    assert flt.moved(status=()).sort is Sort.NEWEST
    flt, [problem] = ListFilter.from_params({"tab": ["completed"], "sort": ["ship_by"]})
    assert (flt.sort, problem.params["field"]) == (Sort.NEWEST, "sort")


def test_me_is_who_looks() -> None:
    flt, _ = ListFilter.from_params({"assigned": ["me", "Joko@Example.com", "none"]})
    assert flt.assigned == ("me", "joko@example.com", "none")
    assert flt.seen_by("joko@example.com").assigned == ("joko@example.com", "none")


def test_tab_and_status_hold_together() -> None:
    assert ListFilter().statuses is None
    assert ListFilter(tab="new").statuses == {OrderStatus.CREATED, OrderStatus.PENDING}
    assert ListFilter(tab="new", status=(OrderStatus.PENDING, OrderStatus.SHIPPED)).statuses == {OrderStatus.PENDING}
    assert ListFilter(tab="new", status=(OrderStatus.SHIPPED,)).statuses == frozenset()
    assert not ListFilter(tab="new", limit=100).narrowed
    assert ListFilter(tab="new", q="siti").narrowed


@given(st.integers(-(2**40), 2**42), st.integers(0, 2**62), st.sampled_from(Way))
def test_a_cursor_is_read_as_it_was_written(ms: int, order_id: int, way: Way) -> None:
    for cursor in (Cursor(way, Key(ms, order_id)), Cursor(way, None)):
        text = write_cursor(cursor, SECRET)
        assert read_cursor(way, text, SECRET) == cursor
        assert read_cursor(way, text, "another secret") is None
        other = Way.BEFORE if way is Way.AFTER else Way.AFTER
        assert read_cursor(other, text, SECRET) is None
        assert read_cursor(way, text[:-2], SECRET) is None
        assert read_cursor(way, "é" + text, SECRET) is None


def test_the_cursor_of_an_address() -> None:
    text = write_cursor(LAST, SECRET)
    assert cursor_from_params({LAST.param: [text]}, SECRET, "Asia/Jakarta") == (LAST, ())
    assert cursor_from_params({}, SECRET, "Asia/Jakarta") == (None, ())
    cursor, problems = cursor_from_params({"at": ["2026-11-21"]}, SECRET, "Asia/Jakarta")
    midnight = datetime(2026, 11, 21, 17, tzinfo=UTC)
    assert cursor == Cursor(Way.AFTER, Key(int(midnight.timestamp()) * 1000, 0))
    assert problems == ()
    cursor, _ = cursor_from_params({"at": ["2026-11-21"]}, SECRET, "Asia/Jakarta", descending=False)
    assert cursor == Cursor(Way.AFTER, Key(int(midnight.timestamp() - 86_400) * 1000, 0))
    for params in ({"after": ["AAAA"]}, {"at": ["soon"]}, {"at": ["9999-12-31"]}, {"at": ["0001-01-01"]}):
        cursor, problems = cursor_from_params(params, SECRET, "Asia/Jakarta")
        assert cursor is None
        assert [problem.params["field"] for problem in problems] == list(params)


def test_where_one_can_go_from_a_page() -> None:
    keys = [Key(n, n) for n in (9, 8, 7)]
    page = page_cursors(FIRST, keys, None, 2)
    assert (page.keys, page.first, page.prev) == ((Key(9, 9), Key(8, 8)), None, None)
    assert (page.next, page.last) == (Cursor(Way.AFTER, Key(8, 8)), LAST)
    page = page_cursors(Cursor(Way.AFTER, Key(8, 8)), keys[2:], None, 2)
    assert (page.keys, page.prev, page.next) == ((Key(7, 7),), Cursor(Way.BEFORE, Key(7, 7)), None)
    page = page_cursors(LAST, keys[::-1], None, 2)
    assert (page.keys, page.next, page.last) == ((Key(8, 8), Key(7, 7)), None, None)
    assert (page.first, page.prev) == (FIRST, Cursor(Way.BEFORE, Key(8, 8)))
    page = page_cursors(FIRST, [], Key(3, 3), 2)
    assert (page.keys, page.next) == ((), Cursor(Way.AFTER, Key(3, 3)))
