"""Second factors of staff beside the authenticator: codes that are sent, kept codes, passkeys."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base
from app.models.sealed import SealedNumber


class FactorCode(Base):
    """A one-time code by SMS or e-mail, or the challenge of a passkey.

    It belongs to the session and the purpose it was asked for; the code itself is derived
    from `nonce` and the key.
    """

    __tablename__ = "factor_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    sign_in_id: Mapped[int] = mapped_column(ForeignKey("sign_ins.id"))
    # "sms", "mail" or "passkey" (services.factors.Factor).
    channel: Mapped[str]
    # "sign_in", "phone", "passkey" (adding one), or a services.step_up.Purpose.
    purpose: Mapped[str]
    # Where it went: a number that is still to be proved is nowhere else.
    recipient: Mapped[str] = mapped_column(SealedNumber, default="")
    nonce: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    spent_at: Mapped[datetime | None]

    __table_args__ = (
        Index(None, "sign_in_id", "purpose", "channel", "id"),
        Index(None, "user_id", "created_at"),
        Index(None, "recipient", "created_at"),
    )


class RecoveryCode(Base):
    """One of the codes a person keeps on paper; only its hash is here."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    # The digits the code begins with: which row to hash against.
    number: Mapped[int]
    code_hash: Mapped[str]
    created_at: Mapped[datetime]
    spent_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "user_id", "number", unique=True),)


class Passkey(Base):
    """A WebAuthn credential; the private half never leaves the person's device."""

    __tablename__ = "passkeys"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    credential_id: Mapped[str] = mapped_column(unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int]
    name: Mapped[str]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SpentCaptcha(Base):
    """A proof of work that was used: it verifies again until it expires, so it is kept so long."""

    __tablename__ = "spent_captchas"

    signature: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
