"""A workflow as a picture and as paths: Mermaid text, and every way through it."""

from collections.abc import Iterator

from workflows.definition import FINAL_PHASES, Action, Workflow


def mermaid(workflow: Workflow) -> str:
    """Return a Mermaid state diagram with Vietnamese labels."""
    out = ["stateDiagram-v2", f"    [*] --> {workflow.initial}"]
    out += [f"    {s.name}: {s.label}" for s in workflow.states]
    out += [
        f"    {source} --> {a.target}: {a.label} ({', '.join(sorted(a.roles))})"
        for a in workflow.actions
        for source in a.sources
    ]
    out += [f"    {s.name} --> [*]" for s in workflow.states if s.phase in FINAL_PHASES]
    return "\n".join(out) + "\n"


def paths(workflow: Workflow) -> Iterator[list[tuple[str, Action]]]:
    """Yield every way from the initial state to a final one that visits no state twice.

    Each way is a list of (state before, action).
    """
    final = {s.name for s in workflow.states if s.phase in FINAL_PHASES}

    def walk(state: str, way: list[tuple[str, Action]]) -> Iterator[list[tuple[str, Action]]]:
        if state in final:
            yield way
            return
        seen = {before for before, _ in way} | {state}
        for action in workflow.actions:
            if state in action.sources and action.target not in seen:
                yield from walk(action.target, [*way, (state, action)])

    yield from walk(workflow.initial, [])
