"""Column types that are the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, DateTime, Dialect, Integer, LargeBinary, Text
from sqlalchemy.dialects.postgresql import BYTEA, JSONB
from sqlalchemy.dialects.postgresql import TEXT as PG_TEXT
from sqlalchemy.types import TypeDecorator, TypeEngine

BigId = BigInteger().with_variant(Integer, "sqlite")
"""Ids and big counts: SQLite only gives automatic ids to `INTEGER`."""

Code = Text().with_variant(PG_TEXT(collation="C"), "postgresql")
"""Codes and things that are looked up by prefix: C collation keeps their indexes small and usable for ranges."""

Json = JSON().with_variant(JSONB, "postgresql")
"""Only for what is never filtered or sorted."""

Bytes = LargeBinary().with_variant(BYTEA, "postgresql")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class UtcTime(TypeDecorator[datetime]):
    """A moment: `timestamptz` on PostgreSQL, integer milliseconds on SQLite; aware UTC, cut to the millisecond.

    Two writers' text times differ in form and sort wrongly, and cursors must be exact. A naive datetime raises.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Integer milliseconds where the database has no type for a moment."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Integer())
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Python to database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime: times are aware UTC")
        value = value.astimezone(UTC)
        if dialect.name == "sqlite":
            return to_ms(value)
        return value.replace(microsecond=value.microsecond // 1000 * 1000)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Database to Python."""
        if value is None:
            return None
        return from_ms(value) if isinstance(value, int) else value.astimezone(UTC)


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970, UTC, cut."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def from_ms(ms: int) -> datetime:
    """The moment of `ms` milliseconds since 1970, UTC."""
    return _EPOCH + timedelta(milliseconds=ms)


def one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    """A check that `column` holds a code of the enum; unlike a native enum it can lose a value later."""
    listed = ", ".join(f"'{member.value}'" for member in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)
