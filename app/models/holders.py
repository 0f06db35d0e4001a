"""Who holds accounts and codes: facilities, vendors, offices, and prescribers."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship, synonym, validates

from app.formats import fold
from app.models.base import Base
from app.models.sealed import SealedNumber

if TYPE_CHECKING:
    from app.models.register import Account, ConnectionCode


def words(*names: str) -> Callable[[Any], str]:
    """Return what fills `folded` in an INSERT past the ORM; the validators do it within."""

    def folded(context: Any) -> str:
        values = context.get_current_parameters()
        return fold(" ".join(values[name] for name in names))

    return folded


class Organisation(Base):
    """A body that holds accounts: a facility, a vendor or an office, each by its own number."""

    __tablename__ = "organisations"

    id: Mapped[int] = mapped_column(primary_key=True)
    # facility, vendor, office
    sort: Mapped[str]
    # Facility: licence number; vendor: tax code; office: its folded name, it has no number.
    number: Mapped[str]
    name: Mapped[str]
    # Name and number folded for search; written whenever one of them is.
    folded: Mapped[str] = mapped_column(default=words("name", "number"), server_default="")
    kind: Mapped[str] = mapped_column(default="", server_default="")
    tax_code: Mapped[str] = mapped_column(default="", server_default="")
    address: Mapped[str] = mapped_column(default="", server_default="")
    # The commune, when it is known by its code.
    place_code: Mapped[str | None] = mapped_column(ForeignKey("places.code"), index=True)
    # The vendor whose software connects this facility, if it does not connect by itself.
    vendor_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    created_at: Mapped[datetime]

    accounts: Mapped[list["Account"]] = relationship(order_by="Account.id", back_populates="holder")
    codes: Mapped[list["ConnectionCode"]] = relationship(back_populates="facility")
    vendor: Mapped["Vendor | None"] = relationship(
        remote_side="Organisation.id", foreign_keys="Organisation.vendor_id"
    )

    __mapper_args__ = {"polymorphic_on": "sort"}  # noqa: RUF012 - read by SQLAlchemy
    __table_args__ = (Index(None, "sort", "number", unique=True), Index(None, "folded"))

    @validates("name", "number")
    def _fold(self, key: str, value: str) -> str:
        self.folded = fold(
            f"{value} {self.number or ''}" if key == "name" else f"{self.name or ''} {value}"
        )
        return value


class Facility(Organisation):
    """A pharmacy, clinic or station, known by its licence."""

    licence_no: Mapped[str] = synonym("number")

    __mapper_args__ = {"polymorphic_identity": "facility"}  # noqa: RUF012 - read by SQLAlchemy


class Vendor(Organisation):
    """A software vendor, known by its tax code: one account for all its facilities (V2)."""

    __mapper_args__ = {"polymorphic_identity": "vendor"}  # noqa: RUF012 - read by SQLAlchemy


class Office(Organisation):
    """A public office that administers accounts of its area, known by its name."""

    __mapper_args__ = {"polymorphic_identity": "office"}  # noqa: RUF012 - read by SQLAlchemy


class Prescriber(Base):
    """A person who prescribes, known by the practice licence."""

    __tablename__ = "prescribers"

    id: Mapped[int] = mapped_column(primary_key=True)
    licence_no: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    # The name folded for search; written whenever the name is.
    folded: Mapped[str] = mapped_column(default=words("name"), server_default="")
    phone: Mapped[str] = mapped_column(SealedNumber, default="")
    created_at: Mapped[datetime]

    codes: Mapped[list["ConnectionCode"]] = relationship(back_populates="prescriber")

    __table_args__ = (Index(None, "folded"),)

    @validates("name")
    def _fold(self, _key: str, value: str) -> str:
        self.folded = fold(value)
        return value
