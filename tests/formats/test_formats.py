"""What readers see, in each language: amounts, numbers, days, deadlines, labels."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from babel.numbers import format_currency, format_decimal
from flask import Flask
from flask_babel import Babel, force_locale

from webapp import formats
from webapp.formats.numbers import writer
from webapp.formats.times import moments
from webapp.models import JobKind, JobState

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
NO_BREAK = "\u00a0"


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """An application with the catalogues and without a database, at NOW."""
    monkeypatch.setattr("webapp.clock.now", lambda: NOW)
    application = Flask("webapp")
    Babel(application, locale_selector=formats.select_locale)
    formats.register(application)
    with application.app_context():
        yield application


@pytest.mark.parametrize(
    ("language", "amount", "currency", "expected"),
    [
        ("id", 389_000, "IDR", "Rp 389.000"),
        ("en", 389_000, "IDR", "Rp 389,000"),
        ("ko", 389_000, "IDR", "Rp 389,000"),
        ("ko", 41_500, "KRW", "₩41,500"),
        ("id", 41_500, "KRW", "₩41.500"),
        ("en", 0, "IDR", "Rp 0"),
        ("id", 999, "IDR", "Rp 999"),
        ("en", -1_234_567, "IDR", "-Rp 1,234,567"),
        ("en", 123_450, "USD", "$1,234.50"),
        ("id", 123_405, "USD", "US$1.234,05"),
        ("en", -5, "USD", "-$0.05"),
        ("en", 12_345_678_901_234, "IDR", "Rp 12,345,678,901,234"),
        ("en", 1_234, "BHD", "BHD 1.234"),
    ],
)
def test_money(app: Flask, language: str, amount: int, currency: str, expected: str) -> None:
    with force_locale(language):
        assert formats.money(amount, currency) == expected.replace(" ", NO_BREAK)
        assert writer(currency, sign=True)(amount) == formats.money(amount, currency)
        bare = formats.amount(amount, currency)
        assert bare == writer(currency, sign=False)(amount)
        assert bare.strip("-") in expected


@pytest.mark.parametrize("language", ["en", "id", "ko"])
def test_digits_are_babels(app: Flask, language: str) -> None:
    with force_locale(language):
        for number in (0, 7, -12, 1_000, 65_432, -9_876_543):
            assert formats.integer(number) == format_decimal(number, locale=language)
        for cents in (0, 1, 99, 100, 123_456_789, -1):
            ours = formats.money(cents, "EUR").replace(NO_BREAK, "")
            assert ours == format_currency(cents / 100, "EUR", locale=language).replace(NO_BREAK, "")


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, "0 B"), (999, "999 B"), (1_000, "1 kB"), (96_400, "96 kB"), (1_449_000, "1.4 MB"), (9_960_000, "10 MB"),
        (209_715_200, "210 MB"), (999_600, "1 MB"), (3_500_000_000, "3.5 GB"), (7_000_000_000_000, "7000 GB"),
    ],
)  # fmt: skip
def test_file_sizes(app: Flask, size: int, expected: str) -> None:
    assert formats.file_size(size) == expected.replace(" ", NO_BREAK)
    with force_locale("id"):
        assert formats.file_size(size) == expected.replace(" ", NO_BREAK).replace(".", ",")


@pytest.mark.parametrize(
    ("language", "this_year", "last_year"),
    [
        ("en", "21 Nov, 09:42", "5 Aug 2025, 00:05"),
        ("id", "21 Nov, 09.42", "5 Agu 2025, 00.05"),
        ("ko", "11월 21일 09:42", "2025년 8월 5일 00:05"),
    ],
)
def test_moments_in_the_stores_zone(app: Flask, language: str, this_year: str, last_year: str) -> None:
    recent = datetime(2026, 11, 21, 2, 42, 59, tzinfo=UTC)
    old = datetime(2025, 8, 4, 17, 5, tzinfo=UTC)
    with force_locale(language):
        assert formats.moment(recent, "Asia/Jakarta") == this_year
        assert formats.moment(old, "Asia/Jakarta") == last_year
        assert moments("Asia/Jakarta")(old) == last_year


def test_the_year_is_the_zones(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    eve = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    monkeypatch.setattr("webapp.clock.now", lambda: eve)
    assert formats.moment(eve, "Asia/Seoul") == "1 Jan, 01:00"
    assert formats.moment(eve, "Asia/Jakarta") == "31 Dec, 23:00"
    assert formats.moment(eve - timedelta(hours=2), "Asia/Seoul") == "31 Dec 2026, 23:00"


@pytest.mark.parametrize(
    ("language", "short", "full"),
    [("en", "2 May", "2 May 2026"), ("id", "2 Mei", "2 Mei 2026"), ("ko", "5월 2일", "2026년 5월 2일")],
)
def test_days(app: Flask, language: str, short: str, full: str) -> None:
    with force_locale(language):
        assert formats.day(date(2026, 5, 2)) == short
        assert formats.day(datetime(2026, 5, 1, 18, 0, tzinfo=UTC), "Asia/Jakarta") == short
        assert formats.long_day(date(2026, 5, 2)) == full
        assert formats.day(date(2019, 5, 2)) == full.replace("2026", "2019")


@pytest.mark.parametrize(
    ("seconds", "text", "level"),
    [
        (3 * 3600 + 60, "3 h left", "soon"),
        (4 * 3600 - 1, "3 h left", "soon"),
        (4 * 3600, "4 h left", ""),
        (86_399, "23 h left", ""),
        (86_400, "1 d left", ""),
        (59 * 60, "59 m left", "soon"),
        (0, "0 m left", "soon"),
        (-1, "0 m late", "late"),
        (-4 * 3600, "4 h late", "late"),
        (-3 * 86_400, "3 d late", "late"),
    ],
)
def test_deadlines_have_one_unit_and_a_level(app: Flask, seconds: int, text: str, level: str) -> None:
    assert formats.due(NOW + timedelta(seconds=seconds), NOW) == (text, level)


def test_ages(app: Flask) -> None:
    assert formats.age(NOW - timedelta(minutes=11, seconds=50), NOW) == "11 m old"
    assert formats.age(NOW + timedelta(seconds=5), NOW) == "0 m old"
    for days, words in ((59, "59 d old"), (60, "2 mo old"), (729, "24 mo old"), (730, "2 y old"), (5_700, "15 y old")):
        assert formats.age(NOW - timedelta(days=days), NOW) == words
    with force_locale("id"):
        assert formats.age(NOW - timedelta(hours=5), NOW) == "5 jam lalu"


def test_labels_of_codes_nobody_knows_are_shown_as_they_are(app: Flask) -> None:
    assert formats.status_label("beamed_up") == "beamed_up"
    assert formats.channel_label("naver_smartstore") == "Naver Smart Store"
    assert formats.payment_method_label(None) == "No payment method"
    assert formats.job_state_label("wat") == "wat"
    for codes, label in ((JobState, formats.job_state_label), (JobKind, formats.job_kind_label)):
        assert not {label(code.value) for code in codes} & {code.value for code in codes}


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("id-ID,id;q=0.9,en-US;q=0.8", "id"), ("in-ID", "id"), ("ko", "ko"), ("KO-kr", "ko"), ("en_GB", "en"),
        ("fr-FR,fr;q=0.9,ko;q=0.2,en;q=0.5", "en"), ("en;q=0,ko;q=0.1", "ko"), ("fr", None), ("", None), ("*", None),
        ("id;q=0", None), ("\x00,,;;q", None), (",".join(["xx"] * 5000), None),
    ],
)  # fmt: skip
def test_the_browsers_language(header: str, language: str | None) -> None:
    assert formats.best_language(header) == language


def test_templates_escape_what_is_put_into_texts(app: Flask) -> None:
    template = app.jinja_env.from_string('{{ _("Order %(number)s", number=number) }} {{ money(1500, "IDR") }}')
    with force_locale("id"):
        assert template.render(number="<b>&") == f"Pesanan &lt;b&gt;&amp; Rp{NO_BREAK}1.500"
        assert app.jinja_env.from_string('{{ _("Done") ~ "<" }}').render() == "Berhasil&lt;"


def test_mails_text_parts_do_not_escape(app: Flask) -> None:
    environment = app.jinja_env.overlay(autoescape=False)
    assert environment.from_string('{{ _("Order %(number)s", number="<&>") }}').render() == "Order <&>"
