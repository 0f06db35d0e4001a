"""Every action of every request type, in every state, by everybody: as its definition says."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

import workflows
from app import samples
from app.errors import AppError
from app.extensions import db
from app.models import Dossier, DossierEvent
from app.security.actors import SYSTEM, Actor, applicant, staff
from app.services import dossiers
from app.transaction import transaction
from tests.helpers import user
from tests.security.actors import (
    APPLICANT,
    CLERK,
    COLLEAGUE,
    ELSEWHERE,
    EMAILS,
    HEAD,
    HOLDERS,
    NOBODY,
    OFFICER,
    OTHER_APPLICANT,
    OTHERS,
    OWN,
    SIGNER,
    USERNAMES,
)  # fmt: skip
from tests.security.conftest import World, nothing_is_kept
from workflows import ActionRefused, FieldType, Role, Workflow

MACHINE = "the system"
# What everybody is on the dossier of `an`, said by hand; who is not here is nothing.
ARE = {
    OFFICER: Role.OFFICER, SIGNER: Role.SIGNER, CLERK: Role.CLERK, APPLICANT: Role.APPLICANT,
    MACHINE: Role.SYSTEM, HEAD: Role.SIGNER,
}  # fmt: skip
EVERYBODY = (*USERNAMES, APPLICANT, OTHER_APPLICANT, MACHINE)


def actor(person: str) -> Actor:
    """Return somebody as the services know them."""
    if person in USERNAMES:
        return staff(user(USERNAMES[person]))
    if person == MACHINE:
        return SYSTEM
    return applicant(EMAILS[OWN if person == APPLICANT else OTHERS])


def supplied(workflow: Workflow) -> tuple[dict[str, str], dict[str, Any]]:
    """Return a right answer to whatever an action asks."""
    asks = [f for a in workflow.actions for f in a.asks]
    said = {f.name: f.sample for f in asks if f.type is not FieldType.FILE}
    files = {f.name: samples.received_scan() for f in asks if f.type is FieldType.FILE}
    return said, files


def cells(workflow: Workflow) -> Iterator[tuple[str, str]]:
    for state in workflow.by_state:
        for name in sorted({a.name for a in workflow.actions}):
            yield state, name


@pytest.mark.parametrize("kind", sorted(workflows.all_workflows()))
def test_each_step_is_for_whom_the_definition_says(world: World, kind: str) -> None:
    workflow = workflows.get(kind)
    said, files = supplied(workflow)
    wrong = []
    with world.app.app_context(), nothing_is_kept():
        found = db.session.scalars(select(Dossier).where(Dossier.kind == kind)).first()
        assert found is not None
        key = found.key
        for state, name in cells(workflow):
            action = workflow.edges.get((name, state))
            # What does not exist is refused whoever asks; three of them are enough.
            for person in EVERYBODY if action else (OFFICER, APPLICANT, NOBODY):
                may = action is not None and _is(person, state, workflow) in action.roles
                got = _try(key, state, name, person, said, files)
                if (got == "past the door") is not may:
                    wrong.append(f"{person} {name} in {state}: {got}")

    assert not wrong, "; ".join(wrong)


def _is(person: str, state: str, workflow: Workflow) -> Role | None:
    if person in (OFFICER, COLLEAGUE, ELSEWHERE):
        return Role.OFFICER if person == OFFICER or _is_free(state, workflow) else None
    if person == APPLICANT and workflow.filed_by is Role.OFFICER:
        return None
    return ARE.get(person)


def _is_free(state: str, workflow: Workflow) -> bool:
    """Tell whether nobody holds a dossier in this state of the test."""
    return workflow.by_state[state].phase == workflows.Phase.QUEUE


def _try(
    key: str, state: str, name: str, person: str, said: dict[str, str], files: dict[str, Any]
) -> str:
    """Put the dossier in a state, try the step, put all back; say what came of it."""
    try:
        with transaction():
            _put(key, state)
            db.session.flush()
            dossiers.act(key, name, actor(person), supplied=said, files=files)
    except (workflows.NotPermitted, workflows.WrongState) as refused:
        return type(refused).__name__
    except (AppError, ActionRefused, LookupError) as error:
        # Which came first is told by the sentence of a step that does not exist in this state.
        edge = workflows.get(_kind(key)).edges.get((name, state))
        return "past the door" if edge is not None else type(error).__name__
    finally:
        db.session.rollback()
    return "past the door"


def _kind(key: str) -> str:
    db.session.rollback()
    return db.session.scalars(select(Dossier.kind).where(Dossier.key == key)).one()


def _put(key: str, state: str) -> None:
    found = db.session.scalars(select(Dossier).where(Dossier.key == key)).one()
    workflow = workflows.get(found.kind)
    found.state, found.phase = state, workflow.by_state[state].phase
    found.officer = None if _is_free(state, workflow) else user(HOLDERS[OWN])
    if workflow.filed_by is Role.APPLICANT:
        found.email = EMAILS[OWN]
    found.once_key = None


def test_no_step_was_kept(world: World) -> None:
    with world.app.app_context():
        for found in db.session.scalars(select(Dossier)):
            last = found.events[-1] if found.events else None
            assert last is None or last.after == found.state
        assert db.session.scalars(select(DossierEvent.id)).first()
