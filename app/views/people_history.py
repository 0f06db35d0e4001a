"""What was changed about a person, as administrators read it."""

from collections.abc import Callable, Mapping
from typing import Any

import workflows
from app import formats
from app.language import say
from app.models import AuditEvent, User
from app.security.actors import ROLE_NAMES
from app.services import audit
from app.services.evidence import Names
from workflows import Role, Text


def _right(word: str) -> str:
    role, _, system = word.partition(":")
    name = say(ROLE_NAMES[Role(role)])
    return f"{name} ({system})" if system else name


def _plain(value: Any, _names: Names) -> str:
    return str(value)


def _one_right(value: Any, _names: Names) -> str:
    return _right(value)


def _person(value: Any, names: Names) -> str:
    return names.people.get(value, value)


def _unit(value: Any, names: Names) -> str:
    return names.units.get(value, value)


def _phone(value: Any, _names: Names) -> str:
    return formats.phone(value)


def _day(value: Any, _names: Names) -> str:
    return formats.day(value)


def _codes(value: Any, _names: Names) -> str:
    return ", ".join(value)


def _changed(value: Any, names: Names) -> str:
    if isinstance(value, dict):
        return ", ".join(_PARTS.get(n, _plain)(v, names) for n, v in value.items() if v) or "–"
    return ", ".join(map(_right, value)) or "–"


def _kinds(value: Any, _names: Names) -> str:
    known = workflows.all_workflows()
    return "; ".join(say(known[k].title) for k in value if k in known)


def _fields(value: Any, _names: Names) -> str:
    return ", ".join(say(_CORRECTED.get(name, Text(name))) for name in value)


_CORRECTED = {
    "full_name": Text("họ và tên", "full name"),
    "email": Text("thư điện tử", "e-mail"),
    "phone": Text("điện thoại", "phone"),
}
_Shown = Callable[[Any, Names], str]
_PARTS: Mapping[str, _Shown] = {"unit": _unit, "phone": _phone}
# What is not named here is for the audit trail alone.
_SHOWN: Mapping[str, tuple[Text, _Shown]] = {
    "right": (Text("Quyền", "Right"), _one_right),
    "rights": (Text("Quyền", "Rights"), _changed),
    "capacity": (Text("Thẩm quyền ký", "Signs as"), _plain),
    "basis": (Text("Căn cứ", "Basis"), _plain),
    "fields": (Text("Đã sửa", "Corrected"), _fields),
    "before": (Text("Trước", "Before"), _changed),
    "after": (Text("Sau", "After"), _changed),
    "reason": (Text("Lý do", "Reason"), _plain),
    "dossiers": (Text("Hồ sơ", "Dossiers"), _codes),
    "to": (Text("Người tiếp nhận", "Taken over by"), _person),
    "unit": (Text("Phòng, ban", "Division"), _unit),
    "phone": (Text("Điện thoại", "Phone"), _phone),
    "position": (Text("Chức vụ", "Position"), _plain),
    "principal": (Text("Người ủy quyền", "On behalf of"), _person),
    "kinds": (Text("Loại hồ sơ", "Matters"), _kinds),
    "since": (Text("Từ ngày", "From"), _day),
    "until": (Text("Đến hết ngày", "To the end of"), _day),
}


def rows(user: User) -> list[dict[str, str]]:
    """Return the last changes, the newest first."""
    names = Names()
    return [_row(e, names) for e in audit.about(f"user:{user.username}")]


def said(event: AuditEvent, names: Names, *, is_open: bool = True) -> list[str]:
    """Return what a row says about the change; `is_open`: codes of dossiers too."""
    return [
        f"{say(label)}: {shown(event.details[name], names)}"
        for name, (label, shown) in _SHOWN.items()
        if event.details.get(name) not in (None, "")
        if is_open or name != "dossiers"
    ]


def _row(event: AuditEvent, names: Names) -> dict[str, str]:
    what = say(audit.WHAT[event.what])
    return {
        "title": what[:1].upper() + what[1:],
        "who": event.actor_name,
        "when": formats.short_moment(event.at),
        "comment": "\n".join(said(event, names)),
        "tone": "",
    }
