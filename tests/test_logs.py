"""Logs: one form for all, and no secrets."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import structlog
from flask import Flask
from sqlalchemy import text

from webapp import logs
from webapp.domain.numbers import encode_token
from webapp.extensions import db
from webapp.settings import Settings


@contextmanager
def production(folder: Path) -> Iterator[None]:
    """Logs as in production, on the standard error of this moment."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    environ = {"LAPAK_ENV": "production", "LAPAK_SECRET_KEY": "k" * 32, "LAPAK_INSTANCE": str(folder)}
    logs.setup(Settings.from_env(environ))
    try:
        yield
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        structlog.reset_defaults()


def test_our_lines_and_those_of_libraries_have_one_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with production(tmp_path), structlog.contextvars.bound_contextvars(request_id="r-1"):
        structlog.get_logger("webapp.test").info("job_done", job=7)
        logging.getLogger("library").warning("told %s", "so")
    ours, theirs = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert (ours["event"], ours["job"], ours["request_id"], ours["level"]) == ("job_done", 7, "r-1", "info")
    assert (theirs["event"], theirs["request_id"], theirs["logger"]) == ("told so", "r-1", "library")


def test_secrets_are_not_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with production(tmp_path):
        structlog.get_logger("webapp.test").info(
            "x", password="hunter2", csrf_token="hunter2", url="smtp://me:hunter2@mail.test:25"
        )
    text = capsys.readouterr().err
    assert "hunter2" not in text
    assert "mail.test" in text


def test_a_failure_is_told_without_what_it_was_about(
    tmp_path: Path, app: Flask, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_args: object) -> None:
        typed = "hunter2-typed"
        db.session.execute(text("select missing from nowhere where x = :typed"), {"typed": typed})

    monkeypatch.setattr("webapp.public.order_page.summary_by_token", fail)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    with production(tmp_path):
        answer = app.test_client().get(f"/o/{encode_token(b'hunter2-hunter2-')}")
    assert answer.status_code == 500
    told = capsys.readouterr().err
    lines = [json.loads(line) for line in told.splitlines()]
    (failure,) = [line for line in lines if line["level"] == "error"]
    assert failure["event"] == "request_failed", "told once, under the reference that the person sees"
    assert failure["path"] == "/o/…"
    assert failure["reference"] in answer.text
    assert "from nowhere" in told
    for secret in ("hunter2", encode_token(b"hunter2-hunter2-")):
        assert secret not in told
