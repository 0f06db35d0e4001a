"""Where a dossier stands, in words for the applicant: steps, and a history without inside talk.

A proposal is not a decision: until the letter is issued nobody outside learns its direction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import workflows
from app import formats
from app.models import Dossier, DossierEvent
from app.security.actors import who_of
from workflows import FINAL_PHASES, Clock, Phase, Role, Text

_NEUTRAL: Mapping[Phase, Text] = {
    Phase.SIGNATURE: Text("Chờ lãnh đạo duyệt", "Waiting for the leader"),
    Phase.ISSUE: Text("Chờ phát hành kết quả", "Result to be issued"),
}
_STEPS: tuple[tuple[frozenset[Phase], Text], ...] = (
    (frozenset({Phase.DRAFT}), Text("Nộp hồ sơ", "Submit")),
    (frozenset({Phase.QUEUE}), Text("Tiếp nhận xử lý", "Taken by an officer")),
    (frozenset({Phase.REVIEW, Phase.WAITING, Phase.OUTSIDE}), Text("Thẩm định hồ sơ", "Review")),
    (frozenset({Phase.SIGNATURE}), Text("Lãnh đạo duyệt", "Decision of the leader")),
    (frozenset({Phase.ISSUE}), Text("Phát hành văn bản", "Letter issued")),
    (FINAL_PHASES, Text("Trả kết quả", "Result sent")),
)
_TOLD: Mapping[tuple[Phase, Phase], Text | None] = {
    (Phase.DRAFT, Phase.QUEUE): Text("Đã nộp hồ sơ", "Dossier submitted"),
    (Phase.QUEUE, Phase.REFUSED): Text("Đã từ chối tiếp nhận hồ sơ", "Dossier not accepted"),
    (Phase.QUEUE, Phase.CLOSED): Text("Đã rút hồ sơ", "Dossier withdrawn"),
    (Phase.REVIEW, Phase.CLOSED): Text("Đã rút hồ sơ", "Dossier withdrawn"),
    (Phase.QUEUE, Phase.REVIEW): Text("Đã nhận xử lý hồ sơ", "Dossier taken for review"),
    (Phase.REVIEW, Phase.QUEUE): Text("Chuyển chuyên viên khác", "Passed on to another officer"),
    (Phase.REVIEW, Phase.WAITING): Text("Đề nghị bổ sung hồ sơ", "Supplement requested"),
    (Phase.WAITING, Phase.REVIEW): Text("Đã gửi bổ sung", "Supplement sent"),
    (Phase.REVIEW, Phase.SIGNATURE): Text("Đã trình lãnh đạo", "Put before the leader"),
    (Phase.SIGNATURE, Phase.SIGNATURE): None,
    (Phase.SIGNATURE, Phase.REVIEW): Text("Tiếp tục thẩm định", "Back under review"),
    (Phase.SIGNATURE, Phase.ISSUE): Text("Đã ký văn bản", "Letter signed"),
    (Phase.ISSUE, Phase.DONE): Text("Đã gửi kết quả giải quyết", "Result sent"),
    (Phase.ISSUE, Phase.REFUSED): Text("Đã gửi văn bản từ chối", "Refusal sent"),
}
_PUT_OFF = Text(
    "Đã xin lỗi và hẹn lại ngày trả kết quả", "Apology sent, with a new day for the result"
)
_SENT_BACK = (Phase.SIGNATURE, Phase.REVIEW)
_TONES = {
    Phase.WAITING: "warning", Phase.DONE: "success", Phase.REFUSED: "error", Phase.QUEUE: "info",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way; `state` is done, current or todo."""

    label: Text
    state: str


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the history an applicant may read.

    `who` is empty for the applicant, None where who it was stays in the house.
    """

    title: Text
    who: Text | None
    at: datetime
    comment: str
    tone: str


def label(dossier: Dossier) -> Text:
    """Return the name of the state an applicant may know."""
    state = workflows.get(dossier.kind).by_state[dossier.state]
    return _NEUTRAL.get(state.phase, state.label)


def outlook(dossier: Dossier) -> Text:
    """Return what happens next."""
    return workflows.get(dossier.kind).by_state[dossier.state].next


def steps(dossier: Dossier) -> list[Step]:
    """Return the whole way with the place where the dossier is."""
    phase = Phase(dossier.phase)
    if workflows.get(dossier.kind).filed_by is Role.OFFICER:
        return _own_steps(dossier)
    if phase is Phase.CLOSED or (phase is Phase.REFUSED and _was_never_taken(dossier)):
        return [Step(_STEPS[0][1], "done"), Step(label(dossier), "done")]
    here = next(n for n, (phases, _) in enumerate(_STEPS) if phase in phases)
    is_over = phase in FINAL_PHASES
    return [
        Step(
            label(dossier) if n == here and n else text,
            "done" if n < here or is_over else "current" if n == here else "todo",
        )
        for n, (_, text) in enumerate(_STEPS)
    ]


def _was_never_taken(dossier: Dossier) -> bool:
    states = workflows.get(dossier.kind).by_state
    return all(states[e.after].phase is not Phase.REVIEW for e in dossier.events)


def _own_steps(dossier: Dossier) -> list[Step]:
    """Return the way of what the house files itself, as far as it went."""
    way = workflows.get(dossier.kind).usual_way
    names = [s.name for s in way]
    state = workflows.get(dossier.kind).by_state[dossier.state]
    is_over = state.phase in FINAL_PHASES
    if state.name not in names:
        # Sent back or stopped: what comes next stands where it left the usual way.
        passed = [names.index(e.before) for e in dossier.events if e.before in names]
        at = min(passed[-1] if passed else 0, len(way) - 1)
        done = [Step(s.label, "done") for s in way[:at]]
        if is_over:
            return [*done, Step(state.label, "done")]
        return [*done, Step(state.label, "current"), *(Step(s.label, "todo") for s in way[at:])]
    here = names.index(state.name)
    return [
        Step(s.label, "done" if n < here or is_over else "current" if n == here else "todo")
        for n, s in enumerate(way)
    ]


def history(dossier: Dossier) -> list[Told]:
    """Return what happened, the newest first; notes among staff never leave the house."""
    workflow = workflows.get(dossier.kind)
    states = workflow.by_state
    out = []
    for event in reversed(dossier.events):
        before, after = states[event.before].phase, states[event.after].phase
        title = _TOLD.get((before, after), states[event.after].label)
        if event.before == event.after:  # nothing moved: what was done is all there is to tell
            edge = workflow.edges[event.action, event.before]
            title = _PUT_OFF if edge.clock is Clock.EXTEND else edge.label
        if title is None:
            continue
        out.append(
            Told(
                title,
                _who(event, sent_back=(before, after) == _SENT_BACK),
                event.at,
                _comment(event) if after is Phase.WAITING or title is _PUT_OFF else "",
                _TONES.get(after, ""),
            )
        )
    return out


def was_supplemented(dossier: Dossier) -> bool:
    """Tell whether the department has asked for a supplement: it does so once."""
    states = workflows.get(dossier.kind).by_state
    return any(states[e.after].phase is Phase.WAITING for e in dossier.events)


def _who(event: DossierEvent, *, sent_back: bool) -> Text | None:
    if sent_back:
        return None
    return Text("") if event.role == Role.APPLICANT else who_of(event)


def _comment(event: DossierEvent) -> str:
    lines = [str(event.details.get(n, "")) for n in ("missing", "reason")]
    if "new_due_on" in event.details:
        lines.append(
            " → ".join(formats.day(event.details[n]) for n in ("promised_on", "new_due_on"))
        )
    return "\n".join(filter(None, lines))
