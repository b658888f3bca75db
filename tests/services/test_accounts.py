"""People and stores: who may make whom, and what can't be changed any more."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from sqlalchemy import select

from tests.factories import Shop, count_rows, make_orders
from webapp.auth.identity import load_identity
from webapp.domain.errors import Code, Refused
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.models import ChannelAccount, Store, User
from webapp.services.accounts import (
    StoreDraft,
    UserDraft,
    end_session,
    keep_selection,
    save_store,
    save_user,
    start_session,
)
from webapp.services.profile import save_profile


def draft(**changes: object) -> UserDraft:
    """A new person, with any field changed."""
    values: dict[str, object] = {"email": "New@Example.com", "name": "New", "role": Role.CS, "password_hash": "x"}
    return UserDraft(**{**values, **changes})  # type: ignore[arg-type]


def test_an_admin_makes_a_person_limited_to_a_store(app: Flask, shop: Shop) -> None:
    user = save_user(shop.actor(), draft(all_stores=False, store_ids=(shop.onyu,)))
    token = start_session(user.id, "127.0.0.1", "test")
    identity = load_identity(token)
    assert identity is not None
    assert identity.email == "new@example.com"
    assert identity.actor.scope.account_ids is not None
    assert shop.onyu_manual in identity.actor.scope.account_ids
    assert shop.manual not in identity.actor.scope.account_ids


@pytest.mark.parametrize(
    ("role", "changes", "code"),
    [
        (Role.CS, {}, Code.NO_PERMISSION),
        (Role.ADMIN, {"role": Role.OWNER}, Code.NO_PERMISSION),
        (Role.ADMIN, {"email": "owner@example.com"}, Code.BAD_VALUE),
        (Role.ADMIN, {"password_hash": None}, Code.MISSING_VALUE),
    ],
)
def test_refused_people_are_not_made(
    app: Flask, shop: Shop, role: Role, changes: dict[str, object], code: Code
) -> None:
    before = count_rows(User)
    with pytest.raises(Refused) as refused:
        save_user(shop.actor(role), draft(**changes))
    assert refused.value.problem.code is code
    assert count_rows(User) == before


def test_the_last_owner_stays(app: Flask, shop: Shop) -> None:
    owner = shop.people[Role.OWNER]
    for changes in ({"archived": True, "role": Role.OWNER}, {"role": Role.ADMIN}):
        with pytest.raises(Refused):
            save_user(shop.actor(Role.OWNER), draft(email="owner@example.com", password_hash=None, **changes), owner)
    with pytest.raises(Refused):
        save_user(shop.actor(Role.ADMIN), draft(email="owner@example.com", password_hash=None, role=Role.CS), owner)
    assert db.session.get_one(User, owner, populate_existing=True).role == "owner"


def test_a_session_ends_on_the_server(app: Flask, shop: Shop) -> None:
    token = start_session(shop.people[Role.CS], "127.0.0.1", "test")
    assert load_identity(token) is not None
    end_session(token)
    db.session.rollback()
    assert load_identity(token) is None
    assert load_identity("made-up") is None


def test_archiving_or_a_new_password_signs_everywhere_out(app: Flask, shop: Shop) -> None:
    cs = shop.people[Role.CS]
    for changes in ({"password_hash": "y"}, {"password_hash": None, "archived": True}):
        token = start_session(cs, "127.0.0.1", "test")
        save_user(shop.actor(), draft(email="cs@example.com", **changes), cs)
        db.session.rollback()
        assert load_identity(token) is None


def test_preferences_and_selection_are_kept(app: Flask, shop: Shop) -> None:
    token = start_session(shop.people[Role.ADMIN], "127.0.0.1", "test")
    save_profile(shop.actor(), theme="dark")
    save_profile(shop.actor(), theme="light")
    keep_selection(token, ["261121-AAAAAAAA"])
    db.session.rollback()
    identity = load_identity(token)
    assert identity is not None
    assert (identity.theme, identity.selection) == ("light", ("261121-AAAAAAAA",))
    assert identity.single_keys
    save_profile(shop.actor(), single_keys=False)
    db.session.rollback()
    identity = load_identity(token)
    assert identity is not None
    assert not identity.single_keys


def test_two_owners_who_archive_each_other_at_once_leave_one(app: Flask, shop: Shop) -> None:
    second = save_user(shop.actor(Role.OWNER), draft(email="second@example.com", role=Role.OWNER)).id
    owners = {"owner@example.com": shop.people[Role.OWNER], "second@example.com": second}
    actor, together, refused = shop.actor(Role.OWNER), threading.Barrier(2), []

    def archive(email: str, user_id: int) -> None:
        with app.app_context():
            together.wait(10)
            try:
                save_user(actor, draft(email=email, role=Role.OWNER, archived=True), user_id)
            except Refused as problem:
                refused.append(problem.problem.code)

    threads = [threading.Thread(target=archive, args=owner) for owner in owners.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    left = select(User.id).where(User.role == Role.OWNER.value, User.archived_at.is_(None))
    assert (len(db.session.scalars(left).all()), refused) == (1, [Code.BAD_VALUE])


def test_a_new_store_has_its_built_in_accounts(app: Flask, shop: Shop) -> None:
    store = save_store(shop.actor(), StoreDraft("Baru", "baru", "Asia/Makassar", "IDR", "id"))
    channels = db.session.scalars(select(ChannelAccount.channel).where(ChannelAccount.store_id == store.id))
    assert set(channels) == {"manual", "form", "api"}


def test_a_store_with_orders_keeps_its_zone(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual)
    with pytest.raises(Refused) as refused:
        save_store(shop.actor(), StoreDraft("Rona", "rona", "Asia/Tokyo", "IDR", "id"), shop.rona)
    assert refused.value.problem.params["field"] == "timezone"
    save_store(shop.actor(), StoreDraft("Rona 2", "rona", "Asia/Jakarta", "IDR", "id"), shop.rona)
    db.session.rollback()
    assert db.session.get_one(Store, shop.rona, populate_existing=True).name == "Rona 2"
    with pytest.raises(Refused):
        save_store(shop.actor(), StoreDraft("X", "onyu", "Asia/Jakarta", "IDR", "id"), shop.rona)


def test_of_two_who_save_one_address_at_once_the_second_is_told(
    app: Flask, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both looked before either wrote: the database has the last word."""
    monkeypatch.setattr("webapp.services.accounts._check_user", lambda *_: None)
    with pytest.raises(Refused) as refused:
        save_user(shop.actor(), draft(email="owner@example.com"))
    assert (refused.value.problem.code, refused.value.problem.params["field"]) == (Code.BAD_VALUE, "email")
