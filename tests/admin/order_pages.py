"""Reading the order pages in tests: which rows, which tabs, what was flashed."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence

from werkzeug.test import TestResponse

from tests.admin.back_office import BackOffice

LIST = "/admin/orders/"


def numbers(page: str) -> list[str]:
    """The orders of a list, from top to bottom."""
    return re.findall(r'<input class="lp-tick" type="checkbox" name="rowid" value="([^"]+)"', page)


def tabs(page: str) -> dict[str, str]:
    """Each tab's name with its count."""
    return dict(re.findall(r'class="lp-tab"[^>]*>([^<]+)<span class="n[^"]*">([^<]+)</span>', page))


def link(page: str, words: str) -> str:
    """The address of the link with these words."""
    found = re.search(rf'<a[^>]*href="([^"]+)"[^>]*>(?:(?!</a>).)*{re.escape(words)}', page, re.DOTALL)
    assert found is not None, words
    return html.unescape(found[1])


def words(page: str) -> str:
    """What stands in the page's main part, without markup."""
    main = re.search(r"<main.*</main>", page, re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main[0] if main else page)).split())


def toasts(page: str) -> str:
    """What the page says as a toast."""
    return " ".join(html.unescape(text) for text in re.findall(r"data-text>([^<]+)<", page))


def act(person: BackOffice, path: str, orders: Sequence[str], **fields: str) -> TestResponse:
    """Send one of the bulk forms for these orders."""
    data: Mapping[str, object] = {"rowid": list(orders), **fields}
    return person.post(LIST + path, data)


def said_after(person: BackOffice, response: TestResponse) -> str:
    """The page that a redirect leads to."""
    assert response.status_code == 302, (response.status_code, words(response.text)[:400])
    return person.page(response.location)
