"""A whole site for a real browser: web server, worker, mail server, on SQLite, and Chromium looking at it."""

from __future__ import annotations

import importlib
import queue
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.factories import PASSWORD, Shop
from tests.mailbox import Mailbox
from webapp.extensions import db

BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


class Quiet(WSGIRequestHandler):
    """A server that does not tell of each request."""

    def log_request(self, *_arguments: object) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Site:
    """A running site."""

    app: Flask
    address: str
    shop: Shop
    mails: Mailbox


@pytest.fixture
def engine_kind() -> str:
    """Stories run on one database; what lies below the pages is tested on both."""
    return "sqlite"


@pytest.fixture
def site(app: Flask, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The application behind a server on a free port, with a worker that answers the bell and a mail server."""
    bell: queue.Queue[tuple[str, tuple[object, ...]] | None] = queue.Queue()
    monkeypatch.setattr("webapp.queues.ring", lambda task, *args: bell.put((task, args)))
    mails = Mailbox()
    mails.controller.start()
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    address = f"http://127.0.0.1:{server.server_port}"
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], mail_url=mails.url, base_url=address)

    def work() -> None:
        while (nudge := bell.get()) is not None:
            module, _, name = nudge[0].rpartition(".")
            with app.app_context():
                getattr(importlib.import_module(module), name)(*nudge[1])
                db.session.remove()

    threads = [threading.Thread(target=server.serve_forever), threading.Thread(target=work)]
    for thread in threads:
        thread.start()
    yield Site(app, address, shop, mails)
    bell.put(None)
    server.shutdown()
    server.server_close()
    for thread in threads:
        thread.join()
    mails.controller.stop()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The library that drives the browser."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """The system's Chromium, without the traffic that it makes of its own."""
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        pytest.fail("no Chromium: install it, for example with: apt-get install chromium")
    arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-sync"]
    browser = playwright.chromium.launch(executable_path=path, args=arguments)
    yield browser
    browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained of; each story ends with none."""
    return []


@pytest.fixture
def open_browser(chromium: Browser, site: Site, complaints: list[str]) -> Iterator[Callable[..., Page]]:
    """Open a window on the site: `open_browser(viewport=PHONE)`; any option of a Playwright context can be given."""
    contexts: list[BrowserContext] = []

    def open_window(**options: object) -> Page:
        chosen = {"viewport": DESKTOP, "locale": "en-GB", "base_url": site.address, **options}
        context = chromium.new_context(**chosen)  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def sign_in(open_browser: Callable[..., Page]) -> Callable[..., Page]:
    """A window of somebody who has signed in through the form: `sign_in("admin", viewport=PHONE)`."""

    def enter(role: str = "admin", **options: object) -> Page:
        page = open_browser(**options)
        page.goto("/login")
        page.get_by_label("E-mail").fill(f"{role}@example.com")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/admin/")
        return page

    return enter
