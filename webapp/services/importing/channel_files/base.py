"""What is known of one marketplace's own export file, and how a file is recognised as one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from webapp.domain.channels import Channel
from webapp.domain.spelling import fold
from webapp.services.importing.templates import names_in
from webapp.spreadsheets.columns import column_key


class Standing(StrEnum):
    """Where an order of a marketplace's file stands there: only orders that were not shipped are taken."""

    UNPAID = "unpaid"
    AWAITING = "awaiting"
    """Paid, and the seller still has to accept it there."""
    TO_SHIP = "to_ship"


@dataclass(frozen=True, slots=True)
class ChannelFile:
    """A marketplace's export.

    `signature`: of each group one header must be there for the file to be this one. `columns`: for each of our columns
    the headers that may hold it, the first that is there counts; one with braces joins several (`{A} {B}`). `sums`:
    amounts that stand at each line and belong together. `fixed`: texts for all rows. `statuses`: the marketplace's
    words for orders that are taken. `explained`: the row below the header may explain the columns.
    """

    channel: Channel
    signature: tuple[tuple[str, ...], ...]
    columns: Mapping[str, tuple[str, ...]]
    statuses: Mapping[str, Standing]
    sums: frozenset[str] = frozenset()
    fixed: Mapping[str, str] | None = None
    explained: bool = False

    def fits(self, header: Sequence[str]) -> bool:
        """Whether a file with this header is this export."""
        keys = {column_key(cell) for cell in header}
        return all(any(column_key(name) in keys for name in group) for group in self.signature)

    def templates(self, header: Sequence[str]) -> dict[str, str]:
        """Our columns as templates over this header."""
        keys = {column_key(cell): cell for cell in reversed(header) if cell}
        found = dict(self.fixed or {})
        for column, choices in self.columns.items():
            for choice in choices:
                template = choice if "{" in choice else f"{{{choice}}}"
                names = names_in(template)
                if all(column_key(name) in keys for name in names):
                    for name in names:
                        template = template.replace(f"{{{name}}}", f"{{{keys[column_key(name)]}}}")
                    found[column] = template
                    break
        return found

    def standing(self, status: str) -> Standing | None:
        """Where an order with the marketplace's `status` stands, or None if such orders are not taken."""
        return self.statuses.get(fold(status).replace("_", " "))


def statuses(**words: Sequence[str]) -> dict[str, Standing]:
    """A table of statuses from `Standing` to the marketplace's words."""
    return {fold(word).replace("_", " "): Standing(standing) for standing, listed in words.items() for word in listed}


def recognise(header: Sequence[str], known: Iterable[ChannelFile]) -> ChannelFile | None:
    """The export of `known` that a file with this header is, or None."""
    return next((file for file in known if file.fits(header)), None)
