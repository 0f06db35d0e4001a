"""The tracking book on the desk: page by page, and a whole year or month as a workbook."""

from collections.abc import Mapping
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

import workflows
from app import clock, formats
from app.calendar import OfficeCalendar
from app.language import say
from app.models import Dossier
from app.services import calendar, tracking
from app.services.tracking import Line, Wanted
from app.views import seen
from app.views.desk import bp, me
from app.views.desk_review import workbook
from app.views.step_up import export
from workflows import FINAL_PHASES, Clock, Phase, Role, Text

_COLUMNS: Mapping[str, Text] = {
    "no": Text("Số thứ tự", "No."),
    "code": Text("Mã hồ sơ", "Code"),
    "title": Text("Tên thủ tục", "Procedure"),
    "papers": Text("Số giấy tờ", "Papers"),
    "applicant": Text("Cá nhân, tổ chức", "Applicant"),
    "address": Text("Địa chỉ", "Address"),
    "phone": Text("Số điện thoại", "Phone"),
    "unit": Text("Bộ phận giải quyết", "Division"),
    "received": Text("Ngày nhận", "Received"),
    "due": Text("Ngày hẹn trả", "Due"),
    "given": Text("Ngày trả kết quả", "Given back"),
    "result": Text("Kết quả so với hẹn", "Against the promise"),
    "method": Text("Phương thức nhận", "Received by"),
    "note": Text("Ghi chú", "Note"),
}
_ONLINE, _OWN = Text("Trực tuyến", "Online"), Text("Sở Y tế lập", "Filed by the department")
_ON_TIME = Text("Đúng hạn", "On time")
_EARLY = Text("Trước hạn {n} ngày", "{n} days early")
_LATE = Text("Quá hạn {n} ngày", "{n} days late")


@bp.get("/desk/tracking")
def tracking_book() -> ResponseReturnValue:
    """Show the tracking book of a year, the first received on top."""
    wanted = _wanted()
    page = tracking.page(wanted, me(), after=_number("after"), before=_number("before"))
    seen.note("list_seen", "list:tracking")
    office = calendar.office()
    here: dict[str, Any] = {
        "year": wanted.year,
        **({"month": wanted.month} if wanted.month else {}),
        **({"kind": wanted.kind} if wanted.kind else {}),
    }
    return render_template(
        "desk/tracking.html",
        wanted=wanted,
        years=tracking.years(),
        kinds={kind: say(w.title) for kind, w in workflows.all_workflows().items()},
        columns={name: say(label) for name, label in _COLUMNS.items()},
        rows=[
            _row(line, office) | {"href": url_for(".dossier", code=line.dossier.code)}
            for line in page.rows
        ],
        workbook=url_for(".tracking_workbook", **here),
        previous=url_for(".tracking_book", before=page.previous, **here) if page.previous else "",
        next=url_for(".tracking_book", after=page.next, **here) if page.next else "",
    )


@bp.get("/desk/tracking.xlsx")
@export("tracking")
def tracking_workbook() -> ResponseReturnValue:
    """Send all the lines of the filter as a workbook."""
    wanted, office = _wanted(), calendar.office()
    month = f"-{wanted.month:02d}" if wanted.month else ""
    rows = (_row(line, office) for line in tracking.everything(wanted, me()))
    return workbook(
        say(Text("Sổ theo dõi hồ sơ", "Tracking book")),
        f"so-theo-doi-ho-so-{wanted.year}{month}",
        [say(label) for label in _COLUMNS.values()],
        ([row[name] for name in _COLUMNS] for row in rows),
    )


def _wanted() -> Wanted:
    year = request.args.get("year", 0, type=int)
    month = request.args.get("month", 0, type=int)
    kind = request.args.get("kind", "")
    return Wanted(
        year if 2000 <= year <= 9000 else clock.today().year,
        month if 1 <= month <= 12 else 0,
        kind if kind in workflows.all_workflows() else "",
    )


def _number(name: str) -> int:
    number = request.args.get(name, 0, type=int)
    return number if 0 < number < 2**31 else 0


def _row(line: Line, office: OfficeCalendar) -> dict[str, Any]:
    """Return the columns of a line, the same on the page and in the workbook."""
    dossier = line.dossier
    workflow = workflows.get(dossier.kind)
    applicant = dossier.answers.get(workflow.applicant_field, "")
    phone = dossier.answers.get(workflow.phone_field, "")
    officer = dossier.officer
    return {
        "no": line.no,
        "code": dossier.code or "",
        "title": say(workflow.title),
        "papers": line.papers,
        "applicant": ", ".join(dict.fromkeys(filter(None, (applicant, dossier.subject)))),
        "address": line.address,
        "phone": formats.mask_number(phone),
        "unit": officer.unit.name if officer else "",
        "received": _day(dossier.submitted_at),
        "due": formats.day(dossier.due_on) if dossier.due_on else "",
        "given": _day(dossier.closed_at),
        "result": say(_result(dossier, office)),
        "method": say(_OWN if workflow.filed_by is Role.OFFICER else _ONLINE),
        "note": "; ".join(say(note) for note in _notes(line)),
    }


def _day(moment: Any) -> str:
    return formats.day(clock.local(moment).date()) if moment else ""


def _result(dossier: Dossier, office: OfficeCalendar) -> Text:
    """Say how many working days before or after the promise; nothing for what was stopped."""
    if dossier.due_on is None or dossier.phase in (Phase.CLOSED, Phase.WAITING):
        return Text("")
    is_over = dossier.phase in FINAL_PHASES and dossier.closed_at is not None
    on = clock.local(dossier.closed_at).date() if dossier.closed_at else clock.today()
    days = office.days_left(on, dossier.due_on)
    if days < 0:
        return _LATE.fill(n=formats.two(-days))
    if not is_over:
        return Text("")
    return _EARLY.fill(n=formats.two(days)) if days else _ON_TIME


def _notes(line: Line) -> list[Text]:
    """Return what the book remarks: supplements, a day put off, and how it ended."""
    found = []
    for what, details in line.turns:
        if what is Clock.STOP:
            found.append(Text("Đã yêu cầu bổ sung", "Supplement asked for"))
        else:
            day = formats.day(details["promised_on"])
            found.append(Text(f"Đã xin lỗi, hẹn lại (trước: {day})", f"Put off (was {day})"))
    if line.dossier.phase in (Phase.REFUSED, Phase.CLOSED):
        found.append(workflows.get(line.dossier.kind).by_state[line.dossier.state].label)
    return found
