"""Phân bổ theo danh sách: asked, replied, distributed once; its moves stated by hand."""

import pytest

import workflows
from tests.workflows.walk import Subject, moves, possible, walk
from workflows import GuardFailed, Role

WORKFLOW = workflows.get("bulk_grant")
LIST = {"total": 11, "wrong": 0, "taken": [], "silent": 4, "is_over": False, "deadline": ""}
READY = {"recipients": LIST}
MOVES = """
    propose_request: draft → pending_request
    propose_request: revising → pending_request
    approve: pending_request → signed_request
    send_back: pending_request → revising
    issue: signed_request → awaiting_reply
    record_reply: awaiting_reply → in_review
    revise: awaiting_reply → revising
    revise: in_review → revising
    propose_grant: in_review → pending_grant
    approve: pending_grant → signed_grant
    send_back: pending_grant → in_review
    issue: signed_grant → granted
    remind: granted → granted
    reissue_unit: granted → granted
    propose_refusal: in_review → pending_refusal
    approve: pending_refusal → signed_refusal
    send_back: pending_refusal → in_review
    issue: signed_refusal → refused
    cancel: revising → cancelled
    cancel: awaiting_reply → cancelled
    cancel: in_review → cancelled
    reassign: revising → revising
    reassign: awaiting_reply → awaiting_reply
    reassign: in_review → in_review
"""


def test_these_moves_and_no_others_are_possible() -> None:
    assert possible(WORKFLOW, READY) == moves(MOVES)


def test_the_usual_way_ends_granted() -> None:
    way = "propose_request approve issue record_reply propose_grant approve issue remind"
    assert walk(WORKFLOW, way, facts=READY)[-1] == "granted"


@pytest.mark.parametrize(
    ("action", "state", "changed"),
    [
        ("propose_request", "draft", {"total": 0}),
        ("propose_request", "draft", {"wrong": 5}),
        ("propose_grant", "in_review", {"taken": ["Xã Bắc Sơn"]}),
        ("approve", "pending_grant", {"taken": ["Xã Bắc Sơn"]}),
        ("remind", "granted", {"silent": 0}),
    ],
)
def test_its_premises(action: str, state: str, changed: dict[str, object]) -> None:
    facts = {"recipients": LIST | changed}
    with pytest.raises(GuardFailed) as refused:
        WORKFLOW.fire(Subject(state), action, roles=frozenset(Role), facts=facts)
    for value in changed.values():
        for word in value if isinstance(value, list) else [str(value)] if value else []:
            assert word in refused.value.reason


def test_officers_file_it_and_nobody_outside_acts_on_it() -> None:
    assert WORKFLOW.filed_by is Role.OFFICER
    assert all(Role.APPLICANT not in a.roles for a in WORKFLOW.actions)
