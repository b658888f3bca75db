"""All orders that match: from the list to the job's page, and back."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask
from sqlalchemy import select

from tests.admin.back_office import BackOffice, of
from tests.admin.order_pages import LIST, said_after, words
from tests.factories import Shop, count_rows, make_orders, status_of
from webapp.domain.actors import SYSTEM
from webapp.domain.order_status import OrderStatus
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.models import Job, Order, User
from webapp.services.files import receive
from webapp.services.importing.status_upload import start_status_upload
from webapp.services.jobs import run_job
from webapp.services.unit_of_work import unit_of_work

S = OrderStatus
MATCHING = LIST + "matching"


@pytest.fixture
def engine_kind() -> str:
    """What lies below the pages is tested on both."""
    return "sqlite"


def run(app: Flask, page: str) -> None:
    """Let a worker take the job of this address."""
    while not run_job(int(page.rsplit("/", 1)[1]), app.extensions["storage"]):
        pass


def start(person: BackOffice, act: str, **fields: str) -> str:
    """Send the form of an action; the address of its job."""
    answer = person.post(MATCHING, {"act": act, **fields})
    assert answer.status_code == 302, words(answer.text)
    return answer.location


def test_the_list_leads_to_all_that_match_and_keeps_its_filters(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual, 25)
    person = of(app, shop)
    page = person.page(LIST + "?tab=new&limit=20")
    assert 'href="/admin/orders/matching?tab=new&amp;limit=20" data-match-all>Select all 25 that match' in page
    assert "data-match-all" not in person.page(LIST), "every order stands on the page"
    assert "data-match-all" not in of(app, shop, Role.VIEWER).page(LIST + "?limit=20")
    choice = words(person.page(MATCHING + "?tab=new&q=siti&store=rona"))
    assert "All 25 orders that match" in choice
    assert "Store: Rona" in choice
    assert "Search: siti" in choice
    form = person.page(MATCHING + "?tab=new&store=rona&act=change_status")
    assert '<input type="hidden" name="list-store" value="rona">' in form


def test_a_status_is_changed_after_the_exact_number_was_typed(app: Flask, shop: Shop) -> None:
    orders = make_orders(shop.manual, 101)
    (final,) = make_orders(shop.manual, 1, status=S.CLOSED)
    person = of(app, shop)
    job = start(person, "change_status", status="confirmed", **{"list-store": "rona"})
    assert "Nothing has been changed yet" in words(person.page(job))
    run(app, job)
    ready = words(person.page(job))
    assert "102 orders are on the list." in ready
    assert "Type CHANGE 102 to go on" in ready
    assert final.number in ready
    refused = said_after(person, person.post(job + "/confirm", {"typed": "CHANGE 101"}))
    assert "Nothing was changed yet: type CHANGE 102 to go on." in words(refused)
    person.post(job + "/confirm", {"typed": "change102"})
    run(app, job)
    done = person.page(job)
    assert "Refused orders" in words(done)
    assert f'href="/admin/orders/{final.number}"' in done
    assert status_of(orders[50].number) == "confirmed"
    assert "order_number,from_status,to_status,outcome,code,message" in person.page(job + "/result.csv")
    batch = re.search(r'name="batch" value="(\d+)"', done)
    assert batch is not None
    assert f'name="batch" value="{batch[1]}"' in person.page(LIST + "changes")
    undone = person.post(LIST + "undo", {"batch": batch[1]})
    run(app, undone.location)
    assert status_of(orders[50].number) == "pending"
    assert f"Undo of job {job.rsplit('/', 1)[1]}" in words(person.page(undone.location))
    assert "Undone by job" in words(person.page(job))
    again = said_after(person, person.post(LIST + "undo", {"batch": batch[1]}))
    assert "Nothing was undone: this change was undone already." in words(again)
    assert "Undo of job" in words(person.page("/admin/jobs/?tab=other"))


def test_a_list_that_has_become_empty_says_so(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    job = start(person, "change_status", status="confirmed", **{"list-status": "pending"})
    run(app, job)
    page = words(person.page(job))
    assert "0 orders are on the list." in page
    assert "There is nothing to do: none of these orders would change." in page
    assert 'id="job-apply"' not in person.page(job)


def test_a_job_that_was_stopped_shows_how_far_it_came(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual, 2)
    person = of(app, shop)
    job = start(person, "mark_paid")
    run(app, job)
    person.post(job + "/confirm")
    person.post(job + "/cancel")
    run(app, job)
    page = person.page(job)
    assert "0 of 2 orders" in words(page)
    assert 'max="100" value="0"' in page


def test_few_orders_are_confirmed_by_the_button_alone_unless_it_is_for_good(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual, 20)
    person = of(app, shop)
    job = start(person, "mark_paid")
    run(app, job)
    assert 'name="typed"' not in person.page(job)
    for act, typed in (("change_status", "CANCEL 20"), ("delete", "DELETE")):
        job = start(person, act, **({"status": "canceled"} if act == "change_status" else {}))
        run(app, job)
        assert ("Type " + typed in words(person.page(job))) is (act == "change_status")
    person.post(start(person, "add_history", comment="Halo") + "/cancel")
    job = start(person, "change_status", status="canceled")
    run(app, job)
    person.post(job + "/confirm", {"typed": "CANCEL 20"})
    run(app, job)
    page = person.page(job)
    assert "20 orders" in words(page)
    job = start(person, "delete")
    run(app, job)
    assert "Type DELETE 20 to go on" in words(person.page(job))
    person.post(job + "/confirm", {"typed": "DELETE 20"})
    run(app, job)
    assert count_rows(Order) == 0
    assert "orders/undo" not in person.page(job)


def test_what_is_missing_or_not_understood_is_said_and_starts_nothing(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual, 1)
    person = of(app, shop)
    for act, said in (
        ("change_status", "Choose the new status."),
        ("add_history", "Write a comment, or choose a status."),
        ("assign", "Choose a person, or nobody."),
        ("tag", "Choose a tag."),
    ):
        answer = person.post(MATCHING, {"act": act})
        assert (answer.status_code, said in words(answer.text)) == (422, True), act
    gone = person.post(MATCHING, {"act": "assign", "assigned": "nobody@example.com"})
    assert (gone.status_code, "nobody@example.com" in words(gone.text)) == (422, True)
    assert person.get(MATCHING + "?status=purple").status_code == 422
    assert person.post(MATCHING, {"act": "delete", "list-status": "purple"}).status_code == 422
    for act in ("burn", "undo", "status_upload"):  # the latter two are done otherwise
        assert person.post(MATCHING, {"act": act}).status_code == 400
    assert of(app, shop, Role.WAREHOUSE).post(MATCHING, {"act": "delete"}).status_code == 403
    assert db.session.scalar(select(Job.id)) is None


@pytest.mark.parametrize("act", ["assign", "tag", "add_history", "mark_paid", "delete", "change_status"])
def test_every_action_has_its_form(app: Flask, shop: Shop, act: str) -> None:
    make_orders(shop.manual, 1)
    person = of(app, shop)
    person.post(LIST + "tags", {"act": "create", "name": "VIP"})
    assert "Check these orders" in person.page(f"{MATCHING}?act={act}")
    fields = {"status": "confirmed", "comment": "Halo", "assigned": "me", "add": "vip"}
    job = start(person, act, **fields)
    run(app, job)
    assert "1 order is on the list." in words(person.page(job))


def test_jobs_of_lists_need_the_permission_of_their_act(app: Flask, shop: Shop) -> None:
    make_orders(shop.manual, 1)
    cs = of(app, shop, Role.CS)
    job = start(cs, "change_status", status="confirmed")
    run(app, job)
    assert of(app, shop, Role.WAREHOUSE).get(job).status_code == 404
    for role, answer in ((Role.VIEWER, 403), (Role.CS, 302)):
        with unit_of_work(SYSTEM) as work:
            work.session.get_one(User, shop.people[Role.CS]).role = role.value
        assert cs.post(job + "/confirm").status_code == answer


def test_an_upload_is_confirmed_only_by_who_may_upload(app: Flask, shop: Shop) -> None:
    stored = receive(app.extensions["storage"], io.BytesIO(b"order_number,status\nnone,shipped\n"))
    job_id = start_status_upload(shop.actor(Role.CS), stored, "status.csv")
    run(app, f"/{job_id}")
    cs = of(app, shop, Role.CS)
    with unit_of_work(SYSTEM) as work:
        work.session.get_one(User, shop.people[Role.CS]).role = Role.WAREHOUSE.value
    assert cs.post(f"/admin/jobs/{job_id}/confirm").status_code == 403
    assert cs.post(f"/admin/jobs/{job_id}/retry").status_code == 403
