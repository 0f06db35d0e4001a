"""Administrative units: provinces and communes of today, districts of the past."""

from datetime import date

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, validates

from app.formats import fold
from app.models.base import Base
from app.models.holders import words


def _place() -> Mapped[str | None]:
    # Deferred: units of one file name each other in any order.
    return mapped_column(ForeignKey("places.code", deferrable=True, initially="DEFERRED"))


class Place(Base):
    """A unit by its official code: two digits a province, three a district, five a commune."""

    __tablename__ = "places"

    code: Mapped[str] = mapped_column(primary_key=True)
    # With its type: «Phường Kỳ Lừa».
    name: Mapped[str]
    # The name folded for search; written whenever the name is.
    folded: Mapped[str] = mapped_column(default=words("name"), server_default="")
    # province, district, commune
    level: Mapped[str]
    parent_code: Mapped[str | None] = _place()
    # Both days included; None is without a beginning, or without an end.
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    # The unit that took it over whole.
    successor_code: Mapped[str | None] = _place()
    # The district it lay in before 1 July 2025, when it was one.
    former_code: Mapped[str | None] = _place()

    __table_args__ = (Index(None, "folded"), Index(None, "level", "valid_until"))

    @validates("name")
    def _fold(self, _key: str, value: str) -> str:
        self.folded = fold(value)
        return value
