"""The cells of the list's rows, ready to be written.

Fifty rows have some thousand values. Looking each up, formatting and escaping it in the template takes longer than all
statements together, so a row comes as one tuple of finished texts, and what many rows say is made once a page.
Everything that people typed is escaped here: the template of the rows writes the texts as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from html import escape
from typing import NamedTuple

from flask_babel import ngettext

from webapp.domain.couriers import courier_name
from webapp.domain.errors import N_
from webapp.domain.order_status import TO_SHIP, Acceptance
from webapp.domain.payment import PaymentMethod
from webapp.formats import age, due, money_writer, payment_method_label
from webapp.formats.languages import translated
from webapp.services.orders.rows import OrderRow

_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")
_NONE = "–"
MOST_TAGS = 2
"""Tags that a row names; of more it says how many."""


class Cells(NamedTuple):
    """One row, in the order in which the template unpacks it. `account`, `buyer` and `item` begin with the attribute
    `lang` where they are Korean. `level` is late, soon or empty."""

    number: str
    kept: bool
    status: str
    channel: str
    account_lang: str
    account: str
    buyer_lang: str
    buyer: str
    phone: str
    item_lang: str
    item: str
    pieces: str
    more: str
    tags: str
    total: str
    payment: str
    method: str
    awaiting: bool
    on_hold: bool
    digital: bool
    courier: str
    tracking: str
    label_printed: bool
    invoice_printed: bool
    level: str
    due: str


def cells(rows: Iterable[OrderRow], kept: Iterable[str], now: datetime) -> list[Cells]:
    """The cells of these rows; `kept` are the numbers that are ticked already."""
    ticked = frozenset(kept)
    words = _Words(now)
    return [_cells(row, ticked, words) for row in rows]


def _cells(row: OrderRow, ticked: frozenset[str], words: _Words) -> Cells:
    waits = row.status in TO_SHIP and row.ship_by is not None
    text, level = words.due(row.ship_by) if waits and row.ship_by else (words.age(row.ordered_at), "")
    return Cells(
        row.number,
        row.number in ticked,
        row.status.value,
        row.channel,
        _lang(row.account),
        words.escaped(row.account),
        _lang(row.buyer_name),
        escape(row.buyer_name),
        escape(row.buyer_phone),
        _lang(row.first_line),
        words.escaped(row.first_line),
        words.pieces(row.item_count),
        words.more(row.line_count - 1) if row.line_count > 1 else "",
        words.tags(row.tags) if row.tags else "",
        _NONE if row.total is None else words.money(row.total, row.currency),
        row.payment_status.value,
        words.method(row.payment_method),
        row.acceptance is Acceptance.AWAITING,
        row.on_hold,
        row.digital,
        words.escaped(courier_name(row.courier)) if row.courier else "",
        escape(row.tracking_number) if row.tracking_number else "",
        row.label_printed_at is not None,
        row.invoice_printed_at is not None,
        level,
        text,
    )


def _lang(text: str) -> str:
    """The attribute that marks a Korean text, so that it is read and broken into lines as one."""
    return "" if text.isascii() or not _HANGUL.search(text) else ' lang="ko"'


class _Words:
    """Words that many rows share, made once a page."""

    def __init__(self, now: datetime) -> None:
        self.money = money_writer()
        self._now = now
        self._ages: dict[int, str] = {}
        self._dues: dict[int, tuple[str, str]] = {}
        self._escaped: dict[str, str] = {}
        self._pieces: dict[int, str] = {}
        self._more: dict[int, str] = {}
        self._methods: dict[str | None, str] = {}
        self._tags: dict[tuple[str, ...], str] = {}

    def age(self, at: datetime) -> str:
        """How old something is; what is of one age in words has one text."""
        step = _step((self._now - at).total_seconds())
        if step not in self._ages:
            self._ages[step] = age(at, self._now)
        return self._ages[step]

    def due(self, at: datetime) -> tuple[str, str]:
        """How far a deadline is, and how urgent."""
        step = _step((at - self._now).total_seconds())
        if step not in self._dues:
            self._dues[step] = due(at, self._now)
        return self._dues[step]

    def escaped(self, text: str) -> str:
        found = self._escaped.get(text)
        if found is None:
            found = self._escaped[text] = escape(text)
        return found

    def pieces(self, n: int) -> str:
        if n not in self._pieces:
            self._pieces[n] = ngettext("%(num)d pc", "%(num)d pcs", n)
        return self._pieces[n]

    def more(self, n: int) -> str:
        if n not in self._more:
            self._more[n] = ngettext("+ %(num)d more", "+ %(num)d more", n)
        return self._more[n]

    def tags(self, names: tuple[str, ...]) -> str:
        """The first tags as marks, and how many there are besides."""
        if names not in self._tags:
            marks = [f'<span class="lp-tag lp-tag-own">{escape(name)}</span>' for name in names[:MOST_TAGS]]
            if len(names) > MOST_TAGS:
                rest = escape(", ".join(names[MOST_TAGS:]))
                marks.append(f'<span class="lp-tag lp-tag-own" title="{rest}">+{len(names) - MOST_TAGS}</span>')
            self._tags[names] = "".join(marks)
        return self._tags[names]

    def method(self, code: str | None) -> str:
        if code not in self._methods:
            self._methods[code] = escape(_short_method(code))
        return self._methods[code]


def _short_method(code: str | None) -> str:
    """How the buyer pays, as short as a narrow column needs it."""
    if code is None:
        return _NONE
    short = {PaymentMethod.COD: N_("COD"), PaymentMethod.CHANNEL: N_("Channel")}
    msgid = short.get(PaymentMethod(code))
    return translated(msgid) if msgid else payment_method_label(code)


def _step(seconds: float) -> int:
    """Equal for spans that have the same words: whole minutes under an hour, whole hours above it, before and after."""
    whole = int(seconds)
    length = abs(whole)
    unit = length // 60 if length < 3600 else length // 3600 * 60
    return unit * 2 + (whole < 0)
