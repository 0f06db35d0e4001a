"""The one way a dossier changes, and how one is begun."""

from collections.abc import Mapping
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

import workflows
from app import clock, formats
from app.errors import AlreadyDone, Conflict, Invalid, Refused
from app.extensions import db
from app.models import Dossier, DossierEvent, User
from app.security import keys
from app.security.actors import ON_BEHALF, Actor, delegation_for, roles_of, who_of
from app.services import (
    announcements,
    attachments,
    consents,
    deadlines,
    facts,
    filling,
    history,
    letters,
    organisation,
    progress,
)
from app.services.attachments import Received
from app.services.books import count
from app.services.effects import EFFECTS
from workflows import DRAFTED, Clock, Field, FieldError, FieldType, Fired, Once, Phase, Role, Text

_WITH_LETTER = (Phase.SIGNATURE, Phase.ISSUE)


def begin(kind: str, email: str, officer: User | None = None) -> Dossier:
    """Start or resume the draft of a request; raise Refused when the e-mail has one running.

    What the house files itself has no e-mail; its officer holds it from the first word on.
    """
    workflow = workflows.get(kind, Role.OFFICER if officer else Role.APPLICANT)
    draft = db.session.scalars(
        select(Dossier).where(
            Dossier.email == email,
            Dossier.officer_id == (officer.id if officer else None),
            Dossier.kind == kind,
            Dossier.state == workflow.initial,
        )
    ).first()
    if draft is not None:
        return draft
    _refuse_second(kind, email)
    now = clock.now()
    dossier = Dossier(
        key=keys.nonce(),
        kind=kind,
        state=workflow.initial,
        phase=workflow.by_state[workflow.initial].phase,
        email=email,
        officer=officer,
        answers={},
        typed={},
        created_at=now,
        changed_at=now,
    )
    db.session.add(dossier)
    return dossier


def _refuse_second(kind: str, email: str) -> None:
    if workflows.get(kind).once is Once.AS_OFTEN:
        return
    other = db.session.scalars(select(Dossier).where(Dossier.once_key == f"{kind}:{email}")).first()
    if other is not None:
        raise second_registration(other)


def second_registration(other: Dossier) -> Refused:
    """Return the refusal that names the dossier which holds the e-mail's registration."""
    workflow, state = workflows.get(other.kind), progress.label(other)
    title = workflow.title
    day = formats.day(clock.local(other.submitted_at).date()) if other.submitted_at else ""
    if workflow.once is Once.ONE_AT_A_TIME:
        rule = Text(
            "Ông/Bà nộp hồ sơ mới sau khi hồ sơ này kết thúc.",
            "You may file again once this dossier has ended.",
        )
    else:
        rule = Text(
            "Mỗi địa chỉ chỉ đăng ký một lần; địa chỉ được mở lại nếu hồ sơ bị từ chối hoặc quá"
            " thời hạn trả kết quả.",
            "One address may register once; it opens again if the dossier is refused or left"
            " without a result in time.",
        )
    return Refused(
        Text(
            f"Địa chỉ thư điện tử này đã đăng ký «{title}» ngày {day} (mã hồ sơ {other.code},"
            f" {state.lower()}). {rule}",
            f"This e-mail address registered for “{title.en}” on {day} (dossier {other.code},"
            f" {state.en.lower()}). {rule.en}",
        )
    )


def act(
    key: str,
    name: str,
    actor: Actor,
    *,
    version: int | None = None,
    supplied: Mapping[str, str] | None = None,
    files: Mapping[str, Received] | None = None,
) -> Dossier:
    """Take one step on a dossier; everything it causes is written, or nothing.

    Raises LookupError (no such dossier), Invalid (what the actor supplied), ActionRefused
    (state, role, premise), Conflict (somebody was first), AlreadyDone (a double click).
    """
    # key_share: rows that only point at the dossier are written meanwhile. A custodian who opens
    # an account holds that and then points here; an officer comes the other way.
    dossier = db.session.scalars(
        select(Dossier).where(Dossier.key == key).with_for_update(key_share=True)
    ).one_or_none()
    if dossier is None:
        raise LookupError(key)
    roles = roles_of(actor, dossier)
    _check_version(dossier, name, actor, version)
    workflow = workflows.get(dossier.kind)
    edge = workflow.edges.get((name, dossier.state))
    # Read before anything changes: a query in the middle would first write half of the step.
    events = dossier.events
    if edge is None and events:
        # The sentence names who was first instead of only saying no.
        if _is_own_repeat(events[-1], name, actor):
            raise AlreadyDone(Text("Thao tác này đã được ghi nhận.", "This was done already."))
        raise Conflict(who_did_what(dossier))
    # Before anything is looked at: who may not learns nothing of what is typed or missing.
    workflow.permitted(name, dossier.state, roles)
    files = files or {}
    details = supplied_values(edge.asks if edge else (), supplied or {}, files)
    if edge is not None and edge.clock in (Clock.START, Clock.RESTART):
        changed = filling.take(dossier)
        if edge.clock is Clock.RESTART and workflow.filed_by is Role.APPLICANT:
            details["changed"] = filling.something(changed)
    if edge is not None:
        if edge.clock is Clock.EXTEND:
            deadlines.check_new_day(dossier, details["new_due_on"])
        details |= deadlines.kept(dossier, edge.clock)
    premises = facts.for_guards(dossier) if edge and edge.guard else {}
    fired = workflow.fire(dossier, name, roles=roles, facts=premises)
    role = min(roles & fired.action.roles)
    if role is Role.SIGNER and actor.user and (mandate := delegation_for(actor.user, dossier)):
        details |= {ON_BEHALF: mandate.principal.full_name, "delegation": mandate.id}
    for field in fired.action.asks:
        if field.name in files:
            attachments.attach(dossier, field.name, files[field.name], _max_mb())
    event = history.append(dossier, fired, actor, role, details)
    dossier.phase = workflow.by_state[fired.after].phase
    dossier.changed_at = event.at
    if fired.before == workflow.initial:
        _register(dossier)
    deadlines.apply(dossier, fired.action.clock, workflow.working_days, details)
    if fired.action.effect:
        EFFECTS[fired.action.effect](dossier, actor)
    letter = _letter(dossier, fired, actor, details)
    was_over = workflow.by_state[fired.before].phase in workflows.FINAL_PHASES
    if dossier.phase in workflows.FINAL_PHASES and not was_over:
        _close(dossier, event, workflow.once)
    announcements.announce(dossier, fired, event, letter)
    return dossier


def _letter(dossier: Dossier, fired: Fired, actor: Actor, details: dict[str, Any]) -> Any:
    action = fired.action
    if action.drafts:
        letters.draft(dossier, action.letter_for(dossier.answers), details)
    if action.signs:
        letters.sign(dossier, actor)
    if action.issues == DRAFTED:
        return letters.issue_drafted(dossier)
    if action.issues:
        return letters.issue_now(dossier, action.issues, details)
    # A letter that waits was drafted on the way to a leader; most dossiers have not been there.
    phases = {s.name: s.phase for s in workflows.get(dossier.kind).states}
    if dossier.phase not in _WITH_LETTER and any(
        phases.get(e.before) in _WITH_LETTER for e in dossier.events
    ):
        letters.void_open(dossier)
    return None


def _check_version(dossier: Dossier, name: str, actor: Actor, version: int | None) -> None:
    if version is None or version == dossier.version or not dossier.events:
        return
    if _is_own_repeat(dossier.events[-1], name, actor):
        raise AlreadyDone(Text("Thao tác này đã được ghi nhận.", "This was done already."))
    raise Conflict(who_did_what(dossier))


def _is_own_repeat(last: DossierEvent, name: str, actor: Actor) -> bool:
    return last.action == name and last.user_id == actor.user_id and last.actor_name == actor.name


def who_did_what(dossier: Dossier) -> Text:
    """Say who was first, what they did and when."""
    last = dossier.events[-1]
    edge = workflows.get(dossier.kind).edges.get((last.action, last.before))
    done = edge.done if edge else Text(last.action)
    who, at = who_of(last), formats.short_moment(last.at)
    return Text(
        f"{who} {done} lúc {at}. Ông/Bà vui lòng xem lại hồ sơ trước khi thao tác tiếp.",
        f"{who.en} {done.en} at {at}. Please look at the dossier again first.",
    )


def _max_mb() -> int:
    most: int = current_app.config["VANTHU"].upload_max_mb
    return most


def supplied_values(
    asks: tuple[Field, ...], supplied: Mapping[str, str], files: Mapping[str, Received]
) -> dict[str, Any]:
    """Return what was supplied for a step, checked; raise Invalid."""
    details: dict[str, Any] = {}
    errors: dict[str, Text] = {}
    for field in asks:
        typed = files[field.name].name if field.name in files else supplied.get(field.name, "")
        if field.type is FieldType.FILE and field.name not in files:
            typed = ""
        try:
            details[field.name] = facts.with_catalogues(field).check(typed)
        except FieldError as error:
            errors[field.name] = error.message
    if errors:
        raise Invalid(errors)
    return {k: v for k, v in details.items() if v}


def _register(dossier: Dossier) -> None:
    """Give the dossier its code and take the e-mail's one registration (rule Q1)."""
    _refuse_second(dossier.kind, dossier.email)
    now = clock.now()
    stamp = f"{clock.local(now):%y%m%d}"
    dossier.submitted_at = now
    sequence = count(f"dossier:{stamp}")
    dossier.code = f"{organisation.department().agency_code}-{stamp}-{sequence:04d}"
    consents.keep_told(dossier)
    if workflows.get(dossier.kind).once is Once.AS_OFTEN:
        return
    dossier.once_key = f"{dossier.kind}:{dossier.email}"
    try:
        db.session.flush()
    except IntegrityError:
        raise Conflict(
            Text(
                "Địa chỉ thư điện tử này vừa đăng ký ở một cửa sổ khác.",
                "This e-mail address has just registered in another window.",
            )
        ) from None


def _close(dossier: Dossier, event: DossierEvent, once: Once) -> None:
    dossier.closed_at = event.at
    if dossier.phase != Phase.DONE or once is Once.ONE_AT_A_TIME:
        dossier.once_key = None


def last_step(dossier: Dossier) -> Text:
    """Return what was done last, as a phrase that follows a name."""
    last = dossier.events[-1]
    return workflows.get(dossier.kind).edges[(last.action, last.before)].done
