"""Đăng ký kết nối: its moves are the standard ones; what a vendor is told is its own."""

import pytest

import workflows
from tests.workflows.walk import UNUSED, WITH_ACCESS, Subject, moves, possible, walk
from workflows import FieldType, GuardFailed, Once, Role

WORKFLOW = workflows.get("vendor_connection")
FREE = {"officer": 1, "account": None, "access": UNUSED, "is_vendor": True}
TAKEN = FREE | {"account": {"username": "syt.pm.1", "system": "Dược", "dossier": "H37-1"}}


def test_these_moves_and_no_others_are_possible() -> None:
    assert possible(WORKFLOW, FREE) == moves(WITH_ACCESS)


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
