"""The download of what the list shows: a page with choices (scripts show it as a dialog), the file, or a job for it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Response, current_app, redirect, request, send_file, stream_with_context
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp import clock
from webapp.admin.base import expose
from webapp.admin.orders.listing import count_text, listing_of
from webapp.auth import needs
from webapp.domain.days import local_day
from webapp.domain.errors import Problem
from webapp.domain.permissions import Permission
from webapp.extensions import db
from webapp.formats import problem_text
from webapp.services.exporting.choice import REPORT, REPORT_DAYS, Choice, Format, columns_for
from webapp.services.exporting.order_export import at_once, start_export
from webapp.services.exporting.order_files import MEDIA_TYPES, Download, csv_at_once, xlsx_file
from webapp.services.orders.filters import ListFilter
from webapp.services.orders.picture import Count
from webapp.services.orders.query import count_orders
from webapp.services.unit_of_work import end_reading


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an address asks for, and what could not be read in it."""

    flt: ListFilter
    choice: Choice
    problems: tuple[Problem, ...]


class DownloadPages:
    """Routes of the download; mixed into the orders' view."""

    get_url: Any
    render: Any

    @expose("/download")
    @needs(Permission.ORDERS_EXPORT)
    def download(self) -> ResponseReturnValue:
        """The page with the choices; with a format in the address the file itself, unless it is too big to wait for.

        What is not understood in the address is said instead of downloading other orders than were meant.
        """
        asked = _read(request.args.to_dict(flat=False))
        count = count_orders(db.session(), current_user.actor.scope, asked.flt)
        if asked.problems or not request.args.get("format") or not at_once(count):
            return self._choices(asked, count), 422 if asked.problems else 200
        end_reading()
        return _file(Download(current_user.actor.scope, asked.flt, asked.choice))

    @expose("/download", methods=("POST",))
    @needs(Permission.ORDERS_EXPORT)
    def start_download(self) -> ResponseReturnValue:
        """Make the file as a job, and go to the job's page."""
        asked = _read(request.form.to_dict(flat=False))
        count = count_orders(db.session(), current_user.actor.scope, asked.flt)
        if asked.problems:
            return self._choices(asked, count), 422
        job_id = start_export(current_user.actor, asked.flt, asked.choice, _name(asked.choice.format), count)
        return redirect(self.get_url("jobs.details", job_id=job_id))

    def _choices(self, asked: _Asked, count: Count) -> str:
        listing, columns = listing_of(asked.flt), columns_for(current_user.actor.scope)
        page: str = self.render(
            "admin/orders/download.html",
            choice=asked.choice,
            named=frozenset(asked.choice.named or (column.name for column in columns)),
            order_columns=[column.name for column in columns if not column.of_line],
            line_columns=[column.name for column in columns if column.of_line],
            carried=asked.flt.to_params(),
            chips=listing.chips,
            count=count,
            count_text=count_text(count),
            at_once=at_once(count),
            back=listing.address(),
            problems=[problem_text(problem) for problem in asked.problems],
            report_url=self._report_url(listing.places.timezone),
        )
        return page

    def _report_url(self, timezone: str) -> str:
        """This page for the report on the last days, whatever the list shows; the address says which days."""
        last = local_day(clock.now(), timezone)
        days = {"from": last - timedelta(days=REPORT_DAYS - 1), "to": last}
        known = {column.name for column in columns_for(current_user.actor.scope)}
        columns = ",".join(name for name in REPORT if name in known)
        url: str = self.get_url(".download", columns=columns, **days)
        return url


def _read(params: dict[str, list[str]]) -> _Asked:
    flt, unknown = ListFilter.from_params(params)
    choice, wrong = Choice.from_params(params, current_user.actor.scope)
    return _Asked(flt.seen_by(current_user.email), choice, (*unknown, *wrong))


def _name(kind: Format) -> str:
    day = local_day(clock.now(), current_app.config["SETTINGS"].timezone)
    return f"orders-{day}.{kind.value}"


def _file(download: Download) -> Response:
    kind = download.choice.format
    if kind is Format.CSV:
        pieces: Any = stream_with_context(csv_at_once(download))
        response = Response(pieces, mimetype=MEDIA_TYPES[kind])
        response.headers.set("Content-Disposition", "attachment", filename=_name(kind))
        return response
    with tempfile.TemporaryDirectory(prefix="lapak-") as folder:
        path = Path(folder) / "orders.xlsx"
        xlsx_file(path, download)
        stream = path.open("rb")  # it stays readable when its name is gone
    return send_file(stream, MEDIA_TYPES[kind], as_attachment=True, download_name=_name(kind))
