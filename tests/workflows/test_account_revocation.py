"""Thu hồi: its moves are the standard ones; its premise and what it changes are its own."""

import pytest

import workflows
from tests.workflows.walk import STANDARD, Subject, moves, possible, walk
from workflows import GuardFailed, Role

WORKFLOW = workflows.get("account_revocation")
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


OPEN = {**KNOWN, "is_vendor": True, "moved": {"joined": 0, "left": 0}}


def test_a_vendor_is_written_to_with_a_letter_of_its_own() -> None:
    propose = WORKFLOW.edges[("propose_grant", "in_review")]

    assert propose.letter_for({"holder": "vendor"}) == "vendor_revocation"
    assert propose.letter_for({"holder": "facility"}) == "account_revocation"
    assert {"vendor_revocation", "account_revocation"} <= WORKFLOW.letters


@pytest.mark.parametrize(("joined", "left"), [(1, 0), (0, 2)])
def test_a_list_that_has_changed_is_not_signed(joined: int, left: int) -> None:
    facts = OPEN | {"moved": {"joined": joined, "left": left}}

    with pytest.raises(GuardFailed) as refused:
        WORKFLOW.fire(Subject("pending_grant"), "approve", roles=frozenset(Role), facts=facts)
    assert f"thêm {joined}, bớt {left} cơ sở" in refused.value.reason
    WORKFLOW.fire(Subject("pending_grant"), "approve", roles=frozenset(Role), facts=OPEN)


def test_only_the_holder_that_is_chosen_is_asked_and_names_the_dossier() -> None:
    typed = {f.name: f.sample for f in WORKFLOW.fields}
    asked = {
        holder: {
            f.name for f in WORKFLOW.fields if f.when and f.applies(typed | {"holder": holder})
        }
        for holder in ("facility", "vendor")
    }

    assert asked["facility"] == {"facility_name", "licence_no"}
    assert asked["vendor"] == {"vendor_name", "vendor_tax_code"}
    assert WORKFLOW.subject(typed | {"holder": "vendor"}) == typed["vendor_name"]
    assert WORKFLOW.subject(typed | {"holder": "facility"}) == typed["facility_name"]


def test_approval_changes_the_register() -> None:
    assert WORKFLOW.edges[("approve", "pending_grant")].effect == "close_account"
    assert not WORKFLOW.edges[("approve", "pending_refusal")].effect
