"""Letters, what replaces them, and counters."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base
from app.models.book import BookEntry
from app.models.dossier import Dossier
from app.models.people import User
from app.models.sealed import SealedText

_REPLACES = text("replaces_id IS NOT NULL")


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
    data: Mapped[str] = mapped_column(SealedText)
    signer_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    signed_at: Mapped[datetime | None]
    issued_at: Mapped[datetime | None]
    pdf_sha256: Mapped[str | None]
    created_at: Mapped[datetime]
    # The issued letter that this one takes the place of (Decree 30, Art. 18.3).
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("letters.id"))
    recalled_at: Mapped[datetime | None]
    recall_reason: Mapped[str] = mapped_column(default="", server_default="")
    # The leader who decided it, by name.
    recalled_by: Mapped[str] = mapped_column(default="", server_default="")

    dossier: Mapped[Dossier] = relationship()
    signer: Mapped[User | None] = relationship()
    entry: Mapped[BookEntry | None] = relationship(back_populates="letter")
    replaces: Mapped["Letter | None"] = relationship(
        remote_side="Letter.id", foreign_keys="Letter.replaces_id", back_populates="replaced_by"
    )
    replaced_by: Mapped["Letter | None"] = relationship(
        foreign_keys="Letter.replaces_id", back_populates="replaces"
    )

    __table_args__ = (
        # Of the few that replace one; over all rows a planner would rather read the table.
        Index(
            None, "replaces_id",
            unique=True, sqlite_where=_REPLACES, postgresql_where=_REPLACES,
        ),
    )  # fmt: skip


class Counter(Base):
    """A plain counter that may have gaps: the sequence of dossier codes of a day."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]
