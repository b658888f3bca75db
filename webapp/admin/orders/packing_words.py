"""Entries of the pick and pack history in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext as _

from webapp.domain.packing import PackingStep
from webapp.formats import integer


def packing_verb(changes: Mapping[str, tuple[Any, Any]]) -> tuple[str, str] | None:
    """What was done, and its icon, when these changes of a history entry tell of picking or packing."""
    more = {step: after["count"] > before["count"] for step, (before, after) in _counts(changes)}
    if more.get(PackingStep.PACKED):
        return _("packed"), "package"
    if more.get(PackingStep.PICKED):
        return _("picked"), "hand-click"
    if PackingStep.PICKED in more:
        return _("put back"), "arrow-back-up"
    return (_("unpacked"), "package-off") if more else None


def packing_details(changes: Mapping[str, tuple[Any, Any]]) -> Iterator[str]:
    """Each count that changed, with the item that it is of."""
    for step, (before, after) in _counts(changes):
        sku = after["sku"]
        item = after["name"] + (f" ({sku})" if sku and sku != after["name"] else "")
        values = {
            "item": item,
            "before": integer(before["count"]),
            "after": integer(after["count"]),
            "all": integer(after["of"]),
        }
        if step is PackingStep.PICKED:
            yield _("Picked: %(before)s to %(after)s of %(all)s · %(item)s", **values)
        else:
            yield _("Packed: %(before)s to %(after)s of %(all)s · %(item)s", **values)


def _counts(changes: Mapping[str, tuple[Any, Any]]) -> list[tuple[PackingStep, tuple[Any, Any]]]:
    return [(step, changes[step.value]) for step in PackingStep if step.value in changes]
