"""The list of jobs and a job's page: whose they are, how far they are, what was refused and why, what can be done."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from tests.admin.back_office import BackOffice, limited, of
from tests.admin.uploading import sent_job, work
from tests.factories import Shop, count_rows, make_orders, status_of
from webapp import clock
from webapp.admin.job_progress import progress_of
from webapp.admin.job_report import mask
from webapp.admin.jobs import PAGE
from webapp.domain.actors import SYSTEM
from webapp.domain.order_status import OrderStatus
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.models import Job, OrderHistory
from webapp.services.unit_of_work import unit_of_work


def file_of(*rows: tuple[str, ...]) -> bytes:
    """A status file with these rows of number, status and perhaps a comment."""
    text = io.StringIO()
    csv.writer(text).writerows([("order_number", "status", "comment"), *rows])
    return text.getvalue().encode()


def put(job_id: int, **columns: Any) -> None:
    """Set columns of a job."""
    with unit_of_work(SYSTEM) as unit:
        job = unit.session.get(Job, job_id)
        for name, value in columns.items():
            setattr(job, name, value)


def fresh(job_id: int) -> Job:
    """The job as it is now."""
    job = db.session.get(Job, job_id, populate_existing=True)
    assert job is not None
    return job


def done_job(app: Flask, person: BackOffice, *rows: tuple[str, ...]) -> int:
    """A file that was checked, confirmed and applied."""
    job_id = sent_job(person, file_of(*rows))
    assert work(app, job_id).state == "ready"
    person.post(f"/admin/jobs/{job_id}/confirm")
    assert work(app, job_id).state == "done"
    return job_id


# --- The list ---------------------------------------------------------------------------------------------------


def test_the_list_shows_state_counts_and_who(app: Flask, shop: Shop) -> None:
    order = make_orders(shop.manual)[0]
    person = of(app, shop, Role.CS)
    job_id = done_job(app, person, (order.number, "confirmed"), ("NOPE", "shipped"))
    page = person.page("/admin/jobs/?tab=file")
    assert f'href="/admin/jobs/{job_id}"' in page
    assert "Order statuses from status.csv" in page
    assert "Finished" in page
    assert "Cs" in page


@pytest.mark.parametrize(
    ("tab", "words"),
    [("channel", "No channel jobs yet"), ("file", "No jobs yet"), ("other", "No other jobs yet"), ("", "No jobs yet")],
)
def test_an_empty_tab_says_what_would_stand_there(app: Flask, shop: Shop, tab: str, words: str) -> None:
    assert words in of(app, shop).page(f"/admin/jobs/?tab={tab}")


def test_people_see_their_own_jobs_and_admins_everybodys(app: Flask, shop: Shop) -> None:
    job_id = sent_job(of(app, shop, Role.CS), file_of(("x", "shipped")))
    for role in (Role.OWNER, Role.ADMIN):
        assert f"/admin/jobs/{job_id}" in of(app, shop, role).page("/admin/jobs/")
    other = BackOffice(app, limited(shop, Role.CS))
    assert f"/admin/jobs/{job_id}" not in other.page("/admin/jobs/")
    for path in ("", "/progress", "/report", "/file", "/result.csv"):
        assert other.get(f"/admin/jobs/{job_id}{path}").status_code == 404
    for act in ("confirm", "cancel", "retry"):
        assert other.post(f"/admin/jobs/{job_id}/{act}").status_code == 404
    assert fresh(job_id).state == "checking"
    assert fresh(job_id).cancel_requested_at is None


def test_the_list_goes_on_by_the_last_jobs_id(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    with unit_of_work(shop.actor()) as unit:
        for n in range(PAGE + 3):
            unit.session.add(
                Job(
                    created_at=unit.now, kind="status_upload", state="canceled", params={"name": f"f{n}.csv"},
                    next_row=0, ok=0, unchanged=0, failed=0, actor_kind="person", actor_id=shop.people[Role.CS],
                    actor_name="Cs",
                )
            )  # fmt: skip
    first = person.page("/admin/jobs/")
    assert first.count("Order statuses from") == PAGE
    older = re.search(r'href="(/admin/jobs/\?tab=all&amp;before=\d+)"', first)
    assert older is not None
    second = person.page(older[1].replace("&amp;", "&"))
    assert second.count("Order statuses from") == 3
    assert "f0.csv" in second
    assert "No older jobs" in person.page("/admin/jobs/?before=1")
    for nonsense in ("before=x", "before=-1", f"before={10**30}", "tab=nope"):
        assert person.get(f"/admin/jobs/?{nonsense}").status_code == 200


# --- One job ----------------------------------------------------------------------------------------------------


def test_a_job_that_goes_on_asks_for_itself_again(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    job_id = sent_job(person, file_of(("x", "shipped")))
    page = person.page(f"/admin/jobs/{job_id}")
    assert f'hx-get="/admin/jobs/{job_id}/progress" hx-trigger="every 2s"' in page
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    assert "You can leave this page" in page
    part = person.page(f"/admin/jobs/{job_id}/progress")
    assert part.lstrip().startswith("<div")
    assert "<html" not in part

    work(app, job_id)
    for path in ("", "/progress"):
        page = person.page(f"/admin/jobs/{job_id}{path}")
        assert "hx-get" not in page
        assert "http-equiv" not in page


def test_progress_is_said_every_tenth_part_and_at_the_end(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    job_id = sent_job(person, file_of(("x", "shipped")))
    now = clock.now()
    put(job_id, state="running", total_rows=1000, started_at=now - timedelta(seconds=30))
    said = []
    for row in (0, 5, 99, 100, 104, 650, 1000):
        put(job_id, next_row=row)
        shown = re.search('data-say="([^"]*)"', person.page(f"/admin/jobs/{job_id}/progress"))
        assert shown is not None
        said.append(shown[1])
    assert said == [f"{n} percent done" for n in (0, 0, 0, 10, 10, 60, 100)]
    put(job_id, state="done", ok=990, unchanged=6, failed=4)
    assert "Finished: 990 done, 6 unchanged, 4 refused" in person.page(f"/admin/jobs/{job_id}/progress")


def test_the_time_left_follows_what_was_done(app: Flask, shop: Shop) -> None:
    job_id = sent_job(of(app, shop), file_of(("x", "shipped")))
    now = clock.now()
    put(job_id, state="running", total_rows=400, next_row=100, started_at=now - timedelta(seconds=10))
    progress = progress_of(fresh(job_id), now)
    assert (progress.percent, progress.left) == (25, 30)


def test_the_preview_shows_counts_targets_failures_and_how_the_file_was_read(app: Flask, shop: Shop) -> None:
    order, same = make_orders(shop.manual, 2)
    person = of(app, shop)
    content = (
        "Nomor Pesanan;Status;Rak;Gudang;notify\r\n"
        f"{order.number};Dikonfirmasi;1;A;ya\r\n{same.number};pending;1;A;\r\n"
        f"{order.number};shipped;2;B;\r\nNOPE-1;shipped;2;B;\r\n{same.number}x;terkirim?;2;B;\r\n"
    ).encode("utf-16")
    job_id = sent_job(person, content)
    work(app, job_id)
    page = person.page(f"/admin/jobs/{job_id}")
    text = re.sub(r"<[^>]+>", " ", page)
    text = re.sub(r"\s+", " ", text)
    assert "5 rows" in text
    assert "semicolons · UTF-16" in text
    assert "1 Will change" in text
    assert "1 Unchanged: already so" in text
    assert "3 Can't be done" in text
    assert "1 Buyers notified" in text
    assert "2 columns were not recognised and are ignored: Rak , Gudang" in text
    for code in ("duplicate_row", "not_found", "unknown_status"):
        assert f"<code>{code}</code>" in page
    assert "“terkirim?” is not a status." in text
    assert "Apply 1 change " in text


def test_a_file_with_nothing_to_do_can_only_be_discarded(app: Flask, shop: Shop) -> None:
    order = make_orders(shop.manual)[0]
    person = of(app, shop)
    job_id = sent_job(person, file_of((order.number, "pending")))
    work(app, job_id)
    page = person.page(f"/admin/jobs/{job_id}")
    assert "There is nothing to apply" in page
    assert 'id="job-apply"' not in page
    assert person.post(f"/admin/jobs/{job_id}/cancel").status_code == 302
    assert fresh(job_id).state == "canceled"
    assert "Discarded. Nothing was changed." in person.page(f"/admin/jobs/{job_id}")


def test_a_file_applied_before_is_named(app: Flask, shop: Shop) -> None:
    order = make_orders(shop.manual)[0]
    person = of(app, shop)
    first = done_job(app, person, (order.number, "confirmed"))
    again = sent_job(person, file_of((order.number, "confirmed")))
    assert work(app, again).preview["unchanged"] == 1
    page = person.page(f"/admin/jobs/{again}")
    assert "The same file was applied before." in page
    assert f'href="/admin/jobs/{first}"' in page


def test_many_orders_that_end_for_good_ask_for_typed_words(app: Flask, shop: Shop) -> None:
    orders = make_orders(shop.manual, 20)
    person = of(app, shop)
    job_id = sent_job(person, file_of(*((order.number, "canceled") for order in orders)))
    work(app, job_id)
    page = person.page(f"/admin/jobs/{job_id}")
    assert "That can't be undone." in page
    assert "Type CANCEL 20 to go on" in page
    for typed in ("", "CANCEL", "CANCEL 19"):
        person.post(f"/admin/jobs/{job_id}/confirm", {"typed": typed})
        assert fresh(job_id).state == "ready"
    person.post(f"/admin/jobs/{job_id}/confirm", {"typed": " cancel 20"})
    assert work(app, job_id).ok == 20
    assert status_of(orders[0].number) == "canceled"


def test_refused_rows_have_reasons_in_words_and_go_on_by_row(app: Flask, shop: Shop) -> None:
    orders = make_orders(shop.manual, PAGE + 2, status=OrderStatus.CLOSED)
    live = make_orders(shop.manual)[0]
    person = of(app, shop)
    rows = [(order.number, "Selesai") for order in orders] + [(live.number, "confirmed")]
    job_id = done_job(app, person, *rows)
    page = person.page(f"/admin/jobs/{job_id}")
    assert page.count("<code>transition_not_allowed</code>") == PAGE
    assert f'href="/admin/orders/{orders[0].number}"' in page
    assert "Selesai" in page
    assert f"{orders[0].number} is Closed and stays so: it can&#39;t become Completed." in page
    after = re.search(rf'href="(/admin/jobs/{job_id}\?after=\d+)#failed"', page)
    assert after is not None
    rest = person.page(after[1])
    assert rest.count("<code>transition_not_allowed</code>") == 2
    assert orders[-1].number in rest
    assert "First rows" in rest


def test_the_page_needs_few_statements(app: Flask, shop: Shop, statements: list[str]) -> None:
    person = of(app, shop)
    orders = make_orders(shop.manual, 3)
    job_id = done_job(app, person, *((order.number, "completed") for order in orders))
    for path, most in (("/admin/jobs/", 2), (f"/admin/jobs/{job_id}", 4), (f"/admin/jobs/{job_id}/progress", 4)):
        statements.clear()
        person.page(path)
        assert len([s for s in statements if not s.startswith(("select pg_catalog", "show"))]) <= most, path


# --- What can be done ---------------------------------------------------------------------------------------------


def test_the_result_file_repeats_every_row(app: Flask, shop: Shop) -> None:
    orders = make_orders(shop.manual, 2)
    person = of(app, shop)
    job_id = sent_job(
        person, file_of((orders[0].number, "confirmed", "=1+1"), (orders[1].number, "pending"), ("NOPE", "shipped"))
    )
    assert person.get(f"/admin/jobs/{job_id}/result.csv").status_code == 404
    work(app, job_id)
    person.post(f"/admin/jobs/{job_id}/confirm")
    work(app, job_id)
    answer = person.get(f"/admin/jobs/{job_id}/result.csv")
    assert answer.status_code == 200
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert "status-result.csv" in answer.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0] == ["order_number", "status", "comment", "outcome", "code", "message"]
    assert [row[3:5] for row in rows[1:]] == [["ok", ""], ["unchanged", ""], ["failed", "not_found"]]
    assert rows[1][2] == "'=1+1"
    assert rows[3][5] == "No order has the number NOPE."


def test_the_file_comes_back_as_it_was_and_is_never_shown(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    content = b"order_number,status\n<script>,x\n"
    job_id = sent_job(person, content, "evil.html")
    answer = person.get(f"/admin/jobs/{job_id}/file")
    assert answer.data == content
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_refused_rows_are_tried_again_as_a_job_of_their_own(app: Flask, shop: Shop) -> None:
    good, late = make_orders(shop.manual, 2)
    person = of(app, shop)
    job_id = done_job(app, person, (good.number, "confirmed"), (late.number, "completed"))
    answer = person.post(f"/admin/jobs/{job_id}/retry")
    again = int(answer.location.rpartition("/")[2])
    assert again != job_id
    assert work(app, again).total_rows == 1
    assert person.post(f"/admin/jobs/{again}/retry").location == f"/admin/jobs/{again}"
    assert "already further" in person.page(f"/admin/jobs/{again}")
    assert count_rows(Job) == 2


def test_a_stopped_job_keeps_what_is_done(app: Flask, shop: Shop) -> None:
    order = make_orders(shop.manual)[0]
    person = of(app, shop)
    job_id = sent_job(person, file_of((order.number, "confirmed")))
    work(app, job_id)
    person.post(f"/admin/jobs/{job_id}/confirm")
    person.post(f"/admin/jobs/{job_id}/cancel")
    assert "Stops after this batch" in person.page(f"/admin/jobs/{job_id}")
    assert work(app, job_id).state == "canceled"
    assert status_of(order.number) == "pending"
    assert "Stopped before its end." in person.page(f"/admin/jobs/{job_id}")


def test_what_is_over_is_not_done_twice(app: Flask, shop: Shop) -> None:
    order = make_orders(shop.manual)[0]
    person = of(app, shop)
    job_id = done_job(app, person, (order.number, "confirmed"))
    before = count_rows(OrderHistory)
    for act in ("confirm", "cancel"):
        assert person.post(f"/admin/jobs/{job_id}/{act}").status_code == 302
        assert "Nothing was done: this job is already further (Finished)." in person.page(f"/admin/jobs/{job_id}")
    assert fresh(job_id).state == "done"
    assert count_rows(OrderHistory) == before


def test_the_report_has_what_a_helper_needs_and_no_personal_data(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    job_id = sent_job(person, file_of(("siti@example.com", "shipped"), ("0812-8840-1127", "nonsense 081288401127")))
    work(app, job_id)
    page = person.page(f"/admin/jobs/{job_id}/report")
    for words in (f"Job: {job_id} (status_upload), state ready", "sha256", "delimiter", "row 1 (line 2): not_found"):
        assert words in page
    assert "siti@" not in page
    assert "8840" not in page
    assert "data-copy=" in page


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("261121-7KX39TBM", "261121-7KX39TBM"),
        ("write to a.b+c@example.co.id now", "write to [e-mail] now"),
        ("+62 812-8840-1127", "[number]"),
        ("JNE0012345678", "JNE[number]"),
        ("shipped", "shipped"),
    ],
)
def test_masking(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_absurd_addresses_are_not_found(app: Flask, shop: Shop) -> None:
    person = of(app, shop)
    for job in ("0", "999999", str(2**63 - 1), str(2**70), "x"):
        assert person.get(f"/admin/jobs/{job}").status_code == 404
