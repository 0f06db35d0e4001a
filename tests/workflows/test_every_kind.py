"""What holds for each request type, also for the next one."""

import pytest

import letters
import workflows
from app.config import ROOT
from app.services.effects import EFFECTS
from workflows import FINAL_PHASES, FieldType, Role
from workflows.diagram import mermaid, paths

KINDS = sorted(workflows.all_workflows())


@pytest.mark.parametrize("kind", KINDS)
def test_its_letters_mails_and_effects_exist(kind: str) -> None:
    workflow = workflows.get(kind)

    assert workflow.letters <= letters.kinds().keys()
    for action in workflow.actions:
        assert not action.effect or action.effect in EFFECTS
        for mail in filter(None, (action.mail, action.sends)):
            assert (ROOT / f"templates/mail/{mail}.txt").exists()


@pytest.mark.parametrize("kind", KINDS)
def test_everything_people_read_is_in_both_languages(kind: str) -> None:
    workflow = workflows.get(kind)
    texts = [workflow.title, workflow.summary, workflow.audience, *workflow.bring]
    texts += [t for s in workflow.states for t in (s.label, s.next)]
    texts += [t for a in workflow.actions for t in (a.label, a.done)]
    fields = [*workflow.fields, *(f for a in workflow.actions for f in a.asks)]
    fields += [*workflow.recipients, *workflow.recipient_asks]
    texts += [t for f in fields for t in (f.label, f.group, f.hint, *(c.label for c in f.choices))]

    missing = [t for t in texts if t and t.en == str(t)]
    assert missing == []


@pytest.mark.parametrize("kind", KINDS)
def test_it_has_a_diagram_and_ways_to_each_end(kind: str) -> None:
    workflow = workflows.get(kind)
    ends = {a.target for way in paths(workflow) for _, a in way[-1:]}

    final = {s.name for s in workflow.states if s.phase in FINAL_PHASES}
    assert {"granted"} < ends == final
    assert all(s.name in mermaid(workflow) for s in workflow.states)


@pytest.mark.parametrize("kind", KINDS)
def test_it_asks_for_consent_before_personal_data(kind: str) -> None:
    workflow = workflows.get(kind)
    fields = workflow.fields

    # What officers enter of people they have by law and office, not by consent.
    if workflow.filed_by is Role.APPLICANT and any(f.is_personal for f in fields):
        assert any(f.type is FieldType.CONSENT for f in fields)
