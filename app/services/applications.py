"""What an applicant sees and fills: own dossiers, the sections of a form, its letters."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

import workflows
from app.extensions import db
from app.formats import day, phone
from app.models import Attachment, Dossier, DossierEvent, Letter
from app.security.actors import Actor, applicant
from app.services import attachments, facts, filling
from workflows import Action, Clock, Field, FieldError, FieldType, Phase, Text, Workflow

SENDING = frozenset({Clock.START, Clock.RESTART})
"""What handing a form in does to the clock."""
_STORED_FORM = frozenset({FieldType.DATE, FieldType.DEADLINE, FieldType.PHONE, FieldType.MOBILE})


_PHONES = frozenset({FieldType.PHONE, FieldType.MOBILE})


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of a summary; a file answer carries its attachment."""

    field: Field
    value: str
    attachment: Attachment | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """The answers of one group of the form."""

    title: Text
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the department still needs, and why."""

    missing: tuple[str, ...]
    reason: str


def by_key(key: str) -> Dossier | None:
    """Return a dossier with everything its status page shows."""
    return db.session.scalars(
        select(Dossier)
        # What the house files itself has no applicant, and no page on the portal.
        .where(Dossier.key == key, Dossier.email != "")
        .options(
            joinedload(Dossier.officer),
            selectinload(Dossier.events),
            selectinload(Dossier.attachments),
        )
    ).one_or_none()


def own(key: str, email: str) -> Dossier | None:
    """Return a dossier of this verified e-mail; foreign and unknown look the same."""
    dossier = by_key(key)
    return dossier if dossier is not None and email and dossier.email == email else None


def own_to_change(key: str, email: str) -> Dossier | None:
    """Return an own dossier locked, so that two saves of one draft follow each other."""
    return db.session.scalars(
        select(Dossier).where(Dossier.key == key, Dossier.email == email).with_for_update()
    ).one_or_none()


def of(email: str) -> list[Dossier]:
    """List the drafts and dossiers of an e-mail, the newest first."""
    return list(
        db.session.scalars(
            select(Dossier).where(Dossier.email == email).order_by(Dossier.id.desc()).limit(100)
        )
    )


def registered(kind: str, email: str) -> Dossier | None:
    """Return the dossier that holds the one registration of an e-mail (rule Q1)."""
    return db.session.scalars(select(Dossier).where(Dossier.once_key == f"{kind}:{email}")).first()


def is_open_again(dossier: Dossier) -> bool:
    """Tell whether this dossier set its e-mail free: refused, closed or left late (rule Q4)."""
    return dossier.once_key is None and dossier.phase != Phase.DONE


def issued_letters(dossier: Dossier) -> list[Letter]:
    """List the letters that went out, the oldest first."""
    return list(
        db.session.scalars(
            select(Letter)
            .where(Letter.dossier_id == dossier.id, Letter.state == "issued")
            .order_by(Letter.id)
            .options(joinedload(Letter.replaced_by).joinedload(Letter.entry))
        )
    )


def issued_letter(dossier: Dossier, key: str) -> Letter | None:
    """Return one letter that went out on this dossier."""
    return next((x for x in issued_letters(dossier) if x.key == key), None)


def attachment(dossier: Dossier, attachment_id: int) -> Attachment | None:
    """Return one file of this dossier."""
    return next((a for a in dossier.attachments if a.id == attachment_id), None)


def sending_action(dossier: Dossier) -> Action | None:
    """Return the action that hands the form in; None while the form is not the applicant's."""
    return next((a for a in _offered(dossier) if a.clock in SENDING), None)


def other_actions(dossier: Dossier) -> list[Action]:
    """List what else the applicant may do now."""
    return [a for a in _offered(dossier) if a.clock not in SENDING]


def _offered(dossier: Dossier) -> list[Action]:
    workflow = workflows.get(dossier.kind)
    return workflow.offered(dossier.state, {workflow.filed_by})


def actor(dossier: Dossier) -> Actor:
    """Return the applicant as the history names them.

    The name is taken in its checked form: a double click is known by its name, and the
    first click may have been made with one blank too many.
    """
    workflow = workflows.get(dossier.kind)
    typed = filling.values(dossier).get(workflow.applicant_field, "")
    field = next((f for f in workflow.fields if f.name == workflow.applicant_field), None)
    return applicant(dossier.email, _canonical(field, typed) if field else typed)


def groups(
    workflow: Workflow, kept: Mapping[str, str] | None = None
) -> list[tuple[Text, list[Field]]]:
    """Return the fields by group, in the order of the form, with their catalogues."""
    found: dict[Text, list[Field]] = {}
    for field in workflow.fields:
        found.setdefault(field.group, []).append(
            facts.with_catalogues(field, (kept or {}).get(field.name, ""))
        )
    return list(found.items())


def summary(dossier: Dossier, *, submitted: bool = False) -> list[Section]:
    """Return what is typed, or what counts as submitted, as people read it."""
    values = dossier.answers if submitted else filling.values(dossier)
    files = attachments.current(dossier)
    asked = [
        (title, [f for f in fields if f.applies(values)])
        for title, fields in groups(workflows.get(dossier.kind), dossier.answers)
    ]
    return [
        Section(title, tuple(_answer(f, values, files) for f in fields))
        for title, fields in asked
        if fields
    ]


def _answer(field: Field, values: Mapping[str, str], files: Mapping[str, Attachment]) -> Answer:
    if field.type is FieldType.FILE:
        found = files.get(field.name)
        return Answer(field, found.name if found else "", found)
    value = _canonical(field, values.get(field.name, ""))
    if field.type is FieldType.CHOICE:
        return Answer(field, next((c.label for c in field.choices if c.value == value), Text("")))
    return Answer(field, typed_form(field, value))


def _canonical(field: Field, raw: str) -> str:
    try:
        return field.check(raw)
    except FieldError:
        return raw


def typed_form(field: Field, value: str) -> str:
    """Return a value the way it is typed: dates with slashes, phones without a prefix."""
    if not value or field.type not in _STORED_FORM:
        return value
    try:
        kept = field.check(value)
    except FieldError:
        return value  # wrong, and shown as it was typed
    return phone(kept) if field.type in _PHONES else day(kept)


def asked(dossier: Dossier) -> Asked | None:
    """Return what a waiting dossier was asked to supply."""
    if dossier.phase != Phase.WAITING:
        return None
    details = _last_request(dossier.events)
    return Asked(
        tuple(str(details.get("missing", "")).splitlines()), str(details.get("reason", ""))
    )


def _last_request(events: Iterable[DossierEvent]) -> Mapping[str, object]:
    return next((e.details for e in reversed(list(events)) if "missing" in e.details), {})
