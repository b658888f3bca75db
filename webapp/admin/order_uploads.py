"""`/admin/orders/import/`: a file of new orders and changes, and the page that says how its columns are read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user

from webapp.admin.base import expose
from webapp.admin.uploads import ColumnHelp, UploadView
from webapp.domain.errors import Refused
from webapp.extensions import db
from webapp.formats import channel_label, field_label, problem_text
from webapp.models import File, Job, JobKind, JobState
from webapp.services import jobs
from webapp.services.files import StoredFile
from webapp.services.importing.order_columns import AMOUNTS, COLUMNS, DAYS, HIDDEN, NAMES, PER_ORDER, SAMPLE_ROWS
from webapp.services.importing.order_mapping import LONGEST_TEMPLATE, OrderMapping, as_new_orders, likely_columns
from webapp.services.importing.order_places import Place, open_places
from webapp.services.importing.order_readings import MARKS
from webapp.services.importing.order_upload import start_order_upload
from webapp.services.importing.templates import UnknownName, names_in, of_column, parse_template

HELP: dict[str, ColumnHelp] = {
    "order_number": ColumnHelp(lazy_gettext("Our number, to change an order; empty for a new one"), "261121-7KX39TBM"),
    "store": ColumnHelp(lazy_gettext("The store's name or code"), "rona"),
    "account": ColumnHelp(lazy_gettext("The channel account: its channel or its number there"), "shopee"),
    "channel_order_id": ColumnHelp(lazy_gettext("Rows with one number are the lines of one order"), "INV-1001"),
    "ordered_at": ColumnHelp(lazy_gettext("Day, with or without a time"), "2024-11-21 09:42"),
    "buyer_name": ColumnHelp(lazy_gettext("New orders need it"), "Siti Rahmawati"),
    "buyer_phone": ColumnHelp(lazy_gettext("With or without 0, 62 or +62"), "0812-8840-1127"),
    "buyer_email": ColumnHelp(lazy_gettext("For messages to the buyer"), "siti@example.com"),
    "address": ColumnHelp(lazy_gettext("Street and house"), "Jl. Kemang Raya No. 12A"),
    "city": ColumnHelp(lazy_gettext("City or regency"), "Jakarta Selatan"),
    "province": ColumnHelp(lazy_gettext("Province"), "DKI Jakarta"),
    "postal_code": ColumnHelp(lazy_gettext("Kept as text, zeros stay"), "12730"),
    "country": ColumnHelp(lazy_gettext("Code or name"), "ID"),
    "payment_method": ColumnHelp(lazy_gettext("Empty: the order is a lead"), "bank_transfer · COD · QRIS"),
    "sku": ColumnHelp(lazy_gettext("New orders need SKU or item name"), "RB-PRG-L"),
    "item_name": ColumnHelp(lazy_gettext("Free text"), "Kemeja Batik Parang L"),
    "quantity": ColumnHelp(lazy_gettext("Whole number from 1; new orders need it"), "2"),
    "unit_price": ColumnHelp(lazy_gettext("Of one piece; 0 is fine; new orders need it"), "145.000"),
    "shipping_fee": ColumnHelp(lazy_gettext("Of the whole order"), "18.000"),
    "discount": ColumnHelp(lazy_gettext("Of the whole order"), "5.000"),
    "notes": ColumnHelp(lazy_gettext("What the buyer asks for"), "Jangan dilipat"),
}
"""Words for each column of the orders file; a test compares it with what the file may hold."""

ONE = "/<int(max=9223372036854775807):job_id>"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of our columns as the page offers it: the column of the file that is it, or the text that makes it; `assumed`
    by its name only."""

    name: str
    label: str
    holds: str
    column: str
    text: str
    sample: str
    error: str
    assumed: bool


class OrderUploadView(UploadView):
    """A file of orders: new ones, and changes of those that wait to be shipped."""

    title = lazy_gettext("Upload orders")
    hint = lazy_gettext(
        "Exports of Shopee, Tokopedia, Lazada, TikTok Shop and Smartstore are recognised."
        " Of other files you say what their columns hold."
    )
    columns = COLUMNS
    help = HELP
    sample_name = "orders"
    sample_rows = SAMPLE_ROWS

    def start(self, stored: StoredFile, name: str, media_type: str) -> int:
        """Take the stored file as a new job; its id."""
        return start_order_upload(current_user.actor, stored, name, media_type)

    @expose(f"{ONE}/mapping", methods=("GET", "POST"))
    def mapping(self, job_id: int) -> ResponseReturnValue:
        """How the columns of one file are read; sent, the file is checked anew."""
        job = jobs.get_job(db.session(), current_user.actor, job_id)
        if job is None or job.kind != JobKind.ORDER_UPLOAD:
            abort(404)
        if job.state != JobState.READY or not (job.preview or {}).get("header"):
            return redirect(self.get_url("jobs.details", job_id=job_id))
        places = open_places(db.session(), current_user.actor.scope)
        preview: dict[str, Any] = job.preview or {}
        if request.method == "GET":
            chosen = OrderMapping.from_json(preview["mapping"])
            likely: dict[str, str] = {}
            if preview.get("strangers") and "channel_order_id" not in chosen.columns:
                chosen = replace(chosen, columns=as_new_orders(chosen.columns))
                likely = {"channel_order_id": chosen.columns["channel_order_id"]}
            if not chosen.complete and not chosen.channel:
                likely |= likely_columns(preview["header"], chosen.columns, preview["samples"])
            chosen = replace(chosen, columns={**chosen.columns, **likely})
            return self._page(job, chosen, places, {}, likely)
        chosen, errors = _read(preview, places)
        if errors:
            return self._page(job, chosen, places, errors), 422
        try:
            jobs.map_job(current_user.actor, job_id, chosen, again=bool(request.form.get("again")))
        except Refused as refused:
            flash(problem_text(refused.problem), "danger")
        return redirect(self.get_url("jobs.details", job_id=job_id))

    def _page(
        self,
        job: Job,
        chosen: OrderMapping,
        places: list[Place],
        errors: dict[str, str],
        likely: Collection[str] = (),
    ) -> str:
        preview: dict[str, Any] = job.preview or {}
        header, samples = preview["header"], preview["samples"]
        known = {each["column"]: each for each in preview.get("readings", ())}
        duplicate = preview.get("duplicate")
        earlier = jobs.get_job(db.session(), current_user.actor, duplicate) if duplicate else None
        return self.render(
            "admin/uploads/mapping.html",
            job=job,
            file=db.session.get(File, job.file_id),
            stage=preview["stage"],
            remembered=preview["remembered"],
            header=header,
            samples=samples,
            choices=_choices(chosen, header, samples, errors, likely),
            accounts=_accounts(places),
            chosen=chosen,
            channel=channel_label(chosen.channel) if chosen.channel else "",
            readings=[(name, field_label(name), chosen.readings.get(name, ""), known.get(name))
                      for name in (*AMOUNTS, DAYS) if name in chosen.columns or name in known],
            days=DAYS,
            sums=[(name, field_label(name)) for name in PER_ORDER],
            duplicate=duplicate,
            earlier=earlier,
            again=bool(request.form.get("again", job.params.get("again"))),
            errors=errors,
            longest=LONGEST_TEMPLATE,
        )  # fmt: skip


def _read(preview: dict[str, Any], places: list[Place]) -> tuple[OrderMapping, dict[str, str]]:
    """What was sent, and by field what is wrong with it."""
    kept = OrderMapping.from_json(preview["mapping"])
    header: list[str] = preview["header"]
    columns: dict[str, str] = {}
    errors: dict[str, str] = {}
    for name in NAMES:
        text = request.form.get(f"text-{name}", "").strip()
        column = request.form.get(f"column-{name}", "")
        template = text or (of_column(column) if column else "")
        if not template:
            continue
        columns[name] = template
        try:
            parse_template(template, header)
        except UnknownName as unknown:
            errors[name] = _("The file has no column “%(name)s”.", name=unknown.name)
        if len(template) > LONGEST_TEMPLATE:
            errors[name] = _("Shorten this to %(max)d characters.", max=LONGEST_TEMPLATE)
    account = request.form.get("account", type=int)
    if account is not None and account not in {place.account_id for place in places}:
        errors["account_id"] = _("Choose whose orders these are.")
    readings = {
        name: way
        for name in (*AMOUNTS, DAYS)
        if (way := request.form.get(f"reading-{name}", "")) in (("dmy", "mdy") if name == DAYS else MARKS)
    }
    good_lines = bool(request.form.get("good_lines"))
    sums = frozenset(name for name in PER_ORDER if request.form.get(f"sum-{name}"))
    chosen = OrderMapping(columns, account, readings, kept.channel, good_lines, sums)
    if not chosen.complete:
        errors["columns"] = _missing(columns)
    elif account is None and not columns.keys() & {"store", "account"} and "buyer_name" in columns:
        errors["account_id"] = _("Choose whose orders these are.")
    return chosen, errors


def _missing(columns: dict[str, str]) -> str:
    needed = [name for name in ("buyer_name", "quantity", "unit_price") if name not in columns]
    words = [field_label(name) for name in needed]
    if not columns.keys() & {"sku", "item_name"}:
        words.append(_("SKU or item name"))
    return _("New orders also need: %(fields)s. A file that only changes orders needs the order number.",
             fields=", ".join(words))  # fmt: skip


def _choices(
    chosen: OrderMapping, header: list[str], samples: list[list[str]], errors: dict[str, str], likely: Collection[str]
) -> list[Choice]:
    made = []
    for name in NAMES:
        if name in HIDDEN and name not in chosen.columns and not chosen.channel:
            continue
        template = chosen.columns.get(name, "")
        names = names_in(template)
        whole = names[0] if len(names) == 1 and template == of_column(names[0]) and names[0] in header else ""
        sample = ""
        if template and name not in errors and samples:
            sample = parse_template(template, header).reader()([*samples[0], *[""] * len(header)])
        holds = str(HELP[name].holds) if name in HELP else _("Filled by the channel's own files")
        made.append(
            Choice(
                name,
                field_label(name),
                holds,
                whole,
                "" if whole else template,
                sample,
                errors.get(name, ""),
                name in likely,
            )
        )
    return made


def _accounts(places: list[Place]) -> list[tuple[str, list[tuple[int, str]]]]:
    """The accounts by store, as a person chooses among them."""
    stores: dict[str, list[tuple[int, str]]] = {}
    for place in places:
        words = channel_label(place.channel)
        if place.external_id:
            words = f"{words}: {place.account_name}"
        stores.setdefault(place.store_name, []).append((place.account_id, words))
    return list(stores.items())
