"""Persons and tags of orders: one act for many orders, one history row each, and the way back."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, text

from tests.factories import Shop, count_rows, history_of, make_orders, totals_recounted
from webapp.domain.actors import SYSTEM
from webapp.domain.errors import Code, Refused
from webapp.domain.order_acts import Outcome
from webapp.domain.order_status import OrderStatus
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.models import Batch, Order, OrderTag, User
from webapp.services.accounts import UserDraft, save_user
from webapp.services.orders.assign import assign_orders, read_colleagues
from webapp.services.orders.bulk import NothingSelected, TooManySelected
from webapp.services.orders.delete import delete_orders
from webapp.services.orders.filters import ListFilter
from webapp.services.orders.query import list_orders
from webapp.services.orders.tag import (
    LONGEST_NAME,
    archive_tag,
    create_tag,
    read_tags,
    rename_tag,
    tag_orders,
    tags_of,
)
from webapp.services.orders.undo import undo


def assigned(number: str) -> str | None:
    db.session.rollback()
    query = select(User.email).join(Order, Order.assigned_to == User.id).where(Order.number == number)
    return db.session.scalars(query).one_or_none()


def tags(number: str) -> list[str]:
    db.session.rollback()
    sql = "select t.code from order_tags x join tags t on t.id = x.tag_id join orders o on o.id = x.order_id"
    return sorted(db.session.scalars(text(f"{sql} where o.number = :number"), {"number": number}))


def refusal(code: Code, call: object, *args: object, **kwargs: object) -> Refused:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)  # type: ignore[operator]
    assert caught.value.problem.code is code
    return caught.value


def test_orders_are_given_to_a_person_and_to_nobody_again(app: Flask, shop: Shop) -> None:
    one, other = (order.number for order in make_orders(shop.manual, 2))
    result = assign_orders(shop.actor(), [one, other, "nonsense"], " CS@example.com ")
    assert [r.outcome for r in result.results] == [Outcome.OK, Outcome.OK, Outcome.FAILED]
    assert (assigned(one), assigned(other)) == ("cs@example.com", "cs@example.com")
    entry = history_of(one)[-1]
    person = [shop.people[Role.CS], "Cs"]
    assert (entry.seq, entry.batch_id, entry.from_status, entry.to_status) == (
        2, result.batch_id, "pending", "pending",
    )  # fmt: skip
    assert entry.changes == {"assigned_to": [None, person]}
    again = assign_orders(shop.actor(), [one], "cs@example.com")
    assert ([r.outcome for r in again.results], again.batch_id) == ([Outcome.UNCHANGED], None)
    assert len(history_of(one)) == 2
    assign_orders(shop.actor(Role.CS), [one], None)
    assert assigned(one) is None
    assert history_of(one)[-1].changes == {"assigned_to": [person, None]}
    found = list_orders(db.session(), SYSTEM.scope, ListFilter(assigned=("cs@example.com",)))
    assert [row.number for row in found.rows] == [other]
    assert totals_recounted() == []


def test_an_order_is_given_to_nobody_for_whom_it_does_not_exist(app: Flask, shop: Shop) -> None:
    rona, onyu = make_orders(shop.manual)[0].number, make_orders(shop.onyu_manual)[0].number
    draft = UserDraft(
        "only@example.com", "Only Onyu", Role.CS, password_hash="x", all_stores=False, store_ids=(shop.onyu,)
    )
    only = save_user(SYSTEM, draft)
    result = assign_orders(shop.actor(), [rona, onyu], "only@example.com")
    assert [r.outcome for r in result.results] == [Outcome.FAILED, Outcome.OK]
    [refused] = result.refused
    assert refused.problem is not None
    assert (refused.problem.code, refused.problem.params["variant"]) == (Code.BAD_VALUE, "assignee")
    assert (assigned(rona), assigned(onyu)) == (None, "only@example.com")
    assert len(history_of(rona)) == 1
    names = [one.email for one in read_colleagues(db.session(), shop.actor().scope)]
    assert "only@example.com" in names
    mine = {order.number for order in list_orders(db.session(), SYSTEM.scope, ListFilter(store=("rona",))).rows}
    assert mine == {rona}
    archived = UserDraft("only@example.com", "Only Onyu", Role.CS, archived=True)
    save_user(SYSTEM, archived, only.id)
    refusal(Code.BAD_VALUE, assign_orders, shop.actor(), [onyu], "only@example.com")
    assert "only@example.com" not in [one.email for one in read_colleagues(db.session(), shop.actor().scope)]


def test_tags_are_put_on_and_taken_off_in_one_act(app: Flask, shop: Shop) -> None:
    one, other = (order.number for order in make_orders(shop.manual, 2))
    vip, gift = create_tag(shop.actor(), "VIP"), create_tag(shop.actor(), "선물 포장")
    assert (vip, gift) == ("vip", "선물-포장")
    tag_orders(shop.actor(), [one], [vip])
    result = tag_orders(shop.actor(), [one, other], [gift, vip])
    assert [r.outcome for r in result.results] == [Outcome.OK, Outcome.OK]
    assert tags(one) == tags(other) == sorted([vip, gift])
    assert [name for _, name in history_of(one)[-1].changes["tags"][1]] == ["선물 포장"]  # type: ignore[index]
    assert tags_of(db.session(), [one, other]) == {vip: 2, gift: 2}
    result = tag_orders(shop.actor(), [one, other], [], [gift])
    assert (tags(one), tags(other)) == ([vip], [vip])
    unchanged = tag_orders(shop.actor(), [one], [vip], [gift])
    assert [r.outcome for r in unchanged.results] == [Outcome.UNCHANGED]
    copied = db.session.scalars(select(OrderTag)).all()
    of_orders = {order.id: (order.account_id, order.ordered_at) for order in db.session.scalars(select(Order))}
    assert {row.order_id: (row.account_id, row.ordered_at) for row in copied} == of_orders
    page = list_orders(db.session(), SYSTEM.scope, ListFilter(tag=(vip,)))
    assert ([row.tags for row in page.rows], page.count) == ([("VIP",), ("VIP",)], 2)


def test_persons_and_tags_go_back(app: Flask, shop: Shop) -> None:
    numbers = [order.number for order in make_orders(shop.manual, 2)]
    vip, gift = create_tag(shop.actor(), "VIP"), create_tag(shop.actor(), "Gift")
    tag_orders(shop.actor(), numbers[:1], [vip])
    assign_orders(shop.actor(), numbers[:1], "cs@example.com")
    given = assign_orders(shop.actor(), numbers, "owner@example.com")
    assert given.batch_id is not None
    assert [r.outcome for r in undo(shop.actor(), given.batch_id).results] == [Outcome.OK, Outcome.OK]
    assert [assigned(number) for number in numbers] == ["cs@example.com", None]
    tagged = tag_orders(shop.actor(), numbers, [gift], [vip])
    assert tagged.batch_id is not None
    undo(shop.actor(), tagged.batch_id)
    assert [tags(number) for number in numbers] == [[vip], []]


@pytest.mark.parametrize("role", [Role.WAREHOUSE, Role.VIEWER, Role.PROVIDER])
def test_who_may_not_edit_neither_tags_nor_assigns(app: Flask, shop: Shop, role: Role) -> None:
    vip = create_tag(SYSTEM, "VIP")
    number = make_orders(shop.manual)[0].number
    for result in (
        tag_orders(shop.actor(role), [number], [vip]),
        assign_orders(shop.actor(role), [number], "cs@example.com"),
    ):
        [refused] = result.refused
        assert refused.problem is not None
        wanted = Code.NOT_FOUND if role is Role.PROVIDER else Code.NO_PERMISSION
        assert refused.problem.code is wanted
    refusal(Code.NO_PERMISSION, create_tag, shop.actor(role), "Mine")
    refusal(Code.NO_PERMISSION, rename_tag, shop.actor(role), vip, "Mine")
    refusal(Code.NO_PERMISSION, archive_tag, shop.actor(role), vip)
    assert (tags(number), assigned(number), count_rows(Batch)) == ([], None, 0)
    assert len(history_of(number)) == 1


def test_a_tag_keeps_its_code(app: Flask, shop: Shop) -> None:
    actor = shop.actor()
    assert [create_tag(actor, name) for name in (" Fragile ", "Frag/ile", "!!")] == ["fragile", "frag-ile", "tag"]
    for name, code in (
        ("FRAGILE", Code.BAD_VALUE),
        ("x" * (LONGEST_NAME + 1), Code.BAD_VALUE),
        (" ", Code.MISSING_VALUE),
    ):
        refusal(code, create_tag, actor, name)
    rename_tag(actor, "fragile", "Handle with care")
    assert create_tag(actor, "Fragile") == "fragile-2"
    refusal(Code.BAD_VALUE, rename_tag, actor, "fragile", "fragile")
    archive_tag(actor, "fragile")
    assert [tag.code for tag in read_tags(db.session())] == ["tag", "frag-ile", "fragile-2"]
    number = make_orders(shop.manual)[0].number
    refusal(Code.BAD_VALUE, tag_orders, actor, [number], ["fragile"])
    refusal(Code.BAD_VALUE, tag_orders, actor, [number], ["unknown"])
    refusal(Code.MISSING_VALUE, tag_orders, actor, [number], [])
    archive_tag(actor, "fragile", archived=False)
    tag_orders(actor, [number], ["fragile"])
    archive_tag(actor, "fragile")
    assert [tag.archived for tag in read_tags(db.session(), archived=True) if tag.code == "fragile"] == [True]
    tag_orders(actor, [number], [], ["fragile"])
    assert tags(number) == []
    refusal(Code.NOT_FOUND, rename_tag, actor, "unknown", "Known")


def test_a_deleted_order_takes_its_tags_along(app: Flask, shop: Shop) -> None:
    number = make_orders(shop.manual, status=OrderStatus.CANCELED)[0].number
    tag_orders(shop.actor(), [number], [create_tag(shop.actor(), "VIP")])
    assert count_rows(OrderTag) == 1
    delete_orders(shop.actor(), [number])
    assert count_rows(OrderTag) == 0


def test_nothing_and_too_much_selected(app: Flask, shop: Shop) -> None:
    vip = create_tag(shop.actor(), "VIP")
    with pytest.raises(NothingSelected):
        tag_orders(shop.actor(), [], [vip])
    with pytest.raises(TooManySelected):
        assign_orders(shop.actor(), [str(n) for n in range(101)], None)
