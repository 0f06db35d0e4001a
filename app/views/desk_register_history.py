"""The history of an account and its first access, as plain values; no token, no secret."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _

import letters
import workflows
from app import clock, formats
from app.language import say
from app.models import AccountEvent, Activation, Letter
from app.security.actors import ROLE_NAMES, SYSTEM
from app.services import registers as books
from app.views.desk_register_rows import dossier_link, labelled
from workflows import Role, Text

_STEPS = {
    "granted": (Text("Cấp tài khoản", "Account granted"), "success"),
    "activated": (Text("Kích hoạt tài khoản", "Account activated"), "success"),
    "reset": (Text("Cấp lại mật khẩu", "New password"), "warning"),
    "reissued": (Text("Cấp lại liên kết kích hoạt", "Activation link issued again"), "warning"),
    "changed": (Text("Thay đổi thông tin", "Particulars changed"), "info"),
    "handed_over": (Text("Bàn giao tài khoản", "Account handed over"), "info"),
    "disconnected": (
        Text("Ngắt kết nối qua đơn vị phần mềm", "Disconnected from the vendor"),
        "warning",
    ),
    "confirmed": (Text("Xác nhận đã đổi mật khẩu", "Change of password confirmed"), "success"),
    "closed": (Text("Thu hồi tài khoản", "Account revoked"), "error"),
}
_FIELDS = {
    "custodian_name": Text("Người giữ tài khoản", "Custodian"),
    "custodian_phone": Text("Số điện thoại", "Phone"),
    "custodian_email": Text("Thư điện tử", "E-mail"),
    "facility_name": Text("Tên cơ sở", "Name of the facility"),
    "vendor": Text("Đơn vị phần mềm", "Software vendor"),
    "password_due_on": Text("Hạn đổi mật khẩu", "Password due"),
}


def access(link: Activation | None, events: Sequence[AccountEvent]) -> dict[str, Any] | None:
    """Say how far the first access went; a link that was replaced counts as ended, not used."""
    if link is None:
        return None
    until = formats.short_moment(link.expires_at) if link.expires_at else ""
    if link.used_at is None:
        if link.expires_at is None:
            state = (
                Text("Chưa gửi, chờ phát hành văn bản", "Not sent, waits for the letter"),
                "issue",
            )
        elif link.expires_at > clock.now():
            state = (Text("Còn hiệu lực, chưa dùng", "Valid, not used yet"), "waiting")
        else:
            state = (Text("Hết hạn, chưa dùng", "Expired, never used"), "refused")
        return {**_link(*state, until=until), "again": _again(link, events)}
    was_opened = any(
        e.what == "activated" and e.dossier_id == link.dossier_id and e.at >= link.used_at
        for e in events
    )
    at = formats.short_moment(link.used_at)
    if was_opened:
        return _link(Text("Đã dùng", "Used"), "done", until=until, used=at)
    return _link(Text("Đã hủy, không dùng được nữa", "Cancelled"), "closed", ended=at)


def _again(link: Activation, events: Sequence[AccountEvent]) -> str:
    """Return where a link whose time is over is issued again: at the dossier that gave it."""
    if link.expires_at is None or link.expires_at > clock.now():
        return ""
    of = next((e.dossier for e in events if e.dossier_id == link.dossier_id), None)
    if of is None or ("reissue", of.state) not in workflows.get(of.kind).edges:
        return ""
    return dossier_link(of)["href"] + "#decision"


def _link(
    state: Text, phase: str, *, until: str = "", used: str = "", ended: str = ""
) -> dict[str, Any]:
    rows = [(_("Hiệu lực đến"), until), (_("Đã dùng lúc"), used), (_("Đã hủy lúc"), ended)]
    return {"state": say(state), "phase": phase, "rows": labelled([r for r in rows if r[1]])}


def timeline(events: Sequence[AccountEvent], *, is_open: bool) -> list[dict[str, Any]]:
    found = books.dispatches(e.dossier_id for e in events)
    return [
        {
            **event_line(e, is_open=is_open),
            "dossier": dossier_link(e.dossier),
            "letter": _letter(found[e.dossier_id]) if e.dossier_id in found else None,
        }
        for e in events
    ]


def step_name(what: str) -> str:
    """Return what became of an account, in words."""
    return say(_STEPS.get(what, (Text(what), ""))[0])


def event_line(event: AccountEvent, *, is_open: bool) -> dict[str, Any]:
    label, tone = _STEPS.get(event.what, (Text(event.what), ""))
    who = event.actor_name
    return {
        "title": say(label),
        "tone": tone,
        "who": say(ROLE_NAMES[Role.SYSTEM]) if who == SYSTEM.name else who,
        "when": formats.short_moment(event.at),
        "changes": _changes(event.changes, is_open=is_open),
    }


def _changes(changes: Mapping[str, Any], *, is_open: bool) -> list[dict[str, str]]:
    return [
        {
            "label": say(_FIELDS.get(name, Text(name))),
            "before": _value(name, str(values[0]), is_open=is_open),
            "after": _value(name, str(values[1]), is_open=is_open),
        }
        for name, values in changes.items()
    ]


def _value(name: str, value: str, *, is_open: bool) -> str:
    if name.endswith("_phone"):
        return phone(value, is_open=is_open)
    if name.endswith("_email") and not is_open:
        return formats.mask_email(value)
    return formats.day(value) if name.endswith("_on") else value


def phone(value: str, *, is_open: bool) -> str:
    """Return a phone in full or its end; "" for none."""
    if is_open and value:
        return formats.phone(value)
    return formats.mask_number(value)


def _letter(letter: Letter) -> dict[str, str]:
    about = letters.kinds().get(letter.kind)
    entry = letter.entry
    return {
        "title": about.title if about else letter.kind,
        "reference": f"{entry.number:02d}/{entry.symbol}" if entry else "",
        "on": formats.day(entry.issued_on) if entry else "",
        "href": url_for("desk_letters.pdf", key=letter.key),
    }
