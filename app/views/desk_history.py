"""The history of a dossier as staff read it: what, who, when, and what was said."""

from collections.abc import Iterable

from flask_babel import gettext as _

from app import formats
from app.language import say
from app.models import Dossier
from app.security.actors import ON_BEHALF, ROLE_NAMES, who_of
from app.services import facts
from workflows import Phase, Role, Text, Workflow

# What a step overwrote: app/services/deadlines.py writes it down.
_DAYS = {
    "promised_on": Text("Ngày hẹn trả trước đó", "Promised before"),
    "counted_from": Text("Tính hạn từ", "Counted from"),
    "supplement_due_on": Text("Hạn bổ sung", "Supplement due"),
}
_EVENT_TONES = {Phase.WAITING: "warning", Phase.DONE: "success", Phase.REFUSED: "error"}


def history_rows(dossier: Dossier, workflow: Workflow) -> Iterable[dict[str, str]]:
    """Yield the events, newest first, with the words of the officer who asked or decided."""
    for event in reversed(dossier.events):
        action = workflow.edges[event.action, event.before]
        asked = {f.name: say(f.label) for f in action.asks}
        fields = {f.name: f for f in action.asks}
        details = {
            n: say(facts.shown(fields[n], v)) if n in fields else v
            for n, v in event.details.items()
            if n not in (ON_BEHALF, "delegation")
        }
        if changed := details.pop("changed", ()):
            labels = [say(f.label) for f in workflow.fields if f.name in changed]
            asked["changed"] = _("Đã bổ sung, sửa")
            details["changed"] = "; ".join(labels)
        for name, label in _DAYS.items():
            if day := event.details.get(name):
                asked[name], details[name] = say(label), formats.day(day)
        who, role = say(who_of(event)), say(ROLE_NAMES[Role(event.role)])
        done = say(action.done)
        yield {
            "title": done[:1].upper() + done[1:],
            "who": who if event.role == Role.SYSTEM else f"{who} ({role})",
            "when": formats.short_moment(event.at),
            "comment": "\n".join(f"{asked.get(n, n)}: {text}" for n, text in details.items()),
            "tone": _EVENT_TONES.get(workflow.by_state[event.after].phase, ""),
        }
