"""Figures: each with its aim, whether it is met, and the settings and plans it came from; one JSON file a benchmark."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from webapp import clock

_PACKAGES = ("flask", "flask-admin", "jinja2", "sqlalchemy", "psycopg", "werkzeug")


@dataclass(frozen=True, slots=True)
class Figure:
    """One number and what it should be. `unit` `×` means a ratio of two things measured in the same run.

    `met` is None where there is nothing to meet: the number is there for orientation.
    """

    what: str
    value: float
    unit: str
    aim: str = ""
    met: bool | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)

    def line(self, name: str, engine: str) -> str:
        """The figure as one line of a terminal."""
        number = f"{self.value:,.2f}" if self.value < 100 else f"{self.value:,.0f}"
        verdict = {True: "met", False: "MISSED", None: ""}[self.met]
        told = ", ".join(f"{name} {_short(value)}" for name, value in self.detail.items())
        aim = f"aim {self.aim}" if self.aim else ""
        return f"{name:8} {engine:11} {self.what:62} {number:>9} {self.unit:5} {aim:12} {verdict:7} {told}".rstrip()


def at_most(what: str, value: float, limit: float, unit: str = "×", **detail: Any) -> Figure:
    """A figure that must not be above `limit`."""
    return Figure(what, round(value, 4), unit, f"≤ {limit:g} {unit}", value <= limit, detail)


def at_least(what: str, value: float, limit: float, unit: str = "×", **detail: Any) -> Figure:
    """A figure that must not be below `limit`."""
    return Figure(what, round(value, 4), unit, f"≥ {limit:g} {unit}", value >= limit, detail)


def for_orientation(what: str, value: float, unit: str, **detail: Any) -> Figure:
    """A figure without an aim."""
    return Figure(what, round(value, 4), unit, detail=detail)


@dataclass(slots=True)
class Result:
    """What one benchmark found on one engine. `plans` are the statements that were timed, each with its plan."""

    name: str
    engine: str
    figures: list[Figure]
    plans: dict[str, list[dict[str, Any]]]
    settings: dict[str, str] = field(default_factory=dict)

    def write(self, folder: Path, server: str) -> None:
        """Keep it as `<name>-<engine>.json`. `server` is the database's version."""
        body = asdict(self) | {
            "taken_at": clock.now().isoformat(),
            "versions": versions() | {self.engine: server},
            "machine": {
                "cores": os.cpu_count(),
                "processor": platform.machine(),
                "system": platform.system(),
                "load": [round(each, 2) for each in os.getloadavg()],
            },
        }
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(body, ensure_ascii=False, indent=1, default=str)
        (folder / f"{self.name}-{self.engine}.json").write_text(f"{text}\n", encoding="utf-8")


def versions() -> dict[str, str]:
    """Python and the packages that a figure depends on most."""
    return {"python": platform.python_version(), "sqlite library": sqlite3.sqlite_version} | {
        name: version(name) for name in _PACKAGES
    }


def _short(value: Any) -> str:
    return f"{value:,.1f}" if isinstance(value, float) else str(value)
