"""What the page of a calculation shows: the overview's figures and chart, of every order of a list."""

from __future__ import annotations

from datetime import date
from typing import Any

from webapp.admin.orders.listing import listing_of
from webapp.admin.orders.overview_page import HEIGHT, WIDTH, bars, mix
from webapp.domain.actors import Actor
from webapp.models import Job, JobKind, JobState
from webapp.services.bulk_jobs.freeze import filter_of
from webapp.services.calculations import calculated, looked_back_to


def calculation_shown(actor: Actor, job: Job) -> dict[str, Any]:
    """For the template: `overview` is None until the job is done, and for somebody who may not see what it told."""
    if job.kind != JobKind.CALCULATION:
        return {}
    found = calculated(actor, job) if job.state == JobState.DONE else None
    return {
        "overview": found, "bars": bars(found) if found else [], "mix": mix(found) if found else [], "width": WIDTH,
        "height": HEIGHT, "today": date.fromisoformat(job.params["today"]), "looked_back_to": looked_back_to(job),
        "listing": listing_of(filter_of(job)),
    }  # fmt: skip
