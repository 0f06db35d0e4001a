"""A dossier, its history and its attachments."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base
from app.models.people import User
from app.models.sealed import SealedAnswers


class Dossier(Base):
    """One request. `state` changes only through `services.dossiers.act`."""

    __tablename__ = "dossiers"

    id: Mapped[int] = mapped_column(primary_key=True)
    # What an applicant's address bar and QR code carry: random, says nothing.
    key: Mapped[str] = mapped_column(unique=True)
    # Given at submission: agency code, date, sequence of the day.
    code: Mapped[str | None] = mapped_column(unique=True)
    kind: Mapped[str]
    state: Mapped[str]
    # Derived from the state, stored for lists.
    phase: Mapped[str]
    version: Mapped[int] = mapped_column()
    email: Mapped[str]
    # "<kind>:<e-mail>" while this e-mail may not file another one (rules Q1, Q4).
    once_key: Mapped[str | None] = mapped_column(unique=True)
    subject: Mapped[str] = mapped_column(default="")
    # The subject folded for search: lower case, no diacritics, đ→d.
    folded: Mapped[str] = mapped_column(default="")
    # What was submitted, checked; and what is being typed, unchecked.
    answers: Mapped[dict[str, str]] = mapped_column(SealedAnswers, default=dict)
    typed: Mapped[dict[str, str]] = mapped_column(SealedAnswers, default=dict)
    # The target system it is about, "" for none: what somebody's rights are measured by.
    system: Mapped[str] = mapped_column(default="", server_default="")
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    # The day the working days are counted from, and the promise: stored, not recomputed.
    counted_from: Mapped[date | None]
    due_on: Mapped[date | None]
    supplement_due_on: Mapped[date | None]
    closed_at: Mapped[datetime | None]
    # Its personal data is gone (services.erasure); code, kind and history remain.
    erased_at: Mapped[datetime | None]

    officer: Mapped[User | None] = relationship()
    events: Mapped[list["DossierEvent"]] = relationship(
        order_by="DossierEvent.seq", back_populates="dossier"
    )
    attachments: Mapped[list["Attachment"]] = relationship(
        order_by="Attachment.id", back_populates="dossier"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - read by SQLAlchemy
    __table_args__ = (
        Index(None, "phase", "due_on", "id"),
        Index(None, "system", "phase", "due_on", "id"),
        Index(None, "email", "id"),
        Index(None, "submitted_at", "id"),
        Index(None, "officer_id", "phase", "due_on", "id"),
        Index(None, "folded"),
    )


class DossierEvent(Base):
    """One row of a dossier's history: append-only, chained by hash."""

    __tablename__ = "dossier_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"))
    seq: Mapped[int]
    action: Mapped[str]
    before: Mapped[str]
    after: Mapped[str]
    role: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    # As it was that day; people move and marry.
    actor_name: Mapped[str]
    # What the actor supplied: reason, note …
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime]
    previous_hash: Mapped[str]
    hash: Mapped[str]
    # When words and name were erased: a keyed seal over what remains, `hash` among it. The
    # database lets it be written once and nothing else of a row be changed.
    erased: Mapped[str] = mapped_column(default="", server_default="")

    dossier: Mapped[Dossier] = relationship(back_populates="events")

    __table_args__ = (
        Index(None, "dossier_id", "seq", unique=True),
        Index(None, "at", "id"),
        Index(None, "user_id", "at", "id"),
    )


class Attachment(Base):
    """A file of a dossier, stored by content."""

    __tablename__ = "attachments"

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"), index=True)
    field: Mapped[str]
    name: Mapped[str]
    content_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    uploaded_at: Mapped[datetime]
    # NULL: part of the dossier as it stands. A replaced file stays readable for staff.
    replaced_at: Mapped[datetime | None]

    dossier: Mapped[Dossier] = relationship(back_populates="attachments")
