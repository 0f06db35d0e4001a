"""The local mailbox: what it takes, how it is read, what its pages show and refuse."""

import os
import smtplib
import socket
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel
from jinja2 import ChoiceLoader, DictLoader, FileSystemLoader

from app import formats
from app.mail import mailbox, received
from app.mail.envelope import Attachment
from app.mail.failures import PermanentFailure, TemporaryFailure
from app.mail.mailbox import MailboxServer, keep, serve_mailbox
from app.mail.mailbox_views import linkify, make_blueprint
from app.mail.mime import to_bytes
from app.mail.received import MailNotFound

ROOT = Path(__file__).parents[3]
# The frame of every page needs a department and built assets; these pages need only its blocks.
BASE = "<!doctype html><title>{% block title %}{% endblock %}</title>{% block body %}{% endblock %}"
PDF = Attachment("Công văn số 15.pdf", "application/pdf", b"%PDF-1.7 thu")
ODD_IDS = [
    "",
    ".",
    "..",
    "../secret",
    "..%2fsecret",
    "%2e%2e%2fsecret",
    "/etc/passwd",
    "a/../../secret",
    "20261120T080000000000Z-0000000g",
    "20261120T080000000000Z-00000000/../secret",
    "20261120T080000000000Z-00000000\n",
    "20261120T080000000000Z-00000000\0",
    "２0261120T080000000000Z-00000000",
    "secret",
    "x" * 5000,
]


@pytest.fixture
def server(tmp_path):
    with serve_mailbox("127.0.0.1", 0, tmp_path / "mailbox") as server:
        yield server


@pytest.fixture
def directory(tmp_path):
    directory = tmp_path / "mailbox"
    directory.mkdir()
    (tmp_path / "secret.eml").write_bytes(b"Subject: bi mat\r\n\r\n")
    return directory


@pytest.fixture
def client(directory):
    app = Flask(__name__)
    app.jinja_loader = ChoiceLoader(
        [DictLoader({"base.html": BASE}), FileSystemLoader(ROOT / "templates")]
    )
    app.add_template_global("/static/{}".format, "asset")
    app.add_template_filter(formats.size, "filesize")
    Babel(app, default_locale="vi", default_timezone="Asia/Ho_Chi_Minh")
    app.register_blueprint(make_blueprint(directory))
    return app.test_client()


@pytest.fixture
def put(directory, make_envelope):
    def put(**changes):
        raw = to_bytes(make_envelope(**changes))
        return keep(directory, raw, sender="vanthu@syt.example.vn", recipients=["tram@example.vn"])

    return put


def test_a_mail_that_was_sent_can_be_read(server, connect, make_envelope, tmp_path):
    connect(server.port).send(
        make_envelope(text="Chào.\n\n.chấm\n", html="<p>Chào</p>", attachments=(PDF,))
    )

    (summary,) = received.list_messages(tmp_path / "mailbox")
    assert summary.subject == "Về việc cấp tài khoản định danh"
    assert summary.sender == "Sở Y tế <vanthu@syt.example.vn>"
    assert summary.recipient == "Trạm Y tế Ánh Dương <tram@example.vn>"
    assert summary.date.isoformat() == "2026-11-20T08:00:00+07:00"
    assert summary.has_attachments
    mail = received.read_message(tmp_path / "mailbox", summary.id)
    assert mail.message_id == "<thu-1@syt.example.vn>"
    assert (mail.text, mail.html.strip()) == ("Chào.\n\n.chấm\n", "<p>Chào</p>")
    (file,) = mail.attachments
    assert (file.name, file.is_pdf, file.size) == (PDF.name, True, len(PDF.content))
    assert received.read_attachment(tmp_path / "mailbox", summary.id, 0) == PDF
    raw = received.read_raw(tmp_path / "mailbox", summary.id)
    assert raw.startswith(
        b"Return-Path: <vanthu@syt.example.vn>\r\nDelivered-To: tram@example.vn\r\n"
    )
    assert [path.suffix for path in (tmp_path / "mailbox").iterdir()] == [".eml"]


def test_the_newest_mail_comes_first_and_the_list_ends(put, directory):
    ids = [put(subject=f"Thư {number}") for number in range(5)]

    assert ids == sorted(ids)
    subjects = [mail.subject for mail in received.list_messages(directory, limit=3)]
    assert subjects == ["Thư 4", "Thư 3", "Thư 2"]
    assert received.list_messages(directory / "none") == []


def test_each_mail_is_read_once_for_the_list(put, directory, monkeypatch):
    put()
    put()
    read = []
    original = received.read_raw
    monkeypatch.setattr(received, "read_raw", lambda *a: read.append(a) or original(*a))

    received.list_messages(directory)
    received.list_messages(directory)

    assert len(read) == 2


def test_a_mail_thrown_away_leaves_the_list(put, directory):
    mail_id = put()
    assert len(received.list_messages(directory)) == 1
    (directory / f"{mail_id}.eml").unlink()
    assert received.list_messages(directory) == []


def test_too_large_a_mail_is_refused(server, connect, make_envelope, tmp_path, monkeypatch):
    content = b"x" * (mailbox.SIZE_LIMIT * 3 // 4)
    large = make_envelope(attachments=(Attachment("a.bin", "application/octet-stream", content),))

    with pytest.raises(PermanentFailure) as caught:
        connect(server.port).send(large)

    assert caught.value.reason == "too_large"
    assert list((tmp_path / "mailbox").iterdir()) == []


def test_a_full_disk_defers_the_mail_and_leaves_nothing(
    server, connect, make_envelope, tmp_path, monkeypatch
):
    def full(*_):
        raise OSError(28, "No space left on device")

    transport = connect(server.port)
    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", full)
        with pytest.raises(TemporaryFailure) as caught:
            transport.send(make_envelope())
    assert (caught.value.reason, caught.value.uncertain) == ("deferred", False)
    assert list((tmp_path / "mailbox").iterdir()) == []

    transport.send(make_envelope())
    assert len(received.list_messages(tmp_path / "mailbox")) == 1


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "", "example.vn"])  # noqa: S104
def test_the_mailbox_serves_this_machine_only(tmp_path, host):
    with pytest.raises(ValueError, match="this machine"):
        MailboxServer(host, 0, tmp_path)


def test_a_taken_port_is_told_at_once_and_stopping_frees_it(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        serve_mailbox("127.0.0.1", taken.getsockname()[1], tmp_path)
    server = serve_mailbox("127.0.0.1", 0, tmp_path)
    server.stop()
    server.stop()
    with pytest.raises(ConnectionRefusedError):
        smtplib.SMTP("127.0.0.1", server.port, "localhost", timeout=1)
    serve_mailbox("127.0.0.1", server.port, tmp_path).stop()


@pytest.mark.parametrize("mail_id", ODD_IDS)
def test_s6_an_id_we_did_not_make_opens_nothing(client, directory, mail_id):
    for read in (received.read_raw, received.read_message):
        with pytest.raises(MailNotFound):
            read(directory, mail_id)
    with pytest.raises(MailNotFound):
        received.read_attachment(directory, mail_id, 0)
    for path in ("/mailbox/{}.eml", "/mailbox/{}/html", "/mailbox/{}/attachments/0"):
        response = client.get(path.format(mail_id))
        assert response.status_code in {308, 404}
        assert b"bi mat" not in response.data


def test_a_file_number_that_is_not_there_opens_nothing(put, directory, client):
    mail_id = put(attachments=(PDF,))
    for number in (-1, 1, 10**9):
        with pytest.raises(MailNotFound):
            received.read_attachment(directory, mail_id, number)
    assert client.get(f"/mailbox/{mail_id}/attachments/1").status_code == 404


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n\r\n",
        b"\xff\xfe\x00binary",
        b"Subject: =?utf-8?b?!!!?=\r\nDate: never\r\n\r\nx",
        b"Subject: =?none?q?x?=\r\nContent-Type: text/plain; charset=none\r\n\r\nch\xc3\xa0o",
        b"From: <>\r\nTo: =?utf-8?q?=0D=0ABcc:x?= <a@b>\r\nDate: \r\n\r\n",
        b"Content-Type: multipart/mixed\r\n\r\nno boundary",
        b'Content-Type: application/x_y; name="../../a\r\n b"\r\n\r\nx',
        b"Content-Disposition: attachment; filename*=UTF-8''%2Fa%00%0A%E2%80%AEfdp.exe\r\n\r\nx",
        b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nx",
    ],
)
def test_a_broken_mail_is_shown_as_far_as_it_goes(directory, client, raw):
    mail_id = keep(directory, raw, sender="", recipients=["tram@example.vn"])

    (summary,) = received.list_messages(directory)
    assert "\n" not in summary.subject + summary.recipient
    assert client.get("/mailbox/").status_code == 200
    assert client.get(f"/mailbox/{mail_id}").status_code == 200
    for file in received.read_message(directory, mail_id).attachments:
        assert "/" not in file.name
        assert file.name.isprintable()
        response = client.get(f"/mailbox/{mail_id}/attachments/{file.index}?inline=1")
        assert response.status_code == 200
        assert response.mimetype == "application/octet-stream"


def test_the_list_shows_mails_in_local_time_and_refreshes_unless_told_not_to(client, put):
    assert "Chưa có thư nào" in client.get("/mailbox/").text
    mail_id = put(subject="<b>Đậm</b>", attachments=(PDF,))

    page = client.get("/mailbox/")

    assert "&lt;b&gt;Đậm&lt;/b&gt;" in page.text
    assert f'href="/mailbox/{mail_id}"' in page.text
    assert "08:00 20/11" in page.text
    assert page.headers["Refresh"] == "10"
    assert "Refresh" not in client.get("/mailbox/?refresh=off").headers


def test_a_mail_is_shown_as_text_with_its_links_and_files(client, put):
    mail_id = put(
        text="Mở https://vanthu.example.vn/a?b=1&c=2.\n<script>alert(1)</script>\n",
        html="<html><head></head><body><script>alert(1)</script><p>Chào</p></body></html>",
        attachments=(PDF, Attachment("a.html", "text/html", b"<script>alert(1)</script>")),
    )

    page = client.get(f"/mailbox/{mail_id}")

    assert '<a href="https://vanthu.example.vn/a?b=1&amp;c=2" rel=' in page.text
    assert "<script>" not in page.text
    assert "Công văn số 15.pdf" in page.text
    csp = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in csp
    assert "unsafe" not in csp
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.text


def test_the_html_of_a_mail_is_shut_in(client, put):
    mail_id = put(html="<html><head><title>x</title></head><script>alert(1)</script></html>")

    page = client.get(f"/mailbox/{mail_id}/html")

    assert '<head><base target="_blank"><title>' in page.text
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox ")
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert client.get(f"/mailbox/{put()}/html").status_code == 404


def test_only_a_pdf_opens_in_the_browser(client, put):
    mail_id = put(attachments=(PDF, Attachment("a.html", "text/html", b"<script>1</script>")))
    path = f"/mailbox/{mail_id}/attachments"

    shown = client.get(f"{path}/0?inline=1")
    saved = client.get(f"{path}/0")
    page = client.get(f"{path}/1?inline=1")

    assert shown.data == PDF.content
    assert shown.mimetype == "application/pdf"
    assert shown.headers["Content-Disposition"].startswith("inline; ")
    assert "C%C3%B4ng%20v%C4%83n" in saved.headers["Content-Disposition"]
    assert saved.headers["Content-Disposition"].startswith("attachment; ")
    assert page.headers["Content-Disposition"].startswith("attachment; ")
    assert page.mimetype == "application/octet-stream"


def test_the_original_can_be_saved(client, put, directory):
    mail_id = put()
    response = client.get(f"/mailbox/{mail_id}.eml")
    assert response.data == received.read_raw(directory, mail_id)
    assert response.mimetype == "message/rfc822"
    assert response.headers["Content-Disposition"].startswith("attachment; ")


def test_no_page_is_kept_or_guessed_about(client, put):
    mail_id = put(html="<p>x</p>", attachments=(PDF,))
    for path in ("", mail_id, f"{mail_id}/html", f"{mail_id}/attachments/0", f"{mail_id}.eml"):
        headers = client.get(f"/mailbox/{path}").headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert "Content-Security-Policy" in headers
    missing = client.get("/mailbox/20261120T080000000000Z-00000000")
    assert missing.status_code == 404
    assert "Không tìm thấy thư này." in missing.text


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("http://a.vn", '<a href="http://a.vn" rel="noopener noreferrer">http://a.vn</a>'),
        ("(https://a.vn/x).", '(<a href="https://a.vn/x" rel="noopener noreferrer">https://a.vn/x</a>).'),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ('https://a.vn/"onclick=x', '<a href="https://a.vn/" rel="noopener noreferrer">https://a.vn/</a>&#34;onclick=x'),
        ("a < b & c", "a &lt; b &amp; c"),
    ],
)  # fmt: skip
def test_only_web_addresses_become_links(text, html):
    assert linkify(text) == html
