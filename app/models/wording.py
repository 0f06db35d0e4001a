"""The wording of letters, as the department edits it: versions, never changed, never deleted."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base
from app.models.people import User


class Wording(Base):
    """One version of the wording of a kind of letter; the highest is the one in use.

    `texts` are the blocks that differ from what is shipped, by name; `subject` is "" when it is
    the shipped one. A version without either is the shipped wording again.
    """

    __tablename__ = "wordings"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    version: Mapped[int]
    texts: Mapped[dict[str, str]]
    subject: Mapped[str]
    note: Mapped[str]
    # The version it brought back, 0 for the shipped wording; None when somebody typed it.
    restores: Mapped[int | None]
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]

    author: Mapped[User] = relationship()

    # Of two who save at once, the second finds its number taken.
    __table_args__ = (Index(None, "kind", "version", unique=True),)
