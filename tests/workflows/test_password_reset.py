"""Cấp lại mật khẩu: every move, stated by hand; changing the graph means changing the table."""

import pytest

import workflows
from tests.workflows.walk import UNUSED, WITH_ACCESS, Subject, moves, possible, walk
from workflows import GuardFailed, Once, Role

WORKFLOW = workflows.get("password_reset")
ACCOUNT = {
    "username": "lso.1",
    "system": "Dược",
    "dossier": "H37-1",
    "custodian_email": "anbinh@example.vn",
    "custodian": "an••••@example.vn",
}
KNOWN = {"officer": 1, "email": "anbinh@example.vn", "account": ACCOUNT, "access": UNUSED}
STRANGER = KNOWN | {"email": "la@example.vn"}
UNKNOWN = {"officer": 1, "account": None}

MOVES = moves(WITH_ACCESS)


def test_these_moves_and_no_others_are_possible() -> None:
    assert possible(WORKFLOW, KNOWN) == MOVES


def test_the_usual_way_ends_granted() -> None:
    states = walk(WORKFLOW, "submit claim propose_grant approve issue", facts=KNOWN)

    assert states[-1] == "granted"


@pytest.mark.parametrize("state", ["in_review", "pending_grant"])
def test_a_facility_without_an_account_gets_no_new_password(state: str) -> None:
    action = {"in_review": "propose_grant", "pending_grant": "approve"}[state]

    with pytest.raises(GuardFailed):
        WORKFLOW.fire(Subject(state), action, roles=frozenset(Role), facts=UNKNOWN)


def test_a_stranger_gets_no_access_to_somebody_elses_account() -> None:
    with pytest.raises(GuardFailed) as refused:
        WORKFLOW.fire(Subject("in_review"), "propose_grant", roles=frozenset(Role), facts=STRANGER)
    assert "bàn giao" in refused.value.reason


def test_it_can_be_asked_for_again_later() -> None:
    assert WORKFLOW.once is Once.ONE_AT_A_TIME
