"""What left the department or is about to: letters of a dossier, and the mails."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, case, func, or_, select, true, tuple_
from sqlalchemy.orm import contains_eager, joinedload

from app.extensions import db
from app.models import Attachment, Dossier, IncomingLetter, Letter, OutgoingMail, User
from app.security.actors import staff_roles
from app.services import reach
from workflows import Phase, Role

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
            .options(
                joinedload(Letter.entry),
                joinedload(Letter.signer),
                joinedload(Letter.replaces).joinedload(Letter.entry),
                joinedload(Letter.replaced_by).joinedload(Letter.entry),
            )
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


def find_letter(key: str, user: User) -> Letter | None:
    """Return an issued letter by its key, of a dossier this person may see."""
    return db.session.scalars(
        select(Letter)
        .join(Letter.dossier)
        .where(Letter.key == key, Letter.state == "issued", reach.within(user))
    ).first()


def find_attachment(number: int, user: User) -> Attachment | None:
    """Return a file of a dossier that was handed in; drafts are the applicant's own."""
    return db.session.scalars(
        select(Attachment)
        .join(Attachment.dossier)
        .where(Attachment.id == number, Dossier.phase != Phase.DRAFT, reach.within(user))
    ).first()


def file_of(kind: str, number: int) -> tuple[str, str, str] | None:
    """Return address, type and name of what a token names; whoever made it looked at rights."""
    if kind == "scan":
        letter = db.session.get(IncomingLetter, number)
        if letter is None or not letter.scan_sha256:
            return None
        return letter.scan_sha256, letter.scan_type, letter.scan_name
    found = db.session.get(Attachment, number)
    return (found.sha256, found.content_type, found.name) if found else None


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


def mails(state: str, user: User, *, after: str = "") -> MailPage:
    """Return mails of a state: the next to be tried first, or of those at rest the last."""
    query = (
        select(OutgoingMail)
        .outerjoin(OutgoingMail.dossier)
        .where(OutgoingMail.state == state, _seen_by(user))
        .options(contains_eager(OutgoingMail.dossier))
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


def _seen_by(user: User) -> ColumnElement[bool]:
    # An administrator sees that a mail is stuck, never what it is about.
    if Role.ADMIN in staff_roles(user):
        return true()
    return or_(OutgoingMail.dossier_id.is_(None), reach.within(user))


def _parse(text: str) -> tuple[datetime, int] | None:
    moment, _, number = text.partition("~")
    try:
        at, id_ = datetime.fromisoformat(moment), int(number)
        # The first and the last day of the calendar have no other time zone.
        return (at.astimezone(UTC), id_) if at.tzinfo and 0 < id_ < 2**62 else None
    except (ValueError, OverflowError):
        return None
