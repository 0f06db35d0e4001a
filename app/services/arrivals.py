"""The incoming register: arrival numbers of a year, gapless like those that go out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app import clock, storage
from app.database import insert_into
from app.errors import Invalid, Refused
from app.extensions import db
from app.formats import fold
from app.models import IncomingLetter, NumberBook
from app.security.actors import Actor
from app.services import books, word_search
from app.services.attachments import Received
from app.services.book_events import append
from app.services.ledger import require_clerk
from app.services.word_search import Query
from workflows import Text

PAGE = 25
# Decree 30/2020, Appendix IV: what a register of incoming documents has at least.
COLUMNS: Mapping[str, Text] = {
    "received_on": Text("Ngày đến", "Arrived on"),
    "number": Text("Số đến", "Arrival number"),
    "sender": Text("Tác giả", "Sender"),
    "reference": Text("Số, ký hiệu", "Number and symbol"),
    "issued_on": Text("Ngày tháng văn bản", "Date"),
    "content": Text("Tên loại và trích yếu nội dung", "Form and subject"),
    "handed_to": Text("Đơn vị hoặc người nhận", "Handed to"),
    "handed_on": Text("Ngày chuyển", "Handed on"),
    "received_by": Text("Ký nhận", "Received by"),
    "note": Text("Ghi chú", "Notes"),
}


@dataclass(frozen=True, slots=True)
class Page:
    """Some arrivals, the newest first, and the numbers its neighbours hang on."""

    rows: Sequence[IncomingLetter]
    previous: int = 0
    next: int = 0


def number(letter: IncomingLetter, on: date, actor_name: str) -> None:
    """Give an incoming dispatch its arrival number; one that has a number keeps it.

    The transaction locks the book first and looks again: who was slower finds the number there.
    """
    books.next_numbers(books.INCOMING, on.year, 0)
    db.session.refresh(letter)
    if letter.number is not None:
        return
    letter.number, letter.book_id = books.next_numbers(books.INCOMING, on.year)
    letter.received_on, letter.entered_by = on, actor_name


def enter(said: Mapping[str, str], scan: Received | None, actor: Actor) -> IncomingLetter:
    """Enter a dispatch the post brought, with its scan; raise Refused when it is there already."""
    require_clerk(actor, "enter")
    on = date.fromisoformat(said["received_on"])
    dated = date.fromisoformat(said["issued_on"])
    key: dict[str, Any] = {
        "sender": said["sender"],
        "reference": said["reference"],
        "issued_on": dated,
    }
    if on > clock.today() or dated > on:
        raise Invalid(
            {
                "received_on": Text(
                    "Ngày đến không trước ngày văn bản và không sau hôm nay.",
                    "It arrives no earlier than its date and no later than today.",
                )
            }
        )
    db.session.execute(
        insert_into(db.engine, IncomingLetter)
        .values(**key, subject=said["subject"], created_at=clock.now())
        .on_conflict_do_nothing(index_elements=list(key))
    )
    letter = db.session.scalars(select(IncomingLetter).filter_by(**key)).one()
    if letter.number is not None:
        raise Refused(
            Text(
                "Văn bản này đã vào sổ, số đến {n} ngày {day}.",
                "This dispatch is in the register already: arrival number {n}, {day}.",
            ).fill(n=letter.number, day=f"{letter.received_on:%d/%m/%Y}")
        )
    number(letter, on, actor.name)
    letter.subject = said["subject"]
    letter.folded = fold(f"{letter.sender} {letter.reference} {letter.subject}")
    letter.form, letter.note = said["form"], said.get("note", "")
    letter.handed_to = said.get("handed_to", "")
    letter.handed_on = date.fromisoformat(said["handed_on"]) if said.get("handed_on") else None
    if scan:
        # It belongs to the dispatch itself, not to a dossier.
        letter.scan_name, letter.scan_type = scan.name, scan.content_type
        letter.scan_sha256 = storage.put(scan.content)
    db.session.flush()
    book = db.session.get_one(NumberBook, letter.book_id)
    append(book, "arrived", actor, "", details={"number": letter.number, **said})
    return letter


def years() -> list[NumberBook]:
    """Return the incoming books, the newest year first."""
    return list(
        db.session.scalars(
            select(NumberBook)
            .where(NumberBook.name == books.INCOMING)
            .order_by(NumberBook.year.desc())
        )
    )


def page(book: NumberBook, text: str = "", *, after: int = 0, before: int = 0) -> Page:
    """Return a page of the incoming register, or of what is looked for in it."""
    query = select(IncomingLetter).options(
        joinedload(IncomingLetter.dossier), joinedload(IncomingLetter.answers)
    )
    if text:
        words = word_search.words_of(text)
        edge = before or after
        at = (
            edge
            and db.session.scalars(
                select(IncomingLetter.id).where(
                    IncomingLetter.book_id == book.id, IncomingLetter.number == edge
                )
            ).first()
        )
        found_ids = word_search.ids(
            IncomingLetter,
            book.id,
            word_search.settled(IncomingLetter, book.id, Query(words, (f"sach{book.id}",))),
            edge=at or 0,
            is_up=bool(before),
            limit=PAGE + 1,
        )
        query = query.where(IncomingLetter.id.in_(found_ids if words else []))
        query = query.order_by(IncomingLetter.id if before else IncomingLetter.id.desc())
    else:
        own = IncomingLetter.number
        query = query.where(IncomingLetter.book_id == book.id).limit(PAGE + 1)
        if before:
            query = query.where(own > before).order_by(own)
        else:
            query = (query.where(own < after) if after else query).order_by(own.desc())
    found = list(db.session.scalars(query))
    has_more, found = len(found) > PAGE, found[:PAGE]
    if before:
        found.reverse()
    if not found:
        return Page([])
    return Page(
        found,
        previous=(found[0].number or 0) if (has_more if before else after) else 0,
        next=(found[-1].number or 0) if (before or has_more) else 0,
    )
