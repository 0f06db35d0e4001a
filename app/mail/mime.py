"""An envelope as MIME, built by Flask-Mail's Message and corrected where that one errs."""

import hashlib
import re
from email.charset import BASE64, QP, Charset
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, formataddr
from functools import cache
from urllib.parse import quote

import flask_mail
from flask import Flask

from app.mail.envelope import Address, Attachment, Envelope

# Not policy.SMTP, which Flask-Mail sets: up to Python 3.11.8 it re-folds encoded words and could
# write a decoded line end (CVE-2024-6923); compat32 refuses a header that holds another one.
WIRE = compat32.clone(linesep="\r\n")
LONGEST_WORD = 60  # a longer one cannot be folded into lines of 78
PLAIN_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")


@cache
def _library_app() -> Flask:
    """Return the application that Message asks for its settings, so that a caller needs none."""
    app = Flask(__name__, static_folder=None, template_folder=None)
    flask_mail.Mail(app)
    return app


def _utf8() -> Charset:
    """Return UTF-8 as 7-bit lines ≤ 76; Flask-Mail sends raw 8-bit ones of any length."""
    charset = Charset("utf-8")
    charset.header_encoding = BASE64
    charset.body_encoding = QP
    return charset


def _words(text: str, header: str) -> str:
    """Return text for a header; what already looks like an encoded word is encoded to stay text."""
    longest = max(map(len, text.split()), default=0)
    if text.isascii() and "=?" not in text and longest <= LONGEST_WORD:
        return text
    return Header(text, charset=_utf8(), header_name=header).encode()


def _address(written: str, header: str) -> str:
    address = Address.parse(written)
    name = _words(address.name, header)
    return f"{name} <{address.email}>" if "=?" in name else formataddr((name, address.email))


def _file(attachment: Attachment) -> flask_mail.Attachment:
    """Return the attachment, its name as RFC 2231 has it (Flask-Mail calls the charset `UTF8`)."""
    name = f"filename*=UTF-8''{quote(attachment.name, safe='')}"
    if PLAIN_NAME.fullmatch(attachment.name):
        name = f'filename="{attachment.name}"'
    return flask_mail.Attachment(
        content_type=attachment.content_type,
        data=attachment.content,
        headers={"Content-Disposition": f"attachment; {name}"},
    )


def _second_name(part: MIMEBase, name: str) -> None:
    """Give a part its name once more, for mail programs that do not read RFC 2231."""
    if not PLAIN_NAME.fullmatch(name):
        name = Header(name, charset=_utf8()).encode()
    part.replace_header("Content-Type", f'{part["Content-Type"]}; name="{name}"')


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


class EnvelopeMessage(flask_mail.Message):
    """Flask-Mail's message of one envelope, the same bytes every time."""

    def __init__(self, envelope: Envelope) -> None:
        # Not super().__init__: for a Message-ID of its own it asks DNS what this machine is
        # called (make_msgid, getfqdn), for every mail and with no time-out.
        self.envelope = envelope
        self.msgId = envelope.message_id
        self.date = envelope.date.timestamp()
        self.sender = Address.parse(envelope.sender).email
        self.recipients = [Address.parse(envelope.recipient).email]
        self.subject = envelope.subject
        self.body = _lines(envelope.text)
        self.alts = {"html": _lines(envelope.html)} if envelope.html else {}
        self.attachments = [_file(attachment) for attachment in envelope.attachments]
        self.extra_headers = dict(envelope.headers)
        self.reply_to = self.charset = None
        self.cc, self.bcc = [], []
        self.mail_options, self.rcpt_options = [], []

    def _mimetext(self, text: str | None, subtype: str = "plain") -> MIMEText:
        part = MIMEText("", _subtype=subtype, _charset="utf-8")
        del part["Content-Transfer-Encoding"]
        part.set_payload(text or "", _utf8())
        return part

    def _message(self) -> MIMEBase:
        with _library_app().app_context():
            message = super()._message()
        message.policy = WIRE
        envelope = self.envelope
        exact = {
            "From": _address(envelope.sender, "From"),
            "To": _address(envelope.recipient, "To"),
            "Subject": _words(envelope.subject, "Subject"),
            "Date": format_datetime(envelope.date),
        }
        if envelope.reply_to:
            exact["Reply-To"] = _address(envelope.reply_to, "Reply-To")
        for name, value in exact.items():
            del message[name]
            message[name] = value
        files = [part for part in message.walk() if part.get_content_disposition()]
        for part, attachment in zip(files, envelope.attachments, strict=True):
            _second_name(part, attachment.name)
        # "=_" occurs neither in quoted-printable nor in base64, so no text can end a part.
        token = hashlib.sha256(envelope.message_id.encode()).hexdigest()[:32]
        parts = (part for part in message.walk() if part.is_multipart())
        for index, part in enumerate(parts):
            part.set_boundary(f"=_{token}_{index}")
        return message


def to_bytes(envelope: Envelope) -> bytes:
    """Return the envelope as it goes over the wire: ASCII, CRLF, no line over 998."""
    return EnvelopeMessage(envelope).as_bytes()
