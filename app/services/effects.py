"""What actions change beyond the dossier, by the name the workflow gives it.

An effect runs inside the transaction of its action and raises Conflict when its premise is gone.
"""

from collections.abc import Callable, Mapping

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app import clock
from app.errors import Conflict
from app.extensions import db
from app.models import Account, Dossier, Facility, TargetSystem
from app.security.actors import Actor
from app.services import activations, facts
from workflows import Text

Effect = Callable[[Dossier, Actor], None]


def assign(dossier: Dossier, actor: Actor) -> None:
    """The officer who takes a dossier holds it."""
    dossier.officer = actor.user


def unassign(dossier: Dossier, actor: Actor) -> None:
    """A dossier put back is anybody's."""
    dossier.officer = None


def grant_account(dossier: Dossier, actor: Actor) -> None:
    """Enter the facility and its account; the first access waits for the letter (rule A1)."""
    answers = dossier.answers
    facility = db.session.scalars(
        select(Facility).where(Facility.licence_no == answers["licence_no"])
    ).first()
    if facility is None:
        facility = Facility(licence_no=answers["licence_no"], created_at=clock.now())
        db.session.add(facility)
    facility.name = answers["facility_name"]
    facility.kind = answers.get("facility_kind", "")
    facility.tax_code = answers.get("tax_code", "")
    facility.address = ", ".join(
        filter(None, (answers.get("address", ""), answers.get("commune", "")))
    )
    system = db.session.scalars(
        select(TargetSystem).where(TargetSystem.code == answers["system"])
    ).one()
    account = Account(
        facility=facility,
        system=system,
        username=facts.proposed_username(dossier),
        state="granted",
        custodian_name=answers["custodian_name"],
        custodian_phone=answers["custodian_phone"],
        custodian_email=dossier.email,
        granted_by_id=dossier.id,
        changed_by_id=dossier.id,
        created_at=clock.now(),
    )
    db.session.add(account)
    try:
        # The database decides who was first: one account per facility and system.
        db.session.flush()
    except IntegrityError:
        raise Conflict(
            Text(
                "Một hồ sơ khác của cơ sở này vừa được duyệt; mỗi cơ sở chỉ có một tài khoản.",
                "Another dossier of this facility has just been approved; a facility has one"
                " account.",
            )
        ) from None
    activations.prepare(dossier, account)


def reset_access(dossier: Dossier, actor: Actor) -> None:
    """End the old first access and prepare a new one; the account itself stays."""
    account = facts.find_account(dossier)
    if account is None:
        raise Conflict(
            Text("Tài khoản không còn trong sổ.", "The account is no longer in the register.")
        )
    account.changed_by_id = dossier.id
    activations.prepare(dossier, account)


EFFECTS: Mapping[str, Effect] = {
    "assign": assign,
    "unassign": unassign,
    "grant_account": grant_account,
    "reset_access": reset_access,
}
