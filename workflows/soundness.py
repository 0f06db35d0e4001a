"""Is a workflow sound? Checked at import, so that no dossier can get stuck.

Reads a definition by its attributes only, so that `definition` can import it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

from workflows.errors import DefinitionError, FieldError
from workflows.fields import OF_PERSONS

if TYPE_CHECKING:
    from workflows.definition import Workflow

T = TypeVar("T")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def check(workflow: Workflow) -> None:
    """Raise DefinitionError naming everything that is wrong."""
    problems = [
        *_names(workflow),
        *_graph(workflow),
        *_actions(workflow),
        *_fields(workflow),
    ]
    if problems:
        raise DefinitionError(f"{workflow.title}: " + "; ".join(problems))


def _names(workflow: Workflow) -> Iterable[str]:
    states = [s.name for s in workflow.states]
    for name in [*states, *(a.name for a in workflow.actions), *(f.name for f in workflow.fields)]:
        if not _NAME.fullmatch(name):
            yield f"{name!r} is not a permanent name"
    yield from (f"state {n} stands twice" for n in _repeated(states))
    yield from (f"field {n} stands twice" for n in _repeated(f.name for f in workflow.fields))
    edges = ((a.name, source) for a in workflow.actions for source in a.sources)
    yield from (f"{name} is ambiguous from {source}" for name, source in _repeated(edges))


def _graph(workflow: Workflow) -> Iterable[str]:
    from workflows.definition import FINAL_PHASES  # the definition imports this module

    known = {s.name for s in workflow.states}
    final = {s.name for s in workflow.states if s.phase in FINAL_PHASES}
    pairs = [(source, a.target) for a in workflow.actions for source in a.sources]
    unknown = {n for pair in pairs for n in pair} | {workflow.initial}
    yield from (f"unknown state {n}" for n in sorted(unknown - known))
    # What comes after the end (a new link, a reminder) changes no state and no clock.
    yield from (f"{s} is final but {t} follows it" for s, t in pairs if s in final and s != t)
    if not final:
        yield "no final state"
    reached = _closure({workflow.initial}, pairs)
    yield from (f"{n} cannot be reached" for n in sorted(known - reached))
    ends = _closure(final, [(t, s) for s, t in pairs])
    yield from (f"{n} is a dead end" for n in sorted(known - ends))


def _actions(workflow: Workflow) -> Iterable[str]:
    from workflows.definition import DRAFTED, FINAL_PHASES, Clock, Phase

    phases = {s.name: s.phase for s in workflow.states}
    drafted = any(a.drafts for a in workflow.actions)
    for a in workflow.actions:
        if not a.roles:
            yield f"nobody may {a.name}"
        if not a.sources:
            yield f"{a.name} starts nowhere"
        if (a.issues == DRAFTED or a.signs) and not drafted:
            yield f"{a.name} takes a letter that nothing drafts"
        target = phases.get(a.target)
        ended = [phases.get(source) in FINAL_PHASES for source in a.sources]
        if any(ended) and a.clock is not Clock.KEEP:
            yield f"{a.name} moves the clock of an ended dossier"
        if target in FINAL_PHASES and not all(ended) and a.clock is not Clock.END:
            yield f"{a.name} ends the dossier but not its clock"
        begins = set(a.sources) != {a.target}
        if target is Phase.WAITING and begins and a.clock is not Clock.STOP:
            yield f"{a.name} waits for the applicant while the clock runs"
        if target not in FINAL_PHASES and a.clock is Clock.END:
            yield f"{a.name} ends the clock of a running dossier"
        if a.clock is Clock.EXTEND and set(a.sources) != {a.target}:
            yield f"{a.name} sets a new day and moves the dossier"
        if a.clock is Clock.EXTEND and "new_due_on" not in {f.name for f in a.asks}:
            yield f"{a.name} sets a new day but asks for none"


def _fields(workflow: Workflow) -> Iterable[str]:
    asked = [f for a in workflow.actions for f in a.asks]
    for field in [*workflow.fields, *asked, *workflow.recipients, *workflow.recipient_asks]:
        if field.type in OF_PERSONS and field.sensitivity is None:
            yield f"{field.name} speaks of a person and does not say how sensitive it is"
        if field.choices_from:
            continue
        try:
            field.check(field.sample)
        except FieldError as error:
            yield f"the sample of {field.name} is refused: {error}"
    names = {f.name for f in workflow.fields}
    for name in (*workflow.subject_fields, workflow.applicant_field, workflow.phone_field):
        if name and name not in names:
            yield f"there is no field {name}"
    asked_for = [f.when for f in workflow.fields if f.when]
    asked_for += [a.drafts_if[:2] for a in workflow.actions if a.drafts_if]
    answers = {(f.name, c.value) for f in workflow.fields for c in f.choices}
    yield from (f"no answer {n}={v}" for n, v in asked_for if (n, v) not in answers)
    columns = [f.name for f in workflow.recipients]
    if columns and columns[:2] != ["name", "email"]:
        yield "a list of recipients begins with name and email"
    yield from (
        f"{a.name} writes to {a.mail_to}, which is no field"
        for a in workflow.actions
        if a.mail_to and a.mail_to not in names
    )


def _repeated(items: Iterable[T]) -> list[T]:
    return [item for item, n in Counter(items).items() if n > 1]


def _closure(start: set[str], pairs: list[tuple[str, str]]) -> set[str]:
    reached = set(start)
    while more := {t for s, t in pairs if s in reached} - reached:
        reached |= more
    return reached
