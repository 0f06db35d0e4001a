"""Cấp lại mật khẩu: every move, stated by hand; changing the graph means changing this table."""

import pytest

import workflows
from tests.workflows.walk import Subject, moves, possible, walk
from workflows import GuardFailed, Once, Role

WORKFLOW = workflows.get("password_reset")
KNOWN = {"officer": 1, "account": {"username": "lso.1", "system": "Dược", "dossier": "H37-1"}}
UNKNOWN = {"officer": 1, "account": None}

MOVES = moves("""
    submit: draft → submitted
    claim: submitted → in_review
    release: in_review → submitted
    propose_grant: in_review → pending_grant
    ask_supplement: in_review → supplement_requested
    propose_refusal: in_review → pending_refusal
    supplement: supplement_requested → in_review
    lapse: supplement_requested → lapsed
    approve: pending_grant → signed_grant
    approve: pending_refusal → signed_refusal
    refuse: pending_grant → pending_refusal
    send_back: pending_grant → in_review
    send_back: pending_refusal → in_review
    issue: signed_grant → granted
    issue: signed_refusal → refused
    withdraw: submitted → withdrawn
    withdraw: in_review → withdrawn
    withdraw: supplement_requested → withdrawn
""")


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


def test_it_can_be_asked_for_again_later() -> None:
    assert WORKFLOW.once is Once.ONE_AT_A_TIME
