"""What persons said about their own data: consents with their evidence, and requests."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base
from app.models.people import User
from app.models.sealed import SealedText


class Consent(Base):
    """A consent to one purpose: who, what exactly was read, when, and until when it held.

    `person` is a keyed index of the e-mail (services.consents.person): the evidence outlives the
    address. A row is never changed but for its withdrawal.
    """

    __tablename__ = "consents"

    id: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str]
    # services.consents.PURPOSES
    purpose: Mapped[str]
    # The very sentence, and the first characters of its SHA-256.
    wording: Mapped[str]
    version: Mapped[str]
    # "dossier:<code>" or "my-data".
    source: Mapped[str]
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "person", "purpose", "id"),)


class DataRequest(Base):
    """A request of a person about their data, with the days the law sets (Decree 356/2025)."""

    __tablename__ = "data_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str]
    # Emptied with the dossiers when everything is erased.
    email: Mapped[str] = mapped_column(SealedText)
    # services.data_requests.KINDS
    kind: Mapped[str]
    text: Mapped[str] = mapped_column(SealedText)
    made_at: Mapped[datetime]
    acknowledge_by: Mapped[date]
    due_on: Mapped[date]
    # "", granted, refused
    answer: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(SealedText, default="")
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    answered_by: Mapped[User | None] = relationship()

    __table_args__ = (Index(None, "person", "id"), Index(None, "answer", "due_on"))
