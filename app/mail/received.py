"""The mails in the local mailbox, read for people: newest first, one by one, their files."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import collapse_rfc2231_value, parsedate_to_datetime
from functools import lru_cache
from pathlib import Path

from app.mail.envelope import Attachment

MAIL_ID = re.compile(r"\d{8}T\d{12}Z-[0-9a-f]{8}")


class MailNotFound(LookupError):
    """No such mail, or no such file in it."""


@dataclass(frozen=True, slots=True)
class MailSummary:
    """What a list shows of one mail."""

    id: str
    subject: str
    sender: str
    recipient: str
    date: datetime | None
    has_attachments: bool


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """What a page shows of one attached file; `index` names it in read_attachment."""

    index: int
    name: str
    content_type: str
    size: int

    @property
    def is_pdf(self) -> bool:
        """Whether it may be shown in the browser instead of being saved."""
        return self.content_type == "application/pdf"


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """One mail opened. `html` is as it came: show it in a sandbox only."""

    summary: MailSummary
    message_id: str
    text: str
    html: str
    attachments: tuple[AttachedFile, ...]


def list_messages(directory: Path, *, limit: int = 200) -> list[MailSummary]:
    """Return the newest mails first; each is read once, for a kept mail never changes."""
    if not directory.is_dir():
        return []
    names = (path.stem for path in directory.glob("*.eml"))
    newest = sorted((name for name in names if MAIL_ID.fullmatch(name)), reverse=True)[:limit]
    found = []
    for mail_id in newest:
        try:
            found.append(_summary(directory, mail_id))
        except MailNotFound:
            continue  # removed by hand between the listing and the reading
    return found


def read_raw(directory: Path, mail_id: str) -> bytes:
    """Return the bytes of a mail; an id that we did not make is not looked for."""
    if not MAIL_ID.fullmatch(mail_id):
        raise MailNotFound(mail_id)
    try:
        return (directory / f"{mail_id}.eml").read_bytes()
    except FileNotFoundError:
        raise MailNotFound(mail_id) from None


def read_message(directory: Path, mail_id: str) -> ReceivedMail:
    """Return one mail with its texts and a list of its files."""
    message = message_from_bytes(read_raw(directory, mail_id))
    files = []
    for index, part in enumerate(_files(message)):
        content = _content(part)
        files.append(AttachedFile(index, _name(part), part.get_content_type(), len(content)))
    return ReceivedMail(
        summary=_summarise(mail_id, message),
        message_id=_header(message, "Message-ID"),
        text=_body(message, "text/plain"),
        html=_body(message, "text/html"),
        attachments=tuple(files),
    )


def read_attachment(directory: Path, mail_id: str, index: int) -> Attachment:
    """Return one file of a mail; of types only PDF is told apart, for only it may be shown."""
    files = _files(message_from_bytes(read_raw(directory, mail_id)))
    if not 0 <= index < len(files):
        raise MailNotFound(mail_id)
    part = files[index]
    is_pdf = part.get_content_type() == "application/pdf"
    kind = "application/pdf" if is_pdf else "application/octet-stream"
    return Attachment(_name(part), kind, _content(part))


@lru_cache(maxsize=1024)
def _summary(directory: Path, mail_id: str) -> MailSummary:
    return _summarise(mail_id, message_from_bytes(read_raw(directory, mail_id)))


def _summarise(mail_id: str, message: Message) -> MailSummary:
    return MailSummary(
        id=mail_id,
        subject=_header(message, "Subject"),
        sender=_header(message, "From"),
        recipient=_header(message, "To") or _header(message, "Delivered-To"),
        date=_date(message),
        has_attachments=bool(_files(message)),
    )


def _header(message: Message, name: str) -> str:
    # compat32 and one guarded decoder: the newer header classes of 3.11 raise on some bad mail.
    return _decoded(str(message.get(name, "")))


def _decoded(raw: str) -> str:
    try:
        text = str(make_header(decode_header(raw)))
    except (MessageError, LookupError, ValueError):
        text = raw
    return " ".join(text.split())


def _date(message: Message) -> datetime | None:
    try:
        return parsedate_to_datetime(str(message["Date"]))
    except (TypeError, ValueError):
        return None


def _files(message: Message) -> list[Message]:
    return [
        part
        for part in message.walk()
        if not part.is_multipart()
        and (
            part.get_content_disposition() == "attachment"
            or part.get_content_type() not in {"text/plain", "text/html"}
        )
    ]


def _name(part: Message) -> str:
    raw = part.get_param("filename", None, "content-disposition") or part.get_param("name")
    name = _decoded(collapse_rfc2231_value(raw)) if raw else ""
    name = name.replace("\\", "/").rpartition("/")[2]
    safe = "".join(char for char in name if char.isprintable())[:80]
    return safe or "tep-dinh-kem"


def _content(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _body(message: Message, content_type: str) -> str:
    for part in message.walk():
        if (
            part.get_content_type() == content_type
            and part.get_content_disposition() != "attachment"
        ):
            charset = part.get_content_charset() or "utf-8"
            try:
                text = _content(part).decode(charset, "replace")
            except LookupError:
                text = _content(part).decode("utf-8", "replace")
            return text.replace("\r\n", "\n")
    return ""
