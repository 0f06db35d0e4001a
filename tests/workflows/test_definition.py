"""A workflow that is not sound never starts."""

from dataclasses import replace
from typing import Any

import pytest

from workflows import Action, Clock, DefinitionError, Field, FieldType, Phase, Role, State, Text
from workflows import Workflow as Definition
from workflows.definition import Once

T = Text("x")


def state(name: str, phase: Phase) -> State:
    return State(name, T, phase, T)


def action(name: str, source: str, target: str, **more: Any) -> Action:
    roles = more.pop("roles", frozenset({Role.OFFICER}))
    return Action(name, T, T, roles, (source,), target, **more)


FIELDS = tuple(
    Field(n, T, FieldType.TEXT, sample="xx")
    for n in ("facility_name", "custodian_name", "custodian_phone")
)
GOOD = Definition(
    title=T,
    summary=T,
    audience=T,
    working_days=1,
    fields=FIELDS,
    states=(state("a", Phase.DRAFT), state("b", Phase.REVIEW), state("c", Phase.DONE)),
    actions=(action("go", "a", "b"), action("end", "b", "c", clock=Clock.END)),
    initial="a",
    once=Once.ONE_AT_A_TIME,
)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"actions": GOOD.actions[:1]}, "c cannot be reached"),
        ({"actions": GOOD.actions[:1]}, "b is a dead end"),
        ({"actions": (*GOOD.actions, action("go", "a", "c", clock=Clock.END))}, "ambiguous"),
        ({"actions": (*GOOD.actions, action("on", "c", "b"))}, "c is final but b follows"),
        ({"actions": (*GOOD.actions, action("on", "c", "c", clock=Clock.END))},
         "on moves the clock of an ended dossier"),
        ({"actions": (GOOD.actions[0], replace(GOOD.actions[1], sources=("b", "c")))},
         "end moves the clock of an ended dossier"),
        ({"actions": (GOOD.actions[0], action("end", "b", "c"), action("on", "c", "c"))},
         "end ends the dossier but not its clock"),
        ({"actions": (*GOOD.actions, action("x", "b", "nowhere"))}, "unknown state nowhere"),
        ({"actions": (action("go", "a", "b", roles=frozenset()), GOOD.actions[1])}, "nobody may"),
        ({"actions": (GOOD.actions[0], action("end", "b", "c"))}, "not its clock"),
        ({"actions": (GOOD.actions[0], action("end", "b", "c", clock=Clock.END, signs=True))},
         "nothing drafts"),
        ({"fields": (*FIELDS, Field("head", T, FieldType.NAME, sample="Lý Văn Ba"))},
         "head speaks of a person and does not say how sensitive it is"),
        ({"fields": (*FIELDS, Field("id", T, FieldType.PERSONAL_ID, sample="020185001234"))},
         "id speaks of a person"),
        ({"actions": (*GOOD.actions, action("late", "a", "b", clock=Clock.EXTEND))},
         "late sets a new day and moves the dossier"),
        ({"actions": (*GOOD.actions, action("late", "b", "b", clock=Clock.EXTEND))},
         "late sets a new day but asks for none"),
        ({"initial": "z"}, "unknown state z"),
        ({"states": (*GOOD.states, GOOD.states[0])}, "state a stands twice"),
        ({"states": (*GOOD.states, state("Đ", Phase.REVIEW))}, "not a permanent name"),
        ({"fields": FIELDS[:2]}, "there is no field custodian_phone"),
        ({"fields": (*FIELDS, Field("more", T, FieldType.TEXT, sample="x", when=("no", "yes")))},
         "no answer no=yes"),
        ({"actions": (action("go", "a", "b", drafts="x", drafts_if=("no", "yes", "y")),
                      GOOD.actions[1])}, "no answer no=yes"),
        ({"subject_fields": ("facility_name", "other")}, "there is no field other"),
        ({"fields": (*FIELDS, Field("mail", T, FieldType.EMAIL, sample="no"))},
         "sample of mail is refused"),
    ],
)  # fmt: skip
def test_an_unsound_definition_is_refused(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(DefinitionError, match=complaint):
        replace(GOOD, **changes)


def test_what_is_done_after_the_end_leaves_state_and_clock() -> None:
    after = replace(GOOD, actions=(*GOOD.actions, action("on", "c", "c")))

    assert after.edges["on", "c"].target == "c"


def test_waiting_for_the_applicant_stops_the_clock() -> None:
    states = (*GOOD.states, state("w", Phase.WAITING))
    actions = (*GOOD.actions, action("ask", "b", "w"), action("get", "w", "b"))

    with pytest.raises(DefinitionError, match="waits for the applicant while the clock runs"):
        replace(GOOD, states=states, actions=actions)


def test_the_machine_offers_no_way_around_the_table() -> None:
    # transitions would add to_<state>() from everywhere with its default settings.
    assert not any(name.startswith("to_") for name in GOOD._machine.events)
