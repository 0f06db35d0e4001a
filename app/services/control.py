"""The control slip: who had a dossier from when to when, and in time or not (form 06)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import workflows
from app import clock, formats
from app.models import Dossier, DossierEvent
from app.security.actors import who_of
from app.services import letters
from letters import LetterData
from workflows import FINAL_PHASES, Clock, Phase, Role, Text

_HOLDERS: Mapping[Phase, Text] = {
    Phase.DRAFT: Text("Người nộp hồ sơ", "Applicant"),
    Phase.QUEUE: Text("Bộ phận tiếp nhận hồ sơ", "Reception"),
    Phase.REVIEW: Text("Chuyên viên", "Officer"),
    Phase.WAITING: Text("Người nộp hồ sơ", "Applicant"),
    Phase.OUTSIDE: Text("Cơ quan, đơn vị được gửi văn bản", "The bodies written to"),
    Phase.SIGNATURE: Text("Lãnh đạo Sở", "Leader"),
    Phase.ISSUE: Text("Văn thư", "Registry"),
}
_EARLY, _ON_TIME = Text("Trước hạn", "Early"), Text("Đúng hạn", "On time")
_LATE = Text("Quá hạn", "Late")
_STEERS = {Role.OFFICER: Phase.REVIEW, Role.SIGNER: Phase.SIGNATURE, Role.CLERK: Phase.ISSUE}


@dataclass(slots=True)
class Held:
    """A stretch in which one party had the dossier; `promise` is what it had to keep."""

    phase: Phase
    giver: str
    receiver: str
    since: datetime
    notes: list[str]
    until: datetime | None = None
    promise: date | None = None

    def result(self, *, is_over: bool) -> Text:
        """Return early, in time or late; nothing yet for who still has it in time."""
        if self.promise is None:
            return Text("")
        ended = self.until or (self.since if is_over else None)
        day = clock.local(ended).date() if ended else clock.today()
        if day > self.promise:
            return _LATE
        if ended is None:
            return Text("")
        return _EARLY if day < self.promise else _ON_TIME


def stretches(dossier: Dossier) -> list[Held]:
    """Return who had the dossier, in order; the last one has it now or took the result."""
    workflow = workflows.get(dossier.kind)
    found: list[Held] = []
    for event, promise in zip(dossier.events, _promises(dossier), strict=True):
        before, after = (workflow.by_state[s].phase for s in (event.before, event.after))
        done = str(workflow.edges[event.action, event.before].done)
        note = f"{done[:1].upper()}{done[1:]}"
        if "new_due_on" in event.details:
            note += f" ({formats.day(event.details['new_due_on'])})"
        if found:
            found[-1].promise = promise
            if before == after or before in FINAL_PHASES:
                found[-1].notes.append(note)
                continue
            found[-1].until = event.at
            found[-1].receiver = _named(found[-1], event)
        giver = found[-1].receiver if found else str(who_of(event))
        receiver = str(_HOLDERS.get(after, _HOLDERS[Phase.DRAFT]))
        found.append(Held(after, giver, receiver, event.at, [note]))
    if found:
        found[-1].promise = _counting(dossier)
        if dossier.phase == Phase.REVIEW and dossier.officer:
            found[-1].receiver += f" {dossier.officer.full_name}"
    return found


def _counting(dossier: Dossier) -> date | None:
    """Return the day that counts now; none for what was stopped without a result."""
    if dossier.phase == Phase.CLOSED:
        return None
    return dossier.supplement_due_on if dossier.phase == Phase.WAITING else dossier.due_on


def _named(held: Held, event: DossierEvent) -> str:
    """Return the party with the name of who ended its stretch, where that one had it."""
    if _STEERS.get(Role(event.role)) is not held.phase:
        return held.receiver
    return f"{held.receiver} {event.actor_name}"


def _promises(dossier: Dossier) -> Iterator[date | None]:
    """Yield, for each step, the day that counted when it was taken."""
    promise = dossier.due_on
    found: list[date | None] = []
    edges = workflows.get(dossier.kind).edges
    for event in reversed(dossier.events):
        what = edges[event.action, event.before].clock
        if what in (Clock.STOP, Clock.EXTEND):
            promise = _day(event, "promised_on")
        elif what is Clock.START:
            promise = None
        waited = _day(event, "supplement_due_on")
        found.append(waited or (None if what is Clock.RESTART else promise))
    return reversed(found)


def _day(event: DossierEvent, name: str) -> date | None:
    return date.fromisoformat(event.details[name]) if event.details.get(name) else None


def slip(dossier: Dossier) -> LetterData:
    """Return the slip as it stands now; it has no number, the form asks for none."""
    data = letters.compose(dossier, "control_slip", {})
    facts = dict(data.facts) | {
        "handovers": tuple(_rows(stretches(dossier), dossier)),
        "printed_at": formats.moment(clock.now()),
    }
    return replace(data, facts=facts, symbol="", issued_on=clock.today())


def _rows(held: Sequence[Held], dossier: Dossier) -> Iterator[dict[str, str]]:
    is_over = dossier.phase in FINAL_PHASES
    for each in held:
        yield {
            "giver": each.giver,
            "receiver": each.receiver,
            "from": formats.short_moment(each.since),
            "until": formats.short_moment(each.until) if each.until else "",
            "result": str(each.result(is_over=is_over)),
            "note": "; ".join(each.notes),
        }
