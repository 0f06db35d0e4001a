"""What approval changes: systems, facilities, accounts, activation links."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base


class TargetSystem(Base):
    """A national system that accounts are granted on: a row, not code."""

    __tablename__ = "target_systems"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_en: Mapped[str]
    is_open: Mapped[bool] = mapped_column(default=True)


class Facility(Base):
    """A pharmacy, clinic or station, known by its licence."""

    __tablename__ = "facilities"

    id: Mapped[int] = mapped_column(primary_key=True)
    licence_no: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(default="")
    tax_code: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]

    accounts: Mapped[list["Account"]] = relationship(back_populates="facility")


class Account(Base):
    """The account of one facility on one system (rule A1), with its custodian."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    facility_id: Mapped[int] = mapped_column(ForeignKey("facilities.id"))
    system_id: Mapped[int] = mapped_column(ForeignKey("target_systems.id"))
    username: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    custodian_name: Mapped[str]
    custodian_phone: Mapped[str]
    custodian_email: Mapped[str]
    # Which dossier made it, and which touched it last.
    granted_by_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"))
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"))
    created_at: Mapped[datetime]

    facility: Mapped[Facility] = relationship(back_populates="accounts")
    system: Mapped[TargetSystem] = relationship()

    # One row per facility and system, whatever its state.
    __table_args__ = (Index(None, "facility_id", "system_id", unique=True),)


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


class CalendarOverride(Base):
    """A day the department declares off or working, with its basis."""

    __tablename__ = "calendar_overrides"

    day: Mapped[date] = mapped_column(primary_key=True)
    is_working: Mapped[bool]
    basis: Mapped[str]
