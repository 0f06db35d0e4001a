"""The wording of letters: which version is in use, saving a new one, going back to an old one."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

import letters
from app import clock
from app.errors import AlreadyDone, Conflict, Invalid
from app.extensions import db
from app.models import User, Wording
from letters import LetterKind
from letters import wording as plain
from letters.wording import Fault, Finding
from workflows import Text

SUBJECT = "subject"
NOTE_LENGTH = 200
_SHOWN = 100

_SENTENCES = {
    Fault.EMPTY: Text("Đoạn này không được để trống.", "This part must not be empty."),
    Fault.LONG: Text(
        "Đoạn này dài {piece} ký tự, quá dài để in; rút gọn lại.",
        "This part has {piece} characters, too many to print; make it shorter.",
    ),
    Fault.LINES: Text("Trích yếu viết trên một dòng.", "The subject is a single line."),
    Fault.UNPRINTABLE: Text("Không in được ký tự {piece}.", "Cannot be printed: {piece}."),
    Fault.BRACE: Text(
        "Dấu ngoặc nhọn không đi thành cặp ở «{piece}».",
        "A curly bracket has no partner in «{piece}».",
    ),
    Fault.UNKNOWN: Text(
        "Không có chỗ điền {piece}; chọn trong danh sách dưới ô này.",
        "There is no placeholder {piece}; choose from the list below this box.",
    ),
    Fault.BOLD: Text(
        "Hai dấu sao ** mở và đóng chữ đậm trong cùng một dòng; trích yếu không có chữ đậm.",
        "Two stars ** begin and end bold words on one line; a subject has none.",
    ),
}
_NOTE_TOO_LONG = Text("Ghi chú dài quá {n} ký tự.", "The note has more than {n} characters.").fill(
    n=NOTE_LENGTH
)
_NO_CHANGE = Text(
    "Lời văn đang dùng đã đúng như vậy, không có gì để lưu.",
    "The wording in use is just that; there is nothing to save.",
)
_OVERTAKEN = Text(
    "{name} vừa lưu phiên bản {version} của văn bản này. Nội dung Ông/Bà nhập còn ở dưới và chưa"
    " được lưu; xem phiên bản đó rồi lưu lại nếu vẫn cần.",
    "{name} has just saved version {version} of this letter. What you typed is below and not"
    " saved; look at that version, then save again if still needed.",
)
_TAKEN = Text(
    "Người khác vừa lưu một phiên bản của văn bản này; tải lại trang để xem.",
    "Somebody else has just saved a version of this letter; reload the page to see it.",
)
_MISFIT = Text(
    "Lời văn phiên bản {version} của «{title}» không còn khớp với mẫu; đề nghị quản trị sửa lại.",
    "Version {version} of the wording of «{title}» does not fit its template any more; an"
    " administrator must mend it.",
)


@dataclass(frozen=True, slots=True)
class Said:
    """A wording, whole: every block, the subject ("" as shipped), and which version it is."""

    version: int
    texts: Mapping[str, str]
    subject: str = ""


def editable() -> dict[str, LetterKind]:
    """Return the kinds whose wording may be edited; forms prescribed by law are not among them."""
    return {name: about for name, about in letters.kinds().items() if about.wording}


def in_use(kind: str) -> Said:
    """Return what a letter drafted now would say; raise Conflict when that cannot be drawn."""
    if not letters.kinds()[kind].wording:
        return Said(0, {})
    row = current(kind)
    if row is not None and any(found for _name, found in _findings(kind, row)):
        title = letters.kinds()[kind].title
        raise Conflict(_MISFIT.fill(version=row.version, title=title))
    return said(kind, row)


def said(kind: str, row: Wording | None) -> Said:
    """Return a version whole; None is the shipped wording."""
    shipped = letters.kinds()[kind].wording
    if row is None:
        return Said(0, dict(shipped))
    texts = {block: row.texts.get(block, text) for block, text in shipped.items()}
    return Said(row.version, texts, row.subject)


def current(kind: str) -> Wording | None:
    """Return the version in use; None while it is the shipped wording."""
    return db.session.scalars(
        select(Wording).where(Wording.kind == kind).order_by(Wording.version.desc()).limit(1)
    ).first()


def all_current() -> dict[str, Wording]:
    """Return the version in use of every kind that has one, with its author."""
    newest = select(Wording.kind, func.max(Wording.version)).group_by(Wording.kind)
    rows = db.session.scalars(
        select(Wording)
        .where(tuple_(Wording.kind, Wording.version).in_(newest))
        .options(joinedload(Wording.author))
    )
    return {row.kind: row for row in rows}


def versions(kind: str) -> list[Wording]:
    """Return the versions of a kind with their authors, the newest first."""
    return list(
        db.session.scalars(
            select(Wording)
            .where(Wording.kind == kind)
            .order_by(Wording.version.desc())
            .options(joinedload(Wording.author))
            .limit(_SHOWN)
        )
    )


def find(kind: str, version: int) -> Wording | None:
    """Return one version."""
    return db.session.scalars(
        select(Wording)
        .where(Wording.kind == kind, Wording.version == version)
        .options(joinedload(Wording.author))
    ).first()


def tidied(text: str) -> str:
    """Return what somebody typed as it is kept: composed, without blanks that say nothing."""
    composed = unicodedata.normalize("NFC", text)
    lines = (re.sub(r"[ \t]+", " ", line).strip() for line in composed.splitlines())
    return "\n".join(line for line in lines if line)


def checked(kind: str, block: str, text: str) -> Text | None:
    """Return what is wrong with one block or the subject, as a sentence."""
    about = letters.kinds()[kind]
    found = plain.findings(
        tidied(text),
        about.placeholders(block),
        may_drop=block in about.may_drop,
        is_subject=block == SUBJECT,
    )
    return next((_sentence(f) for f in found), None)


def typed(kind: str, texts: Mapping[str, str]) -> Said:
    """Return what somebody typed as a wording; raise Invalid with a sentence for each field."""
    about = letters.kinds()[kind]
    fields = {name: texts.get(name, "") for name in (SUBJECT, *about.wording)}
    errors = {n: wrong for n, t in fields.items() if (wrong := checked(kind, n, t))}
    if errors:
        raise Invalid(errors)
    kept = {name: tidied(text) for name, text in fields.items()}
    subject = kept.pop(SUBJECT)
    return Said(0, kept, "" if subject == about.subject else subject)


def save(kind: str, texts: Mapping[str, str], *, base: int, note: str, author: User) -> Wording:
    """Keep what was typed as a new version on top of `base`.

    Raises Invalid with the fields, AlreadyDone when nothing changes, Conflict when somebody else
    saved since.
    """
    note = " ".join(note.split())
    errors: dict[str, Text] = {}
    try:
        wanted = typed(kind, texts)
    except Invalid as error:
        errors |= error.errors
    if len(note) > NOTE_LENGTH:
        errors["note"] = _NOTE_TOO_LONG
    if errors:
        raise Invalid(errors)
    return _add(kind, wanted, base=base, author=author, note=note)


def restore(kind: str, version: int, *, base: int, author: User) -> Wording:
    """Make an old version, or with 0 the shipped wording, a new version.

    Raises LookupError for a version there is not, and what `save` raises.
    """
    row = find(kind, version) if version else None
    if version and row is None:
        raise LookupError(version)
    old = said(kind, row)
    subject = old.subject or letters.kinds()[kind].subject
    wanted = typed(kind, {**old.texts, SUBJECT: subject})
    return _add(kind, wanted, base=base, author=author, restores=version)


def _add(
    kind: str, wanted: Said, *, base: int, author: User, note: str = "", restores: int | None = None
) -> Wording:
    newest = current(kind)
    now = said(kind, newest)
    if (now.texts, now.subject) == (wanted.texts, wanted.subject):
        raise AlreadyDone(_NO_CHANGE)
    if newest is not None and newest.version != base:
        raise Conflict(_OVERTAKEN.fill(name=newest.author.full_name, version=newest.version))
    shipped = letters.kinds()[kind].wording
    row = Wording(
        kind=kind,
        version=now.version + 1,
        texts={block: text for block, text in wanted.texts.items() if text != shipped[block]},
        subject=wanted.subject,
        note=note,
        restores=restores,
        author=author,
        created_at=clock.now(),
    )
    db.session.add(row)
    try:
        db.session.flush()
    except IntegrityError:
        raise Conflict(_TAKEN) from None
    return row


def problems() -> Iterator[str]:
    """Yield which wordings in use do not fit their template any more."""
    known = editable()
    for kind, row in all_current().items():
        if kind not in known:
            yield f"wording {kind} version {row.version}: no such letter can be worded"
            continue
        for name, found in _findings(kind, row):
            yield f"wording {kind} version {row.version}, {name}: {found.fault} {found.piece}"


def _findings(kind: str, row: Wording) -> Iterator[tuple[str, Finding]]:
    about = letters.kinds()[kind]
    own = {SUBJECT: row.subject} if row.subject else {}
    for name, text in {**row.texts, **own}.items():
        if name != SUBJECT and name not in about.wording:
            yield name, Finding(Fault.UNKNOWN, name)
            continue
        for found in plain.findings(
            text,
            about.placeholders(name),
            may_drop=name in about.may_drop,
            is_subject=name == SUBJECT,
        ):
            yield name, found


def _sentence(found: Finding) -> Text:
    piece = found.piece
    if found.fault is Fault.UNPRINTABLE:
        piece = ", ".join(f"U+{ord(c):04X}" if not c.isprintable() else c for c in piece)
    return _SENTENCES[found.fault].fill(piece=piece[:60])
