"""What is offered is what is done: menus, bulk bar, preview, job and command line all come to the same."""

from __future__ import annotations

import io
from itertools import product
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from tests.factories import Shop, force, make_orders, status_of
from webapp.admin.orders.plans import read_selected, status_targets
from webapp.cli import main
from webapp.domain.order_acts import OrderAct, Outcome, decide, offered_targets
from webapp.domain.order_status import Acceptance, OrderStatus
from webapp.domain.permissions import Role
from webapp.extensions import db
from webapp.models import JobRow
from webapp.services.files import receive
from webapp.services.importing.status_upload import start_status_upload
from webapp.services.jobs import confirm_job, run_job
from webapp.services.orders.create import CreatedOrder, NewLine
from webapp.services.orders.facts import read_orders

S = OrderStatus
EBOOK = (NewLine("E-book", 1, 50_000, "EB-1", digital=True),)


def orders_of_every_kind(shop: Shop) -> list[CreatedOrder]:
    """One order of each status: parcels and digital, ours and a channel's, awaiting acceptance, on hold."""
    orders = []
    for status in S:
        orders += make_orders(shop.manual, status=status)
        orders += make_orders(shop.manual, status=status, lines=EBOOK)
        orders += make_orders(shop.shopee, status=status)
        orders += (held := make_orders(shop.manual, status=status))
        force([held[0].id], on_hold=True)
    waiting = make_orders(shop.shopee, status=S.PENDING)
    force([waiting[0].id], acceptance=Acceptance.AWAITING)
    return orders + waiting


@pytest.mark.parametrize("role", [Role.ADMIN, Role.WAREHOUSE, Role.VIEWER])
def test_menus_and_bulk_bar_offer_what_is_decided(app: Flask, shop: Shop, role: Role) -> None:
    orders = orders_of_every_kind(shop)
    actor = shop.actor(role)
    known = read_orders(db.session(), actor.scope, [order.id for order in orders])
    selected = read_selected(db.session(), actor, [order.number for order in orders])
    bar = {t.status: {order.number for order in t.plan.ok} for t in status_targets(selected, actor)}
    for to in S:
        decided = {
            order.facts.number
            for order in known.values()
            if decide(order.facts, OrderAct(to=to), actor).outcome is Outcome.OK
        }
        assert bar.get(to, set()) == decided
        assert {o.facts.number for o in known.values() if to in offered_targets(o.facts, actor)} == decided


def test_preview_job_and_command_line_do_what_is_decided(
    app: Flask, shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor, storage = shop.actor(), app.extensions["storage"]
    pairs = []
    for to in S:
        pairs += list(product(orders_of_every_kind(shop), [to]))
    known = read_orders(db.session(), actor.scope, [order.id for order, _ in pairs])
    decided = {o.number: decide(known[o.id].facts, OrderAct(to=to), actor) for o, to in pairs}
    data = "order_number,status\n" + "".join(f"{order.number},{to}\n" for order, to in pairs)
    path = tmp_path / "status.csv"
    path.write_text(data)
    db.session.remove()

    settings = app.config["SETTINGS"]
    for name, value in {
        "LAPAK_DATABASE_URL": settings.database_url,
        "LAPAK_INSTANCE": str(settings.instance_dir),
        "LAPAK_LOCALE": "en",
    }.items():
        monkeypatch.setenv(name, value)
    said = CliRunner().invoke(main, ["orders", "status", str(path), "--check", "--as", "admin@example.com"])
    counts = {outcome: sum(d.outcome is outcome for d in decided.values()) for outcome in Outcome}
    expected = f"ok {counts[Outcome.OK]}, unchanged {counts[Outcome.UNCHANGED]}, failed {counts[Outcome.FAILED]}"
    assert expected in said.output, said.output
    assert said.exit_code == 1

    job_id = start_status_upload(actor, receive(storage, io.BytesIO(data.encode())), "status.csv")
    run_job(job_id, storage)
    confirm_job(actor, job_id)
    while not run_job(job_id, storage):
        pass
    rows = db.session.execute(select(JobRow.cells, JobRow.outcome, JobRow.code).where(JobRow.job_id == job_id))
    done = {row.cells[0]: (row.outcome, row.code) for row in rows}
    for number, decision in decided.items():
        code = decision.problem.code.value if decision.problem else None
        assert done[number] == (decision.outcome.value, code)
        assert status_of(number) == decision.status
