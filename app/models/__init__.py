"""Tables. Importing this package registers them all."""

from app.models.audit import AuditEvent, AuditHead, EvidenceCheck, Proof, Seal
from app.models.base import Base
from app.models.book import BookEntry, BookEvent, BookPlan, NumberBook
from app.models.distribution import Citation, IncomingLetter, Recipient
from app.models.dossier import Attachment, Dossier, DossierEvent
from app.models.factors import FactorCode, Passkey, RecoveryCode, SpentCaptcha
from app.models.holders import Facility, Office, Organisation, Prescriber, Vendor
from app.models.letter import Counter, Letter
from app.models.limits import RateWindow
from app.models.outbox import OutgoingMail
from app.models.people import Department, EmailCode, EmailLock, SignIn, Unit, User
from app.models.personal import Consent, DataRequest
from app.models.place import Place
from app.models.register import (
    Account,
    AccountEvent,
    Activation,
    CalendarOverride,
    ConnectionCode,
    TargetSystem,
)
from app.models.rights import Delegation, Grant, StaffLink
from app.models.sign_in import PastPassword, SignInAttempt
from app.models.wording import Wording

__all__ = [
    "Account",
    "AccountEvent",
    "Activation",
    "Attachment",
    "AuditEvent",
    "AuditHead",
    "Base",
    "BookEntry",
    "BookEvent",
    "BookPlan",
    "CalendarOverride",
    "Citation",
    "ConnectionCode",
    "Consent",
    "Counter",
    "DataRequest",
    "Delegation",
    "Department",
    "Dossier",
    "DossierEvent",
    "EmailCode",
    "EmailLock",
    "EvidenceCheck",
    "Facility",
    "FactorCode",
    "Grant",
    "IncomingLetter",
    "Letter",
    "NumberBook",
    "Office",
    "Organisation",
    "OutgoingMail",
    "Passkey",
    "PastPassword",
    "Place",
    "Prescriber",
    "Proof",
    "RateWindow",
    "Recipient",
    "RecoveryCode",
    "Seal",
    "SignIn",
    "SignInAttempt",
    "SpentCaptcha",
    "StaffLink",
    "TargetSystem",
    "Unit",
    "User",
    "Vendor",
    "Wording",
]
