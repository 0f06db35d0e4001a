"""Who may do what: grants, delegations of signing, and the links that open a staff account."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base

if TYPE_CHECKING:
    from app.models.people import User


class Grant(Base):
    """One role of one person, on one target system or on all of them; the only source of rights.

    A row is never changed back: what ended stays as it was, and a new right is a new row.
    """

    __tablename__ = "grants"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    role: Mapped[str]
    # NULL: every system, and what belongs to none.
    system: Mapped[str | None] = mapped_column(ForeignKey("target_systems.code"))
    # Of the right to sign: how ("" as the head, KT., TL. …); counts once it is approved.
    capacity: Mapped[str] = mapped_column(default="", server_default="")
    # The document it rests on.
    basis: Mapped[str] = mapped_column(default="")
    granted_at: Mapped[datetime]
    # NULL: entered at the command line.
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    # NULL: waits for a second person (services.rights).
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    # The last review of rights.
    confirmed_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]

    user: Mapped["User"] = relationship(foreign_keys=[user_id], back_populates="grants")
    granted_by: Mapped["User | None"] = relationship(foreign_keys=[granted_by_id])
    confirmed_by: Mapped["User | None"] = relationship(foreign_keys=[confirmed_by_id])

    __table_args__ = (Index(None, "user_id"),)

    @property
    def is_in_force(self) -> bool:
        """Whether it counts now."""
        return self.approved_at is not None and self.ended_at is None

    @property
    def is_waiting(self) -> bool:
        """Whether a second person has to approve it."""
        return self.approved_at is None and self.ended_at is None


class Delegation(Base):
    """A leader lets somebody sign: in writing, for a time and a matter (Decree 30/2020, 13.3)."""

    __tablename__ = "delegations"

    id: Mapped[int] = mapped_column(primary_key=True)
    principal_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    deputy_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    # Request types.
    kinds: Mapped[list[str]]
    basis: Mapped[str]
    since: Mapped[date]
    until: Mapped[date]
    entered_at: Mapped[datetime]
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    # NULL: entered by an administrator, waits for the word of the principal.
    approved_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    principal: Mapped["User"] = relationship(foreign_keys=[principal_id])
    deputy: Mapped["User"] = relationship(foreign_keys=[deputy_id], back_populates="deputed")

    __table_args__ = (Index(None, "deputy_id"), Index(None, "principal_id"))


class StaffLink(Base):
    """A link by which somebody of the staff chooses a password, once; its token is derived."""

    __tablename__ = "staff_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    nonce: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    # Used, or replaced by a newer one.
    spent_at: Mapped[datetime | None]

    user: Mapped["User"] = relationship(lazy="joined")

    __table_args__ = (Index(None, "user_id"),)
