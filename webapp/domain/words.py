"""What people type, read: status names, yes and no, phone numbers, and the words of the search box.

Contract, files people upload: a status is its code or its label in en, id or ko, case and spaces ignored; yes and
no in those languages. Data model, search: one pure function makes both the searched text and the words.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers

from webapp.domain.numbers import normalize_order_number, random_part
from webapp.domain.order_status import OrderStatus as S
from webapp.domain.spelling import fold, plain

# --- Statuses -------------------------------------------------------------------------------------------------

STATUS_LABELS: dict[S, tuple[str, ...]] = {
    S.CREATED: ("Created", "Dibuat", "접수"),
    S.PENDING: ("Pending", "Menunggu", "대기"),
    S.CONFIRMED: ("Confirmed", "Dikonfirmasi", "확인"),
    S.IN_PROCESS: ("In process", "Diproses", "처리 중"),
    S.READY_TO_SHIP: ("Ready to ship", "Siap dikirim", "발송 준비"),
    S.SHIPPED: ("Shipped", "Dikirim", "배송 중"),
    S.COMPLETED: ("Completed", "Selesai", "완료"),
    S.RTS: ("Returned to sender", "Retur ke pengirim", "반송"),
    S.CLOSED: ("Closed", "Ditutup", "종료"),
    S.CANCELED: ("Canceled", "Dibatalkan", "취소"),
}
"""The labels in English, Indonesian and Korean, as the interface shows them."""

_OTHER_WORDS: dict[S, tuple[str, ...]] = {
    S.PENDING: ("Menunggu pembayaran",),
    S.CONFIRMED: ("Terkonfirmasi", "확인됨"),
    S.IN_PROCESS: ("Processing", "In progress", "Sedang diproses"),
    S.READY_TO_SHIP: ("Ready", "Siap kirim"),
    S.SHIPPED: ("In delivery", "Dalam pengiriman", "Sedang dikirim"),
    S.COMPLETED: ("Complete", "완료됨"),
    S.RTS: ("Return to sender", "Returned", "Retur", "반송됨"),
    S.CANCELED: ("Cancelled", "Cancel", "Batal", "취소됨"),
}


def _status_key(text: str) -> str:
    return re.sub(r"[\s_.-]+", "", fold(text))


STATUS_WORDS: dict[str, S] = {
    _status_key(word): status
    for status in S
    for word in (status.value, *STATUS_LABELS[status], *_OTHER_WORDS.get(status, ()))
}
"""Every name of a status, folded and without spaces, to the status."""


def status_from_words(text: str) -> S | None:
    """The status that `text` names (code, label in en, id or ko, usual other name), or None."""
    return STATUS_WORDS.get(_status_key(text))


# --- Yes and no -----------------------------------------------------------------------------------------------

_YES = """yes y true t on 1 1.0 ok ya iya y benar sudah paid lunas 네 예 참 맞음 ✓ ✔ ☑ ✅"""
_NO = """no n false f off 0 0.0 tidak tdk bukan belum salah unpaid 아니요 아니오 아뇨 아니 거짓 ✗ ✘ ☐ ❌"""
_YES_NO: dict[str, bool] = {fold(word): True for word in _YES.split()} | {fold(word): False for word in _NO.split()}


def yes_no(text: str) -> bool | None:
    """What `text` says in English, Indonesian or Korean, as a number or a tick; None for anything else.

    An empty cell is None too: what it means is the caller's. A lone x is a tick to some and a no to others: None.
    """
    return _YES_NO.get(fold(text))


# --- Phone numbers --------------------------------------------------------------------------------------------

_MASKED = re.compile(r"[*•●]|[xX]{2,}|[0-9][eE]\+?[0-9]")
_WHOLE_FLOAT = re.compile(r"(\+?[0-9]{8,})\.0")
_SEPARATORS = re.compile(r"[\s().\u2010-\u2015\u2212/-]+")
_SEVERAL = re.compile(r"[/,;]\s*(?=[+0])")
_LONGEST_TYPED = 100
_CALLING = {"ID": 62, "KR": 82}
_MOBILE = {62: "8[1-35-9][0-9]{7,10}", 82: "1[016-9][0-9]{7,8}"}
# The usual mobiles by hand: reading one with the library costs 44 µs, and files have 100,000.
_AT_HOME = {code: re.compile(rf"(?:(?:\+|00)?{code})?0?({mobile})") for code, mobile in _MOBILE.items()}
_ABROAD = {code: re.compile(rf"(?:\+|00){code}0?({mobile})") for code, mobile in _MOBILE.items()}


def phone_key(text: str, country: str = "ID") -> str | None:
    """A phone number as it is indexed: its national digits without the leading 0, one key for 0…, 62… and +62….

    `country` (ISO 3166) says how to read a number without a country code; of several numbers the first is read.
    None for what is no phone number: masked ones (`0812****89`) and those that a spreadsheet rounded included.
    """
    read = _read_phone(text, country.upper())
    return read[1] if read else None


def home_country(country: str, currency: str) -> str:
    """Where a phone number without a country code is at home: the buyer's country (ISO 3166), else the shop's."""
    return country or ("KR" if currency == "KRW" else "ID")


def international_phone(text: str, country: str = "ID") -> str | None:
    """A phone number as messengers take it, calling code and digits without a sign; None for what is no number."""
    read = _read_phone(text, country.upper())
    return f"{read[0]}{read[1]}" if read else None


def _read_phone(text: str, country: str) -> tuple[int, str] | None:
    """(calling code, national digits) of the first phone number in `text`."""
    typed = _SEVERAL.split(plain(text).strip().removeprefix("'"))[0].strip()
    if len(typed) > _LONGEST_TYPED or _MASKED.search(typed):
        return None
    if whole := _WHOLE_FLOAT.fullmatch(typed):  # a number that went through a float column
        typed = whole[1]
    bare = _SEPARATORS.sub("", typed)
    home = _CALLING.get(country)
    for calling in _MOBILE:
        if found := (_AT_HOME if calling == home else _ABROAD)[calling].fullmatch(bare):
            return calling, found[1]
    try:
        number = phonenumbers.parse(typed, country or None)
    except phonenumbers.NumberParseException:
        return None
    if number.country_code is None or not phonenumbers.is_possible_number(number):
        return None
    digits = phonenumbers.national_significant_number(number).lstrip("0")
    return (number.country_code, digits) if digits else None


# --- Search ---------------------------------------------------------------------------------------------------

SHORTEST_WORD = 3
"""Letters (after NFD) that a word needs to be searched: the index is made of groups of three."""

_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])[-.()/\u00b7\u2010-\u2015\u2212]+(?=[0-9])")
_EDGES = "-.()/,;:\"'`#@!?[]{}<>|&_\u00b7\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2018\u2019\u201c\u201d"
_DIGITS = re.compile(r"[0-9]+")
_PHONE_START = re.compile(r"\(?(?:\+|0|62|82)[0-9]*\)?")
_DIALLED = re.compile(r"(?:\+|00)(?:62|82)0?([0-9]*)")
_MAYBE_DIALLED = re.compile(r"(?:0|(?:62|82)0?)([0-9]+)")
_FULL_PHONE = 9
_LONGEST_PHONE = 17  # 15 digits, and + and the 0 that some put behind the country code


@dataclass(frozen=True, slots=True)
class SearchWord:
    """One word of the search box. It is found where any of `forms` stands in the text.

    `too_short`: under three letters after NFD; it is not searched and the page says so. `typed`, folded, is
    for that sentence.
    """

    typed: str
    forms: tuple[str, ...]
    too_short: bool


class WholeKind(StrEnum):
    """What a single word looks like that is worth a look in the btrees first."""

    ORDER_NUMBER = "order_number"
    DIGITS = "digits"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class WholeWord:
    """A word that looks whole, and the values to look up, exactly or as prefixes (`numbers.prefix_range`)."""

    kind: WholeKind
    forms: tuple[str, ...]


def search_text(text: str) -> str:
    """The one form in which texts are searched: folded, separators between digits dropped, e-mail domains dropped,
    a phone number typed in groups joined, then NFD, so that a Korean syllable is two or three letters."""
    if text.isalnum() and text.isascii():
        return text.lower()  # a number, a phone as it is looked up, a SKU
    folded = fold(text)
    if folded.isascii() and "@" not in folded and (" " not in folded or folded.replace(" ", "").isalpha()):
        return _BETWEEN_DIGITS.sub("", folded)  # one word, or words of letters: most of what files of orders hold
    tokens = [_BETWEEN_DIGITS.sub("", token) for token in folded.split()]
    tokens = [token[:at] if (at := token.find("@")) > 0 else token for token in tokens]
    return unicodedata.normalize("NFD", " ".join(_join_phones(tokens)))


def search_doc(*parts: str | None) -> str:
    """The searched text of an order, one lower-case line, from its parts (empty ones are passed over).

    Parts: random part of the number, channel order number, buyer's name, phone_key, e-mail, tracking numbers, SKUs.
    """
    return " ".join(text for part in parts if part and (text := search_text(part)))


def search_words(text: str) -> list[SearchWord]:
    """The words of the search box, each once, in order; all of them must be found (data model, search).

    Digit words lose their separators; +62 and +82 are dropped always, a bare 0, 62 or 82 only from nine digits on,
    where the typed form is tried as well; a whole order number is tried by its random part as well.
    """
    words: dict[str, SearchWord] = {}
    for token in search_text(text).split():
        typed = token.strip(_EDGES)
        if not any(sign.isalnum() for sign in typed):
            continue
        forms = _forms(typed)
        too_short = max(sum(map(str.isalnum, form)) for form in forms) < SHORTEST_WORD
        words.setdefault(typed, SearchWord(unicodedata.normalize("NFC", typed), forms, too_short))
    return list(words.values())


def looks_whole(text: str) -> WholeWord | None:
    """What kind of whole value a single word is (an order number or its beginning, nine or more digits, an e-mail),
    with the forms to look up in the indexed columns; None if it is none, or several words.

    The text as typed is always among the forms: a channel's order number is looked up as typed.
    """
    typed = plain(text).strip()
    tokens = search_text(typed).split()
    word = tokens[0].strip(_EDGES) if len(tokens) == 1 else ""
    if word and re.fullmatch(r"[^@\s]+@[^@\s]+", typed):
        return WholeWord(WholeKind.EMAIL, (typed.lower(),))
    whole = normalize_order_number(typed)
    number = whole or _number_prefix(typed)
    full = word.isascii() and sum(map(str.isdigit, word)) >= _FULL_PHONE
    if number is None and not full:
        return None
    forms = [form.upper() for form in _forms(word)] if full else []
    only_digits = _DIGITS.fullmatch(word) is not None and full and (whole is None or whole != typed)
    kind = WholeKind.DIGITS if number is None or only_digits else WholeKind.ORDER_NUMBER
    return WholeWord(kind, _unique(*([number] if number else []), *forms, typed, typed.upper()))


def escape_like(form: str) -> str:
    r"""`form` for a LIKE pattern with `escape '\'`: `%`, `_` and `\` stand for themselves."""
    return re.sub(r"([\\%_])", r"\\\1", form)


def _join_phones(tokens: list[str]) -> list[str]:
    """`0812 3456 7890` is one word: apart, its 0812 would be found in no phone_key."""
    joined: list[str] = []
    at = 0
    while at < len(tokens):
        run, end = tokens[at], at + 1
        if _PHONE_START.fullmatch(run):
            run = run.strip("()")
            while end < len(tokens) and _DIGITS.fullmatch(tokens[end]) and len(run + tokens[end]) <= _LONGEST_PHONE:
                run, end = run + tokens[end], end + 1
        if end > at + 1 and len(run.lstrip("+")) >= _FULL_PHONE:
            joined.append(run)
            at = end
        else:
            joined.append(tokens[at])
            at += 1
    return joined


def _forms(word: str) -> tuple[str, ...]:
    if dialled := _DIALLED.fullmatch(word):
        return (dialled[1],) if dialled[1] else (word,)
    number = normalize_order_number(word)
    own = [random_part(number).lower()] if number else []
    if _DIGITS.fullmatch(word) and len(word) >= _FULL_PHONE and (dialled := _MAYBE_DIALLED.fullmatch(word)):
        own.append(dialled[1])
    return _unique(*own, word)


def _number_prefix(typed: str) -> str | None:
    """The beginning of an order number, from its hyphen on: `261121-7kx3`."""
    head, hyphen, rest = typed.partition("-")
    whole = normalize_order_number(f"{head}-{rest}{'0' * (8 - len(rest))}") if hyphen and len(rest) < 8 else None
    return whole[: 7 + len(rest)] if whole else None


def _unique(*forms: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(forms))
