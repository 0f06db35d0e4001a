"""What guards may know of a dossier, and what its letters and mails may say."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import joinedload

import workflows
from app import clock
from app.extensions import db
from app.formats import day, mask_email, moment, phone
from app.models import (
    Account,
    AccountEvent,
    Activation,
    ConnectionCode,
    Department,
    Dossier,
    Facility,
    Organisation,
    Prescriber,
    TargetSystem,
)
from app.services import attachments, connections, deadlines, list_facts, places, recipients
from app.services.catalogues import CATALOGUES
from letters.layout import uncapitalized
from workflows import Field, FieldType, Role, Workflow


def is_named_in(answers: Mapping[str, str]) -> ColumnElement[bool]:
    """Return the condition on organisations that a dossier's answers name: vendor or facility."""
    if tax_code := answers.get("vendor_tax_code"):
        return and_(Organisation.sort == "vendor", Organisation.number == tax_code)
    return and_(Organisation.sort == "facility", Organisation.number == answers.get("licence_no"))


def find_account(dossier: Dossier) -> Account | None:
    """Return the account this dossier is about: its holder's on its system."""
    return db.session.scalars(
        select(Account)
        .join(Account.holder)
        .join(Account.system)
        .where(
            is_named_in(dossier.answers),
            TargetSystem.code == dossier.answers.get("system"),
            Account.state != "closed",
        )
        .options(joinedload(Account.system), joinedload(Account.holder))
    ).first()


def find_code(dossier: Dossier) -> ConnectionCode | None:
    """Return the code its holder already has."""
    answers = dossier.answers
    query = select(ConnectionCode)
    if answers.get("holder") == "prescriber":
        query = query.join(ConnectionCode.prescriber).where(
            Prescriber.licence_no == answers.get("prescriber_licence_no")
        )
    else:
        query = query.join(ConnectionCode.facility).where(
            Facility.licence_no == answers.get("licence_no")
        )
    return db.session.scalars(query).first()


def is_about_a_code(dossier: Dossier) -> bool:
    """Tell whether a dossier is about a code: its request type is one that registers them."""
    return any(a.effect == "register_code" for a in workflows.get(dossier.kind).actions)


def for_guards(dossier: Dossier) -> dict[str, Any]:
    """Return the premises guards look at."""
    account = find_account(dossier)
    code = find_code(dossier) if is_about_a_code(dossier) else None
    return {
        "officer": dossier.officer_id,
        "email": dossier.email,
        "account": account
        and {
            "username": account.username,
            "custodian_email": account.custodian_email,
            "custodian": mask_email(account.custodian_email),
            "system": account.system.name,
            "dossier": _code_of(account.events[0].dossier_id) if account.events else "",
        },
        "code": code and {"code": code.code, "dossier": _code_of(code.dossier_id)},
        "access": first_access(dossier) if dossier.phase == workflows.Phase.DONE else None,
        "recipients": recipients.for_guards(dossier) if _has_list(dossier) else None,
        "is_vendor": bool(dossier.answers.get("vendor_tax_code")),
        "vendor": connections.standing(dossier.answers),
        "moved": connections.moved(dossier),
        "extended_from": deadlines.first_extended_from(dossier),
    }


def _has_list(dossier: Dossier) -> bool:
    """Tell whether officers type the list; one that an approval makes has no columns to check."""
    return bool(workflows.get(dossier.kind).recipients)


def first_access(dossier: Dossier) -> dict[str, Any] | None:
    """Return what became of the first access a dossier gave; None when it gave none."""
    newest = (
        select(Dossier.code)
        .join(Activation, Activation.dossier_id == Dossier.id)
        .where(Activation.account_id == Account.id)
        .order_by(Activation.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    opened = select(AccountEvent.id).where(
        AccountEvent.account_id == Account.id,
        AccountEvent.dossier_id == dossier.id,
        AccountEvent.what == "activated",
    )
    found = db.session.execute(
        select(
            Account.username, Account.state, newest.label("newest"), opened.exists().label("used")
        )
        .join(Activation, Activation.account_id == Account.id)
        .where(Activation.dossier_id == dossier.id)
        .order_by(Activation.id.desc())
        .limit(1)
    ).first()
    if found is None:
        return None
    return {
        "username": found.username,
        "is_closed": found.state == "closed",
        "is_used": found.used,
        "replaced_by": found.newest if found.newest != dossier.code else "",
    }


def _code_of(dossier_id: int) -> str:
    return db.session.scalars(select(Dossier.code).where(Dossier.id == dossier_id)).first() or ""


def proposed(dossier: Dossier) -> dict[str, Any]:
    """Return what the officer supplied with the last proposal."""
    for event in reversed(dossier.events):
        if event.action.startswith("propose"):
            return event.details
    return {}


def address(dossier: Dossier) -> str:
    """Return the address of the form on one line."""
    answers = dossier.answers
    commune = answers.get("commune", "")
    place = places.by_code(commune)
    province = places.parent_of(place) if place else None
    # Words in the middle of a line begin small: «…, phường Đông Kinh, tỉnh Lạng Sơn».
    units = (place.name if place else commune, province.name if province else "")
    return ", ".join(filter(None, (answers.get("address"), *map(uncapitalized, units))))


def with_catalogues(field: Field, kept: str = "") -> Field:
    """Return the field with its choices read from the catalogue it names.

    What a dossier kept stays a choice on it, also when it is offered to nobody any more.
    """
    catalogue = CATALOGUES.get(field.choices_from)
    if catalogue is None:
        return field
    choices = catalogue.choices()
    if catalogue.is_optional and not choices:
        return replace(field, type=FieldType.TEXT, choices_from="")
    if kept and kept not in {c.value for c in choices}:
        name = catalogue.name(kept)
        choices = (workflows.Choice(kept, name), *(c for c in choices if c.label != name))
    return replace(field, choices=choices)


def for_letter(dossier: Dossier, details: dict[str, Any]) -> dict[str, Any]:
    """Return the facts of a letter or a mail: the answers as people read them, and the dossier's.

    ID numbers stay out: no letter needs them.
    """
    workflow = workflows.get(dossier.kind)
    officer = dossier.officer
    account = find_account(dossier)
    system = db.session.scalars(
        select(TargetSystem).where(TargetSystem.code == dossier.answers.get("system", ""))
    ).first()
    present = attachments.current(dossier)
    promised = deadlines.promised_before(dossier)
    supplement_due = dossier.supplement_due_on or details.get("supplement_due_on")
    facts: dict[str, Any] = {
        field.name: str(shown(field, dossier.answers.get(field.name, "")))
        for field in workflow.fields
        if field.type not in {FieldType.PERSONAL_ID, FieldType.FILE, FieldType.CONSENT}
    }
    facts |= {
        "dossier_code": dossier.code or "",
        "kind_title": str(workflow.title),
        "applicant_name": dossier.answers.get(workflow.applicant_field, ""),
        "applicant_email": dossier.email,
        "applicant_phone": phone(dossier.answers.get(workflow.phone_field, "")),
        "applicant_address": address(dossier),
        "facility_name": workflow.subject(dossier.answers),
        "system_name": system.name if system else "",
        "submitted_on": day(clock.local(dossier.submitted_at).date())
        if dossier.submitted_at
        else "",
        "submitted_at": moment(dossier.submitted_at) if dossier.submitted_at else "",
        "received_at": _received(dossier),
        "due_on": day(dossier.due_on) if dossier.due_on else "",
        "promised_on": day(promised) if promised else "",
        "supplement_due_on": day(supplement_due) if supplement_due else "",
        "withdrawn_at": _withdrawn(dossier),
        "working_days": f"{workflow.working_days:02d}",
        "officer_name": officer.full_name if officer else "",
        "officer_phone": officer.phone if officer else "",
        "unit_name": officer.unit.name if officer else "",
        "unit_phone": officer.unit.phone if officer else "",
        "reason": str(details.get("reason", "")),
        "assigned_code": str(details.get("assigned_code", "")),
        "documents": documents(workflow, present.keys()),
        "missing": tuple(str(details.get("missing", "")).splitlines()),
        "account_username": account.username if account else proposed_username(dossier),
        "status_url": status_url(dossier),
    }
    if _has_list(dossier):
        facts |= list_facts.of(dossier, details)
    return facts


def _received(dossier: Dossier) -> str:
    """Return when the dossier was last complete: at submission, or with its supplement."""
    sent = [e.at for e in dossier.events if e.action in ("submit", "supplement")]
    return moment(sent[-1]) if sent else ""


def _withdrawn(dossier: Dossier) -> str:
    """Return when the applicant took the dossier back; empty while nobody did."""
    last = dossier.events[-1] if dossier.events else None
    is_over = dossier.phase == workflows.Phase.CLOSED
    return moment(last.at) if last and is_over and last.role == Role.APPLICANT else ""


def documents(workflow: Workflow, present: Collection[str]) -> tuple[str, ...]:
    """Name the papers received, in the order of the form."""
    return tuple(
        str(f.label) for f in workflow.fields if f.type is FieldType.FILE and f.name in present
    )


def shown(field: Field, value: str) -> str:
    """Return an answer as a person reads it; a choice is a Text."""
    if not value:
        return ""
    match field.type:
        case FieldType.DATE | FieldType.DEADLINE:
            return day(value)
        case FieldType.PHONE | FieldType.MOBILE:
            return phone(value)
        case FieldType.CHOICE if field.choices_from in CATALOGUES:
            return CATALOGUES[field.choices_from].name(value)
        case FieldType.CHOICE:
            return next((c.label for c in field.choices if c.value == value), value)
        case _:
            return value


def status_url(dossier: Dossier) -> str:
    """Return the address of the status page, as the QR code of the receipt has it."""
    return f"{current_app.config['VANTHU'].base_url}/dossiers/{dossier.key}"


def proposed_username(dossier: Dossier) -> str:
    """Return the name an account will have: place, then the digits of the licence.

    Unique because a licence number is, and because digits and issuer are both kept; vendors
    have a mark of their own before the tax code, since a licence may have the same digits.
    """
    licence = dossier.answers.get("licence_no", "")
    if tax_code := dossier.answers.get("vendor_tax_code"):
        licence = f"pm.{tax_code}"
    head, _, tail = licence.partition("/")
    issuer = tail.rpartition("-")[2].replace("Đ", "D")
    agency = db.session.scalars(select(Department.symbol)).first() or ""
    place = (issuer or agency).lower()
    return f"{place}.{head}" if head else ""
