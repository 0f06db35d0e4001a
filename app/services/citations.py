"""Which dispatch a dossier carries out (rule L4), and the replies that came in."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from app import clock, formats
from app.database import insert_into
from app.extensions import db
from app.models import BookEntry, Citation, Dossier, IncomingLetter, Letter
from app.services import arrivals, attachments, organisation


def cite(dossier: Dossier, named: Mapping[str, str]) -> None:
    """Note the dispatch that `basis_*` names; nothing when it names none, once when twice.

    A number of our own books leads to our letter, any other to the dispatch that came in.
    """
    if not named.get("basis_reference"):
        return
    on = date.fromisoformat(named["basis_on"])
    letter = _ours(named["basis_sender"], named["basis_reference"], on)
    incoming = None if letter else record(dossier, named, "basis")
    db.session.execute(
        insert_into(db.engine, Citation)
        .values(
            dossier_id=dossier.id,
            letter_id=letter.id if letter else None,
            incoming_id=incoming.id if incoming else None,
        )
        .on_conflict_do_nothing()
    )


def record_reply(dossier: Dossier, named: Mapping[str, str]) -> None:
    """Enter the reply that `reply_*` names, with its file, to the letter of this dossier."""
    asked = db.session.scalars(
        select(Letter)
        .where(Letter.dossier_id == dossier.id, Letter.state == "issued")
        .order_by(Letter.id.desc())
    ).first()
    reply = record(dossier, named, "reply")
    db.session.flush()
    arrivals.number(reply, clock.today(), dossier.events[-1].actor_name)
    reply.attachment = attachments.current(dossier).get("reply_file")
    reply.answers = asked
    db.session.execute(
        insert_into(db.engine, Citation)
        .values(dossier_id=dossier.id, incoming_id=reply.id)
        .on_conflict_do_nothing()
    )


def record(dossier: Dossier, named: Mapping[str, str], prefix: str) -> IncomingLetter:
    """Return the incoming dispatch of a sender, number and date, entered when it is new."""
    key = {
        "sender": named[f"{prefix}_sender"],
        "reference": named[f"{prefix}_reference"],
        "issued_on": date.fromisoformat(named[f"{prefix}_on"]),
    }
    db.session.execute(
        insert_into(db.engine, IncomingLetter)
        .values(
            **key,
            subject=named.get(f"{prefix}_subject", ""),
            dossier_id=dossier.id,
            created_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=list(key))
    )
    return db.session.scalars(select(IncomingLetter).filter_by(**key)).one()


def _ours(sender: str, reference: str, on: date) -> Letter | None:
    number, _, symbol = reference.partition("/")
    own = organisation.department()
    if not number.strip().isdecimal() or formats.fold(sender) not in {
        formats.fold(own.name),
        formats.fold(own.full_name),
    }:
        return None
    return db.session.scalars(
        select(Letter)
        .join(Letter.entry)
        .where(
            BookEntry.number == int(number),
            BookEntry.symbol == symbol.strip(),
            BookEntry.issued_on == on,
        )
    ).first()
