"""What is drawn around every page: kept for whoever sees the same, and nothing of one sign-in in it."""

from __future__ import annotations

import re

from flask import Flask
from sqlalchemy import update

from tests.admin.back_office import of
from tests.admin.order_pages import LIST
from tests.factories import Shop
from webapp.domain.actors import SYSTEM
from webapp.domain.permissions import Role
from webapp.models import User
from webapp.services.unit_of_work import unit_of_work

JOBS = "/admin/jobs/"


def tokens(page: str) -> set[str]:
    """Every token that a page carries."""
    return set(re.findall(r'name="csrf[-_]token" (?:content|value)="([^"]+)"', page))


def test_each_sign_in_has_its_own_token_in_every_form(app: Flask, shop: Shop) -> None:
    browsers = [of(app, shop) for _ in range(2)]  # one person, so that the same is kept for both
    found = [tokens(browser.page(path)) for browser in browsers for path in (LIST, f"{LIST}?q=a&b=%22")]
    assert [len(each) for each in found] == [1, 1, 1, 1]
    assert not (found[0] | found[1]) & (found[2] | found[3])


def test_the_settings_lead_back_to_the_page_on_which_they_stand(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    for path in (f"{LIST}?q=a%22%3Cb", f"{LIST}?q=@token@"):
        page = person.page(path)
        assert page.count(f'<input type="hidden" name="next" value="{path}">') >= 2
        assert "@next@" not in page


def test_a_new_name_is_seen_at_once_and_only_by_whose_it_is(app: Flask, shop: Shop) -> None:
    person, other = of(app, shop, Role.CS), of(app, shop, Role.WAREHOUSE)
    assert 'title="Dewi' not in person.page(JOBS)
    with unit_of_work(SYSTEM) as work:
        work.session.execute(update(User).where(User.id == shop.people[Role.CS]).values(name="Dewi <Lestari>"))
    assert 'title="Dewi &lt;Lestari&gt;"' in person.page(JOBS)
    assert "Dewi" not in other.page(JOBS)
