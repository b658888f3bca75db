"""*Calculate* as a job: every order of a list, once, as a plain recount gives it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import NoReturn

import pytest
from flask import Flask
from sqlalchemy import delete, insert, update

from tests.factories import Shop, make_orders
from tests.services.at_once import at_once
from tests.services.orders.recount import Counted, compare_overview, count_all, is_listed
from webapp import clock
from webapp.domain.actors import EVERYTHING, SYSTEM, Actor, Scope
from webapp.domain.errors import Code, Refused
from webapp.domain.order_status import OrderStatus
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.models import Job, JobState, User, user_stores
from webapp.services import calculations
from webapp.services.calculations import calculate, calculated, find_calculation, looked_back_to, start_calculation
from webapp.services.job_leases import LeaseLost, take_lease
from webapp.services.jobs import cancel_job, get_job, list_jobs, run_job
from webapp.services.orders import walks
from webapp.services.orders.bulk import change_status
from webapp.services.orders.create import Buyer
from webapp.services.orders.filters import ListFilter, Sort
from webapp.services.orders.overview import Overview
from webapp.services.unit_of_work import unit_of_work

TODAY = date(2026, 11, 8)
SITI = ListFilter(q="siti")


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several steps in a short list."""
    monkeypatch.setattr(calculations, "STEP", 3)


@pytest.fixture
def orders(app: Flask, shop: Shop) -> list[str]:
    """Orders of two currencies in several statuses, some of them the provider's; their numbers."""
    made = make_orders(shop.manual, 7)
    made += make_orders(shop.manual, 3, warehouse_id=shop.warehouse, shipping_fee=0)
    made += make_orders(shop.onyu_manual, 4)
    make_orders(shop.manual, 2, buyer=Buyer("Budi Santoso"))
    numbers = [order.number for order in made]
    change_status(shop.actor(), numbers[::3], OrderStatus.SHIPPED)
    change_status(shop.actor(), numbers[1:3], OrderStatus.CANCELED)
    return numbers


def job(job_id: int) -> Job:
    """The job as the database has it now."""
    db.session.rollback()
    return db.session.get_one(Job, job_id, populate_existing=True)


def go_on(app: Flask, job_id: int, seconds: float = 0.0) -> Job:
    """Let workers take the job, each for one step only, until it has ended."""
    for _ in range(50):
        if run_job(job_id, app.extensions["storage"], seconds=seconds):
            return job(job_id)
    raise AssertionError("it never ends")


def killed(*_args: object, **_named: object) -> NoReturn:
    """A worker that dies here."""
    raise RuntimeError("killed")


def shown(actor: Actor, found: Job) -> Overview:
    overview = calculated(actor, found)
    assert overview is not None
    return overview


def listed(scope: Scope, flt: ListFilter) -> list[Counted]:
    """The orders of the list by a look at each of them."""
    db.session.rollback()
    with db.engine.connect() as connection:
        return [order for order in count_all(connection) if is_listed(order, scope, flt)]


@pytest.mark.usefixtures("orders")
@pytest.mark.parametrize("flt", [SITI, replace(SITI, tab="new"), ListFilter(courier=("jne",)), ListFilter()], ids=str)
def test_it_is_what_a_recount_gives(app: Flask, shop: Shop, flt: ListFilter) -> None:
    actor = shop.actor()
    job_id = start_calculation(actor, flt, TODAY)
    assert (job(job_id).state, calculated(actor, job(job_id))) == ("queued", None)
    done = go_on(app, job_id)
    wanted = listed(EVERYTHING, flt)
    assert (done.state, done.next_row, done.total_rows, done.ok) == ("done", len(wanted), len(wanted), len(wanted))
    overview = shown(actor, done)
    assert list(compare_overview(overview, wanted)) == []
    assert (overview.days[-1].day, len(overview.days)) == (TODAY, 14)
    assert list_jobs(db.session(), actor, "other")[0].id == job_id


@pytest.mark.usefixtures("orders")
def test_progress_is_kept_and_told(app: Flask, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walks, "FIRST_STEP", 2)
    monkeypatch.setattr(walks, "WHOLE_STEP", 4)
    job_id = start_calculation(shop.actor(), SITI, TODAY)
    seen, back = [0], clock.now()
    while not run_job(job_id, app.extensions["storage"], seconds=0.0):
        now = job(job_id)
        seen.append(now.next_row)
        looked = looked_back_to(now)
        assert looked is not None
        assert looked <= back
        back = looked
        assert shown(shop.actor(), now).orders == now.next_row
        assert not shown(shop.actor(), now).whole
    assert seen == sorted(seen)
    assert len(seen) > 3
    assert list(compare_overview(shown(shop.actor(), job(job_id)), listed(EVERYTHING, SITI))) == []


def test_orders_that_change_meanwhile_count_once(app: Flask, shop: Shop, orders: list[str]) -> None:
    job_id = start_calculation(shop.actor(), replace(SITI, sort=Sort.CHANGED_FIRST), TODAY)
    while not run_job(job_id, app.extensions["storage"], seconds=0.0):
        change_status(shop.actor(), orders, OrderStatus.CONFIRMED)
        change_status(shop.actor(), orders, OrderStatus.IN_PROCESS)
    assert shown(shop.actor(), job(job_id)).orders == len(orders)


@pytest.mark.usefixtures("orders")
def test_who_lost_the_lease_adds_nothing(app: Flask, shop: Shop) -> None:
    job_id = start_calculation(shop.actor(), SITI, TODAY)
    late = take_lease(job_id)
    assert late is not None
    assert not calculate(job(job_id), late, shop.actor(), seconds=0.0)
    asleep = job(job_id)
    db.session.expunge(asleep)
    with unit_of_work(SYSTEM) as work:
        work.session.execute(update(Job).values(leased_until=work.now - timedelta(seconds=1)))
    done = go_on(app, job_id)
    with pytest.raises(LeaseLost):
        calculate(asleep, late, shop.actor(), seconds=0.0)
    assert list(compare_overview(shown(shop.actor(), done), listed(EVERYTHING, SITI))) == []


@pytest.mark.usefixtures("orders")
def test_it_can_be_stopped(app: Flask, shop: Shop) -> None:
    actor = shop.actor()
    job_id = start_calculation(actor, SITI, TODAY)
    assert not run_job(job_id, app.extensions["storage"], seconds=0.0)
    cancel_job(actor, job_id)
    stopped = go_on(app, job_id)
    assert (stopped.state, stopped.next_row) == ("canceled", 3)
    assert find_calculation(db.session(), actor, SITI) is None


@pytest.mark.usefixtures("shop")
def test_of_no_orders_it_is_nothing(app: Flask) -> None:
    overview = shown(SYSTEM, go_on(app, start_calculation(SYSTEM, SITI, TODAY)))
    assert (overview.orders, overview.worth, overview.statuses, overview.whole) == (0, (), (), True)


@pytest.mark.usefixtures("orders")
def test_a_provider_counts_its_own_orders_and_sees_no_values(app: Flask, shop: Shop) -> None:
    provider = shop.actor(Role.PROVIDER)
    done = go_on(app, start_calculation(provider, SITI, TODAY))
    overview = shown(provider, done)
    assert (overview.orders, overview.worth) == (3, ())
    assert list(compare_overview(overview, listed(provider.scope, SITI), restricted=True)) == []


@pytest.mark.usefixtures("orders")
def test_a_person_of_one_store_counts_its_orders_and_nobody_sees_anothers_job(app: Flask, shop: Shop) -> None:
    limit(shop, shop.onyu)
    cs = shop.actor(Role.CS)
    done = go_on(app, start_calculation(cs, SITI, TODAY))
    assert list(compare_overview(shown(cs, done), listed(cs.scope, SITI))) == []
    assert shown(cs, done).orders == 4
    assert get_job(db.session(), shop.actor(Role.PROVIDER), done.id) is None
    theirs = start_calculation(shop.actor(), SITI, TODAY)
    assert get_job(db.session(), cs, theirs) is None
    assert find_calculation(db.session(), cs, SITI) is not None
    limit(shop, shop.rona)
    assert calculated(shop.actor(Role.CS), job(done.id)) is None, "what is of other stores now is not shown"
    assert calculated(shop.actor(), job(done.id)) is not None, "who sees everything sees it"


@pytest.mark.usefixtures("orders")
def test_whose_stores_change_meanwhile_is_counted_anew(app: Flask, shop: Shop) -> None:
    job_id = start_calculation(shop.actor(Role.CS), SITI, TODAY)
    assert not run_job(job_id, app.extensions["storage"], seconds=0.0)
    limit(shop, shop.onyu)
    cs = shop.actor(Role.CS)
    assert calculated(cs, job(job_id)) is None
    done = go_on(app, job_id)
    assert (done.next_row, shown(cs, done).orders) == (4, 4)


@pytest.mark.usefixtures("orders")
def test_nothing_is_left_of_a_view_that_a_person_has_no_more(
    app: Flask, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = start_calculation(shop.actor(Role.CS), SITI, TODAY)
    assert not run_job(job_id, app.extensions["storage"], seconds=0.0)
    limit(shop, shop.onyu)
    with monkeypatch.context() as dying:
        dying.setattr(calculations, "walk_steps", killed)
        with pytest.raises(RuntimeError, match="killed"):
            run_job(job_id, app.extensions["storage"])
    with unit_of_work(SYSTEM) as work:
        work.session.execute(update(User).values(all_stores=True))
        work.session.execute(update(Job).values(leased_until=work.now - timedelta(seconds=1)))
    done = go_on(app, job_id)
    assert (done.ok, shown(shop.actor(Role.CS), done).orders) == (14, 14)


@pytest.mark.usefixtures("orders")
def test_one_that_is_not_done_is_not_begun_twice(app: Flask, shop: Shop) -> None:
    actor = shop.actor()
    job_id = start_calculation(actor, SITI, TODAY)
    assert start_calculation(actor, replace(SITI, sort=Sort.OLDEST, limit=100), TODAY) == job_id
    assert start_calculation(actor, ListFilter(q="budi"), TODAY) != job_id
    assert start_calculation(shop.actor(Role.OWNER), SITI, TODAY) != job_id
    go_on(app, job_id)
    found = find_calculation(db.session(), actor, SITI)
    assert found is not None
    assert (found.id, found.state) == (job_id, JobState.DONE)
    assert start_calculation(actor, SITI, TODAY) != job_id


def test_many_askings_at_once_begin_one(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual)
    ask = partial(start_calculation, shop.actor(), SITI, TODAY)
    assert len(set(at_once(app, *[ask] * 6))) == 1


def test_who_may_not_see_orders_calculates_none(app: Flask, shop: Shop) -> None:
    nobody = replace(shop.actor(), permissions=frozenset())
    with pytest.raises(Refused) as refused:
        start_calculation(nobody, SITI, TODAY)
    assert refused.value.problem.code is Code.NO_PERMISSION
    assert list_jobs(db.session(), SYSTEM) == []


def limit(shop: Shop, store_id: int) -> None:
    """Let the customer service see the orders of this store only."""
    with unit_of_work(SYSTEM) as work:
        work.session.execute(update(User).where(User.id == shop.people[Role.CS]).values(all_stores=False))
        work.session.execute(delete(user_stores))
        work.session.execute(insert(user_stores).values(user_id=shop.people[Role.CS], store_id=store_id))
