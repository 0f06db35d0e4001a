"""Files of applicants: accepted by content, stored by content, named safely."""

import io
import re
import unicodedata
import warnings
from functools import partial
from pathlib import PurePath

import pikepdf
from PIL import Image, UnidentifiedImageError
from sqlalchemy import select

from app import clock, storage
from app.errors import Invalid
from app.extensions import db
from app.models import Attachment, Dossier, IncomingLetter, Letter
from app.transaction import after_commit
from workflows import Text

MAX_FILES = 30
Upload = tuple[str, bytes]
"""The name and the content of a file that somebody sends."""
_MAX_PIXELS = 60_000_000
_IMAGES = {"JPEG": ("image/jpeg", ".jpg"), "PNG": ("image/png", ".png")}
_KINDS = Text(
    "Chọn tệp PDF, JPG hoặc PNG; tệp này không đọc được.",
    "Choose a PDF, JPG or PNG file; this one cannot be read.",
)


def attach(dossier: Dossier, field: str, filename: str, content: bytes, max_mb: int) -> Attachment:
    """Add a file to a field, replacing the one before; raise Invalid with what to do."""
    total = sum(a.size for a in dossier.attachments) + len(content)
    if len(dossier.attachments) >= MAX_FILES or total > MAX_FILES * max_mb * 1024 * 256:
        raise Invalid(
            {
                field: Text(
                    "Hồ sơ đã có quá nhiều tệp; gỡ tệp không cần hoặc liên hệ Sở Y tế.",
                    "There are too many files; remove some or contact the department.",
                )
            }
        )
    return attach_one(dossier, field, filename, content, max_mb)


def attach_one(
    dossier: Dossier, field: str, filename: str, content: bytes, max_mb: int
) -> Attachment:
    """Add a file that has a place of its own, as each of many recipients has one."""
    content_type, suffix = accepted(field, content, max_mb)
    now = clock.now()
    remove(dossier, field)
    attachment = Attachment(
        dossier=dossier,
        field=field,
        name=safe_name(filename, suffix),
        content_type=content_type,
        size=len(content),
        sha256=storage.put(content),
        uploaded_at=now,
    )
    db.session.add(attachment)
    return attachment


def accepted(field: str, content: bytes, max_mb: int) -> tuple[str, str]:
    """Return (content type, suffix) of a file that may be kept; raise Invalid with what to do."""
    _refuse_size(field, content, max_mb)
    sniffed = sniff(content)
    if sniffed is None:
        raise Invalid({field: _KINDS})
    return sniffed


def _refuse_size(field: str, content: bytes, max_mb: int) -> None:
    if not content:
        raise Invalid({field: Text("Tệp trống, chọn tệp khác.", "The file is empty.")})
    if len(content) > max_mb * 1024 * 1024:
        raise Invalid(
            {
                field: Text(
                    "Tệp lớn hơn {n} MB; giảm dung lượng rồi gửi lại.",
                    "The file is larger than {n} MB; make it smaller.",
                ).fill(n=max_mb)
            }
        )


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


def sniff(content: bytes) -> tuple[str, str] | None:
    """Return (content type, suffix) by what the bytes are; None for anything not accepted.

    The first bytes and the parser must agree: a parser alone opens polyglots.
    """
    if content.startswith(b"%PDF-"):
        return ("application/pdf", ".pdf") if _opens_as_pdf(content) else None
    if content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return _image(content)
    return None


def _opens_as_pdf(content: bytes) -> bool:
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            return len(pdf.pages) > 0
    except (pikepdf.PdfError, ValueError, RuntimeError):
        return False


def _image(content: bytes) -> tuple[str, str] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=list(_IMAGES)) as image:
                if image.width * image.height > _MAX_PIXELS:
                    return None
                kind = _IMAGES[image.format or ""]
                image.load()  # verify() does not notice a picture that was cut off
                return kind
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        OSError,
        SyntaxError,
        ValueError,
        KeyError,
    ):
        return None


def safe_name(filename: str, suffix: str) -> str:
    """Return a name to show and to save under: letters, digits, dots; the suffix is ours."""
    stem = PurePath(unicodedata.normalize("NFC", filename).replace("\\", "/")).stem
    stem = re.sub(r"[^\w \-.()]", "", stem).strip(" .")[:100]
    return (stem or "tep") + suffix
