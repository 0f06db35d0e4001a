"""Are the books what they say: 1..n without a gap, each number with what stands behind it?"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from app.extensions import db
from app.models import BookEntry, BookEvent, IncomingLetter, Letter, NumberBook
from app.services import book_events
from app.services.books import INCOMING

# The last act that leaves a number in its state, where no letter of ours proves it.
_ACTS = {"reserved": "reserved", "issued": "issued", "void": "void", "outside": "outside"}
# Acts that leave the number as it is: they are about the letter.
_ABOUT_LETTERS = frozenset({"recalled", "replaced"})
_MOST = 20


@dataclass(frozen=True, slots=True)
class BookReport:
    """What verifying one book found; `problems` is empty when it is gapless and proven."""

    name: str
    year: int
    last_number: int
    entries: int
    problems: tuple[str, ...]


def verify() -> Iterator[BookReport]:
    """Check every book: no gap, no double, every number and closing as their proofs say."""
    found = db.session.scalars(select(NumberBook).order_by(NumberBook.year, NumberBook.name)).all()
    for book in found:
        entries, problems = _numbers(book)
        last, chain = _events(book)
        problems += chain
        problems += _closing(book, last)
        if book.name != INCOMING:
            for problem in _entries(book, last):
                problems.append(problem)
                if len(problems) > _MOST:
                    problems.append("and more")
                    break
        yield BookReport(book.name, book.year, book.last_number, entries, tuple(problems))
    doubles = _doubles()
    if doubles:
        yield BookReport("all", 0, 0, 0, tuple(doubles))


def _numbers(book: NumberBook) -> tuple[int, list[str]]:
    table: Any = IncomingLetter if book.name == INCOMING else BookEntry
    query: Select[int, int, int] = select(
        func.count(table.number), func.min(table.number), func.max(table.number)
    ).where(table.book_id == book.id)
    count, low, high = db.session.execute(query).one()
    is_whole = (count, low or 0, high or 0) == (
        book.last_number, min(book.last_number, 1), book.last_number,
    )  # fmt: skip
    return count, [] if is_whole else [
        f"{count} entries between {low} and {high}, not 1..{book.last_number}"
    ]


def _events(book: NumberBook) -> tuple[dict[int | None, BookEvent], list[str]]:
    """Return the last act about each entry and the rows of the chain that do not hold."""
    last: dict[int | None, BookEvent] = {}
    problems: list[str] = []
    seq, seal, judge = 0, "", book_events.judge()
    for event in book_events.of_book(book):
        if (event.seq, event.previous_hash) != (seq + 1, seal):
            problems.append(f"act {event.seq} does not follow the one before it")
        if objection := judge.objection(event, book_events.content(event)):
            problems.append(f"act {event.seq} {objection}")
        seq, seal = event.seq, event.hash
        if event.act == "closed":
            last[None] = event
        elif event.entry_id is not None and event.act not in _ABOUT_LETTERS:
            last[event.entry_id] = event
    return last, problems


def _closing(book: NumberBook, last: Mapping[int | None, BookEvent]) -> list[str]:
    closed = last.get(None)
    if (book.closed_at is None) != (closed is None):
        return ["closed without the act that closes it, or the other way round"]
    if closed is not None and closed.details.get("last_number") != book.last_number:
        return [f"closed at {closed.details.get('last_number')}, now at {book.last_number}"]
    return []


def _entries(book: NumberBook, last: Mapping[int | None, BookEvent]) -> Iterator[str]:
    rows = db.session.execute(
        select(BookEntry, Letter.state, Letter.data)
        .outerjoin(Letter, Letter.id == BookEntry.letter_id)
        .where(BookEntry.book_id == book.id)
        .order_by(BookEntry.number)
        .execution_options(yield_per=500)
    )
    for entry, letter_state, data in rows:
        if entry.letter_id is not None:
            yield from _beside_letter(entry, letter_state, data)
        else:
            yield from _beside_act(entry, last.get(entry.id))
        if entry.state == "reserved" and book.closed_at is not None:
            yield f"number {entry.number} is reserved in a closed year"
        db.session.expunge(entry)


def _beside_letter(entry: BookEntry, letter_state: str | None, data: str | None) -> Iterator[str]:
    if letter_state != "issued" or entry.state != "issued":
        yield f"number {entry.number} has no issued letter"
        return
    said = json.loads(data or "{}")
    expected = (said.get("number"), said.get("symbol"), said.get("issued_on"), said.get("subject"))
    if expected != (entry.number, entry.symbol, entry.issued_on.isoformat(), entry.subject):
        yield f"number {entry.number} is not what its letter says"


def _beside_act(entry: BookEntry, event: BookEvent | None) -> Iterator[str]:
    if event is None or _ACTS.get(entry.state) != event.act:
        yield f"number {entry.number} has no issued letter and no act that made it {entry.state}"
    elif event.details != book_events.snapshot(entry):
        yield f"number {entry.number} is not what the last act left"


def _doubles() -> list[str]:
    """Return number and symbol that stand twice in a year (Decree 30, Art. 15)."""
    rows = db.session.execute(
        select(NumberBook.year, BookEntry.number, BookEntry.symbol)
        .join(BookEntry.book)
        .group_by(NumberBook.year, BookEntry.number, BookEntry.symbol)
        .having(func.count() > 1)
        .limit(_MOST)
    )
    return [f"{number}/{symbol} stands twice in {year}" for year, number, symbol in rows]
