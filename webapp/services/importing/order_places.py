"""Whose orders the rows of a file are: from the names of stores and accounts that people write to accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.actors import Scope
from webapp.domain.channels import Channel, has_rules_of_its_own
from webapp.domain.errors import Code, Problem
from webapp.domain.spelling import fold
from webapp.models import ChannelAccount, Store


@dataclass(frozen=True, slots=True)
class Place:
    """An account and what of its store matters for reading a row."""

    account_id: int
    account_name: str
    channel: str
    external_id: str
    store_id: int
    store_name: str
    store_code: str
    currency: str
    timezone: str

    @property
    def has_rules(self) -> bool:
        """Whether the channel is the authority over its orders."""
        return has_rules_of_its_own(self.channel)


class Places:
    """The accounts that exist for somebody, and `chosen`, the one for rows that name none: the only one of `channel`
    where nobody has chosen."""

    def __init__(self, places: Sequence[Place], chosen: int | None, channel: Channel = Channel.MANUAL) -> None:
        self._all = places
        self.by_account = {place.account_id: place for place in places}
        self.chosen = self.by_account.get(chosen) if chosen is not None else None
        of_channel = [place for place in places if place.channel == channel]
        if self.chosen is None and len(of_channel) == 1:
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
            return self.chosen or Problem(Code.MISSING_VALUE, {"field": "store"})
        here = self._all
        if store:
            here = [place for place in here if fold(store) in (fold(place.store_code), fold(place.store_name))]
            if len({place.store_id for place in here}) != 1:
                return Problem(Code.BAD_VALUE, {"field": "store", "value": store[:100]})
        if not account:
            if self.chosen in here:
                return self.chosen  # type: ignore[return-value]  # it is one of them
            return next(place for place in here if place.channel == Channel.MANUAL)
        named = [p for p in here if account == p.external_id] or [p for p in here if fold(account) == fold(p.channel)]
        if len(named) != 1:
            named = [p for p in here if fold(account) == fold(p.account_name) and p.external_id] or named
        if len(named) == 1:
            return named[0]
        return Problem(Code.BAD_VALUE, {"field": "account", "value": account[:100]})


def read_places(session: Session, scope: Scope) -> list[Place]:
    """The accounts in use within `scope`, by store and channel."""
    query = (
        select(
            ChannelAccount.id, ChannelAccount.name, ChannelAccount.channel, ChannelAccount.external_id, Store.id,
            Store.name, Store.code, Store.currency, Store.timezone,
        )
        .join(Store, Store.id == ChannelAccount.store_id)
        .where(ChannelAccount.archived_at.is_(None), Store.archived_at.is_(None))
        .order_by(Store.id, ChannelAccount.id)
    )  # fmt: skip
    return [
        Place(row[0], row[1], row[2], row[3] or "", row[4], row[5], row[6], row[7], row[8])
        for row in session.execute(query)
        if scope.account_ids is None or row[0] in scope.account_ids
    ]
