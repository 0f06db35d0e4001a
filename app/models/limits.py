"""How often a network address did one thing lately."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class RateWindow(Base):
    """What one address took of one kind of thing in one window of time."""

    __tablename__ = "rate_windows"

    # services.limits.LIMITS
    purpose: Mapped[str] = mapped_column(primary_key=True)
    # A keyed hash, never the address.
    client: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(primary_key=True)
    taken: Mapped[int]

    __table_args__ = (Index(None, "started_at"),)
