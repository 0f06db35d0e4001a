"""Evidence: what was done by whom, append-only, chained per person; and proofs of a second code."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class AuditEvent(Base):
    """One thing somebody did or saw. The database refuses to change or delete a row.

    `lane` is whose chain the row is in ("user:3", "portal:…", "nobody", "system"): people write
    side by side, each behind their own last row.
    """

    __tablename__ = "audit_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    lane: Mapped[str]
    seq: Mapped[int]
    at: Mapped[datetime]
    # services.audit.WHAT says what each word means.
    what: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    # As it was that day; people move and marry.
    actor_name: Mapped[str]
    # "dossier:H37.12-261120-0001", "user:an", "account:12", "list:facilities" or "".
    about: Mapped[str]
    # Never a secret, and no personal data beyond what names the thing.
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # Keyed hash of the network address; says "the same place" and nothing else.
    client: Mapped[str] = mapped_column(default="")
    previous_hash: Mapped[str]
    hash: Mapped[str]

    __table_args__ = (
        Index(None, "lane", "seq", unique=True),
        Index(None, "at", "id"),
        Index(None, "user_id", "at", "id"),
        Index(None, "about", "at", "id"),
        Index(None, "what", "at", "id"),
        Index(None, "user_id", "what", "at", "id"),
    )


class AuditHead(Base):
    """The end of one lane: its lock while a row is added, and why a cut-off tail is noticed."""

    __tablename__ = "audit_heads"

    lane: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int]
    hash: Mapped[str]


class Seal(Base):
    """What all histories held of one day, signed: enough to prove a change to who keeps a copy.

    The database refuses to change or delete a row.
    """

    __tablename__ = "seals"

    # Of the office, not of UTC.
    day: Mapped[date] = mapped_column(primary_key=True)
    made_at: Mapped[datetime]
    # Table → {"rows": how many, "root": of the Merkle tree over them}.
    tables: Mapped[dict[str, Any]]
    # Table → the beginnings of the digests of its rows, base64: says which row differs.
    marks: Mapped[dict[str, Any]]
    # Hash of the seal before; "" for the first.
    previous: Mapped[str]
    hash: Mapped[str]
    # Public half of the key it was signed with (Ed25519), and the signature; hexadecimal.
    key: Mapped[str]
    signature: Mapped[str]


class EvidenceCheck(Base):
    """One run over all evidence, asked for on the page or by the calendar, made by a worker."""

    __tablename__ = "evidence_checks"

    id: Mapped[int] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    rows: Mapped[int] = mapped_column(default=0)
    problems: Mapped[int] = mapped_column(default=0)
    first_problem: Mapped[str] = mapped_column(default="")


class Proof(Base):
    """A one-time code given again in a session, for one purpose (rule O1)."""

    __tablename__ = "proofs"

    id: Mapped[int] = mapped_column(primary_key=True)
    sign_in_id: Mapped[int] = mapped_column(ForeignKey("sign_ins.id"))
    # security.step_up.Purpose
    purpose: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (Index(None, "sign_in_id", "purpose", unique=True),)
