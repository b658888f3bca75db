"""Every route, for every role, about things of one's own store and of another: compared with one explicit table.

A route without a row fails: whoever adds one says here who may use it. The table is written by hand on purpose, from
the roles of the domain's description; it asks neither the views nor `ROLE_PERMISSIONS`.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest
from flask import Flask
from sqlalchemy import select

from tests.admin.back_office import BackOffice
from tests.factories import Shop, force, make_orders, password_hash
from webapp.domain.actors import SYSTEM
from webapp.domain.numbers import encode_token
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.models import Job, Order, OrderHistory
from webapp.services import accounts
from webapp.services.files import receive
from webapp.services.importing.order_upload import start_order_upload
from webapp.services.importing.status_upload import start_status_upload
from webapp.services.jobs import run_job
from webapp.services.unit_of_work import unit_of_work

OWNER, ADMIN, CS, WAREHOUSE, PROVIDER, VIEWER = Role
EVERYBODY = frozenset(Role)
RUNNERS = frozenset({OWNER, ADMIN})
SELLERS = RUNNERS | {CS}
KEEPERS = SELLERS | {WAREHOUSE}
SHIPPERS = KEEPERS | {PROVIDER}


@dataclass(frozen=True)
class Door:
    """Who may use a route. `address` and `data` may name {order}, {job}, {orders_job}, {store}, {user}, {token}.

    `foreign` is the answer about a thing of another store to somebody who may use the route (None: it is about no
    single thing); `elsewhere` are roles for whom it exists all the same. `also` are refusals of the form itself that
    are fine. `anonymous`: open to everybody.
    """

    roles: frozenset[Role] = EVERYBODY
    address: str | None = None
    data: Mapping[str, str] = field(default_factory=dict)
    foreign: int | None = None
    elsewhere: frozenset[Role] = frozenset()
    also: frozenset[int] = frozenset()
    anonymous: bool = False


def mapping_door(*also: int) -> Door:
    """The page of an orders file that waits to be mapped."""
    address = "/admin/orders/import/{orders_job}/mapping"
    return Door(SELLERS, address, foreign=404, elsewhere=RUNNERS, also=frozenset(also))


def order_door(path: str, roles: frozenset[Role], **data: str) -> Door:
    """A route of one order."""
    return Door(roles, "/admin/orders/{order}" + path, data, foreign=404, also=frozenset({422}))


def bulk_door(roles: frozenset[Role], **data: str) -> Door:
    """A bulk action: an order of another store is named as one that does not exist."""
    return Door(roles, None, {"rowid": "{order}", **data}, foreign=200)


def job_door(path: str, roles: frozenset[Role] = EVERYBODY) -> Door:
    """A route of one job: people see their own, owners and admins all."""
    return Door(roles, "/admin/jobs/{job}" + path, foreign=404, elsewhere=RUNNERS)


MATRIX: dict[tuple[str, str], Door] = {
    ("home", "GET"): Door(),
    ("static", "GET"): Door(address="/static/favicon.svg", anonymous=True),
    ("health.healthz", "GET"): Door(anonymous=True),
    ("health.readyz", "GET"): Door(also=frozenset({503}), anonymous=True),
    ("public.order", "GET"): Door(address="/o/{token}", anonymous=True),
    ("auth.sign_in", "GET"): Door(anonymous=True),
    ("auth.sign_in", "POST"): Door(also=frozenset({401}), anonymous=True),
    ("auth.sign_out", "POST"): Door(),
    ("preferences.save", "POST"): Door(data={"theme": "dark"}),
    ("admin.index", "GET"): Door(),
    ("orders.index_view", "GET"): Door(),
    ("orders.fresh", "GET"): Door(),
    ("orders.fresh_rows", "GET"): Door(),
    ("orders.columns", "GET"): Door(),
    ("orders.choose_columns", "POST"): Door(data={"shown": "total"}),
    ("orders.views", "GET"): Door(),
    ("orders.view_names", "GET"): Door(),
    ("orders.new_view", "GET"): Door(),
    ("orders.save_new_view", "POST"): Door(data={"name": "Mine"}),
    # Which views there are, and whose: test_saved_views.
    ("orders.ask_view", "GET"): Door(also=frozenset({404})),
    ("orders.change_view", "POST"): Door(data={"act": "no_default"}),
    ("orders.action_view", "POST"): bulk_door(SHIPPERS, action="change_status"),
    ("orders.change_status", "POST"): bulk_door(SHIPPERS, status="shipped"),
    ("orders.add_history", "POST"): bulk_door(KEEPERS, comment="Halo"),
    ("orders.mark_paid", "POST"): bulk_door(SELLERS),
    ("orders.assign", "POST"): bulk_door(SELLERS, assigned="me"),
    ("orders.tag", "POST"): replace(bulk_door(SELLERS, new="VIP"), also=frozenset({422})),
    ("orders.tags", "GET"): Door(SELLERS),
    ("orders.change_tags", "POST"): Door(SELLERS, data={"act": "create", "name": "VIP"}, also=frozenset({422})),
    ("orders.delete", "POST"): bulk_door(RUNNERS),
    ("orders.undo", "POST"): Door(data={"batch": "1"}),
    ("orders.changes", "GET"): Door(),
    ("orders.overview", "GET"): Door(),
    ("orders.calculate", "POST"): Door(),
    ("orders.download", "GET"): Door(),
    ("orders.start_download", "POST"): Door(),
    ("orders.matching", "GET"): Door(),
    ("orders.start_matching", "POST"): Door(RUNNERS, data={"act": "delete"}),
    ("orders.keep_selection", "POST"): Door(data={"rowid": "{order}"}, foreign=302),
    ("orders.order", "GET"): order_door("", EVERYBODY),
    ("orders.row_actions", "GET"): order_door("/actions", EVERYBODY),
    ("orders.buyer_page", "GET"): replace(order_door("/buyer", EVERYBODY), also=frozenset({404})),
    ("orders.beside", "GET"): order_door("/next", EVERYBODY),
    ("orders.whatsapp", "GET"): replace(order_door("/whatsapp", EVERYBODY), also=frozenset({404})),
    ("orders.set_status", "POST"): order_door("/status", SHIPPERS, status="shipped"),
    ("orders.write_history", "POST"): order_door("/history", KEEPERS, comment="Halo"),
    ("orders.set_paid", "POST"): order_door("/paid", SELLERS),
    ("orders.set_tracking", "POST"): order_door("/tracking", SHIPPERS, tracking_number="T-1"),
    ("orders.tick_line", "POST"): order_door(
        "/packing", RUNNERS | {WAREHOUSE, PROVIDER}, line="1", step="picked", version="1", whole="1"
    ),
    ("orders.scan", "POST"): order_door("/scan", RUNNERS | {WAREHOUSE, PROVIDER}, sku="RB-PRG-L"),
    ("orders.add_order", "GET"): Door(SELLERS),
    ("orders.add_order", "POST"): Door(SELLERS, also=frozenset({422})),
    ("orders.known_buyers", "GET"): Door(SELLERS),
    ("orders.known_items", "GET"): Door(SELLERS),
    ("orders.edit", "GET"): order_door("/edit", SELLERS),
    ("orders.edit", "POST"): order_door("/edit", SELLERS, buyer_name="Dewi"),
    ("orders.delete_one", "GET"): order_door("/delete", RUNNERS),
    ("orders.delete_one", "POST"): order_door("/delete", RUNNERS),
    ("uploads.index", "GET"): Door(SELLERS),
    ("uploads.index", "POST"): Door(SELLERS, also=frozenset({422})),
    ("uploads.sample", "GET"): Door(SELLERS, "/admin/orders/upload/sample.csv"),
    ("order_uploads.index", "GET"): Door(SELLERS),
    ("order_uploads.index", "POST"): Door(SELLERS, also=frozenset({422})),
    ("order_uploads.sample", "GET"): Door(SELLERS, "/admin/orders/import/sample.csv"),
    ("order_uploads.mapping", "GET"): mapping_door(),
    ("order_uploads.mapping", "POST"): mapping_door(422),
    ("jobs.index", "GET"): Door(),
    ("jobs.details", "GET"): job_door(""),
    ("jobs.progress", "GET"): job_door("/progress"),
    ("jobs.report", "GET"): job_door("/report"),
    ("jobs.file", "GET"): job_door("/file"),
    ("jobs.result", "GET"): job_door("/result.csv"),
    ("jobs.download", "GET"): replace(job_door("/download"), also=frozenset({404})),
    # What it needs depends on the job, as for `retry`: test_order_matching.
    ("jobs.confirm", "POST"): replace(job_door("/confirm"), also=frozenset({403})),
    ("jobs.cancel", "POST"): job_door("/cancel"),
    ("jobs.retry", "POST"): replace(job_door("/retry"), also=frozenset({403})),
    ("profile.index", "GET"): Door(),
    ("profile.index", "POST"): Door(also=frozenset({422})),
    ("profile.password", "POST"): Door(also=frozenset({422})),
    ("users.index_view", "GET"): Door(RUNNERS),
    ("users.create_view", "GET"): Door(RUNNERS),
    ("users.create_view", "POST"): Door(RUNNERS, also=frozenset({422})),
    ("users.edit_view", "GET"): Door(RUNNERS, "/admin/users/edit/?id={user}", foreign=404),
    ("users.edit_view", "POST"): Door(RUNNERS, "/admin/users/edit/?id={user}", foreign=404, also=frozenset({422})),
    ("stores.index_view", "GET"): Door(RUNNERS),
    ("stores.create_view", "GET"): Door(RUNNERS),
    ("stores.create_view", "POST"): Door(RUNNERS, also=frozenset({422})),
    ("stores.edit_view", "GET"): Door(RUNNERS, "/admin/stores/edit/?id={store}", foreign=404),
    ("stores.messages", "GET"): Door(RUNNERS, "/admin/stores/messages/?id={store}", foreign=404),
    ("stores.messages", "POST"): Door(RUNNERS, "/admin/stores/messages/?id={store}", foreign=404),
    ("stores.edit_view", "POST"): Door(RUNNERS, "/admin/stores/edit/?id={store}", foreign=404, also=frozenset({422})),
}


@pytest.fixture
def engine_kind() -> str:
    """Who may do what does not depend on the database."""
    return "sqlite"


class World:
    """A person of each role who sees only the Korean store, and things of that store and of the other one."""

    def __init__(self, app: Flask, shop: Shop) -> None:
        self.app, self.shop = app, shop
        self.user = self._person("colleague", CS)
        self._storage = app.extensions["storage"]

    def _person(self, name: str, role: Role) -> int:
        draft = accounts.UserDraft(
            email=f"{name}@onyu.example", name=name, role=role, locale="en", password_hash=password_hash(),
            all_stores=False, store_ids=(self.shop.onyu,),
            warehouse_id=self.shop.warehouse if role is PROVIDER else None,
        )  # fmt: skip
        return accounts.save_user(SYSTEM, draft).id

    def person(self, role: Role) -> tuple[int, BackOffice]:
        """The person with this role, and their browser."""
        user_id = self._person(f"limited-{role.value}", role)
        return user_id, BackOffice(self.app, user_id)

    def things(self, user_id: int | None, *, own: bool) -> Things:
        """Fresh things: of the person's own store and made by them, or of the other store and made by somebody else."""
        return Things(self, user_id, own=own)

    def make(self, name: str, user_id: int | None, *, own: bool) -> str:
        """One thing of a kind, as an address names it."""
        if name == "job":
            return str(self._job(user_id if own else self.shop.people[CS]))
        if name == "orders_job":
            return str(self._orders_job(user_id if own else self.shop.people[CS]))
        if name == "store":
            return str(self.shop.onyu if own else self.shop.rona)
        if name == "user":
            return str(self.user if own else self.shop.people[CS])
        (order,) = make_orders(self.shop.onyu_manual if own else self.shop.manual)
        force([order.id], warehouse_id=self.shop.warehouse)
        return order.number if name == "order" else encode_token(order.token)

    def _job(self, user_id: int | None) -> int:
        """A finished upload, as if this person had sent it."""
        stored = receive(self._storage, io.BytesIO(b"order_number,status\nnone,shipped\n"))
        job_id = start_status_upload(self.shop.actor(), stored, "status.csv")
        with unit_of_work(SYSTEM) as work:
            job = work.session.get_one(Job, job_id)
            job.state, job.started_at, job.finished_at = "done", work.now, work.now
            job.actor_id = user_id
        return job_id

    def _orders_job(self, user_id: int | None) -> int:
        """An orders file that waits to be told what its columns hold, as if this person had sent it."""
        job_id = start_order_upload(self.shop.actor(), receive(self._storage, io.BytesIO(b"a,b\n1,2\n")), "orders.csv")
        run_job(job_id, self._storage)
        with unit_of_work(SYSTEM) as work:
            work.session.get_one(Job, job_id).actor_id = user_id
        return job_id


class Things(dict[str, str]):
    """Things that are made when an address asks for them."""

    def __init__(self, world: World, user_id: int | None, *, own: bool) -> None:
        super().__init__()
        self._make = lambda name: world.make(name, user_id, own=own)

    def __missing__(self, name: str) -> str:
        self[name] = self._make(name)
        return self[name]


def untouched(app: Flask) -> bool:
    """Whether every order is as it was made."""
    db.session.rollback()
    statuses = set(db.session.scalars(select(Order.status)))
    entries = db.session.scalars(select(OrderHistory.seq)).all()
    return statuses <= {"pending"} and len(entries) == len(db.session.scalars(select(Order.id)).all())


def use(person: BackOffice, door: Door, rule: str, method: str, things: Things, token: str) -> int:
    """Use a route as the table says, with a good token; the status of the answer."""
    data = {name: value.format_map(things) for name, value in door.data.items()}
    if method != "GET":
        data["csrf_token"] = token
    address = (door.address or rule).format_map(things)
    return person.open(method, address, data=data).status_code


def routes(app: Flask) -> dict[tuple[str, str], str]:
    """Every route and method that the application has, with its rule."""
    return {
        (rule.endpoint, method): rule.rule
        for rule in sorted(app.url_map.iter_rules(), key=str)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_every_route_has_its_row(app: Flask) -> None:
    assert set(routes(app)) == set(MATRIX)


@pytest.mark.parametrize("role", list(Role))
def test_each_role_about_its_own_store(app: Flask, shop: Shop, role: Role) -> None:
    world, wrong = World(app, shop), []
    user_id, person = world.person(role)
    token = person.token()
    for key, rule in routes(app).items():
        door = MATRIX[key]
        if key == ("auth.sign_out", "POST"):
            continue  # it ends the session: tested below
        status = use(person, door, rule, key[1], world.things(user_id, own=True), token)
        if role in door.roles:
            if status >= 400 and status not in door.also:
                wrong.append((key, status, "should be let in"))
        elif status != 403:
            wrong.append((key, status, "should be refused"))
    assert wrong == []
    assert use(person, MATRIX["auth.sign_out", "POST"], "/logout", "POST", world.things(None, own=True), token) == 302


@pytest.mark.parametrize("role", list(Role))
def test_each_role_about_another_store(app: Flask, shop: Shop, role: Role) -> None:
    world, wrong = World(app, shop), []
    user_id, person = world.person(role)
    token = person.token()
    for key, rule in routes(app).items():
        door = MATRIX[key]
        if door.foreign is None:
            continue
        status = use(person, door, rule, key[1], world.things(user_id, own=False), token)
        if role not in door.roles:
            expected = 403
        else:
            expected = status if role in door.elsewhere and status < 400 else door.foreign
        if status != expected:
            wrong.append((key, status, expected))
    assert wrong == []
    assert untouched(app)


def test_strangers_reach_only_the_open_doors(app: Flask, shop: Shop) -> None:
    world, wrong = World(app, shop), []
    things = world.things(None, own=True)
    stranger = BackOffice(app)
    for key, rule in routes(app).items():
        door = MATRIX[key]
        answer = stranger.open(key[1], (door.address or rule).format_map(things), data={})
        sent_away = answer.status_code == 302 and answer.location.startswith("/login")
        if sent_away is door.anonymous:
            wrong.append((key, answer.status_code))
    assert wrong == []
    assert untouched(app)


def test_every_form_needs_its_token(app: Flask, shop: Shop) -> None:
    world, wrong = World(app, shop), []
    user_id, person = world.person(OWNER)
    things = world.things(user_id, own=True)
    for key, rule in routes(app).items():
        if key[1] == "GET":
            continue
        for token in ("", "forged"):
            status = use(person, MATRIX[key], rule, key[1], things, token)
            if status != 400:
                wrong.append((key, status))
    assert wrong == []
    assert untouched(app)
