"""What left the department or is about to: letters of a dossier, the register, the mails."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import case, func, select, tuple_
from sqlalchemy.orm import contains_eager, joinedload

from app.extensions import db
from app.models import Attachment, BookEntry, Dossier, Letter, NumberBook, OutgoingMail
from workflows import Phase

PAGE = 25
# On the page of a dossier; what was sent to a list stands on the page of its recipients.
MOST_MAILS = 12
MAIL_STATES = ("dead", "pending", "sending", "sent", "expired")
_COUNTED = ("dead", "pending", "sending")


def letters_of(dossier: Dossier) -> list[Letter]:
    """Return every letter of a dossier, the newest first, with its number."""
    return list(
        db.session.scalars(
            select(Letter)
            .where(Letter.dossier_id == dossier.id)
            .order_by(Letter.id.desc())
            .options(joinedload(Letter.entry), joinedload(Letter.signer))
        )
    )


def mails_of(dossier: Dossier) -> list[OutgoingMail]:
    """Return the last mails about a dossier; those that failed come first."""
    return list(
        db.session.scalars(
            select(OutgoingMail)
            .where(OutgoingMail.dossier_id == dossier.id)
            .order_by(case((OutgoingMail.state == "dead", 0), else_=1), OutgoingMail.id.desc())
            .limit(MOST_MAILS)
        )
    )


def find_letter(key: str) -> Letter | None:
    """Return an issued letter by its key."""
    return db.session.scalars(
        select(Letter).where(Letter.key == key, Letter.state == "issued")
    ).first()


def find_attachment(number: int) -> Attachment | None:
    """Return a file of a dossier that was handed in; drafts are the applicant's own."""
    return db.session.scalars(
        select(Attachment)
        .join(Attachment.dossier)
        .where(Attachment.id == number, Dossier.phase != Phase.DRAFT)
    ).first()


def books() -> list[NumberBook]:
    """Return the number books, the newest year first."""
    return list(
        db.session.scalars(select(NumberBook).order_by(NumberBook.year.desc(), NumberBook.form))
    )


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Some numbers of a book, the newest first, and the numbers its neighbours hang on."""

    rows: Sequence[BookEntry]
    previous: int = 0
    next: int = 0


def entries(book: NumberBook, *, after: int = 0, before: int = 0) -> EntryPage:
    """Return a page of the outgoing register."""
    query = (
        select(BookEntry)
        .where(BookEntry.book_id == book.id)
        .outerjoin(BookEntry.letter)
        .outerjoin(Letter.dossier)
        .outerjoin(Letter.signer)
        .options(
            contains_eager(BookEntry.letter).contains_eager(Letter.dossier),
            contains_eager(BookEntry.letter).contains_eager(Letter.signer),
        )
        .limit(PAGE + 1)
    )
    if before:
        query = query.where(BookEntry.number > before).order_by(BookEntry.number)
    else:
        query = query.order_by(BookEntry.number.desc())
        query = query.where(BookEntry.number < after) if after else query
    found = list(db.session.scalars(query))
    has_more, found = len(found) > PAGE, found[:PAGE]
    if before:
        found.reverse()
    if not found:
        return EntryPage([])
    return EntryPage(
        found,
        previous=found[0].number if (has_more if before else after) else 0,
        next=found[-1].number if (before or has_more) else 0,
    )


def mail_counts() -> dict[str, int]:
    """Count the mails that still move or are stuck; what was sent is not counted."""
    rows = db.session.execute(
        select(OutgoingMail.state, func.count().label("n"))
        .where(OutgoingMail.state.in_(_COUNTED))
        .group_by(OutgoingMail.state)
    ).all()
    return {row.state: row.n for row in rows}


@dataclass(frozen=True, slots=True)
class MailPage:
    """Some mails of one state and the cursor of the next page."""

    rows: Sequence[OutgoingMail]
    next: str = ""


def mails(state: str, *, after: str = "") -> MailPage:
    """Return mails of a state: the next to be tried first, or of those at rest the last."""
    query = (
        select(OutgoingMail)
        .where(OutgoingMail.state == state)
        .options(joinedload(OutgoingMail.dossier))
        .limit(PAGE + 1)
    )
    here = (OutgoingMail.next_at, OutgoingMail.id)
    is_up = state == "pending"
    cursor = _parse(after)
    if cursor:
        query = query.where(tuple_(*here) > cursor if is_up else tuple_(*here) < cursor)
    keys = here if is_up else tuple(column.desc() for column in here)
    found = list(db.session.scalars(query.order_by(*keys)))
    has_more, found = len(found) > PAGE, found[:PAGE]
    last = found[-1] if has_more else None
    return MailPage(found, f"{last.next_at.isoformat()}~{last.id}" if last else "")


def _parse(text: str) -> tuple[datetime, int] | None:
    moment, _, number = text.partition("~")
    try:
        at, id_ = datetime.fromisoformat(moment), int(number)
        # The first and the last day of the calendar have no other time zone.
        return (at.astimezone(UTC), id_) if at.tzinfo and 0 < id_ < 2**62 else None
    except (ValueError, OverflowError):
        return None
