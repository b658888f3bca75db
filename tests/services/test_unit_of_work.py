"""One public call, one transaction; what must happen later is rung for only once it is committed."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, text

from tests.factories import Shop, count_rows
from webapp.domain.actors import SYSTEM
from webapp.extensions import db
from webapp.models import AuditEntry, Store
from webapp.services.unit_of_work import unit_of_work

Rung = list[tuple[str, tuple[object, ...]]]


def test_what_is_later_rings_after_the_commit(app: Flask, shop: Shop, rung: Rung) -> None:
    with unit_of_work(SYSTEM) as work:
        work.later("webapp.tasks.jobs.run", 7)
        assert rung == []
    assert rung == [("webapp.tasks.jobs.run", (7,))]


def test_a_failure_takes_everything_back_and_rings_nothing(app: Flask, shop: Shop, rung: Rung) -> None:
    def fail() -> None:
        with unit_of_work(SYSTEM) as work:
            work.session.get_one(Store, shop.rona).name = "changed"
            work.session.flush()
            work.later("webapp.tasks.jobs.run", 7)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert rung == []
    assert db.session.scalars(select(Store.name).where(Store.id == shop.rona)).one() == "Rona"


def test_nesting_is_refused(app: Flask, shop: Shop) -> None:
    with unit_of_work(SYSTEM), pytest.raises(RuntimeError, match="open already"), unit_of_work(SYSTEM):
        pass
    with unit_of_work(SYSTEM):  # and the next one may begin
        pass


def test_the_requests_reading_is_over_before_writing_begins(app: Flask, shop: Shop) -> None:
    store = db.session.get_one(Store, shop.rona)
    assert db.session().in_transaction()
    with unit_of_work(SYSTEM):
        assert not db.session().in_transaction()
    assert store.name == "Rona", "what was loaded stays usable"


def test_audit_says_who_did_what(app: Flask, shop: Shop) -> None:
    before = count_rows(AuditEntry)
    with unit_of_work(shop.actor()) as work:
        store = work.session.get_one(Store, shop.rona)
        work.audit("store.saved", store, data={"code": "rona"}, store_id=store.id)
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert count_rows(AuditEntry) == before + 1
    assert (entry.subject_type, entry.subject_id, entry.subject_label) == ("stores", shop.rona, "Rona")
    assert (entry.actor_kind, entry.actor_name) == ("person", "Admin")


@pytest.mark.parametrize(("rows", "mode"), [(1, "force_custom_plan"), (100, "auto")])
def test_the_plans_of_key_checks_are_kept_while_many_rows_are_written(
    app: Flask, shop: Shop, rows: int, mode: str
) -> None:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite plans no checks of keys")
    show = text("show plan_cache_mode")
    with unit_of_work(SYSTEM) as work:
        work.writes_many(rows)
        assert work.session.scalar(show) == mode
    with unit_of_work(SYSTEM) as work:
        assert work.session.scalar(show) == "force_custom_plan", "for one transaction only"
