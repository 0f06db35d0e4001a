"""Files of applicants: accepted by content, written anew, stored by content, named safely."""

import re
import unicodedata
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath

from sqlalchemy import select

from app import cleaning, clock, scanner, storage
from app.errors import Invalid
from app.extensions import db
from app.models import Attachment, Dossier, IncomingLetter, Letter
from app.transaction import after_commit
from workflows import Text

MAX_FILES = 30
Upload = tuple[str, bytes]
"""The name and the content of a file as somebody sends it."""
_SUFFIXES = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}


@dataclass(frozen=True, slots=True)
class Received:
    """A file behind the gate: scanned, cleaned, named safely. Only such a one is ever kept."""

    name: str
    content_type: str
    content: bytes


def receive(upload: Upload, max_mb: int) -> Received:
    """Let a file through the gate; raise AppError with what to do.

    Takes its time in other processes: call it before a transaction, never inside.
    """
    name, content = upload
    if not content:
        raise cleaning.Unclean(Text("Tệp trống, chọn tệp khác.", "The file is empty."))
    if len(content) > max_mb * 1024 * 1024:
        raise cleaning.Unclean(
            Text(
                "Tệp lớn hơn {n} MB; giảm dung lượng rồi gửi lại.",
                "The file is larger than {n} MB; make it smaller.",
            ).fill(n=max_mb)
        )
    scanner.scan(content)
    content_type, cleaned = cleaning.clean(content, max_mb * 1024 * 1024)
    return Received(safe_name(name, _SUFFIXES[content_type]), content_type, cleaned)


def attach(dossier: Dossier, field: str, file: Received, max_mb: int) -> Attachment:
    """Add a file to a field, replacing the one before; raise Invalid with what to do."""
    total = sum(a.size for a in dossier.attachments) + len(file.content)
    if len(dossier.attachments) >= MAX_FILES or total > MAX_FILES * max_mb * 1024 * 256:
        raise Invalid(
            {
                field: Text(
                    "Hồ sơ đã có quá nhiều tệp; gỡ tệp không cần hoặc liên hệ Sở Y tế.",
                    "There are too many files; remove some or contact the department.",
                )
            }
        )
    return attach_one(dossier, field, file)


def attach_one(dossier: Dossier, field: str, file: Received) -> Attachment:
    """Add a file that has a place of its own, as each of many recipients has one."""
    now = clock.now()
    remove(dossier, field)
    attachment = Attachment(
        dossier=dossier,
        field=field,
        name=file.name,
        content_type=file.content_type,
        size=len(file.content),
        sha256=storage.put(file.content),
        uploaded_at=now,
    )
    db.session.add(attachment)
    return attachment


def remove(dossier: Dossier, field: str) -> None:
    """Take the current file of a field out of the dossier.

    What nobody has submitted yet is really gone; what was part of a submitted dossier stays
    readable for staff.
    """
    for attachment in list(dossier.attachments):
        if attachment.field != field or attachment.replaced_at is not None:
            continue
        if dossier.submitted_at is None:
            dossier.attachments.remove(attachment)
            db.session.delete(attachment)
            after_commit(partial(discard_unused, attachment.sha256))
        else:
            attachment.replaced_at = clock.now()


def discard_unused(sha256: str) -> None:
    """Delete stored bytes, unless another row needs the very same ones."""
    # Somebody may have sent the very bytes of a letter of ours or of a scan.
    used = [
        db.session.scalars(select(table.id).where(address == sha256).limit(1)).first()
        for table, address in (
            (Attachment, Attachment.sha256),
            (Letter, Letter.pdf_sha256),
            (IncomingLetter, IncomingLetter.scan_sha256),
        )
    ]
    db.session.rollback()
    if not any(used):
        storage.discard(sha256)


def current(dossier: Dossier) -> dict[str, Attachment]:
    """Return field → the file that counts."""
    return {a.field: a for a in dossier.attachments if a.replaced_at is None}


def safe_name(filename: str, suffix: str) -> str:
    """Return a name to show and to save under: letters, digits, dots; the suffix is ours."""
    stem = PurePath(unicodedata.normalize("NFC", filename).replace("\\", "/")).stem
    stem = re.sub(r"[^\w \-.()]", "", stem).strip(" .")[:100]
    return (stem or "tep") + suffix
