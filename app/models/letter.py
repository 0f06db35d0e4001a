"""Letters, and the books their numbers come from."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base
from app.models.dossier import Dossier
from app.models.people import User


class NumberBook(Base):
    """A sequence per form of document and year, restarting on 1 January (Decree 30, Art. 15)."""

    __tablename__ = "number_books"

    id: Mapped[int] = mapped_column(primary_key=True)
    form: Mapped[str]
    year: Mapped[int]
    last_number: Mapped[int] = mapped_column(default=0)

    __table_args__ = (Index(None, "form", "year", unique=True),)


class Letter(Base):
    """A document: drafted, signed, issued, or void when a draft was overtaken.

    `data` is the LetterData snapshot as JSON; once issued it and `pdf_sha256` are final.
    """

    __tablename__ = "letters"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"), index=True)
    kind: Mapped[str]
    form: Mapped[str]
    state: Mapped[str]
    subject: Mapped[str]
    data: Mapped[str]
    signer_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    signed_at: Mapped[datetime | None]
    issued_at: Mapped[datetime | None]
    pdf_sha256: Mapped[str | None]
    created_at: Mapped[datetime]

    dossier: Mapped[Dossier] = relationship()
    signer: Mapped[User | None] = relationship()
    entry: Mapped["BookEntry | None"] = relationship(back_populates="letter")


class BookEntry(Base):
    """A number of a book and what became of it; never reused, never edited."""

    __tablename__ = "book_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("number_books.id"))
    number: Mapped[int]
    symbol: Mapped[str]
    issued_on: Mapped[date]
    state: Mapped[str]
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letters.id"), unique=True)

    letter: Mapped[Letter | None] = relationship(back_populates="entry")
    book: Mapped[NumberBook] = relationship()

    __table_args__ = (Index(None, "book_id", "number", unique=True),)


class Counter(Base):
    """A plain counter that may have gaps: the sequence of dossier codes of a day."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]
