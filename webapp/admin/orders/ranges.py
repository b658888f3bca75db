"""The list's days and its sort as links: presets that say explicit days, so that a link means the same tomorrow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from webapp.admin.orders.listing import Listing
from webapp.domain.days import DayPreset, preset_days
from webapp.domain.errors import N_
from webapp.formats.languages import translated
from webapp.services.orders.filters import Sort


@dataclass(frozen=True, slots=True)
class Choice:
    """One link of a menu."""

    label: str
    href: str
    current: bool
    icon: str = ""


_PRESETS: dict[DayPreset, str] = {
    DayPreset.TODAY: N_("Today"),
    DayPreset.YESTERDAY: N_("Yesterday"),
    DayPreset.LAST_7_DAYS: N_("Last 7 days"),
    DayPreset.LAST_30_DAYS: N_("Last 30 days"),
    DayPreset.LAST_90_DAYS: N_("Last 90 days"),
    DayPreset.THIS_MONTH: N_("This month"),
    DayPreset.LAST_MONTH: N_("Last month"),
    DayPreset.THIS_YEAR: N_("This year"),
}
_SORTS: dict[Sort, str] = {
    Sort.NEWEST: N_("Newest first"),
    Sort.OLDEST: N_("Oldest first"),
    Sort.CHANGED_LAST: N_("Last changed first"),
    Sort.CHANGED_FIRST: N_("Longest unchanged first"),
    Sort.SHIP_BY: N_("Most urgent first"),
}


def preset_choices(listing: Listing, today: date) -> list[Choice]:
    """The presets, as they lie seen from `today` in the stores' zone."""
    flt, chosen = listing.flt, []
    for preset, label in _PRESETS.items():
        first, last = preset_days(preset, today)
        current = (flt.first_day, flt.last_day) == (first, last)
        chosen.append(Choice(translated(label), listing.address(flt.moved(first_day=first, last_day=last)), current))
    return chosen


def sort_choices(listing: Listing) -> list[Choice]:
    """The sorts that this list can have."""
    flt = listing.flt
    return [Choice(sort_label(sort), listing.address(flt.moved(sort=sort)), sort is flt.sort) for sort in flt.sorts]


def sort_label(sort: Sort) -> str:
    """A sort in words."""
    return translated(_SORTS[sort])
