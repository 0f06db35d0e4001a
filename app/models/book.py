"""Number books: which numbers were taken, what became of each, and who did it."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base
from app.models.holders import words
from app.models.people import User

if TYPE_CHECKING:
    from app.models.letter import Letter


class NumberBook(Base):
    """A sequence of one year, restarting on 1 January (Decree 30, Art. 15); closed at its end.

    `name` is a form of document, or what the head calls a book that several forms share.
    """

    __tablename__ = "number_books"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    year: Mapped[int]
    last_number: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    closed_by: Mapped[User | None] = relationship()

    __table_args__ = (Index(None, "name", "year", unique=True),)


class BookPlan(Base):
    """From a year on, a form of document takes its numbers from a book (Decree 30, Art. 15.1c)."""

    __tablename__ = "book_plans"

    form: Mapped[str] = mapped_column(primary_key=True)
    from_year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    book: Mapped[str]
    # The decision of the head that says so.
    reason: Mapped[str]
    decided_at: Mapped[datetime]


class BookEntry(Base):
    """A number of a book and what became of it; never reused.

    The columns of the register stand here and not only in the letter: half of the numbers may
    be of papers we never saw, and a page of the register is one query.
    """

    __tablename__ = "book_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("number_books.id"))
    number: Mapped[int]
    symbol: Mapped[str]
    # Of a number that is only reserved: the day it was taken.
    issued_on: Mapped[date]
    # issued, reserved, void, outside
    state: Mapped[str]
    form: Mapped[str] = mapped_column(default="", server_default="")
    subject: Mapped[str] = mapped_column(default="", server_default="")
    addressee: Mapped[str] = mapped_column(default="", server_default="")
    signer_name: Mapped[str] = mapped_column(default="", server_default="")
    # Who keeps the file copy: "VT, NVD".
    archive: Mapped[str] = mapped_column(default="", server_default="")
    copies: Mapped[int] = mapped_column(default=1, server_default="1")
    sent_on: Mapped[date | None]
    received_by: Mapped[str] = mapped_column(default="", server_default="")
    # Why it is reserved, void or was used outside the system.
    reason: Mapped[str] = mapped_column(default="", server_default="")
    folded: Mapped[str] = mapped_column(
        default=words("symbol", "subject", "addressee", "signer_name"), server_default=""
    )
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letters.id"), unique=True)

    letter: Mapped["Letter | None"] = relationship(back_populates="entry")
    book: Mapped[NumberBook] = relationship()

    __table_args__ = (
        Index(None, "book_id", "number", unique=True),
        Index(None, "number", "symbol"),
        Index(None, "book_id", "state", "number"),
    )


class BookEvent(Base):
    """Who did what to a number or a book, and why: append-only, chained by hash in its book."""

    __tablename__ = "book_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("number_books.id"))
    seq: Mapped[int]
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("book_entries.id"), index=True)
    # reserved, issued, void, outside, recalled, replaced, closed
    act: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    # As it was that day.
    actor_name: Mapped[str]
    reason: Mapped[str]
    # The entry as this act left it, or what the act is about.
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime]
    previous_hash: Mapped[str]
    hash: Mapped[str]

    __table_args__ = (
        Index(None, "book_id", "seq", unique=True),
        Index(None, "at", "id"),
        Index(None, "user_id", "at", "id"),
    )
