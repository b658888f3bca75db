"""Whose orders the rows of a file are: from the names of stores and accounts that people write to accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from webapp.domain.actors import Scope
from webapp.domain.channels import Channel, has_rules_of_its_own
from webapp.domain.errors import Code, Problem
from webapp.domain.spelling import fold
from webapp.models import ChannelAccount, Store


@dataclass(frozen=True, slots=True)
class Place:
    """An account and what of its store matters for reading a row. `archived`: it takes no new orders any more."""

    account_id: int
    account_name: str
    channel: str
    external_id: str
    store_id: int
    store_name: str
    store_code: str
    currency: str
    timezone: str
    archived: bool = False

    @property
    def has_rules(self) -> bool:
        """Whether the channel is the authority over its orders."""
        return has_rules_of_its_own(self.channel)


class Places:
    """The accounts that exist for somebody, and `chosen`, the one for rows that name none: the only one of `channel`
    where nobody has chosen. Archived ones are known only to say so."""

    def __init__(self, known: Sequence[Place], chosen: int | None, channel: Channel = Channel.MANUAL) -> None:
        places = [place for place in known if not place.archived]
        self._all = places
        self._archived = [place for place in known if place.archived]
        self._gone = next((place for place in self._archived if place.account_id == chosen), None)
        self.by_account = {place.account_id: place for place in places}
        self.chosen = self.by_account.get(chosen) if chosen is not None else None
        of_channel = [place for place in places if place.channel == channel]
        if self.chosen is None and self._gone is None and len(of_channel) == 1:
            self.chosen = of_channel[0]
        self._known: dict[tuple[str, str], Place | Problem] = {}

    def find(self, store: str, account: str) -> Place | Problem:
        """The account that a row means. What lies outside of the person's stores is as unknown as what nobody has."""
        asked = (store, account)
        if asked not in self._known:
            self._known[asked] = self._find(store, account)
        return self._known[asked]

    def _find(self, store: str, account: str) -> Place | Problem:
        if not store and not account:
            if self.chosen is None and self._gone is not None:
                return _archived("store", self._gone.store_name)
            return self.chosen or Problem(Code.MISSING_VALUE, {"field": "store"})
        found = self._among(self._all, store, account)
        if isinstance(found, Place) or not isinstance(self._among(self._archived, store, account), Place):
            return found
        return _archived("store" if store else "account", store or account)

    def _among(self, here: Sequence[Place], store: str, account: str) -> Place | Problem:
        if store:
            here = [place for place in here if fold(store) in (fold(place.store_code), fold(place.store_name))]
            if len({place.store_id for place in here}) != 1:
                return Problem(Code.BAD_VALUE, {"field": "store", "value": store[:100]})
        if not account:
            if self.chosen in here:
                return self.chosen  # type: ignore[return-value]  # it is one of them
            own = next((place for place in here if place.channel == Channel.MANUAL), None)
            return own or Problem(Code.BAD_VALUE, {"field": "store", "value": store[:100]})
        named = [p for p in here if account == p.external_id] or [p for p in here if fold(account) == fold(p.channel)]
        if len(named) != 1:
            named = [p for p in here if fold(account) == fold(p.account_name) and p.external_id] or named
        if len(named) == 1:
            return named[0]
        return Problem(Code.BAD_VALUE, {"field": "account", "value": account[:100]})


def _archived(field: str, name: str) -> Problem:
    return Problem(Code.BAD_VALUE, {"field": field, "value": name[:100], "variant": "store_archived"})


def open_places(session: Session, scope: Scope) -> list[Place]:
    """The accounts within `scope` that take new orders, by store and channel."""
    return [place for place in read_places(session, scope) if not place.archived]


def read_places(session: Session, scope: Scope) -> list[Place]:
    """The accounts within `scope`, archived ones too, by store and channel."""
    query = (
        select(
            ChannelAccount.id, ChannelAccount.name, ChannelAccount.channel, ChannelAccount.external_id, Store.id,
            Store.name, Store.code, Store.currency, Store.timezone,
            or_(ChannelAccount.archived_at.is_not(None), Store.archived_at.is_not(None)),
        )
        .join(Store, Store.id == ChannelAccount.store_id)
        .order_by(Store.id, ChannelAccount.id)
    )  # fmt: skip
    return [
        Place(row[0], row[1], row[2], row[3] or "", row[4], row[5], row[6], row[7], row[8], row[9])
        for row in session.execute(query)
        if scope.account_ids is None or row[0] in scope.account_ids
    ]
