"""Password hashes: Argon2id with the library's present defaults."""

from __future__ import annotations

import secrets
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 10
"""Characters that a new password needs at least."""

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """A salted hash. Takes tens of milliseconds and megabytes: never call it inside a transaction."""
    return _hasher.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Whether `password` is the stored one. Takes as long when there is none, so that addresses can't be guessed."""
    try:
        return _hasher.verify(stored or _nobody(), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _nobody() -> str:
    return _hasher.hash(secrets.token_hex(16))
