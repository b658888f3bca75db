"""The people who buy: made once for a load, by store, and drawn from by every order."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from random import Random
from typing import TypeVar

from webapp.demo import words_id, words_ko
from webapp.demo.forms import Form, Row
from webapp.domain.words import phone_key, search_text

T = TypeVar("T")

_MOBILES_ID = (
    "0811", "0812", "0813", "0821", "0822", "0852", "0853", "0856", "0857", "0858", "0877", "0878", "0881", "0895",
    "0896",
)  # fmt: skip
_DOMAINS = ("example.com", "example.com", "example.net", "example.org", "mail.example", "surat.example")


class Buyer:
    """One buyer with an address. `searched` and `searched_email` are their parts of an order's search text."""

    __slots__ = (
        "_rows", "country", "email", "id", "locale", "name", "phone", "phone_key", "place", "searched",
        "searched_email", "store_id", "street",
    )  # fmt: skip

    def __init__(
        self,
        buyer_id: int,
        store_id: int,
        name: str,
        phone: str,
        email: str,
        street: str,
        place: tuple[str, str, str, str],
        country: str,
        locale: str,
    ) -> None:
        self.id = buyer_id
        self.store_id = store_id
        self.name = name
        self.phone = phone
        self.phone_key = phone_key(phone, country)
        self.email = email
        self.street = street
        self.place = place
        self.country = country
        self.locale = locale
        self.searched = " ".join(map(_searched, name.split())) + (f" {self.phone_key}" if self.phone_key else "")
        self.searched_email = email.partition("@")[0]
        self._rows: tuple[Row, Row] | None = None

    def rows(self, form: Form) -> tuple[Row, Row]:
        """Their columns of `order_contacts` in `form`: who (name to phone key) and where (address to locale)."""
        if self._rows is None:
            text, code = form.text, form.code
            key = text(self.phone_key) if self.phone_key else form.null
            place = map(code, (*self.place, self.country, self.locale))
            self._rows = form.group(text(self.name), text(self.phone), key), form.group(text(self.street), *place)
        return self._rows


def make_buyers(
    rng: Random, country: str, store_id: int, first_id: int, count: int, *, old: bool = False
) -> list[Buyer]:
    """`count` buyers of one store with ids from `first_id` on; `old` ones have the name that nobody has any more."""
    make = _korean if country == "KR" else _indonesian
    return [make(rng, first_id + n, store_id, old) for n in range(count)]


def _indonesian(rng: Random, buyer_id: int, store_id: int, old: bool) -> Buyer:
    draw = rng.random
    given = words_id.OLD_GIVEN_NAME if old else _one(words_id.GIVEN_NAMES, draw())
    second = _one(words_id.SECOND_NAMES, draw())
    middle = f" {_one(words_id.GIVEN_NAMES, draw())}" if not old and draw() < 0.18 else ""
    # One name alone is common, too.
    name = given if not old and draw() < 0.04 else f"{given}{middle} {second}"
    digits = f"{_one(_MOBILES_ID, draw())}{int(draw() * 9e7) + 10_000_000}"
    phone = digits if draw() < 0.3 else f"{digits[:4]}-{digits[4:8]}-{digits[8:]}"
    email = f"{given}.{second}{int(draw() * 99) + 1}@{_one(_DOMAINS, draw())}".lower()
    place = _one(words_id.PLACES, draw())
    street = f"Jl. {_one(words_id.STREETS, draw())} {_house(rng, words_id.HOUSES)}"
    locale = "en" if draw() < 0.03 else "id"
    return Buyer(buyer_id, store_id, name, phone, email, street, place, "ID", locale)


_KOREAN_FAMILIES = tuple(name for name in words_ko.FAMILY_NAMES for _ in range(name[2]))


def _korean(rng: Random, buyer_id: int, store_id: int, _old: bool) -> Buyer:
    draw = rng.random
    family, family_letters, _ = _one(_KOREAN_FAMILIES, draw())
    given, given_letters = _one(words_ko.GIVEN_NAMES, draw())
    digits = f"{int(draw() * 8e7) + 20_000_000}"
    phone = f"010{digits}" if draw() < 0.2 else f"010-{digits[:4]}-{digits[4:]}"
    email = f"{given_letters}.{family_letters}{int(draw() * 99) + 1}@{_one(_DOMAINS, draw())}"
    district, city, province, postal_code, roads = _one(words_ko.PLACES, draw())
    place = (district, city, province, postal_code)
    street = f"{_one(roads, draw())} {_house(rng, words_ko.HOUSES)}"
    return Buyer(buyer_id, store_id, family + given, phone, email, street, place, "KR", "ko")


def _house(rng: Random, shapes: Sequence[str]) -> str:
    draw = rng.random
    return _one(shapes, draw()).format(
        n=int(draw() * 180) + 1,
        r=int(draw() * 9) + 1,
        s=int(draw() * 9) + 1,
        b="ABCDEFGH"[int(draw() * 8)],
        d=101 + int(draw() * 12),
        f=int(draw() * 18) + 1,
    )


# Word by word: names are many, their words few.
_searched = lru_cache(maxsize=4096)(search_text)


def _one(choices: Sequence[T], draw: float) -> T:
    return choices[int(draw * len(choices))]
