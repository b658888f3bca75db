"""An order by hand, once a form: the second sending finds the order of the first, also at the same moment."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.factories import Shop, count_rows, new_order
from tests.services.at_once import at_once
from webapp.domain.actors import SYSTEM
from webapp.domain.errors import Code, Refused
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.models import Order, Store
from webapp.services.orders.create import create_orders
from webapp.services.orders.enter_order import enter_order, last_store, token_of
from webapp.services.unit_of_work import unit_of_work

FORM = "abcdefghijklmnopqrstuv"


def test_a_token_is_of_one_form_of_one_person(app: Flask, shop: Shop) -> None:
    admin, cs = shop.actor(), shop.actor(Role.CS)
    token = token_of("secret", admin, FORM)
    assert token is not None
    assert len(token) == 16
    assert token == token_of(b"secret", admin, FORM)
    others = {token_of("secret", cs, FORM), token_of("other", admin, FORM), token_of("secret", admin, FORM[::-1])}
    assert token not in others
    assert len(others) == 3
    for wrong in ("", "short", FORM + "w", FORM[:-1] + "\n", "é" * 22):
        assert token_of("secret", admin, wrong) is None


def test_many_sendings_at_once_make_one_order(app: Flask, shop: Shop) -> None:
    actor = shop.actor()
    order = new_order(shop.manual, token=token_of("secret", actor, FORM))
    made = at_once(app, *[lambda: enter_order(actor, order, "rona")] * 4)
    assert len({entered.number for entered in made}) == 1
    assert sorted(entered.new for entered in made) == [False, False, False, True]
    assert count_rows(Order) == 1
    assert last_store(db.session(), actor) == "rona"
    assert last_store(db.session(), shop.actor(Role.CS)) is None


def test_without_a_token_each_sending_is_an_order(app: Flask, shop: Shop) -> None:
    for _ in range(2):
        assert enter_order(shop.actor(), new_order(shop.manual), "rona").new
    assert count_rows(Order) == 2


def test_who_may_not_add_orders(app: Flask, shop: Shop) -> None:
    for actor in (shop.actor(Role.WAREHOUSE), SYSTEM):
        with pytest.raises(Refused) as refused:
            enter_order(actor, new_order(shop.manual), "rona")
        assert refused.value.problem.code is Code.NO_PERMISSION
    assert count_rows(Order) == 0


def test_an_archived_store_takes_no_orders(app: Flask, shop: Shop) -> None:
    with unit_of_work(SYSTEM) as work:
        work.session.get_one(Store, shop.rona).archived_at = work.now
    with pytest.raises(Refused) as refused:
        create_orders(SYSTEM, [new_order(shop.onyu_manual), new_order(shop.manual)])
    problem = refused.value.problem
    assert (problem.code, problem.params["variant"], problem.params["value"]) == (
        Code.BAD_VALUE,
        "store_archived",
        "Rona",
    )
    assert count_rows(Order) == 0
