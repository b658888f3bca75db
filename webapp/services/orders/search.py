"""The words of the search box against the searched text: as conditions, as an expression, as exact look-ups.

Data model, section 6. A word stands in the text in any of its forms; all words must. What looks whole (a number, a
phone, an e-mail) is looked up in the btrees first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from webapp.domain.numbers import prefix_range
from webapp.domain.spelling import plain
from webapp.domain.words import SHORTEST_WORD, SearchWord, WholeKind, WholeWord, escape_like, looks_whole, search_words
from webapp.services.statements import ReadSession, Statement


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What is searched: the words that are long enough, what looks whole, and the words that were too short to be
    searched in any way. An e-mail address may look whole and leave no word, and so may an order number in pieces
    (`26 11 21-`).

    `unsearchable`: something was typed, and nothing of it can be looked for. No order is found by that.
    """

    words: tuple[SearchWord, ...] = ()
    whole: WholeWord | None = None
    too_short: tuple[str, ...] = ()
    unsearchable: bool = False

    @property
    def alone(self) -> WholeWord | None:
        """What looks whole and alone says what is wanted, as it leaves no word."""
        return None if self.words else self.whole


NO_WORDS = SearchQuery()


def read_query(typed: str, *, by_email: bool = True) -> SearchQuery:
    """Read the search box. `by_email=False` looks no e-mail address up, for people who may not know it: of one that
    leaves no word nothing can be searched."""
    if not typed:
        return NO_WORDS
    words = search_words(typed)
    searched = tuple(word for word in words if not word.too_short)
    whole = looks_whole(typed)
    if whole is not None and whole.kind is WholeKind.EMAIL and not by_email:
        return SearchQuery(searched, unsearchable=not searched)
    return SearchQuery(
        searched,
        whole,
        () if whole is not None else tuple(word.typed for word in words if word.too_short),
        unsearchable=not words and whole is None and bool(plain(typed).strip()),
    )


def doc_matches(st: Statement, doc: str, query: SearchQuery) -> str:
    """The condition that the searched text `doc` has every word."""
    return " and ".join(_word(st, doc, word) for word in query.words)


_DROPPED = "-./()"
"""Signs that the searched text lacks between digits. Text and words lose all of them before they are compared."""


def seen_matches(st: Statement, alias: str, query: SearchQuery) -> str:
    """The condition that the order `alias`, whose searched text has every word, also has them without the buyer's
    e-mail address.

    The address stands in that text as one word, its part before the @. The name is said again, as it may be the same
    word. Where the address can't be told from the rest, name, phone and number alone are searched.
    """
    doc, local, name = _bare("x.doc"), _bare(_before_at(st, "lower(e.buyer_email)")), _bare("lower(e.buyer_name)")
    place = "instr" if st.sqlite else "strpos"
    seen = (
        f"case when coalesce(e.buyer_email, '') = '' then {doc}"
        f" when {place}({doc}, {local}) > 0 then replace({doc}, {local}, ' ') || {name}"
        f" else {name} || coalesce(e.phone_key, '') || ' ' || lower({alias}.number) end"
    )
    bare = SearchQuery(tuple(replace(word, forms=_bare_forms(word)) for word in query.words))
    return (
        f"exists (select 1 from (select {seen} as doc from order_search x"
        f" join order_contacts e on e.order_id = x.order_id where x.order_id = {alias}.id{st.always_by_key}) d"
        f" where {doc_matches(st, 'd.doc', bare)})"
    )


def _before_at(st: Statement, email: str) -> str:
    return f"substr({email}, 1, instr({email}, '@') - 1)" if st.sqlite else f"split_part({email}, '@', 1)"


def _bare(text: str) -> str:
    for sign in _DROPPED:
        text = f"replace({text}, '{sign}', '')"
    return f"' ' || {text} || ' '"


def _bare_forms(word: SearchWord) -> tuple[str, ...]:
    return tuple(form.translate(str.maketrans("", "", _DROPPED)) for form in _long_enough(word))


def _word(st: Statement, doc: str, word: SearchWord) -> str:
    if st.sqlite:
        found = [f"instr({doc}, {st.bind(form)}) > 0" for form in _long_enough(word)]
    else:
        # AND-ed LIKEs: `like all(array)` never uses the trigram index.
        found = [f"{doc} like {st.bind(f'%{escape_like(form)}%')}" for form in _long_enough(word)]
    return f"({' or '.join(found)})"


def full_text(query: SearchQuery) -> str:
    """The words as an expression of SQLite's full-text index."""
    return " AND ".join(f"({' OR '.join(_quoted(form) for form in _long_enough(word))})" for word in query.words)


def _quoted(form: str) -> str:
    return '"' + form.replace('"', '""') + '"'


def _long_enough(word: SearchWord) -> list[str]:
    # The index is made of groups of three letters: a shorter form can't be found by it.
    return [form for form in word.forms if len(form) >= SHORTEST_WORD]


def expected_hits(session: ReadSession, query: SearchQuery) -> int:
    """PostgreSQL only: how many orders the planner thinks the words hit, good to a factor of two."""
    st = Statement(session)
    plan = st.run(f"explain (format json) select 1 from order_search s where {doc_matches(st, 's.doc', query)}")
    return int(plan[0][0][0]["Plan"]["Plan Rows"])


_WHERE_WHOLE: dict[WholeKind, tuple[tuple[str, str, str], ...]] = {
    WholeKind.ORDER_NUMBER: (
        ("orders", "id", "number"),
        ("order_channel", "order_id", "channel_order_id"),
        ("shipments", "order_id", "tracking_number"),
    ),
    WholeKind.DIGITS: (
        ("orders", "id", "number"),
        ("order_channel", "order_id", "channel_order_id"),
        ("shipments", "order_id", "tracking_number"),
        ("order_contacts", "order_id", "phone_key"),
    ),
    WholeKind.EMAIL: (("order_contacts", "order_id", "buyer_email"),),
}
"""Which columns hold what looks whole, each with a btree: table, order's id, column."""


def whole_hits(st: Statement, whole: WholeWord, limit: int) -> str:
    """The orders that have this value, or one that begins with it, where values are kept whole: `select id …`."""
    looks = []
    for table, key, column in _WHERE_WHOLE[whole.kind]:
        begins = _begins(st, column, whole)
        looks.append(f"select * from (select {key} as id from {table} where {begins} limit {limit}) l")
    return " union ".join(looks)


def whole_matches(st: Statement, alias: str, whole: WholeWord) -> str:
    """The condition that the order `alias` has this value, or one that begins with it, where values are kept whole."""
    looks = [
        f"exists (select 1 from {table} x where x.{key} = {alias}.id and {_begins(st, f'x.{column}', whole)}"
        f"{st.always_by_key})"
        for table, key, column in _WHERE_WHOLE[whole.kind]
    ]
    return f"({' or '.join(looks)})"


def _begins(st: Statement, column: str, whole: WholeWord) -> str:
    # Ranges: SQLite uses no index for LIKE, PostgreSQL none for a bound pattern.
    ranges = [prefix_range(form) for form in whole.forms]
    inside = " or ".join(f"{column} >= {st.bind(low)} and {column} < {st.bind(high)}" for low, high in ranges)
    return f"({inside})"
