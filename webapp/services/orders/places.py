"""What a person can choose from in the filters: stores, channels and shops within their scope, tags and people."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from webapp.domain.actors import Scope
from webapp.services.orders.assign import colleagues
from webapp.services.statements import ReadSession, Statement, by_key


@dataclass(frozen=True, slots=True)
class Places:
    """Stores, shops (channel accounts), warehouses, tags and people, each (code, name), and channel codes, in the order
    in which to show them. A shop's code is `channel:external id`, a person's their e-mail address; no two shops of a
    channel have one name. `timezone` is most stores'."""

    stores: tuple[tuple[str, str], ...]
    channels: tuple[str, ...]
    timezone: str
    accounts: tuple[tuple[str, str], ...] = ()
    warehouses: tuple[tuple[str, str], ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    people: tuple[tuple[str, str], ...] = ()

    def store_name(self, code: str) -> str:
        """A store's name; the code where none has it."""
        return dict(self.stores).get(code, code)

    def account_name(self, code: str) -> str:
        """A shop's name among those of its channel; its own id where none has this code."""
        return dict(self.accounts).get(code) or code.partition(":")[2]

    def warehouse_name(self, code: str) -> str:
        """A warehouse's name; the code where none has it."""
        return dict(self.warehouses).get(code, code)

    def tag_name(self, code: str) -> str:
        """A tag's name; the code where none has it."""
        return dict(self.tags).get(code, code)

    def person_name(self, email: str) -> str:
        """A person's name; the address where nobody has it."""
        return dict(self.people).get(email, email)


NOWHERE = Places((), (), "")
"""For addresses that name no place."""


def read_places(session: ReadSession, scope: Scope, timezone: str) -> Places:
    """The places within `scope`, archived stores too (their orders stay), in one statement.

    `timezone` is the answer when there is no store. Who is bound to one warehouse chooses none.
    """
    return _places(by_key(lambda reading: _read(reading, scope), session), timezone)


def _read(session: ReadSession, scope: Scope) -> tuple[tuple[str, ...], ...]:
    st = Statement(session)
    mine = "1 = 1" if scope.account_ids is None else st.among("a.id", scope.account_ids)
    rows = st.run(
        "select 'account' as kind, s.code, s.name, s.timezone, a.channel, coalesce(a.external_id, s.code), a.name"
        f" from stores s join channel_accounts a on a.store_id = s.id where {mine}"
        f" union all select 'person', u.email, u.name, '', '', '', '' from users u where {colleagues(st, scope)}"
        " union all select 'tag', code, name, '', '', '', '' from tags where archived_at is null"
        " union all select 'warehouse', code, name, '', '', '', '' from warehouses"
        f" where archived_at is null and {'1 = 1' if scope.warehouse_id is None else '1 = 0'}"
    )
    return tuple(map(tuple, rows))


@lru_cache(maxsize=32)
def _places(rows: tuple[tuple[str, ...], ...], timezone: str) -> Places:
    accounts = [row[1:] for row in rows if row[0] == "account"]
    zones = Counter({code: zone for code, _name, zone, *_rest in accounts}.values())
    return Places(
        _by_name((code, name) for code, name, *_rest in accounts),
        tuple(sorted({channel for *_rest, channel, _shop, _name in accounts})),
        zones.most_common(1)[0][0] if zones else timezone,
        _by_name(_told_apart(accounts)),
        *(_by_name((row[1], row[2]) for row in rows if row[0] == kind) for kind in ("warehouse", "tag", "person")),
    )


def _told_apart(accounts: Sequence[tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    """The shops' codes and names: where several on a channel have one name with that of their store, and where that is
    one too with their own id."""
    names = Counter((channel, name) for *_rest, channel, _shop, name in accounts)
    in_stores = Counter((channel, name, store) for _code, store, _zone, channel, _shop, name in accounts)
    for _code, store, _zone, channel, shop, name in accounts:
        told = name if names[channel, name] == 1 else f"{name} · {store}"
        yield f"{channel}:{shop}", told if in_stores[channel, name, store] == 1 else f"{told} · {shop}"


def _by_name(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(dict(pairs).items(), key=lambda pair: (_as_counted(pair[1]), pair[0])))


def _as_counted(name: str) -> list[str]:
    """What a name is sorted by: "Shop 2" comes before "Shop 10"."""
    return [part.zfill(20) if part.isdecimal() else part for part in re.split(r"(\d+)", name.casefold())]
