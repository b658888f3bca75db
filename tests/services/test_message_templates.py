"""A store's own words of messages: kept by language, checked, and gone back from."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.factories import Shop
from webapp.domain.errors import Code, Refused
from webapp.domain.follow_up import LONGEST, FollowUp
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.services.message_templates import own_words, save_words, words_of_store

UNPAID, SHIPPED = FollowUp.UNPAID, FollowUp.SHIPPED


def test_own_words_are_kept_by_language_and_go_back(app: Flask, shop: Shop) -> None:
    admin, session = shop.actor(), db.session()
    save_words(admin, shop.rona, "id", {UNPAID: "Halo {buyer}\r\nBayar ya ", SHIPPED: "Dikirim {tracking}"})
    save_words(admin, shop.rona, "en", {UNPAID: "Hello {buyer}"})
    assert words_of_store(session, shop.rona, "id") == {UNPAID: "Halo {buyer}\nBayar ya", SHIPPED: "Dikirim {tracking}"}
    assert own_words(session, "rona", UNPAID, "") == ("id", "Halo {buyer}\nBayar ya")
    assert own_words(session, "rona", UNPAID, "en") == ("en", "Hello {buyer}")
    assert own_words(session, "rona", UNPAID, "ko") == ("ko", None)
    assert own_words(session, "rona", SHIPPED, "fr") == ("id", "Dikirim {tracking}")
    assert own_words(session, "onyu", UNPAID, "") == ("ko", None)
    session.rollback()
    save_words(admin, shop.rona, "id", {UNPAID: "  "})
    assert words_of_store(session, shop.rona, "id") == {SHIPPED: "Dikirim {tracking}"}


@pytest.mark.parametrize(("body", "value"), [("Halo {name}", "{name}"), ("x" * (LONGEST + 1), f"{'x' * 40}…")])
def test_what_can_not_be_filled_in_is_refused_whole(app: Flask, shop: Shop, body: str, value: str) -> None:
    with pytest.raises(Refused) as refused:
        save_words(shop.actor(), shop.rona, "id", {SHIPPED: "Dikirim", UNPAID: body})
    assert (refused.value.problem.code, refused.value.problem.params["field"]) == (Code.BAD_VALUE, "unpaid")
    assert refused.value.problem.params["value"] == value
    assert words_of_store(db.session(), shop.rona, "id") == {}


def test_who_may_not_change_settings_may_not_change_words(app: Flask, shop: Shop) -> None:
    with pytest.raises(Refused) as refused:
        save_words(shop.actor(Role.CS), shop.rona, "id", {UNPAID: "Halo"})
    assert refused.value.problem.code is Code.NO_PERMISSION
    with pytest.raises(Refused) as missing:
        save_words(shop.actor(), 987654, "id", {UNPAID: "Halo"})
    assert missing.value.problem.code is Code.NOT_FOUND
