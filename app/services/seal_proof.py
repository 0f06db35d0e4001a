"""Do the seals hold, and are the rows still what was sealed, here and in a file kept elsewhere?"""

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select

from app import clock
from app.extensions import db
from app.models import AccountEvent, AuditEvent, Seal
from app.services import seals

Kept = Mapping[str, Any]


class NotASealFile(ValueError):
    """The file is not what `vanthu audit export-seals` writes."""


def problems(kept: Mapping[str, Any] | None = None) -> Iterator[str]:
    """Yield one line for each seal that does not hold and each row that is not what was sealed."""
    ours = {s.day: s for s in db.session.scalars(select(Seal).order_by(Seal.day))}
    theirs = _read(kept) if kept is not None else {}
    yield from _chain([seals.as_kept(s) for s in ours.values()], seals.public_key(), "seal")
    for day, seal in ours.items():
        if seal.hash != _hash(seals.as_kept(seal)):
            yield f"seal {day}: was changed"
    yield from _named(ours)
    if kept is not None:
        yield from _chain(list(theirs.values()), str(kept["key"]), "kept seal")
    for day in sorted(ours.keys() | theirs.keys()):
        kept_one, own = theirs.get(day), ours.get(day)
        if kept_one and not own:
            yield f"kept seal {day}: the database has no seal of this day"
        elif kept_one and own and _hash(kept_one) != own.hash:
            yield f"kept seal {day}: the database has another seal of this day"
        both = {"seal": own and seals.as_kept(own), "kept seal": kept_one}
        yield from _rows(day, {label: each for label, each in both.items() if each})
    if ours:
        yield from _before(min(ours))
    yield from _erased()


def _read(kept: Mapping[str, Any]) -> dict[date, Kept]:
    try:
        if kept["format"] != seals.FORMAT:
            raise NotASealFile(str(kept["format"]))
        bytes.fromhex(kept["key"])
        found = {date.fromisoformat(seal["day"]): seal for seal in kept["seals"]}
        for seal in found.values():
            _hash(seal)
    except (KeyError, TypeError, ValueError) as error:
        raise NotASealFile(f"not a file of seals: {error}") from None
    return dict(sorted(found.items()))


def _hash(kept: Kept) -> str:
    return hashlib.sha256(seals.signed_text(kept).encode()).hexdigest()


def _chain(found: list[Kept], key: str, label: str) -> Iterator[str]:
    """Check signatures, and that no day is left out; a kept file may begin later."""
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
    before: Kept | None = None
    for seal in found:
        day = date.fromisoformat(seal["day"])
        if before is None:
            is_next = label != "seal" or not seal["previous"]
        else:
            is_next = seal["previous"] == _hash(before)
        if not is_next:
            yield f"{label} {day}: does not follow the one before it"
        if before and date.fromisoformat(before["day"]) + timedelta(days=1) != day:
            yield f"{label} {day}: there is none of the day before"
        try:
            public.verify(bytes.fromhex(seal["signature"]), seals.signed_text(seal).encode())
        except (InvalidSignature, ValueError):
            yield f"{label} {day}: its signature does not hold"
        before = seal


def _named(ours: Mapping[date, Seal]) -> Iterator[str]:
    """Compare with the seals the audit trail names: those a key outside the database guards."""
    rows = db.session.scalars(select(AuditEvent.details).where(AuditEvent.what == "sealed"))
    for said in rows:
        day = date.fromisoformat(said["day"])
        seal = ours.get(day)
        if seal is None:
            yield f"seal {day}: is gone"
        elif seal.hash != said["hash"]:
            yield f"seal {day}: is not the one the audit trail names"


def _rows(day: date, sealed: Mapping[str, Kept]) -> Iterator[str]:
    for name in seals.TABLES:
        found = list(seals.rows_of(name, day))
        root = seals.root(leaf for _, leaf in found)
        for label, kept in sealed.items():
            said = kept["tables"].get(name, {})
            if (said.get("rows"), said.get("root")) != (len(found), root):
                yield f"{label} {day}, {name}: {_difference(found, kept, name)}"


def _difference(found: list[tuple[int, bytes]], kept: Kept, name: str) -> str:
    """Name the first row that is not what was sealed."""
    marks = base64.b64decode(kept["marks"].get(name, ""))
    size = seals.MARK
    sealed = [marks[n : n + size] for n in range(0, len(marks), size)]
    here = [leaf[:size] for _, leaf in found]
    first = next(
        (n for n, (a, b) in enumerate(zip(here, sealed, strict=False)) if a != b),
        min(len(here), len(sealed)),
    )
    last = f"row {found[first - 1][0]}" if first else "the beginning of the day"
    if len(here) < len(sealed):
        return f"a row after {last} is gone"
    if first == len(here):
        return "its rows are not what was sealed"
    what = "was added" if len(here) > len(sealed) else "was changed or put elsewhere"
    return f"row {found[first][0]} {what}"


def _erased() -> Iterator[str]:
    """Check the rows whose words were erased: the digest they left is the one that was there."""
    query = select(AccountEvent).where(AccountEvent.erased != "").order_by(AccountEvent.id)
    for event in db.session.scalars(query.execution_options(yield_per=1000)):
        mark = seals.erased_mark(event, event.erased[: seals.LEAF])
        if not hmac.compare_digest(mark, event.erased):
            yield f"account_events: row {event.id} was changed after it was erased"


def _before(first: date) -> Iterator[str]:
    start = datetime.combine(first, time(), clock.LOCAL)
    for name, (table, _) in seals.TABLES.items():
        early = db.session.scalar(select(table.id).where(table.at < start).limit(1))
        if early is not None:
            yield f"seal {first}, {name}: row {early} is older than the first seal"
