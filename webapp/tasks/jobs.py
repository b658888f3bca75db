"""Jobs: one turn each time the bell rings."""

from __future__ import annotations

from flask import current_app

from webapp.services.jobs import run_job


def run(job_id: int) -> None:
    """Go on with a job for one slice of time."""
    run_job(job_id, current_app.extensions["storage"])
