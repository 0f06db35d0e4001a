"""One mail to one person, checked before any of it can reach a header or a command."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

# Controls (all but the tab), line and paragraph separators, lone surrogates.
BREAK = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# RFC 5322 3.2.3 dot-atom. No quoted local part and no SMTPUTF8: neither reaches every mail box.
LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?"
DOMAIN = re.compile(rf"(?=.{{1,253}}\Z){LABEL}(?:\.{LABEL})*")
MESSAGE_ID = re.compile(r"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+>")
HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
CONTENT_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]*")
PRINTABLE_ASCII = re.compile(r"[ -~]*")
# "Tên" <a@b>, Tên <a@b> or a@b. Not email.utils.parseaddr: of two addresses it takes the first,
# and up to Python 3.11.9 it misreads quotes (CVE-2023-27043).
WRITTEN = re.compile(r'\s*(?:(?:"((?:[^"\\]|\\.)*)"|([^<>"@]*?))\s*<([^<>]*)>|([^<>"]*?))\s*')
# RFC 5322 2.1.1: no line over 998; percent-encoded, 255 bytes make a line of about 800.
FILENAME_BYTES = 255
OURS = frozenset(
    {"bcc", "cc", "date", "from", "message-id", "mime-version"}
    | {"reply-to", "return-path", "sender", "subject", "to"}
)


class Unsendable(ValueError):
    """This mail can never be sent as it stands; sending it again will not help."""


class HeaderInjection(Unsendable):
    """Something that goes into a header could end it and begin another."""


class InvalidAddress(Unsendable):
    """Not the address of exactly one mail box."""


def refuse_breaks(place: str, text: str) -> None:
    """Raise HeaderInjection if `text` holds anything that some program reads as a line end.

    Flask-Mail refuses CR and LF only, and not in file names or extra headers. Python's header
    folding uses str.splitlines(), which also ends lines at VT, FF, FS, GS, RS, NEL, U+2028/2029.
    """
    found = BREAK.search(text)
    if found:
        raise HeaderInjection(f"U+{ord(found.group()):04X} in {place}")


@dataclass(frozen=True, slots=True)
class Address:
    """One mail box and the name of its owner; `email` is ASCII, its domain in IDNA."""

    email: str
    name: str = ""

    def __post_init__(self) -> None:
        refuse_breaks("address", self.email)
        refuse_breaks("display name", self.name)
        # RFC 5321 4.5.3.1; IDNA takes seconds over a text of any length.
        if len(self.email) > 320:
            raise InvalidAddress("longer than an address can be")
        local, at, domain = self.email.rpartition("@")
        if not domain.isascii():
            try:
                domain = domain.encode("idna").decode("ascii")
            except UnicodeError:
                domain = ""
        # "=?": an encoded word, which a careless reader would decode to anything.
        if not (at and LOCAL_PART.fullmatch(local) and DOMAIN.fullmatch(domain)) or "=?" in local:
            raise InvalidAddress("not one address of the form local@domain")
        object.__setattr__(self, "email", f"{local}@{domain}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "Tên <a@b.vn>" or "a@b.vn"."""
        refuse_breaks("address", text)
        match = WRITTEN.fullmatch(text)
        if match is None:
            raise InvalidAddress("not one address of the form Name <local@domain>")
        quoted, plain, email, bare = match.groups()
        name = re.sub(r"\\(.)", r"\1", quoted) if quoted else (plain or "").strip()
        return cls(bare if email is None else email, name)

    def __str__(self) -> str:
        if not self.name:
            return self.email
        name = self.name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{name}" <{self.email}>'


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    content_type: str
    content: bytes = field(repr=False)

    def __post_init__(self) -> None:
        refuse_breaks("file name", self.name)
        refuse_breaks("content type", self.content_type)
        if not CONTENT_TYPE.fullmatch(self.content_type) or self.content_type.startswith(
            ("multipart/", "message/")
        ):
            raise Unsendable("content type is not a plain type/subtype")
        if not self.name.strip() or len(self.name.encode()) > FILENAME_BYTES:
            raise Unsendable("file name is empty or too long")


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A mail ready to be sent: the same envelope gives the same bytes, however often.

    `sender`, `recipient` and `reply_to` are what Address.parse reads: one mail box each.
    `message_id` ("<id@domain>") and `date` (aware) stay the same when it is sent again, so that
    a copy can be recognised; `headers` is for the likes of Auto-Submitted and X-Attempt.
    """

    message_id: str
    date: datetime
    sender: str
    recipient: str
    subject: str
    text: str = field(repr=False)
    html: str = field(default="", repr=False)
    attachments: tuple[Attachment, ...] = ()
    reply_to: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        refuse_breaks("message id", self.message_id)
        if not MESSAGE_ID.fullmatch(self.message_id):
            raise Unsendable("message id is not <id@domain>")
        if self.date.tzinfo is None:
            raise Unsendable("date has no time zone")
        refuse_breaks("subject", self.subject)
        for address in filter(None, (self.sender, self.recipient, self.reply_to)):
            Address.parse(address)
        if not (self.sender and self.recipient):
            raise InvalidAddress("no sender or no recipient")
        for body in (self.text, self.html):
            if "\0" in body:
                raise Unsendable("NUL in the body")
            body.encode()  # a lone surrogate is a ValueError here, not half a mail later
        for name, value in self.headers.items():
            self._check_header(name, value)

    def _check_header(self, name: str, value: str) -> None:
        refuse_breaks("header name", name)
        refuse_breaks("header value", value)
        if not HEADER_NAME.fullmatch(name) or not PRINTABLE_ASCII.fullmatch(value):
            raise Unsendable("extra header is not plain ASCII")
        if name.lower() in OURS or name.lower().startswith(("content-", "resent-")):
            raise Unsendable(f"header {name} is not for the caller")
