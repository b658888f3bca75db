"""What happens again and again: due times in the database, moved by compare-and-set, so that two schedulers do no harm.

A missed time runs once, not as often as it was missed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select, update

from webapp import clock
from webapp.domain.actors import SYSTEM
from webapp.extensions import db
from webapp.models import Schedule
from webapp.services.unit_of_work import end_reading, unit_of_work


def ensure_schedules(rules: Mapping[str, timedelta]) -> None:
    """Write the schedules that are not there yet, due now; a changed interval is taken over."""
    known = {row.name: row.rule for row in db.session.execute(select(Schedule.name, Schedule.rule))}
    end_reading()
    wanted = {name: f"every {every.total_seconds():g}s" for name, every in rules.items()}
    if known == wanted:
        return
    with unit_of_work(SYSTEM) as work:
        for name, rule in wanted.items():
            if name not in known:
                work.session.add(Schedule(name=name, rule=rule, timezone="UTC", next_due_at=work.now, enabled=True))
            elif known[name] != rule:
                work.session.execute(update(Schedule).where(Schedule.name == name).values(rule=rule))


def due_names(now: datetime | None = None) -> list[tuple[str, datetime]]:
    """The schedules whose time has come, with the time that was seen."""
    now = now or clock.now()
    due = select(Schedule.name, Schedule.next_due_at).where(Schedule.enabled, Schedule.next_due_at <= now)
    rows = [(row.name, row.next_due_at) for row in db.session.execute(due)]
    end_reading()
    return rows


def claim(name: str, seen: datetime, every: timedelta) -> bool:
    """Take one due time of a schedule; False when another scheduler was quicker."""
    with unit_of_work(SYSTEM) as work:
        moved = update(Schedule).where(Schedule.name == name, Schedule.next_due_at == seen)
        result = work.session.execute(moved.values(next_due_at=work.now + every))
        return bool(result.rowcount)  # type: ignore[attr-defined]


def run_due(rules: Mapping[str, tuple[timedelta, Callable[[], object]]], now: datetime | None = None) -> list[str]:
    """Do whatever is due, each once however many schedulers run; return what was done."""
    done = []
    for name, seen in due_names(now):
        if name in rules and claim(name, seen, rules[name][0]):
            rules[name][1]()
            done.append(name)
    return done
