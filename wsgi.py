"""The application for a WSGI server other than the one that `lapak web` starts."""

from __future__ import annotations

from webapp.app import create_app
from webapp.settings import Settings

app = create_app(Settings.from_env())
