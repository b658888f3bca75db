"""People and one's own profile: who may change whom, what they may see, passwords, and words for each refusal."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.admin.back_office import BackOffice, limited, of
from tests.factories import PASSWORD, Shop, count_rows, password_hash
from webapp.auth.passwords import verify_password
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.models import AuditEntry, User, UserSession
from webapp.services.accounts import UserDraft

NEW = {
    "name": "Rini Kartika",
    "email": "Rini@Example.com",
    "role": "cs",
    "warehouse_id": "0",
    "access": "all",
    "locale": "id",
}
LONG = "a long password"


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashing as it is, but of one password only, made cheaply."""

    def hash_password(password: str) -> str:
        assert not db.session().in_transaction(), "hashing takes long: no transaction may be open"
        return f"hash of {password}"

    monkeypatch.setattr("webapp.admin.people.hash_password", hash_password)
    monkeypatch.setattr("webapp.admin.profile.hash_password", hash_password)


def user_named(email: str) -> User | None:
    """The person with this address."""
    db.session.rollback()
    return db.session.scalar(select(User).where(User.email == email))


def edit(person: BackOffice, user_id: int, **changes: Any) -> Any:
    """Send the form of a person with what it shows, changed."""
    user = db.session.get(User, user_id, populate_existing=True)
    assert user is not None
    shown: dict[str, Any] = {
        "name": user.name, "email": user.email, "role": user.role, "warehouse_id": user.warehouse_id or 0,
        "access": "all" if user.all_stores else "some", "store_ids": [store.id for store in user.stores],
        "locale": user.locale, "password": "",
    }  # fmt: skip
    return person.post(f"/admin/users/edit/?id={user_id}", {**shown, **changes})


def open_sessions(user_id: int) -> int:
    """How many sign-ins of a person are open."""
    db.session.rollback()
    query = select(func.count()).where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
    return db.session.scalar(query) or 0


def test_a_person_is_added_with_what_they_may_see(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    answer = person.post("/admin/users/new/", {**NEW, "access": "some", "store_ids": [shop.onyu], "password": LONG})
    assert answer.status_code == 302
    user = user_named("rini@example.com")
    assert user is not None
    assert (user.name, user.role, user.locale, user.all_stores) == ("Rini Kartika", "cs", "id", False)
    assert [store.id for store in user.stores] == [shop.onyu]
    assert user.password_hash == f"hash of {LONG}"
    assert db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == user.id)).all() == ["user.saved"]
    page = person.page("/admin/users/")
    assert "Rini Kartika was added." in page
    assert "successfully" not in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "  "}, "This is needed."),
        ({"email": "no address"}, "This is no e-mail address."),
        ({"email": "cs@example.com"}, "Somebody else signs in with this address."),
        ({"password": ""}, "A new person needs a password."),
        ({"password": "short"}, "At least 10 characters."),
        ({"role": "provider"}, "Choose the warehouse whose orders they see."),
        ({"access": "some"}, "Tick at least one store."),
    ],
)
def test_a_refusal_stands_at_its_field_and_keeps_what_was_typed(
    app: Flask, shop: Shop, changes: dict[str, str], words: str
) -> None:
    before = count_rows(User)
    answer = of(app, shop).post("/admin/users/new/", {**NEW, "password": LONG, **changes})
    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{changes.get("email", NEW["email"])}"' in answer.text
    assert LONG not in answer.text
    assert count_rows(User) == before


def test_only_owners_touch_owners(app: Flask, shop: Shop) -> None:
    owner_id = shop.people[Role.OWNER]
    admin = of(app, shop, Role.ADMIN)
    assert f"/admin/users/edit/?id={owner_id}" not in admin.page("/admin/users/")
    assert '<option value="owner"' not in admin.page("/admin/users/new/")
    answer = edit(admin, owner_id, name="Renamed", password=LONG)
    assert answer.status_code == 422
    assert "Only owners can change owners." in answer.text
    assert admin.post("/admin/users/new/", {**NEW, "role": "owner", "password": LONG}).status_code == 422
    assert edit(admin, shop.people[Role.CS], role="owner").status_code == 422
    assert user_named("owner@example.com").name == "Owner"  # type: ignore[union-attr]

    owner = of(app, shop, Role.OWNER)
    assert edit(owner, owner_id, name="Ibu Rona").status_code == 302
    assert user_named("owner@example.com").name == "Ibu Rona"  # type: ignore[union-attr]


def test_the_last_owner_stays(app: Flask, shop: Shop) -> None:
    owner = of(app, shop, Role.OWNER)
    for changes in ({"role": "admin"}, {"archived": "y"}):
        answer = edit(owner, shop.people[Role.OWNER], **changes)
        assert answer.status_code == 422
        assert "This is the last owner." in answer.text
    assert owner.get("/admin/").status_code == 200


def test_a_new_password_ends_the_sign_ins_and_an_empty_one_keeps_the_old(app: Flask, shop: Shop) -> None:
    cs = of(app, shop, Role.CS)
    cs_id = shop.people[Role.CS]
    admin = of(app, shop)
    assert edit(admin, cs_id, name="Sari").status_code == 302
    assert cs.get("/admin/").status_code == 200
    assert user_named("cs@example.com").password_hash == password_hash()  # type: ignore[union-attr]
    assert edit(admin, cs_id, password=LONG).status_code == 302
    assert user_named("cs@example.com").password_hash == f"hash of {LONG}"  # type: ignore[union-attr]
    assert cs.get("/admin/").status_code == 302
    assert open_sessions(cs_id) == 0


def test_people_are_archived_not_deleted_and_signed_out_at_once(app: Flask, shop: Shop) -> None:
    cs, admin = of(app, shop, Role.CS), of(app, shop)
    cs_id = shop.people[Role.CS]
    assert edit(admin, cs_id, archived="y").status_code == 302
    assert cs.get("/admin/").status_code == 302
    assert "cs@example.com" not in admin.page("/admin/users/")
    assert "cs@example.com" in admin.page("/admin/users/?archived=1")
    assert edit(admin, cs_id).status_code == 302
    assert "cs@example.com" in admin.page("/admin/users/")
    rules = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("users.")}
    assert not any("delete" in rule for rule in rules)


def test_who_sees_only_some_stores_gives_only_these(app: Flask, shop: Shop) -> None:
    admin = BackOffice(app, limited(shop))
    page = admin.page("/admin/users/new/")
    assert "온유상점" in page
    assert "Rona" not in page
    assert "all stores, also later ones" not in page
    for sent in ({"access": "all"}, {"access": "some", "store_ids": [shop.rona]}):
        assert admin.post("/admin/users/new/", {**NEW, "password": LONG, **sent}).status_code == 422
    assert user_named("rini@example.com") is None
    mine = {"access": "some", "store_ids": [shop.onyu]}
    assert admin.post("/admin/users/new/", {**NEW, "password": LONG, **mine}).status_code == 302
    assert edit(admin, shop.people[Role.CS], name="Mine now").status_code == 404
    assert "rini@example.com" in admin.page("/admin/users/")


def test_the_service_holds_that_line_by_itself(app: Flask, shop: Shop) -> None:
    from webapp.domain.errors import Refused  # noqa: PLC0415
    from webapp.services.accounts import save_user  # noqa: PLC0415
    from webapp.services.identities import actor_of  # noqa: PLC0415

    admin = db.session.get(User, limited(shop))
    assert admin is not None
    actor = actor_of(db.session(), admin)
    wide = UserDraft("wide@example.com", "Wide", Role.VIEWER, password_hash="x")
    with pytest.raises(Refused):
        save_user(actor, wide)
    with pytest.raises(Refused):
        save_user(
            actor,
            UserDraft("cs@example.com", "Cs", Role.CS, all_stores=False, store_ids=(shop.onyu,)),
            shop.people[Role.CS],
        )
    assert user_named("wide@example.com") is None
    assert user_named("cs@example.com").all_stores  # type: ignore[union-attr]


def test_search_finds_people_by_name_and_address(app: Flask, shop: Shop) -> None:
    admin = of(app, shop)
    page = admin.page("/admin/users/?search=VIEW")
    assert "viewer@example.com" in page
    assert "cs@example.com" not in page
    assert "Nobody matches" in admin.page("/admin/users/?search=zzz")
    assert admin.get("/admin/users/?search=%25%00&sort=9&page=-3").status_code < 500


@pytest.mark.parametrize("wrong", ["", "abc", "-1", "999999", str(2**70)])
def test_absurd_ids_are_not_found(app: Flask, shop: Shop, wrong: str) -> None:
    assert of(app, shop).get(f"/admin/users/edit/?id={wrong}").status_code == 404


def test_the_list_needs_few_statements_however_many_people(app: Flask, shop: Shop, statements: list[str]) -> None:
    admin = of(app, shop)
    statements.clear()
    admin.page("/admin/users/")
    asked = [s for s in statements if not s.startswith(("select pg_catalog", "show"))]
    assert len(asked) <= 3, asked


# --- Your profile ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", list(Role))
def test_everybody_has_a_profile_with_name_language_and_theme(app: Flask, shop: Shop, role: Role) -> None:
    person = of(app, shop, role)
    answer = person.post("/admin/profile/", {"name": " Sari W ", "locale": "id", "theme": "dark"})
    assert answer.status_code == 302
    page = person.page("/admin/profile/")
    assert '<html lang="id" data-bs-theme="dark">' in page
    assert 'value="Sari W"' in page
    user = user_named(f"{role.value}@example.com")
    assert user is not None
    assert (user.name, user.locale, user.role) == ("Sari W", "id", role.value)
    person.post("/admin/profile/", {"name": "Sari W", "locale": "en", "theme": "system"})
    assert '<html lang="en">' in person.page("/admin/profile/")


@pytest.mark.parametrize("changes", [{"name": ""}, {"locale": "xx"}, {"theme": "pink"}])
def test_a_profile_takes_only_what_there_is(app: Flask, shop: Shop, changes: dict[str, str]) -> None:
    data = {"name": "Sari", "locale": "id", "theme": "dark", **changes}
    assert of(app, shop).post("/admin/profile/", data).status_code == 422
    user = user_named("admin@example.com")
    assert user is not None
    assert (user.name, user.locale) == ("Admin", "en")


def test_nobody_gives_themselves_a_role_or_stores(app: Flask, shop: Shop) -> None:
    person = BackOffice(app, limited(shop, Role.CS))
    data = {"name": "x", "locale": "id", "theme": "", "role": "owner", "all_stores": "1", "email": "a@b.co"}
    person.post("/admin/profile/", {**data, "theme": "light"})
    user = user_named("cs@onyu.example")
    assert user is not None
    assert (user.role, user.all_stores) == ("cs", False)


def test_the_password_is_changed_by_who_knows_it_and_ends_the_other_sign_ins(app: Flask, shop: Shop) -> None:
    here, elsewhere = of(app, shop, Role.CS), of(app, shop, Role.CS)
    sent = {"old": "not it", "new": LONG, "again": LONG}
    assert "This is not your password." in here.post("/admin/profile/password", sent).text
    sent["old"] = PASSWORD
    assert "The two new passwords differ." in here.post("/admin/profile/password", {**sent, "again": "x"}).text
    short = here.post("/admin/profile/password", {**sent, "new": "short", "again": "short"})
    assert "At least 10 characters." in short.text
    user = user_named("cs@example.com")
    assert user is not None
    assert verify_password(user.password_hash, PASSWORD)
    assert elsewhere.get("/admin/").status_code == 200

    assert here.post("/admin/profile/password", sent).status_code == 302
    assert here.get("/admin/").status_code == 200
    assert elsewhere.get("/admin/").status_code == 302
    assert user_named("cs@example.com").password_hash == f"hash of {LONG}"  # type: ignore[union-attr]
