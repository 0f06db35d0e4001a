"""Thay đổi thông tin: the standard moves; a premise and an effect of its own."""

import pytest

import workflows
from tests.workflows.walk import STANDARD, Subject, moves, possible, walk
from workflows import GuardFailed, Role

WORKFLOW = workflows.get("account_change")
KNOWN = {"officer": 1, "account": {"username": "lso.1", "system": "Dược", "dossier": "H37-1"}}
UNKNOWN = {"officer": 1, "account": None}


def test_these_moves_and_no_others_are_possible() -> None:
    assert possible(WORKFLOW, KNOWN) == moves(STANDARD)


def test_the_usual_way_ends_granted() -> None:
    states = walk(WORKFLOW, "submit claim propose_grant approve issue", facts=KNOWN)

    assert states[-1] == "granted"


@pytest.mark.parametrize(
    ("action", "state"), [("propose_grant", "in_review"), ("approve", "pending_grant")]
)
def test_without_an_account_there_is_nothing_to_do(action: str, state: str) -> None:
    with pytest.raises(GuardFailed):
        WORKFLOW.fire(Subject(state), action, roles=frozenset(Role), facts=UNKNOWN)


def test_approval_changes_the_register() -> None:
    assert WORKFLOW.edges[("approve", "pending_grant")].effect == "change_account"
    assert not WORKFLOW.edges[("approve", "pending_refusal")].effect


def test_at_least_one_thing_must_change() -> None:
    (rule,) = WORKFLOW.rules

    broken = rule({"new_phone": "", "new_email": ""})
    assert broken is not None
    assert broken[0] == "new_phone"
    assert rule({"new_email": "moi@example.vn"}) is None
    assert rule({"new_connection": "direct"}) is None
