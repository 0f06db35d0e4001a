"""What the calendar does by itself: reopen, stop, remind, erase; seal the evidence of yesterday."""

import logging

from sqlalchemy.exc import IntegrityError

from app import clock
from app.errors import AppError
from app.security.actors import SYSTEM
from app.services import (
    announcements,
    circulation,
    custody,
    deadlines,
    dossiers,
    evidence_checks,
    limits,
    retention,
    rights_review,
    seals,
)
from app.transaction import transaction
from workflows import ActionRefused

log = logging.getLogger(__name__)


def run() -> dict[str, int]:
    """Do everything that is due; safe to run twice, on several machines."""
    done = {"reopened": 0, "lapsed": 0, "reminded": 0, "suspended": 0, "erased": 0, "sealed": 0}
    with transaction():
        for dossier in deadlines.overdue_registrations():
            announcements.reopened(dossier)
            done["reopened"] += 1
    for key in deadlines.lapsed_supplements():
        try:
            with transaction():
                dossiers.act(key, "lapse", SYSTEM)
        except (AppError, ActionRefused):
            log.info("lapse: somebody was first")
            continue
        done["lapsed"] += 1
    with transaction():
        done["suspended"] = rights_review.suspend_idle()
    with transaction():
        limits.prune()
    done["erased"] = sum(retention.run(clock.today(), only_daily=True).values())
    done["reminded"] = _remind() + _remind_of_drafts()
    done["sealed"] = seal_days()
    if done["sealed"]:
        with transaction():
            evidence_checks.ask("")
    evidence_checks.run_waiting()
    return done


def seal_days() -> int:
    """Seal every day that is over, one transaction each; return how many were sealed."""
    sealed = 0
    while True:
        try:
            with transaction():
                day = seals.due()
                if day is None:
                    return sealed
                seals.make(day)
        except IntegrityError:
            log.info("seal: another worker was first")
            return sealed
        sealed += 1


def _remind_of_drafts() -> int:
    """Write to bodies that have not commented while the deadline comes near; once each."""
    written = 0
    for key in circulation.near_deadline():
        with transaction():
            written += circulation.remind(circulation.locked(key), again=False)
    return written


def _remind() -> int:
    written, after = 0, 0
    while True:
        with transaction():
            batch, after = custody.remind(after)
        written += batch
        if not after:
            return written
