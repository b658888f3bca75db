"""The five ways in which the outside world fails.

    IntegrationError
    ├── Retryable        nothing was done, it may work later   → try again with backoff, or after `retry_after` seconds
    ├── Refused          the other side said no                → settle as failed; `reason` is for the operator
    ├── Misconfigured    our address, key or certificate       → pause and tell an admin; repeating changes nothing
    ├── Unreadable       an answer the protocol has not        → keep it, settle as failed, tell a developer
    └── UnknownOutcome   it may or may not have been done      → read back, or repeat where a repeat is harmless

The texts name what happened, and never hold a password or a key.
"""

from __future__ import annotations


class IntegrationError(Exception):
    """The root of the tree; raise one of the five."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Retryable(IntegrationError):
    """Nothing was done and a later try may work. `retry_after`: seconds that the other side asked to wait."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Refused(IntegrationError):
    """The other side understood and said no; the same request will be refused again."""


class Misconfigured(IntegrationError):
    """Our own settings are wrong: an address, a key, a certificate."""


class Unreadable(IntegrationError):
    """An answer that the protocol does not allow."""


class UnknownOutcome(IntegrationError):
    """The request was sent and the answer did not come."""
