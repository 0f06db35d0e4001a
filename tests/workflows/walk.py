"""What the tests of request types share: a subject, everybody, and a hand-written table."""

from dataclasses import dataclass

from workflows import ActionRefused, Facts, Role, Workflow

EVERYONE = frozenset(Role)


@dataclass
class Subject:
    """Anything with a state."""

    state: str


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
