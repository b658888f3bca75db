"""How to sign in to the demo data, for the start page of a terminal. Light: the supervisor reads it."""

from __future__ import annotations

DEMO_PASSWORD = "pandan-lapak"  # noqa: S105 -- demo people only; everybody may know it
"""The one password of all demo people."""

_PEOPLE = (
    ("owner@demo.lapak.test", "Owner"),
    ("admin@demo.lapak.test", "Admin"),
    ("cs@demo.lapak.test", "Customer service"),
    ("gudang@demo.lapak.test", "Warehouse"),
    ("provider@demo.lapak.test", "Fulfilment provider"),
    ("viewer@demo.lapak.test", "Viewer"),
    ("seoul@demo.lapak.test", "Customer service, Korean stores only"),
)


def demo_sign_in() -> str:
    """Lines to print below the addresses: who can sign in to the demo data, and the password of all of them."""
    width = max(len(email) for email, _ in _PEOPLE)
    lines = [f"Sign in with {_PEOPLE[0][0]}, password {DEMO_PASSWORD}", "The same password for:"]
    return "\n".join(lines + [f"  {email:{width}}  {who}" for email, who in _PEOPLE[1:]])
