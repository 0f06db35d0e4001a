"""An issued letter is recalled, or another takes its place; its number and its PDF stay."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app import clock
from app.errors import Conflict, Invalid, Refused
from app.extensions import db
from app.models import BookEntry, Letter, NumberBook
from app.security.actors import Actor, roles_of
from app.services import books, organisation
from app.services.book_events import append
from workflows import NotPermitted, Role, Text


def may_correct(letter: Letter, actor: Actor) -> bool:
    """Tell whether somebody may recall or replace a letter: its officer, or the clerk."""
    return not {Role.OFFICER, Role.CLERK}.isdisjoint(roles_of(actor, letter.dossier))


def recall(key: str, reason: str, decided_by: str, actor: Actor) -> Letter:
    """Mark an issued letter as recalled, by whose decision and why."""
    letter = _issued(key, actor, "recall")
    if decided_by not in {u.full_name for u in organisation.signers()}:
        raise Invalid(
            {"decided_by": Text("Chọn lãnh đạo quyết định thu hồi.", "Choose who decided it.")}
        )
    if letter.recalled_at is not None:
        raise Conflict(
            Text("Văn bản này đã được thu hồi.", "This letter has been recalled already.")
        )
    letter.recalled_at = clock.now()
    letter.recall_reason, letter.recalled_by = reason, decided_by
    _note(letter, "recalled", actor, reason, {"decided_by": decided_by})
    return letter


def replace(key: str, number: str, reason: str, actor: Actor) -> Letter:
    """Let a later letter of the same book and form, or a dispatch, take the place of one.

    Contents are corrected by a document of the same form, form and procedure by a dispatch
    (Decree 30/2020, Art. 18.3).
    """
    letter = _issued(key, actor, "replace")
    later = _find(number, letter)
    if later is None:
        raise Invalid(
            {
                "number": Text(
                    "Không thấy văn bản đã phát hành mang số này; ghi cả số và ký hiệu, ví dụ"
                    " 15/SYT-NVD.",
                    "No issued letter has this number; give number and symbol, for example"
                    " 15/SYT-NVD.",
                )
            }
        )
    if later.id <= letter.id or later.form not in (letter.form, "dispatch"):
        raise Invalid(
            {
                "number": Text(
                    "Văn bản thay thế phải phát hành sau và cùng loại, hoặc là công văn.",
                    "What replaces it must be issued later and be of the same form or a dispatch.",
                )
            }
        )
    if letter.replaced_by is not None or later.replaces_id is not None:
        raise Refused(
            Text(
                "Một trong hai văn bản đã có văn bản thay thế tương ứng.",
                "One of the two letters is part of a replacement already.",
            )
        )
    later.replaces_id = letter.id
    _note(letter, "replaced", actor, reason, {"by": later.key})
    _note(later, "replaced", actor, reason, {"replaces": letter.key})
    return later


def find(key: str) -> Letter | None:
    """Return an issued letter with its number and what it is corrected by."""
    return db.session.scalars(
        select(Letter)
        .where(Letter.key == key, Letter.state == "issued")
        .options(
            joinedload(Letter.entry),
            joinedload(Letter.dossier),
            joinedload(Letter.replaces).joinedload(Letter.entry),
            joinedload(Letter.replaced_by).joinedload(Letter.entry),
        )
    ).first()


def _issued(key: str, actor: Actor, act: str) -> Letter:
    """Return the letter with its book locked: acts on a book are written one after another."""
    letter = db.session.scalars(
        select(Letter).where(Letter.key == key, Letter.state == "issued").with_for_update()
    ).one_or_none()
    if letter is None or letter.entry is None:
        raise LookupError(key)
    if not may_correct(letter, actor):
        raise NotPermitted(
            act,
            "issued",
            Text(
                "Chuyên viên thụ lý hoặc văn thư thu hồi, thay thế văn bản.",
                "The officer of the dossier or the clerk recalls and replaces letters.",
            ),
        )
    return letter


def _find(number: str, letter: Letter) -> Letter | None:
    digits, _, symbol = number.replace(" ", "").partition("/")
    if not digits.isdecimal() or len(digits) > 9 or letter.entry is None:
        return None
    query = (
        select(Letter)
        .join(Letter.entry)
        .where(BookEntry.number == int(digits), BookEntry.state == "issued")
        .where(BookEntry.symbol == symbol, Letter.id != letter.id)
        .order_by(Letter.id.desc())
        .with_for_update()
    )
    return db.session.scalars(query).first()


def _note(letter: Letter, act: str, actor: Actor, reason: str, details: dict[str, str]) -> None:
    if letter.entry is None:
        return
    book = db.session.scalars(
        select(NumberBook).where(NumberBook.id == letter.entry.book_id).with_for_update()
    ).one()
    said = details | {"reference": books.reference(letter.entry)}
    append(book, act, actor, reason, entry=letter.entry, details=said)
