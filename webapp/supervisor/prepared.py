"""A quick look whether the embedded database needs any preparing; loading what could prepare it takes seconds."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from webapp.settings import Settings

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
_REVISION = re.compile(r"^revision\b[^=]*=\s*[\"']([^\"']+)", re.MULTILINE)
_DOWN_REVISION = re.compile(r"^down_revision\b[^=]*=\s*(.+)$", re.MULTILINE)


def newest_revisions(folder: Path) -> set[str]:
    """The revisions that no other builds upon, read from the migrations' text."""
    found, built_upon = set(), set()
    for path in (folder / "versions").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        found.update(_REVISION.findall(text))
        for reference in _DOWN_REVISION.findall(text):
            built_upon.update(re.findall(r"[\"']([^\"']+)[\"']", reference))
    return found - built_upon


def is_prepared(settings: Settings, *, with_orders: bool) -> bool:
    """Whether an SQLite database has the newest schema and, if asked, orders. Every doubt, and PostgreSQL, is a no."""
    path = settings.database_url.removeprefix("sqlite:///")
    if path == settings.database_url or "?" in path or not Path(path).is_file():
        return False
    try:
        with closing(sqlite3.connect(f"{Path(path).as_uri()}?mode=ro", uri=True, timeout=1)) as database:
            have = {row[0] for row in database.execute("select version_num from alembic_version")}
            orders = not with_orders or database.execute("select 1 from orders limit 1").fetchone() is not None
    except sqlite3.Error:
        return False
    return orders and bool(have) and have == newest_revisions(MIGRATIONS)
