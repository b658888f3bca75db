"""Saved views: whose they are, who may use and change them, what they count."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.factories import Shop, count_rows, make_orders, password_hash
from webapp import clock
from webapp.domain.actors import SYSTEM, Actor
from webapp.domain.errors import Code, Refused
from webapp.domain.order_status import OrderStatus
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.models import AuditEntry, SavedView, User
from webapp.services import accounts
from webapp.services.identities import actor_of
from webapp.services.orders import saved_views
from webapp.services.orders.assign import assign_orders
from webapp.services.orders.filters import ListFilter, Sort
from webapp.services.orders.saved_views import (
    COUNTED,
    LONGEST_NAME,
    MOST_VIEWS,
    View,
    choose_default,
    count_views,
    delete_view,
    find_view,
    read_views,
    rename_view,
    replace_view,
    save_view,
    share_view,
)

COLUMNS = ("number", "total", "city")
PENDING = ListFilter(status=(OrderStatus.PENDING,), sort=Sort.OLDEST)


def views(actor: Actor) -> list[View]:
    db.session.rollback()
    return read_views(db.session(), actor)


def names(actor: Actor) -> list[str]:
    return [view.name for view in views(actor)]


def refused(code: Code, variant: str | None, call: object, *args: object, **kwargs: object) -> None:
    """The call is refused for this reason, and nothing has changed."""
    before = [tuple(row) for row in _rows()]
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)  # type: ignore[operator]
    assert (caught.value.problem.code, caught.value.problem.params.get("variant")) == (code, variant)
    assert [tuple(row) for row in _rows()] == before


def _rows() -> list[object]:
    db.session.rollback()
    kept = select(SavedView.code, SavedView.name, SavedView.query, SavedView.shared, SavedView.is_default)
    return list(db.session.execute(kept.order_by(SavedView.id)))


def test_a_view_keeps_filter_sort_and_columns(app: Flask, shop: Shop) -> None:
    sari = shop.actor(Role.CS)
    code = save_view(sari, "  Menunggu   lama ", PENDING, COLUMNS)
    (view,) = views(sari)
    assert (view.code, view.name, view.flt, view.columns) == (code, "Menunggu lama", PENDING, COLUMNS)
    assert (view.shared, view.is_default, view.owner, view.changeable) == (False, False, "", True)
    assert find_view(db.session(), sari, code) == view


def test_a_private_view_is_nobody_elses(app: Flask, shop: Shop) -> None:
    code = save_view(shop.actor(Role.CS), "Mine", PENDING, COLUMNS)
    for role in Role:
        other = shop.actor(role)
        if role is Role.CS:
            continue
        assert names(other) == []
        assert find_view(db.session(), other, code) is None
        for change in (delete_view, lambda a, c: rename_view(a, c, "Yours"), share_view):
            refused(Code.NOT_FOUND, "view", change, other, code)
        refused(Code.NOT_FOUND, "view", replace_view, other, code, ListFilter(), COLUMNS)
        refused(Code.NOT_FOUND, "view", choose_default, other, code)


def test_a_shared_view_is_used_by_all_and_changed_by_owner_and_admins(app: Flask, shop: Shop) -> None:
    owner = shop.actor(Role.CS)
    code = save_view(owner, "Ours", PENDING, COLUMNS, shared=True)
    save_view(shop.actor(Role.WAREHOUSE), "AA first of mine", ListFilter(), COLUMNS)
    assert names(shop.actor(Role.WAREHOUSE)) == ["AA first of mine", "Ours"]
    for role in (Role.WAREHOUSE, Role.VIEWER):
        view = find_view(db.session(), shop.actor(role), code)
        assert view is not None
        assert (view.owner, view.changeable) == (owner.name, False)
        refused(Code.NO_PERMISSION, "view", rename_view, shop.actor(role), code, "Theirs")
        refused(Code.NO_PERMISSION, "view", delete_view, shop.actor(role), code)
    rename_view(shop.actor(Role.ADMIN), code, "Of the house")
    replace_view(shop.actor(Role.OWNER), code, ListFilter(tab="new"), ("number", "buyer"))
    (view,) = views(owner)
    assert (view.name, view.flt, view.columns) == ("Of the house", ListFilter(tab="new"), ("number", "buyer"))
    share_view(owner, code, shared=False)
    assert names(shop.actor(Role.VIEWER)) == []
    refused(Code.NOT_FOUND, "view", rename_view, shop.actor(Role.ADMIN), code, "Again")
    acts = [entry.action for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert [act for act in acts if act.startswith("view.")] == [
        "view.shared",
        "view.renamed",
        "view.changed",
        "view.shared",
    ]
    renamed = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "view.renamed")).one()
    assert (renamed.actor_name, renamed.data["after"]) == ("Admin", "Of the house")


def test_deleting_what_others_use_is_audited(app: Flask, shop: Shop) -> None:
    owner = shop.actor(Role.CS)
    for shared in (True, False):
        code = save_view(owner, "Mine", PENDING, COLUMNS, shared=shared)
        rename_view(owner, code, "Gone")
        rename_view(owner, code, "Gone")
        delete_view(owner, code)
    entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    acts = [(entry.action, entry.subject_label) for entry in entries if entry.action.startswith("view.")]
    assert acts == [("view.shared", "Mine"), ("view.renamed", "Gone"), ("view.deleted", "Gone")]


def test_a_fulfilment_provider_neither_shares_nor_sees_what_is_shared(app: Flask, shop: Shop) -> None:
    provider = shop.actor(Role.PROVIDER)
    shared = save_view(shop.actor(Role.CS), "VIP", PENDING, COLUMNS, shared=True)
    assert find_view(db.session(), provider, shared) is None
    refused(Code.NO_PERMISSION, "share", save_view, provider, "Theirs", PENDING, COLUMNS, shared=True)
    own = save_view(provider, "Own", PENDING, COLUMNS)
    refused(Code.NO_PERMISSION, "share", share_view, provider, own)
    assert names(provider) == ["Own"]


def test_views_of_people_who_left_are_offered_to_nobody(app: Flask, shop: Shop) -> None:
    code = save_view(shop.actor(Role.CS), "Ours", PENDING, COLUMNS, shared=True)
    with db.engine.begin() as connection:
        connection.execute(update(User).where(User.id == shop.people[Role.CS]).values(archived_at=clock.now()))
    assert find_view(db.session(), shop.actor(Role.ADMIN), code) is None


def test_one_default_at_most_and_only_of_ones_own(app: Flask, shop: Shop) -> None:
    sari, admin = shop.actor(Role.CS), shop.actor(Role.ADMIN)
    first = save_view(sari, "First", PENDING, COLUMNS, default=True)
    second = save_view(sari, "Second", ListFilter(), COLUMNS, shared=True, default=True)
    assert [view.name for view in views(sari) if view.is_default] == ["Second"]
    assert [view.is_default for view in views(admin)] == [False]  # it is another person's
    refused(Code.NOT_FOUND, "view", choose_default, admin, second)
    choose_default(sari, first)
    assert [view.name for view in views(sari) if view.is_default] == ["First"]
    choose_default(sari, None)
    assert not any(view.is_default for view in views(sari))
    choose_default(sari, first)
    delete_view(sari, first)
    assert names(sari) == ["Second"]


def test_names_are_needed_short_and_ones_own(app: Flask, shop: Shop) -> None:
    sari, admin = shop.actor(Role.CS), shop.actor(Role.ADMIN)
    code = save_view(sari, "Lebaran", PENDING, COLUMNS)
    refused(Code.MISSING_VALUE, None, save_view, sari, " \u200b ", PENDING, COLUMNS)
    refused(Code.BAD_VALUE, "view_long", save_view, sari, "x" * (LONGEST_NAME + 1), PENDING, COLUMNS)
    refused(Code.BAD_VALUE, "view_taken", save_view, sari, "LEBARAN", PENDING, COLUMNS)
    rename_view(sari, code, "LEBARAN")
    save_view(admin, "Lebaran", PENDING, COLUMNS)
    many = ListFilter(sku=tuple(f"{n:0>190}" for n in range(30)))
    refused(Code.BAD_VALUE, "view_wide", save_view, sari, "Wide", many, COLUMNS)


def test_there_is_an_end_to_views(app: Flask, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_VIEWS >= COUNTED
    monkeypatch.setattr(saved_views, "MOST_VIEWS", 2)
    sari = shop.actor(Role.CS)
    save_view(sari, "One", PENDING, COLUMNS)
    save_view(sari, "Two", PENDING, COLUMNS)
    refused(Code.BAD_VALUE, "view_many", save_view, sari, "Three", PENDING, COLUMNS)


def test_views_of_others_never_crowd_out_ones_own(app: Flask, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_views, "MOST_VIEWS", 3)
    monkeypatch.setattr(saved_views, "MOST_SHOWN", 0)
    admin, sari = shop.actor(), shop.actor(Role.CS)
    for name in ("A", "B", "C"):
        save_view(admin, name, PENDING, COLUMNS, shared=True)
    save_view(sari, "Z", PENDING, COLUMNS)
    assert names(sari) == ["Z", "A", "B"]


def test_counts_are_those_of_the_readers_own_orders(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual, 3)
    make_orders(shop.onyu_manual, 2)
    make_orders(shop.manual, 1, status=OrderStatus.CONFIRMED)
    code = save_view(shop.actor(Role.CS), "Pending", PENDING, COLUMNS, shared=True)
    draft = accounts.UserDraft(
        email="onyu@example.com", name="Onyu", role=Role.CS, locale="ko", password_hash=password_hash(),
        all_stores=False, store_ids=(shop.onyu,),
    )  # fmt: skip
    onyu = actor_of(db.session(), accounts.save_user(SYSTEM, draft))
    for actor, n in ((shop.actor(Role.ADMIN), 5), (onyu, 2)):
        counts = count_views(db.session(), actor, views(actor), clock.now(), "x@example.com")
        assert counts == {code: n}
        assert counts[code].exact


def test_me_in_a_shared_view_is_whoever_looks(app: Flask, shop: Shop) -> None:
    (order, _other) = make_orders(shop.manual, 2)
    email = db.session.scalar(select(User.email).where(User.id == shop.people[Role.CS]))
    assign_orders(shop.actor(), [order.number], email)
    code = save_view(shop.actor(Role.ADMIN), "Mine", ListFilter(assigned=("me",)), COLUMNS, shared=True)
    cs, admin = shop.actor(Role.CS), shop.actor(Role.ADMIN)
    assert count_views(db.session(), cs, views(cs), clock.now(), email or "") == {code: 1}
    assert count_views(db.session(), admin, views(admin), clock.now(), "admin@example.com") == {code: 0}


def test_a_view_survives_what_the_list_no_longer_knows(app: Flask, shop: Shop) -> None:
    sari = shop.actor(Role.CS)
    code = save_view(sari, "Old", PENDING, COLUMNS)
    with db.engine.begin() as connection:
        connection.exec_driver_sql("update saved_views set query = 'status=pending&moon=full&tab=gone'")
    db.session.rollback()
    view = find_view(db.session(), sari, code)
    assert view is not None
    assert view.flt == ListFilter(status=(OrderStatus.PENDING,))
    assert find_view(db.session(), sari, "no\0code") is None
    assert count_rows(SavedView) == 1
