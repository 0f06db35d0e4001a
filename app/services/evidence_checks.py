"""Runs over all evidence: asked for by a person or the calendar, made by a worker, kept as rows."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import func, or_, select, update

from app import clock
from app.database import changed_rows
from app.extensions import db
from app.models import EvidenceCheck
from app.services import audit, book_events, history, seal_proof, seals
from app.transaction import transaction

# A run that has not ended by then was killed with its worker.
_LOST = timedelta(hours=2)


def problems(kept: Mapping[str, Any] | None = None) -> Iterator[tuple[str, str]]:
    """Yield what does not hold: which evidence, and one line."""
    yield from (("history", p) for p in history.problems())
    yield from (("audit", p) for p in audit.problems())
    yield from (("books", p) for p in book_events.problems())
    yield from (("seals", p) for p in seal_proof.problems(kept))


def rows() -> int:
    """Return how many rows of evidence there are."""
    counted = [
        select(func.count()).select_from(t).scalar_subquery() for t, _ in seals.TABLES.values()
    ]
    return sum(db.session.execute(select(*counted)).one())


def last() -> EvidenceCheck | None:
    """Return the newest run, whether it has ended or not."""
    return db.session.scalars(select(EvidenceCheck).order_by(EvidenceCheck.id.desc())).first()


def ask(by: str) -> EvidenceCheck:
    """Ask for a run; one that still waits or goes on answers the next person too."""
    newest = last()
    if newest and newest.finished_at is None and clock.now() - newest.asked_at < _LOST:
        return newest
    check = EvidenceCheck(asked_at=clock.now(), asked_by=by)
    db.session.add(check)
    return check


def run_waiting() -> None:
    """Make every run that waits; each by one worker."""
    while (number := _claimed()) is not None:
        found = [f"{name}: {problem}" for name, problem in problems()]
        count = rows()
        with transaction():
            db.session.execute(
                update(EvidenceCheck)
                .where(EvidenceCheck.id == number)
                .values(
                    finished_at=clock.now(),
                    rows=count,
                    problems=len(found),
                    first_problem=found[0] if found else "",
                )
            )


def _claimed() -> int | None:
    now = clock.now()
    is_free = or_(EvidenceCheck.started_at.is_(None), EvidenceCheck.started_at < now - _LOST)
    waits = EvidenceCheck.finished_at.is_(None) & is_free
    if db.session.scalar(select(EvidenceCheck.id).where(waits).limit(1)) is None:
        db.session.rollback()  # a long run must not hold this moment of the database
        return None
    with transaction():
        number = db.session.scalar(select(EvidenceCheck.id).where(waits).limit(1))
        taken = db.session.execute(
            update(EvidenceCheck).where(EvidenceCheck.id == number, waits).values(started_at=now)
        )
        return number if changed_rows(taken) == 1 else None
