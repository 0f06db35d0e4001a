"""What approval changes: systems, accounts, codes, activation links."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from app.formats import fold
from app.models.base import Base
from app.models.dossier import Dossier
from app.models.holders import Facility, Organisation, Prescriber, words
from app.models.sealed import SealedAnswers, SealedNumber

_OPEN = text("state <> 'closed'")


class TargetSystem(Base):
    """A national system that accounts are granted on: a row, not code."""

    __tablename__ = "target_systems"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_en: Mapped[str]
    is_open: Mapped[bool] = mapped_column(default=True)


class Account(Base):
    """The account of one holder on one system (rules A1, V2), with its custodian."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    holder_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    system_id: Mapped[int] = mapped_column(ForeignKey("target_systems.id"))
    username: Mapped[str]
    # granted (first access still to come), active, closed
    state: Mapped[str]
    custodian_name: Mapped[str]
    # The custodian's name folded for search; written whenever the name is.
    folded: Mapped[str] = mapped_column(default=words("custodian_name"), server_default="")
    custodian_phone: Mapped[str] = mapped_column(SealedNumber)
    custodian_email: Mapped[str]
    custodian_gender: Mapped[str] = mapped_column(default="", server_default="")
    custodian_position: Mapped[str] = mapped_column(default="", server_default="")
    # The password is changed by this day (rule A3); counted from the first access, and from
    # each time the custodian says that it was changed.
    password_due_on: Mapped[date | None]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    holder: Mapped[Organisation] = relationship(back_populates="accounts")
    system: Mapped[TargetSystem] = relationship()
    events: Mapped[list["AccountEvent"]] = relationship(
        order_by="AccountEvent.id", back_populates="account"
    )

    __table_args__ = (
        # One open account per holder and system; what was closed stays as history.
        Index(
            "uq_accounts_open", "holder_id", "system_id",
            unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN,
        ),
        Index(
            "uq_accounts_username", "system_id", "username",
            unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN,
        ),
        Index(None, "folded"),
        Index(None, "state", "password_due_on"),
        # Closed ones too: the unique index above knows only the open ones.
        Index(None, "holder_id"),
    )  # fmt: skip

    @validates("custodian_name")
    def _fold(self, _key: str, value: str) -> str:
        self.folded = fold(value)
        return value


class AccountEvent(Base):
    """What became of an account, and by which dossier: append-only."""

    __tablename__ = "account_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"), index=True)
    # granted, activated, reset, reissued, changed, handed_over, confirmed, disconnected, closed
    what: Mapped[str]
    # Field → [before, after]; never a secret.
    changes: Mapped[dict[str, Any]] = mapped_column(SealedAnswers, default=dict)
    actor_name: Mapped[str]
    at: Mapped[datetime]
    # Once the words were erased: the digest the seal of the day has for them, and a seal over it.
    erased: Mapped[str] = mapped_column(default="", server_default="")

    account: Mapped[Account] = relationship(back_populates="events")
    dossier: Mapped[Dossier] = relationship()

    __table_args__ = (Index(None, "at", "id"),)


class ConnectionCode(Base):
    """The interoperability code of one facility or one prescriber (rule C1)."""

    __tablename__ = "connection_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    facility_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), unique=True)
    prescriber_id: Mapped[int | None] = mapped_column(ForeignKey("prescribers.id"), unique=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"), index=True)
    created_at: Mapped[datetime]

    facility: Mapped[Facility | None] = relationship(back_populates="codes")
    prescriber: Mapped[Prescriber | None] = relationship(back_populates="codes")
    dossier: Mapped[Dossier] = relationship()

    __table_args__ = (
        CheckConstraint("(facility_id IS NULL) <> (prescriber_id IS NULL)", name="one_holder"),
    )


class Activation(Base):
    """First access: a link used once, opened with a code; the secret is encrypted until shown."""

    __tablename__ = "activations"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"), index=True)
    # The token of the link is derived from `nonce` and the key; only its hash is looked up.
    nonce: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    secret: Mapped[str | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship()
    dossier: Mapped[Dossier] = relationship()


class CalendarOverride(Base):
    """A day the department declares off or working, with its basis."""

    __tablename__ = "calendar_overrides"

    day: Mapped[date] = mapped_column(primary_key=True)
    is_working: Mapped[bool]
    basis: Mapped[str]
