"""The one reader of the clock, so that every stored time has the same shape."""

from __future__ import annotations

from datetime import UTC, datetime


def cut_to_ms(moment: datetime) -> datetime:
    """The moment in UTC without what the database would not keep (below a millisecond).

    Raises ValueError for a naive datetime: it does not name a moment.
    """
    if moment.tzinfo is None:
        raise ValueError(f"a time needs its zone: {moment!r}")
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def now() -> datetime:
    """The present moment: aware, UTC, cut to the millisecond."""
    return cut_to_ms(datetime.now(UTC))
