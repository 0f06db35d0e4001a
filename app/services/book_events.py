"""What was done to numbers and books: append-only rows, each sealing the one before."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from app import clock
from app.extensions import db
from app.models import BookEntry, BookEvent, NumberBook
from app.security.actors import Actor
from app.services import digests

_PURPOSE = "books"

_SHOWN = (
    "number", "symbol", "state", "form", "subject", "addressee", "signer_name", "archive",
    "copies", "received_by", "reason",
)  # fmt: skip


def snapshot(entry: BookEntry) -> dict[str, Any]:
    """Return an entry as an event keeps it."""
    return {
        **{name: getattr(entry, name) for name in _SHOWN},
        "issued_on": entry.issued_on.isoformat(),
        "sent_on": entry.sent_on.isoformat() if entry.sent_on else "",
    }


def append(
    book: NumberBook,
    act: str,
    actor: Actor,
    reason: str,
    *,
    entry: BookEntry | None = None,
    details: dict[str, Any] | None = None,
) -> BookEvent:
    """Write what was done and chain it to what came before; the book's row must be locked."""
    db.session.flush()
    previous = db.session.execute(
        select(BookEvent.seq, BookEvent.hash)
        .where(BookEvent.book_id == book.id)
        .order_by(BookEvent.seq.desc())
        .limit(1)
    ).first()
    event = BookEvent(
        book_id=book.id,
        seq=previous.seq + 1 if previous else 1,
        entry_id=entry.id if entry else None,
        act=act,
        user_id=actor.user_id,
        actor_name=actor.name,
        reason=reason,
        details=details or (snapshot(entry) if entry else {}),
        at=clock.now(),
        previous_hash=previous.hash if previous else "",
    )
    event.hash = digest(event)
    db.session.add(event)
    return event


def digest(event: BookEvent) -> str:
    """Return the seal of a row over all it says and the seal before it."""
    return digests.seal(_PURPOSE, content(event))


def content(event: BookEvent) -> list[Any]:
    """Return what the seal of a row is over."""
    return [
        event.book_id, event.seq, event.entry_id, event.act, event.user_id, event.actor_name,
        event.reason, event.details, event.at.isoformat(), event.previous_hash,
    ]  # fmt: skip


def judge() -> digests.Judge:
    """Return who tells whether the seals of rows hold."""
    return digests.Judge(BookEvent, _PURPOSE)


def problems() -> Iterator[str]:
    """Yield one line for each row that was changed, removed or put elsewhere."""
    judged, book, last = judge(), 0, (0, "")
    rows = db.session.scalars(
        select(BookEvent)
        .order_by(BookEvent.book_id, BookEvent.seq)
        .execution_options(yield_per=1000)
    )
    for event in rows:
        if event.book_id != book:
            book, last = event.book_id, (0, "")
        where = f"book {book}, act {event.seq} (row {event.id})"
        if (event.seq - 1, event.previous_hash) != last:
            yield f"{where}: does not follow the one before it"
        if objection := judged.objection(event, content(event)):
            yield f"{where}: {objection}"
        last = (event.seq, event.hash)


def of_book(book: NumberBook) -> Iterator[BookEvent]:
    """Yield what was done in a book, in order."""
    yield from db.session.scalars(
        select(BookEvent)
        .where(BookEvent.book_id == book.id)
        .order_by(BookEvent.seq)
        .execution_options(yield_per=1000)
    )
