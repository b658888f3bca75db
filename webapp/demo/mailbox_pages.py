"""The mailbox's web pages: the list, a mail, and its parts. They load nothing from anywhere else."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

from webapp.demo.mailbox import Mailbox, Summary, headers, part

STYLE = Path(__file__).with_name("mailbox.css").read_bytes()
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""A mail's own HTML runs nothing and loads nothing; its links open in a new tab."""
_MAIL = re.compile(r"/mail/([0-9TZ]+-[0-9a-f]+)(/html|/raw)?")


class PageServer(ThreadingHTTPServer):
    """Serves one mailbox."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], mailbox: Mailbox) -> None:
        self.mailbox = mailbox
        super().__init__(address, Pages)


class Pages(BaseHTTPRequestHandler):
    server: PageServer
    server_version = "LapakInbox"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        # A page of another site must not read mails by giving its own name this address (DNS rebinding).
        host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        if host not in ("localhost", "127.0.0.1", "[::1]"):
            self._answer(HTTPStatus.FORBIDDEN, b"This inbox answers to localhost alone.\n", "text/plain")
            return
        url = urlsplit(self.path)
        if url.path == "/":
            words = parse_qs(url.query).get("q", [""])[0]
            self._page(_list_page(self.server.mailbox.find(words), words))
        elif url.path == "/style.css":
            self._answer(HTTPStatus.OK, STYLE, "text/css")
        elif match := _MAIL.fullmatch(url.path):
            self._mail(match[1], match[2] or "")
        else:
            self._page(_missing_page(), HTTPStatus.NOT_FOUND)

    do_HEAD = do_GET  # noqa: N815 — http.server's names

    def _mail(self, name: str, view: str) -> None:
        found = self.server.mailbox.read(name)
        if found is None:
            self._page(_missing_page(), HTTPStatus.NOT_FOUND)
            return
        summary, content = found
        if view == "/raw":
            self._answer(HTTPStatus.OK, content, "text/plain")
        elif view == "/html":
            html = '<base target="_blank">' + (part(content, "html") or "")
            self._answer(HTTPStatus.OK, html.encode("utf-8", "replace"), "text/html", MAIL_POLICY)
        else:
            self._page(_mail_page(summary, content))

    def _page(self, html: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        self._answer(status, html.encode("utf-8", "replace"), "text/html")

    def _answer(self, status: HTTPStatus, body: bytes, kind: str, policy: str = PAGE_POLICY) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", policy)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — the base class's name
        """Page views are not worth a line in the supervisor's terminal."""


def _frame(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="/style.css"></head><body>'
        '<header><a class="brand" href="/">Mail inbox</a><span class="hint">Development: nothing leaves this machine'
        f"</span></header><main>{body}</main></body></html>"
    )


def _list_page(mails: list[Summary], words: str) -> str:
    now = datetime.now(UTC)
    rows = "".join(
        f'<li><a href="/mail/{mail.name}"><span class="to">{escape(mail.recipients)}</span>'
        f'<span class="subject">{escape(mail.subject) or "(no subject)"}</span>'
        f'<time datetime="{mail.arrived_at.isoformat()}">{_ago(mail.arrived_at, now)}</time></a></li>'
        for mail in mails
    )
    if rows:
        found = f'<ul class="mails">{rows}</ul>'
    elif words:
        found = f'<p class="empty">No mail matches <strong>{escape(words)}</strong>. <a href="/">Show all</a></p>'
    else:
        found = '<p class="empty">No mail yet. What Lapak sends appears here.</p>'
    count = f"{len(mails)} mail{'' if len(mails) == 1 else 's'}"
    return _frame(
        "Mail inbox",
        '<form class="search" role="search"><label for="q">Search address or subject</label>'
        f'<input id="q" name="q" type="search" value="{escape(words)}"><button>Search</button>'
        f'<a class="button" href="/{"?q=" + quote(words) if words else ""}">Refresh</a></form>'
        f"<h1>{count}</h1>{found}",
    )


def _mail_page(mail: Summary, content: bytes) -> str:
    text, html = part(content, "plain"), part(content, "html")
    lines = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in headers(content))
    views = ""
    if html is not None:
        views += (
            '<section><h2>HTML</h2><iframe title="The mail as HTML" sandbox="allow-popups'
            f' allow-popups-to-escape-sandbox" src="/mail/{mail.name}/html"></iframe></section>'
        )
    if text is not None:
        views += f'<section><h2>Text</h2><pre tabindex="0">{_linked(text)}</pre></section>'
    return _frame(
        mail.subject,
        f'<p><a href="/">← All mails</a></p><h1>{escape(mail.subject) or "(no subject)"}</h1>'
        f'<dl class="envelope"><dt>To</dt><dd>{escape(mail.recipients)}</dd><dt>From</dt><dd>{escape(mail.sender)}</dd>'
        f"<dt>Arrived</dt><dd>{mail.arrived_at:%Y-%m-%d %H:%M:%S} UTC</dd></dl>{views}"
        f'<details><summary>Headers</summary><dl class="headers">{lines}</dl></details>'
        f'<p><a href="/mail/{mail.name}/raw">Raw mail</a></p>',
    )


def _missing_page() -> str:
    return _frame(
        "Not found", '<h1>Not found</h1><p class="empty">This mail is no longer kept. <a href="/">All mails</a></p>'
    )


def _linked(text: str) -> str:
    """Escaped, with addresses of pages as links."""
    pieces = re.split(r"(https?://[^\s<>\"]+)", text)
    return "".join(
        f'<a href="{escape(piece)}" target="_blank" rel="noopener noreferrer">{escape(piece)}</a>'
        if index % 2
        else escape(piece)
        for index, piece in enumerate(pieces)
    )


def _ago(moment: datetime, now: datetime) -> str:
    seconds = int((now - moment).total_seconds())
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{seconds // 60} min ago"
    if seconds < 86400:
        return f"{seconds // 3600} h ago"
    return f"{moment:%Y-%m-%d}"
