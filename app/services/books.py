"""Numbers: gapless per form and year, taken in the transaction that binds them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from app.database import insert_into
from app.extensions import db
from app.models import BookEntry, Counter, Letter, NumberBook


def take(form: str, symbol: str, on: date, letter: Letter) -> BookEntry:
    """Take the next number of a book and enter the letter under it.

    The row lock is held until the commit, so call it last. A rolled back transaction
    gives the number back, because the count and the entry go with it.
    """
    number, book_id = _next(form, on.year)
    entry = BookEntry(
        book_id=book_id, number=number, symbol=symbol, issued_on=on, state="issued", letter=letter
    )
    db.session.add(entry)
    return entry


def _next(form: str, year: int) -> tuple[int, int]:
    statement = (
        insert_into(db.engine, NumberBook)
        .values(form=form, year=year, last_number=1)
        .on_conflict_do_update(
            index_elements=[NumberBook.form, NumberBook.year],
            set_={"last_number": NumberBook.last_number + 1},
        )
        .returning(NumberBook.last_number, NumberBook.id)
    )
    number, book_id = db.session.execute(statement).one()
    return number, book_id


def count(name: str) -> int:
    """Return the next value of a plain counter."""
    statement = (
        insert_into(db.engine, Counter)
        .values(name=name, last=1)
        .on_conflict_do_update(index_elements=[Counter.name], set_={"last": Counter.last + 1})
        .returning(Counter.last)
    )
    return db.session.execute(statement).scalar_one()


@dataclass(frozen=True, slots=True)
class BookReport:
    """What verifying one book found; `problems` is empty when it is gapless."""

    form: str
    year: int
    last_number: int
    entries: int
    problems: tuple[str, ...]


def verify() -> Iterator[BookReport]:
    """Check that every book runs 1..n without a gap, each number with its document."""
    books = db.session.scalars(select(NumberBook).order_by(NumberBook.year, NumberBook.form)).all()
    for book in books:
        count_, low, high = db.session.execute(
            select(func.count(), func.min(BookEntry.number), func.max(BookEntry.number)).where(
                BookEntry.book_id == book.id
            )
        ).one()
        orphans = db.session.scalars(
            select(BookEntry.number)
            .outerjoin(Letter, Letter.id == BookEntry.letter_id)
            .where(
                BookEntry.book_id == book.id,
                BookEntry.state == "issued",
                (Letter.id.is_(None)) | (Letter.state != "issued"),
            )
        ).all()
        problems = [f"number {n} has no issued letter" for n in orphans]
        if book.last_number and (count_, low, high) != (book.last_number, 1, book.last_number):
            problems.append(f"{count_} entries between {low} and {high}, not 1..{book.last_number}")
        yield BookReport(book.form, book.year, book.last_number, count_, tuple(problems))
