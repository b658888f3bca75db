"""`lapak orders`: what the upload page and the download do, on the command line."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import click
from flask import Flask

from webapp import formats
from webapp.commands.export import export
from webapp.commands.running import act_as, application
from webapp.domain.actors import Actor
from webapp.domain.channels import Channel
from webapp.domain.errors import Refused
from webapp.domain.typed_days import DAY_ORDERS
from webapp.extensions import db
from webapp.models import Job, JobState
from webapp.services.files import StoredFile, receive
from webapp.services.importing.order_columns import AMOUNTS, DAYS, NAMES, PER_ORDER
from webapp.services.importing.order_mapping import OrderMapping, as_new_orders, check_templates, likely_columns
from webapp.services.importing.order_places import open_places
from webapp.services.importing.order_preview import MAPPING
from webapp.services.importing.order_readings import MARKS
from webapp.services.importing.order_upload import start_order_upload
from webapp.services.importing.status_upload import start_status_upload
from webapp.services.importing.templates import UnknownName
from webapp.services.job_leases import ACTIVE
from webapp.services.jobs import cancel_job, confirm_job, failed_rows, result_rows, run_job
from webapp.services.totals import fold
from webapp.services.unit_of_work import end_reading
from webapp.spreadsheets import UnreadableFile
from webapp.spreadsheets.writing import write_csv

MOST_NAMED = 20
"""Refused rows that are named on the terminal where no result file is written."""


@click.group()
def orders() -> None:
    """Change orders from files, and write them into files."""


orders.add_command(export)


def uploading(command: Callable[..., None]) -> Callable[..., None]:
    """The argument and the options that every upload has."""
    for option in (
        click.option("--result", type=click.Path(dir_okay=False, path_type=Path), help="Write every row's outcome."),
        click.option(
            "--as", "email", metavar="EMAIL", help="Act as this person, with their rights. Else as the system."
        ),
        click.option("--check", is_flag=True, help="Only say what would happen; change nothing."),
        click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path)),
    ):
        command = option(command)
    return command


@orders.command()
@uploading
def status(file: Path, check: bool, email: str | None, result: Path | None) -> None:
    """Set the statuses that FILE (CSV or XLSX) names, row by row; a row that fails leaves the others alone."""
    _upload(file, check, email, result, start_status_upload, "Changing orders")


@orders.command("import")
@uploading
@click.option("--account", type=int, metavar="ID", help="The channel account that new orders belong to, by its id.")
@click.option("--store", metavar="CODE", help="The store that new orders belong to, by its code.")
@click.option("--column", "columns", multiple=True, metavar="OURS=TEXT", help="What a column of ours is made of.")
@click.option("--read", "readings", multiple=True, metavar="OURS=WAY", help="How it is read: . or , or dmy or mdy.")
@click.option("--add-up", "sums", multiple=True, type=click.Choice(PER_ORDER), help="Add up an order's rows.")
@click.option("--good-lines", is_flag=True, help="Make an order of its good lines; only the others fail.")
def import_(
    file: Path,
    check: bool,
    email: str | None,
    result: Path | None,
    account: int | None,
    store: str | None,
    columns: tuple[str, ...],
    readings: tuple[str, ...],
    sums: tuple[str, ...],
    good_lines: bool,
) -> None:
    """Make and change the orders that FILE (CSV or XLSX) holds.

    Columns are known by our names, as exports of marketplaces, or as this shape of file was read before. Else, or where
    that is wrong, --column says it: --column buyer_name="Customer {CustomerID}" --column sku={StockCode}.
    """
    chosen = _pairs(columns, NAMES, "--column")
    ways = _pairs(readings, (*AMOUNTS, DAYS), "--read")
    for name, way in ways.items():
        if way not in (DAY_ORDERS if name == DAYS else MARKS):
            raise click.BadParameter(f"{name} can't be read as {way}", param_hint="--read")

    def start(actor: Actor, stored: StoredFile, name: str) -> int:
        mapping = OrderMapping(chosen, _account(actor, account, store), ways, "", good_lines, frozenset(sums))
        return start_order_upload(actor, stored, name, mapping=mapping)

    _upload(file, check, email, result, start, "Making orders")


def _pairs(given: tuple[str, ...], names: Sequence[str], option: str) -> dict[str, str]:
    pairs = dict(each.partition("=")[::2] for each in given)
    for name in pairs:
        if name not in names:
            raise click.BadParameter(f"{name} is none of {', '.join(names)}", param_hint=option)
    return pairs


def _account(actor: Actor, account: int | None, store: str | None) -> int | None:
    """The account for new orders, if one was named and exists for `actor`."""
    places = open_places(db.session(), actor.scope)
    end_reading()
    if account is not None:
        if account not in {place.account_id for place in places}:
            raise click.BadParameter("there is no such account", param_hint="--account")
        return account
    if store is None:
        return None
    own = [p.account_id for p in places if p.store_code == store and p.channel == Channel.MANUAL]
    if not own:
        raise click.BadParameter("there is no such store", param_hint="--store")
    return own[0]


Starter = Callable[[Actor, StoredFile, str], int]
"""Takes a stored file as a new job; its id."""


def _upload(file: Path, check: bool, email: str | None, result: Path | None, start: Starter, words: str) -> None:
    if result is not None and not result.absolute().parent.is_dir():
        raise click.BadParameter(f"there is no folder {result.absolute().parent}", param_hint="--result")
    with application() as app:
        actor = act_as(email)
        try:
            job = _checked(app, actor, file, start)
        except Refused as refused:
            _give_up(refused.problem.code, refused.problem.params)
        except UnreadableFile as unreadable:
            _give_up(unreadable.code, unreadable.params)
        if job.state == JobState.FAILED:
            _give_up(job.error_code or "", job.error_params or {})
        preview = job.preview or {}
        if preview.get("stage") == MAPPING:
            _ask_for_columns(actor, job)
        _hint(preview)
        if check:
            for failure in preview["failures"]:
                text = formats.problem_text((failure["code"], failure["params"]))
                click.echo(f"row {failure['row']}, line {failure['line']}: {failure['code']}: {text}")
            cancel_job(actor, job.id)
            _say(preview["ok"], preview["unchanged"], preview["failed"])
            sys.exit(1 if preview["failed"] else 0)
        if preview.get("duplicate"):
            click.echo(f"job {preview['duplicate']} applied this very file before", err=True)
        try:
            job = _run(app, actor, job, words)
        except Refused as refused:
            _give_up(refused.problem.code, refused.problem.params)
        fold(db.engine)  # where no scheduler runs every page would add up what the file has changed
        if result is not None:
            _write_result(app, job, result)
        elif job.failed:
            _name_refused(job)
        _say(job.ok, job.unchanged, job.failed)
        sys.exit(1 if job.failed or job.state != JobState.DONE else 0)


def _ask_for_columns(actor: Actor, job: Job) -> NoReturn:
    preview = job.preview or {}
    header, known = preview["header"], preview["mapping"]["columns"]
    cancel_job(actor, job.id)
    click.echo(f"the columns are not clear: {', '.join(header)}", err=True)
    try:
        check_templates(OrderMapping.from_json(preview["mapping"]), header)
    except UnknownName as unknown:
        click.echo(f"the file has no column “{unknown.name}”", err=True)
    click.echo("say what they hold with --column, and whose orders these are with --store or --account", err=True)
    if not preview["remembered"] and (likely := likely_columns(header, known, preview["samples"])):
        click.echo(f"perhaps: {_options(likely)}", err=True)
    sys.exit(2)


def _options(columns: Mapping[str, str]) -> str:
    return " ".join(f"--column {shlex.quote(f'{name}={template}')}" for name, template in columns.items())


def _hint(preview: Mapping[str, Any]) -> None:
    """Say what looks wrong with a file as a whole, and what to do."""
    if preview.get("foreign"):
        theirs, ours = preview["foreign"], preview["currency"]
        click.echo(f"the file says {theirs} and the store sells in {ours}: amounts are not converted", err=True)
    columns = preview.get("mapping", {}).get("columns", {})
    if preview.get("strangers") and "channel_order_id" not in columns:
        moved = as_new_orders(columns)
        likely = likely_columns(preview["header"], moved, preview["samples"])
        asked = {"order_number": "", "channel_order_id": moved["channel_order_id"], **likely}
        click.echo(f"if these orders are new: {_options(asked)}", err=True)


def _give_up(code: str, params: Mapping[str, Any]) -> NoReturn:
    click.echo(formats.problem_text((code, params)), err=True)
    sys.exit(2)


def _checked(app: Flask, actor: Actor, file: Path, start: Starter) -> Job:
    with file.open("rb") as stream:
        stored = receive(app.extensions["storage"], stream)
    job_id = start(actor, stored, file.name)
    while not _go_on(app, job_id, seconds=5):
        pass
    return _job(job_id)


def _go_on(app: Flask, job_id: int, *, seconds: float) -> bool:
    """Work on the job, or wait while a running worker has it; whether it has come to an end or a stop."""
    ended = run_job(job_id, app.extensions["storage"], seconds=seconds)
    if _job(job_id).state not in ACTIVE:
        return True
    if ended:  # somebody else holds the lease
        time.sleep(0.1)
    return False


def _run(app: Flask, actor: Actor, job: Job, words: str) -> Job:
    confirm_job(actor, job.id)
    total = job.total_rows or 0
    if sys.stderr.isatty():
        with click.progressbar(length=total, label=words, file=sys.stderr) as bar:
            while not _go_on(app, job.id, seconds=1):
                job = _job(job.id)
                bar.update(job.next_row - bar.pos)
            bar.update(total - bar.pos)
        return _job(job.id)
    said = 0
    while not _go_on(app, job.id, seconds=5):
        if (done := _job(job.id).next_row) != said:
            click.echo(f"{done} of {total} rows", err=True)
            said = done
    return _job(job.id)


def _job(job_id: int) -> Job:
    job = db.session.get_one(Job, job_id, populate_existing=True)
    end_reading()
    return job


def _name_refused(job: Job) -> None:
    for row in failed_rows(db.session(), job.id, limit=MOST_NAMED):
        text = formats.problem_text((row.code or "", row.params or {}))
        click.echo(f"row {row.row_no}: {row.code}: {text}", err=True)
    if job.failed > MOST_NAMED:
        click.echo(f"and {job.failed - MOST_NAMED} more; --result FILE writes every row", err=True)


def _write_result(app: Flask, job: Job, path: Path) -> None:
    rows = result_rows(db.session(), job, app.extensions["storage"], formats.problem_text)
    header = next(rows)
    with path.open("wb") as stream:
        write_csv(stream, header, rows)


def _say(ok: int, unchanged: int, failed: int) -> None:
    click.echo(f"ok {ok}, unchanged {unchanged}, failed {failed}")
