"""Đăng ký mã liên thông: one code per holder, and fields that depend on who the holder is."""

import pytest

import workflows
from tests.workflows.walk import STANDARD, Subject, moves, possible, walk
from workflows import GuardFailed, Role

WORKFLOW = workflows.get("code_registration")
FREE = {"officer": 1, "account": None, "code": None}
TAKEN = {"officer": 1, "account": None, "code": {"code": "20A01", "dossier": "H37-1"}}


def test_these_moves_and_no_others_are_possible() -> None:
    assert possible(WORKFLOW, FREE) == moves(STANDARD)


def test_the_usual_way_ends_granted() -> None:
    states = walk(WORKFLOW, "submit claim propose_grant approve issue", facts=FREE)

    assert states[-1] == "granted"


@pytest.mark.parametrize(
    ("action", "state"),
    [("submit", "draft"), ("propose_grant", "in_review"), ("approve", "pending_grant")],
)
def test_a_duplicate_is_stopped_and_pointed_to_the_code_there_is(action: str, state: str) -> None:
    with pytest.raises(GuardFailed) as refused:
        WORKFLOW.fire(Subject(state), action, roles=frozenset(Role), facts=TAKEN)

    assert "20A01" in refused.value.reason
    assert "H37-1" in refused.value.reason


def test_only_a_prescriber_is_asked_for_a_practice_licence() -> None:
    field = next(f for f in WORKFLOW.fields if f.name == "prescriber_licence_no")

    assert field.applies({"holder": "prescriber"})
    assert not field.applies({"holder": "facility"})


def test_the_officer_supplies_the_code_with_the_proposal() -> None:
    assert [f.name for f in WORKFLOW.edges[("propose_grant", "in_review")].asks] == [
        "assigned_code",
        "note",
    ]
