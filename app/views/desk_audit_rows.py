"""A row of the evidence as a page and a file say it: when, who, what, about what."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _

import workflows
from app import clock, formats
from app.language import say
from app.models import AccountEvent, AuditEvent, BookEvent, DossierEvent
from app.security.actors import ROLE_NAMES, SYSTEM
from app.services import audit, retention
from app.services.evidence import GROUPS, Names
from app.views import people_history
from app.views.desk_register_history import step_name
from workflows import Role, Text

COLUMNS: Mapping[str, Text] = {
    "when": Text("Thời điểm", "Moment"),
    "who": Text("Ai", "Who"),
    "what": Text("Việc", "What"),
    "about": Text("Về", "About"),
    "note": Text("Chi tiết", "Details"),
}
# The same columns where programs sort and join them.
FILE_COLUMNS: Mapping[str, Text] = {
    "at": Text("Thời điểm (giờ Việt Nam, +07:00)", "Moment (Vietnam time, +07:00)"),
    "who": COLUMNS["who"],
    "username": Text("Tên đăng nhập", "User name"),
    "what": COLUMNS["what"],
    "about": COLUMNS["about"],
    "note": COLUMNS["note"],
}
_OF_RIGHTS = GROUPS["rights"][1]
_APPLICANT = ROLE_NAMES[Role.APPLICANT]
_UNKNOWN = Text("Chưa rõ là ai", "Not known")
_BOOK_ACTS = {
    "reserved": Text("giữ số", "reserved a number"),
    "issued": Text("cấp số", "issued a number"),
    "void": Text("hủy số", "voided a number"),
    "outside": Text("ghi số cấp ngoài hệ thống", "entered a number used outside"),
    "recalled": Text("thu hồi văn bản", "recalled a letter"),
    "replaced": Text("thay thế văn bản", "replaced a letter"),
    "closed": Text("khóa sổ", "closed the book"),
}
# Of the details of an audit row, what people read; the rest is for whoever examines the row.
_DETAILS = {
    "found": Text("tìm thấy", "found"),
    "year": Text("năm", "year"),
    "version": Text("phiên bản", "version"),
    "rows": Text("số dòng", "rows"),
    "format": Text("định dạng", "format"),
    "number": Text("số", "number"),
    "roles": Text("vai trò", "roles"),
    "from": Text("từ", "from"),
    "to": Text("đến", "to"),
    "day": Text("ngày", "day"),
    "count": Text("số lượng", "count"),
    "decision": Text("quyết định", "decision"),
}
THINGS: Mapping[str, Text] = {
    "list": Text("danh sách", "list"),
    "account": Text("tài khoản", "account"),
    "organisation": Text("cơ sở, đơn vị", "body"),
    "prescriber": Text("người kê đơn", "prescriber"),
    "user": Text("người dùng", "user"),
    "wording": Text("lời văn", "wording"),
    "mail": Text("thư", "mail"),
    "incoming": Text("văn bản đến", "incoming dispatch"),
    "draft": Text("bản nháp", "draft"),
    "book": Text("sổ", "book"),
    "seal": Text("niêm phong", "seal"),
    "retention": Text("thời hạn lưu giữ", "retention"),
    "schema": Text("cơ sở dữ liệu", "database"),
    "session": Text("phiên đăng nhập", "session"),
    "department": Text("dữ liệu cơ quan", "data of the department"),
    "data_request": Text("yêu cầu về dữ liệu", "data request"),
}
LISTS: Mapping[str, Text] = {
    "accounts": Text("tài khoản", "accounts"),
    "facilities": Text("cơ sở", "facilities"),
    "vendors": Text("đơn vị phần mềm", "vendors"),
    "offices": Text("cơ quan", "offices"),
    "codes": Text("mã liên thông", "codes"),
    "prescribers": Text("người kê đơn", "prescribers"),
    "tracking": Text("sổ theo dõi", "tracking book"),
    "outgoing": Text("sổ văn bản đi", "outgoing register"),
    "audit": Text("nhật ký", "audit trail"),
    "seals": Text("niêm phong", "seals"),
    "people": Text("nhân sự và quyền", "people and rights"),
    "review": Text("mã và tài khoản cần rà soát", "codes and accounts to review"),
    "edxml": Text("văn bản liên thông", "interchanged documents"),
    "reconciled": Text("kết quả đối chiếu", "reconciliation"),
}
# What is said past these: a dossier by its code alone, an address not at all.
UNNAMED = frozenset({"dossier", "email"})
_PAGES = {"account": "desk.account", "organisation": "desk.organisation",
          "prescriber": "desk.prescriber", "incoming": "desk.incoming"}  # fmt: skip


def line(event: Any, names: Names, *, is_open: bool) -> dict[str, Any]:
    """Return a row for a template; `is_open`: names of applicants and details of dossiers too."""
    said: Mapping[type, Callable[[Any], dict[str, str]]]
    said = {AuditEvent: _audit, DossierEvent: _dossier, AccountEvent: _account, BookEvent: _book}
    row = said[type(event)](event)
    is_of_rights = isinstance(event, AuditEvent) and event.what in _OF_RIGHTS
    if is_of_rights:
        row["note"] = "; ".join(people_history.said(event, names, is_open=is_open))
    if not is_open:
        row |= {"note": row["note"] if is_of_rights else "", "href": ""}
        if isinstance(event, AuditEvent) and event.lane.startswith("portal:"):
            row["who"] = say(_APPLICANT)
    return {
        "when": formats.exact_moment(event.at),
        "at": f"{clock.local(event.at):%Y-%m-%d %H:%M:%S}",
        **row,
    }


def _audit(event: AuditEvent) -> dict[str, str]:
    who = event.actor_name or say(_UNKNOWN)
    if event.lane == "console":
        who = _("%(name)s (dòng lệnh máy chủ)", name=who)
    elif event.lane == "system":
        who = say(ROLE_NAMES[Role.SYSTEM])
    about, href = _about(event.about)
    note = ", ".join(
        f"{say(_DETAILS[name])}: {', '.join(v) if isinstance(v, list) else v}"
        for name, v in event.details.items()
        if name in _DETAILS and v not in ("", None)
    )
    what = say(audit.WHAT.get(event.what, Text(event.what)))
    return {"who": who, "what": what, "about": about, "href": href, "note": note}


def _about(about: str) -> tuple[str, str]:
    kind, _sep, name = about.partition(":")
    if kind == "dossier":
        return name, url_for("desk.dossier", code=name)
    if kind == "list":
        name = say(LISTS.get(name, Text(name)))
    elif kind == "email":
        return "", ""  # a blind value: says nothing to anybody
    elif kind == "retention":
        name = say(retention.label(name))
    href = url_for(_PAGES[kind], number=int(name)) if kind in _PAGES and name.isdecimal() else ""
    return f"{say(THINGS[kind])} {name}".strip() if kind in THINGS else about, href


def _dossier(event: DossierEvent) -> dict[str, str]:
    dossier = event.dossier
    edges = workflows.get(dossier.kind).edges
    action = edges.get((event.action, event.before))
    return {
        "who": say(ROLE_NAMES[Role.SYSTEM]) if event.role == Role.SYSTEM else event.actor_name,
        "what": say(action.done) if action else event.action,
        "about": dossier.code or "",
        "href": url_for("desk.dossier", code=dossier.code) if dossier.code else "",
        "note": "",
    }


def _account(event: AccountEvent) -> dict[str, str]:
    return {
        "who": say(ROLE_NAMES[Role.SYSTEM])
        if event.actor_name == SYSTEM.name
        else event.actor_name,
        "what": step_name(event.what).lower(),
        "about": f"{say(THINGS['account'])} {event.account.username}",
        "href": url_for("desk.account", number=event.account_id),
        "note": _("theo hồ sơ %(code)s", code=event.dossier.code or ""),
    }


def _book(event: BookEvent) -> dict[str, str]:
    number, symbol = event.details.get("number", ""), event.details.get("symbol", "")
    return {
        "who": event.actor_name,
        "what": say(_BOOK_ACTS.get(event.act, Text(event.act))),
        "about": f"{number}/{symbol}" if number else say(LISTS["outgoing"]),
        "href": url_for("desk.entry", number=event.entry_id) if event.entry_id else "",
        "note": event.reason,
    }
