"""What the tests of request types share: a subject, everybody, and a hand-written table."""

from dataclasses import dataclass

from workflows import ActionRefused, Facts, Role, Workflow

EVERYONE = frozenset(Role)


@dataclass
class Subject:
    """Anything with a state."""

    state: str


# What every request with one letter as its result may do; stated by hand, on purpose.
STANDARD = """
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
    refuse_intake: submitted → intake_refused
    extend: in_review → in_review
    extend: pending_grant → pending_grant
    extend: pending_refusal → pending_refusal
    extend: signed_grant → signed_grant
    extend: signed_refusal → signed_refusal
    reassign: in_review → in_review
    reassign: supplement_requested → supplement_requested
"""
# The same, where the grant gives a first access; and a first access that nobody used yet.
WITH_ACCESS = f"{STANDARD}    reissue: granted → granted\n"
UNUSED = {"username": "lso.1", "is_closed": False, "is_used": False, "replaced_by": ""}


def moves(table: str) -> set[tuple[str, str, str]]:
    """Read lines «action: source → target» into a set."""
    found = set()
    for line in filter(str.strip, table.splitlines()):
        action, _, way = line.partition(":")
        source, _, target = way.partition("→")
        found.add((action.strip(), source.strip(), target.strip()))
    return found


def walk(workflow: Workflow, actions: str, *, facts: Facts) -> list[str]:
    """Fire actions one after another, each with the roles it wants; return the states."""
    subject = Subject(workflow.initial)
    states = [subject.state]
    for name in actions.split():
        roles = workflow.edges[(name, subject.state)].roles
        workflow.fire(subject, name, roles=roles, facts=facts)
        states.append(subject.state)
    return states


def possible(workflow: Workflow, facts: Facts) -> set[tuple[str, str, str]]:
    """Try every action in every state as everybody; return what went through."""
    found = set()
    for state in workflow.by_state:
        for name in {a.name for a in workflow.actions}:
            subject = Subject(state)
            try:
                fired = workflow.fire(subject, name, roles=EVERYONE, facts=facts)
            except ActionRefused:
                assert subject.state == state, "a refused action moved the subject"
                continue
            found.add((name, state, fired.after))
    return found
