"""What approval changes: systems, facilities, accounts, codes, activation links."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base

_OPEN = text("state <> 'closed'")


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
    codes: Mapped[list["ConnectionCode"]] = relationship(back_populates="facility")


class Prescriber(Base):
    """A person who prescribes, known by the practice licence."""

    __tablename__ = "prescribers"

    id: Mapped[int] = mapped_column(primary_key=True)
    licence_no: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]

    codes: Mapped[list["ConnectionCode"]] = relationship(back_populates="prescriber")


class Account(Base):
    """The account of one facility on one system (rule A1), with its custodian."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    facility_id: Mapped[int] = mapped_column(ForeignKey("facilities.id"))
    system_id: Mapped[int] = mapped_column(ForeignKey("target_systems.id"))
    username: Mapped[str]
    # granted (first access still to come), active, closed
    state: Mapped[str]
    custodian_name: Mapped[str]
    custodian_phone: Mapped[str]
    custodian_email: Mapped[str]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    facility: Mapped[Facility] = relationship(back_populates="accounts")
    system: Mapped[TargetSystem] = relationship()
    events: Mapped[list["AccountEvent"]] = relationship(
        order_by="AccountEvent.id", back_populates="account"
    )

    __table_args__ = (
        # One open account per facility and system; what was closed stays as history.
        Index(
            "uq_accounts_open", "facility_id", "system_id",
            unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN,
        ),
        Index(
            "uq_accounts_username", "username",
            unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN,
        ),
    )  # fmt: skip


class AccountEvent(Base):
    """What became of an account, and by which dossier: append-only."""

    __tablename__ = "account_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"), index=True)
    # granted, activated, reset, changed, handed_over, closed
    what: Mapped[str]
    # Field → [before, after]; never a secret.
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    actor_name: Mapped[str]
    at: Mapped[datetime]

    account: Mapped[Account] = relationship(back_populates="events")


class ConnectionCode(Base):
    """The interoperability code of one facility or one prescriber (rule C1)."""

    __tablename__ = "connection_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    facility_id: Mapped[int | None] = mapped_column(ForeignKey("facilities.id"), unique=True)
    prescriber_id: Mapped[int | None] = mapped_column(ForeignKey("prescribers.id"), unique=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"), index=True)
    created_at: Mapped[datetime]

    facility: Mapped[Facility | None] = relationship(back_populates="codes")
    prescriber: Mapped[Prescriber | None] = relationship(back_populates="codes")

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


class CalendarOverride(Base):
    """A day the department declares off or working, with its basis."""

    __tablename__ = "calendar_overrides"

    day: Mapped[date] = mapped_column(primary_key=True)
    is_working: Mapped[bool]
    basis: Mapped[str]
