"""What the tests of commands share: the settings of their application."""

from __future__ import annotations

import pytest
from flask import Flask


@pytest.fixture
def settings_named(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of the test's application, as a shell would name them."""
    settings = app.config["SETTINGS"]
    monkeypatch.setenv("LAPAK_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("LAPAK_INSTANCE", str(settings.instance_dir))
    monkeypatch.setenv("LAPAK_LOCALE", "en")
