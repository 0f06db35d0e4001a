"""Promised working days: what an action does to them, and what happens when they are over."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import current_app
from sqlalchemy import String, cast, or_, select

from app import clock, formats
from app.errors import Invalid
from app.extensions import db
from app.models import Dossier, DossierEvent
from app.services import calendar
from workflows import Clock, Phase, Text

RUNNING = (Phase.QUEUE, Phase.REVIEW, Phase.SIGNATURE, Phase.ISSUE)


def kept(dossier: Dossier, what: Clock) -> dict[str, str]:
    """Return the days that a step is about to overwrite, for its row of the history."""
    days: dict[str, date | None] = {}
    if what in (Clock.STOP, Clock.EXTEND):
        days["promised_on"] = dossier.due_on
    if what is Clock.EXTEND:
        days["counted_from"] = dossier.counted_from
    if what in (Clock.RESTART, Clock.END):
        days["supplement_due_on"] = dossier.supplement_due_on
    return {name: day.isoformat() for name, day in days.items() if day}


def check_new_day(dossier: Dossier, typed: str) -> None:
    """Raise Invalid unless a day is worked and lies behind both the promise and today."""
    day, latest = date.fromisoformat(typed), max(dossier.due_on or date.min, clock.today())
    if day <= latest:
        wrong = Text("Chọn ngày sau ngày {day}.", "Choose a day after {day}.").fill(
            day=formats.day(latest)
        )
    elif not calendar.office().is_working_day(day):
        wrong = Text(
            "Ngày {day} Sở không làm việc; chọn một ngày làm việc.",
            "The office is closed on {day}; choose a working day.",
        ).fill(day=formats.day(day))
    else:
        return
    raise Invalid({"new_due_on": wrong})


def promised_before(dossier: Dossier) -> date | None:
    """Return the day that was promised before an apology put it off, None without one.

    A supplement begins a new count with a promise of its own; one day put off before it is gone.
    """
    count = dossier.counted_from.isoformat() if dossier.counted_from else ""
    days = (
        e.details["promised_on"] for e in dossier.events if e.details.get("counted_from") == count
    )
    return next((date.fromisoformat(day) for day in days), None)


def first_extended_from(dossier: Dossier) -> str:
    """Return the promise that an apology broke, also one before a supplement; "" without one."""
    days = (e.details["promised_on"] for e in dossier.events if "new_due_on" in e.details)
    return next((formats.day(day) for day in days), "")


def apply(
    dossier: Dossier, what: Clock, working_days: int, details: Mapping[str, Any] | None = None
) -> None:
    """Start, stop, restart, put off or end the promise of a dossier."""
    if what is Clock.KEEP:
        return
    office = calendar.office()
    if what in (Clock.START, Clock.RESTART):
        dossier.counted_from = office.counted_from(clock.local(clock.now()))
        dossier.due_on = office.due(dossier.counted_from, working_days)
        dossier.supplement_due_on = None
    elif what is Clock.EXTEND:
        dossier.due_on = date.fromisoformat((details or {})["new_due_on"])
    elif what is Clock.STOP:
        dossier.due_on = None
        dossier.supplement_due_on = office.due(
            clock.today(), current_app.config["VANTHU"].supplement_days
        )
    elif what is Clock.END:
        dossier.supplement_due_on = None


def overdue_registrations(limit: int = 100) -> list[Dossier]:
    """Return dossiers past their promise whose e-mail is still closed (rule Q4).

    The promise is the one of the receipt: an apology gives the house time, and takes none of the
    applicant's right to register again.
    """
    promised = DossierEvent.details["promised_on"].as_string()
    counted = DossierEvent.details["counted_from"].as_string()
    put_off = select(DossierEvent.id).where(
        DossierEvent.dossier_id == Dossier.id,
        counted == cast(Dossier.counted_from, String),
        promised < clock.today().isoformat(),
    )
    return list(
        db.session.scalars(
            select(Dossier)
            .where(
                Dossier.phase.in_(RUNNING),
                or_(Dossier.due_on < clock.today(), put_off.exists()),
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
