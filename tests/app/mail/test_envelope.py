"""What may be an envelope, and that people read what was written."""

import datetime as dt
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.mail.envelope import Address, Attachment, HeaderInjection, InvalidAddress, Unsendable
from app.mail.mime import to_bytes

EVIL = "Bcc: ke-gian@evil.example"
BREAKS = {
    "CRLF": f"\r\n{EVIL}",
    "LF": f"\n{EVIL}",
    "CR": f"\r{EVIL}",
    "folded": f"\r\n {EVIL}",
    "body": f"\r\n\r\n{EVIL}",
    "U+2028": f"\u2028{EVIL}",
    "U+2029": f"\u2029{EVIL}",
    "NEL": f"\x85{EVIL}",
    "VT": f"\x0b{EVIL}",
    "FS": f"\x1c{EVIL}",
    "NUL": f"\0{EVIL}",
    "encoded word": "=?utf-8?q?=0D=0ABcc:_ke-gian=40evil.example?=",
    "percent": "%0d%0aBcc:%20ke-gian%40evil.example",
}
LITERAL = {"encoded word", "percent"}
PLACES = {
    "display name": lambda text: {"recipient": f'"Trạm{text}" <tram@example.vn>'},
    "address": lambda text: {"recipient": f"tram{text}@example.vn"},
    "subject": lambda text: {"subject": f"Về việc{text}"},
    "file name": lambda text: {
        "attachments": (Attachment(f"tệp{text}", "application/pdf", b"%PDF-"),)
    },
    "reply-to": lambda text: {"reply_to": f'"Phòng{text}" <phong@example.vn>'},
    "extra header": lambda text: {"headers": {"X-Attempt": f"1{text}"}},
}
WORDS = {
    "display name": lambda m: display_name(m, "To").removeprefix("Trạm"),
    "subject": lambda m: m["Subject"].removeprefix("Về việc"),
    "file name": lambda m: next(m.iter_attachments()).get_filename().removeprefix("tệp"),
    "reply-to": lambda m: display_name(m, "Reply-To").removeprefix("Phòng"),
    "extra header": lambda m: str(m["X-Attempt"]).removeprefix("1"),
}


def display_name(mail, header):
    # RFC 2047 6.2: white space between two encoded words is not shown. The header classes of
    # Python 3.11 leave it in names; the older decoder, like mail programs, does not.
    raw = dict(mail.raw_items())[header]
    written, _, _ = raw.rpartition(" <")
    name = written if "=?" in written else parseaddr(raw)[0]
    return str(make_header(decode_header(name)))


def read(raw):
    return message_from_bytes(raw, policy=policy.default)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("payload", BREAKS)
def test_s5_no_text_begins_a_header_or_adds_a_recipient(
    make_relay, connect, make_envelope, place, payload
):
    if payload not in LITERAL:
        with pytest.raises(HeaderInjection):
            make_envelope(**PLACES[place](BREAKS[payload]))
        return
    if place == "address":
        with pytest.raises(InvalidAddress):
            make_envelope(**PLACES[place](BREAKS["encoded word"]))
    relay = make_relay()
    text = "%0d%0abcc" if place == "address" else BREAKS[payload]
    connect(relay).send(make_envelope(**PLACES[place](text)))

    assert sum(command.startswith("rcpt") for command in relay.commands) == 1
    (letter,) = relay.letters
    assert b"\nBcc" not in letter
    names = {name for part in read(letter).walk() for name in part.keys()}  # noqa: SIM118
    assert names <= {
        *("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Reply-To"),
        *("Auto-Submitted", "X-Attempt", "Content-Type", "Content-Disposition"),
        "Content-Transfer-Encoding",
    }
    # The newer header classes decode encoded words in unstructured extra headers; the raw one
    # shows that none was written as a line of its own.
    if place in WORDS and not (place == "extra header" and payload == "encoded word"):
        assert WORDS[place](read(letter)) == text


@pytest.mark.parametrize("text", [text for key, text in BREAKS.items() if key not in LITERAL])
def test_s5_the_other_places_refuse_as_well(make_envelope, text):
    for changes in (
        {"headers": {f"X-Attempt{text}": "1"}},
        {"message_id": f"<1{text}@example.vn>"},
        {"sender": f'"Sở{text}" <vanthu@example.vn>'},
    ):
        with pytest.raises(HeaderInjection):
            make_envelope(**changes)
    with pytest.raises(HeaderInjection):
        Attachment("a.pdf", f"application/pdf{text}", b"")
    with pytest.raises(HeaderInjection):
        Address("a@example.vn", text)


@pytest.mark.parametrize("name", ["Bcc", "to", "Subject", "Content-Type", "MIME-Version", "Date"])
def test_extra_headers_are_not_for_the_headers_we_write(make_envelope, name):
    with pytest.raises(Unsendable):
        make_envelope(headers={name: "x"})


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "tram",
        "tram@",
        "@example.vn",
        "a@example.vn, b@example.vn",
        "a@example.vn; b@example.vn",
        "a@example.vn b@example.vn",
        "A <a@example.vn>, B <b@example.vn>",
        "b@example.vn <a@example.vn>",
        "<a@example.vn> b@example.vn",
        "A <a@example.vn> (b@example.vn)",
        "A <a@b@example.vn>",
        'A "x" <a@example.vn>',
        "a@example.vn>",
        "<a@example.vn",
        "ánh@example.vn",
        "a@exa mple.vn",
        "a@-example.vn",
        f"{'a' * 65}@example.vn",
        f"a@{'b' * 64}.vn",
        f"a@{'.'.join(['b' * 60] * 5)}.vn",
        "a:b@example.vn",
        "a@example..vn",
        "a@.vn",
        "a@example.vn.",
        "=?utf-8?q?x?=@example.vn",
        "/o=x@example.vn\t,b@example.vn",
    ],
)
def test_an_address_is_one_mail_box(make_envelope, text):
    with pytest.raises(InvalidAddress):
        make_envelope(recipient=text)


@pytest.mark.parametrize(
    ("text", "email", "name"),
    [
        ("a@example.vn", "a@example.vn", ""),
        ("vanthu@localhost.localdomain", "vanthu@localhost.localdomain", ""),
        (" Sở Y tế <a@example.vn> ", "a@example.vn", "Sở Y tế"),
        ('"Sở Y tế, tỉnh \\"X\\"" <a@example.vn>', "a@example.vn", 'Sở Y tế, tỉnh "X"'),
        ("o'neil+x@münchen.de", "o'neil+x@xn--mnchen-3ya.de", ""),
    ],
)
def test_an_address_is_read_as_people_write_it(text, email, name):
    address = Address.parse(text)
    assert (address.email, address.name) == (email, name)
    assert Address.parse(str(address)) == address


@pytest.mark.parametrize(
    "changes",
    [
        {"date": dt.datetime(2026, 11, 20, 8, 0)},
        {"message_id": "thu-1@example.vn"},
        {"message_id": "<thu-1>"},
        {"headers": {"X Attempt": "1"}},
        {"headers": {"X-Attempt": "một"}},
        {"text": "a\0b"},
        {"sender": ""},
    ],
)
def test_what_cannot_be_sent_is_refused_before_it_is_tried(make_envelope, changes):
    with pytest.raises(Unsendable):
        make_envelope(**changes)


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("", "application/pdf"),
        ("ệ" * 86, "application/pdf"),
        ("a.pdf", "application"),
        ("a.pdf", 'application/pdf; name="b"'),
        ("a.pdf", "multipart/mixed"),
    ],
)
def test_an_attachment_has_a_name_and_a_plain_type(name, content_type):
    with pytest.raises(Unsendable):
        Attachment(name, content_type, b"")


def test_people_read_what_was_written(make_envelope):
    subject = "V/v cấp tài khoản định danh điện tử cho cơ sở khám bệnh, chữa bệnh; ẲẴẶ ỆỄ ỮỰ ỷỹỵ ₫"
    text = "Kính gửi:\nFrom đầu dòng\n.\n..chấm\n" + "dài " * 400 + "\nhết  \n"
    names = ("Công văn 15/SYT-VP “khẩn”; bản 2.pdf", "thong-bao.pdf", "a b, c.txt")
    envelope = make_envelope(
        sender='"Sở Y tế, tỉnh Lạng Sơn" <vanthu@syt.example.vn>',
        subject=subject,
        text=text,
        html="<p>Kính gửi</p>",
        reply_to="Văn phòng <vp@syt.example.vn>",
        attachments=tuple(Attachment(name, "application/pdf", name.encode()) for name in names),
    )

    raw = to_bytes(envelope)
    mail = read(raw)

    assert raw == to_bytes(envelope)
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) < 998
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
    assert mail["Subject"] == subject
    assert mail["From"].addresses[0].display_name == "Sở Y tế, tỉnh Lạng Sơn"
    assert mail["To"].addresses[0].addr_spec == "tram@example.vn"
    assert mail["Reply-To"].addresses[0].display_name == "Văn phòng"
    assert mail["Message-ID"] == "<thu-1@syt.example.vn>"
    assert mail["Date"] == "Fri, 20 Nov 2026 08:00:00 +0700"
    assert (mail["Auto-Submitted"], mail["X-Attempt"]) == ("auto-generated", "1")
    assert mail.get_body(("plain",)).get_content().replace("\r\n", "\n") == text
    assert mail.get_body(("html",)).get_content().strip() == "<p>Kính gửi</p>"
    files = list(mail.iter_attachments())
    assert tuple(part.get_filename() for part in files) == names
    assert [part.get_content() for part in files] == [name.encode() for name in names]
    assert [part["Content-Type"].params["name"] for part in files] == list(names)
    assert not any(part.defects for part in mail.walk())
    for header in ("Subject", "From", "Message-ID", "Date", "To", "MIME-Version"):
        assert len(mail.get_all(header)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "=?utf-8?q?=0D=0ABcc:_ke-gian=40evil.example?=",
        "x" * 1200,
        "v" * 500 + " " + "d" * 500,
        "nhiều chữ " * 100 + "hết",
    ],
)
def test_odd_words_stay_as_they_are_in_lines_that_relays_take(make_envelope, text):
    recipient = str(Address("tram@example.vn", text))
    raw = to_bytes(make_envelope(subject=text, recipient=recipient))
    assert read(raw)["Subject"] == text
    assert display_name(read(raw), "To") == text
    assert max(map(len, raw.split(b"\r\n"))) <= 100


def test_only_the_attempt_differs_when_a_mail_goes_again(make_envelope):
    file = Attachment("a.pdf", "application/pdf", b"%PDF-")
    first = to_bytes(make_envelope(attachments=(file,), headers={"X-Attempt": "1"}))
    second = to_bytes(make_envelope(attachments=(file,), headers={"X-Attempt": "2"}))
    assert first.replace(b"X-Attempt: 1", b"X-Attempt: 2") == second


LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyẨỆỖỮỲ₫0123456789 \t.,;:!?=_-()[]<>\"'\\/@%&*+#|~^`{}$"
ANY = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])
TEXT = st.text(st.one_of(st.sampled_from(LETTERS), ANY), max_size=120)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(subject=TEXT, name=TEXT, file=TEXT, text=TEXT)
def test_any_text_arrives_as_it_was_or_is_refused(make_envelope, subject, name, file, text):
    try:
        envelope = make_envelope(
            subject=subject,
            recipient=str(Address("tram@example.vn", name)),
            attachments=(Attachment(file, "text/plain", text.encode()),),
            text=text,
        )
    except ValueError:
        return

    mail = message_from_bytes(to_bytes(envelope), policy=policy.default)

    def words(value):
        return " ".join(str(value).split())

    assert words(mail["Subject"]) == words(subject)
    assert words(display_name(mail, "To")) == words(name)
    (part,) = mail.iter_attachments()
    assert part.get_filename().strip() == file.strip()
    assert part.get_payload(decode=True) == text.encode()
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    assert mail.get_body(("plain",)).get_content().replace("\r\n", "\n") == lines
