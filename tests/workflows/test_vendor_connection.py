"""Đăng ký kết nối: every move, stated by hand, and what a vendor is told."""

import pytest

import workflows
from tests.workflows.walk import UNUSED, Subject, moves, possible, walk
from workflows import FieldType, GuardFailed, Once, Role

WORKFLOW = workflows.get("vendor_connection")
FREE = {"officer": 1, "account": None, "access": UNUSED, "is_vendor": True}
TAKEN = FREE | {"account": {"username": "syt.pm.1", "system": "Dược", "dossier": "H37-1"}}

MOVES = moves(
    """
    submit: draft → submitted
    claim: submitted → in_review
    release: in_review → submitted
    propose_grant: in_review → pending_grant
    cite: in_review → in_review
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
    reissue: granted → granted
    refuse_intake: submitted → intake_refused
    extend: in_review → in_review
    extend: pending_grant → pending_grant
    extend: pending_refusal → pending_refusal
    extend: signed_grant → signed_grant
    extend: signed_refusal → signed_refusal
    """
)


def test_these_moves_and_no_others_are_possible() -> None:
    assert possible(WORKFLOW, FREE) == MOVES


def test_the_usual_way_ends_granted() -> None:
    states = walk(WORKFLOW, "submit claim propose_grant approve issue", facts=FREE)

    assert states[-1] == "granted"


@pytest.mark.parametrize(
    ("action", "state"), [("propose_grant", "in_review"), ("approve", "pending_grant")]
)
def test_a_vendor_has_one_account_for_all_its_facilities(action: str, state: str) -> None:
    # V2: the sentence is about vendors and names the dossier that was first.
    subject = Subject(state)

    with pytest.raises(GuardFailed) as refused:
        WORKFLOW.fire(subject, action, roles=frozenset(Role), facts=TAKEN)
    assert "Đơn vị cung cấp phần mềm đã có tài khoản syt.pm.1" in refused.value.reason
    assert "H37-1" in refused.value.reason
    assert subject.state == state


def test_contract_and_minutes_are_asked_for() -> None:
    files = {f.name for f in WORKFLOW.fields if f.type is FieldType.FILE and f.required}

    assert files == {"vendor_contract", "confirmation_minutes"}


def test_the_vendor_names_the_dossier_and_registers_once() -> None:
    assert WORKFLOW.subject({f.name: f.sample for f in WORKFLOW.fields}) == (
        "Công ty TNHH Phần mềm Sao Mai"
    )
    assert (WORKFLOW.working_days, WORKFLOW.once) == (10, Once.UNTIL_REFUSED)
