"""What a request type is: states, actions, fields, and the one way to take a step.

This is the only module that imports `transitions`. One shared machine per workflow, no
models attached, no auto transitions (they bypass guards), no effects in callbacks.
"""

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Protocol

from transitions import Machine

from workflows.errors import GuardFailed, NotPermitted, WrongState
from workflows.fields import Field
from workflows.rules import Rule
from workflows.soundness import check
from workflows.text import Text

logging.getLogger("transitions").setLevel(logging.WARNING)


class Role(StrEnum):
    """What somebody is on one dossier."""

    APPLICANT = "applicant"
    OFFICER = "officer"
    SIGNER = "signer"
    CLERK = "clerk"
    ADMIN = "admin"
    SYSTEM = "system"


class Phase(StrEnum):
    """Where a dossier stands, the same words for every request type."""

    DRAFT = "draft"
    QUEUE = "queue"
    REVIEW = "review"
    WAITING = "waiting"
    # Another body has to answer: the superior one, or those who were asked for comment.
    OUTSIDE = "outside"
    SIGNATURE = "signature"
    ISSUE = "issue"
    DONE = "done"
    REFUSED = "refused"
    CLOSED = "closed"


FINAL_PHASES = frozenset({Phase.DONE, Phase.REFUSED, Phase.CLOSED})


class Clock(StrEnum):
    """What an action does to the promised working days."""

    KEEP = "keep"
    START = "start"
    STOP = "stop"
    # Decree 61/2018, Art. 19.4: after a supplement the period is counted anew.
    RESTART = "restart"
    # Art. 19.9: an apology names a new day, once; the action asks for it as `new_due_on`.
    EXTEND = "extend"
    END = "end"


class Once(StrEnum):
    """How often one e-mail may file this kind of request."""

    # Rule Q1 of the QR registration: once, until refused or left without an answer (Q4).
    UNTIL_REFUSED = "until_refused"
    ONE_AT_A_TIME = "one_at_a_time"
    # What the house files itself.
    AS_OFTEN = "as_often"


Facts = Mapping[str, Any]
Guard = Callable[[Facts], Text | None]
"""Return None when the premise holds, else the sentence that says why not."""


class Subject(Protocol):
    """Anything with a state: the database row, or two lines in a test."""

    state: str


@dataclass(frozen=True, slots=True)
class State:
    """A place a dossier can be in; `name` is permanent, it stands in the database."""

    name: str
    label: Text
    phase: Phase
    # What the applicant reads: what happens next.
    next: Text


@dataclass(frozen=True, slots=True)
class Action:
    """One edge or several with the same end: who may go from where to where.

    `drafts` names the letter this action prepares for signature, `drafts_if` another one while
    a field has an answer: (field, answer, letter); `issues` the letter it
    numbers and binds at once (DRAFTED: the one prepared before); `signs` that the actor signs
    the drafted letter; `effect` what it changes in the registers; `asks` what the actor must
    supply; `mail` the mail to the applicant, or to the address in the field `mail_to`; `sends`
    the mail that goes with the letter to every recipient of the dossier.
    """

    name: str
    label: Text
    done: Text
    roles: frozenset[Role]
    sources: tuple[str, ...]
    target: str
    guard: Guard | None = None
    drafts: str = ""
    drafts_if: tuple[str, str, str] | None = None
    issues: str = ""
    signs: bool = False
    effect: str = ""
    clock: Clock = Clock.KEEP
    mail: str = ""
    mail_to: str = ""
    sends: str = ""
    asks: tuple[Field, ...] = ()
    # How its button looks: primary, secondary or warning.
    tone: str = "secondary"

    def letter_for(self, answers: Mapping[str, str]) -> str:
        """Return the letter it drafts for a dossier with these answers."""
        if self.drafts_if and answers.get(self.drafts_if[0]) == self.drafts_if[1]:
            return self.drafts_if[2]
        return self.drafts


DRAFTED = "*drafted"


@dataclass(frozen=True, slots=True)
class Fired:
    """What a step did; the caller acts on it inside its transaction."""

    action: Action
    before: str
    after: str


@dataclass(frozen=True)
class Workflow:
    """A request type. Raises DefinitionError at construction when it is not sound."""

    title: Text
    summary: Text
    audience: Text
    working_days: int
    fields: tuple[Field, ...]
    states: tuple[State, ...]
    actions: tuple[Action, ...]
    initial: str
    once: Once
    rules: tuple[Rule, ...] = ()
    # What the applicant should have at hand before starting.
    bring: tuple[Text, ...] = ()
    # Which answers name the dossier in lists (the first that is asked and given), its applicant
    # and the applicant's phone.
    subject_fields: tuple[str, ...] = ("facility_name",)
    applicant_field: str = "custodian_name"
    phone_field: str = "custodian_phone"
    # Who files it: the applicant on the portal, or an officer at the desk.
    filed_by: Role = Role.APPLICANT
    # The columns of its list of recipients, if it goes to a list; `name` and `email` first.
    recipients: tuple[Field, ...] = ()
    # What each recipient is asked on its own page: who took receipt, or the comment.
    recipient_asks: tuple[Field, ...] = ()
    # The file name in workflows/kinds/, filled in by the registry.
    kind: str = ""

    def __post_init__(self) -> None:
        check(self)

    @cached_property
    def edges(self) -> Mapping[tuple[str, str], Action]:
        """(action, state) → Action."""
        return {(a.name, source): a for a in self.actions for source in a.sources}

    @cached_property
    def all_fields(self) -> tuple[Field, ...]:
        """Every field that anybody fills in: applicant, staff, recipients."""
        asked = (f for a in self.actions for f in a.asks)
        return (*self.fields, *asked, *self.recipients, *self.recipient_asks)

    @cached_property
    def by_state(self) -> Mapping[str, State]:
        """State by name."""
        return {s.name: s for s in self.states}

    @cached_property
    def usual_way(self) -> tuple[State, ...]:
        """The states a dossier passes when nothing is sent back or refused."""
        first: dict[str, Action] = {}
        for action in self.actions:
            for source in action.sources if action.tone == "primary" else ():
                first.setdefault(source, action)
        way = [self.initial]
        while (step := first.get(way[-1])) is not None and step.target not in way:
            way.append(step.target)
        return tuple(self.by_state[name] for name in way)

    @cached_property
    def letters(self) -> frozenset[str]:
        """Names of all the letters this workflow may draft or issue."""
        named = {a.drafts for a in self.actions} | {a.issues for a in self.actions}
        named |= {a.drafts_if[2] for a in self.actions if a.drafts_if}
        return frozenset(named - {"", DRAFTED})

    def subject(self, answers: Mapping[str, str]) -> str:
        """Return what names a dossier with these answers; empty while nothing does."""
        fields = {f.name: f for f in self.fields}
        named = (n for n in self.subject_fields if fields[n].applies(answers))
        return next((answers[n] for n in named if answers.get(n)), "")

    @cached_property
    def _machine(self) -> Machine:
        return Machine(
            model=None,
            states=[s.name for s in self.states],
            initial=self.initial,
            transitions=[
                {"trigger": a.name, "source": source, "dest": a.target}
                for a in self.actions
                for source in a.sources
            ],
            auto_transitions=False,
            send_event=False,
            queued=False,
        )

    def offered(self, state: str, roles: Collection[Role]) -> list[Action]:
        """List the actions these roles may try from a state, in the order they are written."""
        held = frozenset(roles)
        return [a for a in self.actions if state in a.sources and a.roles & held]

    def permitted(self, name: str, state: str, roles: Collection[Role]) -> Action:
        """Return the action these roles may try from a state; raise WrongState or NotPermitted."""
        action = self.edges.get((name, state))
        if action is None:
            raise WrongState(
                name,
                state,
                Text(
                    "Thao tác này không còn phù hợp với trạng thái hiện tại của hồ sơ.",
                    "This step no longer fits the present state of the dossier.",
                ),
            )
        if not action.roles & frozenset(roles):
            raise NotPermitted(
                name,
                state,
                Text(
                    "Ông/Bà không có quyền thực hiện thao tác này đối với hồ sơ.",
                    "You are not allowed to take this step on the dossier.",
                ),
            )
        return action

    def fire(self, subject: Subject, name: str, *, roles: Collection[Role], facts: Facts) -> Fired:
        """Take one step; raise ActionRefused and leave the subject untouched otherwise."""
        before = subject.state
        action = self.permitted(name, before, roles)
        reason = action.guard(facts) if action.guard else None
        if reason is not None:
            raise GuardFailed(name, before, reason)
        self._machine.events[name].trigger(subject)
        return Fired(action, before, subject.state)
