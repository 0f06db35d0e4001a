"""Promised working days: what an action does to them, and what happens when they are over."""

from flask import current_app
from sqlalchemy import select

from app import clock
from app.extensions import db
from app.models import Dossier
from app.services import calendar
from workflows import Clock, Phase

RUNNING = (Phase.QUEUE, Phase.REVIEW, Phase.SIGNATURE, Phase.ISSUE)


def apply(dossier: Dossier, what: Clock, working_days: int) -> None:
    """Start, stop, restart or end the promise of a dossier."""
    if what is Clock.KEEP:
        return
    office = calendar.office()
    if what in (Clock.START, Clock.RESTART):
        dossier.counted_from = office.counted_from(clock.local(clock.now()))
        dossier.due_on = office.due(dossier.counted_from, working_days)
        dossier.supplement_due_on = None
    elif what is Clock.STOP:
        dossier.due_on = None
        dossier.supplement_due_on = office.due(
            clock.today(), current_app.config["VANTHU"].supplement_days
        )
    elif what is Clock.END:
        dossier.supplement_due_on = None


def overdue_registrations(limit: int = 100) -> list[Dossier]:
    """Return dossiers past their promise whose e-mail is still closed (rule Q4)."""
    return list(
        db.session.scalars(
            select(Dossier)
            .where(
                Dossier.phase.in_(RUNNING),
                Dossier.due_on < clock.today(),
                Dossier.once_key.is_not(None),
            )
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    )


def lapsed_supplements(limit: int = 100) -> list[str]:
    """Return keys of dossiers whose time to supplement is over."""
    return list(
        db.session.scalars(
            select(Dossier.key)
            .where(Dossier.phase == Phase.WAITING, Dossier.supplement_due_on < clock.today())
            .limit(limit)
        )
    )
