"""What stands around every page is drawn once for whoever sees the same: nothing of one person reaches another."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask
from sqlalchemy import update

from tests.admin.back_office import of
from tests.admin.order_pages import LIST
from tests.factories import Shop, make_orders
from webapp.domain.actors import SYSTEM
from webapp.domain.order_status import OrderStatus
from webapp.domain.permissions import Role
from webapp.models import User
from webapp.services.unit_of_work import unit_of_work

JOBS = "/admin/jobs/"


def tokens(page: str) -> set[str]:
    """The tokens that the forms of a page carry, and the page itself."""
    return set(re.findall(r'name="csrf_token" value="([^"]+)"|name="csrf-token" content="([^"]+)"', page))


def came_from(page: str) -> set[str]:
    """Where the menus of a page lead back to after a choice of language or theme."""
    return set(re.findall(r'name="next" value="([^"]*)"', page))


def name_of(page: str) -> str:
    """The name on the person's button."""
    found = re.search(r'class="lp-who".*?<b>(.*?)</b>', page, re.DOTALL)
    assert found is not None
    return html.unescape(found[1])


def test_two_people_of_one_role_and_name_have_their_own_tokens_and_pages(app: Flask, shop: Shop) -> None:
    one, two = of(app, shop, Role.CS), of(app, shop, Role.CS)
    first, second = one.page("/admin/"), two.page(LIST)
    assert tokens(first).isdisjoint(tokens(second))
    assert came_from(first) == {"/admin/"}
    assert came_from(second) == {LIST}


@pytest.mark.parametrize("name", ["@token@", "@next@", "{{ 7 * 7 }}", "<b>\"'&", "家 😀"])
def test_a_name_is_never_filled_in(app: Flask, shop: Shop, name: str) -> None:
    person = of(app, shop, Role.VIEWER)
    person.post("/admin/profile/", {"name": name, "locale": "en", "theme": "dark"})
    page = person.page("/admin/")
    assert name_of(page) == name
    assert 'data-bs-theme="dark"' in page


@pytest.mark.parametrize("act", ["scan", "packing"])
def test_after_a_refused_form_the_menus_lead_to_the_page_above_it(app: Flask, shop: Shop, act: str) -> None:
    (order,) = make_orders(shop.manual, status=OrderStatus.IN_PROCESS)
    person = of(app, shop, Role.WAREHOUSE)
    refused = person.post(f"{LIST}{order.number}/{act}", {"line": "1", "version": "1", "step": "picked"})
    assert refused.status_code == 422
    assert came_from(refused.text) == {f"{LIST}{order.number}"}
    edit = of(app, shop, Role.CS).post(
        f"{LIST}{order.number}/edit?x=1", {"version": "1", "buyer_name": "", "note": "a"}
    )
    assert edit.status_code in (200, 422)
    assert came_from(edit.text) == {f"{LIST}{order.number}/edit?x=1"}


def test_after_a_change_in_bulk_the_menus_lead_to_the_list(app: Flask, shop: Shop) -> None:
    (order,) = make_orders(shop.manual, status=OrderStatus.COMPLETED)
    outcome = of(app, shop).post(f"{LIST}status", {"rowid": order.number, "status": "pending"})
    assert outcome.status_code == 200
    assert came_from(outcome.text) == {LIST}


def test_the_settings_lead_back_to_the_page_on_which_they_stand(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    for path in (f"{LIST}?q=a%22%3Cb", f"{LIST}?q=@token@"):
        page = person.page(path)
        assert page.count(f'<input type="hidden" name="next" value="{path}">') >= 2


def test_a_new_name_is_seen_at_once_and_only_by_whose_it_is(app: Flask, shop: Shop) -> None:
    person, other = of(app, shop, Role.CS), of(app, shop, Role.WAREHOUSE)
    assert 'title="Dewi' not in person.page(JOBS)
    with unit_of_work(SYSTEM) as work:
        work.session.execute(update(User).where(User.id == shop.people[Role.CS]).values(name="Dewi <Lestari>"))
    assert 'title="Dewi &lt;Lestari&gt;"' in person.page(JOBS)
    assert "Dewi" not in other.page(JOBS)
