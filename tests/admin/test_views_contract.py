"""One contract for every view that Flask-Admin knows. A view without a row in `CONTRACTS` fails.

Closed by default, one permission for each, a token for every form, explicit form columns that never hold status, price
or stock, a page for nothing there, nothing of other stores, and a strict policy that no page breaks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from flask_admin.model.base import BaseModelView
from werkzeug.routing import Rule

from tests.admin.back_office import BackOffice, limited, of
from tests.admin.uploading import sent_job
from tests.factories import Shop, make_orders, password_hash
from webapp.admin.base import Guarded, GuardedModelView
from webapp.domain.actors import SYSTEM
from webapp.domain.permissions import ROLE_PERMISSIONS, Permission, Role
from webapp.headers import CSP
from webapp.services.accounts import UserDraft, save_user

FORBIDDEN = frozenset(
    {
        "status", "payment_status", "acceptance", "price", "unit_price", "subtotal", "total", "discount",
        "shipping_fee", "stock", "on_hand", "reserved", "quantity", "password_hash", "totp_secret",
    }
)  # fmt: skip
"""What no form of a view may hold: it moves through acts of its own, or not at all."""


@dataclass(frozen=True)
class Contract:
    """What must hold of one view.

    `permission` opens it (None: everybody who is signed in). `empty` is an address whose list is empty in a new
    installation. `foreign` makes something of the Jakarta store and answers addresses that do not exist for people of
    the Korean one, and words that none of `pages` may show them. `pages` are looked at for the policy. `model`: its
    forms are those of a table.
    """

    permission: Permission | None
    address: str
    model: bool = False
    empty: str | None = None
    foreign: Callable[[Flask, Shop], tuple[list[str], list[str]]] | None = None
    pages: tuple[str, ...] = ()


def _orders(_app: Flask, shop: Shop) -> tuple[list[str], list[str]]:
    order = make_orders(shop.manual)[0]
    return [f"/admin/orders/{order.number}"], [order.number]


def _dashboard(app: Flask, shop: Shop) -> tuple[list[str], list[str]]:
    return [], _orders(app, shop)[1]


def _jobs(app: Flask, shop: Shop) -> tuple[list[str], list[str]]:
    job_id = sent_job(of(app, shop, Role.OWNER), b"order_number,status\nx,shipped\n", "foreign.csv")
    return [f"/admin/jobs/{job_id}", f"/admin/jobs/{job_id}/report"], ["foreign.csv"]


def _users(_app: Flask, shop: Shop) -> tuple[list[str], list[str]]:
    return [f"/admin/users/edit/?id={shop.people[Role.CS]}"], ["cs@example.com", "owner@example.com"]


def _stores(_app: Flask, shop: Shop) -> tuple[list[str], list[str]]:
    return [f"/admin/stores/edit/?id={shop.rona}"], ["Rona"]


CONTRACTS = {
    "admin": Contract(Permission.ORDERS_VIEW, "/admin/", False, "/admin/", _dashboard),
    "orders": Contract(
        Permission.ORDERS_VIEW, "/admin/orders/", True, "/admin/orders/", _orders, ("/admin/orders/new",)
    ),
    "uploads": Contract(Permission.ORDERS_IMPORT, "/admin/orders/upload/"),
    "order_uploads": Contract(Permission.ORDERS_IMPORT, "/admin/orders/import/"),
    "jobs": Contract(Permission.ORDERS_VIEW, "/admin/jobs/", False, "/admin/jobs/", _jobs),
    "users": Contract(
        Permission.USERS_MANAGE, "/admin/users/", True, "/admin/users/?archived=1", _users, ("/admin/users/new/",)
    ),
    "stores": Contract(
        Permission.SETTINGS_MANAGE, "/admin/stores/", True, "/admin/stores/", _stores, ("/admin/stores/new/",)
    ),
    "profile": Contract(None, "/admin/profile/"),
}


def views(app: Flask) -> list[Any]:
    """Every view that is registered, the start page among them."""
    found: list[Any] = app.extensions["admin"][0]._views
    return found


def view_named(app: Flask, name: str) -> Any:
    """The view with this endpoint."""
    return next(view for view in views(app) if view.endpoint == name)


def routes(app: Flask, name: str, method: str) -> Iterator[tuple[Rule, str]]:
    """Each route of a view that takes `method`, with an address that fits it."""
    fill = {"job_id": 1, "number": "261121-7KX39TBM", "kind": "csv", "filename": "x", "where": "next"}
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] == name and method in (rule.methods or ()):
            if rule.endpoint.endswith(".static"):
                continue
            yield rule, adapter.build(rule.endpoint, {arg: fill[arg] for arg in rule.arguments}, method=method)


by_view = pytest.mark.parametrize("name", sorted(CONTRACTS))
by_model_view = pytest.mark.parametrize("name", sorted(name for name, contract in CONTRACTS.items() if contract.model))
by_view_of_stores = pytest.mark.parametrize(
    "name", sorted(name for name, contract in CONTRACTS.items() if contract.foreign)
)


def test_every_view_has_a_contract(app: Flask) -> None:
    assert {view.endpoint for view in views(app)} == set(CONTRACTS)


@by_view
def test_it_is_closed_by_default(app: Flask, shop: Shop, name: str) -> None:
    view = view_named(app, name)
    assert isinstance(view, Guarded)
    assert view.permission is CONTRACTS[name].permission
    assert isinstance(view, BaseModelView) is CONTRACTS[name].model
    assert isinstance(view, GuardedModelView) is CONTRACTS[name].model
    nobody = BackOffice(app)
    for method in ("GET", "POST"):
        for rule, address in routes(app, name, method):
            answer = nobody.open(method, address)
            # A form without a token is refused before anybody asks who sent it.
            assert answer.status_code in ((302,) if method == "GET" else (302, 400)), rule
            assert method == "POST" or answer.location.startswith("/login"), rule


@by_view
@pytest.mark.parametrize("role", list(Role))
def test_only_its_permission_opens_it(app: Flask, shop: Shop, name: str, role: Role) -> None:
    contract = CONTRACTS[name]
    may = contract.permission is None or contract.permission in ROLE_PERMISSIONS[role]
    person = of(app, shop, role)
    assert person.get(contract.address).status_code == (200 if may else 403)
    if not may:
        token = person.token()
        for method in ("GET", "POST"):
            for rule, address in routes(app, name, method):
                answer = person.open(method, address, headers={"X-CSRFToken": token})
                assert answer.status_code == 403, rule
    shown = f'class="lp-nav-a" href="{contract.address}"' in person.page("/admin/profile/")
    assert shown == (may and view_named(app, name).is_visible())


@by_view
def test_every_form_needs_its_token(app: Flask, shop: Shop, name: str) -> None:
    owner = of(app, shop, Role.OWNER)
    for rule, address in routes(app, name, "POST"):
        for sent in ({}, {"csrf_token": "forged"}):
            assert owner.open("POST", address, data=sent).status_code == 400, rule


@by_model_view
def test_its_forms_have_named_columns_without_status_price_or_stock(app: Flask, shop: Shop, name: str) -> None:
    view = view_named(app, name)
    endpoints = {rule.endpoint for method in ("GET", "POST") for rule, _ in routes(app, name, method)}
    for allowed, route, method in (
        (view.can_create, "create_view", "create_model"),
        (view.can_edit, "edit_view", "update_model"),
        (view.can_delete, "delete_view", "delete_model"),
    ):
        assert (f"{name}.{route}" in endpoints) is allowed
        if allowed:
            owner = getattr(type(view), method).__qualname__.partition(".")[0]
            assert owner not in ("GuardedModelView", "ModelView", "BaseModelView"), "writes go through a service"
    assert not view.column_editable_list
    if not (view.can_create or view.can_edit):
        return
    assert view.form_columns
    assert not FORBIDDEN & set(view.form_columns)
    with app.test_request_context():
        fields = {field.name for field in view.scaffold_form()()}
    assert fields == set(view.form_columns)


@by_view
def test_nothing_there_is_said_and_what_to_do(app: Flask, name: str) -> None:
    draft = UserDraft("owner@example.com", "Owner", Role.OWNER, "en", password_hash())
    first = BackOffice(app, save_user(SYSTEM, draft).id)
    contract = CONTRACTS[name]
    page = first.page(contract.empty or contract.address)
    if contract.empty is not None:
        assert "lp-empty" in page


@by_view_of_stores
def test_what_lies_outside_a_persons_stores_does_not_exist(app: Flask, shop: Shop, name: str) -> None:
    contract = CONTRACTS[name]
    assert contract.foreign is not None
    addresses, words = contract.foreign(app, shop)
    role = Role.CS if contract.permission in ROLE_PERMISSIONS[Role.CS] else Role.ADMIN
    person, everybody = BackOffice(app, limited(shop, role)), of(app, shop, Role.OWNER)
    for address in addresses:
        assert everybody.get(address).status_code == 200, address
        assert person.get(address).status_code == 404, address
    for address in (contract.address, *contract.pages):
        page = person.page(address)
        for word in words:
            assert word not in page, (address, word)
    assert any(word in everybody.page(contract.address) for word in words)


class Strict(HTMLParser):
    """Collects what the policy forbids: styles and scripts in the page, handlers, script addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.broken: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        self.broken += [f"<{tag} {name}>" for name in names if name.startswith("on") or name == "style"]
        self.broken += [f"<{tag} {n}={v}>" for n, v in attrs if v and v.strip().lower().startswith("javascript:")]
        if tag == "style" or (tag == "script" and "src" not in names):
            self.broken.append(f"<{tag}>")
        if any(name.startswith("hx-on") for name in names) or "hx-vals" in names:
            self.broken.append(f"<{tag} htmx that evaluates>")


@by_view
def test_its_pages_keep_to_the_policy(app: Flask, shop: Shop, name: str) -> None:
    contract = CONTRACTS[name]
    addresses = contract.foreign(app, shop)[0] if contract.foreign else []
    person = of(app, shop, Role.OWNER)
    for address in (contract.address, *contract.pages, *addresses):
        answer = person.get(address)
        assert answer.status_code == 200, address
        assert answer.headers["Content-Security-Policy"] == CSP
        assert "unsafe" not in CSP
        assert "no-store" in answer.headers["Cache-Control"]
        strict = Strict()
        strict.feed(answer.text)
        assert strict.broken == [], address
