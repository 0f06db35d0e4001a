"""Every try to sign in at the desk, and the passwords that do not come back."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base
from app.models.people import SignIn


class SignInAttempt(Base):
    """One try to sign in at the desk, and how it ended (rule O3).

    Under a name nobody has, `user_id` is empty: what was typed may be a password.
    """

    __tablename__ = "sign_in_attempts"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]
    # services.sign_ins.OUTCOMES says what each word means.
    outcome: Mapped[str]
    # The session it opened.
    sign_in_id: Mapped[int | None] = mapped_column(ForeignKey("sign_ins.id"))
    user_agent: Mapped[str] = mapped_column(default="")
    # As in SignIn.
    place: Mapped[str] = mapped_column(default="")

    sign_in: Mapped[SignIn | None] = relationship(lazy="joined")

    __table_args__ = (Index(None, "user_id", "id"),)


class PastPassword(Base):
    """The hash of a password somebody had."""

    __tablename__ = "past_passwords"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    password_hash: Mapped[str]

    __table_args__ = (Index(None, "user_id", "id"),)
