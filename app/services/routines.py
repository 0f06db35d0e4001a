"""What the calendar does by itself: reopen e-mails after a broken promise, stop what lapsed."""

import logging

from app.errors import AppError
from app.security.actors import SYSTEM
from app.services import announcements, deadlines, dossiers
from app.transaction import transaction
from workflows import ActionRefused

log = logging.getLogger(__name__)


def run() -> dict[str, int]:
    """Do everything that is due; safe to run twice, on several machines."""
    done = {"reopened": 0, "lapsed": 0}
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
    return done
