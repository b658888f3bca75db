"""Words that the rows of one page share, made once: the same payment method or age stands in many of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from html import escape as escape_all

from webapp.domain.errors import N_
from webapp.domain.payment import PaymentMethod
from webapp.formats import age, due, money_writer, payment_method_label
from webapp.formats.languages import ngettext, translated
from webapp.formats.times import moments

NONE = "–"
MOST_TAGS = 2
"""Tags that a row names; of more it says how many."""
_SPECIAL = re.compile("[&<>\"']")
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")


def escape(text: str) -> str:
    """The text for HTML; few texts have anything to escape, and one look tells."""
    return escape_all(text) if _SPECIAL.search(text) else text


def korean(text: str) -> str:
    """The attribute that marks a Korean text, so that it is read and broken into lines as one."""
    return "" if text.isascii() or not _HANGUL.search(text) else ' lang="ko"'


class Words:
    """What the rows of one page say at `now`; everything comes escaped."""

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
        self._clocks: dict[str, Callable[[datetime], str]] = {}

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

    def moment(self, at: datetime, timezone: str) -> str:
        """A moment as the clock of the order's store shows it."""
        if timezone not in self._clocks:
            self._clocks[timezone] = moments(timezone)
        return self._clocks[timezone](at)

    def method(self, code: str | None) -> str:
        if code not in self._methods:
            self._methods[code] = escape(_short_method(code))
        return self._methods[code]


def _short_method(code: str | None) -> str:
    """How the buyer pays, as short as a narrow column needs it."""
    if code is None:
        return NONE
    short = {PaymentMethod.COD: N_("COD"), PaymentMethod.CHANNEL: N_("Channel")}
    msgid = short.get(PaymentMethod(code))
    return translated(msgid) if msgid else payment_method_label(code)


def _step(seconds: float) -> int:
    """Equal for spans that have the same words: whole minutes under an hour, whole hours above it, before and after."""
    whole = int(seconds)
    length = abs(whole)
    unit = length // 60 if length < 3600 else length // 3600 * 60
    return unit * 2 + (whole < 0)
