"""Promises of the templates, styles and scripts that a browser would find out too late."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from webapp.domain.order_status import OrderStatus

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
TEMPLATES = ROOT / "webapp" / "templates"
PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if "mail" not in path.relative_to(TEMPLATES).parts)
"""Mails are left out: mail programs know no style sheets."""
STYLES = sorted((STATIC / "css").glob("*.css"))
SCRIPTS = sorted((STATIC / "js").glob("*.js"))

FORBIDDEN_BY_CSP = {
    "a style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "an inline handler": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE),
    "an inline style sheet": re.compile(r"<style\b", re.IGNORECASE),
    "an address elsewhere": re.compile(r"(?:src|href)=\"https?://", re.IGNORECASE),
}


def _icons() -> list[str]:
    lines = (STATIC / "icons.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _gzipped(paths: list[Path]) -> int:
    return len(gzip.compress("".join(path.read_text("utf-8") for path in paths).encode()))


def _own_classes(text: str) -> Iterator[str]:
    """The `lp-` classes in class attributes, those with a computed end as far as they are written."""
    for attribute in re.findall(r"class=\"([^\"]*(?:\"[^\"]*\"[^\"]*)*?)\"[\s>]", text):
        plain = re.sub(r"\{[{%].*?[%}]\}", "\0", attribute)
        yield from re.findall(r"(?<![\w-])lp-[\w-]+", plain.split("\0")[0])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TEMPLATES)))
def test_pages_hold_nothing_that_the_csp_forbids(page: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", page.read_text("utf-8"), flags=re.DOTALL)
    found = [name for name, pattern in FORBIDDEN_BY_CSP.items() if pattern.search(text)]
    assert found == []


def test_every_icon_that_is_asked_for_is_drawn() -> None:
    icons = set(_icons())
    call = re.compile(r"\bicon\(\s*\"([\w-]+)\"")
    asked = {(name, page.name) for page in PAGES for name in call.findall(page.read_text("utf-8"))}
    menu = re.compile(r"menu_icon_value=\"([\w-]+)\"")
    views = (ROOT / "webapp").rglob("*.py")
    asked |= {(name, path.name) for path in views for name in menu.findall(path.read_text("utf-8"))}
    assert sorted((name, where) for name, where in asked if name not in icons) == []


def test_icons_are_listed_once_and_in_order() -> None:
    assert _icons() == sorted(set(_icons()))


def test_every_status_has_a_glyph_and_a_colour() -> None:
    glyphs = set(re.findall(r"id=\"g-(\w+)\"", (STATIC / "glyphs.svg").read_text("utf-8")))
    colours = set(re.findall(r"\.lp-st-(\w+)", (STATIC / "css" / "44-marks.css").read_text("utf-8")))
    statuses = {status.value for status in OrderStatus}
    assert glyphs == statuses
    assert colours == statuses


def test_every_own_class_has_a_rule() -> None:
    styles = "".join(path.read_text("utf-8") for path in STYLES)
    ruled = set(re.findall(r"\.(lp-[\w-]+)", styles))
    missing = set()
    for page in PAGES:
        for name in _own_classes(page.read_text("utf-8")):
            known = any(rule.startswith(name) for rule in ruled) if name.endswith("-") else name in ruled
            if not known:
                missing.add((page.name, name))
    assert sorted(missing) == []


def test_every_rule_has_an_own_class_that_is_used() -> None:
    styles = "".join(re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL) for path in STYLES)
    users = [*PAGES, *SCRIPTS, *(ROOT / "webapp").rglob("*.py")]
    used = {name for path in users for name in re.findall(r"lp-[\w-]+", path.read_text("utf-8"))}
    begun = tuple(name for name in used if name.endswith("-"))  # the rest of the name is computed
    ruled = set(re.findall(r"\.(lp-[\w-]+)", styles))
    assert sorted(name for name in ruled - used if not name.startswith(begun)) == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_scripts_say_what_they_are_for_and_make_no_markup_of_text(script: Path) -> None:
    text = script.read_text("utf-8")
    assert text.startswith("// ")
    assert not re.search(r"innerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text)


def test_weights() -> None:
    """Compressed bytes before the server's own compression, as the design allows them."""
    of_one_page = [STATIC / "js" / name for name in ("amounts.js", "entry.js")]
    assert _gzipped(STYLES) < 20_500
    assert _gzipped([script for script in SCRIPTS if script not in of_one_page]) < 16_000
    assert _gzipped(of_one_page) < 4_000


def test_every_file_is_read_in_one_sitting() -> None:
    long = [path.name for path in (*STYLES, *SCRIPTS, *PAGES) if len(path.read_text("utf-8").splitlines()) > 400]
    assert long == []


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
    assert "://" not in re.sub(r'"(?:url|license)": "[^"]*"', "", json.dumps(lock))
