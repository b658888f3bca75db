"""The catalogues: nothing lacks its Indonesian, buyers have their Korean, and no text breaks when it is filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import flask_admin
import pytest
import wtforms
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask
from flask_admin.babel import domain, gettext
from flask_admin.helpers import set_current_view
from flask_babel import force_locale

from webapp.domain.order_status import OrderStatus
from webapp.domain.payment import PaymentMethod, PaymentStatus
from webapp.domain.permissions import Role
from webapp.formats import payment_label, payment_method_label, role_label, status_label
from webapp.formats.form_words import MESSAGES

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = ROOT / "webapp" / "translations"
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w*\}|%%|%s")
KOREAN_NEEDED = ("public/", "templates/public/", "templates/mail/", "formats/", "domain/errors.py")


def words(message: Message) -> tuple[str, ...]:
    """The msgid, and its plural if it has one."""
    return tuple(message.id) if isinstance(message.id, (tuple, list)) else (message.id,)


def texts(message: Message) -> tuple[str, ...]:
    """The translation, one for each form of the plural."""
    return tuple(message.string) if isinstance(message.string, (tuple, list)) else (message.string,)


def messages(catalogue: Catalog) -> Iterator[Message]:
    """Everything but the header."""
    return (message for message in catalogue if message.id)


def catalogue(language: str, domain: str = "messages") -> Catalog:
    with (CATALOGUES / language / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
        return read_po(file, locale=language)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """Every text of code and templates, collected as `make messages` does."""
    path = tmp_path_factory.mktemp("texts") / "messages.pot"
    options = ["-F", str(ROOT / "pyproject.toml"), "-k", "N_", "-k", "_l", "-k", "lazy_gettext"]
    CommandLineInterface().run(["pybabel", "-q", "extract", *options, "-o", str(path), str(ROOT / "webapp")])
    with path.open("rb") as file:
        return read_po(file)


@pytest.mark.parametrize("language", ["id", "ko"])
def test_nothing_is_left_from_texts_that_are_gone(template: Catalog, language: str) -> None:
    wanted = {words(message)[0] for message in messages(template)}
    have = {words(message)[0] for message in messages(catalogue(language))}
    assert have - wanted == set(), "run `make messages`"


def test_everything_has_its_indonesian(template: Catalog) -> None:
    indonesian = catalogue("id")
    missing = [words(message)[0] for message in messages(template) if not _translated(indonesian, message)]
    assert missing == []


def test_what_buyers_read_has_its_korean(template: Catalog) -> None:
    korean = catalogue("ko")
    for message in messages(template):
        places = [place for place, _line in message.locations]
        if any(part in place for place in places for part in KOREAN_NEEDED):
            assert _translated(korean, message), words(message)[0]


def _translated(translations: Catalog, message: Message) -> bool:
    found = translations.get(words(message)[0])
    return found is not None and not found.fuzzy and all(texts(found))


@pytest.mark.parametrize(("language", "domain"), [("id", "messages"), ("ko", "messages"), ("id", "admin")])
def test_translations_keep_their_placeholders(language: str, domain: str) -> None:
    for message in messages(catalogue(language, domain)):
        expected = {mark for form in words(message) for mark in PLACEHOLDER.findall(form)}
        for text in filter(None, texts(message)):
            assert set(PLACEHOLDER.findall(text)) == expected, text
            assert not message.fuzzy, text


def test_flask_admin_has_its_indonesian() -> None:
    folder = Path(flask_admin.__file__).parent
    keywords = {"gettext": None, "lazy_gettext": None, "_gettext": None, "ngettext": (1, 2), "_ngettext": (1, 2)}
    methods = [("**.py", "python"), ("templates/**.html", "jinja2")]
    indonesian = catalogue("id", "admin")
    for _file, _line, msgid, _comments, _context in extract_from_dir(folder, methods, {}, keywords):
        message = Message(msgid)
        assert _translated(indonesian, message), msgid


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_flask_admin_finds_its_indonesian(app: Flask) -> None:
    domain.cache.clear()
    with app.test_request_context("/admin/"), force_locale("id"):
        set_current_view(app.extensions["admin"][0].index_view)
        assert gettext("Home") == "Beranda"
    domain.cache.clear()


def test_our_copy_of_wtforms_texts_is_complete() -> None:
    folder = Path(wtforms.__file__).parent
    keywords = {"gettext": None, "ngettext": (1, 2), "translate": None}
    found = extract_from_dir(folder, [("**.py", "python")], {}, keywords)
    singular = {msgid if isinstance(msgid, str) else msgid[0] for _file, _line, msgid, _comments, _context in found}
    shipped = Translations.load(folder / "locale", ["ko"], "wtforms")._catalog
    singular |= {key if isinstance(key, str) else key[0] for key in shipped if key}
    assert singular - set(MESSAGES) == set()


GUIDE = {
    "created": ("Created", "Dibuat", "접수"),
    "pending": ("Pending", "Menunggu", "대기"),
    "confirmed": ("Confirmed", "Dikonfirmasi", "확인"),
    "in_process": ("In process", "Diproses", "처리 중"),
    "ready_to_ship": ("Ready to ship", "Siap dikirim", "발송 준비"),
    "shipped": ("Shipped", "Dikirim", "배송 중"),
    "completed": ("Completed", "Selesai", "완료"),
    "rts": ("Returned to sender", "Retur ke pengirim", "반송"),
    "closed": ("Closed", "Ditutup", "종료"),
    "canceled": ("Canceled", "Dibatalkan", "취소"),
}


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_statuses_have_the_words_of_the_guide_in_each_language(app: Flask) -> None:
    assert set(GUIDE) == set(OrderStatus)
    for place, language in enumerate(("en", "id", "ko")):
        with force_locale(language):
            for status in OrderStatus:
                assert status_label(status) == GUIDE[status][place]


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_every_code_has_a_word_of_its_own(app: Flask) -> None:
    for language in ("en", "id", "ko"):
        with force_locale(language):
            for codes, label in (
                (OrderStatus, status_label), (PaymentStatus, payment_label), (Role, role_label),
                (PaymentMethod, payment_method_label),
            ):  # fmt: skip
                shown = [label(code) for code in codes]
                assert len(set(shown)) == len(shown)
                assert not set(shown) & {code.value for code in codes}
