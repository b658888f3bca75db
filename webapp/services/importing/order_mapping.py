"""How a file's columns become ours: guessed from its header, chosen by a person, remembered for files of this shape."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from webapp.domain.actors import Actor
from webapp.models import HeaderMapping, JobKind
from webapp.services.importing.channel_files import CHANNEL_FILES, ChannelFile, recognise
from webapp.services.importing.order_columns import AMOUNTS, BESIDE, COLUMNS, DAYS, LIKELY, NAMES, PER_ORDER, sufficient
from webapp.services.importing.templates import UnknownName, names_in, of_column, parse_template
from webapp.services.unit_of_work import UnitOfWork
from webapp.spreadsheets import UnreadableFile, match_columns
from webapp.spreadsheets.columns import column_key

LONGEST_TEMPLATE = 500


@dataclass(frozen=True, slots=True)
class OrderMapping:
    """What a person decided about a file.

    `columns`: our column to its template. `account_id`: whose orders the new ones are where the file names neither
    store nor account. `readings`: by column the decimal mark of amounts or the order of days, where the one that was
    found is wrong. `channel`: whose export the file is. `good_lines`: an order is made of its good lines. `sums`: which
    of `PER_ORDER` are added up over an order's rows, instead of being the same in each.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    account_id: int | None = None
    readings: Mapping[str, str] = field(default_factory=dict)
    channel: str = ""
    good_lines: bool = False
    sums: frozenset[str] = frozenset()

    def as_json(self) -> dict[str, Any]:
        """For the database."""
        return {
            "columns": dict(self.columns), "account_id": self.account_id, "readings": dict(self.readings),
            "channel": self.channel, "good_lines": self.good_lines, "sums": sorted(self.sums),
        }  # fmt: skip

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """What `as_json` gave, without what this version does not know."""
        columns = {name: str(template) for name, template in kept.get("columns", {}).items() if name in NAMES}
        readings = {name: str(way) for name, way in kept.get("readings", {}).items() if name in (*AMOUNTS, DAYS)}
        account = kept.get("account_id")
        sums = frozenset(kept.get("sums", ())) & frozenset(PER_ORDER)
        return cls(columns, account, readings, str(kept.get("channel", "")), bool(kept.get("good_lines")), sums)

    @property
    def file(self) -> ChannelFile | None:
        """What is known of the export that the file is."""
        return next((known for known in CHANNEL_FILES if known.channel == self.channel), None)

    @property
    def complete(self) -> bool:
        """Whether its columns are `sufficient`."""
        return sufficient(self.columns)

    def unused(self, header: Sequence[str]) -> list[str]:
        """Columns of the file that no template names."""
        used = {column_key(name) for template in self.columns.values() for name in names_in(template)}
        return [cell for cell in header if cell and column_key(cell) not in used]


@dataclass(frozen=True, slots=True)
class Guess:
    """What a header says by itself. `sure`: nobody needs to look at it first. `remembered`: a person chose it once."""

    mapping: OrderMapping
    sure: bool
    remembered: bool = False


def shape_hash(header: Sequence[str], actor: Actor) -> str:
    """The same for files with the same columns, in any order, of people who remember together.

    Who sees all stores shares what is remembered; who is limited to some remembers alone, because a mapping names an
    account and texts of whoever chose it.
    """
    keys = sorted(key for cell in header if (key := column_key(cell)))
    whose = [f"{actor.kind.value} {actor.id}", ""] if actor.scope.limited else []
    return hashlib.sha256("\n".join([*whose, *keys]).encode()).hexdigest()


def guess_mapping(session: Session, header: Sequence[str], actor: Actor) -> Guess:
    """How a file with this header was read before by `actor`, or by those who share with them, else which export it is,
    else our own names of columns."""
    kept = session.scalar(
        select(HeaderMapping.mapping).where(
            HeaderMapping.shape_hash == shape_hash(header, actor), HeaderMapping.upload == JobKind.ORDER_UPLOAD.value
        )
    )
    if kept is not None:
        return Guess(OrderMapping.from_json(kept), sure=True, remembered=True)
    if (file := recognise(header, CHANNEL_FILES)) is not None:
        mapping = OrderMapping(file.templates(header), channel=file.channel.value)
        return Guess(mapping, sure=mapping.complete)
    return _by_names(header)


def _by_names(header: Sequence[str]) -> Guess:
    sure = True
    try:
        places = match_columns(header, COLUMNS).places
    except UnreadableFile:  # two columns mean the same one: a person says which
        sure = False
        places = {}
        for column in COLUMNS:
            keys = {column_key(name) for name in (column.name, *column.aliases)}
            place = next((place for place, cell in enumerate(header) if cell and column_key(cell) in keys), None)
            if place is not None:
                places[column.name] = place
    mapping = OrderMapping({name: of_column(header[place]) for name, place in places.items()})
    return Guess(mapping, sure=sure and mapping.complete)


def likely_columns(
    header: Sequence[str], columns: Mapping[str, str], samples: Sequence[Sequence[str]] = ()
) -> dict[str, str]:
    """Templates for what `columns` leaves open, by the names that other programs give it. For a person to look at.

    A column that is empty in all `samples` gives way to a likely one that is not.
    """
    used = {column_key(name) for template in columns.values() for name in names_in(template)}
    cells = {key: cell for cell in reversed(header) if (key := column_key(cell)) and key not in used}
    keys = {column_key(cell) for cell in header}
    found = {}
    for name, spellings in LIKELY.items():
        likely = [each for each in spellings if column_key(BESIDE.get((name, each), "")) in {"", *keys}]
        offered = [template for each in likely if (template := _spelled(each, cells))]
        filled = [template for template in offered if _filled(template, header, samples)]
        if name not in columns:
            best = [*filled, *offered][:1]
        else:
            best = [] if not samples or _filled(columns[name], header, samples) else filled[:1]
        for template in best:
            found[name] = template
            for part in names_in(template):
                del cells[column_key(part)]
    return found


def as_new_orders(columns: Mapping[str, str]) -> dict[str, str]:
    """`columns` for a file whose order numbers are somebody else's: they tell new orders apart."""
    return {("channel_order_id" if name == "order_number" else name): each for name, each in columns.items()}


def _spelled(spelling: str, cells: Mapping[str, str]) -> str:
    """The template that a likely name means in a header; empty where a column is not there or is used already."""
    names = names_in(spelling) or [spelling]
    if not all(column_key(name) in cells for name in names):
        return ""
    return " ".join(of_column(cells[column_key(name)]) for name in names)


def _filled(template: str, header: Sequence[str], samples: Sequence[Sequence[str]]) -> bool:
    try:
        read = parse_template(template, header).reader()
    except UnknownName:
        return False
    return any(read([*cells, *[""] * len(header)]) for cells in samples)


def check_templates(mapping: OrderMapping, header: Sequence[str]) -> None:
    """Raises UnknownName for the first template that names a column which the file does not have."""
    for template in mapping.columns.values():
        parse_template(template, header)


def remember(work: UnitOfWork, header: Sequence[str], mapping: OrderMapping) -> None:
    """Read files of this shape so from now on, for whoever shares with the acting person; of two who map one shape at
    once the later one is right."""
    insert = postgresql.insert if work.dialect.name == "postgresql" else sqlite.insert
    kept = insert(HeaderMapping).values(
        shape_hash=shape_hash(header, work.actor), created_at=work.now, upload=JobKind.ORDER_UPLOAD.value,
        mapping=mapping.as_json(), user_id=work.actor.id,
    )  # fmt: skip
    changed = {"mapping": kept.excluded.mapping, "user_id": kept.excluded.user_id}
    work.session.execute(kept.on_conflict_do_update(index_elements=["shape_hash"], set_=changed))
