"""`lapak orders`: what the upload page and the download do, on the command line."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import click
from flask import Flask

from webapp import formats
from webapp.commands.export import export
from webapp.commands.running import act_as, application
from webapp.domain.actors import Actor
from webapp.domain.errors import Refused
from webapp.extensions import db
from webapp.models import Job, JobState
from webapp.services.files import receive
from webapp.services.importing.status_upload import start_status_upload
from webapp.services.job_leases import ACTIVE
from webapp.services.jobs import cancel_job, confirm_job, result_rows, run_job
from webapp.services.unit_of_work import end_reading
from webapp.spreadsheets import UnreadableFile
from webapp.spreadsheets.writing import write_csv


@click.group()
def orders() -> None:
    """Change orders from files, and write them into files."""


orders.add_command(export)


@orders.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="Only say what would happen; change nothing.")
@click.option("--as", "email", metavar="EMAIL", help="Act as this person, with their rights. Else as the system.")
@click.option("--result", type=click.Path(dir_okay=False, path_type=Path), help="Write every row with its outcome.")
def status(file: Path, check: bool, email: str | None, result: Path | None) -> None:
    """Set the statuses that FILE (CSV or XLSX) names, row by row; a row that fails leaves the others alone."""
    if result is not None and not result.absolute().parent.is_dir():
        raise click.BadParameter(f"there is no folder {result.absolute().parent}", param_hint="--result")
    with application() as app:
        actor = act_as(email)
        try:
            job = _checked(app, actor, file)
        except Refused as refused:
            _give_up(refused.problem.code, refused.problem.params)
        except UnreadableFile as unreadable:
            _give_up(unreadable.code, unreadable.params)
        if job.state == JobState.FAILED:
            _give_up(job.error_code or "", job.error_params or {})
        preview = job.preview or {}
        if check:
            for failure in preview["failures"]:
                text = formats.problem_text((failure["code"], failure["params"]))
                click.echo(f"row {failure['row']}, line {failure['line']}: {failure['code']}: {text}")
            cancel_job(actor, job.id)
            _say(preview["ok"], preview["unchanged"], preview["failed"])
            sys.exit(1 if preview["failed"] else 0)
        job = _run(app, actor, job)
        if result is not None:
            _write_result(app, job, result)
        _say(job.ok, job.unchanged, job.failed)
        sys.exit(1 if job.failed or job.state != JobState.DONE else 0)


def _give_up(code: str, params: Mapping[str, Any]) -> NoReturn:
    click.echo(formats.problem_text((code, params)), err=True)
    sys.exit(2)


def _checked(app: Flask, actor: Actor, file: Path) -> Job:
    with file.open("rb") as stream:
        stored = receive(app.extensions["storage"], stream)
    job_id = start_status_upload(actor, stored, file.name)
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


def _run(app: Flask, actor: Actor, job: Job) -> Job:
    confirm_job(actor, job.id)
    total = job.total_rows or 0
    if sys.stderr.isatty():
        with click.progressbar(length=total, label="Changing orders", file=sys.stderr) as bar:
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


def _write_result(app: Flask, job: Job, path: Path) -> None:
    rows = result_rows(db.session(), job, app.extensions["storage"], formats.problem_text)
    header = next(rows)
    with path.open("wb") as stream:
        write_csv(stream, header, rows)


def _say(ok: int, unchanged: int, failed: int) -> None:
    click.echo(f"ok {ok}, unchanged {unchanged}, failed {failed}")
