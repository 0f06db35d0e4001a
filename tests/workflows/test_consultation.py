"""Lấy ý kiến dự thảo: sent, collected until the deadline, summarised; its moves by hand."""

import pytest

import workflows
from tests.workflows.walk import Subject, moves, possible, walk
from workflows import GuardFailed, Role

WORKFLOW = workflows.get("consultation")
LIST = {"total": 7, "wrong": 0, "taken": [], "silent": 4, "is_over": True, "deadline": "31/12/2026"}
MOVES = """
    propose_request: draft → pending_request
    propose_request: revising → pending_request
    approve: pending_request → signed_request
    send_back: pending_request → revising
    issue: signed_request → collecting
    extend: collecting → collecting
    remind: collecting → collecting
    summarise: collecting → in_review
    reopen: in_review → collecting
    propose_grant: in_review → pending_grant
    approve: pending_grant → signed_grant
    send_back: pending_grant → in_review
    issue: signed_grant → granted
    cancel: revising → cancelled
    cancel: collecting → cancelled
    cancel: in_review → cancelled
    reassign: revising → revising
    reassign: collecting → collecting
    reassign: in_review → in_review
"""


def test_these_moves_and_no_others_are_possible() -> None:
    assert possible(WORKFLOW, {"recipients": LIST}) == moves(MOVES)


def test_the_usual_way_ends_granted() -> None:
    way = "propose_request approve issue remind extend summarise propose_grant approve issue"
    assert walk(WORKFLOW, way, facts={"recipients": LIST})[-1] == "granted"


@pytest.mark.parametrize(
    ("silent", "is_over", "may"), [(4, False, False), (0, False, True), (4, True, True)]
)
def test_it_closes_when_all_have_answered_or_the_deadline_is_over(
    silent: int, is_over: bool, may: bool
) -> None:
    facts = {"recipients": LIST | {"silent": silent, "is_over": is_over}}
    subject = Subject("collecting")
    if may:
        WORKFLOW.fire(subject, "summarise", roles={Role.OFFICER}, facts=facts)
        assert subject.state == "in_review"
        return
    with pytest.raises(GuardFailed) as refused:
        WORKFLOW.fire(subject, "summarise", roles={Role.OFFICER}, facts=facts)
    assert "31/12/2026" in refused.value.reason


def test_leaders_are_shown_the_very_letters_they_sign() -> None:
    assert WORKFLOW.letters == {"consultation", "consultation_summary"}
    signed = [a for a in WORKFLOW.actions if a.signs]
    assert all(a.roles == {Role.SIGNER} for a in signed)
