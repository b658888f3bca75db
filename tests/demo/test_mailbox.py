"""The mail inbox of development: it keeps what arrives, shows it, and lets no mail do anything."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from webapp.demo.mailbox import Mailbox, headers, part
from webapp.demo.mailbox_pages import PageServer


def mail(subject: str = "Pesanan dikirim", html: str = "<p>Halo</p>") -> bytes:
    message = EmailMessage()
    message["From"] = "Toko <toko@lapak.test>"
    message["To"] = "budi@lapak.test"
    message["Subject"] = subject
    message.set_content("See http://localhost:8000/o/abc?x=1&y=2 <b>")
    message.add_alternative(html, subtype="html")
    return message.as_bytes()


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path / "inbox", kept=3)


@pytest.fixture
def pages(mailbox: Mailbox) -> Iterator[PageServer]:
    server = PageServer(("127.0.0.1", 0), mailbox)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def get(server: PageServer, path: str, host: str = "localhost:8025") -> tuple[int, str, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=5)
    connection.request("GET", path, headers={"Host": host, "Connection": "close"})
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response.status, body, dict(response.getheaders())


def test_mails_are_found_newest_first_and_survive_a_restart(mailbox: Mailbox) -> None:
    mailbox.add(["budi@lapak.test"], mail("First"))
    mailbox.add(["sari@lapak.test", "ani@lapak.test"], mail("Second"))
    assert [each.subject for each in mailbox.find()] == ["Second", "First"]
    assert [each.subject for each in mailbox.find("SARI lapak")] == ["Second"]
    assert mailbox.find("nobody") == []
    again = Mailbox(mailbox.folder, kept=3)
    assert again.find() == mailbox.find()


def test_only_the_newest_are_kept(mailbox: Mailbox) -> None:
    for number in range(5):
        mailbox.add(["budi@lapak.test"], mail(str(number)))
    assert [each.subject for each in mailbox.find()] == ["4", "3", "2"]
    assert len(list(mailbox.folder.iterdir())) == 3
    assert mailbox.read("20260101T000000000000-00000000") is None


def test_parts_of_a_mail_that_is_broken_are_missing_not_an_error(mailbox: Mailbox) -> None:
    for content in (
        b"",
        b"\xff\xfe rubbish",
        b"Subject: =?utf-8?B?%%%?=\r\n\r\nx",
        b"Content-Type: text/html; charset=none\r\n\r\nx",
    ):
        mailbox.add(["x\r\nBcc: y"], content)
        summary = mailbox.find()[0]
        found = mailbox.read(summary.name)
        assert found is not None
        part(found[1], "plain")
        part(found[1], "html")
        assert headers(found[1])[0] == ("X-Delivered-To", "xBcc: y")


def test_pages(mailbox: Mailbox, pages: PageServer) -> None:
    assert "No mail yet" in get(pages, "/")[1]
    mailbox.add(["budi@lapak.test"], mail("<script>alert(1)</script>"))
    name = mailbox.find()[0].name
    status, body, _ = get(pages, "/?q=budi")
    assert status == 200
    assert "&lt;script&gt;alert" in body
    assert "<script" not in body
    assert "No mail matches" in get(pages, "/?q=%3Cb%3Enobody")[1]
    status, body, _ = get(pages, f"/mail/{name}")
    assert '<a href="http://localhost:8000/o/abc?x=1&amp;y=2" target="_blank" rel="noopener noreferrer">' in body
    assert "<script" not in body
    assert get(pages, f"/mail/{name}/raw")[1].startswith("X-Delivered-To: budi@lapak.test")
    assert get(pages, "/style.css")[0] == 200


def test_a_mails_own_html_can_do_nothing(mailbox: Mailbox, pages: PageServer) -> None:
    mailbox.add(["budi@lapak.test"], mail(html="<script>alert(1)</script><img src='https://tracker.test/x.png'>"))
    name = mailbox.find()[0].name
    _, body, sent = get(pages, f"/mail/{name}/html")
    assert body.startswith('<base target="_blank">')
    policy = sent["Content-Security-Policy"]
    assert policy.startswith("sandbox ")
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy
    assert "img-src data:;" in policy
    assert "allow-scripts" not in get(pages, f"/mail/{name}")[1]


@pytest.mark.parametrize(
    "path", ["/nothing", "/mail/1", "/mail/..%2f..%2fsecret_key", "/mail/20260101T000000000000-00000000"]
)
def test_what_is_not_there_is_not_found(pages: PageServer, path: str) -> None:
    assert get(pages, path)[0] == 404


def test_it_answers_to_no_other_name(mailbox: Mailbox, pages: PageServer) -> None:
    mailbox.add(["budi@lapak.test"], mail("secret"))
    status, body, _ = get(pages, "/", host="evil.test:8025")
    assert status == 403
    assert "secret" not in body
