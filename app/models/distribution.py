"""One dispatch to many, the dispatches that came in, and which dispatch carries out which."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base
from app.models.book import NumberBook
from app.models.dossier import Attachment, Dossier
from app.models.holders import Organisation, words
from app.models.letter import Letter
from app.models.register import Account
from app.models.sealed import SealedAnswers


class Recipient(Base):
    """One of the bodies a dossier's dispatch goes to, and what it did with it."""

    __tablename__ = "recipients"

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"))
    # Its row in the list it came from, so that a complaint can name it.
    row: Mapped[int]
    name: Mapped[str]
    email: Mapped[str]
    # Every column of the list as it was typed, right or wrong.
    typed: Mapped[dict[str, str]] = mapped_column(SealedAnswers, default=dict)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    # The token of its own page is derived from `nonce` and the key; only its hash is looked up.
    nonce: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    sent_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    # What the workflow asks recipients (who took receipt; the comment on a draft).
    answers: Mapped[dict[str, str]] = mapped_column(SealedAnswers, default=dict)
    answered_at: Mapped[datetime | None]

    dossier: Mapped[Dossier] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    account: Mapped[Account | None] = relationship()

    __table_args__ = (Index(None, "dossier_id", "row"),)


class IncomingLetter(Base):
    """A dispatch of another body: what we carry out, its reply to ours, or what the post brought.

    Without an arrival number it is only cited: nobody has entered it in the incoming register.
    """

    __tablename__ = "incoming_letters"

    id: Mapped[int] = mapped_column(primary_key=True)
    sender: Mapped[str]
    # As printed on it: "136/KCB-QLCL&CĐT".
    reference: Mapped[str]
    issued_on: Mapped[date]
    subject: Mapped[str] = mapped_column(default="", server_default="")
    # The dossier in which it was recorded, the file, and the letter of ours it answers.
    dossier_id: Mapped[int | None] = mapped_column(ForeignKey("dossiers.id"), index=True)
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachments.id"))
    answers_id: Mapped[int | None] = mapped_column(ForeignKey("letters.id"), index=True)
    created_at: Mapped[datetime]
    # Its line in the incoming register (Decree 30, Appendix IV).
    book_id: Mapped[int | None] = mapped_column(ForeignKey("number_books.id"))
    number: Mapped[int | None]
    received_on: Mapped[date | None]
    form: Mapped[str] = mapped_column(default="", server_default="")
    handed_to: Mapped[str] = mapped_column(default="", server_default="")
    handed_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(default="", server_default="")
    entered_by: Mapped[str] = mapped_column(default="", server_default="")
    folded: Mapped[str] = mapped_column(
        default=words("sender", "reference", "subject"), server_default=""
    )
    # The scan of one that belongs to no dossier: name, content type and content address.
    scan_name: Mapped[str] = mapped_column(default="", server_default="")
    scan_type: Mapped[str] = mapped_column(default="", server_default="")
    scan_sha256: Mapped[str] = mapped_column(default="", server_default="")

    attachment: Mapped[Attachment | None] = relationship()
    answers: Mapped[Letter | None] = relationship()
    dossier: Mapped[Dossier | None] = relationship()
    book: Mapped[NumberBook | None] = relationship()

    __table_args__ = (
        Index(None, "sender", "reference", "issued_on", unique=True),
        Index(None, "book_id", "number", unique=True),
    )


class Citation(Base):
    """A dossier carries out a dispatch: one that came in, or one of ours (rule L4)."""

    __tablename__ = "citations"

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"))
    incoming_id: Mapped[int | None] = mapped_column(ForeignKey("incoming_letters.id"), index=True)
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letters.id"), index=True)

    dossier: Mapped[Dossier] = relationship()
    incoming: Mapped[IncomingLetter | None] = relationship()
    letter: Mapped[Letter | None] = relationship()

    __table_args__ = (
        CheckConstraint("(incoming_id IS NULL) <> (letter_id IS NULL)", name="one_source"),
        Index(None, "dossier_id", "incoming_id", unique=True),
        Index(None, "dossier_id", "letter_id", unique=True),
    )
