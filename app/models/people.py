"""The department, its units, its people, and their sign-ins."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ForeignKey, Index, false
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from app import clock
from app.formats import fold
from app.models.base import Base
from app.models.rights import Delegation, Grant
from app.models.sealed import SealedNumber


class Department(Base):
    """The issuing body: one row; letterhead, address and codes are its data."""

    __tablename__ = "departments"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    parent: Mapped[str]
    full_name: Mapped[str]
    symbol: Mapped[str]
    place: Mapped[str]
    # Electronic identification code of the body (QĐ 20/2020/QĐ-TTg): first part of dossier codes.
    agency_code: Mapped[str]
    address: Mapped[str]
    phone: Mapped[str]
    email: Mapped[str]
    website: Mapped[str]
    head_title: Mapped[str]


class Unit(Base):
    """A division that drafts letters; its symbol ends the reference (SYT-NVD)."""

    __tablename__ = "units"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    symbol: Mapped[str] = mapped_column(unique=True)
    phone: Mapped[str]


class User(Base):
    """A member of staff."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    full_name: Mapped[str]
    email: Mapped[str]
    phone: Mapped[str] = mapped_column(SealedNumber, default="")
    position: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    # How this person signs: "", KT., TL., TUQ. … (letters.SigningCapacity).
    capacity: Mapped[str] = mapped_column(default="")
    password_hash: Mapped[str]
    password_changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    # Somebody else set the password, or it is known to be leaked: the next sign-in changes it.
    must_change_password: Mapped[bool] = mapped_column(default=False, server_default=false())
    # Encrypted; NULL until the authenticator is enrolled.
    totp_secret: Mapped[str | None]
    totp_last_step: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    # Wrong codes since the last right one; at the cap only an administrator opens again.
    wrong_in_a_row: Mapped[int] = mapped_column(default=0, server_default="0")
    # When the number was proved by a code: only then is it a factor.
    phone_confirmed_at: Mapped[datetime | None]
    # The factor a person likes to be asked for first (services.factors.Factor), or "".
    preferred_factor: Mapped[str] = mapped_column(default="", server_default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    # Full name and sign-in name folded for search: lower case, no diacritics.
    folded: Mapped[str] = mapped_column(default="", server_default="")
    # Counted from here, or from the last sign-in, until an unused account is suspended.
    active_since: Mapped[datetime | None]
    # Shown while suspended.
    suspended_why: Mapped[str] = mapped_column(default="", server_default="")
    left_at: Mapped[datetime | None]
    # Who took over the dossiers of somebody who left: what a leader sends back goes there.
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    unit: Mapped[Unit] = relationship(lazy="joined")
    grants: Mapped[list[Grant]] = relationship(
        foreign_keys=Grant.user_id, back_populates="user", order_by=Grant.id
    )
    deputed: Mapped[list[Delegation]] = relationship(
        foreign_keys=Delegation.deputy_id, back_populates="deputy", order_by=Delegation.id
    )

    __table_args__ = (Index(None, "folded", "id"),)

    @validates("full_name", "username")
    def _fold(self, key: str, value: str) -> str:
        names = {"full_name": self.full_name, "username": self.username, key: value}
        self.folded = fold(" ".join(filter(None, names.values())))
        return value

    @property
    def roles(self) -> list[str]:
        """The roles granted on any system."""
        return sorted({g.role for g in self.grants if g.is_in_force})

    @roles.setter
    def roles(self, roles: Iterable[str]) -> None:
        """Grant these on every system and nothing else: for who is entered outside the pages."""
        now, wanted = clock.now(), set(roles)
        for grant in self.grants:
            if grant.ended_at is None and (grant.system or grant.role not in wanted):
                grant.ended_at = now
        held = {g.role for g in self.grants if g.is_in_force}
        for role in sorted(wanted - held):
            self.grants.append(Grant(role=role, granted_at=now, approved_at=now))

    @validates("phone")
    def _new_phone_is_unproved(self, key: str, value: str) -> str:
        # Whoever writes another number, here or on a page of people, takes the factor away.
        if value != self.phone:
            self.phone_confirmed_at = None
        return value


class SignIn(Base):
    """One session, of a member of staff or of an applicant's verified e-mail.

    The cookie holds a random token, the table its SHA-256; a row that ended is history.
    """

    __tablename__ = "sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    email: Mapped[str] = mapped_column(default="")
    # False between password and one-time code.
    is_complete: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    # security.sessions.Ended; "" while it is open and where only its time ran out.
    ended_by: Mapped[str] = mapped_column(default="", server_default="")
    user_agent: Mapped[str] = mapped_column(default="")
    # The network address, encrypted: personal data.
    place: Mapped[str] = mapped_column(default="", server_default="")
    # Keyed hashes: of the network the address is in, and of the cookie that names the browser.
    network: Mapped[str] = mapped_column(default="", server_default="")
    device: Mapped[str] = mapped_column(default="", server_default="")

    user: Mapped[User | None] = relationship(lazy="joined")

    __table_args__ = (Index(None, "user_id", "created_at"), Index(None, "email", "id"))


class EmailCode(Base):
    """A one-time code sent by e-mail; the code itself is derived from `nonce` and the key."""

    __tablename__ = "email_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    # What it opens: "portal", or "activation:<id>".
    purpose: Mapped[str]
    nonce: Mapped[str]
    # Who asked, as a keyed hash of the network address: one place cannot mail the whole world.
    client: Mapped[str] = mapped_column(default="", server_default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    spent_at: Mapped[datetime | None]

    __table_args__ = (
        Index(None, "email", "purpose", "id"),
        Index(None, "client", "created_at"),
    )


class EmailLock(Base):
    """Wrong codes of one e-mail and purpose: five lock it for five minutes (rule O3)."""

    __tablename__ = "email_locks"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    purpose: Mapped[str]
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]

    __table_args__ = (Index(None, "email", "purpose", unique=True),)
