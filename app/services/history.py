"""The history of a dossier: append-only rows, each sealing the one before."""

import hmac
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from app import clock
from app.extensions import db
from app.models import Dossier, DossierEvent
from app.security import keys
from app.security.actors import Actor
from app.services import digests
from workflows import Fired, Role

_PURPOSE = "history"


def append(
    dossier: Dossier, fired: Fired, actor: Actor, role: Role, details: dict[str, Any]
) -> DossierEvent:
    """Write what happened and chain it to what came before."""
    previous = dossier.events[-1] if dossier.events else None
    event = DossierEvent(
        seq=previous.seq + 1 if previous else 1,
        action=fired.action.name,
        before=fired.before,
        after=fired.after,
        role=role,
        user_id=actor.user_id,
        actor_name=actor.name,
        details=details,
        at=clock.now(),
        previous_hash=previous.hash if previous else "",
    )
    event.hash = digest(event, dossier.key)
    dossier.events.append(event)
    return event


def digest(event: DossierEvent, dossier_key: str) -> str:
    """Return the seal of a row over all it says and the seal before it."""
    return digests.seal(_PURPOSE, _content(event, dossier_key))


def _content(event: DossierEvent, dossier_key: str) -> list[Any]:
    return [
        dossier_key, event.seq, event.action, event.before, event.after, event.role,
        event.user_id, event.actor_name, event.details, event.at.isoformat(),
        event.previous_hash,
    ]  # fmt: skip


# What steps of the clock wrote down; the tracking book reads it for ever.
_DAYS = frozenset({"promised_on", "counted_from", "supplement_due_on", "new_due_on"})


def erase(event: DossierEvent, dossier_key: str) -> None:
    """Take words and the applicant's name out of a row and seal what remains, `hash` included.

    The chain runs over `hash`, which stays: rows before and after are proved as before, and who
    keeps a copy of the words can still show that they are the ones of that day.
    Raises ValueError when the row is not what was written: evidence of that is not erased.
    """
    if event.erased:
        return
    if not digests.fits(event.hash, _PURPOSE, _content(event, dossier_key)):
        raise ValueError(f"event {event.id} was changed")
    event.details = {n: v for n, v in event.details.items() if n in _DAYS}
    if event.user_id is None and event.role != Role.SYSTEM:
        event.actor_name = ""
    event.erased = _seal(event, dossier_key)


def _seal(event: DossierEvent, dossier_key: str) -> str:
    return keys.mac("erased", f"{digest(event, dossier_key)}:{event.hash}")


def problems() -> Iterator[str]:
    """Yield one line for each row that was changed, removed or reordered.

    A removed last row is seen because the state of the dossier is the end of its history.
    """
    rows = db.session.execute(
        select(DossierEvent, Dossier.key, Dossier.state)
        .join(DossierEvent.dossier)
        .order_by(DossierEvent.dossier_id, DossierEvent.seq)
        .execution_options(yield_per=1000)
    )
    judge = digests.Judge(DossierEvent, _PURPOSE)
    last: DossierEvent | None = None
    last_state = ""
    for event, key, state in rows:
        if last is None or last.dossier_id != event.dossier_id:
            if last is not None and last.after != last_state:
                yield f"dossier {last.dossier_id}: history ends in {last.after}, not {last_state}"
            last = None
        expected = (last.seq + 1, last.hash) if last else (1, "")
        where = f"dossier {event.dossier_id}, event {event.seq}"
        if (event.seq, event.previous_hash) != expected:
            yield f"{where}: does not follow the row before it"
        if event.erased:
            if not hmac.compare_digest(event.erased, _seal(event, key)):
                yield f"{where}: was changed"
        elif objection := judge.objection(event, _content(event, key)):
            yield f"{where}: {objection}"
        last, last_state = event, state
    if last is not None and last.after != last_state:
        yield f"dossier {last.dossier_id}: history ends in {last.after}, not {last_state}"
    bare = db.session.scalars(
        select(Dossier.id).where(Dossier.submitted_at.is_not(None), ~Dossier.events.any())
    )
    yield from (f"dossier {n}: its history is gone" for n in bare)
