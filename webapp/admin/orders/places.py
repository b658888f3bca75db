"""The stores and channels that a person can choose from: those within their scope."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from webapp.domain.actors import Scope
from webapp.services.statements import ReadSession, Statement


@dataclass(frozen=True, slots=True)
class Places:
    """Stores (code, name) and channel codes, both in the order in which to show them; `timezone` is most stores'."""

    stores: tuple[tuple[str, str], ...]
    channels: tuple[str, ...]
    timezone: str

    def store_name(self, code: str) -> str:
        """A store's name; the code where none has it."""
        return dict(self.stores).get(code, code)


def read_places(session: ReadSession, scope: Scope, timezone: str) -> Places:
    """The places within `scope`, archived stores too (their orders stay), in one statement.

    `timezone` is the answer when there is no store.
    """
    st = Statement(session)
    mine = "1 = 1" if scope.account_ids is None else st.among("a.id", scope.account_ids)
    rows = st.run(
        "select distinct s.code, s.name, s.timezone, a.channel"
        " from stores s join channel_accounts a on a.store_id = s.id"
        f" where {mine} order by s.name, s.code, a.channel"
    )
    zones = Counter({code: zone for code, _name, zone, _channel in rows}.values())
    return Places(
        tuple({code: name for code, name, _zone, _channel in rows}.items()),
        tuple(sorted({channel for *_rest, channel in rows})),
        zones.most_common(1)[0][0] if zones else timezone,
    )
