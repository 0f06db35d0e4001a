"""What actions change beyond the dossier, by the name the workflow gives it.

An effect runs inside the transaction of its action and raises Conflict when its premise is gone.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app import clock
from app.database import insert_into
from app.errors import Conflict
from app.extensions import db
from app.models import Account, ConnectionCode, Dossier, Facility, Prescriber, TargetSystem
from app.security.actors import Actor
from app.services import accounts, activations, facts
from workflows import Text

Effect = Callable[[Dossier, Actor], None]
Holder = TypeVar("Holder", Facility, Prescriber)


def assign(dossier: Dossier, actor: Actor) -> None:
    """The officer who takes a dossier holds it."""
    dossier.officer = actor.user


def unassign(dossier: Dossier, actor: Actor) -> None:
    """A dossier put back is anybody's."""
    dossier.officer = None


def grant_account(dossier: Dossier, actor: Actor) -> None:
    """Enter the facility and its account; the first access waits for the letter (rule A1)."""
    answers = dossier.answers
    system = db.session.scalars(
        select(TargetSystem).where(TargetSystem.code == answers["system"])
    ).one()
    account = Account(
        facility=_facility(dossier),
        system=system,
        username=facts.proposed_username(dossier),
        state="granted",
        custodian_name=answers["custodian_name"],
        custodian_phone=answers["custodian_phone"],
        custodian_email=dossier.email,
        created_at=clock.now(),
    )
    db.session.add(account)
    _first_wins(
        Text(
            "Một hồ sơ khác của cơ sở này vừa được duyệt; mỗi cơ sở chỉ có một tài khoản.",
            "Another dossier of this facility has just been approved; a facility has one account.",
        )
    )
    accounts.note(account, dossier, actor.name, "granted")
    activations.prepare(dossier, account)


def reset_access(dossier: Dossier, actor: Actor) -> None:
    """End the old first access and prepare a new one; the account itself stays."""
    account = _account(dossier)
    account.state = "granted"
    accounts.note(account, dossier, actor.name, "reset")
    activations.prepare(dossier, account)


def change_account(dossier: Dossier, actor: Actor) -> None:
    """Write the new particulars; what was left empty stays."""
    answers = dossier.answers
    account = _account(dossier)
    event = accounts.change(
        account,
        dossier,
        actor.name,
        "changed",
        custodian_phone=answers.get("new_phone", ""),
        custodian_email=answers.get("new_email", ""),
    )
    if name := answers.get("new_facility_name"):
        event.changes = event.changes | {"facility_name": [account.facility.name, name]}
        account.facility.name = name


def hand_over(dossier: Dossier, actor: Actor) -> None:
    """Put a new custodian in; the old access is dead at once (rule A3)."""
    account = _account(dossier)
    accounts.change(
        account,
        dossier,
        actor.name,
        "handed_over",
        custodian_name=dossier.answers["custodian_name"],
        custodian_phone=dossier.answers["custodian_phone"],
        custodian_email=dossier.email,
    )
    account.state = "granted"
    activations.prepare(dossier, account)


def close_account(dossier: Dossier, actor: Actor) -> None:
    """Close the account and every link to it (rule A2)."""
    account = _account(dossier)
    account.state = "closed"
    account.closed_at = clock.now()
    activations.revoke(account)
    accounts.note(account, dossier, actor.name, "closed")


def register_code(dossier: Dossier, actor: Actor) -> None:
    """Enter the code the officer proposed, one per facility and one per prescriber (rule C1)."""
    answers = dossier.answers
    code = ConnectionCode(
        code=facts.proposed(dossier).get("assigned_code", ""),
        dossier_id=dossier.id,
        created_at=clock.now(),
    )
    if answers["holder"] == "prescriber":
        code.prescriber = _prescriber(dossier)
    else:
        code.facility = _facility(dossier)
    db.session.add(code)
    _first_wins(
        Text(
            "Mã này, hoặc mã khác của cùng người đăng ký, vừa được ghi vào sổ bởi hồ sơ khác.",
            "This code, or another one of the same holder, was just registered by another dossier.",
        )
    )


def _account(dossier: Dossier) -> Account:
    account = facts.find_account(dossier)
    if account is None:
        raise Conflict(
            Text("Tài khoản không còn trong sổ.", "The account is no longer in the register.")
        )
    return account


def _facility(dossier: Dossier) -> Facility:
    answers = dossier.answers
    facility = _known(Facility, answers["licence_no"], answers["facility_name"])
    # A later form fills blanks only; what is on record changes by a request to change it.
    facility.name = facility.name or answers["facility_name"]
    facility.kind = facility.kind or answers.get("facility_kind", "")
    facility.tax_code = facility.tax_code or answers.get("tax_code", "")
    facility.address = facility.address or facts.address(dossier)
    return facility


def _prescriber(dossier: Dossier) -> Prescriber:
    answers = dossier.answers
    prescriber = _known(Prescriber, answers["prescriber_licence_no"], answers["prescriber_name"])
    prescriber.name = answers["prescriber_name"]
    prescriber.phone = answers.get("custodian_phone", "")
    return prescriber


def _known(table: type[Holder], licence_no: str, name: str) -> Holder:
    """Return the row of a licence, made when it is new, locked until the commit.

    Two dossiers of one holder approved at once meet here: the second waits for the first.
    """
    db.session.execute(
        insert_into(db.engine, table)
        .values(licence_no=licence_no, name=name, created_at=clock.now())
        .on_conflict_do_nothing(index_elements=[table.licence_no])
    )
    return db.session.scalars(
        select(table).where(table.licence_no == licence_no).with_for_update()
    ).one()


def _first_wins(lost: Text) -> None:
    """Let the database decide who was first: its unique indexes are the rule."""
    try:
        db.session.flush()
    except IntegrityError:
        raise Conflict(lost) from None


EFFECTS: Mapping[str, Effect] = {
    "assign": assign,
    "unassign": unassign,
    "grant_account": grant_account,
    "reset_access": reset_access,
    "change_account": change_account,
    "hand_over": hand_over,
    "close_account": close_account,
    "register_code": register_code,
}
