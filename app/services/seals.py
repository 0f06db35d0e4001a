"""The daily seal: all histories of a day under one signed root, chained to the day before.

Who keeps a copy elsewhere can show that a row of that day was changed, removed or put in later,
even by somebody who has both the database and the key. docs/kiem-tra-nhat-ky.md says how.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from app import clock
from app.extensions import db
from app.models import AccountEvent, AuditEvent, BookEvent, DossierEvent, Seal
from app.security import keys
from app.security.actors import SYSTEM
from app.services import audit, mails
from app.services.digests import text_of

FORMAT = "vanthu-seals-1"
TABLES: Mapping[str, tuple[Any, tuple[str, ...]]] = {
    "audit_events": (
        AuditEvent,
        ("id", "lane", "seq", "at", "what", "user_id", "actor_name", "about", "details", "client",
         "previous_hash", "hash"),
    ),
    "dossier_events": (
        DossierEvent,
        # Words and names may be erased; `hash` is over them too.
        ("id", "dossier_id", "seq", "action", "before", "after", "role", "user_id", "at",
         "previous_hash", "hash"),
    ),
    "account_events": (
        AccountEvent,
        ("id", "account_id", "dossier_id", "what", "changes", "actor_name", "at"),
    ),
    "book_events": (
        BookEvent,
        ("id", "book_id", "seq", "entry_id", "act", "user_id", "actor_name", "reason", "details",
         "at", "previous_hash", "hash"),
    ),
}  # fmt: skip
"""What is sealed: the columns of each table, in the order of its leaves."""
# A row is dated when it is written and seen when its transaction ends.
_GRACE = timedelta(minutes=15)
LEAF = 64
"""Digits of the digest of a row."""
MARK = 4
"""Bytes of a row's digest that a seal keeps to name the row that differs."""


def public_key() -> str:
    """Return the public half of the key that signs, hexadecimal."""
    return keys.signing_key("seal").public_key().public_bytes_raw().hex()


def due() -> date | None:
    """Return the first day that is over and has no seal; None when all have."""
    last = db.session.scalar(select(func.max(Seal.day)))
    day = last + timedelta(days=1) if last else _first_day()
    over = clock.local(clock.now() - _GRACE).date() - timedelta(days=1)
    return day if day and day <= over else None


def _first_day() -> date | None:
    moments = [db.session.scalar(select(func.min(table.at))) for table, _ in TABLES.values()]
    known = [moment for moment in moments if moment]
    return clock.local(min(known)).date() if known else None


def make(day: date) -> Seal:
    """Seal a day; the audit trail names the seal, so that no other can take its place."""
    previous = db.session.scalar(select(Seal.hash).order_by(Seal.day.desc()).limit(1)) or ""
    tables: dict[str, Any] = {}
    marks: dict[str, Any] = {}
    for name in TABLES:
        leaves = [leaf for _, leaf in rows_of(name, day)]
        tables[name] = {"rows": len(leaves), "root": root(leaves)}
        marks[name] = base64.b64encode(b"".join(leaf[:MARK] for leaf in leaves)).decode()
    seal = Seal(day=day, made_at=clock.now(), tables=tables, marks=marks, previous=previous)
    text = signed_text(as_kept(seal))
    seal.hash = hashlib.sha256(text.encode()).hexdigest()
    seal.key = public_key()
    seal.signature = keys.signing_key("seal").sign(text.encode()).hex()
    db.session.add(seal)
    audit.record("sealed", SYSTEM, f"seal:{day}", {"day": day.isoformat(), "hash": seal.hash})
    if to := current_app.config["VANTHU"].seals_to:
        context = {"day": day, "seal": seal, "signed": text}
        mails.queue("seal", to, once=f"seal:{day}", context=context)
    return seal


def as_kept(seal: Seal) -> dict[str, Any]:
    """Return a seal as it stands in a file that is kept elsewhere."""
    return {
        "day": seal.day.isoformat(),
        "made_at": seal.made_at.isoformat(),
        "previous": seal.previous,
        "tables": seal.tables,
        "signature": seal.signature,
        "marks": seal.marks,
    }


def signed_text(kept: Mapping[str, Any]) -> str:
    """Return what the signature is over."""
    return text_of({name: kept[name] for name in ("day", "made_at", "previous", "tables")})


def rows_of(name: str, day: date) -> Iterator[tuple[int, bytes]]:
    """Yield id and digest of each row of a day, by id."""
    table, columns = TABLES[name]
    start = datetime.combine(day, time(), clock.LOCAL)
    erased = [table.erased] if table is AccountEvent else []
    found = db.session.execute(
        select(*(getattr(table, column) for column in columns), *erased)
        .where(table.at >= start, table.at < start + timedelta(days=1))
        .order_by(table.id)
        .execution_options(yield_per=1000)
    )
    for row in found:
        kept = row.erased[:LEAF] if erased else ""
        yield row.id, bytes.fromhex(kept) if kept else leaf_of(name, row)


def leaf_of(name: str, row: Any) -> bytes:
    """Return the digest of a row of a table as it stands."""
    _, columns = TABLES[name]
    values = [getattr(row, column) for column in columns]
    said = [v.isoformat() if isinstance(v, datetime) else v for v in values]
    return hashlib.sha256(b"\0" + text_of(said).encode()).digest()


def erased_mark(event: AccountEvent, leaf: str) -> str:
    """Return what an erased row keeps: the digest it was sealed with, and a seal over both."""
    left = leaf_of("account_events", event).hex()
    return leaf + keys.mac("erased", f"{leaf}:{left}")


def root(leaves: Iterable[bytes]) -> str:
    """Return the root of the Merkle tree over digests of rows (RFC 9162, 2.1.1)."""
    whole: list[tuple[int, bytes]] = []
    for leaf in leaves:
        height, node = 0, leaf
        while whole and whole[-1][0] == height:
            node = _join(whole.pop()[1], node)
            height += 1
        whole.append((height, node))
    if not whole:
        return hashlib.sha256().hexdigest()
    node = whole.pop()[1]
    while whole:
        node = _join(whole.pop()[1], node)
    return node.hex()


def _join(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()
