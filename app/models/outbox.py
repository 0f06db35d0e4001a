"""Mail and SMS that was decided: written with the decision, delivered by the worker."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base
from app.models.dossier import Dossier
from app.models.letter import Letter
from app.models.sealed import SealedText


class OutgoingMail(Base):
    """One message to one recipient; ends as sent, or dead with a reason on a page."""

    __tablename__ = "outgoing_mails"

    id: Mapped[int] = mapped_column(primary_key=True)
    # One mail per event, template and recipient, however often a task runs.
    once: Mapped[str] = mapped_column(unique=True)
    dossier_id: Mapped[int | None] = mapped_column(ForeignKey("dossiers.id"), index=True)
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letters.id"))
    # "mail" or "sms"; an SMS has no subject, and its recipient is a number.
    channel: Mapped[str] = mapped_column(default="mail", server_default="mail")
    name: Mapped[str]
    recipient: Mapped[str]
    subject: Mapped[str]
    # A placeholder (mails.SECRET) stands where a code or a link token belongs; that is derived
    # on sending.
    text: Mapped[str] = mapped_column(SealedText)
    secret: Mapped[str] = mapped_column(default="")
    message_id: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    next_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    # Codes are worthless after a while and are then dropped, not sent.
    expires_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(default="")

    dossier: Mapped[Dossier | None] = relationship()
    letter: Mapped[Letter | None] = relationship()

    __table_args__ = (Index(None, "state", "next_at", "id"),)
