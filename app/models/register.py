"""What approval changes: systems, facilities, accounts, codes, activation links."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from app.formats import fold
from app.models.base import Base
from app.models.dossier import Dossier

_OPEN = text("state <> 'closed'")


def _words(*names: str) -> Callable[[Any], str]:
    """Return what fills `folded` in an INSERT past the ORM; the validators do it within."""

    def folded(context: Any) -> str:
        values = context.get_current_parameters()
        return fold(" ".join(values[name] for name in names))

    return folded


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
    # Name and licence folded for search; written whenever one of them is.
    folded: Mapped[str] = mapped_column(default=_words("name", "licence_no"), server_default="")
    kind: Mapped[str] = mapped_column(default="")
    tax_code: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]

    accounts: Mapped[list["Account"]] = relationship(
        order_by="Account.id", back_populates="facility"
    )
    codes: Mapped[list["ConnectionCode"]] = relationship(back_populates="facility")

    __table_args__ = (Index(None, "folded"),)

    @validates("name", "licence_no")
    def _fold(self, key: str, value: str) -> str:
        self.folded = fold(
            f"{value} {self.licence_no or ''}" if key == "name" else f"{self.name or ''} {value}"
        )
        return value


class Prescriber(Base):
    """A person who prescribes, known by the practice licence."""

    __tablename__ = "prescribers"

    id: Mapped[int] = mapped_column(primary_key=True)
    licence_no: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    # The name folded for search; written whenever the name is.
    folded: Mapped[str] = mapped_column(default=_words("name"), server_default="")
    phone: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]

    codes: Mapped[list["ConnectionCode"]] = relationship(back_populates="prescriber")

    __table_args__ = (Index(None, "folded"),)

    @validates("name")
    def _fold(self, _key: str, value: str) -> str:
        self.folded = fold(value)
        return value


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
    # The custodian's name folded for search; written whenever the name is.
    folded: Mapped[str] = mapped_column(default=_words("custodian_name"), server_default="")
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
        Index(None, "folded"),
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
    # granted, activated, reset, changed, handed_over, closed
    what: Mapped[str]
    # Field → [before, after]; never a secret.
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    actor_name: Mapped[str]
    at: Mapped[datetime]

    account: Mapped[Account] = relationship(back_populates="events")
    dossier: Mapped[Dossier] = relationship()


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


class CalendarOverride(Base):
    """A day the department declares off or working, with its basis."""

    __tablename__ = "calendar_overrides"

    day: Mapped[date] = mapped_column(primary_key=True)
    is_working: Mapped[bool]
    basis: Mapped[str]
