"""Cấp tài khoản: every move, stated by hand; changing the graph means changing the table."""

import pytest

import workflows
from tests.workflows.walk import UNUSED, WITH_ACCESS, Subject, moves, possible, walk
from workflows import Clock, GuardFailed, NotPermitted, Once, Role, WrongState

WORKFLOW = workflows.get("account_issuance")
FREE = {"officer": 1, "account": None, "access": UNUSED}
TAKEN = {"officer": 1, "account": {"username": "lso.1", "system": "Dược", "dossier": "H37-1"}}

MOVES = moves(WITH_ACCESS)


def test_these_moves_and_no_others_are_possible() -> None:
    assert possible(WORKFLOW, FREE) == MOVES


def test_the_usual_way_ends_granted() -> None:
    states = walk(WORKFLOW, "submit claim propose_grant approve issue", facts=FREE)

    assert states[-1] == "granted"


@pytest.mark.parametrize(
    ("action", "state", "roles"),
    [
        ("submit", "draft", {Role.APPLICANT}),
        ("claim", "submitted", {Role.OFFICER}),
        ("approve", "pending_grant", {Role.SIGNER}),
        ("refuse", "pending_grant", {Role.SIGNER}),
        ("issue", "signed_grant", {Role.CLERK}),
        # Only the clock lets a request lapse.
        ("lapse", "supplement_requested", {Role.SYSTEM}),
        # Once a leader has it, the applicant can no longer withdraw.
        ("withdraw", "in_review", {Role.APPLICANT}),
        ("reissue", "granted", {Role.OFFICER}),
    ],
)
def test_only_the_named_roles_may(action: str, state: str, roles: set[Role]) -> None:
    others = frozenset(Role) - roles
    subject = Subject(state)

    with pytest.raises(NotPermitted):
        WORKFLOW.fire(subject, action, roles=others, facts=FREE)
    assert subject.state == state


@pytest.mark.parametrize("action", ["propose_grant", "approve"])
def test_a_facility_that_has_an_account_gets_no_second_one(action: str) -> None:
    # A1: the premise is looked at again when the leader approves.
    state = {"propose_grant": "in_review", "approve": "pending_grant"}[action]
    subject = Subject(state)

    with pytest.raises(GuardFailed) as refused:
        WORKFLOW.fire(subject, action, roles=frozenset(Role), facts=TAKEN)
    assert "H37-1" in refused.value.reason
    assert subject.state == state


@pytest.mark.parametrize("action", ["propose_grant", "approve"])
def test_nobody_connects_through_a_vendor_whose_account_is_closed(action: str) -> None:
    # V1: the vendor may lose its account between the proposal and the signature.
    subject = Subject({"propose_grant": "in_review", "approve": "pending_grant"}[action])
    facts = FREE | {"vendor": {"name": "Công ty Sao Mai", "is_open": False}}

    with pytest.raises(GuardFailed) as refused:
        WORKFLOW.fire(subject, action, roles=frozenset(Role), facts=facts)
    assert "Công ty Sao Mai không còn tài khoản" in refused.value.reason


def test_contract_and_minutes_are_asked_only_of_those_who_connect_through_a_vendor() -> None:
    named = {"software_vendor", "vendor_contract", "confirmation_minutes"}

    def asked(connection: str) -> set[str]:
        return {f.name for f in WORKFLOW.fields if f.applies({"connection": connection})}

    assert named <= asked("vendor")
    assert named.isdisjoint(asked("direct"))
    assert all(f.required for f in WORKFLOW.fields if f.name in named)


def test_a_refusal_can_be_signed_although_the_account_exists() -> None:
    subject = Subject("pending_refusal")

    WORKFLOW.fire(subject, "approve", roles={Role.SIGNER}, facts=TAKEN)
    assert subject.state == "signed_refusal"


def test_a_decided_dossier_takes_no_action_but_a_new_link() -> None:
    for name in {a.name for a in WORKFLOW.actions} - {"reissue"}:
        with pytest.raises(WrongState):
            WORKFLOW.fire(Subject("granted"), name, roles=frozenset(Role), facts=FREE)


@pytest.mark.parametrize(
    ("access", "says"),
    [
        (None, "không có liên kết"),
        (UNUSED | {"is_closed": True}, "lso.1 đã được thu hồi"),
        (UNUSED | {"is_used": True}, "lso.1 đã được kích hoạt"),
        (UNUSED | {"is_used": True, "replaced_by": "H37-2"}, "hồ sơ H37-2"),
    ],
)
def test_a_link_that_served_or_is_replaced_is_not_issued_again(access: object, says: str) -> None:
    with pytest.raises(GuardFailed) as refused:
        WORKFLOW.fire(
            Subject("granted"), "reissue", roles=frozenset(Role), facts=FREE | {"access": access}
        )
    assert says in refused.value.reason
    assert refused.value.reason.en != refused.value.reason


def test_the_promise_is_ten_working_days_counted_anew_after_a_supplement() -> None:
    assert WORKFLOW.working_days == 10
    assert WORKFLOW.edges[("submit", "draft")].clock is Clock.START
    assert WORKFLOW.edges[("ask_supplement", "in_review")].clock is Clock.STOP
    assert WORKFLOW.edges[("supplement", "supplement_requested")].clock is Clock.RESTART


def test_one_e_mail_registers_once_until_refused() -> None:
    assert WORKFLOW.once is Once.UNTIL_REFUSED


@pytest.mark.parametrize(
    ("kind", "licence", "is_right"),
    [
        ("pharmacy", "1234/ĐKKDD-LSO", True),
        ("pharmacy", "123/LSO-GPHĐ", False),
        ("clinic", "123/LSO-GPHĐ", True),
        ("vaccination", "123/LSO-GPHĐ", True),
    ],
)
def test_each_kind_of_facility_has_its_licence(kind: str, licence: str, is_right: bool) -> None:
    answers = {"facility_kind": kind, "licence_no": licence}
    broken = [b for rule in WORKFLOW.rules if (b := rule(answers)) is not None]
    assert (broken == []) is is_right
    assert all(field == "licence_no" for field, _ in broken)
