"""Tables. Importing this package registers them all."""

from app.models.base import Base
from app.models.dossier import Attachment, Dossier, DossierEvent
from app.models.letter import BookEntry, Counter, Letter, NumberBook
from app.models.outbox import OutgoingMail
from app.models.people import Department, EmailCode, EmailLock, SignIn, Unit, User
from app.models.register import (
    Account,
    AccountEvent,
    Activation,
    CalendarOverride,
    ConnectionCode,
    Facility,
    Prescriber,
    TargetSystem,
)

__all__ = [
    "Account",
    "AccountEvent",
    "Activation",
    "Attachment",
    "Base",
    "BookEntry",
    "CalendarOverride",
    "ConnectionCode",
    "Counter",
    "Department",
    "Dossier",
    "DossierEvent",
    "EmailCode",
    "EmailLock",
    "Facility",
    "Letter",
    "NumberBook",
    "OutgoingMail",
    "Prescriber",
    "SignIn",
    "TargetSystem",
    "Unit",
    "User",
]
