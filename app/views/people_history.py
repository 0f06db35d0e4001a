"""What was changed about a person, as administrators read it."""

from collections.abc import Callable, Mapping
from typing import Any

import workflows
from app import formats
from app.language import say
from app.models import AuditEvent, User
from app.security.actors import ROLE_NAMES
from app.services import audit
from workflows import Role, Text


def _right(word: str) -> str:
    role, _, system = word.partition(":")
    name = say(ROLE_NAMES[Role(role)])
    return f"{name} ({system})" if system else name


def _changed(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(map(str, value.values()))
    return ", ".join(map(_right, value)) or "–"


def _kinds(value: Any) -> str:
    known = workflows.all_workflows()
    return "; ".join(say(known[k].title) for k in value if k in known)


# What is not named here is for the audit trail alone.
_SHOWN: Mapping[str, tuple[Text, Callable[[Any], str]]] = {
    "right": (Text("Quyền", "Right"), _right),
    "rights": (Text("Quyền", "Rights"), _changed),
    "basis": (Text("Căn cứ", "Basis"), str),
    "before": (Text("Trước", "Before"), _changed),
    "after": (Text("Sau", "After"), _changed),
    "reason": (Text("Lý do", "Reason"), str),
    "dossiers": (Text("Hồ sơ", "Dossiers"), ", ".join),
    "to": (Text("Người tiếp nhận", "Taken over by"), str),
    "unit": (Text("Phòng", "Division"), str),
    "position": (Text("Chức vụ", "Position"), str),
    "principal": (Text("Người ủy quyền", "On behalf of"), str),
    "kinds": (Text("Loại hồ sơ", "Matters"), _kinds),
    "since": (Text("Từ ngày", "From"), formats.day),
    "until": (Text("Đến hết ngày", "To the end of"), formats.day),
}


def rows(user: User) -> list[dict[str, str]]:
    """Return the last changes, the newest first."""
    return [_row(e) for e in audit.about(f"user:{user.username}")]


def _row(event: AuditEvent) -> dict[str, str]:
    what = say(audit.WHAT[event.what])
    said = [
        f"{say(label)}: {shown(event.details[name])}"
        for name, (label, shown) in _SHOWN.items()
        if event.details.get(name) not in (None, "")
    ]
    return {
        "title": what[:1].upper() + what[1:],
        "who": event.actor_name,
        "when": formats.short_moment(event.at),
        "comment": "\n".join(said),
        "tone": "",
    }
