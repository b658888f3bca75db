"""Sending a file of statuses as a person would, and doing its job as a worker would."""

from __future__ import annotations

import io
from typing import Any

from flask import Flask

from tests.admin.back_office import BackOffice
from webapp.extensions import db
from webapp.models import Job
from webapp.services.jobs import run_job


def send(person: BackOffice, content: bytes, name: str = "status.csv") -> Any:
    """Upload a file; the answer of the page."""
    return person.post(
        "/admin/orders/upload/", {"file": (io.BytesIO(content), name)}, content_type="multipart/form-data"
    )


def sent_job(person: BackOffice, content: bytes, name: str = "status.csv") -> int:
    """Upload a file that is taken; the id of its job."""
    response = send(person, content, name)
    assert response.status_code == 302, response.text
    return int(response.location.rpartition("/")[2])


def work(app: Flask, job_id: int) -> Job:
    """Let a worker do the job to its end or stop."""
    while not run_job(job_id, app.extensions["storage"]):
        pass
    db.session.rollback()
    job = db.session.get(Job, job_id)
    assert job is not None
    db.session.refresh(job)
    return job
